"""Visiting lists: who is proposed, what a person changes, and what is let go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.errors import FaultsError
from signals.outreach.release import NotReleasedError
from signals.outreach.visits import editing
from signals.outreach.visits.lists import ListChangedError, VisitError, list_of_stop, open_lists, read_list, standing
from signals.outreach.visits.nearby import suggestions
from signals.outreach.visits.planning import propose, replan
from signals.outreach.work.attempts import Attempt, promise_step, record_attempt
from signals.outreach.work.claims import claim
from signals.outreach.work.decisions import change_route, close
from signals.outreach.work.people import Actor
from signals.outreach.work.steps import NextStep
from tests.outreach.work.people import ANNA, act, acting, today
from tests.reference.notation import report, withdraw
from tests.reference.wire import House

from .town import at, days_on, go, listed, named, numbers, plan, settle, two_signals, visiting, waits_for_a_lock, wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
CAROL = Actor("carol-3", "Carol Vos")


def drop_all(desk: Desk) -> None:
    """Nothing stands on a list any more."""
    with acting(desk) as cursor:
        cursor.execute("UPDATE visit_stops SET state = 'dropped' WHERE state = 'planned'")


def home(desk: Desk, number: int) -> int:
    return desk.case(named(number)).household_id


def test_as_many_as_fit_by_the_way_and_the_rest_waits(desk: Desk) -> None:
    for number in (4, 2, 6, 500):
        two_signals(desk, number)
    settle(desk, 4, 2, 6, 500)
    found, proposed = plan(desk, minutes=70, maximum=3)
    assert sorted(numbers(found)) == [2, 4, 6]
    assert numbers(found) in ([2, 4, 6], [6, 4, 2])
    assert (proposed.waiting, proposed.left_out) == (1, {})
    assert (found.state, found.version, found.by) == ("proposed", 1, ANNA.name)
    assert 60 < found.minutes() <= 70
    assert {stop.how for stop in found.stops} == {"address"}


def test_a_letter_is_no_visit_and_elsewhere_is_not_here(desk: Desk) -> None:
    two_signals(desk, 2)
    desk.take_in(report("x", "2026-11-02", "vitens/W1", at=4))
    settle(desk, 2, 4)
    assert numbers(plan(desk, area=("7601",))[0]) == []
    assert numbers(plan(desk, area=("7601", "7607G"))[0]) == [2]


def test_who_waits_in_another_team_is_not_asked(desk: Desk) -> None:
    team = '[[team]]\nkey = "noord"\nname = "Noord"\npostcodes = ["7601"]\n'
    with acting(desk) as cursor:
        (body,) = cursor.execute("SELECT body FROM policy_versions WHERE municipality = '0141'").fetchone() or ("",)
    desk.load_policy(body.replace("2020-01-01", "2021-01-01") + team)
    two_signals(desk, 2)
    settle(desk, 2)
    assert numbers(plan(desk, team="noord")[0]) == []
    assert numbers(plan(desk, team="-")[0]) == [2]


def test_crisis_and_deadline_go_before_points(desk: Desk) -> None:
    two_signals(desk, 2, amount="900.00")
    two_signals(desk, 4, crisis="eviction")
    two_signals(desk, 6)
    settle(desk, 2, 4, 6)
    assert numbers(plan(desk, maximum=1)[0]) == [4]
    drop_all(desk)
    with acting(desk) as cursor:
        cursor.execute(
            "UPDATE cases SET received_on = %s WHERE household_id = %s", (today() - timedelta(10), home(desk, 6))
        )
    found, _ = plan(desk, maximum=2)
    assert {stop.number: stop.first for stop in found.stops} == {4: "crisis", 6: "deadline"}
    drop_all(desk)
    assert {stop.number: stop.first for stop in plan(desk, urgent_within=1, minutes=180)[0].stops}[6] is None


def test_unknown_places_stand_at_the_end_and_urgent_ones_keep_their_time(desk: Desk) -> None:
    for number in (2, 4):
        two_signals(desk, number)
    far = House(1, postcode="7609ZZ")
    desk.take_in(*(report(f"u-{one}", "2026-11-02", f"{one}/U", at=far) for one in ("welbions", "menzis")))
    settle(desk, 2, 40)
    found, _ = plan(desk, minutes=100)
    assert {stop.number: stop.how for stop in found.stops} == {2: "address", 4: "postcode", 1: None}
    assert found.stops[-1].at is None
    assert found.minutes() == pytest.approx(60, abs=3)
    drop_all(desk)
    assert all(stop.at for stop in plan(desk, minutes=45)[0].stops)
    drop_all(desk)
    with acting(desk) as cursor:
        cursor.execute("UPDATE cases SET crisis = 'eviction' WHERE household_id = %s", (found.stops[-1].household,))
    urgent, _ = plan(desk, minutes=45)
    assert [stop.at is None for stop in urgent.stops] == [False, True]
    drop_all(desk)
    alone, _ = plan(desk, minutes=45, maximum=1)
    assert [stop.household for stop in alone.stops] == [found.stops[-1].household]


def promised_elsewhere(desk: Desk, number: int) -> None:
    step = NextStep("call", today() + timedelta(days=3), None, "promised")
    act(desk, promise_step, desk.case(named(number)).id, step, ANNA, today=today())


def claimed_by_another(desk: Desk, number: int) -> None:
    act(desk, claim, home(desk, number), CAROL)


def unsafe(desk: Desk, number: int) -> None:
    """As it is when a graver signal raised the route again after the door was said to be unsafe."""
    with acting(desk) as cursor:
        cursor.execute(
            "INSERT INTO unsafe_homes (household_id, by_id, by_name) VALUES (%s, 'x', 'X')", (home(desk, number),)
        )


def moved(desk: Desk, number: int) -> None:
    with acting(desk) as cursor:
        cursor.execute("UPDATE cases SET letter_fault = 'moved' WHERE household_id = %s", (home(desk, number),))


def held(desk: Desk, number: int) -> None:
    """A death at the address, in another month."""
    desk.take_in(report(f"h{number}", "2026-10-02", f"vitens/H{number}", at=number))
    with acting(desk) as cursor:
        cursor.execute(
            "UPDATE cases SET held = true WHERE period = '2026-10' AND household_id = %s", (home(desk, number),)
        )


def test_who_is_left_out_is_told(desk: Desk) -> None:
    """One household for each reason; the last one stands on another list."""
    hindrances = {"claimed": claimed_by_another, "unsafe": unsafe, "moved": moved, "held": held}
    for number, happen in enumerate((*hindrances.values(), promised_elsewhere, None), start=1):
        two_signals(desk, number)
        if happen is not None:
            happen(desk, number)
    settle(desk, *range(1, 7))
    assert numbers(plan(desk)[0]) == [6]
    found, proposed = plan(desk)
    assert found.stops == ()
    # who agreed on something else and waits for no visit is not even due
    assert proposed.left_out == dict.fromkeys(("held", "unsafe", "moved", "on-a-list", "claimed"), 1)
    step = NextStep("home-visit", today() + timedelta(days=3), "morning", "promised")
    act(desk, promise_step, desk.case(named(5)).id, step, ANNA, today=today())
    assert plan(desk)[1].left_out["promised"] == 1


def test_whoever_is_of_the_pair_may_have_it_in_hand(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    claimed_by_another(desk, 2)
    assert numbers(plan(desk, pair=(CAROL,))[0]) == [2]


def test_not_at_home_is_tried_in_another_part_of_the_day(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    visit = Attempt("home-visit", today(), "evening", reached=False)
    act(desk, record_attempt, desk.case(named(2)).id, visit, ANNA, today=today())
    with acting(desk) as cursor:
        step = cursor.execute("SELECT on_day, part FROM next_steps").fetchone()
    assert step is not None
    assert numbers(plan(desk, part="afternoon")[0]) == []  # not today any more
    with acting(desk) as cursor:
        later = {part: replace(wish(part=part), on_day=step[0]) for part in ("morning", "evening", "afternoon")}
        found = {part: propose(cursor, one, ANNA, today=today()).list for part, one in later.items()}
        assert {part: numbers(read_list(cursor, number)) for part, number in found.items()} == {
            "morning": [],
            "evening": [],
            "afternoon": [2],
        }


def test_a_part_of_the_day_that_was_in_vain_is_passed_over_also_after_the_case_was_closed(desk: Desk) -> None:
    for number in (2, 4):
        desk.take_in(report(f"o{number}", "2026-10-02", f"vitens/W{number}", at=number))
        for kind, part, reached in (("home-visit", "morning", number == 4), ("call", "evening", False)):
            visit = Attempt(kind, today(), part, reached=reached)
            act(desk, record_attempt, desk.case(f"7607GC {number} 2026-10").id, visit, ANNA, today=today())
        act(desk, close, [desk.case(f"7607GC {number} 2026-10").id], "self-reliant", ANNA)
        two_signals(desk, number)
    settle(desk, 2, 4)
    assert numbers(plan(desk, part="morning")[0]) == [4]
    drop_all(desk)
    assert sorted(numbers(plan(desk, part="evening")[0])) == [2, 4]
    drop_all(desk)
    with acting(desk) as cursor:  # in vain on every part: then none is passed over
        for part in ("afternoon", "evening"):
            cursor.execute(
                """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name)
                SELECT household_id, case_id, 'home-visit', on_day, %s, false, by_id, by_name FROM contact_attempts
                WHERE household_id = %s AND kind = 'home-visit' LIMIT 1""",
                (part, home(desk, 2)),
            )
    assert sorted(numbers(plan(desk, part="morning")[0])) == [2, 4]
    drop_all(desk)
    with acting(desk) as cursor:  # long ago
        cursor.execute("UPDATE contact_attempts SET on_day = on_day - 200")
    assert sorted(numbers(plan(desk, part="morning")[0])) == [2, 4]


def test_an_agreed_visit_goes_before_all_else(desk: Desk) -> None:
    two_signals(desk, 2, crisis="eviction")
    two_signals(desk, 4)
    settle(desk, 2, 4)
    step = NextStep("home-visit", today(), "morning", "promised")
    act(desk, promise_step, desk.case(named(4)).id, step, ANNA, today=today())
    found, _ = plan(desk, maximum=1)
    assert [(stop.number, stop.first) for stop in found.stops] == [(4, "agreed")]


def test_an_agreement_of_an_earlier_day_is_for_that_day_until_it_is_over(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    step = NextStep("home-visit", today() + timedelta(days=1), "evening", "promised")
    act(desk, promise_step, desk.case(named(2)).id, step, ANNA, today=today())
    later = {"on_day": today() + timedelta(days=3), "part": "evening"}
    assert plan(desk, **later)[1].left_out == {"promised": 1}
    with acting(desk) as cursor:
        cursor.execute("UPDATE next_steps SET on_day = on_day - 2")
    assert [stop.first for stop in plan(desk, **later)[0].stops] == ["agreed"]


def test_an_agreement_takes_a_household_from_the_list_of_another_day(desk: Desk) -> None:
    two_signals(desk, 2)
    two_signals(desk, 4)
    settle(desk, 2, 4)
    before, _ = plan(desk)
    go(desk, before.id)
    on_day = today() + timedelta(days=2)
    step = NextStep("home-visit", on_day, "morning", "promised")
    act(desk, promise_step, desk.case(named(4)).id, step, ANNA, today=today())
    assert numbers(plan(desk, on_day=on_day, part="evening")[0]) == []
    kept, _ = plan(desk, on_day=on_day, part="morning")
    assert [(stop.number, stop.first) for stop in kept.stops] == [(4, "agreed")]
    assert {stop.number: (stop.state, stop.code) for stop in listed(desk, before.id).stops} == {
        2: ("planned", None),
        4: ("left-out", "promised"),
    }
    assert plan(desk, on_day=on_day, part="morning")[1].left_out == {"on-a-list": 2}  # another pair, at the same moment


def test_what_was_released_before_is_visited_and_after_a_talk_not(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    desk.release(named(2))
    assert numbers(plan(desk)[0]) == [2]
    drop_all(desk)
    talk = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case(named(2)).id, talk, ANNA, today=today())
    assert numbers(plan(desk)[0]) == []


def test_all_that_is_wrong_with_a_wish_is_told_at_once(desk: Desk) -> None:
    wrong = wish(part="night", minutes=0, maximum=0, pair=(), urgent_within=-1, minutes_per_visit=0, team="none")
    with acting(desk) as cursor, pytest.raises(FaultsError) as told:
        propose(cursor, replace(wrong, on_day=today() - timedelta(days=1)), ANNA, today=today())
    assert len(told.value.faults) == 8
    with acting(desk) as cursor, pytest.raises(FaultsError, match="a year ahead"):
        propose(cursor, wish(on_day=today() + timedelta(days=367)), ANNA, today=today())
    with acting(desk) as cursor, pytest.raises(FaultsError, match="no policy"):
        propose(cursor, replace(wish(), municipality="9999"), ANNA, today=today())


def test_never_in_two_lists_says_the_database_too(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    plan(desk)
    other, _ = plan(desk)
    with pytest.raises(psycopg.errors.UniqueViolation, match="uq_visit_stops_open"), acting(desk) as cursor:
        cursor.execute(
            """INSERT INTO visit_stops (list_id, household_id, case_id, place, kind, state, points)
            SELECT %s, household_id, case_id, 1, kind, state, points FROM visit_stops""",
            (other.id,),
        )


def test_two_who_plan_at_once_get_different_households(desk: Desk) -> None:
    for number in (2, 4, 6, 8):
        two_signals(desk, number)
    settle(desk, 2, 4, 6, 8)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(plan, desk, maximum=2) for _ in range(2)]
        found = [one.result(timeout=60)[0] for one in both]
    assert sorted(numbers(found[0]) + numbers(found[1])) == [2, 4, 6, 8]


def test_who_plans_waits_for_the_households_in_their_order(desk: Desk) -> None:
    """The first one's place is not known: it stands at the end, and yet nothing of the other is taken before it."""
    far = House(1, postcode="7609ZZ")
    desk.take_in(*(report(f"u-{one}", "2026-11-02", f"{one}/U", at=far) for one in ("welbions", "menzis")))
    two_signals(desk, 2)
    settle(desk, 2)
    first, second = desk.system.rows("SELECT id FROM households ORDER BY id")
    with ThreadPoolExecutor(1) as pool:
        with acting(desk) as cursor:
            cursor.execute("SELECT FROM households WHERE id = %s FOR UPDATE", first)
            later = pool.submit(plan, desk)
            waits_for_a_lock(desk)
            cursor.execute("SELECT FROM households WHERE id = %s FOR UPDATE NOWAIT", second)
        assert [stop.number for stop in later.result(timeout=60)[0].stops] == [2, 1]


