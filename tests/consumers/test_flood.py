"""The flood limits, record by record: at which one they are passed, and what a restart knows of the ones before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.consumers.flood import FloodLimits, Reading, Window, read_on, window_of
from signals.store.pauses import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMITS = FloodLimits()
SMALL = FloodLimits(share=0.5, window=10, at_least=4, in_a_row=3)


def fates(text: str) -> list[bool]:
    """Whether each record is bad: "b*199 g b" is 199 bad ones, a good one, a bad one."""
    found: list[bool] = []
    for part in text.split():
        fate, _, times = part.partition("*")
        found += [fate[-1] == "b"] * int(times or 1) if len(fate) == 1 else [c == "b" for c in fate] * int(times or 1)
    return found


def read(bad: Sequence[bool], limits: FloodLimits, window: Window | None = None) -> Reading:
    return read_on(window or Window(), len(bad), [i for i, is_bad in enumerate(bad) if is_bad], limits)


def recounted(bad: Sequence[bool], limits: FloodLimits) -> int | None:
    """After how many records a limit is passed, by counting anew at each."""
    for count in range(1, len(bad) + 1):
        last = bad[max(0, count - limits.window) : count]
        if count >= limits.at_least and sum(last) > limits.share * len(last):
            return count
        if count >= limits.in_a_row and all(bad[count - limits.in_a_row : count]):
            return count
    return None


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("g*5000", None),
        ("b*199", None),
        ("b*199 g*400", 200),  # the 200th is good, and with it the share begins to count
        ("b*200", 200),
        ("b*500", 200),
        ("g b*500", 200),  # 199 of 200 are over half
        ("g*200 b*199", None),
        ("g*200 b*199 g b*199", 200 + 199 + 1 + 3),  # 202 of 403
        ("g*1000 b*199 g*10 b*199", None),
        ("g*1000 b*200", 1200),
        ("gb*99 g b b", 201),
        ("gb*100", None),  # half is not over half
        ("gb*100 b", 201),
        ("gb*3000", None),
        ("gb*3000 bg", 6001),
        ("g*1000 bbg*334", 1000 + 751),  # 501 of the last 1000
        ("bg*99 g*2", None),
        ("g*100 b*100", None),
        ("g*99 b*101", 200),
        ("b*101 g*99", 200),
        ("b*100 g*100 b*50 g*150", 201),
    ],
)
def test_the_limit_is_passed_at_this_record(sent: str, taken: int | None) -> None:
    bad = fates(sent)
    assert recounted(bad, LIMITS) == taken
    found = read(bad, LIMITS)
    assert (found.taken, found.reason is not None) == (taken or len(bad), taken is not None)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("g*1000 b*200", "200 bad records in a row"),
        ("g*99 b*101", "101 of the last 200 records were bad"),
        ("g*1000 bbg*334", "501 of the last 1000 records were bad"),
    ],
)
def test_the_reason_says_which_limit(sent: str, reason: str) -> None:
    assert read(fates(sent), LIMITS).reason == reason


@given(st.lists(st.booleans(), max_size=60), st.lists(st.integers(1, 20), max_size=8))
def test_batch_by_batch_is_as_counting_anew(bad: list[bool], cuts: list[int]) -> None:
    window, done = Window(), 0
    for size in [*cuts, len(bad)]:
        found = read(bad[done : done + size], SMALL, window)
        window, done = found.window, done + found.taken
        if found.reason:
            break
    assert done == (recounted(bad, SMALL) or len(bad))
    last = bad[max(0, done - SMALL.window) : done]
    assert window.read == done
    assert [number - (done - len(last)) - 1 for number in window.bad] == [i for i, is_bad in enumerate(last) if is_bad]


@st.composite
def taken_in(draw: st.DrawFn) -> tuple[list[int], int]:
    """The numbers of the bad records among all, each batch counting on from what it saw: maybe not the last ones."""
    numbers: list[int] = []
    commits = [0]
    for bad in draw(st.lists(st.lists(st.booleans(), min_size=1, max_size=5), max_size=8)):
        seen = commits[draw(st.integers(max(0, len(commits) - 2), len(commits) - 1))]
        numbers += [seen + 1 + n for n, is_bad in enumerate(bad) if is_bad]
        commits.append(commits[-1] + len(bad))
    return sorted(numbers), commits[-1]


@given(taken_in())
def test_of_two_workers_at_once_every_bad_record_has_a_place_of_its_own(taken: tuple[list[int], int]) -> None:
    numbers, read_in_all = taken
    window = window_of(Tally(read_in_all, 0, tuple(numbers)))
    assert (window.read, len(window.bad)) == (read_in_all, len(numbers))
    assert list(window.bad) == sorted(set(window.bad))
    assert all(number <= mine <= read_in_all for number, mine in zip(numbers, window.bad, strict=True))


def test_what_came_before_the_resume_no_longer_counts() -> None:
    assert window_of(Tally(700, 400, (401, 402, 700))) == Window(300, (1, 2, 300))


def test_nothing_read_is_an_empty_window() -> None:
    assert window_of(Tally(0, 0, ())) == Window()
