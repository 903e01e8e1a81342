"""What if a client reads past a record without handing it over? Then it is fetched by itself.

Between the adapter and the intake. Faust can lose records of a topic that appears while the group rebalances: what it
has fetched is dropped, and without a committed offset it does not go back. So nothing here trusts the order in which
records come: the intake knows the next offset of every partition, a gap before a record is read from the broker before
that record is stored, and a partition that stands still below the broker's end is read from where it stands. A hole
that the broker itself has (retention, transaction markers) is confirmed by that same reading, and passed over.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from signals import metrics
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from signals.consumers.records import Record

log = logging.getLogger(__name__)
Place = tuple[str, int]  # (topic, partition)
Hole = tuple[str, int, int, int]  # topic, partition, first offset, the offset after the last


class MissingRecordsError(SignalsError):
    """A record came before those in front of it: offsets `first` up to `end` were not taken in yet."""

    def __init__(self, topic: str, partition: int, first: int, end: int) -> None:
        self.hole: Hole = (topic, partition, first, end)
        super().__init__(f"{topic} partition {partition}: offsets {first} to {end - 1} were not handed over")


class GuardedIntake(Protocol):
    """An intake that knows the next offset of every partition."""

    def store(self, records: Sequence[Record]) -> None:
        """As `Intake.store`, but raises MissingRecordsError on a gap that is not among the confirmed holes."""

    def confirm(self, hole: Hole) -> None:
        """The broker has no record there."""

    def positions(self) -> Mapping[Place, int]:
        """The next offset of every partition."""


class Log(Protocol):
    """The broker's own account of what it holds; both may raise SignalsError when it is away."""

    def read(self, hole: Hole) -> list[Record]:
        """The records the broker has in `hole`, ascending; of a long one the first part. Empty: it has none."""

    def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
        """The offset after the last record of every partition of `topics`."""


class CompleteIntake:
    """An intake that leaves nothing out, whatever its caller hands over."""

    def __init__(self, intake: GuardedIntake, broker: Log) -> None:
        self._intake = intake
        self._broker = broker
        self._stood: dict[Place, int] = {}

    def store(self, records: Sequence[Record]) -> None:
        """See `Intake.store`; what is missing in front of a record is stored first."""
        while records:
            try:
                return self._intake.store(records)
            except MissingRecordsError as missing:
                self._fill(missing.hole)
        return None

    def _fill(self, hole: Hole) -> None:
        found = self._broker.read(hole)
        if not found:
            log.warning("%s partition %s has no records from %s to %s", hole[0], hole[1], hole[2], hole[3] - 1)
            self._intake.confirm(hole)
            return
        log.error("%s partition %s: %s records were not handed over and are taken in now", *hole[:2], len(found))
        metrics.RECORDS_RECOVERED.inc(len(found))
        self.store(found)

    def catch_up(self, partitions: Collection[Place]) -> None:
        """Take in what stands still: partitions behind the broker's end that were there at the last call too."""
        ends = self._broker.ends({topic for topic, _ in partitions})
        done = self._intake.positions()
        behind = {place: done.get(place, 0) for place in partitions if done.get(place, 0) < ends.get(place, 0)}
        standing = [place for place, offset in behind.items() if self._stood.get(place) == offset]
        self._stood = behind
        for topic, partition in standing:
            if found := self._broker.read((topic, partition, behind[topic, partition], ends[topic, partition])):
                log.error("%s partition %s stood still and is read from offset %s", topic, partition, found[0].offset)
                metrics.RECORDS_RECOVERED.inc(len(found))
                self.store(found)


def watch_progress(
    intake: CompleteIntake, assigned: Callable[[], Collection[Place]], seconds: float, leaving: threading.Event
) -> threading.Thread:
    """Have `intake` catch up every `seconds`, in a thread of its own that ends with `leaving`."""

    def watch() -> None:
        while not leaving.wait(seconds):
            try:
                intake.catch_up(assigned())
            except SignalsError as error:  # broker or database away: next time
                log.warning("watching progress: %s", error)

    thread = threading.Thread(target=watch, name="progress watch", daemon=True)
    thread.start()
    return thread
