"""What happens to an arrears, as docs/simulation.md tells it: every story means what it says, event after event."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import pytest

from signals.contract.events import Changed, Reported, Withdrawn
from signals.simulation.habits import HABITS, is_silent
from signals.simulation.judged import almelo_policy_for, judge
from signals.simulation.money import MONTHS, STARTS
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import Knobs, simulate
from tests.simulation.months import MONTHS as LIVED
from tests.simulation.months import SEED, almelo, by_arrears, lines_of, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.months import Line

REPORTS = {"first", "spread", "risen", "threat", "repeat"}
REFUSED = {"threshold": {"wrongful"}, "window": {"wrongful"}, "objected": {"wrongful"}, "company": {"other-reason"}}
OTHERS = {"changed", "corrected", "withdrawn", "moved-away"}


def of_story(*stories: str) -> list[Line]:
    """The events of these stories; there are some."""
    found = [line for line in told() if line.truth["story"] in stories]
    assert found
    return found


def followed(*stories: str) -> Iterator[tuple[Line, Line]]:
    """An event of these stories that is not the first of its arrears, after the one before it."""
    for lines in by_arrears().values():
        for before, line in pairwise(lines):
            if line.truth["story"] in stories:
                yield before, line


def test_every_story_occurs_and_no_other() -> None:
    assert {line.truth["story"] for line in almelo()} == {*REPORTS, *REFUSED, *OTHERS}


def test_a_story_is_told_by_its_type_of_event() -> None:
    others: dict[str, type] = {"changed": Changed, "corrected": Changed, "withdrawn": Withdrawn}
    names = {Reported: "reported", Changed: "changed", Withdrawn: "withdrawn"}
    for line in told():
        kind = type(line.event)
        assert kind is others.get(line.truth["story"], Reported)
        assert line.truth["type"] == names[kind]


# An arrears from event to event


def test_an_arrears_is_first_told_by_a_report_and_only_once_as_new() -> None:
    for lines in by_arrears().values():
        first, *more = (line.truth["story"] for line in lines)
        assert first in {"first", "spread", "risen", "threat", "moved-away", *REFUSED}
        assert not {"first", "spread", "moved-away", *REFUSED} & set(more)


def test_what_was_not_told_since_the_first_month_is_first_heard_of_as_risen_or_with_a_threat() -> None:
    """What arose before can not be new: then its first signal says so."""
    first = [lines[0] for lines in by_arrears().values()]
    found = Counter(line.truth["story"] for line in first if arisen_in_months_before(line.event))
    assert found["risen"] > 100
    assert found["threat"] > 5
    assert set(found) == {"risen", "threat"}


def arisen_in_months_before(event: object) -> bool:
    """Whether an arrears arose so early that its first signal was sent before the simulation."""
    assert isinstance(event, Reported)
    assert event.arisen_on is not None
    return event.arisen_on < date(2025, 9, 1)


def test_a_new_arrears_is_as_old_and_as_high_as_the_state_of_its_household_makes_it() -> None:
    for line in of_story("first", "spread"):
        event, chances = line.event, MONTHS[line.truth["hidden_state"]]
        assert isinstance(event, Reported)
        assert event.arisen_on is not None
        earliest, latest = chances.arisen
        assert earliest <= (event.signalled_on - event.arisen_on).days <= latest
        (low, high), (least, most) = HABITS[event.sector].first, chances.amounts
        amount = event.amount_cents // (10 if "amount-wrong" in line.truth["errors"] else 1)
        assert low + (high - low) * least - 1 <= amount <= low + (high - low) * most


def test_what_is_missed_is_so_many_bills_as_the_state_says() -> None:
    by_state: dict[str, list[float]] = {}
    for before, line in followed("risen"):
        if line.month - before.month == 1 and line.amount and before.amount and before.amount < line.amount:
            bills = (line.amount - before.amount) / (sum(HABITS[line.partner.sector].bill) / 2)
            by_state.setdefault(line.truth["hidden_state"], []).append(bills)
    middle = {state: median(bills) for state, bills in by_state.items()}
    assert middle == pytest.approx({state: chances.missed for state, chances in MONTHS.items()}, rel=0.15)


def test_nothing_follows_a_withdrawal() -> None:
    assert not [line for before, line in followed(*REPORTS, *OTHERS) if isinstance(before.event, Withdrawn)]


def test_a_risen_arrears_is_higher_than_last_told() -> None:
    found = [(before.amount or 0, line.amount or 0) for before, line in followed("risen")]
    assert len(found) > 500
    assert not [pair for pair in found if pair[1] <= pair[0]]


def test_a_threat_was_not_told_before() -> None:
    found = list(followed("threat"))
    assert len(found) > 30
    for before, line in found:
        assert before.crisis != line.crisis == HABITS[line.partner.sector].threat
    assert {line.crisis for line in of_story("threat")} == {"eviction", "disconnection", "end-of-insurance"}


def test_a_repeat_is_not_higher_and_threatens_with_nothing_new() -> None:
    found = list(followed("repeat"))
    assert len(found) > 150
    for before, line in found:
        assert line.amount is not None
        assert before.amount is not None
        assert line.amount <= before.amount or "amount-wrong" in line.truth["errors"]
        assert line.crisis in {before.crisis, None, "end-of-delivery"}


def test_a_change_tells_of_more_or_of_a_threat() -> None:
    found = list(followed("changed"))
    assert len(found) > 30
    for before, line in found:
        assert (line.amount or 0) > (before.amount or 0) or line.crisis != before.crisis


def test_a_correction_tells_a_tenth_of_what_was_told_some_days_before() -> None:
    found = list(followed("corrected"))
    assert len(found) > 5
    for before, line in found:
        assert (before.amount, before.crisis) == ((line.amount or 0) * 10, line.crisis)
        assert "amount-wrong" in before.truth["errors"]
        assert 1 <= (line.event.signalled_on - before.event.signalled_on).days <= 11


def test_an_amount_ten_times_too_high_is_always_corrected() -> None:
    for lines in by_arrears().values():
        for before, line in pairwise(lines):
            if line.amount and before.amount == line.amount * 10:
                assert line.truth["story"] == "corrected"


def test_a_withdrawal_says_why() -> None:
    found = Counter((line.event.reason, line.truth["register"]) for line in told() if isinstance(line.event, Withdrawn))
    assert {reason for reason, _ in found} == {"paid", "arrangement", "wrongful", "moved", "deceased"}
    for reason, register in found:
        assert (register == "deceased") >= (reason == "deceased")
        assert (register in {"moved-away", "deceased"}) >= (reason == "moved")
    reasons: Counter[str] = Counter()
    for (reason, _), number in found.items():
        reasons[reason] += number
    assert reasons["paid"] > reasons["arrangement"] > reasons["wrongful"]


def test_a_reference_is_of_one_person_partner_and_kind() -> None:
    for lines in by_arrears().values():
        assert len({(line.truth["person"], line.wire["topic"]) for line in lines}) == 1
        reports = [line.event for line in lines if isinstance(line.event, Reported)]
        assert len({(event.kind, event.arisen_on) for event in reports}) == 1


def test_only_who_moved_is_written_to_at_an_old_address() -> None:
    old = [line for line in told() if "old-address" in line.truth["errors"]]
    assert old
    assert {line.truth["story"] for line in old} <= {"risen", "threat", "repeat"}


# Signals that end before a case


def test_the_shipped_policies_refuse_what_is_told_as_refused_and_nothing_else() -> None:
    accepted = [line for line in almelo() if line.truth["code"] is None]
    pairs = [(line.wire, line.truth) for line in accepted]
    held_back = {line.truth["id"] for line in accepted if caught_up(line)}
    withdrawn = [line.event for line in accepted if isinstance(line.event, Withdrawn)]
    taken_back = {one.reference for one in withdrawn if one.reason in {"wrongful", "moved", "deceased"}}
    judgement = judge(pairs, partners=PARTNERS, book=almelo_policy_for("0141"), verdict=lambda _: None)
    statuses: dict[str, set[str]] = {}
    for signal in judgement.signals:
        if signal.truth["id"] not in held_back and signal.event.reference not in taken_back:
            statuses.setdefault(signal.truth["story"], set()).add(signal.status)
    assert {story: statuses.pop(story) for story in REFUSED} == REFUSED
    assert {"not-yet-picked-up", "repeat"} <= set().union(*statuses.values())
    assert not set().union(*statuses.values()) - {"not-yet-picked-up", "repeat", "other-reason"}
    assert all("not-yet-picked-up" in found for found in statuses.values())


def test_what_a_refused_signal_is_refused_for_stands_in_it() -> None:
    for line in told():
        event, story = line.event, line.truth["story"]
        if not isinstance(event, Reported):
            continue
        assert event.arisen_on is not None
        days = (event.signalled_on - event.arisen_on).days
        assert (event.amount_cents < 5000) == (story == "threshold")
        assert (days < 30) == (story == "window")
        assert event.collection.objected == (story == "objected")
        assert (story == "company") <= (event.person.surname is None and event.person.business_name is not None)


def test_an_insurer_signals_until_100_days_but_for_what_a_silence_held_back() -> None:
    for line in told():
        event = line.event
        if isinstance(event, Reported) and event.sector == "health" and not caught_up(line):
            assert event.arisen_on is not None
            assert (event.signalled_on - event.arisen_on).days <= 100, line.truth


def caught_up(line: Line) -> bool:
    """Whether an event was held back by a silence of the month before."""
    return is_silent(line.partner, line.month - 1, SEED)


# Households


def lived_in(line: Line) -> int:
    """The month in which it happened: the one before for what a silence held back."""
    return line.month - 1 if caught_up(line) and line.event.signalled_on.day <= 10 else line.month


def test_the_months_of_trouble_are_counted_from_the_first() -> None:
    found = list(followed("risen", "threat", "changed", "withdrawn"))
    assert len(found) > 1000
    for before, line in found:
        months = line.truth["months_troubled"] - before.truth["months_troubled"]
        assert months == lived_in(line) - lived_in(before)
    assert {line.truth["months_troubled"] for line in of_story("first", "moved-away", *REFUSED)} == {0}
    assert min(line.truth["months_troubled"] for line in of_story("spread")) == 1


def test_every_state_is_met_and_trouble_begins_before_a_crisis() -> None:
    assert {line.truth["hidden_state"] for line in told()} == set(MONTHS)
    assert {line.truth["hidden_state"] for line in of_story("first")} == set(STARTS)


def test_who_is_gone_gets_no_new_arrears() -> None:
    gone: dict[str, str] = {}
    village = simulate("0141", 2000, "2022-01", 96, SEED, knobs=Knobs(bad=0, duplicates=0))
    for _, truth in sorted(village, key=lambda pair: str(pair[1]["id"])):  # in the order of living
        person, register = truth["person"], truth["register"]
        assert person not in gone or register in {gone[person], "deceased"}
        if register in {"deceased", "moved-away"}:
            gone[person] = register
    assert "moved-away" in gone.values()


def in_the_order_of_living() -> list[Line]:
    """All that is told, as it happened: ids are numbered as the town lives."""
    return sorted(told(), key=lambda line: str(line.truth["id"]))


def test_an_arrears_that_spreads_mostly_stands_beside_another() -> None:
    assert {line.truth["open_arrears"] for line in of_story("first")} >= {1, 2, 3}
    spread = Counter(line.truth["open_arrears"] for line in of_story("spread"))
    assert spread[1] < 0.2 * spread.total()  # the others may have been paid in the same month
    assert spread[2] > spread[3] > spread[4] > 0


def test_what_its_partners_did_not_tell_yet_is_among_the_other_arrears_of_a_household() -> None:
    for line in told():
        others = line.truth["open_arrears"] - (0 if line.truth["type"] == "withdrawn" else 1)
        assert 0 <= line.truth["untold"] <= others
    assert {line.truth["untold"] for line in told()} >= {0, 1, 2}


def test_nobody_is_in_debt_help_on_the_first_day_of_trouble_and_nobody_leaves_it() -> None:
    helped: dict[tuple[str, str], bool] = {}
    for line in in_the_order_of_living():
        if line.truth["story"] in {"first", *REFUSED}:
            assert not line.truth["debt_help"]
        key = (line.truth["household"], line.truth["reference"])
        assert line.truth["debt_help"] >= helped.get(key, False)
        helped[key] = line.truth["debt_help"]
    assert any(helped.values())


# Silence


def silences() -> list[tuple[str, int]]:
    """Partner and month of each silence that is followed by another month."""
    found = [
        (partner.id, month) for partner in PARTNERS for month in range(LIVED - 2) if is_silent(partner, month, SEED)
    ]
    assert found
    return found


def test_the_month_of_a_silent_partner_is_empty_and_the_next_begins_with_a_burst() -> None:
    days = Counter((line.partner.id, line.month, line.event.signalled_on.day) for line in told())
    usual = Counter((line.partner.id, line.month) for line in told())
    for partner, month in silences():
        assert usual[partner, month] == 0
        burst = sum(days[partner, month + 1, day] for day in range(1, 6))
        between = sum(days[partner, month + 1, day] for day in range(6, 11))
        assert burst > 0.5 * usual[partner, month - 1]
        assert between < 0.2 * burst


@pytest.mark.parametrize("steady", [True, False])
def test_a_steady_partner_is_never_silent(steady: bool) -> None:
    knobs = Knobs(bad=0, duplicates=0, steady=steady)
    lines = lines_of(simulate("0141", 30_000, "2025-11", 8, SEED, knobs=knobs))
    heard = {(line.partner.id, line.month) for line in lines}
    assert heard == {
        (partner.id, month)
        for partner in PARTNERS
        for month in range(8)
        if steady or not is_silent(partner, month, SEED)
    }
