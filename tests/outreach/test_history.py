"""The history of a case, and what the world is told: every change once, valid by its schema, nothing personal."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.reference.generate import partners_of, seeded
from tests.reference.notation import change, report, withdraw
from tests.reference.wire import House

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

HOME, ELSEWHERE = "7607GC 12 2026-11", "7607GC 14 2026-11"
R1, P9 = "welbions/R1", "menzis/P9"


def schema(name: str) -> Draft202012Validator:
    text = (files("signals.contract") / "schemas" / f"{name}.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_opened_with_its_report(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    (policy_id,) = desk.system.rows("SELECT id FROM policy_versions WHERE municipality = '0141'")[0]
    assert desk.history(desk.case(HOME).id) == [
        ("opened", {"route": "letter", "policy": policy_id}),
        (
            "report",
            {"partner": "welbions", "reference": "R1", "signalledOn": "2026-11-02", "status": "not-yet-picked-up"},
        ),
    ]


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        ("paid", "already-paid"),
        ("arrangement", "already-paid"),
        ("deceased", "deceased"),
        ("moved", "not-a-resident"),
        ("wrongful", "wrongful"),
    ],
)
def test_withdrawn_and_closed_and_opened_again(desk: Desk, reason: str, outcome: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.take_in(withdraw("b", "2026-11-03", R1, reason))
    number = desk.case(HOME).id
    assert ("closed", {"outcome": outcome}) in desk.history(number)
    assert ("withdrawn", {"partner": "welbions", "reference": "R1", "reason": reason}) in desk.history(number)
    desk.take_in(report("c", "2026-11-05", P9))
    held = ["held"] if reason == "deceased" else []
    assert desk.kinds(HOME) == [
        "opened",
        "report",
        "closed",
        "route",
        "withdrawn",
        "reopened",
        "route",
        *held,
        "report",
    ]
    assert desk.case(HOME).outcome is None


def test_moved_to_another_address(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.take_in(report("b", "2026-11-09", R1, at=14))
    moved = ("moved", {"partner": "welbions", "reference": "R1", "note": "moved to another address"})
    assert moved in desk.history(desk.case(HOME).id)
    assert "withdrawn" not in desk.kinds(HOME)
    assert desk.lines() == {HOME: "closed none 0", ELSEWHERE: "open letter 1"}


def test_a_new_amount_is_told_in_every_case_where_the_arrears_counts(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", R1, "120.00"))
    desk.take_in(change("c", "2026-11-05", R1, "150.00", crisis="eviction"))
    expected = {
        "partner": "welbions",
        "reference": "R1",
        "before": {"amount": 12000, "crisis": None},
        "after": {"amount": 15000, "crisis": "eviction"},
    }
    for name in (HOME, "7607GC 12 2026-10"):
        assert ("amount", expected) in desk.history(desk.case(name).id)


def test_a_case_left_without_a_report_is_removed_with_a_tombstone(desk: Desk) -> None:
    desk.take_in(report("b", "2026-11-02", R1))
    number = desk.case(HOME).id
    desk.forget_outbox()
    desk.take_in(report("a", "2026-10-20", R1))  # late: now the one of November is its repeat
    assert desk.lines() == {"7607GC 12 2026-10": "open letter 1"}
    assert desk.statuses() == {"a": "not-yet-picked-up", "b": "repeat"}
    assert [kind for kind, _ in desk.history(number)][-2:] == ["removed", "report-left"]
    assert ("outreach.cases", str(number), None) in desk.outbox()
    assert desk.system.rows("SELECT state, waiting FROM cases WHERE id = %s", number) == [("removed", False)]


def test_a_removed_case_comes_back_under_its_own_number(desk: Desk) -> None:
    desk.take_in(report("b", "2026-11-02", R1))
    number = desk.case(HOME).id
    desk.take_in(report("a", "2026-10-20", R1))
    desk.forget_outbox()
    desk.take_in(report("c", "2026-11-25", P9))
    assert desk.case(HOME).id == number
    assert "reopened" in desk.kinds(HOME)
    assert [(key, content["state"]) for topic, key, content in desk.outbox() if topic == "outreach.cases"] == [
        (str(number), "open")
    ]


def test_a_case_that_a_person_acted_on_is_not_removed(desk: Desk) -> None:
    desk.take_in(report("b", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("a", "2026-10-20", R1))
    assert desk.lines() == {HOME: "open letter 1", "7607GC 12 2026-10": "open letter 1"}


def test_what_is_published_of_a_case(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, crisis="eviction"), report("b", "2026-11-02", P9))
    case = desk.case(HOME)
    assert desk.told("outreach.cases") == [
        {
            "caseId": str(case.id),
            "municipality": "0141",
            "period": "2026-11",
            "state": "open",
            "route": "home-visit",
            "score": case.score,
            "multiple": True,
            "consecutive": False,
            "crisis": "eviction",
            "arrearsCount": 2,
        }
    ]


@pytest.mark.parametrize(
    ("facts", "messages"),
    [
        ([report("b", "2026-11-03", R1)], 0),  # a repeat
        ([report("b", "2026-11-03", P9, "1.00")], 0),  # wrongful
        ([change("b", "2026-11-03", R1, "99.00")], 0),  # not enough for another score
        ([report("b", "2026-11-02", P9)], 1),
        ([change("b", "2026-11-03", R1, crisis="eviction")], 1),
        ([withdraw("b", "2026-11-03", R1, "paid")], 1),
        ([report("b", "2026-11-03", P9, at=14)], 1),  # the neighbours' case
        ([withdraw("b", "2026-11-03", R1, "paid"), report("c", "2026-11-04", R1)], 0),  # as it was, in one batch
    ],
)
def test_a_case_is_told_again_only_when_something_published_changed(
    desk: Desk, facts: list[Any], messages: int
) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.forget_outbox()
    desk.take_in(*facts)
    assert len(desk.told("outreach.cases")) == messages


def test_release_changes_nothing_that_is_published(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.forget_outbox()
    desk.release(HOME)
    assert desk.told("outreach.cases") == []


def test_feedback_follows_the_status(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-03", R1), report("c", "2026-11-03", "welbions/R2", "1")
    )
    assert [(one["eventId"], one["result"]) for one in desk.told("feedback.welbions")] == [
        ("b", "repeat"),
        ("c", "wrongful"),
    ]
    desk.forget_outbox()
    desk.take_in(withdraw("d", "2026-11-05", R1, "arrangement"))
    assert desk.told("feedback.welbions") == [
        {
            "municipality": "0141",
            "reference": "R1",
            "eventId": "a",
            "result": "not-picked-up",  # never why
            "pauseUntil": None,
        }
    ]


def test_a_later_answer_replaces_the_earlier_one(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", R1))
    desk.take_in(withdraw("c", "2026-11-02", R1, "paid", time="2026-11-02T09:00:00Z"))
    answers = [(key, content) for topic, key, content in desk.outbox() if topic == "feedback.welbions"]
    of_b = [(key, content["result"]) for key, content in answers if content["eventId"] == "b"]
    assert [result for _, result in of_b] == ["repeat", "not-yet-picked-up"]
    assert len({key for key, _ in of_b}) == 1


def test_one_partner_hears_nothing_of_another(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.forget_outbox()
    desk.take_in(report("b", "2026-11-02", P9))
    desk.take_in(withdraw("c", "2026-11-03", P9, "deceased"))
    assert {topic for topic, _, _ in desk.outbox()} == {"outreach.cases", "feedback.menzis"}


def test_all_that_goes_out_is_valid_and_holds_nothing_personal(desk: Desk) -> None:
    validators = {name: schema(f"{name}.v1") for name in ("case.changed", "feedback.given")}
    sets = [seeded(seed).facts for seed in range(8)]
    own = report("own", "2026-11-02", R1, surname="Wierdenga", at=House("98765A", postcode="7601ZZ"))
    desk.begin(partners=[*partners_of([own, *(fact for facts in sets for fact in facts)]).values()])
    for facts in sets:
        desk.take_in(*facts)
    desk.take_in(own)
    desk.release(*[name for name, case in desk.cases().items() if case.waiting and not case.held])
    bodies = [bytes(body) for (body,) in desk.system.rows("SELECT body FROM outbox WHERE body IS NOT NULL")]
    assert len(bodies) > 20
    events = [json.loads(body) for body in bodies]
    for event in events:
        name = event["type"].removeprefix("nl.vroegsignalering.").removesuffix(".v1")
        validators[name].validate(event)
    said = json.dumps([event["data"] for event in events], ensure_ascii=False)  # the envelope's id is random
    for personal in ("Wierdenga", "Jansen", "7601ZZ", "7607GC", "98765", "postcode", "surname"):
        assert personal not in said
    keys = " ".join(key for (key,) in desk.system.rows("SELECT DISTINCT key FROM outbox"))
    assert keys.replace(" ", "").isdigit()
