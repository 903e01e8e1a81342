"""Residents react at the levels that are known, each household in its own way, and always the same way."""

from __future__ import annotations

from dataclasses import astuple, replace
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.simulation.dice import Dice
from signals.simulation.reactions import (
    ACCEPTED,
    CHRONIC_MONTHS,
    LEVELS,
    STATES,
    TEMPERS,
    Chances,
    Contact,
    Reaction,
    chances,
    react,
    react_to,
    temper_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = 1
TOWN = tuple(f"0141-{number:07}" for number in range(6000))
SHARES = {name: state.share for name, state in STATES.items()}
STATE_OF = {household: Dice("states", household).weighted(SHARES) for household in TOWN}
LETTER, VISIT = Contact("letter"), Contact("home-visit")
AMSTERDAM = (
    Contact("home-visit", "morning", 1),
    Contact("call", "afternoon", 2),
    Contact("mail", None, 3),
    Contact("text-message", None, 4),
    Contact("home-visit", "evening", 5),
    Contact("call", "evening", 6),
)

households = st.sampled_from(TOWN)
states = st.sampled_from(sorted(STATES))
parts = st.sampled_from([None, *PARTS_OF_DAY])
contacts = st.builds(
    Contact,
    channel=st.sampled_from(sorted(CONTACT_KINDS)),
    part_of_day=parts,
    attempt=st.integers(1, 6),
    announced=st.booleans(),
    simplified=st.booleans(),
)
plans = st.lists(contacts, max_size=4)


def until_reached(household: str, plan: Sequence[Contact], *, months: int = 0, year: int = 2024) -> Reaction:
    """The reaction that ends the attempts: the first that reaches, else the last."""
    for n, contact in enumerate(plan):
        reaction = react(
            household, STATE_OF[household], contact, seed=SEED, before=plan[:n], months_troubled=months, year=year
        )
        if reaction.reached:
            break
    return reaction


def reached(plan: Sequence[Contact], *, months: int = 0) -> float:
    """The share of the town that one of the contacts reaches."""
    return sum(until_reached(household, plan, months=months).reached for household in TOWN) / len(TOWN)


@pytest.mark.parametrize(
    ("plan", "target"),
    [
        ((LETTER,), 0.18),
        ((VISIT,), 0.36),  # a little over a third
        ((replace(VISIT, announced=True),), 0.41),  # Roermond
        (AMSTERDAM, 0.80),
    ],
    ids=["letter", "visit", "announced", "amsterdam"],
)
def test_reached(plan: Sequence[Contact], target: float) -> None:
    assert reached(plan) == pytest.approx(target, rel=0.1)


def test_the_letters_and_visits_of_almelo_reach_a_fifth() -> None:
    plans_of = [((LETTER,), 350), ((VISIT,), 40)]
    assert sum(reached(plan) * count for plan, count in plans_of) / 390 == pytest.approx(0.20, rel=0.1)


@pytest.mark.parametrize("part", PARTS_OF_DAY)
def test_every_part_of_the_day_can_reach(part: str) -> None:
    assert 0.25 < reached([Contact("home-visit", part)]) < 0.60


def test_more_attempts_on_other_parts_of_the_day_reach_more() -> None:
    visits = [Contact("home-visit", part, n) for n, part in enumerate(("morning", "evening", "afternoon"), 1)]
    shares = [reached(visits[:count]) for count in (1, 2, 3)]
    assert all(more > less + 0.05 for less, more in pairwise(shares))
    mornings = [replace(visit, part_of_day="morning") for visit in visits]
    assert reached(visits[:2]) > reached(mornings[:2]) + 0.05


def test_who_was_out_in_the_morning_is_likelier_in_in_the_evening() -> None:
    def later(part: str) -> float:
        return sum(react(one, STATE_OF[one], Contact("home-visit", part, 2), seed=SEED).reached for one in out)

    morning = Contact("home-visit", "morning", 1)
    out = [one for one in TOWN if not react(one, STATE_OF[one], morning, seed=SEED).reached]
    assert later("evening") > 1.5 * later("morning")
    assert later("morning") / len(out) < 0.9 * reached([morning])  # and another morning is worse than the first


@pytest.mark.parametrize(("year", "target"), [*ACCEPTED.items(), (2019, 0.39), (2031, 0.31)])
def test_accepted_of_those_reached(year: int, target: float) -> None:
    answers = [until_reached(one, [contact], year=year) for one in TOWN for contact in (LETTER, VISIT)]
    spoken = [answer for answer in answers if answer.reached]
    assert sum(answer.accepted for answer in spoken) / len(spoken) == pytest.approx(target, rel=0.1)


def test_a_simplified_letter_reaches_five_points_more_chronic_late_payers() -> None:
    simplified = replace(LETTER, simplified=True)
    chronic = reached([simplified], months=CHRONIC_MONTHS) - reached([LETTER], months=CHRONIC_MONTHS)
    assert chronic == pytest.approx(0.05, rel=0.2)
    assert reached([simplified], months=CHRONIC_MONTHS - 1) == reached([LETTER])


def test_many_pay_and_more_of_those_who_noticed() -> None:
    answers = [until_reached(one, [LETTER]) for one in TOWN]
    paid = {
        noticed: [answer.paid for answer in answers if not answer.accepted and answer.noticed is noticed]
        for noticed in (True, False)
    }
    share = {noticed: sum(some) / len(some) for noticed, some in paid.items()}
    assert 0.15 < sum(map(sum, paid.values())) / len(answers) < 0.35
    assert share[True] > 1.5 * share[False] > 0.05
    assert {answer.paid_after for answer in answers if answer.paid} == set(range(1, 29))


def test_the_tempers_come_in_their_shares() -> None:
    tempers = [temper_of(household, seed=SEED) for household in TOWN]
    for trait, shares in TEMPERS.items():
        for name, share in shares.items():
            counted = sum(getattr(temper, trait) == name for temper in tempers) / len(TOWN)
            assert counted == pytest.approx(share, abs=0.025), (trait, name)


def test_the_chances_are_those_of_the_reactions() -> None:
    second = Contact("home-visit", "evening", 2)
    odds = [chances(one, STATE_OF[one], second, seed=SEED, before=[LETTER]) for one in TOWN]
    happened = [react(one, STATE_OF[one], second, seed=SEED, before=[LETTER]) for one in TOWN]
    assert sum(answer.reached for answer in happened) == pytest.approx(sum(one.reached for one in odds), rel=0.05)
    helped = sum(one.accepted for one, answer in zip(odds, happened, strict=True) if answer.reached)
    assert sum(answer.accepted for answer in happened) == pytest.approx(helped, rel=0.05)
    pay = sum(
        one.paid if answer.noticed else one.paid_unnoticed
        for one, answer in zip(odds, happened, strict=True)
        if not answer.accepted
    )
    assert sum(answer.paid for answer in happened) == pytest.approx(pay, rel=0.05)


def agree(expected: Sequence[float], happened: Sequence[bool]) -> bool:
    """Whether the mean of what happened is that of its chances, but for luck; a certain thing leaves none to luck."""
    luck = 4 * sqrt(sum(chance * (1 - chance) for chance in expected))
    return abs(sum(expected) - sum(happened)) <= luck + 1e-9


def history(earlier: Sequence[Reaction]) -> str:
    """What became of the attempts before, as far as it may tell something of the next."""
    return " ".join(
        f"{'reached' if one.reached else 'noticed' if one.noticed else 'missed'}"
        f"{' accepted' if one.accepted else ''}{' paid' if one.paid else ''},"
        for one in earlier
    )


PLANS = (
    (LETTER, Contact("home-visit", "evening", 2), Contact("call", None, 3)),
    (Contact("home-visit", "morning"), Contact("letter", attempt=2), Contact("home-visit", "evening", 3)),
    (LETTER, Contact("administrative", attempt=2), Contact("mail", attempt=3)),
    (replace(LETTER, period="2026-10"), replace(VISIT, period="2026-11"), Contact("call", None, 2, period="2026-11")),
)


@pytest.mark.parametrize("plan", PLANS, ids=["letter first", "visit first", "a note between", "two periods"])
def test_the_mean_of_the_chances_is_that_of_the_reactions_whatever_went_before(plan: Sequence[Contact]) -> None:
    answers = {
        one: [react(one, STATE_OF[one], plan[n], seed=SEED, before=plan[:n]) for n in range(len(plan))] for one in TOWN
    }
    for n, contact in enumerate(plan):
        pasts: dict[str, list[tuple[Chances, Reaction]]] = {}
        for one in TOWN:
            odds = chances(one, STATE_OF[one], contact, seed=SEED, before=plan[:n])
            pasts.setdefault(history(answers[one][:n]), []).append((odds, answers[one][n]))
        assert len(pasts) >= (1, 5, 10)[n]
        for past, pairs in pasts.items():
            spoken = [(odds.accepted, answer.accepted) for odds, answer in pairs if answer.reached]
            seen = [(odds.noticed, answer.noticed) for odds, answer in pairs if not answer.reached]
            paying = [
                (odds.paid if answer.noticed else odds.paid_unnoticed, answer.paid)
                for odds, answer in pairs
                if not answer.accepted
            ]
            visits = [(odds.reached, answer.reached) for odds, answer in pairs]
            for what in (visits, seen, spoken, paying):
                assert agree([chance for chance, _ in what], [happened for _, happened in what]), (n, past, what[:3])


def test_who_refused_refuses_for_the_rest_of_the_period_and_is_asked_anew_in_the_next() -> None:
    again, later = Contact("home-visit", attempt=2), Contact("home-visit", period="2026-12")
    refused = [
        one
        for one in TOWN
        if (answer := react(one, STATE_OF[one], VISIT, seed=SEED)).reached and not (answer.accepted or answer.paid)
    ]
    now = [chances(one, STATE_OF[one], again, seed=SEED, before=[VISIT]) for one in refused]
    anew = [chances(one, STATE_OF[one], later, seed=SEED, before=[VISIT]) for one in refused]
    assert {(odds.accepted, odds.paid, odds.paid_unnoticed) for odds in now} == {(0.0, 0.0, 0.0)}
    assert [(odds.accepted, odds.paid) for odds in anew] == [
        (first.accepted, first.paid) for first in (chances(one, STATE_OF[one], later, seed=SEED) for one in refused)
    ]


def test_who_did_not_pay_unnoticed_may_yet_when_it_is_noticed() -> None:
    again = Contact("letter", attempt=2)
    missed = next(
        one for one in TOWN if not (answer := react(one, "slipping", VISIT, seed=SEED)).noticed and not answer.paid
    )
    odds = chances(missed, "slipping", again, seed=SEED, before=[VISIT])
    assert odds.paid == pytest.approx((0.28 - 0.14) / (1 - 0.14))
    assert odds.paid_unnoticed == 0


@pytest.mark.parametrize("register", ["moved-away", "deceased"])
def test_nobody_reacts_who_has_moved_away_or_died(register: str) -> None:
    for one in TOWN[:200]:
        truth = {"household": one, "hidden_state": "tight", "months_troubled": 2, "register": register}
        answer = react_to(truth, replace(VISIT, announced=True), seed=SEED, before=[LETTER])
        assert answer == Reaction(reached=False, noticed=False, accepted=False, paid=False, paid_after=None)


@pytest.mark.parametrize("register", ["found", "not-found"])
def test_a_row_of_the_truth_file_is_enough(register: str) -> None:
    truth = {"household": TOWN[3], "hidden_state": "sinking", "months_troubled": 9, "register": register}
    plan = [Contact("letter", simplified=True), Contact("call", "evening", 2)]
    answer = react_to(truth, plan[1], seed=7, before=plan[:1], year=2023)
    assert answer == react(TOWN[3], "sinking", plan[1], seed=7, before=plan[:1], months_troubled=9, year=2023)


@given(households, states, contacts, plans)
def test_chances_are_chances_and_a_reaction_makes_sense(
    household: str, state: str, contact: Contact, before: list[Contact]
) -> None:
    odds = chances(household, state, contact, seed=SEED, before=before)
    assert all(0 <= one <= 1 for one in astuple(odds))
    assert max(odds.reached, odds.noticed) <= 0.95
    unasked = chances(household, state, contact, seed=SEED)
    assert max(unasked.accepted, unasked.paid) <= 0.95
    answer = react(household, state, contact, seed=SEED, before=before)
    assert answer.noticed or not answer.reached
    assert answer.reached or not answer.accepted
    assert not (answer.accepted and answer.paid)
    assert answer.paid is (answer.paid_after is not None)
    assert answer == react(household, state, contact, seed=SEED, before=tuple(before))


def more_and_less(contact: Contact) -> Sequence[tuple[Contact, Contact]]:
    """The contact without and with what should help."""
    return [
        (replace(contact, announced=False), replace(contact, announced=True)),
        (replace(contact, simplified=False), replace(contact, simplified=True)),
    ]


@given(households, states, contacts, plans, st.integers(0, 24))
def test_what_should_help_never_loses_anybody(
    household: str, state: str, contact: Contact, before: list[Contact], months: int
) -> None:
    def odds(one: Contact, earlier: Sequence[Contact]) -> float:
        return chances(household, state, one, seed=SEED, before=earlier, months_troubled=months).reached

    def is_reached(one: Contact, earlier: Sequence[Contact]) -> bool:
        return react(household, state, one, seed=SEED, before=earlier, months_troubled=months).reached

    assert odds(contact, before) >= odds(contact, [])
    assert is_reached(contact, before) or not is_reached(contact, [])
    for less, more in more_and_less(contact):
        assert odds(more, before) >= odds(less, before)
        assert is_reached(more, before) or not is_reached(less, before)


@given(households, states, parts)
def test_a_likelier_part_of_the_day_reaches_whom_the_other_reaches(
    household: str, state: str, part: str | None
) -> None:
    def at(one: str | None) -> tuple[float, bool]:
        visit = Contact("home-visit", one)
        return chances(household, state, visit, seed=SEED).reached, react(household, state, visit, seed=SEED).reached

    for other in PARTS_OF_DAY:
        (less, by_less), (more, by_more) = sorted([at(part), at(other)], key=lambda found: found[0])
        assert by_more >= by_less or less == more


@given(households, contacts)
def test_the_graver_the_state_the_more_help_and_the_less_pay(household: str, contact: Contact) -> None:
    odds = [chances(household, state, contact, seed=SEED) for state in ("tight", "slipping", "sinking", "crisis")]
    assert all(lighter.accepted <= graver.accepted for lighter, graver in pairwise(odds))
    assert all(lighter.paid > graver.paid for lighter, graver in pairwise(odds))


def test_a_note_in_the_file_reaches_nobody() -> None:
    assert reached([LETTER, VISIT, Contact("administrative", attempt=3)]) == reached([LETTER, VISIT])
    assert reached([Contact("administrative")]) == 0


@pytest.mark.parametrize(
    "wrong", [{"channel": "brief"}, {"part_of_day": "Ochtend"}, {"attempt": 0}], ids=["channel", "part", "attempt"]
)
def test_what_no_table_knows_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is unknown|a number from 1"):
        Contact(**{"channel": "letter", **wrong})
    assert set(LEVELS) == set(CONTACT_KINDS)


def test_seed_period_and_attempt_each_throw_anew() -> None:
    def answers(contact: Contact, seed: int = SEED) -> list[Reaction]:
        return [react(one, "slipping", contact, seed=seed) for one in TOWN[:300]]

    november = answers(replace(VISIT, period="2026-11"))
    different = [answers(VISIT), answers(VISIT, seed=2), november, answers(replace(VISIT, attempt=2))]
    assert all(one != other for n, one in enumerate(different) for other in different[:n])
    assert [one.accepted for one in different[0]] != [one.accepted for one in november]


def test_the_same_on_any_machine() -> None:
    told = [react(one, "slipping", AMSTERDAM[4], seed=SEED, before=AMSTERDAM[:4]) for one in TOWN[:20]]
    letters = "".join("." if not one.reached else "A" if one.accepted else "r" for one in told)
    assert (letters, [one.paid_after for one in told if one.paid]) == ("rr.rrAAr...r.rrrr.r.", [7, 11, 19])
    odds = [chances(one, "sinking", LETTER, seed=SEED).reached for one in TOWN[:3]]
    assert [one.hex() for one in odds] == ["0x1.8d38404a23347p-5", "0x1.5b913840decdep-2", "0x1.8d38404a23347p-4"]
