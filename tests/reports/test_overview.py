"""The overview's figures, read from a database that a walk and people have filled."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.partners import SECTORS
from signals.outreach.worklist import QUEUES, WorkFilter, work_page
from signals.reports.month import CLASSES
from signals.reports.overview import (
    RUN_OUT,
    Channel,
    FirstStep,
    Intake,
    Late,
    Overview,
    Waiting,
    document,
    last_months,
    read_overview,
)
from signals.store.database import transaction
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

TODAY = date(2026, 11, 20)
RECEIVED = date(2026, 11, 2)
LETTER = "7607GC 12 2026-11"
VISIT = "7607GC 14 2026-11"
NO_SIGNAL = dict.fromkeys(SECTORS, 0)
NO_CASE = dict.fromkeys(CLASSES, 0)


def overview_of(desk: Desk, today: date = TODAY, municipalities: Collection[str] = ("0141",)) -> Overview:
    with transaction(desk.system.engine) as cursor:
        return read_overview(cursor, municipalities, today)


def clocks_of(desk: Desk, today: date) -> tuple[Late, ...]:
    """The clocks that are not 0, whichever queue it is in which those stand that are late."""
    return tuple(replace(one, past_in={}) for one in overview_of(desk, today).late if one.past or one.soon)


def tried(desk: Desk, name: str, kind: str, day: date, *, reached: bool = False, undone: bool = False) -> None:
    """A contact attempt at the household of this case."""
    case = desk.case(name)
    desk.system.rows(
        """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name, undone_at,
            undone_by)
        SELECT %s, %s, %s, %s, 'evening', %s, 'a', 'A', CASE WHEN undone THEN now() END, CASE WHEN undone THEN 'A' END
        FROM (VALUES (%s)) AS told(undone)""",
        case.household_id,
        case.id,
        kind,
        day,
        reached,
        undone,
    )


def set_received(desk: Desk, day: date, name: str | None = None) -> None:
    """As if all cases, or this one, had been received on this day, and had waited since."""
    desk.system.rows(
        """UPDATE cases SET received_on = %s, waiting_since = CASE WHEN waiting THEN %s::date + interval '9 hours' END
        WHERE id = coalesce(%s, id)""",
        day,
        day,
        None if name is None else desk.case(name).id,
    )


def hold(desk: Desk, name: str) -> None:
    """As if a death had been reported at the household of this case."""
    desk.system.rows("UPDATE cases SET held = true WHERE id = %s", desk.case(name).id)


@pytest.fixture
def town(desk: Desk) -> Desk:
    """A letter and a visit in November, one of them consecutive, an earlier case in October, one in Hengelo."""
    desk.take_in(
        report("a", "2026-10-31", "menzis/P1", "110.00", at=12),
        report("b", "2026-11-01", "welbions/R1", "612.50", at=12),
        report("c", "2026-11-30", "welbions/R2", "612.50", at=14),
        report("d", "2026-11-02", "vitens/W2", "80.00", at=14),
        report("e", "2026-11-02", "cogas/E1", "7.00", at=16),
        report("f", "2026-11-02", "cogas/E2", "90.00", at=16, municipality="0164"),
        report("g", "2025-11-30", "cogas/E3", "90.00", at=18),
    )
    set_received(desk, RECEIVED)
    return desk


def test_every_month_is_there_with_its_signals_and_cases(town: Desk) -> None:
    months = overview_of(town).months
    assert [month.first for month in months] == list(last_months(TODAY))
    assert months[-1] == Intake(
        date(2026, 11, 1),
        NO_SIGNAL | {"housing": 2, "water": 1, "energy": 1},
        NO_CASE | {"consecutive": 1, "multiple": 1},
    )
    assert months[-2] == Intake(date(2026, 10, 1), NO_SIGNAL | {"health": 1}, NO_CASE | {"single": 1})
    assert (months[-1].signals, months[-1].cases, months[0].signals) == (4, 2, 0)


def test_only_the_municipalities_that_are_asked_for(town: Desk) -> None:
    assert overview_of(town, municipalities=["0164"]).months[-1].sectors == NO_SIGNAL | {"energy": 1}
    assert overview_of(town, municipalities=["0141", "0164"]).months[-1].sectors["energy"] == 2
    nothing = overview_of(town, municipalities=[])
    assert (nothing.channels, nothing.waiting) == ((), ())
    assert [(one.clock, one.past, one.soon) for one in nothing.late] == [(clock, 0, 0) for clock in RUN_OUT]
    assert not any(month.signals or month.cases for month in nothing.months)


def test_what_waits_is_as_the_queues_say(town: Desk) -> None:
    found = {one.queue: one for one in overview_of(town).waiting}
    assert found["visits"] == Waiting("visits", 1, 18, 18)
    assert found["letters"].households == len({name.rpartition(" ")[0] for name in town.queue("letters")})
    assert "review" not in found


def test_the_middle_of_those_who_wait(town: Desk) -> None:
    set_received(town, date(2026, 11, 19), "7607GC 12 2026-10")
    set_received(town, date(2026, 11, 15), "7607GC 18 2025-11")
    assert {one.queue: one for one in overview_of(town).waiting}["letters"] == Waiting("letters", 2, 5, 18)


def test_a_channel_counts_attempts_and_households_and_what_came_of_them(town: Desk) -> None:
    tried(town, VISIT, "home-visit", date(2026, 11, 5))
    tried(town, VISIT, "home-visit", date(2026, 11, 6), reached=True)
    tried(town, LETTER, "home-visit", date(2026, 11, 6), undone=True)
    tried(town, LETTER, "call", date(2026, 11, 7))
    tried(town, LETTER, "call", date(2025, 11, 7), reached=True)  # longer ago than is looked at
    assert overview_of(town).channels == (Channel("home-visit", 2, 1, 1, 1, 0), Channel("call", 1, 0, 1, 0, 0))


def test_accepted_is_a_household_that_was_reached_and_whose_case_ended_with_help(town: Desk) -> None:
    tried(town, VISIT, "home-visit", date(2026, 11, 6), reached=True)
    tried(town, VISIT, "call", date(2026, 11, 6))
    for outcome, accepted in (("quick-fix", 1), ("self-reliant", 0), ("follow-up-help", 1)):
        town.system.rows(
            """UPDATE cases SET state = 'closed', outcome = %s, waiting = false, waiting_since = NULL,
                closed_at = now(), closed_by = 'A' WHERE id = %s""",
            outcome,
            town.case(VISIT).id,
        )
        by_kind = {one.kind: one.accepted for one in overview_of(town).channels}
        assert by_kind == {"home-visit": accepted, "call": 0}


def test_the_first_step_is_a_release_or_an_attempt(town: Desk) -> None:
    assert overview_of(town).first_steps[-1] == FirstStep(date(2026, 11, 1), 4, 0, None, None)
    tried(town, VISIT, "home-visit", date(2026, 11, 9))
    tried(town, VISIT, "home-visit", date(2026, 11, 5))
    tried(town, VISIT, "home-visit", date(2026, 11, 3), undone=True)
    tried(town, VISIT, "home-visit", date(2026, 10, 3))  # of an earlier case
    let_go(town, "7607GC 18 2025-11", "2026-11-12T22:59Z")
    assert overview_of(town).first_steps[-1] == FirstStep(date(2026, 11, 1), 4, 2, 3, 10)


def let_go(desk: Desk, name: str, at: str) -> None:
    """As if the letter of this case had been released then."""
    desk.system.rows(
        """UPDATE cases SET released_route = 'letter', released_at = %s, released_through = 1, released_how = 'release',
            waiting = false, waiting_since = NULL WHERE id = %s""",
        at,
        desk.case(name).id,
    )


def history(desk: Desk, name: str, kind: str, day: date, actor: str = "Anna Postma") -> None:
    """A line of a case, as if it were written on this day."""
    desk.system.rows(
        """INSERT INTO case_history (case_id, actor, kind, detail, at)
        VALUES (%s, %s, %s, '{}', %s::date + interval '9 hours')""",
        desk.case(name).id,
        actor,
        kind,
        day,
    )


def test_a_signal_that_is_not_picked_up_is_a_first_step_and_a_note_is_none(town: Desk) -> None:
    history(town, LETTER, "note", RECEIVED + timedelta(days=1))
    history(town, LETTER, "claimed", RECEIVED + timedelta(days=2))
    assert overview_of(town).first_steps[-1].stepped == 0
    history(town, LETTER, "not-picked-up", RECEIVED + timedelta(days=4))
    assert overview_of(town).first_steps[-1] == FirstStep(date(2026, 11, 1), 4, 1, 4, 4)
    history(town, LETTER, "mark-taken-back", RECEIVED + timedelta(days=4))
    assert overview_of(town).first_steps[-1].stepped == 0
    history(town, LETTER, "not-picked-up", RECEIVED + timedelta(days=5))
    tried(town, LETTER, "call", RECEIVED + timedelta(days=3))  # whichever came first
    assert overview_of(town).first_steps[-1].median_days == 3


def test_what_is_released_anew_had_its_first_step_before(town: Desk) -> None:
    let_go(town, LETTER, "2026-11-11T08:00Z")
    assert overview_of(town).first_steps[-1].median_days == 9
    history(town, LETTER, "released", RECEIVED + timedelta(days=1))
    history(town, LETTER, "back-in-queue", RECEIVED + timedelta(days=5), "signals")  # a rise
    assert overview_of(town).first_steps[-1].median_days == 1
    history(town, LETTER, "back-in-queue", RECEIVED + timedelta(days=6))  # the attempt was a mistake
    assert overview_of(town).first_steps[-1].median_days == 9


def test_what_is_held_waits_for_review_since_it_was_held(town: Desk) -> None:
    town.release(LETTER)
    hold(town, LETTER)
    history(town, LETTER, "held", TODAY - timedelta(days=7), "signals")
    found = {one.queue: one for one in overview_of(town).waiting}
    assert found["review"] == Waiting("review", 1, 7, 7)


def test_a_clock_is_late_the_day_after_it_was_due(town: Desk) -> None:
    assert clocks_of(town, RECEIVED) == late(0, 0, 0, 0)
    assert clocks_of(town, RECEIVED + timedelta(7)) == late(0, 3, 0, 0)
    assert clocks_of(town, RECEIVED + timedelta(14)) == late(0, 3, 0, 0)
    assert clocks_of(town, RECEIVED + timedelta(15)) == late(3, 0, 0, 0)
    assert clocks_of(town, RECEIVED + timedelta(29)) == late(3, 0, 3, 0)


def test_those_that_are_late_are_told_with_the_queue_that_lists_them(town: Desk) -> None:
    end = RECEIVED + timedelta(15)
    attempt, *_ = overview_of(town, end).late
    assert (attempt.past, attempt.past_in) == (3, {"letters": 2, "visits": 1})
    town.release("7607GC 18 2025-11")
    hold(town, LETTER)
    attempt, *_ = overview_of(town, end).late
    assert attempt.past_in == {"letters": 1, "visits": 1, "follow-up": 1, "review": 1}
    assert attempt.past == 3  # one of them stands in two queues


def test_each_number_is_that_of_the_households_that_the_queue_lists(town: Desk) -> None:
    town.take_in(report("h", "2026-11-02", "cogas/E9", "90.00", at=20, crisis="disconnection"))
    set_received(town, RECEIVED)
    town.release("7607GC 18 2025-11")
    hold(town, LETTER)
    tried(town, VISIT, "call", date(2026, 11, 6), reached=True)
    end = RECEIVED + timedelta(70)
    overview, there = overview_of(town, end), frozenset({"0141"})
    assert {one.clock for one in overview.late if one.past} == {"contact-attempt", "first-conversation", "decision"}
    with transaction(town.system.engine) as cursor:
        for one in overview.late:
            counts = {}
            for queue in QUEUES:
                wanted = WorkFilter(queue, there, end, due_before=end - timedelta(1), clock=one.clock)
                counts[queue] = len(work_page(cursor, wanted).items)
            assert {queue: number for queue, number in counts.items() if number} == one.past_in
        for waits in overview.waiting:
            assert len(work_page(cursor, WorkFilter(waits.queue, there, end)).items) == waits.households


def test_a_letter_beside_a_visit_is_told_where_the_visit_stands(desk: Desk) -> None:
    desk.take_in(
        report("a", "2026-10-31", "menzis/P1", "110.00", at=14),
        report("b", "2026-11-01", "welbions/R1", "612.50", at=14),
        report("c", "2026-11-02", "vitens/W2", "80.00", at=14),
    )
    set_received(desk, RECEIVED)
    end = RECEIVED + timedelta(15)
    attempt, *_ = overview_of(desk, end).late
    assert attempt.past_in == {"visits": 1}
    assert [(one.queue, one.households) for one in overview_of(desk, end).waiting] == [("visits", 1)]
    desk.release(VISIT)
    attempt, *_ = overview_of(desk, end).late
    assert attempt.past_in == {"follow-up": 1}
    assert overview_of(desk, end).waiting == ()


def test_what_was_done_stops_its_clock(town: Desk) -> None:
    end = RECEIVED + timedelta(29)
    town.release("7607GC 18 2025-11")  # what was released still has to be posted or done
    tried(town, VISIT, "home-visit", date(2026, 11, 5))
    assert clocks_of(town, end) == late(2, 0, 3, 0)
    tried(town, VISIT, "mail", date(2026, 11, 6), reached=True)  # no conversation
    assert clocks_of(town, end) == late(2, 0, 3, 0)
    tried(town, VISIT, "call", date(2026, 11, 7), reached=True, undone=True)
    tried(town, VISIT, "call", date(2026, 10, 7), reached=True)  # of an earlier case
    assert clocks_of(town, end) == late(2, 0, 3, 0)


def test_a_conversation_stops_its_clock_and_starts_that_of_the_decision(town: Desk) -> None:
    held = date(2026, 11, 6)
    tried(town, VISIT, "call", held, reached=True)
    decision = ("decision", "Besluit over de hulp", "Decision on help")
    attempt, talk = late(2, 0, 2, 0)
    for days, past, soon in ((29, 0, 0), (56, 0, 1), (57, 1, 0)):
        found = clocks_of(town, held + timedelta(days))
        assert found == tuple(one for one in (attempt, talk, Late(*decision, past, soon)) if one.past or one.soon)


def test_an_energy_contract_that_may_end_has_a_clock_of_its_own(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", "cogas/E1", "90.00", crisis="end-of-delivery"))
    set_received(desk, RECEIVED)
    clocks = {one.clock: one for one in overview_of(desk, RECEIVED + timedelta(29)).late}
    assert (clocks["contract-end"].past, clocks["contract-end"].nl) == (1, "Einde van het energiecontract mogelijk")


def test_the_document_says_the_same_and_what_accepted_means(town: Desk) -> None:
    told = json.loads(json.dumps(document(overview_of(town))))
    assert told["months"][-1] == {
        "first": "2026-11-01",
        "signals": 4,
        "sectors": {"housing": 2, "energy": 1, "water": 1, "health": 0, "other": 0},
        "cases": 2,
        "classes": {"single": 0, "multiple": 1, "consecutive": 1},
    }
    assert told["accepted_help"][0] == "follow-up-help"
    assert told["late"][0]["past"] == 3
    assert told["late"][0]["past_in"] == {"letters": 2, "visits": 1}
    assert {one["clock"]: one["past"] for one in told["late"]} == {
        "contact-attempt": 3, "first-conversation": 0, "threatening-help": 0, "decision": 0, "contract-end": 0
    }  # fmt: skip
    assert told["first_steps"][-1]["first"] == "2026-11-01"


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-20", "2025-12-01", "2026-11-01"),
        ("2026-12-31", "2026-01-01", "2026-12-01"),
        ("2026-01-01", "2025-02-01", "2026-01-01"),
    ],
)
def test_twelve_months_end_with_this_one(today: str, first: str, last: str) -> None:
    months = last_months(date.fromisoformat(today))
    assert (len(set(months)), months[0].isoformat(), months[-1].isoformat()) == (12, first, last)
    assert sorted(months) == list(months)


def late(attempt_past: int, attempt_soon: int, talk_past: int, talk_soon: int) -> tuple[Late, ...]:
    """The two clocks of every case, without those that are 0."""
    both = (
        Late("contact-attempt", "Eerste contactpoging", "First contact attempt", attempt_past, attempt_soon),
        Late("first-conversation", "Eerste gesprek", "First conversation", talk_past, talk_soon),
    )
    return tuple(one for one in both if one.past or one.soon)
