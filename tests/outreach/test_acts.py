"""What people do is kept, whatever comes in later: release, review, rise and withdrawal after it (borders.md 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from signals.outreach.release import NotReleasedError, release
from signals.store.database import transaction
from tests.reference.notation import change, policy, report, withdraw
from tests.reference.policy import toml_text

if TYPE_CHECKING:
    from .desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

HOME = "7607GC 12 2026-11"
EARLIER = "7607GC 12 2026-10"
ELSEWHERE = "7607GC 14 2026-11"
R1 = "welbions/R1"
P9 = "menzis/P9"


def test_a_released_case_waits_no_more_and_its_reports_are_picked_up(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", R1), report("c", "2026-11-03", P9, "1.00"))
    assert desk.case(HOME).waiting
    desk.release(HOME)
    case = desk.case(HOME)
    assert (case.waiting, case.waiting_since, case.released_route) == (False, None, "letter")
    assert desk.statuses() == {"a": "picked-up", "b": "repeat", "c": "wrongful"}
    assert desk.kinds(HOME)[-1] == "released"


def test_release_tells_the_partner_and_the_audit_log(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.forget_outbox()
    desk.release(HOME, actor="specialist-7")
    pairs = [(topic, content["eventId"], content["result"]) for topic, _, content in desk.outbox()]
    assert sorted(pairs) == [("feedback.menzis", "b", "picked-up"), ("feedback.welbions", "a", "picked-up")]
    number = desk.case(HOME).id
    assert desk.system.rows("SELECT actor, action, subject, detail FROM audit WHERE action = 'release'") == [
        ("specialist-7", "release", f"case {number}", {"reviewed": False})
    ]
    assert desk.system.rows("SELECT released_by FROM cases") == [("specialist-7",)]
    assert desk.history(number)[-1] == ("released", {"route": "home-visit"})


def test_a_second_arrears_after_the_letter_went_out_upgrades_and_waits_again(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-05", P9))
    assert desk.lines() == {HOME: "open home-visit 2"}
    assert desk.queue("visits") == [HOME]
    assert desk.statuses() == {"a": "picked-up", "b": "not-yet-picked-up"}
    assert desk.kinds(HOME)[-3:] == ["route", "back-in-queue", "report"]
    desk.release(HOME)
    assert desk.statuses() == {"a": "picked-up", "b": "picked-up"}


def test_after_release_a_route_only_goes_up(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.release(HOME)
    desk.take_in(withdraw("c", "2026-11-05", P9, "paid"))
    assert desk.lines() == {HOME: "open home-visit 1"}
    assert desk.queue("visits") == []
    assert ("stop-what-is-not-done", {"before": 2, "after": 1}) in desk.history(desk.case(HOME).id)


@pytest.mark.parametrize("gone", [R1, P9])
def test_an_upgrade_after_release_is_not_taken_back(desk: Desk, gone: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-05", P9))
    desk.take_in(withdraw("c", "2026-11-07", gone, "paid"))
    assert desk.lines() == {HOME: "open home-visit 1"}
    assert desk.queue("visits") == [HOME]


def test_what_was_never_there_together_is_no_upgrade(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-07", P9), withdraw("c", "2026-11-05", R1, "paid"))
    assert desk.lines() == {HOME: "open letter 1"}


def test_before_release_a_route_goes_down_again(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.take_in(withdraw("c", "2026-11-05", P9, "paid"))
    assert desk.lines() == {HOME: "open letter 1"}
    assert "stop-what-is-not-done" not in desk.kinds(HOME)


def test_a_withdrawal_of_the_last_arrears_leaves_a_released_case_open(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(withdraw("b", "2026-11-05", R1, "paid"))
    assert desk.lines() == {HOME: "open letter 0"}
    assert desk.statuses() == {"a": "picked-up"}  # a person decided it
    assert desk.queue("letters") == []
    assert desk.kinds(HOME)[-2:] == ["stop-what-is-not-done", "withdrawn"]


@pytest.mark.parametrize("reason", ["paid", "wrongful", "deceased", "moved", "arrangement"])
def test_picked_up_stays_picked_up_whatever_the_reason(desk: Desk, reason: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(withdraw("b", "2026-11-05", R1, reason))
    assert desk.statuses() == {"a": "picked-up"}


@pytest.mark.parametrize(
    "rise",
    [
        change("b", "2026-11-05", R1, "100.01"),
        change("b", "2026-11-05", R1, crisis="end-of-delivery"),
        change("b", "2026-11-05", R1, "50.00", crisis="eviction"),
    ],
)
def test_a_rise_after_release_brings_the_case_back(desk: Desk, rise: object) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(rise)  # type: ignore[arg-type]  # a Fact, as the table says
    assert desk.queue("letters") == [HOME]
    assert "back-in-queue" in desk.kinds(HOME)
    desk.release(HOME)
    assert desk.queue("letters") == []


@pytest.mark.parametrize(
    "change_",
    [
        change("b", "2026-11-05", R1, "99.00"),
        change("b", "2026-11-05", R1, crisis=None),
        change("b", "2026-11-01", R1, "900.00"),  # before the arrears' first report: without effect
    ],
)
def test_what_is_no_rise_leaves_a_released_case_alone(desk: Desk, change_: object) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(change_)  # type: ignore[arg-type]  # a Fact, as the table says
    assert not desk.case(HOME).waiting


def test_a_rise_brings_back_the_latest_case_only(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", R1, "120.00"))
    desk.release(EARLIER, HOME)
    desk.take_in(change("c", "2026-11-05", R1, "200.00"))
    assert desk.queue("letters") == [HOME]


def test_a_rise_after_a_move_leaves_the_old_address_alone(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-09", R1, at=14))
    desk.release(ELSEWHERE)
    desk.take_in(change("c", "2026-11-10", R1, "200.00"))
    assert desk.queue("letters") == [ELSEWHERE]


def test_a_rise_whose_report_was_withdrawn_is_no_work(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-05", R1, "200.00"))
    assert desk.queue("visits") == [HOME]
    desk.take_in(withdraw("d", "2026-11-06", R1, "paid"))
    assert desk.queue("visits") == []
    assert desk.case(HOME).arrears_count == 1


def test_a_rise_that_stood_before_a_withdrawal_is_no_work(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), withdraw("b", "2026-11-06", R1, "paid"), report("c", "2026-11-09", R1))
    desk.release(HOME)
    desk.take_in(change("d", "2026-11-05", R1, "200.00"))
    assert desk.queue("letters") == []


def test_a_change_that_is_no_rise_any_more_takes_the_case_out_of_the_queue(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-05", R1, "150.00"))
    assert desk.queue("letters") == [HOME]
    desk.take_in(report("b", "2026-11-04", R1, "300.00", objected=True))  # late: 150.00 was a fall
    assert desk.queue("letters") == []


def test_a_rise_follows_its_arrears_to_a_later_case(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1))
    desk.release(EARLIER)
    desk.take_in(change("c", "2026-11-05", R1, "200.00"))
    assert desk.queue("letters") == [EARLIER]
    desk.take_in(report("b", "2026-11-09", R1, "300.00"))
    assert desk.queue("letters") == [HOME]
    desk.release(HOME)
    assert desk.queue("letters") == []


def test_releasing_another_case_does_not_hide_a_rise(desk: Desk) -> None:
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-11-02", R1, "120.00"))
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-05", R1, "200.00"))
    assert sorted(desk.queue("letters")) == [EARLIER, HOME]
    desk.release(EARLIER)
    desk.take_in(report("d", "2026-11-06", R1))
    assert desk.queue("letters") == [HOME]


def test_the_same_rise_brings_a_case_back_once(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), change("b", "2026-11-05", R1, "200.00"))
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-06", R1, "150.00"))
    assert desk.queue("letters") == []


def test_a_late_event_does_not_bring_a_known_rise_back(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), change("b", "2026-11-05", R1, "200.00"))
    desk.release(HOME)
    desk.take_in(change("c", "2026-11-04", R1, "90.00"))
    assert desk.queue("letters") == []


def test_a_repeat_after_release_is_no_work(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-12-02", R1))
    assert desk.statuses() == {"a": "picked-up", "b": "repeat"}
    assert desk.lines() == {HOME: "open letter 1"}
    assert desk.queue("letters") == []


def test_a_higher_report_in_the_same_period_brings_the_case_back(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-20", R1, "200.00"))
    assert desk.statuses() == {"a": "picked-up", "b": "not-yet-picked-up"}
    assert desk.queue("letters") == [HOME]


def test_a_move_does_not_end_what_was_picked_up(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("b", "2026-11-09", R1, at=14))
    assert desk.statuses() == {"a": "picked-up", "b": "not-yet-picked-up"}
    assert desk.lines() == {HOME: "open letter 1", ELSEWHERE: "open letter 1"}


def test_an_earlier_event_that_would_have_made_it_a_repeat_changes_nothing(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.take_in(report("z", "2026-10-20", R1))
    assert desk.statuses() == {"z": "not-yet-picked-up", "a": "picked-up"}
    assert desk.lines() == {EARLIER: "open letter 1", HOME: "open letter 1"}


def test_all_or_none_are_released(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9, at=14), withdraw("c", "2026-11-03", P9, "paid")
    )
    with pytest.raises(NotReleasedError, match="is closed; only an open case can be released"):
        desk.release(HOME, ELSEWHERE)
    assert desk.case(HOME).waiting
    assert desk.system.rows("SELECT 1 FROM audit WHERE action = 'release'") == []


def test_every_reason_not_to_release_is_told(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9, at=14), withdraw("c", "2026-11-03", P9, "paid")
    )
    desk.release(HOME)
    with pytest.raises(NotReleasedError) as refused:
        desk.release(HOME, ELSEWHERE)
    assert "does not wait" in str(refused.value)
    assert "is closed" in str(refused.value)
    assert "7607GC" not in str(refused.value)


def test_many_cases_are_released_with_as_many_statements_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = range(20, 32)
    desk.take_in(*(report(f"a{n}", "2026-11-02", f"welbions/R{n}", at=n) for n in homes))
    statements: list[object] = []
    execute = psycopg.Cursor.execute

    def counted(self: psycopg.Cursor[Any], *asked: Any, **how: Any) -> object:  # noqa: ANN401 - as psycopg has it
        statements.append(asked[0])
        return execute(self, *asked, **how)

    numbers = [desk.case(f"7607GC {n} 2026-11").id for n in homes]
    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    for group in (numbers[:1], numbers[1:]):
        with transaction(desk.system.engine) as cursor:
            release(cursor, group, actor="test")
        statements.append("end")
    monkeypatch.undo()
    assert statements.index("end") == len(statements) - statements.index("end") - 2 > 0
    assert set(desk.statuses().values()) == {"picked-up"}


def test_a_case_that_is_not_there(desk: Desk) -> None:
    with (
        pytest.raises(NotReleasedError, match="case 4711: there is no such case"),
        transaction(desk.system.engine) as cursor,
    ):
        release(cursor, [4711], actor="test")


def test_a_held_case_needs_a_look_first(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9), withdraw("c", "2026-11-05", P9, "deceased")
    )
    assert desk.case(HOME).held
    with pytest.raises(NotReleasedError, match="held for review"):
        desk.release(HOME)
    desk.release(HOME, reviewed=True)
    case = desk.case(HOME)
    assert (case.held, case.waiting) == (False, False)
    desk.take_in(report("d", "2026-11-06", "vitens/W1"))
    assert not desk.case(HOME).held  # looked at stays looked at


def test_a_second_death_at_a_reviewed_household_is_held_again(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", R1), report("b", "2026-11-02", P9), withdraw("c", "2026-11-05", P9, "deceased")
    )
    desk.release(HOME, reviewed=True)
    desk.take_in(report("d", "2026-11-06", "vitens/W1"), withdraw("e", "2026-11-09", "vitens/W1", "deceased"))
    assert desk.case(HOME).held
    assert desk.kinds(HOME).count("held") == 2
    desk.release(HOME, reviewed=True)
    desk.take_in(report("f", "2026-11-10", "salland/S1"))
    assert not desk.case(HOME).held


def test_a_release_without_a_look_does_not_pass_for_one(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.release(HOME)
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"), report("d", "2026-11-06", "vitens/W1"))
    assert desk.case(HOME).held
    with pytest.raises(NotReleasedError, match="held for review"):
        desk.release(HOME)


def test_a_look_before_any_death_lets_the_first_death_be_held(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.release(HOME, reviewed=True)
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"))
    assert desk.case(HOME).held


def test_a_death_after_release_is_looked_at_too(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-02", P9))
    desk.release(HOME)
    desk.take_in(withdraw("c", "2026-11-05", P9, "deceased"))
    assert desk.queue("review") == [HOME]
    desk.release(HOME, reviewed=True)
    assert desk.queue("review") == []


def test_a_policy_with_another_period_keeps_what_was_released(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    desk.release(HOME)
    desk.load_policy(toml_text(policy(valid_from="2026-11-01", period="half-month")))
    desk.take_in(report("b", "2026-11-20", R1, "200.00"))
    assert desk.statuses() == {"a": "picked-up", "b": "not-yet-picked-up"}
    assert desk.lines() == {
        HOME: "open letter 1",
        "7607GC 12 2026-11-H2": "open letter 1",
    }
    assert desk.case(HOME).released_route == "letter"
    assert desk.system.rows("SELECT count(DISTINCT policy_id) FROM reports") == [(2,)]  # a keeps the version of then
    assert not desk.system.rows("SELECT 1 FROM quarantine")
