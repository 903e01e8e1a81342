"""Visits that a letter announces: when the pair comes, what is not announced yet, and who says that they want none."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.errors import FaultsError
from signals.outreach.visits.editing import add, move
from signals.outreach.visits.lists import VisitError, read_list, standing
from signals.outreach.visits.opting import opt_out
from signals.outreach.visits.planning import replan
from signals.outreach.work.attempts import attempts_of, set_step
from signals.outreach.work.decisions import close
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.steps import NextStep
from tests.outreach.work.people import ANNA, act, acting, today
from tests.reference.notation import report
from tests.reference.wire import House

from .town import EVENING, at, days_on, go, listed, named, numbers, plan, settle, tell, two_signals, visiting, wish

if TYPE_CHECKING:
    from signals.outreach.visits.lists import ListedStop
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]
AHEAD = today() + timedelta(days=7)


def announcing(desk: Desk, *house_numbers: int) -> int:
    """The number of a released list, a week ahead, of which no letter is posted."""
    return visiting(desk, *house_numbers, on_day=AHEAD, announced=True).id


def post(cursor: Cursor, stop: ListedStop) -> None:
    """The letter of this stop lies in the letterbox, and its visit is the next step."""
    cursor.execute(
        """WITH run AS (
            INSERT INTO letter_runs (municipality, on_day, sender, texts_version, by_id, by_name, written_at, posted_at,
                posted_on, posted_by)
            VALUES ('0141', %(day)s, '{}', 'x', 'x', 'X', now(), now(), %(day)s, 'X') RETURNING id),
        made AS (
            INSERT INTO contact_attempts (household_id, case_id, kind, on_day, reached, by_id, by_name)
            SELECT household_id, case_id, 'letter', %(day)s, false, 'x', 'X' FROM visit_stops WHERE id = %(stop)s
            RETURNING id, case_id, household_id)
        INSERT INTO letters (run_id, household_id, case_id, person_id, partners, kind, on_day, contents, state,
            attempt_id, stop_id)
        SELECT run.id, household_id, case_id, (SELECT min(id) FROM persons), '{}', 'announced-visit', %(day)s, '{}',
            'posted', made.id, %(stop)s
        FROM run, made""",
        {"stop": stop.id, "day": today()},
    )
    set_step(cursor, stop.household, NextStep("home-visit", AHEAD, "morning", "announced"))


def test_the_pair_leaves_when_it_says_and_comes_about_then(desk: Desk) -> None:
    for number in (2, 12, 400):
        two_signals(desk, number)
    settle(desk, 2, 12, 400)
    found, _ = plan(desk, part="evening", begins=time(18, 30), minutes=180)
    for number, by in ((2, -9), (400, 9)):
        act(desk, move, found.id, at(found, number).id, by, today=today())
    found = listed(desk, found.id)
    about = found.arrivals()
    assert [about[at(found, number).id] for number in (2, 12)] == [time(18, 30), time(18, 50)]
    assert about[at(found, 400).id] == time(19, 20)  # after another visit, and four kilometres by road
    go(desk, found.id)
    tell(desk, at(found, 2).id, "spoken", when=EVENING)
    left = {at(found, number).id for number in (12, 400)}
    assert listed(desk, found.id).arrivals() == {stop: about[stop] for stop in left}
    far = House(1, postcode="7609ZZ")
    desk.take_in(*(report(f"u-{one}", "2026-11-02", f"{one}/U", at=far) for one in ("welbions", "menzis")))
    assert list(plan(desk, part="morning")[0].arrivals().values()) == [time(9)]


def test_a_visit_is_not_due_at_the_door_before_its_letter_is_posted(desk: Desk) -> None:
    number = announcing(desk, 2, 4)
    with acting(desk) as cursor:
        found = read_list(cursor, number)
        assert set(standing(cursor, found, ANNA).values()) == {"not-announced"}
        post(cursor, at(found, 2))
        found = read_list(cursor, number)
        now = standing(cursor, found, ANNA)
    assert at(found, 2).announced_on == today()
    assert now == {at(found, 2).household: None, at(found, 4).household: "not-announced"}


def test_what_was_announced_is_kept_by_its_own_list_alone(desk: Desk) -> None:
    found = listed(desk, announcing(desk, 2))
    household = found.stops[0].household
    with acting(desk) as cursor:
        post(cursor, found.stops[0])
        assert standing(cursor, read_list(cursor, found.id), ANNA) == {household: None}
        cursor.execute("UPDATE visit_stops SET state = 'dropped'")
    assert plan(desk)[1].left_out == plan(desk, on_day=AHEAD, part="evening")[1].left_out == {"promised": 1}
    again, _ = plan(desk, on_day=AHEAD)
    assert [stop.first for stop in again.stops] == ["agreed"]


def test_a_list_whose_day_is_too_near_is_not_announced(desk: Desk) -> None:
    two_signals(desk, 2)
    settle(desk, 2)
    with pytest.raises(FaultsError, match="too near"):
        plan(desk, announced=True, on_day=today() + timedelta(days=2))
    near, _ = plan(desk, announced=True, on_day=today() + timedelta(days=3))
    with days_on(desk, 1):
        pass
    with pytest.raises(VisitError) as told:
        go(desk, near.id)
    assert (told.value.code, listed(desk, near.id).state) == ("too-near", "proposed")


def test_who_wants_no_visit_falls_out_and_was_spoken_with(desk: Desk) -> None:
    found = listed(desk, announcing(desk, 2, 4))
    stop = at(found, 2)
    with pytest.raises(VisitError) as told:
        act(desk, opt_out, stop.id, "home-visit", "", ANNA, "o1", at=EVENING)
    assert told.value.code == "choice"
    first, again = (act(desk, opt_out, stop.id, "call", "call again in May", ANNA, "o1", at=EVENING) for _ in range(2))
    assert (first.again, again.again, first.next_step) == (False, True, None)
    now = listed(desk, found.id)
    assert (at(now, 2).state, at(now, 2).code, at(now, 2).result) == ("left-out", "opted-out", None)
    assert at(now, 2).told_by == ANNA.name
    assert (now.state, now.version) == ("released", found.version + 1)
    with acting(desk) as cursor:
        (attempt,) = attempts_of(cursor, stop.household)
    assert (attempt.attempt.kind, attempt.attempt.reached, attempt.attempt.note) == ("call", True, "call again in May")
    assert desk.kinds(named(2))[-2:] == ["attempt", "visit-unwanted"]
    assert plan(desk)[0].stops == ()
    for key, code in (("o1", "key-used"), ("o2", "recorded")):
        with pytest.raises(VisitError) as told:
            tell(desk, stop.id, "spoken", key)
        assert told.value.code == code
    act(desk, close, [desk.case(named(4)).id], "self-reliant", ANNA)
    with pytest.raises(NotPossibleError):
        act(desk, opt_out, at(found, 4).id, "mail", "", ANNA, "o3", at=EVENING)


def test_the_last_one_who_wants_no_visit_ends_the_list(desk: Desk) -> None:
    found = listed(desk, announcing(desk, 2))
    act(desk, opt_out, found.stops[0].id, "text-message", "", ANNA, "o1", at=EVENING)
    assert listed(desk, found.id).state == "done"
    with pytest.raises(VisitError) as told:
        act(desk, opt_out, found.stops[0].id, "call", "", ANNA, "o2", at=EVENING)
    assert told.value.code == "done"


def test_who_wants_no_visit_is_not_put_on_that_list_again_by_a_new_signal(desk: Desk) -> None:
    for number in (2, 4):
        two_signals(desk, number)
    settle(desk, 2, 4)
    found, _ = plan(desk)
    stop = at(found, 2)
    act(desk, opt_out, stop.id, "call", "", ANNA, "o1", at=EVENING)
    desk.take_in(report("n", "2026-11-10", "vitens/W2", at=2))
    assert named(2) in desk.queue("visits")
    act(desk, replan, found.id, ANNA, today=today())
    with pytest.raises(VisitError) as told:
        act(desk, add, found.id, stop.household, ANNA, today=today())
    assert (told.value.code, numbers(listed(desk, found.id))) == ("hindered", [4])
    assert numbers(plan(desk)[0]) == [2]


def test_the_begin_lies_in_its_part_of_the_day(desk: Desk) -> None:
    assert wish(part="evening").leaves == time(18)
    with pytest.raises(FaultsError, match="begin"):
        plan(desk, begins=time(12))
