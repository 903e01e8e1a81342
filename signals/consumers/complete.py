"""What if a client reads past a record without handing it over? Then it is fetched by itself.

Between the adapter and the intake. A client can lose records of a topic that appears while the group rebalances, and a
database that was restored stands before what was acknowledged. So nothing here trusts the order in which records come:
the intake knows the next offset of every partition, and a gap before a record is read from the broker before that
record is stored. A hole that the broker itself has (retention, transaction markers) is confirmed by that same reading,
and passed over. What a client never hands over at all, the watch of `standing` finds.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from signals import metrics
from signals.consumers.records import Intake, Place
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.consumers.records import Record

log = logging.getLogger(__name__)
Hole = tuple[str, int, int, int]  # topic, partition, first offset, the offset after the last


class MissingRecordsError(SignalsError):
    """A record came before those in front of it: offsets `first` up to `end` were not taken in yet."""

    def __init__(self, topic: str, partition: int, first: int, end: int) -> None:
        self.hole: Hole = (topic, partition, first, end)
        super().__init__(f"{topic} partition {partition}: offsets {first} to {end - 1} were not handed over")


class GuardedIntake(Intake, Protocol):
    """An intake that knows the next offset of every partition.

    Its `store` raises MissingRecordsError on a gap that is not among the confirmed holes. What it does not take of a
    paused topic is no gap.
    """

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        """See `Intake.store`; when it `waits`, nothing is put off."""

    def confirm(self, hole: Hole) -> None:
        """The broker has no record there."""

    def positions(self) -> Mapping[Place, int]:
        """The next offset of every partition; from any thread. Raises StoreAwayError."""


class Log(Protocol):
    """The broker's own account of what it holds; both may raise SignalsError when it is away."""

    def read(self, hole: Hole) -> list[Record]:
        """The records the broker has in `hole`, ascending; of a long one the first part. Empty: it has none."""

    def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        """The offset after the last record of every partition of `topics`."""


class CompleteIntake:
    """An intake that leaves nothing out, whatever its caller hands over (a `GuardedIntake` itself)."""

    def __init__(self, intake: GuardedIntake, broker: Log) -> None:
        self._intake = intake
        self._broker = broker
        self.empty: dict[Place, int] = {}  # up to there the broker has nothing more, whatever end it names
        self.confirm = intake.confirm
        self.prepare = intake.prepare
        self.put_off = intake.put_off
        self.positions = intake.positions
        self.paused = intake.paused
        self.refresh_paused = intake.refresh_paused

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        """See `GuardedIntake.store`; what is missing in front of a record is stored first, and nothing of that put off.

        Else it would be missing again at once, for as long as another worker has it in hand.
        """
        filled: dict[Place, int] = {}
        while records:
            try:
                return {**filled, **self._intake.store(records, waits=waits)}
            except MissingRecordsError as missing:
                topic = missing.hole[0]
                filled |= self._fill(missing.hole)
                if topic in self._intake.paused():  # paused in the midst of filling: the rest comes when it is resumed
                    records = [record for record in records if record.topic != topic]
        return filled

    def catch_up(self, hole: Hole) -> Mapping[Place, int]:
        """Take in what the broker has of a partition that stands still; see `Intake.store`."""
        topic, partition, first, end = hole
        if self._intake.positions().get((topic, partition), 0) != first:
            return {}  # it moved meanwhile
        found = self._broker.read(hole)
        if not found:
            self.empty[topic, partition] = end
            return {}
        log.error("%s partition %s stood still and is read from offset %s", topic, partition, found[0].offset)
        metrics.RECORDS_RECOVERED.inc(len(found))
        return self.store(found, waits=True)

    def _fill(self, hole: Hole) -> Mapping[Place, int]:
        found = self._broker.read(hole)
        if not found:
            log.warning("%s partition %s has no records from %s to %s", hole[0], hole[1], hole[2], hole[3] - 1)
            self._intake.confirm(hole)
            return {}
        log.error("%s partition %s: %s records were not handed over and are taken in now", *hole[:2], len(found))
        metrics.RECORDS_RECOVERED.inc(len(found))
        return self.store(found, waits=True)
