"""Simulated months, judged by the real core: grouped quickly, yet exactly as the laws judge them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.contract.decode import RejectedError, decode
from signals.contract.partners import ArrearsTopic, Directory
from signals.outreach.policy import parse_policy
from signals.policies import almelo_policy_text, shipped
from signals.simulation.judged import (
    Judgement,
    almelo_policy_for,
    judge,
    stands_alone,
    value_of,
    with_register,
)
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from tests.laws.in_memory import judge_all
from tests.simulation.pairs import Pair, change, pair, withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.contract.events import AnyEvent

BOOK = almelo_policy_for("0141")


def judged(*pairs: Pair) -> Judgement:
    return judge(pairs, partners=PARTNERS, book=BOOK, verdict=with_register)


def cases_of(judgement: Judgement) -> list[tuple[str, str, str, str]]:
    return [(one.month, one.monitor_class, one.case.state, one.case.route) for one in judgement.cases]


def decoded(pairs: Iterable[Pair]) -> list[AnyEvent]:
    directory = Directory({partner.id: partner for partner in PARTNERS}, BOOK.municipalities)
    events = []
    for wire, _ in pairs:
        topic = ArrearsTopic.parse(wire["topic"])
        assert topic is not None
        try:
            events.append(decode(value_of(wire), topic, directory))
        except RejectedError:
            continue
    return events


def test_a_month_is_judged_as_it_stood_on_its_last_day() -> None:
    january = pair("2024-01-10", "health", "Z-1")
    assert cases_of(judged(january)) == [("2024-01", "single", "open", "letter")]
    later = withdrawal("2024-02-01", "health", "Z-1")
    assert cases_of(judged(january, later)) == [("2024-01", "single", "open", "letter")]
    same_month = withdrawal("2024-01-31", "health", "Z-1")
    assert cases_of(judged(january, same_month)) == [("2024-01", "single", "closed", "none")]


def test_what_comes_in_its_month_makes_a_case_multiple_and_what_went_before_consecutive() -> None:
    found = judged(
        pair("2024-01-10", "health", "Z-1"),
        pair("2024-01-20", "housing", "H-1"),
        pair("2024-02-20", "housing", "H-1", amount="900.00"),
        pair("2024-02-21", "water", "W-1", door=2),
    )
    assert cases_of(found) == [
        ("2024-01", "multiple", "open", "home-visit"),
        ("2024-02", "consecutive", "open", "letter"),
        ("2024-02", "single", "open", "letter"),
    ]


def test_six_months_are_looked_back_and_no_longer() -> None:
    first = pair("2024-01-10", "health", "Z-1")
    assert cases_of(judged(first, pair("2024-07-10", "water", "W-1")))[1][1] == "consecutive"
    assert cases_of(judged(first, pair("2024-07-11", "water", "W-1")))[1][1] == "single"


def test_a_signal_that_was_withdrawn_from_its_case_was_part_of_it() -> None:
    (signal,) = judged(pair("2024-01-10", "health", "Z-1"), withdrawal("2024-01-20", "health", "Z-1")).signals
    assert (signal.status, signal.in_case) == ("other-reason", True)


def test_a_change_is_no_signal_and_a_repeat_is_one_that_is_not_picked_up() -> None:
    found = judged(
        pair("2024-01-10", "health", "Z-1"), change("2024-01-15", "health", "Z-1", "200.00"),
        pair("2024-01-20", "health", "Z-1", amount="200.00"),
    )  # fmt: skip
    assert [(signal.status, signal.in_case) for signal in found.signals] == [
        ("not-yet-picked-up", True),
        ("repeat", False),
    ]


@pytest.mark.parametrize(
    ("register", "debt_help", "alone", "connected"),
    [
        ("found", False, None, None),
        ("found", True, "known-to-debt-help", "known-to-debt-help"),
        ("not-found", False, None, "not-a-resident"),
        ("moved-away", True, "known-to-debt-help", "not-a-resident"),
        ("deceased", False, None, "deceased"),
    ],
)
def test_a_register_knows_more_than_the_list_of_debt_help(
    register: str,
    debt_help: bool,
    alone: str | None,
    connected: str | None,
) -> None:
    truth = {"register": register, "debt_help": debt_help}
    assert (stands_alone(truth), with_register(truth)) == (alone, connected)
    reported = pair("2024-01-10", "health", "Z-1", register=register, debt_help=debt_help)
    (signal,) = judged(reported).signals
    assert signal.status == (connected or "not-yet-picked-up")


def test_duplicates_and_bad_events_are_no_signals() -> None:
    good = pair("2024-01-10", "health", "Z-1")
    bad = pair("2024-01-10", "health", "Z-2", amount="612,50")
    text = ({**good[0], "value": "not a CloudEvent"}, good[1])
    nothing = ({**good[0], "value": None}, good[1])
    found = judged(good, good, bad, text, nothing)
    assert len(found.signals) == 1
    assert found.duplicates == 1
    assert found.quarantined == {"amount-invalid": 1, "not-json": 2}


def test_a_case_tells_the_truth_of_its_earliest_signal() -> None:
    found = judged(
        pair("2024-01-20", "health", "Z-1", hidden_state="crisis"),
        pair("2024-01-10", "housing", "H-1", hidden_state="slipping"),
    )
    assert [case.truth["hidden_state"] for case in found.cases] == ["slipping"]


@pytest.mark.parametrize("name", ["Hof van Twente", "'s-Gravenhage", 'Dorp "De Hoek" \\1'])
def test_the_policy_of_almelo_is_that_of_another_municipality(name: str) -> None:
    almelo = parse_policy(almelo_policy_text("0141", "Almelo"), "almelo")
    other = parse_policy(almelo_policy_text("1735", name), "other")
    assert almelo_policy_text("0141", "Almelo") == shipped()["almelo.toml"]
    assert (other.municipality, other.name) == ("1735", name)
    assert (other.sender.name, other.sender.phone) == (f"Gemeente {name}", "")  # nobody is sent to Almelo
    assert replace(other, municipality="0141", name="Almelo", body=almelo.body, sender=almelo.sender) == almelo


def test_a_topic_of_another_form_is_refused_in_words() -> None:
    wire, truth = pair("2024-01-10", "health", "Z-1")
    with pytest.raises(ValueError, match="is no topic"):
        judged(({**wire, "topic": "arrears.health"}, truth))


def test_every_month_of_a_small_town_is_judged_as_the_laws_judge_it() -> None:
    pairs = list(simulate("0141", 2_500, "2024-01", 9, 3))
    verdicts = {truth["id"]: verdict for _, truth in pairs if (verdict := with_register(truth))}
    found = judged(*pairs)
    events = list({(event.source, event.id): event for event in decoded(reversed(pairs))}.values())
    assert len(found.cases) > 40
    assert {case.monitor_class for case in found.cases} == {"single", "multiple", "consecutive"}
    for month in range(1, 10):
        label, after = f"2024-{month:02}", date(2024, month + 1, 1)
        whole = judge_all([event for event in events if event.signalled_on < after], BOOK, verdicts)
        cases = [
            (case.state, case.route, case.arrears_count, case.multiple, case.consecutive, case.crisis, case.earliest_on)
            for (_, period), case in whole.cases.items()
            if period == label
        ]
        ours = [
            (case.state, case.route, case.arrears_count, case.multiple, case.consecutive, case.crisis, case.earliest_on)
            for case in (one.case for one in found.cases if one.month == label)
        ]
        assert Counter(ours) == Counter(cases)
        statuses = {
            (signal.event.source, signal.event.id): signal.status
            for signal in found.signals
            if signal.event.signalled_on.month == month
        }
        assert statuses == {key: status for key, status in whole.statuses.items() if key in statuses}
        assert len(statuses) == sum(key in whole.statuses for key in statuses)
