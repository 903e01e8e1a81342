"""The cases of a household with very many reports: as cheap for each, however they lie in time."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach import cases
from signals.outreach.cases import Acts, ArrearsState, HouseholdReport, JudgedCase, in_a_case, judge_household
from signals.outreach.periods import period_of
from signals.outreach.policy import PolicyBook, numbered, parse_policy
from tests.reference.notation import policy
from tests.reference.policy import toml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from _typeshed import TraceFunction

BOOK = PolicyBook([numbered(parse_policy(toml_text(policy()), "policy"), 1)])
FIRST = date(2026, 1, 1)
# What can become of a report: its status, and why it left its case.
ENDS = [
    ("not-yet-picked-up", None),
    ("picked-up", None),
    ("picked-up", "paid"),
    ("repeat", None),
    ("wrongful", None),
    ("wrongful", "wrongful"),
    ("other-reason", "paid"),
    ("not-a-resident", "moved"),
]


def report(number: int, arrears: int, days: int, end: tuple[str, str | None] = ENDS[0]) -> HouseholdReport:
    day = FIRST + timedelta(days)
    return HouseholdReport(
        id=number,
        arrears=arrears,
        signalled_on=day,
        period=period_of("month", day),
        status=end[0],
        withdrawn=end[1],
        withdrawn_on=day if end[1] else None,
        days_in_arrears=40,
        explicit_wish=False,
        received_on=day,
    )


def judged(reports: Sequence[HouseholdReport], *, released: bool = False) -> dict[str, JudgedCase]:
    states = {
        number: ArrearsState(number, f"p{number % 7}", None, "housing", 70_000, None, 0)
        for number in {one.arrears for one in reports}
    }
    acts = {one.period.label: Acts("letter", 0) for one in reports} if released else {}
    return judge_household(reports, states, municipality="0141", book=BOOK, acts=acts)


SHAPES: dict[str, Callable[[int], HouseholdReport]] = {
    "one case": lambda n: report(n, n, 0),
    "one arrears": lambda n: report(n, 1, 0),
    "through the years": lambda n: report(n, n, n),
    "repeats only": lambda n: report(n, n, n % 300, ("repeat", None)),
    "through one year": lambda n: report(n, n, n % 360),
}


def lines_run(reports: list[HouseholdReport], *, released: bool) -> int:
    """How many lines of the module's code it takes to judge `reports`."""
    count = 0

    def trace(frame: FrameType, event: str, _arg: object) -> TraceFunction | None:
        nonlocal count
        if frame.f_code.co_filename != cases.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        judged(reports, released=released)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_reports_take_about_twice_the_work(shape: str, released: bool) -> None:
    few, many = ([SHAPES[shape](n) for n in range(count)] for count in (250, 1000))
    assert lines_run(many, released=released) < 5 * lines_run(few, released=released)


def test_a_report_is_in_a_case_by_its_status_or_its_withdrawal() -> None:
    assert [in_a_case(*end) for end in ENDS] == [True, True, True, False, False, True, True, True]
