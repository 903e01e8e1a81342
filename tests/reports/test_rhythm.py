"""When is a partner silent, low or bursting? A table of cases, and the laws of the weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.reports.rhythm import LOOK_BACK_DAYS, WEEKS, Expectations, Rhythm, Volume, volume

TODAY = date(2026, 11, 20)


def ago(*ages: int, each: int = 1) -> dict[date, int]:
    """So many signals on each of the days that lie so long ago."""
    return {TODAY - timedelta(days=age): each for age in ages}


def of(days: dict[date, int], *, known: bool = True) -> Volume:
    return volume(days, TODAY, known=known)


DAILY = range(LOOK_BACK_DAYS)
MONTHLY = range(5, LOOK_BACK_DAYS, 30)


@pytest.mark.parametrize(
    ("name", "days", "rhythm"),
    [
        ("daily, as usual", ago(*DAILY), Rhythm.USUAL),
        ("daily, a week without", ago(*DAILY[7:]), Rhythm.USUAL),
        ("daily, longer than a week without", ago(*DAILY[8:]), Rhythm.SILENT),
        ("monthly, 45 days without", ago(*range(45, LOOK_BACK_DAYS, 30)), Rhythm.USUAL),
        ("monthly, 46 days without", ago(*range(46, LOOK_BACK_DAYS, 30)), Rhythm.SILENT),
        ("once, lately", ago(3), Rhythm.NEW),
        ("once, long ago", ago(46), Rhythm.SILENT),
        ("daily for four weeks", ago(*range(28)), Rhythm.NEW),
        ("daily for eight weeks", ago(*range(56)), Rhythm.USUAL),
        ("monthly, and a catch-up", ago(*MONTHLY) | ago(1, each=40), Rhythm.BURSTING),
        ("monthly, twice as many but few", ago(*MONTHLY) | ago(1, each=2), Rhythm.USUAL),
        ("daily, far less", ago(*range(28, LOOK_BACK_DAYS), 0, 5), Rhythm.LOW),
        ("weekly, one less", ago(*range(7, LOOK_BACK_DAYS, 7)), Rhythm.USUAL),
        ("only before what is looked at", ago(LOOK_BACK_DAYS), Rhythm.SILENT),
        ("nothing in what is looked at", {}, Rhythm.SILENT),
    ],
)
def test_rhythm(name: str, days: dict[date, int], rhythm: Rhythm) -> None:
    assert of(days).rhythm == rhythm, name


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("never sent anything", {}),
        ("a month that is over, read in today", ago(*range(22, 53))),
        ("years of signals, read in today", ago(*DAILY[60:])),
        ("once, long ago", ago(100)),
        ("daily, and a burst", ago(*DAILY) | ago(1, each=400)),
    ],
)
def test_of_whom_was_heard_less_than_four_weeks_ago_nothing_is_expected(name: str, days: dict[date, int]) -> None:
    assert of(days, known=False).rhythm == Rhythm.NEW, name


def test_a_partner_of_which_nothing_is_left_in_the_weeks_has_no_last_day() -> None:
    assert of({}).last_on is None


def test_what_counts_as_a_burst_may_be_given() -> None:
    days = ago(*DAILY) | ago(0, each=30)
    assert volume(days, TODAY, known=True).rhythm == Rhythm.BURSTING
    calm = Expectations(burst=3.0)
    assert volume(days, TODAY, known=True, expectations=calm).rhythm == Rhythm.USUAL


def test_the_expectation_is_the_average_of_the_whole_windows_since_the_first_signal() -> None:
    found = of(ago(*range(28), each=2) | ago(*range(28, 112)) | ago(112, each=500))
    assert (found.recent, found.expected) == (56, 28)
    assert of(ago(*range(55))).expected is None
    assert of(ago(*range(56))).expected == 28


def test_weeks_end_today_and_tomorrow_counts_as_today() -> None:
    found = of(ago(-1, 0, 6, 7))
    assert found.weeks[-1] == (TODAY - timedelta(days=6), 3)
    assert found.weeks[-2] == (TODAY - timedelta(days=13), 1)
    assert found.last_on == TODAY


@given(st.dictionaries(st.integers(-1, LOOK_BACK_DAYS + 20), st.integers(1, 50)))
def test_no_signal_is_lost_between_the_weeks(counts: dict[int, int]) -> None:
    found = of({TODAY - timedelta(days=age): count for age, count in counts.items()})
    within = {age: count for age, count in counts.items() if age < LOOK_BACK_DAYS}
    assert len(found.weeks) == WEEKS
    assert sum(count for _, count in found.weeks) == sum(within.values())
    assert found.recent == sum(count for _, count in found.weeks[-4:])
