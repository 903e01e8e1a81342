"""Whatever people do and partners send: whoever has an open case stands in a queue, and whoever has none in no work."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from signals.contract.codes import CONTACT_KINDS, OUTCOMES, PARTS_OF_DAY
from signals.outreach.release import NotReleasedError, release
from signals.outreach.work.attempts import (
    Attempt,
    attempts_of,
    next_steps_of,
    promise_step,
    record_attempt,
    undo_attempt,
)
from signals.outreach.work.claims import claim, claims_of
from signals.outreach.work.decisions import ROUTES, change_route, close, reopen
from signals.outreach.work.dismissals import NOT_PICKED_UP, mark_not_picked_up
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.steps import NextStep
from signals.outreach.worklist import QUEUES, WorkFilter, work_page
from tests.reference.notation import report, withdraw

from .people import ANNA, act, acting, today

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signals.outreach.queues import ListedCase
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

PARTNERS = ("welbions", "menzis", "vitens")
MONTHS = ("2026-09", "2026-10", "2026-11")
HOMES = (1, 2, 3)
TOLD: Final = ("report", "withdraw")


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens at which house: told by a partner, or an act of a person; with two numbers to choose by."""

    what: str | Callable[[Cursor, ListedCase, int, int], None]
    home: int
    one: int
    two: int


def told(desk: Desk, what: str, home: int, one: int, two: int, nth: int) -> None:
    """A partner tells something."""
    reference = f"{PARTNERS[one % 3]}/H{home}"
    if what == "report":
        crisis = "eviction" if two % 7 == 0 else None
        desk.take_in(report(f"n{nth}", f"{MONTHS[two % 3]}-0{1 + one % 9}", reference, at=home, crisis=crisis))
    else:
        reason = ("paid", "deceased", "wrongful", "moved")[two % 4]
        desk.take_in(withdraw(f"n{nth}", "2026-11-20", reference, reason))


def let_go(cursor: Cursor, case: ListedCase, _: int, two: int) -> None:
    release(cursor, [case.id], actor="anna-1", reviewed=two % 3 == 0)


def try_to_reach(cursor: Cursor, case: ListedCase, one: int, two: int) -> None:
    kind, part = sorted(CONTACT_KINDS)[one % len(CONTACT_KINDS)], sorted(PARTS_OF_DAY)[two % 3]
    attempt = Attempt(kind, today(), part, reached=one % 5 == 0)
    record_attempt(cursor, case.id, attempt, ANNA, today=today())


def strike_out(cursor: Cursor, case: ListedCase, _: int, __: int) -> None:
    for made in attempts_of(cursor, case.household_id)[-1:]:
        undo_attempt(cursor, made.id, ANNA, team_lead=True, today=today())


def agree(cursor: Cursor, case: ListedCase, one: int, _: int) -> None:
    promise_step(
        cursor, case.id, NextStep("call", today() + timedelta(days=one), None, "promised"), ANNA, today=today()
    )


def end(cursor: Cursor, case: ListedCase, one: int, _: int) -> None:
    close(cursor, [case.id], sorted(OUTCOMES)[one % len(OUTCOMES)], ANNA)


def begin_again(cursor: Cursor, case: ListedCase, _: int, __: int) -> None:
    reopen(cursor, case.id, "as agreed", ANNA)


def choose_route(cursor: Cursor, case: ListedCase, _: int, two: int) -> None:
    change_route(cursor, case.id, ROUTES[two % 2], "as agreed", ANNA)


def dismiss(cursor: Cursor, case: ListedCase, one: int, _: int) -> None:
    cursor.execute("SELECT min(event_id) FROM reports WHERE case_id = %s", (case.id,))
    (number,) = cursor.fetchone() or (None,)
    if number is not None:
        mark_not_picked_up(cursor, number, NOT_PICKED_UP[one % len(NOT_PICKED_UP)], "as agreed", ANNA)


def take(cursor: Cursor, case: ListedCase, _: int, __: int) -> None:
    claim(cursor, case.household_id, ANNA)


ACTS: Final = (let_go, try_to_reach, try_to_reach, strike_out, agree, end, begin_again, choose_route, dismiss, take)


HAPPENINGS: Final = st.lists(
    st.builds(
        Happening,
        st.sampled_from([*TOLD, *ACTS]),
        st.sampled_from(HOMES),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    min_size=4,
    max_size=14,
)


def happened(desk: Desk, written: list[Happening]) -> None:
    for nth, it in enumerate(written):
        if isinstance(it.what, str):
            told(desk, it.what, it.home, it.one, it.two, nth)
            continue
        cases = [case for case in desk.cases().values() if case.number == it.home]
        if cases:
            with suppress(NotPossibleError, NotReleasedError), acting(desk) as cursor:
                it.what(cursor, cases[it.two % len(cases)], it.one, it.two)


def queues_of(cursor: Cursor) -> dict[int, set[str]]:
    """In which queues each household stands."""
    found: dict[int, set[str]] = {}
    for queue in QUEUES:
        page = work_page(cursor, WorkFilter(queue, frozenset({"0141"}), today()), size=100)
        for item in page.items:
            found.setdefault(item.household, set()).add(queue)
    return found


def faults(desk: Desk) -> Iterator[tuple[str, Any]]:
    """What must never be."""
    with acting(desk) as cursor:
        standing = queues_of(cursor)
        homes: dict[int, list[tuple[str, bool]]] = {}
        cursor.execute("SELECT household_id, state, waiting FROM cases WHERE state <> 'removed'")
        for household, state, waiting in cursor:
            homes.setdefault(household, []).append((state, waiting))
        working = {*claims_of(cursor, homes), *next_steps_of(cursor, homes)}
    for household, cases in homes.items():
        waits = [waiting for state, waiting in cases if state == "open"]
        queues = standing.get(household, set())
        if waits and not queues:
            yield "an open case that is in no queue", household
        if waits and not any(waits) and not queues & {"follow-up", "review"}:
            yield "under way, and not followed up", household
        if not waits and (queues or household in working):
            yield "nothing is open, and there is still work", household


@given(HAPPENINGS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_with_an_open_case_is_in_no_queue(desk: Desk, written: list[Happening]) -> None:
    desk.begin()
    for home in HOMES:  # one letter, one visit, two cases
        desk.take_in(report(f"a{home}", "2026-11-02", f"welbions/A{home}", at=home))
    desk.take_in(report("b", "2026-11-02", "menzis/B2", at=2), report("c", "2026-10-02", "vitens/C3", at=3))
    happened(desk, written)
    assert list(faults(desk)) == []
    event(f"{len(desk.queue('letters'))} letters, {len(desk.queue('visits'))} visits")


def test_an_attempt_in_vain_never_leaves_a_household_without_a_next_step(desk: Desk) -> None:
    at = 0
    for count in (1, 2):
        for kind in sorted(CONTACT_KINDS):
            at += 1
            name = f"7607GC {at} 2026-11"
            partners = PARTNERS[:count]
            desk.take_in(*(report(f"{one}{at}", "2026-11-02", f"{one}/H{at}", at=at) for one in partners))
            case = desk.case(name)
            act(desk, record_attempt, case.id, Attempt(kind, today(), "evening", reached=False), ANNA, today=today())
            (step,) = act(desk, next_steps_of, [case.household_id]).values()
            assert step.on_day > today(), (kind, case.route)