def test_who_takes_over_an_agreed_household_waits_for_its_list_first(desk: Desk) -> None:
    """As whoever writes down a visit of that list, who holds the list and asks for the household."""
    before = visiting(desk, 4)
    on_day = today() + timedelta(days=2)
    step = NextStep("home-visit", on_day, "morning", "promised")
    act(desk, promise_step, desk.case(named(4)).id, step, ANNA, today=today())
    with ThreadPoolExecutor(1) as pool:
        with acting(desk) as cursor:
            cursor.execute("SELECT FROM visit_lists WHERE id = %s FOR UPDATE", (before.id,))
            later = pool.submit(plan, desk, on_day=on_day)
            waits_for_a_lock(desk)
            cursor.execute("SELECT FROM households WHERE id = %s FOR UPDATE NOWAIT", (before.stops[0].household,))
        assert numbers(later.result(timeout=60)[0]) == [4]


def test_a_person_adds_drops_pins_and_moves(desk: Desk) -> None:
    for number in (2, 4, 6):
        two_signals(desk, number)
    settle(desk, 2, 4, 6)
    found, _ = plan(desk, maximum=2)
    (left,) = {2, 4, 6} - set(numbers(found))
    first, second = numbers(found)
    act(desk, editing.move, found.id, at(found, first).id, 1, 1, today=today())
    assert numbers(listed(desk, found.id)) == [second, first]
    act(desk, editing.move, found.id, at(found, first).id, -5, 2, today=today())
    assert numbers(listed(desk, found.id)) == [first, second]
    act(desk, editing.add, found.id, home(desk, left), ANNA, 3, today=today())
    act(desk, editing.drop, found.id, at(found, first).id, 4, today=today())
    now = listed(desk, found.id)
    assert (numbers(now), now.version) == ([second, left], 5)
    assert [stop.pinned for stop in now.stops if stop.state == "planned"] == [False, True]
    proposed = act(desk, replan, found.id, ANNA, 5, today=today())
    assert set(numbers(listed(desk, found.id))) == {second, left}  # what was dropped stays off
    assert proposed.waiting == 0
    act(desk, editing.pin, found.id, at(now, left).id, 6, pinned=False, today=today())
    act(desk, editing.add, found.id, home(desk, first), ANNA, 7, today=today())
    act(desk, editing.add, found.id, home(desk, first), ANNA, 8, today=today())  # it is there: nothing changes
    act(desk, replan, found.id, ANNA, 8, today=today())
    now = listed(desk, found.id)
    assert first in numbers(now)
    assert {stop.code for stop in now.stops} == {None, "replanned"}


