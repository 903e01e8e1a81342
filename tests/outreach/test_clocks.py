"""The clocks of a case: when each starts, how long it runs, and what a working day is."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.outreach.clocks import (
    Clock,
    Clocks,
    clocks_from,
    deadlines,
    is_working_day,
    public_holidays,
)

DEFAULTS = """
contact_attempt = { days = 14, unit = "calendar" }
first_conversation = { days = 28, unit = "calendar" }
threatening_help = { days = 3, unit = "working" }
decision = { days = 56, unit = "calendar" }
collection_pause = { days = 30, unit = "calendar" }
contract_end = { days = 20, unit = "working" }
"""


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),  # New Year's Day
        ("2026-04-03", False),  # Good Friday
        ("2026-04-05", False),  # Easter Sunday
        ("2026-04-06", False),  # Easter Monday
        ("2026-04-27", False),  # King's Day
        ("2025-04-26", False),  # King's Day on Saturday, because the 27th is a Sunday
        ("2025-04-28", True),  # and no day off on the Monday after
        ("2025-05-05", False),  # Liberation Day, in a year divisible by five
        ("2026-05-05", True),  # and in another year
        ("2026-05-14", False),  # Ascension Day
        ("2026-05-15", True),  # the Friday after it is no public holiday
        ("2026-05-25", False),  # Whit Monday
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2026-12-26", False),
        ("2026-12-31", True),
        ("2026-11-21", False),  # Saturday
        ("2026-11-22", False),  # Sunday
        ("2026-11-23", True),
    ],
)
def test_working_days(day: str, *, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "clock", "due"),
    [
        ("2026-11-02", Clock(14), "2026-11-16"),
        ("2026-11-02", Clock(3, "working"), "2026-11-05"),
        ("2026-11-05", Clock(3, "working"), "2026-11-10"),  # Thursday → Tuesday
        ("2026-11-07", Clock(3, "working"), "2026-11-11"),  # begun on a Saturday
        ("2026-04-01", Clock(3, "working"), "2026-04-08"),  # over Good Friday and Easter
        ("2026-12-23", Clock(3, "working"), "2026-12-29"),  # over Christmas
        ("2026-12-30", Clock(3, "working"), "2027-01-05"),  # over the turn of the year
        ("2026-05-04", Clock(1, "working"), "2026-05-05"),
        ("2025-05-02", Clock(1, "working"), "2025-05-06"),
        ("2026-12-11", Clock(14), "2026-12-25"),  # a calendar clock is not extended by a holiday
        ("2024-02-15", Clock(14), "2024-02-29"),
    ],
)
def test_when_a_clock_ends(start: str, clock: Clock, due: str) -> None:
    assert clock.due(date.fromisoformat(start)) == date.fromisoformat(due)


RECEIVED = date(2026, 11, 2)
ALWAYS = {"contact-attempt": "2026-11-16", "first-conversation": "2026-11-30"}


@pytest.mark.parametrize(
    ("accepted_on", "conversation_on", "crisis", "expected"),
    [
        (None, None, None, ALWAYS),
        (None, None, "eviction", ALWAYS),
        (None, None, "end-of-delivery", {**ALWAYS, "contract-end": "2026-11-30"}),
        (date(2026, 11, 6), None, None, {**ALWAYS, "collection-pause": "2026-12-06"}),
        (None, date(2026, 11, 9), None, {**ALWAYS, "decision": "2027-01-04"}),
        *(
            (
                date(2026, 11, 6),
                None,
                crisis,
                {**ALWAYS, "collection-pause": "2026-12-06", "threatening-help": "2026-11-11"},
            )
            for crisis in ("eviction", "disconnection", "end-of-insurance")
        ),
        (
            date(2026, 11, 6),
            date(2026, 11, 9),
            "end-of-delivery",
            {
                **ALWAYS,
                "collection-pause": "2026-12-06",
                "contract-end": "2026-11-30",
                "decision": "2027-01-04",
            },
        ),
    ],
)
def test_which_clocks_run(
    accepted_on: date | None, conversation_on: date | None, crisis: str | None, expected: dict[str, str]
) -> None:
    due = deadlines(RECEIVED, Clocks(), accepted_on=accepted_on, conversation_on=conversation_on, crisis=crisis)
    assert {deadline.name: deadline.due.isoformat() for deadline in due} == expected
    assert list(due) == sorted(due, key=lambda deadline: (deadline.due, deadline.name))
    assert all(deadline.nl and deadline.en for deadline in due)


DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(start=DAYS, days=st.integers(1, 60))
def test_a_working_clock_never_ends_on_a_day_off(start: date, days: int) -> None:
    due = Clock(days, "working").due(start)
    assert due.weekday() < 5
    assert due not in public_holidays(due.year)
    between = (start + timedelta(days=number) for number in range(1, (due - start).days + 1))
    assert sum(map(is_working_day, between)) == days


@given(
    start=DAYS,
    later=st.integers(0, 30),
    days=st.integers(1, 60),
    unit=st.sampled_from(["calendar", "working"]),
)
def test_a_clock_that_starts_later_never_ends_earlier(start: date, later: int, days: int, unit: str) -> None:
    clock = Clock(days, unit)
    assert clock.due(start + timedelta(days=later)) >= clock.due(start)
    assert Clock(days, "working").due(start) >= Clock(days).due(start)


def test_an_empty_table_and_a_table_of_the_defaults_are_the_same() -> None:
    assert clocks_from({}) == (Clocks(), [])
    assert clocks_from(tomllib.loads(DEFAULTS)) == (Clocks(), [])


def test_one_key_changes_one_clock() -> None:
    read = clocks_from(tomllib.loads('contact_attempt = { days = 5, unit = "working" }'))
    assert read == (Clocks(contact_attempt=Clock(5, "working")), [])


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("contact_atempt = 3", 'clocks.contact_atempt: unknown key; did you mean "contact_attempt"?'),
        ("zzz = 3", "clocks.zzz: unknown key; use one of: contact_attempt, "),
        ("decision = 56", "clocks.decision: must have exactly days and unit, such as"),
        ("decision = { days = 56 }", "clocks.decision: must have exactly days and unit"),
        ('decision = { days = 56, unit = "working", x = 1 }', "clocks.decision: must have exactly"),
        ('decision = { days = 0, unit = "working" }', "clocks.decision.days: must be a whole number from 1"),
        ('decision = { days = 367, unit = "working" }', "clocks.decision.days: must be"),
        ('decision = { days = true, unit = "working" }', "clocks.decision.days: must be"),
        ('decision = { days = "3", unit = "working" }', "clocks.decision.days: must be"),
        ('decision = { days = 3, unit = "weeks" }', 'clocks.decision.unit: must be "calendar" or "working"'),
        ("decision = { days = 3, unit = [] }", "clocks.decision.unit: must be"),
    ],
)
def test_each_fault_names_key_and_mend(text: str, start: str) -> None:
    clocks, faults = clocks_from(tomllib.loads(text))
    assert len(faults) == 1
    assert faults[0].startswith(start)
    assert clocks == Clocks()


def test_all_faults_come_at_once() -> None:
    text = 'x = 1\ndecision = { days = 0, unit = "?" }\ncontract_end = 3\n'
    assert len(clocks_from(tomllib.loads(text))[1]) == 4
