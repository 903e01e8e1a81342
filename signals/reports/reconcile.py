"""Did every record that the broker accepted end in exactly one place? Broker offsets against tables.

The proof of guarantee 1 (design.md section 4), asked for by `signals reconcile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.store.inbox import positions

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def reconcile(cursor: Cursor, log_id: str, end_offsets: Mapping[Partition, int]) -> Reconciliation:
    """Compare the broker `log_id`, whose partitions end at `end_offsets`, with the tables."""
    taken = positions(cursor, log_id)
    partitions, faults = [], []
    for (topic, partition), end in sorted(end_offsets.items()):
        done = taken.get((topic, partition), 0)
        row = {"topic": topic, "partition": partition, "end": end, "taken_in": done, "missing": max(0, end - done)}
        partitions.append(row)
        if end > done:
            faults.append(f"{topic} partition {partition}: offsets {done} to {end - 1} are not taken in")
        if end < done:
            faults.append(f"{topic} partition {partition}: the broker ends at {end}, but {done} was taken in")
    faults += [text for name, left, right in _BOOKS if (text := _compare(cursor, name, left, right))]
    return Reconciliation(partitions, faults)


def _compare(cursor: Cursor, name: str, left: str, right: str) -> str | None:
    cursor.execute(f"SELECT ({left})::bigint, ({right})::bigint")
    counts = cursor.fetchone()
    if counts is None or counts[0] == counts[1]:
        return None
    return f"{name} differ: {counts[0]} and {counts[1]}"