def test_what_cannot_be_visited_any_more_falls_out_when_it_is_proposed_anew_also_if_pinned(desk: Desk) -> None:
    meanwhile = {2: moved, 4: claimed_by_another, 6: closed, 8: unsafe, 10: None}
    for number in meanwhile:
        two_signals(desk, number)
    settle(desk, *meanwhile)
    found, _ = plan(desk, minutes=480)
    for stop in found.stops:
        act(desk, editing.pin, found.id, stop.id, today=today())
    for number, happen in meanwhile.items():
        if happen is not None:
            happen(desk, number)
    act(desk, replan, found.id, ANNA, today=today())
    now = {stop.number: (stop.state, stop.code, stop.pinned) for stop in listed(desk, found.id).stops}
    assert now == {
        **{
            number: ("left-out", code, False)
            for number, code in {2: "moved", 4: "claimed", 6: "changed", 8: "unsafe"}.items()
        },
        10: ("planned", None, True),
    }
    with pytest.raises(VisitError) as told:
        act(desk, editing.add, found.id, home(desk, 8), ANNA, today=today())
    assert told.value.code == "unsafe"


def test_for_whom_there_was_no_time_although_they_go_first_is_told(desk: Desk) -> None:
    two_signals(desk, 2, crisis="eviction")
    two_signals(desk, 4, crisis="eviction")
    two_signals(desk, 6)
    settle(desk, 2, 4, 6)
    found, proposed = plan(desk, maximum=1)
    assert proposed.waiting == 2
    assert {home.address.number for home in proposed.unplaced} == {2, 4} - set(numbers(found))
    act(desk, editing.pin, found.id, found.stops[0].id, today=today())
    act(desk, editing.add, found.id, home(desk, 6), ANNA, today=today())
    anew = act(desk, replan, found.id, ANNA, today=today())  # two are pinned, and there is room for one
    assert len(anew.unplaced) == anew.waiting == 2


