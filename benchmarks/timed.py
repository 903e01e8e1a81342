"""When was each batch stored? The intake of a measured process, which writes that down as it goes.

One line a batch: when it was handed over and when it was stored (the clock of the machine, the same in every process),
how many records it held, the processor time of the process so far, and the last offset per partition.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from signals.consumers.intake import BatchIntake
from signals.consumers.records import StoreAwayError
from signals.embedded.children import await_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.consumers.records import Place, Record


GATE_SECONDS: Final = 0.2


class Stored(msgspec.Struct, frozen=True, array_like=True):
    """One batch; `began` and `ended` in seconds of the machine's clock, `cpu` in seconds of the process."""

    began: float
    ended: float
    records: int
    cpu: float
    last: list[tuple[str, int, int]] = []


class Journal:
    """The file to which a process writes what it stored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)

    def note(self, began: float, records: int, last: Sequence[tuple[str, int, int]] = ()) -> None:
        """So many records are stored now."""
        stored = Stored(began, time.monotonic(), records, time.process_time(), list(last))
        self._file.write(msgspec.json.encode(stored) + b"\n")


class TimedIntake(BatchIntake):
    """The worker's own intake, with a journal."""

    def __init__(self, engine: Engine, log_id: str, journal: Journal, gate: Path) -> None:
        super().__init__(engine, log_id, gapless=True)
        self._journal = journal
        self._start = gate

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        """See `BatchIntake.store`."""
        self._await_start()
        began = time.monotonic()
        found = super().store(records, waits=waits)
        left = {record.spot for record in self.put_off()}
        records = [record for record in records if record.spot not in left]
        last = {(record.topic, record.partition): record.offset for record in records}
        self._journal.note(
            began, len(records), [(topic, partition, last[topic, partition]) for topic, partition in last]
        )
        return found

    def _await_start(self) -> None:
        """Say that records are in hand, and wait a little until all may store; not for long, or nobody else could join.

        Raises:
            StoreAwayError: the gate is still closed; the worker tries again, as if the database were away.
        """
        if self._start.exists():
            return
        waiting(self._journal.path).touch()
        if not await_until(self._start.exists, GATE_SECONDS):
            raise StoreAwayError("not all workers have joined yet")


def waiting(journal: Path) -> Path:
    """The file that is there once the process with that journal has records in hand."""
    return journal.with_suffix(".waiting")


@dataclass(frozen=True)
class Drain:
    """How a process, or several together, took in what was there: from the first commit of the last one to the last.

    The first batch of each does not count: with it go the start of the process and of its connections.
    """

    records: int
    seconds: float
    cpu: float  # of all of them, seconds

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def journal(path: Path) -> list[Stored]:
    """What a process wrote down so far."""
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [msgspec.json.decode(line, type=Stored) for line in whole.splitlines()]


def drain(journals: Sequence[Sequence[Stored]]) -> Drain:
    """What the journals of one run tell. Raises RuntimeError when one of them is empty."""
    if not all(journals):
        raise RuntimeError("everything was taken in before the last worker had stored anything: take more events")
    begin = max(one[0].ended for one in journals)
    end = max(one[-1].ended for one in journals)
    counted = [[batch for batch in one if batch.ended > begin] for one in journals]
    cpu = 0.0
    for one, rest in zip(journals, counted, strict=True):
        before = [batch.cpu for batch in one if batch.ended <= begin]
        cpu += rest[-1].cpu - before[-1] if rest and before else 0.0
    return Drain(sum(batch.records for one in counted for batch in one), max(end - begin, 1e-9), cpu)
