"""One arrears with very many events: a partner that always sends the same reference may not slow everybody down."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.outreach import arrears
from signals.outreach.arrears import Fact, PickedUp, Place, ReportFact, WithdrawalFact, judge_arrears
from signals.outreach.periods import Period
from signals.outreach.policy import PolicyBook, numbered, parse_policy
from tests.reference.notation import policy
from tests.reference.policy import toml_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from _typeshed import TraceFunction

BOOK = PolicyBook([numbered(parse_policy(toml_text(policy()), "policy"), 1)])
KEPT = PickedUp(Period(date(2026, 1, 1), "2026-01"), 1)
FIRST = date(2026, 1, 1)


def fact(
    number: int, *, amount: int = 10_000, household: int = 1, picked_up: bool = False, days: int = 0
) -> ReportFact:
    place = Place(FIRST + timedelta(days), number, f"e{number:05}", "urn:test")
    kept = KEPT if picked_up else None
    return ReportFact(number, place, household, amount, None, None, False, False, None, kept)


def withdrawal(number: int) -> WithdrawalFact:
    return WithdrawalFact(number, Place(FIRST, number, f"e{number:05}", "urn:test"), "paid")


SHAPES: dict[str, Callable[[int], Fact]] = {
    "all the same": fact,
    "ever higher": lambda n: fact(n, amount=10_000 + n),
    "ever lower": lambda n: fact(n, amount=1_000_000 - n),
    "each at an address of its own": lambda n: fact(n, household=n),
    "to and fro": lambda n: fact(n, household=n % 2),
    "to and fro, picked up": lambda n: fact(n, household=n % 2, picked_up=True),
    "picked up, ever lower": lambda n: fact(n, amount=1_000_000 - n, picked_up=n % 2 == 0),
    "withdrawn again and again": lambda n: withdrawal(n) if n % 2 else fact(n, amount=10_000 + n),
    "one a day": lambda n: fact(n, days=n, amount=10_000 + n % 7),
}


def lines_run(facts: list[Fact]) -> int:
    """How many lines of the module's code it takes to judge `facts`: what no other work on the machine changes."""
    count = 0

    def trace(frame: FrameType, event: str, _arg: object) -> TraceFunction | None:
        nonlocal count
        if frame.f_code.co_filename != arrears.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        judge_arrears(facts, municipality="0141", sector="housing", book=BOOK)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_events_take_about_twice_the_work(shape: str) -> None:
    few, many = ([SHAPES[shape](n) for n in range(1, count)] for count in (251, 1001))
    assert lines_run(many) < 5 * lines_run(few)


def test_what_was_picked_up_stays_where_it_was() -> None:
    other = ReportFact(1, Place(date(2026, 11, 2), 1, "e", "s"), 1, 1, None, None, True, False, None, KEPT)
    (judged,) = judge_arrears([other], municipality="0141", sector="housing", book=BOOK).reports
    assert (judged.status, judged.period, judged.policy_id) == ("picked-up", KEPT.period, KEPT.policy_id)
