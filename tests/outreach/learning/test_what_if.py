"""What another policy or model would make of the queue: told beforehand, exactly as it then comes true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.learning import registry
from signals.outreach.learning.what_if import Reordered, Wish, what_if
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.store.database import transaction
from tests.reference.notation import change, report, withdraw

from .models import registered
from .test_rescore import FACTS, FRAMEWORK, MODEL, activate, again, begin

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

MORE = (
    *FACTS,
    report("p", "2026-11-02", "vitens/R20", "40.00", at=20, arisen="2026-08-01"),  # below the threshold
    report("q", "2026-11-03", "vitens/R21", "60.00", at=21, arisen="2026-08-01"),
    report("r", "2026-11-03", "welbions/R22", "1900.00", at=22, arisen="2026-05-01"),
    change("s", "2026-11-09", "welbions/R22", "2600.00"),
    report("t", "2026-11-10", "welbions/R23", "900.00", at=23, arisen="2026-08-01"),
    report("u", "2026-11-12", "welbions/R23", "950.00", at=24, arisen="2026-08-01"),  # moved
    report("v", "2026-11-12", "menzis/R24", "300.00", at=24, arisen="2026-09-20"),
)


def asked(desk: Desk, policy: str | None = None, model: int | None = None, queue: str | None = None) -> Reordered:
    with transaction(desk.system.engine) as cursor:
        wish = Wish(
            "0141",
            queue,
            None if policy is None else parse_policy(policy, "changed"),
            None if model is None else registry.read_model(cursor, model),
        )
        return what_if(cursor, wish)


def then(found: Reordered) -> list[tuple[str, int, str]]:
    return [(f"{one.address} {one.period}", one.new.score, one.new.route) for one in found.moves if one.new is not None]


def now(desk: Desk) -> list[tuple[str, int, str]]:
    waiting = [*desk.queue("letters"), *desk.queue("visits")]
    cases = sorted(((name, desk.case(name)) for name in waiting), key=lambda one: one[1].priority or 0)
    return [(name, case.score, case.worked_route) for name, case in cases]


POLICIES = {
    "other points": FRAMEWORK.replace("rise = 10", "rise = 60"),
    "another threshold": FRAMEWORK.replace('water = "50.00"', 'water = "30.00"'),
    "a higher threshold": FRAMEWORK.replace('housing = "50.00"', 'housing = "850.00"'),
    "another route": FRAMEWORK.replace('one = "letter"', 'one = "home-visit"'),
    "another count": FRAMEWORK.replace('count = "arrears"', 'count = "sectors"'),
    "half months": FRAMEWORK.replace('period = "month"', 'period = "half-month"'),
}


@pytest.mark.parametrize("changed", POLICIES, ids=str)
def test_a_changed_policy_gives_the_queue_that_it_would_have_given_from_the_start(desk: Desk, changed: str) -> None:
    body = POLICIES[changed]
    assert body != FRAMEWORK
    begin(desk, FRAMEWORK)
    desk.take_in(*MORE)
    before = now(desk)
    found = asked(desk, body)
    assert now(desk) == before
    assert [one.old for one in sorted(found.moves, key=lambda one: one.old.place if one.old else 99) if one.old] == [
        (place, score, route) for place, (_, score, route) in enumerate(before, 1)
    ]
    desk.begin([body, shipped()["hengelo.toml"]])
    desk.take_in(*MORE)
    expected = now(desk)
    if changed == "half months":  # a case keeps the name that it has now
        assert [one[1:] for one in then(found)] == [one[1:] for one in expected]
    else:
        assert then(found) == expected


def test_another_model_gives_the_queue_that_it_would_give_once_activated(desk: Desk) -> None:
    begin(desk, FRAMEWORK, MODEL.replace("valid_from = 2020-01-01", "valid_from = 2026-11-01"))  # October waits as well
    desk.take_in(*MORE)
    with transaction(desk.system.engine) as cursor:
        number = registered(cursor, 5)
    found = asked(desk, model=number)
    assert found.by == "model"
    assert activate(desk, 5) == number
    again(desk)
    assert then(found) == now(desk)
    for one in found.moves:
        assert one.old is not None
        assert one.new is not None
        assert sum(reason.points for reason in one.why) == one.new.score - one.old.score


def test_a_model_is_shown_as_if_the_policy_let_it_speak(desk: Desk) -> None:
    begin(desk, FRAMEWORK)
    desk.take_in(*MORE)
    with transaction(desk.system.engine) as cursor:
        number = registered(cursor, 5)
    shown = asked(desk, model=number)
    assert then(shown) == then(asked(desk, MODEL, number))
    assert asked(desk, FRAMEWORK, number).by == "framework"


def test_the_totals_say_who_comes_who_goes_and_who_moves(desk: Desk) -> None:
    begin(desk, FRAMEWORK)
    desk.take_in(*MORE, withdraw("w", "2026-11-13", "vitens/R21", "paid"))
    same = asked(desk, FRAMEWORK)
    assert (same.agreement(), same.new_among_first(8), same.farthest(5)) == (1.0, 0, [])
    assert same.fates() == {"stays": len(now(desk)), "joins": 0, "leaves": 0, "no-case": 0}
    higher = asked(desk, POLICIES["a higher threshold"])
    assert higher.fates()["no-case"] == len([one for one in higher.moves if one.new is None]) > 0
    lower = asked(desk, POLICIES["another threshold"])
    (joined,) = [one for one in lower.moves if one.fate == "joins"]
    assert (joined.address, joined.case, joined.old) == ("7607GC 20", None, None)
    assert lower.new_among_first(len(lower.moves)) == 1
    visits = asked(desk, POLICIES["another route"], queue="letters")
    assert visits.fates()["leaves"] == len(visits.moves) == len(desk.queue("letters"))


def test_nothing_can_be_written_meanwhile(desk: Desk) -> None:
    begin(desk, FRAMEWORK)
    with transaction(desk.system.engine) as cursor:
        what_if(cursor, Wish("0141", None, parse_policy(MODEL, "changed"), None))
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchall() == [("on",)]
