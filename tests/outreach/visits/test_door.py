"""At the door: what came of a visit, once however often it is sent, and what follows from it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError
from signals.outreach.visits.door import record
from signals.outreach.visits.lists import VisitError
from signals.outreach.visits.round import read_round
from signals.outreach.visits.unsafe import flag_unsafe, lift_unsafe, unsafe_at
from signals.outreach.work.attempts import Attempt, attempts_of, next_steps_of, promise_step, record_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route, close, reopen
from signals.outreach.work.dismissals import mark_not_picked_up
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.steps import NextStep
from tests.outreach.work.people import ANNA, BRAM, act, acting, event_number, file_of, today
from tests.reference.notation import report

from .town import (
    EVENING,
    at,
    days_on,
    go,
    listed,
    named,
    numbers,
    plan,
    settle,
    tell,
    two_signals,
    visiting,
    waits_for_a_lock,
)

if TYPE_CHECKING:
    from signals.outreach.visits.door import Recorded
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def made(desk: Desk, number: int) -> list[tuple[str, str | None, bool]]:
    """Kind, part of day and whether reached of every attempt at this house number."""
    with acting(desk) as cursor:
        found = attempts_of(cursor, desk.case(named(number)).household_id)
    return [(one.attempt.kind, one.attempt.part, one.attempt.reached) for one in found]


def follows(recorded: Recorded) -> tuple[str, str | None, str] | None:
    step = recorded.next_step
    return None if step is None else (step.kind, step.part, step.why)


def test_each_result_becomes_an_attempt_and_has_its_consequence(desk: Desk) -> None:
    found = visiting(desk, 2, 4, 6, 8, 10, 12)
    told = {
        result: tell(desk, at(found, number).id, result, f"key-{number}", note="was it")
        for number, result in (
            *((2, "spoken"), (4, "not-at-home"), (6, "refused"), (8, "moved"), (10, "unsafe"), (12, "card-left")),
        )
    }
    visit = ("home-visit", "morning")
    assert made(desk, 2) == made(desk, 6) == [(*visit, True)]
    assert made(desk, 4) == made(desk, 8) == made(desk, 10) == [(*visit, False)]
    assert made(desk, 12) == [(*visit, False), ("card", "morning", False)]
    another = ("home-visit", "evening", "not-at-home")
    assert {result: follows(one) for result, one in told.items()} == {
        "spoken": None,
        "not-at-home": another,
        "refused": None,
        "moved": None,
        "unsafe": None,
        "card-left": another,
    }
    now = listed(desk, found.id)
    assert (now.state, {stop.state for stop in now.stops}) == ("done", {"visited"})
    assert at(now, 6).result == "refused"
    assert at(now, 6).told_by == BRAM.name
    assert desk.kinds(named(6))[-2:] == ["attempt", "door-refused"]
    _moved_waits_for_a_look(desk)
    _unsafe_is_written_to(desk)


def _moved_waits_for_a_look(desk: Desk) -> None:
    assert desk.kinds(named(8))[-1] == "door-moved"
    assert named(8) in desk.queue("review")
    assert plan(desk)[1].left_out == {}
    assert "geen brief" in file_of(desk, named(8)).history[-1].nl


def _unsafe_is_written_to(desk: Desk) -> None:
    case = desk.case(named(10))
    assert (case.route, case.waiting) == ("letter", True)
    assert named(10) in desk.queue("letters")
    history = desk.kinds(named(10))
    assert history.index("unsafe") < history.index("route-changed")
    act(desk, change_route, case.id, "home-visit", "he wrote that we can come", ANNA)
    found, proposed = plan(desk)
    assert (numbers(found), proposed.left_out) == ([], {"unsafe": 1})
    with acting(desk) as cursor:
        assert unsafe_at(cursor, [case.household_id])[case.household_id].by == BRAM.name
    with pytest.raises(VisitError, match="team lead"):
        act(desk, lift_unsafe, case.household_id, ANNA, "all is well", team_lead=False)
    act(desk, lift_unsafe, case.household_id, ANNA, "all is well", team_lead=True)
    with pytest.raises(VisitError, match="nobody said"):
        act(desk, lift_unsafe, case.household_id, ANNA, "all is well", team_lead=True)
    assert plan(desk)[1].left_out == {}
    assert file_of(desk, named(10)).history[-1].nl.endswith("veilig aan de deur: all is well")


def test_a_form_that_comes_again_changes_nothing(desk: Desk) -> None:
    found = visiting(desk, 2, 4)
    first = tell(desk, at(found, 2).id, "not-at-home")
    again = tell(desk, at(found, 2).id, "not-at-home")
    assert (first.again, again.again) == (False, True)
    assert (again.next_step, again.case) == (first.next_step, first.case)
    assert len(made(desk, 2)) == 1
    for stop, result, key, code in (
        (at(found, 4).id, "not-at-home", "k1", "key-used"),
        (at(found, 2).id, "spoken", "k1", "key-used"),
        (at(found, 2).id, "spoken", "k2", "recorded"),
        (at(found, 4).id, "vanished", "k3", "choice"),
        (at(found, 4).id, "spoken", "", "choice"),
        (0, "spoken", "k4", "no-stop"),
    ):
        with pytest.raises(VisitError) as told:
            tell(desk, stop, result, key)
        assert told.value.code == code
    assert listed(desk, found.id).state == "released"
    assert made(desk, 4) == []


def test_a_form_that_comes_twice_at_a_time_counts_once(desk: Desk) -> None:
    found = visiting(desk, 2)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(tell, desk, found.stops[0].id, "spoken") for _ in range(2)]
        assert sorted(one.result(timeout=60).again for one in both) == [False, True]
    assert len(made(desk, 2)) == 1


def test_a_card_left_at_the_last_visit_comes_before_the_letter(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    steps = []
    for turn, result in enumerate(("not-at-home", "card-left", "card-left")):
        with acting(desk) as cursor:  # the days between them go by
            cursor.execute("UPDATE next_steps SET on_day = %s, part = 'morning'", (today(),))
        found, _ = plan(desk)
        go(desk, found.id)
        steps.append(follows(tell(desk, found.stops[0].id, result, f"k{turn}")))
    assert steps[-1] == ("letter", None, "card-left")
    assert [step[:1] for step in steps if step] == [("home-visit",), ("home-visit",), ("letter",)]


def test_the_case_of_a_card_is_told_as_a_card(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    desk.release(named(2))
    with acting(desk) as cursor:
        cursor.execute(
            "INSERT INTO next_steps (household_id, on_day, kind, why) VALUES (%s, %s, 'card', 'visits-exhausted')",
            (desk.case(named(2)).household_id, today()),
        )
    found, _ = plan(desk)
    assert found.stops[0].kind == "card"
    go(desk, found.id)
    assert follows(tell(desk, found.stops[0].id, "card-left")) == ("letter", None, "card-left")
    assert made(desk, 2) == [("card", "morning", False)]


def test_before_its_part_of_the_day_and_also_after_it(desk: Desk) -> None:
    found = visiting(desk, 2, 4, part="evening")
    noon = datetime.combine(today(), time(12, 30), AMSTERDAM)
    tell(desk, at(found, 2).id, "not-at-home", when=noon)
    assert made(desk, 2) == [("home-visit", "afternoon", False)]  # the pair began early
    with days_on(desk, 1):
        pass
    plan(desk)  # ends the list of yesterday; on the new one the household is planned again
    tell(desk, at(found, 4).id, "spoken", "k2")
    assert at(listed(desk, found.id), 4).state == "visited"


def test_a_pair_that_goes_before_the_day_was_there_when_it_was(desk: Desk) -> None:
    found = visiting(desk, 2, on_day=today() + timedelta(days=1))
    noon = datetime.combine(today(), time(12, 30), AMSTERDAM)
    told = tell(desk, at(found, 2).id, "not-at-home", when=noon)
    assert made(desk, 2) == [("home-visit", "afternoon", False)]
    assert told.next_step is not None
    assert told.next_step.on_day > today()
    with acting(desk) as cursor:
        (attempt,) = attempts_of(cursor, desk.case(named(2)).household_id)
    assert attempt.attempt.on_day == today()


@pytest.mark.parametrize("result", ["unsafe", "moved"])
def test_who_is_not_visited_any_more_leaves_the_other_list(desk: Desk, result: str) -> None:
    late = visiting(desk, 2)
    with days_on(desk, 1):
        pass
    later, _ = plan(desk)  # ends the list of yesterday; the household is planned again
    go(desk, later.id)
    tell(desk, at(late, 2).id, result)
    stop = at(listed(desk, later.id), 2)
    assert (stop.state, stop.code) == ("left-out", result)


def test_an_agreed_visit_to_an_unsafe_door_becomes_a_letter(desk: Desk) -> None:
    found = visiting(desk, 2)
    with acting(desk) as cursor:
        cursor.execute(
            "INSERT INTO next_steps (household_id, on_day, part, kind, why) VALUES (%s, %s, 'evening', %s, 'promised')",
            (found.stops[0].household, today() + timedelta(days=1), "home-visit"),
        )
    told = tell(desk, found.stops[0].id, "unsafe")
    assert told.next_step is None or told.next_step.kind == "letter"


def test_an_unsafe_door_is_written_to_also_when_a_later_case_asks_for_a_visit(desk: Desk) -> None:
    found = visiting(desk, 2)
    tell(desk, found.stops[0].id, "unsafe")
    act(desk, close, [desk.case(named(2)).id], "self-reliant", ANNA)
    desk.take_in(*(report(f"late-{one}", "2026-10-02", f"{one}/L", at=2) for one in ("vitens", "menzis")))
    later = desk.case("7607GC 2 2026-10")
    assert (later.route, plan(desk)[1].left_out) == ("home-visit", {"unsafe": 1})
    visit = NextStep("home-visit", today() + timedelta(days=2), "evening", "promised")
    with pytest.raises(NotPossibleError) as told:
        act(desk, promise_step, later.id, visit, ANNA, today=today())
    assert told.value.code == "unsafe"
    call = Attempt("call", today(), None, reached=False)
    act(desk, record_attempt, later.id, call, ANNA, today=today())
    assert [step.kind for step in next_steps(desk, later.household_id)] == ["letter"]


def next_steps(desk: Desk, household: int) -> list[NextStep]:
    with acting(desk) as cursor:
        return list(next_steps_of(cursor, [household]).values())


def test_an_unanswered_call_does_not_bring_back_who_moved(desk: Desk) -> None:
    found = visiting(desk, 2)
    tell(desk, found.stops[0].id, "moved")
    call = Attempt("call", today(), None, reached=False)
    act(desk, record_attempt, desk.case(named(2)).id, call, ANNA, today=today())
    assert named(2) in desk.queue("review")
    assert plan(desk)[1].left_out == {"moved": 1}


def test_what_cannot_be_recorded_says_why(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    found, _ = plan(desk)
    with pytest.raises(VisitError) as told:
        tell(desk, found.stops[0].id, "spoken")
    assert told.value.code == "not-released"
    with pytest.raises(SignalsError):
        act(desk, flag_unsafe, 0, ANNA)


def test_what_was_seen_at_the_door_of_a_closed_case_is_kept(desk: Desk) -> None:
    found = visiting(desk, 2, 4, 6)
    for number in (2, 4, 6):
        act(desk, close, [desk.case(named(number)).id], "self-reliant", ANNA)
    on = NextStep("call", today() + timedelta(days=2), None, "promised")
    with pytest.raises(NotPossibleError) as closed:
        tell(desk, at(found, 2).id, "spoken", agreed=on)
    assert closed.value.code == "not-open"
    told = {
        number: tell(desk, at(found, number).id, result, f"k{number}", note="a dog bit")
        for number, result in ((2, "spoken"), (4, "unsafe"), (6, "moved"))
    }
    assert {number: one.next_step for number, one in told.items()} == {2: None, 4: None, 6: None}
    assert tell(desk, at(found, 4).id, "unsafe", "k4").again
    assert [made(desk, number) for number in (2, 4, 6)] == [[], [], []]
    with acting(desk) as cursor:
        assert set(unsafe_at(cursor, [stop.household for stop in found.stops])) == {at(found, 4).household}
        kept = cursor.execute("SELECT result, note FROM visit_results ORDER BY result").fetchall()
    assert kept == [(result, "a dog bit") for result in ("moved", "spoken", "unsafe")]
    assert desk.kinds(named(4))[-2:] == ["door-late", "unsafe"]
    assert file_of(desk, named(2)).history[-1].nl.endswith("ochtend: gesproken: a dog bit")
    assert listed(desk, found.id).state == "done"
    assert all(desk.case(named(number)).state == "closed" for number in (2, 4, 6))
    act(desk, reopen, desk.case(named(6)).id, "they are back", ANNA)
    assert plan(desk)[1].left_out == {"moved": 1}


def test_what_was_seen_before_all_that_is_open_now_came_in_is_kept(desk: Desk) -> None:
    desk.take_in(*(report(f"old-{one}", "2026-10-02", f"{one}/O", at=2) for one in ("vitens", "menzis")))
    settle(desk, 2)
    found, _ = plan(desk)
    go(desk, found.id)
    with days_on(desk, 30):
        pass
    act(desk, close, [desk.case("7607GC 2 2026-10").id], "self-reliant", ANNA)
    two_signals(desk, 2)
    assert tell(desk, found.stops[0].id, "unsafe").case == found.stops[0].case
    with acting(desk) as cursor:
        assert unsafe_at(cursor, [found.stops[0].household])
    assert made(desk, 2) == []
    assert desk.case(named(2)).route == "letter"


def test_what_was_agreed_at_the_door_is_the_next_step(desk: Desk) -> None:
    found = visiting(desk, 2)
    step = NextStep("home-visit", today() + timedelta(days=2), "evening", "promised")
    with pytest.raises(VisitError) as told:
        tell(desk, found.stops[0].id, "not-at-home", agreed=step)
    assert told.value.code == "agreed"
    spoken = tell(desk, found.stops[0].id, "spoken", agreed=step)
    assert spoken.next_step == step
    assert tell(desk, found.stops[0].id, "spoken", agreed=step).again
    assert desk.kinds(named(2))[-2:] == ["attempt", "step"]


def test_the_last_two_visits_of_a_list_end_it_also_at_once(desk: Desk) -> None:
    found = visiting(desk, 2, 4)
    begun = threading.Barrier(2)

    def second() -> None:
        begun.wait(20)
        tell(desk, found.stops[1].id, "spoken", "k2")

    with ThreadPoolExecutor(1) as pool:
        with acting(desk) as cursor:
            record(cursor, found.stops[0].id, "spoken", "", BRAM, "k1", at=EVENING)
            later = pool.submit(second)
            begun.wait(20)
            waits_for_a_lock(desk)
        later.result(timeout=60)
    assert listed(desk, found.id).state == "done"


def test_a_pair_that_went_on_another_part_of_the_day_says_so(desk: Desk) -> None:
    found = visiting(desk, 2)
    tell(desk, found.stops[0].id, "not-at-home", part="evening")
    assert made(desk, 2) == [("home-visit", "evening", False)]


def test_the_door_says_why_nobody_should_go(desk: Desk) -> None:
    found = visiting(desk, 2, 4)
    act(desk, flag_unsafe, at(found, 2).household, ANNA)
    act(desk, claim, at(found, 4).household, ANNA)
    with acting(desk) as cursor:
        doors = {door.stop.id: door.hindrance for door in read_round(cursor, found, ANNA).doors}
    assert [doors[at(found, number).id] for number in (2, 4)] == ["unsafe", None]  # Anna goes herself


def test_at_the_door_each_hears_of_their_own_partners_only(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-11-02", "welbions/R2", at=2, surname="Bakker"),
        report("b", "2026-11-03", "vitens/W2", at=2, surname="Bakker"),
        report("c", "2026-11-04", "menzis/P2", at=2, surname="Pot"),
    )
    settle(desk, 2)
    found, _ = plan(desk)

    def asked_for() -> dict[str, tuple[str, ...]]:
        with acting(desk) as cursor:
            (there,) = read_round(cursor, found, ANNA).doors
        return {one.name: one.partners for one in there.asked}

    assert asked_for() == {"A. Bakker": (), "A. Pot": ("menzis",)}  # who may be two people is told of no partner
    with acting(desk) as cursor:
        cursor.execute("UPDATE persons SET date_of_birth = '1980-02-03' WHERE surname = 'Bakker'")
    assert asked_for() == {"A. Bakker": ("vitens", "welbions"), "A. Pot": ("menzis",)}
    act(desk, mark_not_picked_up, event_number(desk, "c"), "wrongful", "a mistake", ANNA)
    assert asked_for() == {"A. Bakker": ("vitens", "welbions")}


def test_who_may_be_the_other_at_the_same_door_is_told_of_no_partner(desk: Desk) -> None:
    """Two Bakkers may be one person: whoever opens cannot be told apart, until somebody says that they are two."""
    desk.take_in(
        report("a", "2026-11-02", "welbions/R2", at=2, surname="Bakker"),
        report("b", "2026-11-03", "vitens/W2", at=2, surname="Pot"),
        report("c", "2026-11-04", "menzis/P2", at=2, surname="Visser"),
    )
    settle(desk, 2)
    found, _ = plan(desk)
    with acting(desk) as cursor:
        cursor.execute("UPDATE persons SET date_of_birth = '1980-02-03', surname = 'Bakker' WHERE surname <> 'Visser'")
        cursor.execute("UPDATE persons SET bsn = '111222333' WHERE id = (SELECT min(id) FROM persons)")
        (there,) = read_round(cursor, found, ANNA).doors
    # one asks for that name once
    assert [(one.name, one.partners) for one in there.asked] == [("A. Bakker", ()), ("A. Visser", ("menzis",))]
