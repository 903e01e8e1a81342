"""Did every record that the broker accepted end in exactly one place? Broker offsets against tables.

The proof of guarantee 1 (design.md section 4), asked for by `signals reconcile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.store.inbox import positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from signals.store.database import Cursor
    from signals.store.inbox import Partition


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How far each partition was taken in, and every way in which the books do not close."""

    partitions: list[dict[str, Any]]
    faults: list[str]

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing and nothing was counted twice."""
        return not self.faults


# Each row: what should be equal to what, counted in the tables.
_BOOKS = (
    (
        "stored records and stored events",
        """SELECT (SELECT coalesce(sum(stored), 0) FROM progress)
            + (SELECT count(*) FROM quarantine WHERE resolution = 'stored')""",
        "SELECT count(*) FROM events",
    ),
    (
        "quarantined records and quarantine rows",
        "SELECT coalesce(sum(quarantined), 0) FROM progress",
        "SELECT count(*) FROM quarantine",
    ),
    ("stored events and inbox keys", "SELECT count(*) FROM events", "SELECT count(*) FROM inbox"),
    (
        "stored reports and judged reports",
        "SELECT count(*) FROM events WHERE type = 'reported'",
        "SELECT count(*) FROM reports",
    ),
)


def reconcile(
    cursor: Cursor,
    log_id: str,
    begin_offsets: Mapping[Partition, int],
    end_offsets: Mapping[Partition, int],
    ends_now: Callable[[], Mapping[Partition, int]],
) -> Reconciliation:
    """Compare the broker `log_id` with the tables, also while workers take in.

    Args:
        cursor: reads the tables; its transaction begins after both offsets were read.
        log_id: the broker's log.
        begin_offsets: the first offset that each partition still holds.
        end_offsets: the offset after the last record of each partition.
        ends_now: reads the ends again; asked only when more was taken in than `end_offsets` has.
    """
    taken = positions(cursor, log_id)
    places = [
        _Place(*place, begin_offsets.get(place, 0), end, taken.get(place, 0))
        for place, end in sorted(end_offsets.items())
    ]
    faults = [fault for place in places for fault in place.faults()]
    if any(place.done > place.end for place in places):  # what was published meanwhile may be taken in already
        ends = ends_now()
        faults += [place.beyond(ends[place.key]) for place in places if place.done > ends.get(place.key, place.done)]
    faults += [text for name, left, right in _BOOKS if (text := _compare(cursor, name, left, right))]
    return Reconciliation([place.row() for place in places], faults)


@dataclass(frozen=True, slots=True)
class _Place:
    """One partition: what the broker holds of it, and how far it was taken in."""

    topic: str
    partition: int
    begin: int
    end: int
    done: int

    @property
    def key(self) -> Partition:
        return self.topic, self.partition

    @property
    def missing(self) -> int:
        """Records the broker still holds and nobody took in; what it removed before is not among them."""
        return max(0, self.end - max(self.done, self.begin))

    def row(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "partition": self.partition,
            "begin": self.begin,
            "end": self.end,
            "taken_in": self.done,
            "missing": self.missing,
        }

    def faults(self) -> Iterator[str]:
        name = f"{self.topic} partition {self.partition}"
        if self.begin > self.done > 0:  # a log that was never read may begin anywhere
            lost = f"offsets {self.done} to {self.begin - 1} were removed by the broker before they were taken in"
            yield f"{name}: {lost}; ask the partner to publish them again"
        if self.missing:
            yield f"{name}: offsets {self.end - self.missing} to {self.end - 1} are not taken in"

    def beyond(self, end: int) -> str:
        return f"{self.topic} partition {self.partition}: the broker ends at {end}, but {self.done} was taken in"


def _compare(cursor: Cursor, name: str, left: str, right: str) -> str | None:
    cursor.execute(f"SELECT ({left})::bigint, ({right})::bigint")
    counts = cursor.fetchone()
    if counts is None or counts[0] == counts[1]:
        return None
    return f"{name} differ: {counts[0]} and {counts[1]}"