def test_a_list_is_ended_by_a_person(desk: Desk) -> None:
    for number in (2, 4):
        two_signals(desk, number)
    settle(desk, 2, 4)
    thrown_away, _ = plan(desk)
    act(desk, editing.end, thrown_away.id, 1)
    now = listed(desk, thrown_away.id)
    assert (now.state, now.released_at, {stop.state for stop in now.stops}) == ("done", None, {"dropped"})
    found, _ = plan(desk)
    assert sorted(numbers(found)) == [2, 4]
    go(desk, found.id)
    with pytest.raises(ListChangedError):
        act(desk, editing.end, found.id, 1)
    act(desk, editing.end, found.id, 2)
    now = listed(desk, found.id)
    assert (now.state, {stop.state for stop in now.stops}) == ("done", {"not-visited"})
    assert sorted(numbers(plan(desk)[0])) == [2, 4]
    with pytest.raises(VisitError) as told:
        act(desk, editing.end, found.id)
    assert told.value.code == "done"


def test_whoever_saw_an_older_list_is_told_both_versions(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    found, _ = plan(desk)
    act(desk, editing.pin, found.id, found.stops[0].id, today=today())
    with pytest.raises(ListChangedError) as told:
        act(desk, editing.drop, found.id, found.stops[0].id, 1, today=today())
    assert (told.value.seen, told.value.now) == (1, 2)
    assert numbers(listed(desk, found.id)) == [2]


def test_who_is_due_another_time_can_be_added_and_who_is_not_due_cannot(desk: Desk) -> None:
    for number in (2, 4, 6):
        two_signals(desk, number)
    settle(desk, 2, 4, 6)
    visit = Attempt("home-visit", today(), "evening", reached=False)
    act(desk, record_attempt, desk.case(named(2)).id, visit, ANNA, today=today())
    talk = Attempt("call", today(), None, reached=True)
    act(desk, record_attempt, desk.case(named(4)).id, talk, ANNA, today=today())
    claimed_by_another(desk, 6)
    found, _ = plan(desk)
    assert found.stops == ()
    act(desk, editing.add, found.id, home(desk, 2), ANNA, today=today())
    for number, code in ((4, "not-due"), (6, "hindered")):
        with pytest.raises(VisitError) as told:
            act(desk, editing.add, found.id, home(desk, number), ANNA, today=today())
        assert told.value.code == code
    assert go(desk, found.id).going == 1


def test_what_is_near_the_list_is_offered(desk: Desk) -> None:
    for number in (2, 4, 300):
        two_signals(desk, number)
    settle(desk, 2, 4, 300)
    found, _ = plan(desk, maximum=1)
    act(desk, editing.drop, found.id, found.stops[0].id, today=today())
    act(desk, editing.add, found.id, home(desk, 2), ANNA, today=today())
    with acting(desk) as cursor:
        near = suggestions(cursor, read_list(cursor, found.id), ANNA)
    dropped = found.stops[0].number
    assert [one.homes[0].address.number for one in near] == [n for n in (4, 300) if n != dropped]
    assert not near[0].fits  # one visit is the maximum
    assert near == sorted(near, key=lambda one: one.minutes)


def test_a_release_lets_go_what_waits_and_freezes_why(desk: Desk) -> None:
    two_signals(desk, 2)
    two_signals(desk, 4)
    settle(desk, 2, 4)
    desk.release(named(4))
    found, _ = plan(desk)
    went = go(desk, found.id)
    assert (went.going, went.released, went.fallen) == (2, (desk.case(named(2)).id,), ())
    now = listed(desk, found.id)
    assert (now.state, now.released_by, now.version) == ("released", ANNA.name, 2)
    case = desk.case(named(2))
    assert case.released_route == "home-visit"
    assert at(now, 2).frozen == {
        "first": None,
        "cases": [
            {
                "case": case.id,
                "period": "2026-11",
                "score": case.score,
                "crisis": None,
                "explanation": case.explanation,
            }
        ],
    }
    assert desk.kinds(named(2))[-2:] == ["released", "visit-planned"]
    two_more = report("z2", "2026-11-20", "vitens/W2", "800.00", at=2)
    desk.take_in(two_more)
    assert at(listed(desk, found.id), 2).frozen == at(now, 2).frozen
    with pytest.raises(VisitError) as told:
        go(desk, found.id)
    assert told.value.code == "not-proposed"


def test_a_visit_to_an_unsafe_door_is_not_released_one_by_one(desk: Desk) -> None:
    two_signals(desk, 2)
    two_signals(desk, 4)
    unsafe(desk, 2)
    with pytest.raises(NotReleasedError, match="not safe at that door") as told:
        desk.release(named(2), named(4))
    assert told.value.code == "unsafe"
    act(desk, change_route, desk.case(named(2)).id, "letter", "not safe there", ANNA)
    desk.release(named(2), named(4))


def test_two_cases_of_a_household_are_one_stop(desk: Desk) -> None:
    two_signals(desk, 2)
    desk.take_in(report("o", "2026-10-02", "vitens/W2", at=2))
    settle(desk, 2)
    found, _ = plan(desk)
    (stop,) = found.stops
    two = [desk.case(named(2)), desk.case("7607GC 2 2026-10")]
    assert (stop.case, stop.points) == (two[0].id, sum(case.score for case in two))
    assert go(desk, found.id).released == (two[0].id,)
    frozen = listed(desk, found.id).stops[0].frozen or {}
    assert [one["case"] for one in frozen["cases"]] == [case.id for case in two]


def closed(desk: Desk, number: int) -> None:
    act(desk, close, [desk.case(named(number)).id], "self-reliant", ANNA)


def withdrawn(desk: Desk, number: int) -> None:
    desk.take_in(withdraw(f"w{number}", "2026-11-05", f"welbions/R{number}", "paid", at=number))


def a_death(desk: Desk, number: int) -> None:
    desk.take_in(withdraw(f"w{number}", "2026-11-05", f"welbions/R{number}", "deceased", at=number))


def test_what_changed_meanwhile_falls_out_and_is_named(desk: Desk) -> None:
    meanwhile: list[tuple[str, Callable[[Desk, int], None]]] = [
        *(("claimed", claimed_by_another), ("unsafe", unsafe), ("moved", moved)),
        *(("changed", closed), ("changed", withdrawn), ("held", a_death), ("promised", promised_elsewhere)),
    ]
    codes = dict(enumerate((code for code, _ in meanwhile), start=1))
    for number in (*codes, 8):
        two_signals(desk, number)
    settle(desk, *codes, 8)
    found, _ = plan(desk, minutes=480)
    assert len(found.stops) == 8
    for number, (_, happen) in enumerate(meanwhile, start=1):
        happen(desk, number)
    with acting(desk) as cursor:
        now = standing(cursor, read_list(cursor, found.id), ANNA)
    assert now == {stop.household: codes.get(stop.number) for stop in found.stops}
    went = go(desk, found.id)
    assert {stop.number: why for stop, why in went.fallen} == codes
    assert went.released == (desk.case(named(8)).id,)
    states = {stop.number: stop.state for stop in listed(desk, found.id).stops}
    assert states == {**dict.fromkeys(codes, "left-out"), 8: "planned"}


def test_who_paid_after_the_release_is_not_visited_any_more(desk: Desk) -> None:
    found = visiting(desk, 2, 4, 6)
    step = NextStep("home-visit", today(), "morning", "promised")
    act(desk, promise_step, desk.case(named(4)).id, step, ANNA, today=today())
    for number in (2, 4):
        withdrawn(desk, number)
        desk.take_in(withdraw(f"v{number}", "2026-11-05", f"menzis/M{number}", "paid", at=number))
    withdrawn(desk, 6)
    with acting(desk) as cursor:
        now = standing(cursor, read_list(cursor, found.id), ANNA)
    assert [now[at(found, number).household] for number in (2, 4, 6)] == ["withdrawn", None, None]
    drop_all(desk)
    again, proposed = plan(desk)
    assert (sorted(numbers(again)), proposed.left_out) == ([4, 6], {"withdrawn": 1})


def test_a_list_of_which_nothing_is_left_is_not_let_go(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    found, _ = plan(desk)
    closed(desk, 2)
    with pytest.raises(VisitError) as told:
        go(desk, found.id)
    assert told.value.code == "empty"
    assert listed(desk, found.id).state == "proposed"


def test_a_day_that_is_over_ends_its_list_and_who_was_not_visited_is_planned_anew(desk: Desk) -> None:
    found = visiting(desk, 2)
    with days_on(desk, 1):
        pass
    again, _ = plan(desk)
    old = listed(desk, found.id)
    assert (old.state, old.stops[0].state) == ("done", "not-visited")
    assert numbers(again) == [2]
    with acting(desk) as cursor:
        assert [one.id for one in open_lists(cursor, {"0141"})] == [again.id]
        assert open_lists(cursor, {"0164"}) == []
        assert list_of_stop(cursor, again.stops[0].id) == again.id
    for fault in (lambda cursor: read_list(cursor, 0), lambda cursor: list_of_stop(cursor, 0)):
        with pytest.raises(VisitError), acting(desk) as cursor:
            fault(cursor)


def test_nobody_changes_a_list_of_a_day_that_is_over(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    found, _ = plan(desk)
    with days_on(desk, 1):
        pass
    with pytest.raises(VisitError) as told:
        act(desk, editing.drop, found.id, found.stops[0].id, today=today())
    assert told.value.code == "day-over"
