"""The next step after contact attempts: a visit, another part of the day, a card, a letter, and when nobody answers."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.outreach.clocks import is_working_day
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


def first(kind: str, day: date = TUESDAY) -> NextStep:
    return NextStep(kind, day, None, "not-reached")


CARD = NextStep("card", TUESDAY, None, "visits-exhausted")
LETTER = NextStep("letter", TUESDAY, None, "card-left")
# Fourteen days, as the policy's clock of the first contact attempt.
NO_ANSWER = NextStep("administrative", date(2026, 12, 7), None, "no-answer")
VISITED: Final = {
    "nothing was tried": ([], first("home-visit", MONDAY)),
    "morning, then evening": ([visit("morning")], again("evening")),
    "evening, then afternoon": ([visit("evening")], again("afternoon")),
    "afternoon, then morning": ([visit("afternoon")], again("morning")),
    "the third part, whatever the turn": ([visit("morning"), visit("afternoon")], again("evening")),
    "never the same until all were tried": ([visit("evening"), visit("evening")], again("afternoon")),
    "from the next working day on": ([visit("evening", FRIDAY)], again("afternoon", NEXT_MONDAY)),
    "visits exhausted: a card": ([visit("morning"), visit("evening"), visit("afternoon")], CARD),
    "after the card a letter": ([visit("morning"), visit("evening"), visit("afternoon"), other("card")], LETTER),
    "a card left at the last visit": ([visit("morning"), visit("evening"), visit("evening"), other("card")], LETTER),
    "a card left at a visit that is not the last": ([visit("morning"), other("card")], again("evening")),
    "in whatever order they are written down": ([other("card"), visit("morning")], again("evening")),
    "a card of another day than the visit": ([visit("morning", date(2026, 11, 20)), other("card")], LETTER),
    "the letter is waited for": ([visit("morning"), other("card"), other("letter")], NO_ANSWER),
    "and a call meanwhile changes nothing": ([other("card"), other("letter"), other("call")], NO_ANSWER),
    "a letter came first": ([other("letter"), visit("morning")], again("evening")),
    "only a letter: the visit is still to be made": ([other("letter")], first("home-visit")),
    "a call beside it changes nothing": ([visit("morning"), other("call")], again("evening")),
    "only a call": ([other("call")], first("home-visit")),
    "a mail on a Friday": ([other("mail", FRIDAY)], first("home-visit", NEXT_MONDAY)),
    "reached at the door": ([visit("morning"), visit("evening", reached=True)], None),
    "reached by telephone": ([visit("morning"), other("call", reached=True)], None),
    "not at home after an earlier talk": ([visit("morning", reached=True), visit("evening")], again("afternoon")),
    "called in vain after an earlier talk": ([visit("morning", reached=True), other("call")], first("home-visit")),
}
WRITTEN: Final = {
    "nothing was tried": ([], first("letter", MONDAY)),
    "only a call": ([other("call")], first("letter")),
    "a letter is waited for": ([other("letter")], NO_ANSWER),
    "an answer": ([other("letter"), other("call", reached=True)], None),
    "a visit all the same": ([other("letter"), visit("evening")], again("afternoon")),
}


@pytest.mark.parametrize("name", VISITED)
def test_next_step_of_a_visit(name: str) -> None:
    attempts, expected = VISITED[name]
    today = max((attempt.on_day for attempt in attempts), default=MONDAY)
    assert next_step(attempts, POLICY, today, "home-visit") == expected


@pytest.mark.parametrize("name", WRITTEN)
def test_next_step_of_a_letter(name: str) -> None:
    attempts, expected = WRITTEN[name]
    assert next_step(attempts, POLICY, MONDAY, "letter") == expected


def test_where_nothing_counts_any_more_no_channel_is_asked_for() -> None:
    assert next_step([other("call")], POLICY, MONDAY, "none") is None


def test_a_letter_of_long_ago_asks_for_a_decision_now() -> None:
    assert next_step([other("letter", date(2026, 1, 5))], POLICY, FRIDAY, "letter") == NextStep(
        "administrative", FRIDAY, None, "no-answer"
    )


def test_the_policy_says_how_long_a_letter_is_waited_for() -> None:
    days = "contact_attempt = { days = 14"
    soon = parse_policy(shipped()["almelo.toml"].replace(days, "contact_attempt = { days = 2"), "almelo")
    found = next_step([other("letter")], soon, MONDAY, "letter")
    assert found is not None
    assert found.on_day == date(2026, 11, 25)


ATTEMPTS = st.lists(
    st.builds(
        Attempt,
        st.sampled_from(sorted(CONTACT_KINDS)),
        st.dates(date(2026, 11, 1), FRIDAY),
        st.sampled_from(sorted(PARTS_OF_DAY)),
        st.booleans(),
    ),
    max_size=8,
).map(lambda attempts: sorted(attempts, key=lambda one: one.on_day))


@given(ATTEMPTS, st.sampled_from(["letter", "home-visit"]))
def test_whoever_was_not_reached_has_a_next_step_on_a_working_day_to_come(attempts: list[Attempt], route: str) -> None:
    found = next_step(attempts, POLICY, FRIDAY, route)
    if attempts and attempts[-1].reached:
        assert found is None
    else:
        assert found is not None
        assert found.on_day >= FRIDAY
        assert is_working_day(found.on_day)


def test_an_attempt_written_down_late_gives_no_step_in_the_past() -> None:
    assert next_step([visit("morning")], POLICY, FRIDAY, "home-visit") == again("evening", FRIDAY)


def test_no_step_falls_on_a_holiday() -> None:
    christmas_eve = date(2026, 12, 24)
    found = next_step([visit("morning", christmas_eve)], POLICY, christmas_eve, "home-visit")
    assert found == again("evening", date(2026, 12, 28))


def test_the_policy_says_how_many_visits() -> None:
    once = parse_policy(shipped()["almelo.toml"].replace("visits_at_most = 3", "visits_at_most = 1"), "almelo")
    assert next_step([visit("evening")], once, MONDAY, "home-visit") == CARD


def test_when_all_parts_were_tried_the_one_of_longest_ago_comes_next() -> None:
    five = parse_policy(shipped()["almelo.toml"].replace("visits_at_most = 3", "visits_at_most = 5"), "almelo")
    tried = [visit("evening"), visit("morning"), visit("afternoon")]
    assert next_step(tried, five, MONDAY, "home-visit") == again("evening")
