"""Starting workers with a fake intake, and waiting for what they read."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kafka.structs import TopicPartition

from signals.consumers.broker import admin_client
from signals.embedded import Ending, child
from signals.embedded.children import await_until
from signals.settings import variable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from signals.embedded.children import Process
    from signals.settings import Settings

SECONDS = 30.0


class Read(NamedTuple):
    """A record as the fake intake got it."""

    topic: str
    partition: int
    offset: int
    length: int | None


@dataclass(frozen=True)
class StartedWorker:
    """A running worker, and what its intake has got so far."""

    process: Process
    out: Path
    log: Path

    def got(self) -> list[Read]:
        text = self.out.read_text(encoding="utf-8") if self.out.exists() else ""
        return [Read(*json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def got_from(self, topic: str) -> list[Read]:
        return [read for read in self.got() if read.topic == topic]

    def await_records(self, topic: str, number: int) -> None:
        await_until(lambda: self.has(topic, number) or self.process.poll() is not None, SECONDS)
        assert self.has(topic, number), f"{len(self.got_from(topic))} of {number}\n{self.log.read_text()}"

    def has(self, topic: str, number: int) -> bool:
        return len(self.got_from(topic)) >= number

    def said(self, words: str) -> bool:
        return words in self.log.read_text(encoding="utf-8")

    def leave(self) -> int:
        """Send SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def started_worker(settings: Settings, folder: Path, name: str = "one", **fake: object) -> Iterator[StartedWorker]:
    out, log = folder / f"{name}.jsonl", folder / f"{name}.log"
    environment = {f"FAKE_{key.upper()}": str(value) for key, value in fake.items()}
    command = [sys.executable, "-m", "tests.consumers.worker_process"]
    with child(
        command, {**environment_of(settings), **environment, "FAKE_OUT": str(out)}, log=log, ending=Ending(within=5.0)
    ) as process:
        yield StartedWorker(process, out, log)


def environment_of(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(exclude_unset=True, exclude_none=True)
    return {variable(name): str(value) for name, value in given.items()}


def acknowledged(settings: Settings, topic: str) -> dict[int, int]:
    """The offset the group has committed, per partition of `topic`; -1 or absent is none."""
    with admin_client(settings) as admin:
        committed = admin.list_group_offsets([settings.kafka_group])[settings.kafka_group]
        return {
            partition.partition: entry.offset
            for partition, entry in committed.items()
            if isinstance(partition, TopicPartition) and partition.topic == topic
        }
