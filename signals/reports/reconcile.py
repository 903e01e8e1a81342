"""Did every record that the broker accepted end in exactly one place, and was all that was decided told?

The proof of guarantee 1 (design.md section 4), asked for by `signals reconcile`: broker offsets against tables, table
against table (with `kept`: is all of it still there), and with `outgoing` the outbox against what it tells of. It may
be asked while workers run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from signals.reports import kept, outgoing
from signals.reports.naming import NAMED_AT_MOST
from signals.store.inbox import Reached
from signals.store.pauses import paused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from signals.store.database import Cursor
    from signals.store.inbox import Partition


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How far each partition was taken in, what waits to be told, and every way in which the books do not close."""

    partitions: list[dict[str, Any]]
    faults: list[str]
    waiting: list[dict[str, Any]] = field(default_factory=list)  # messages of the outbox, by topic

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing and nothing was counted twice."""
        return not self.faults


# Each row: what should be equal to what, counted in the tables, and where it is not.
_BOOKS: Final = (
    (
        "stored records and stored events",
        """SELECT (SELECT coalesce(sum(stored), 0) FROM progress)
            + (SELECT count(*) FROM quarantine WHERE resolution = 'stored')""",
        "SELECT count(*) FROM events",
        """SELECT 'partner ' || coalesce(taken.partner, kept.partner) || ': ' || coalesce(taken.n, 0) || ' and '
            || coalesce(kept.n, 0)
        FROM (SELECT partner, sum(n) AS n FROM (
            SELECT split_part(topic, '.', 3) AS partner, stored AS n FROM progress UNION ALL
            SELECT split_part(topic, '.', 3), 1 FROM quarantine WHERE resolution = 'stored') AS fates
            GROUP BY partner HAVING sum(n) > 0) AS taken
        FULL JOIN (SELECT partner_id AS partner, count(*) AS n FROM events JOIN inbox USING (source, event_id)
            GROUP BY partner_id) AS kept USING (partner)
        WHERE taken.n IS DISTINCT FROM kept.n ORDER BY 1""",
    ),
    (
        "quarantined records and quarantine rows",
        "SELECT coalesce(sum(quarantined), 0) FROM progress",
        "SELECT count(*) FROM quarantine",
        """SELECT topic || ' partition ' || partition || ': ' || coalesce(quarantined, 0) || ' and ' || coalesce(n, 0)
        FROM (SELECT log_id, topic, partition, quarantined FROM progress WHERE quarantined > 0) AS counted
        FULL JOIN (SELECT log_id, topic, partition, count(*) AS n FROM quarantine GROUP BY 1, 2, 3) AS kept
            USING (log_id, topic, partition)
        WHERE quarantined IS DISTINCT FROM n ORDER BY 1""",
    ),
    (
        "stored events and inbox keys",
        "SELECT count(*) FROM events",
        "SELECT count(*) FROM inbox",
        """SELECT 'partner ' || partner_id || ': ' || count(*) || ' keys without an event' FROM inbox
        WHERE NOT EXISTS (SELECT FROM events WHERE events.source = inbox.source AND events.event_id = inbox.event_id)
        GROUP BY partner_id ORDER BY 1""",
    ),
    (
        "duplicate records and duplicates of inbox keys",
        """SELECT (SELECT coalesce(sum(duplicates), 0) FROM progress)
            + (SELECT count(*) FROM quarantine WHERE resolution = 'duplicate')""",
        "SELECT coalesce(sum(duplicates), 0) FROM inbox",
        None,
    ),
    (
        "stored reports and judged reports",
        "SELECT count(*) FROM events WHERE type = 'reported'",
        "SELECT count(*) FROM reports",
        """SELECT 'event ' || id FROM events WHERE type = 'reported'
        AND NOT EXISTS (SELECT FROM reports WHERE reports.event_id = events.id) ORDER BY id LIMIT 5""",
    ),
    (
        "cases and cases with a report",
        "SELECT count(*) FROM cases WHERE state <> 'removed' AND num_nulls(released_at, closed_at, person_route) = 3",
        """SELECT count(*) FROM cases WHERE state <> 'removed' AND num_nulls(released_at, closed_at, person_route) = 3
            AND EXISTS (SELECT FROM reports WHERE case_id = cases.id)""",
        """SELECT 'case ' || id FROM cases
        WHERE state <> 'removed' AND num_nulls(released_at, closed_at, person_route) = 3
        AND NOT EXISTS (SELECT FROM reports WHERE case_id = cases.id) ORDER BY id LIMIT 5""",
    ),
)


def reconcile(
    cursor: Cursor,
    log_id: str,
    begin_offsets: Mapping[Partition, int],
    end_offsets: Mapping[Partition, int],
    ends_now: Callable[[], Mapping[Partition, int]],
    count_records: Callable[[str, int, int, int], int] | None = None,
) -> Reconciliation:
    """Compare the broker `log_id` with the tables, also while workers take in.

    Args:
        cursor: reads the tables; its transaction begins after both offsets were read.
        log_id: the broker's log.
        begin_offsets: the first offset that each partition still holds.
        end_offsets: the offset after the last record of each partition.
        ends_now: reads the ends again; asked only when more was taken in than `end_offsets` has.
        count_records: counts what the broker holds of a topic and partition from an offset to another; asked only
            where offsets were passed over (a transactional producer makes such holes). Without it these are not looked
            into.
    """
    places = _places(cursor, log_id, begin_offsets, end_offsets)
    faults = [fault for place in places for fault in place.faults()]
    if any(place.furthest > place.end for place in places):  # what was published meanwhile may be taken in already
        ends = ends_now()
        faults += [
            place.beyond(end) for place in places if place.furthest > (end := ends.get(place.key, place.furthest))
        ]
    faults += [*_books(cursor), *kept.losses(cursor)]
    faults += [fault for place in places for fault in place.miscounted(count_records)]
    told = outgoing.told(cursor)
    waiting = [
        {"topic": topic, "messages": count, "oldest_seconds": round(age, 1)}
        for topic, (count, age) in told.waiting.items()
    ]
    return Reconciliation([place.row() for place in places], [*faults, *told.faults], waiting)


_NEVER: Final[tuple[Any, ...]] = (0, 0, 0, 0, 0, 0, [])  # what the row of a partition would say that nobody has read


def _places(
    cursor: Cursor, log_id: str, begin_offsets: Mapping[Partition, int], end_offsets: Mapping[Partition, int]
) -> list[_Place]:
    cursor.execute(
        """SELECT topic, partition, first_offset, next_offset, stored, duplicates, quarantined, passed_over,
            ahead
        FROM progress WHERE log_id = %s""",
        (log_id,),
    )
    taken: dict[Partition, tuple[Any, ...]] = {(row[0], row[1]): row[2:] for row in cursor}
    resting = {pause.topic: pause.paused_at for pause in paused(cursor)}
    return [
        _Place(*key, begin_offsets.get(key, 0), end, resting.get(key[0]), *taken.get(key, _NEVER))
        for key, end in sorted(end_offsets.items())
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    """One partition: what the broker holds of it, how far it was taken in, and what became of its records."""

    topic: str
    partition: int
    begin: int
    end: int
    paused_at: datetime | None
    first: int
    done: int
    stored: int
    duplicates: int
    quarantined: int
    passed_over: int
    ahead: Sequence[int]  # offsets beyond `done` that were taken in; those between wait for another worker

    @property
    def key(self) -> Partition:
        return self.topic, self.partition

    @property
    def name(self) -> str:
        return f"{self.topic} partition {self.partition}"

    @property
    def missing(self) -> int:
        """Records the broker still holds and nobody took in; what it removed before is not among them."""
        return Reached(self.done, frozenset(self.ahead)).missing(self.begin, self.end)

    @property
    def furthest(self) -> int:
        """The offset after the last one that was taken in."""
        return max([self.done, *(offset + 1 for offset in self.ahead)])

    @property
    def counted(self) -> int:
        """Records that ended somewhere."""
        return self.stored + self.duplicates + self.quarantined

    def row(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "partition": self.partition,
            "begin": self.begin,
            "end": self.end,
            "taken_in": self.done,
            "missing": self.missing,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined,
            "passed_over": self.passed_over,
            "ahead": len(self.ahead),
            "paused": self.paused_at is not None,
        }

    def faults(self) -> Iterator[str]:
        removed = self._offsets(self.done, self.begin)
        if removed and (self.done or self.ahead):  # a log that was never read may begin anywhere
            yield (
                f"{self.name}: {removed} were removed by the broker before they were taken in; "
                "ask the partner to publish them again"
            )
        if offsets := self._offsets(max(self.done, self.begin), self.end):
            yield f"{self.name}: {self._waiting(offsets) if self.paused_at else f'{offsets} are not taken in'}"

    def _offsets(self, first: int, end: int) -> str:
        """What of these was not taken in, in words; empty when there is none."""
        known = sum(first <= offset < end for offset in self.ahead)
        if end - first - known <= 0:
            return ""
        return f"offsets {first} to {end - 1}" + (f" (but for {known} of them)" if known else "")

    def _waiting(self, offsets: str) -> str:
        since = f"{self.paused_at:%Y-%m-%d %H:%M} UTC"
        return (
            f"paused since {since}: {self.missing} waiting ({offsets}), none lost; "
            f"see `signals quarantine list`, then `signals topics resume {self.topic}`"
        )

    def beyond(self, end: int) -> str:
        return f"{self.name}: the broker ends at {end}, but {self.furthest} was taken in"

    def miscounted(self, count_records: Callable[[str, int, int, int], int] | None) -> Iterator[str]:
        """Not every offset ended in one place, or some were passed over that held a record."""
        offsets = self.done - self.first
        if self.counted + self.passed_over != offsets + len(self.ahead):
            counts = f"{self.counted} records were counted and {self.passed_over} offsets passed over"
            beyond = f" and {len(self.ahead)} beyond" if self.ahead else ""
            yield f"{self.name}: {counts}, but it has {offsets} offsets from {self.first} to {self.done - 1}{beyond}"
        elif count_records and (lost := self._lost(count_records)) > 0:
            yield f"{self.name}: {lost} {self._passed()}"

    def _lost(self, count_records: Callable[[str, int, int, int], int]) -> int:
        """Offsets that were passed over, but for those of which the broker still shows that they hold no record."""
        passed = self.passed_over + max(0, self.first - self.begin)
        begin, end = self.begin, min(self.done, self.end)
        if not self.done or not passed or begin >= end:
            return self.passed_over
        return passed - (end - begin - count_records(self.topic, self.partition, begin, end))

    def _passed(self) -> str:
        offsets = f"between offsets {min(self.begin, self.first)} and {self.done - 1}"
        if self.begin <= self.first:
            return f"records {offsets} were passed over: neither stored, duplicate nor quarantined"
        return (
            f"offsets {offsets} were passed over, for the broker had nothing there: records that it removed before "
            "they were taken in (ask the partner to publish them again), or markers of a transactional producer"
        )


def _books(cursor: Cursor) -> list[str]:
    return [text for book in _BOOKS if (text := _compare(cursor, *book))]


def _compare(cursor: Cursor, name: str, left: str, right: str, where: str | None) -> str | None:
    cursor.execute(f"SELECT ({left})::bigint, ({right})::bigint")
    counts = cursor.fetchone()
    if counts is None or counts[0] == counts[1]:
        return None
    places: list[str] = []
    if where is not None:
        cursor.execute(where.encode())
        places = [row[0] for row in cursor.fetchmany(NAMED_AT_MOST)]
    return f"{name} differ: {counts[0]} and {counts[1]}" + (f" ({'; '.join(places)})" if places else "")
