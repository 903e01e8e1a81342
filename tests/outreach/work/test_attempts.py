"""Contact attempts: what they set in motion, and how a mistake is struck out."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.moments import AMSTERDAM
from signals.outreach.work.attempts import Attempt, attempts_of, promise_step, record_attempt, undo_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import close
from signals.outreach.work.people import NotPossibleError, StaleError
from signals.outreach.work.referrals import add_note
from signals.outreach.work.steps import NextStep
from signals.reports.kept import losses
from signals.reports.outgoing import told
from tests.reference.notation import report

from .people import ANNA, BRAM, HOME, P9, R1, V1, act, acting, file_of, today

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def evening(*, reached: bool = False) -> Attempt:
    return Attempt("home-visit", today(), "evening", reached)


@pytest.fixture
def visit(desk: Desk) -> int:
    """The number of a case that waits for a visit."""
    desk.take_in(report("a", "2026-11-02", R1), report("b", "2026-11-03", P9))
    return desk.case(HOME).id


def test_not_at_home_in_the_evening_comes_back_in_the_afternoon(desk: Desk, visit: int) -> None:
    act(desk, record_attempt, visit, evening(), ANNA, today=today())
    found = file_of(desk)
    assert found.next_step is not None
    assert (found.next_step.kind, found.next_step.part, found.next_step.why) == (
        "home-visit",
        "afternoon",
        "not-at-home",
    )
    assert found.next_step.on_day > today()
    assert found.history[-1].nl.endswith(", avond: niet bereikt")


def test_whoever_works_a_waiting_case_takes_it_up(desk: Desk, visit: int) -> None:
    desk.forget_outbox()
    act(desk, record_attempt, visit, evening(), ANNA, today=today())
    case = desk.case(HOME)
    assert (case.waiting, case.released_route) == (False, "home-visit")
    assert set(desk.statuses().values()) == {"picked-up"}
    assert [content["result"] for content in desk.told("feedback.welbions")] == ["picked-up"]
    assert desk.kinds(HOME)[-2:] == ["released", "attempt"]


def test_reached_ends_the_step(desk: Desk, visit: int) -> None:
    act(desk, record_attempt, visit, evening(), ANNA, today=today())
    act(desk, record_attempt, visit, Attempt("call", today(), None, reached=True), ANNA, today=today())
    assert file_of(desk).next_step is None


def test_three_visits_then_a_card_then_a_letter(desk: Desk, visit: int) -> None:
    for part in ("evening", "afternoon", "morning"):
        act(desk, record_attempt, visit, Attempt("home-visit", today(), part, reached=False), ANNA, today=today())
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.why) == ("card", "visits-exhausted")
    act(desk, record_attempt, visit, Attempt("card", today(), None, reached=False), ANNA, today=today())
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.why) == ("letter", "card-left")


def test_a_mistake_is_struck_out_and_the_case_waits_again(desk: Desk, visit: int) -> None:
    before = desk.case(HOME)
    number = act(desk, record_attempt, visit, evening(), ANNA, today=today())
    assert act(desk, undo_attempt, number, ANNA, team_lead=False, today=today()) == [visit]
    found = file_of(desk)
    assert found.next_step is None
    assert [(one.id, one.undone_by) for one in found.attempts] == [(number, ANNA.name)]
    assert desk.kinds(HOME)[-2:] == ["attempt-undone", "back-in-queue"]
    case = desk.case(HOME)
    assert (case.waiting, case.released_route, case.released_at) == (True, None, None)
    assert (case.route, case.priority, case.score) == (before.route, before.priority, before.score)
    assert set(desk.statuses().values()) == {"not-yet-picked-up"}
    assert [content["result"] for content in desk.told("feedback.welbions")] == ["picked-up", "not-yet-picked-up"]
    with acting(desk) as cursor:
        assert [*told(cursor).faults, *losses(cursor)] == []
    with pytest.raises(NotPossibleError, match="once"):
        act(desk, undo_attempt, number, ANNA, team_lead=False, today=today())


def test_a_note_or_a_claim_does_not_keep_it_taken_up(desk: Desk, visit: int) -> None:
    number = act(desk, record_attempt, visit, evening(), ANNA, today=today())
    act(desk, claim, desk.case(HOME).household_id, ANNA)
    act(desk, add_note, visit, "was next door", ANNA)
    assert act(desk, undo_attempt, number, ANNA, team_lead=False, today=today()) == [visit]


def call_again(desk: Desk, case: int) -> None:
    act(desk, record_attempt, case, Attempt("call", today(), None, reached=False), BRAM, today=today())


def hear_more(desk: Desk, _: int) -> None:
    desk.take_in(report("c", "2026-11-04", V1))


def agree(desk: Desk, case: int) -> None:
    act(desk, promise_step, case, NextStep("call", today() + timedelta(days=3), None, "promised"), ANNA, today=today())


@pytest.mark.parametrize("meanwhile", [call_again, hear_more, agree])
def test_what_was_worked_on_since_stays_taken_up(
    desk: Desk, visit: int, meanwhile: Callable[[Desk, int], None]
) -> None:
    number = act(desk, record_attempt, visit, evening(), ANNA, today=today())
    meanwhile(desk, visit)
    waiting = desk.case(HOME).waiting
    assert act(desk, undo_attempt, number, ANNA, team_lead=False, today=today()) == []
    case = desk.case(HOME)
    assert (case.waiting, case.released_route) == (waiting, "home-visit")
    assert desk.kinds(HOME)[-1] == "attempt-undone"


def test_what_was_released_before_stays_released_and_its_visit_is_next(desk: Desk, visit: int) -> None:
    desk.release(HOME)
    number = act(desk, record_attempt, visit, evening(), ANNA, today=today())
    assert act(desk, undo_attempt, number, ANNA, team_lead=False, today=today()) == []
    assert not desk.case(HOME).waiting
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.part, step.why) == ("home-visit", None, "not-reached")


def test_how_a_case_was_let_go_is_told(desk: Desk, visit: int) -> None:
    desk.take_in(report("c", "2026-11-04", V1, at=14))
    desk.release("7607GC 14 2026-11")
    act(desk, record_attempt, visit, evening(), ANNA, today=today())
    assert desk.system.rows("SELECT released_how FROM cases ORDER BY id") == [("contact",), ("release",)]
    taken_up, released = file_of(desk), file_of(desk, "7607GC 14 2026-11")
    assert (taken_up.case.released_how, released.case.released_how) == ("contact", "release")
    assert taken_up.history[-2].nl == "Opgepakt zonder vrijgave, door contact of een afspraak: huisbezoek"
    assert taken_up.history[-2].en == "Taken up without a release, by contact or an agreement: home visit"
    assert released.history[-1].nl == "Vrijgegeven: brief"


def test_a_call_in_vain_leaves_the_visit_to_be_made(desk: Desk, visit: int) -> None:
    call_again(desk, visit)
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.part, step.why) == ("home-visit", None, "not-reached")


def test_a_letter_that_went_out_with_a_run_is_not_written_again(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    case = desk.case(HOME).id
    desk.release(HOME)
    call_again(desk, case)
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.why) == ("administrative", "no-answer")
    assert step.on_day >= today() + timedelta(days=14)


def test_a_letter_that_a_call_took_up_is_still_to_be_written(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    call_again(desk, desk.case(HOME).id)
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.why) == ("letter", "not-reached")


def test_what_was_tried_for_a_case_that_is_closed_does_not_count_for_a_new_one(desk: Desk) -> None:
    last_month, this_month = "7607GC 12 2026-10", HOME
    desk.take_in(report("a", "2026-10-02", R1), report("b", "2026-10-02", P9))
    old = desk.case(last_month).id
    desk.system.rows("UPDATE cases SET received_on = %s RETURNING id", today() - timedelta(days=41))
    for part in ("evening", "afternoon", "morning"):
        long_ago = Attempt("home-visit", today() - timedelta(days=40), part, reached=False)
        act(desk, record_attempt, old, long_ago, ANNA, today=today())
    act(desk, close, [old], "no-contact", ANNA)
    desk.take_in(report("c", "2026-11-02", "welbions/R2"), report("d", "2026-11-02", "menzis/P2"))
    call_again(desk, desk.case(this_month).id)
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.why) == ("home-visit", "not-reached")  # no card: the three visits were of another time


def test_a_colleague_cannot_strike_it_out_but_a_team_lead_can(desk: Desk, visit: int) -> None:
    number = act(desk, record_attempt, visit, evening(), ANNA, today=today())
    with pytest.raises(NotPossibleError, match="team lead"):
        act(desk, undo_attempt, number, BRAM, team_lead=False, today=today())
    with pytest.raises(NotPossibleError, match="same day"):
        act(desk, undo_attempt, number, ANNA, team_lead=False, today=today() + timedelta(days=1))
    act(desk, undo_attempt, number, BRAM, team_lead=True, today=today())
    assert file_of(desk).attempts[0].undone_by == BRAM.name


def test_a_promise_stays_until_someone_was_reached(desk: Desk, visit: int) -> None:
    promised = NextStep("call", today() + timedelta(days=3), "morning", "promised")
    act(desk, promise_step, visit, promised, ANNA, today=today())
    act(desk, record_attempt, visit, Attempt("mail", today(), None, reached=False), ANNA, today=today())
    assert file_of(desk).next_step == promised
    act(desk, record_attempt, visit, evening(), ANNA, today=today())
    assert file_of(desk).next_step == promised
    act(desk, record_attempt, visit, Attempt("call", today(), None, reached=True), ANNA, today=today())
    assert file_of(desk).next_step is None


@pytest.mark.parametrize(
    ("attempt", "fault"),
    [
        (Attempt("smoke-signal", today(), None, reached=False), "kind of contact"),
        (Attempt("call", today(), "night", reached=False), "part of the day"),
        (Attempt("home-visit", today(), None, reached=False), "choose one"),
        (Attempt("call", today() + timedelta(days=1), None, reached=False), "future"),
        (Attempt("call", today(), None, reached=False, note="x" * 4001), "4000"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, visit: int, attempt: Attempt, fault: str) -> None:
    with pytest.raises(NotPossibleError, match=fault):
        act(desk, record_attempt, visit, attempt, ANNA, today=today())
    assert act(desk, attempts_of, desk.case(HOME).household_id) == []


@pytest.mark.parametrize(
    ("hour", "refused"), [(0, {"afternoon", "evening"}), (11, {"afternoon", "evening"}), (12, {"evening"}), (18, set())]
)
def test_nobody_was_sought_in_a_part_of_the_day_that_has_not_begun(
    desk: Desk, visit: int, hour: int, refused: set[str]
) -> None:
    now = datetime.combine(today(), time(hour), AMSTERDAM)
    parts = ("morning", "afternoon", "evening")
    for part in parts:
        tried = Attempt("home-visit", today(), part, reached=False)
        with pytest.raises(NotPossibleError, match="not begun") if part in refused else nullcontext():
            act(desk, record_attempt, visit, tried, ANNA, today=today(), now=now)
    kept = [one.attempt.part for one in act(desk, attempts_of, desk.case(HOME).household_id)]
    assert kept == [part for part in parts if part not in refused]


@pytest.mark.parametrize("before", [timedelta(days=1), timedelta(days=365 * 27)])
def test_nobody_was_sought_before_the_first_signal(desk: Desk, visit: int, before: timedelta) -> None:
    desk.system.rows("UPDATE cases SET earliest_on = %s RETURNING id", today())
    tried = Attempt("call", today() - before, None, reached=False)
    with pytest.raises(NotPossibleError, match="before the first signal"):
        act(desk, record_attempt, visit, tried, ANNA, today=today())
    assert desk.case(HOME).waiting  # nothing of it counts


def test_what_came_in_late_may_have_been_worked_since_the_day_that_it_bears(desk: Desk, visit: int) -> None:
    desk.take_in(report("late", "2026-10-02", V1))
    desk.system.rows("UPDATE cases SET earliest_on = %s RETURNING id", today() - timedelta(days=8))
    day = today() - timedelta(days=1)
    act(desk, record_attempt, visit, Attempt("home-visit", day, "evening", reached=False), ANNA, today=today())
    clocks = {case.id: {one.name: one.done_on for one in case.clocks} for case in file_of(desk).cases}
    assert [days["contact-attempt"] for days in clocks.values()] == [day, None]  # of the other case nobody knew
    step = file_of(desk).next_step
    assert step is not None
    assert (step.kind, step.part) == ("home-visit", "afternoon")


@pytest.mark.parametrize("day", [today() - timedelta(days=1), today() + timedelta(days=367)])
def test_an_appointment_is_within_a_year(desk: Desk, visit: int, day: date) -> None:
    with pytest.raises(NotPossibleError, match="within a year"):
        act(desk, promise_step, visit, NextStep("call", day, None, "promised"), ANNA, today=today())
    assert file_of(desk).next_step is None


def test_what_someone_else_did_meanwhile_is_shown_first(desk: Desk, visit: int) -> None:
    seen = file_of(desk).seen
    act(desk, record_attempt, visit, evening(), BRAM, seen, today=today())
    with pytest.raises(StaleError) as stale:
        act(desk, record_attempt, visit, evening(), ANNA, seen, today=today())
    assert [line.kind for line in stale.value.lines] == ["released", "attempt"]
    assert {line.actor for line in stale.value.lines} == {BRAM.name}
    act(desk, record_attempt, visit, evening(), ANNA, stale.value.lines[-1].id, today=today())
    assert len(file_of(desk).attempts) == 2


def test_a_new_signal_makes_the_page_stale_too(desk: Desk, visit: int) -> None:
    seen = file_of(desk).seen
    desk.take_in(report("c", "2026-11-04", "vitens/W1"))
    with pytest.raises(StaleError) as stale:
        act(desk, record_attempt, visit, evening(), ANNA, seen, today=today())
    assert {line.actor for line in stale.value.lines} == {"signals"}


def test_there_is_no_attempt_at_a_case_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotPossibleError, match="no such case"):
        act(desk, record_attempt, 404, evening(), ANNA, today=today())
    with pytest.raises(NotPossibleError, match="no such attempt"):
        act(desk, undo_attempt, 404, ANNA, team_lead=True, today=today())
