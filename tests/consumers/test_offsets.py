"""The books of the intake: each record once, in whatever order and however often it is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.consumers.complete import MissingRecordsError
from signals.consumers.offsets import books, each_once
from signals.consumers.records import Place, Record
from signals.store.inbox import Reached

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from signals.consumers.offsets import Holes

TOPIC = "arrears.housing.welbions"
HERE: Place = (TOPIC, 0)


def record(offset: int) -> Record:
    return Record(TOPIC, 0, offset, b"", 0)


def offsets(records: Iterable[Record]) -> list[int]:
    return [one.offset for one in records]


class Ledger:
    """The row of one partition, as the database would keep it."""

    def __init__(self) -> None:
        self.reached = Reached()
        self.first = self.passed_over = 0
        self.taken: list[int] = []

    def take_in(self, found: Iterable[int], put_off: Collection[int] = (), holes: Holes | None = None) -> list[int]:
        """Hand over these offsets, of which some are put off; what was left."""
        fresh, awaited = each_once(map(record, found), {HERE: self.reached}, holes)
        kept = [one for one in fresh if one.offset not in put_off]
        book = books({HERE: self.reached}, awaited, fresh, kept)[HERE]
        self.taken += offsets(kept)
        self.first += book.first_offset
        self.passed_over += book.passed_over
        self.reached = Reached(book.next_offset, frozenset(book.ahead))
        self.check()
        return [one for one in offsets(fresh) if one in put_off]

    def check(self) -> None:
        assert len(set(self.taken)) == len(self.taken)
        assert self.passed_over >= 0
        span = self.reached.next_offset - self.first
        assert len(self.taken) + self.passed_over == span + len(self.reached.ahead)
        assert all(offset > self.reached.next_offset for offset in self.reached.ahead)
        assert {one for one in self.taken if one >= self.reached.next_offset} == self.reached.ahead


def test_what_is_put_off_holds_the_next_offset_and_what_came_after_it_is_known() -> None:
    ledger = Ledger()
    assert ledger.take_in(range(6), put_off={2, 4}, holes={}) == [2, 4]
    assert ledger.reached == Reached(2, frozenset({3, 5}))
    assert ledger.take_in([2, 4, 6, 7], put_off={4}, holes={}) == [4]
    assert ledger.reached == Reached(4, frozenset({5, 6, 7}))
    assert ledger.take_in([4], holes={}) == []
    assert ledger.reached == Reached(8)
    assert ledger.taken == [0, 1, 3, 5, 2, 6, 7, 4]


def test_a_partition_that_is_read_anew_takes_in_only_what_was_put_off() -> None:
    ledger = Ledger()
    ledger.take_in(range(6), put_off={2}, holes={})
    ledger.take_in(range(2, 9), holes={})
    assert ledger.taken == [0, 1, 3, 4, 5, 2, 6, 7, 8]


def test_a_record_that_was_put_off_and_does_not_come_again_is_missed() -> None:
    ledger = Ledger()
    ledger.take_in(range(6), put_off={2, 4}, holes={})
    with pytest.raises(MissingRecordsError) as missing:
        ledger.take_in([2, 3, 5, 6], holes={})
    assert missing.value.hole == (*HERE, 4, 5)


def test_a_hole_behind_what_was_put_off_is_passed_over_once() -> None:
    ledger, holes = Ledger(), {(*HERE, 3): 7}
    ledger.take_in([0, 1, 2, 7, 8], put_off={1}, holes=holes)
    assert (ledger.reached, ledger.passed_over) == (Reached(1, frozenset({2, 7, 8})), 0)
    ledger.take_in([1, 9], holes=holes)
    assert (ledger.reached, ledger.passed_over) == (Reached(10), 4)


def test_a_log_that_begins_later_begins_there_whatever_is_put_off() -> None:
    ledger = Ledger()
    ledger.take_in([5, 6, 7, 8], put_off={5, 7})
    assert (ledger.first, ledger.reached) == (5, Reached(5, frozenset({6, 8})))
    ledger.take_in([5, 7, 9])
    assert (ledger.first, ledger.passed_over, ledger.reached) == (5, 0, Reached(10))


def test_a_log_of_which_the_first_record_is_put_off_begins_with_it() -> None:
    ledger = Ledger()
    ledger.take_in([0, 1, 2], put_off={0})
    ledger.take_in([0, 1, 2, 4])  # nobody asks about what is missing here
    assert (ledger.first, ledger.passed_over, ledger.reached) == (0, 1, Reached(5))
    assert ledger.taken == [1, 2, 0, 4]


def test_another_worker_asks_again_about_a_hole_that_it_does_not_know() -> None:
    ledger = Ledger()
    ledger.take_in([0, 1, 2, 7, 8], put_off={1}, holes={(*HERE, 3): 7})
    with pytest.raises(MissingRecordsError) as missing:
        ledger.take_in([1, 2, 7, 8, 9], holes={})
    assert missing.value.hole == (*HERE, 3, 7)


@st.composite
def readings(draw: st.DrawFn) -> list[tuple[list[int], set[int]]]:
    """What a client hands over, batch by batch, beginning anew now and then; and what is put off of each batch."""
    at, found = 0, []
    for _ in range(draw(st.integers(1, 8))):
        begin = draw(st.integers(0, at))
        end = draw(st.integers(begin, at + 6))
        at = max(at, end)
        found.append((list(range(begin, end)), draw(st.sets(st.integers(0, at)))))
    return found


@given(readings())
def test_each_record_is_taken_in_once_whatever_is_put_off(found: list[tuple[list[int], set[int]]]) -> None:
    ledger = Ledger()
    left: list[int] = []
    for batch, put_off in found:
        left = ledger.take_in(sorted({*left, *batch}), put_off, holes={})
    end = max((one for batch, _ in found for one in batch), default=-1) + 1
    ledger.take_in(range(end), holes={})
    assert sorted(ledger.taken) == list(range(end))
    assert ledger.reached == Reached(end)
