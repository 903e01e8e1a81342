"""The next step after contact attempts: another part of the day, then a card, then a letter."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from signals.outreach.policy import parse_policy
from signals.outreach.work.attempts import Attempt
from signals.outreach.work.steps import NextStep, next_step
from signals.policies import shipped

POLICY = parse_policy(shipped()["almelo.toml"], "almelo")
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)
NEXT_MONDAY = date(2026, 11, 30)


def visit(part: str, day: date = MONDAY, *, reached: bool = False) -> Attempt:
    return Attempt("home-visit", day, part, reached)


def other(kind: str, day: date = MONDAY, *, reached: bool = False) -> Attempt:
    return Attempt(kind, day, None, reached)


def again(part: str, day: date = TUESDAY) -> NextStep:
    return NextStep("home-visit", day, part, "not-at-home")


CARD = NextStep("card", TUESDAY, None, "visits-exhausted")
CASES: Final = {
    "nothing was tried": ([], None),
    "morning, then evening": ([visit("morning")], again("evening")),
    "evening, then afternoon": ([visit("evening")], again("afternoon")),
    "afternoon, then morning": ([visit("afternoon")], again("morning")),
    "the third part, whatever the turn": ([visit("morning"), visit("afternoon")], again("evening")),
    "never the same until all were tried": ([visit("evening"), visit("evening")], again("afternoon")),
    "from the next working day on": ([visit("evening", FRIDAY)], again("afternoon", NEXT_MONDAY)),
    "visits exhausted: a card": ([visit("morning"), visit("evening"), visit("afternoon")], CARD),
    "after the card a letter": (
        [visit("morning"), visit("evening"), visit("afternoon"), other("card")],
        NextStep("letter", TUESDAY, None, "card-left"),
    ),
    "after the letter one waits": ([visit("morning"), other("card"), other("letter")], None),
    "a letter came first": ([other("letter"), visit("morning")], again("evening")),
    "a call beside it changes nothing": ([visit("morning"), other("call")], again("evening")),
    "only a call": ([other("call")], None),
    "reached at the door": ([visit("morning"), visit("evening", reached=True)], None),
    "reached by telephone": ([visit("morning"), other("call", reached=True)], None),
    "not at home after an earlier talk": ([visit("morning", reached=True), visit("evening")], again("afternoon")),
}


@pytest.mark.parametrize("name", CASES)
def test_next_step(name: str) -> None:
    attempts, expected = CASES[name]
    today = max((attempt.on_day for attempt in attempts), default=MONDAY)
    assert next_step(attempts, POLICY, today) == expected


def test_an_attempt_written_down_late_gives_no_step_in_the_past() -> None:
    assert next_step([visit("morning")], POLICY, FRIDAY) == again("evening", FRIDAY)


def test_no_step_falls_on_a_holiday() -> None:
    christmas_eve = date(2026, 12, 24)
    assert next_step([visit("morning", christmas_eve)], POLICY, christmas_eve) == again("evening", date(2026, 12, 28))


def test_the_policy_says_how_many_visits() -> None:
    once = parse_policy(shipped()["almelo.toml"].replace("visits_at_most = 3", "visits_at_most = 1"), "almelo")
    assert next_step([visit("evening")], once, MONDAY) == CARD


def test_when_all_parts_were_tried_the_one_of_longest_ago_comes_next() -> None:
    five = parse_policy(shipped()["almelo.toml"].replace("visits_at_most = 3", "visits_at_most = 5"), "almelo")
    tried = [visit("evening"), visit("morning"), visit("afternoon")]
    assert next_step(tried, five, MONDAY) == again("evening")
