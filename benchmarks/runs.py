"""How is a run of processes over the published events made, and what did each cost? One run after the other.

Each run begins with empty tables and a consumer group of its own, so it reads the same records from their beginning.
"""

from __future__ import annotations

import itertools
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.services import cpu_seconds, empty, new_group, settle
from benchmarks.timed import Drain, drain, journal, waiting
from signals.embedded.children import await_until, last_words
from signals.store.database import transaction

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from benchmarks.services import Place
    from signals.embedded.children import Process

DATABASE: Final = "runs"
SECONDS: Final = 180.0
JOIN_SECONDS: Final = 60.0
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Run:
    """What one run took: the drain as the processes saw it, and processor seconds of the servers beside them."""

    drain: Drain
    postgres: float
    kafka: float

    def micros(self) -> tuple[float, float, float]:
        """Processor time per event in µs: of the reading processes, of PostgreSQL, of Kafka."""
        whole = (self.drain.cpu, self.postgres, self.kafka)
        reader, postgres, kafka = (1e6 * seconds / self.drain.records for seconds in whole)
        return reader, postgres, kafka


@dataclass(frozen=True)
class Member:
    """A started process and where it writes what it stored."""

    process: Process
    journal: Path
    log: Path


def members(place: Place, stack: ExitStack, kind: str, number: int = 1, **settings: str) -> list[Member]:
    """Start so many processes of a kind in a group of their own, for as long as the stack is open.

    Several store nothing before each of them has records in hand: so all have joined, and begin together.
    """
    group = new_group()
    gate = place.folder / f"{group}.gate"
    started = []
    for _ in range(number):
        name = f"{kind}-{next(_NUMBERS)}"
        path = place.folder / f"{name}.journal"
        environment = place.environment(DATABASE, kafka_group=group, worker_name=name, **settings)
        environment |= {"BENCH_JOURNAL": str(path), "BENCH_ROWS": str(place.folder / "rows"), "BENCH_GATE": str(gate)}
        process = stack.enter_context(place.running("benchmarks.member", kind, environment=environment, name=name))
        started.append(Member(process, path, place.log(name)))
    if number > 1 and not await_until(lambda: all(waiting(one.journal).exists() for one in started), JOIN_SECONDS):
        raise RuntimeError(f"not all of {number} workers joined:\n{last_words(started[-1].log)}")
    gate.touch()
    return started


def run(place: Place, kind: str, total: int, number: int = 1) -> Run:
    """Have `number` processes of `kind` take in all `total` records, into empty tables."""
    with place.engine(DATABASE) as engine, ExitStack() as stack:
        empty(engine)
        settle(place, DATABASE)
        before = _servers(place)
        started = members(place, stack, kind, number)
        await_taken_in(engine, total, started)
        await_until(lambda: all(journal(one.journal) for one in started), 10.0)
        found = drain([journal(one.journal) for one in started])
        after = _servers(place)
    scale = found.records / total  # the servers also worked for the first batches, which do not count
    return Run(found, (after[0] - before[0]) * scale, (after[1] - before[1]) * scale)


def _servers(place: Place) -> tuple[float, float]:
    return cpu_seconds(place.postgres_pid, family=True), cpu_seconds(place.broker_pid)


def await_taken_in(engine: Engine, total: int, started: list[Member], seconds: float = SECONDS) -> None:
    """Wait until the tables say that all is taken in.

    Raises:
        RuntimeError: a process ended before, or it took too long.
    """
    deadline = time.monotonic() + seconds
    while taken_in(engine) < total:
        gone = [one for one in started if one.process.poll()]
        if gone or time.monotonic() > deadline:
            words = "\n".join(last_words(one.log) for one in gone or started)
            raise RuntimeError(f"{taken_in(engine)} of {total} records were taken in, and then no more:\n{words}")
        time.sleep(0.1)


def taken_in(engine: Engine) -> int:
    """How many records the tables know of."""
    with transaction(engine) as cursor:
        cursor.execute("SELECT coalesce(sum(stored + duplicates + quarantined), 0)::bigint FROM progress")
        found = cursor.fetchone()
    return int(found[0]) if found else 0
