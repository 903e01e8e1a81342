"""An installation of the service: what one types, sends and reads at its database and its broker."""

from __future__ import annotations

import contextlib
import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from kafka import KafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from signals.consumers.broker import client_options, end_offsets
from signals.consumers.publisher import publish
from signals.embedded import Ending, child
from signals.embedded.children import await_until
from tests.walk.events import Event, Sender
from tests.walk.terminal import Said, command, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from signals.embedded.children import Process
    from signals.settings import Settings

SECONDS = 40.0
CASES = "outreach.cases"


@dataclass
class Message:
    """One record of an outgoing topic; `event` None is a tombstone."""

    key: str
    event: Any
    place: tuple[str, int, int] = field(default=("", 0, 0), compare=False)


@dataclass
class Installation:
    """A database and a broker, and what one can do with them at a terminal."""

    environment: dict[str, str]
    settings: Settings
    folder: Path
    senders: list[Sender] = field(default_factory=list)

    def signals(self, *words: object, **settings: str) -> Said:
        """Type a command and have it answer."""
        return typed(*words, settings={**self.environment, **settings})

    def must(self, *words: object, **settings: str) -> Said:
        """Type a command that has to end well."""
        said = self.signals(*words, **settings)
        assert said.code == 0, said
        return said

    def sender(self, sector: str, *, topics: bool = True) -> Sender:
        """A registered partner with a name of its own, and its topics."""
        sender = Sender(f"walk-{secrets.token_hex(5)}", sector)
        self.senders.append(sender)
        self.must("partners", "add", sender.id, "--sector", sector, "--source", sender.source)
        if topics:
            self.must("topics", "apply")
        return sender

    def send(self, sender: Sender, *events: Event) -> None:
        """Publish events with our own publisher."""
        publish(self.settings, [sender.record(event) for event in events])

    @contextlib.contextmanager
    def running(self, name: str, *words: str, **settings: str) -> Iterator[Process]:
        """A part of the service (`worker`, `relay`, `web`) as a process of its own."""
        log = self.folder / f"{name}-{secrets.token_hex(3)}.log"
        environment = {**self.environment, **settings}
        with child(command(name, *words), environment, log=log, ending=Ending(within=10.0)) as process:
            yield process
        assert "Traceback" not in log.read_text(encoding="utf-8"), log.read_text(encoding="utf-8")

    def queue(self, name: str) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = self.must("queue", name, "--json").document["cases"]
        return cases

    def summary(self) -> dict[str, Any]:
        document: dict[str, Any] = self.must("summary", "--json").document
        return document

    def await_cases(self, queue: str, number: int) -> list[dict[str, Any]]:
        """The cases of a queue once it holds `number` of them."""
        await_that(lambda: len(self.queue(queue)) == number, lambda: (self.queue(queue), self.logs()))
        return self.queue(queue)

    def await_stored(self, number: int) -> dict[str, Any]:
        """The summary once `number` events are stored."""
        await_that(lambda: self.summary()["stored"] >= number, lambda: (self.summary(), self.logs()))
        return self.summary()

    def await_agreement(self) -> None:
        """Wait until broker and tables agree."""
        await_that(lambda: self.signals("reconcile").code == 0, lambda: (self.signals("reconcile"), self.logs()))

    def not_stored(self) -> list[tuple[str, int, int]]:
        """Where on the broker the events stand that are not in the tables: topic, partition, offset."""
        with psycopg.connect(self.settings.database) as connection:
            known = {row[0] for row in connection.execute("SELECT event_id FROM events")}
        topics = [sender.topic for sender in self.senders]
        with reading(self, *topics, from_end=False) as reader:
            return [m.place for m in reader.all_now() if m.event["id"] not in known]

    def logs(self) -> dict[str, str]:
        return {log.name: log.read_text(encoding="utf-8")[-2000:] for log in self.folder.glob("*.log")}


def await_that(condition: Callable[[], bool], otherwise: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait until `condition` holds; fails with what `otherwise` tells."""
    assert await_until(condition, seconds), otherwise()


class Reader:
    """Reads topics, what arrives from now on or (`from_end` is false) all that is there."""

    def __init__(self, installation: Installation, *topics: str, from_end: bool = True) -> None:
        ends = end_offsets(installation.settings, topics)
        partitions = {TopicPartition(*place): end if from_end else 0 for place, end in ends.items()}
        self._expected = sum(ends.values())
        self._consumer = KafkaConsumer(
            **client_options(installation.settings), group_id=None, enable_auto_commit=False, fetch_max_wait_ms=50
        )
        self._consumer.assign(list(partitions))
        for partition, end in partitions.items():
            self._consumer.seek(partition, end)
        self.messages: list[Message] = []

    def await_message(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message that is as wanted, read already or still to come."""

        await_that(lambda: any(map(wanted, self._arrived())), lambda: self.messages)
        return next(filter(wanted, self.messages))

    def all_now(self) -> list[Message]:
        """Everything that was there at first; for a reader that does not begin at the end."""
        await_that(lambda: len(self._arrived()) >= self._expected, lambda: (self._expected, len(self.messages)))
        return self.messages

    def _arrived(self) -> list[Message]:
        for records in self._consumer.poll(timeout_ms=50).values():
            self.messages += [_message(record) for record in records]
        return self.messages

    def close(self) -> None:
        self._consumer.close()


def _message(record: Any) -> Message:  # noqa: ANN401 - kafka-python comes without types
    event = None if record.value is None else json.loads(record.value)
    return Message(record.key.decode(), event, (record.topic, record.partition, record.offset))


@contextlib.contextmanager
def reading(installation: Installation, *topics: str, from_end: bool = True) -> Iterator[Reader]:
    reader = Reader(installation, *topics, from_end=from_end)
    yield reader
    reader.close()


def fetched(url: str) -> tuple[int, str]:
    """Status and text of an address; (0, "") while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - a loopback address of ours
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def metric(url: str, name: str, labels: Mapping[str, str] | None = None) -> float | None:
    """The sum of the samples `name` that have these labels; None when there is none."""
    status, text = fetched(url)
    if status != 200:
        return None
    wanted = (labels or {}).items()
    values = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and wanted <= sample.labels.items()
    ]
    return sum(values) if values else None
