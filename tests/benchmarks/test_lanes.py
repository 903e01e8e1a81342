"""A process with lanes is counted from the first commit of the last of them, as several workers are."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from benchmarks.lanes import LaneJournal, Lanes
from benchmarks.timed import drain, journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def writing(path: Path, number: int) -> Iterator[list[LaneJournal]]:
    """So many lanes of one process."""
    lanes = Lanes()
    with ExitStack() as stack:
        found = [LaneJournal(path, lanes) for _ in range(number)]
        for one in found:
            stack.enter_context(one._file)
        yield found


def test_what_was_stored_before_all_lanes_had_begun_is_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with writing(path, 2) as (one, other):
        one.note(1.0, 500)
        one.note(2.0, 400)
        assert journal(path) == []
        other.note(3.0, 300)
        one.note(4.0, 200)
        other.note(5.0, 100)
    assert [batch.records for batch in journal(path)] == [1200, 200, 100]
    assert drain([journal(path)]).records == 300


def test_a_single_lane_writes_every_batch(tmp_path: Path) -> None:
    with writing(tmp_path / "journal", 1) as (only,):
        for records in (500, 400):
            only.note(1.0, records)
    assert [batch.records for batch in journal(only.path)] == [500, 400]
