"""What does the same work cost in two situations? Batch for batch in turn, so that a noisy machine disturbs both alike.

The intake is handed its records in this process; the broker does not depend on what is stored. Each side has a database
of its own in the same server. A cost is time on the clock, and beside it processor time of Python and PostgreSQL.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.services import cpu_seconds
from signals.consumers.intake import BatchIntake
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from signals.consumers.records import Record


@dataclass(frozen=True)
class Cost:
    """What one batch took; all in seconds."""

    records: int
    clock: float
    cpu: float


@dataclass
class Side:
    """One of the two situations: its batches, and what those that were stored cost."""

    engine: Engine
    batches: Sequence[Sequence[Record]]
    costs: list[Cost] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._intake = BatchIntake(self.engine, "bench", gapless=True)
        with transaction(self.engine) as cursor:  # the one connection of the pool, which the intake takes too
            cursor.execute("SELECT pg_backend_pid()")
            found = cursor.fetchone()
        assert found is not None
        self._backend = int(found[0])

    def store_next(self) -> None:
        """Store the next batch, and note what it took."""
        batch = self.batches[len(self.costs)]
        clock, cpu = time.perf_counter(), self._cpu()
        self._intake.store(batch)
        self.costs.append(Cost(len(batch), time.perf_counter() - clock, self._cpu() - cpu))

    def _cpu(self) -> float:
        return time.process_time() + cpu_seconds(self._backend)

    def micros(self, first: int = 0) -> tuple[float, float]:
        """Time on the clock and processor time per record in µs, from batch number `first` on."""
        counted = self.costs[first:]
        records = sum(cost.records for cost in counted)
        clock, cpu = sum(cost.clock for cost in counted), sum(cost.cpu for cost in counted)
        return 1e6 * clock / records, 1e6 * cpu / records


def in_turn(one: Side, other: Side, seconds: float) -> None:
    """Store the batches of both in turn, for at most so many seconds."""
    deadline = time.monotonic() + seconds
    for number in range(min(len(one.batches), len(other.batches))):
        if time.monotonic() > deadline:
            return
        for side in (one, other) if number % 2 else (other, one):
            side.store_next()


def ratios(one: Side, other: Side, first: int = 0) -> tuple[float, float]:
    """The costs of `one` ÷ those of `other`: by the clock, and in processor time."""
    return tuple(a / b for a, b in zip(one.micros(first), other.micros(first), strict=True))  # type: ignore[return-value]
