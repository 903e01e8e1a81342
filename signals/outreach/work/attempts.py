"""Which contact attempts were made, and what follows from them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from psycopg.rows import class_row

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.contract.moments import AMSTERDAM
from signals.outreach.cases import graver_route
from signals.outreach.release import take_up_by_hand
from signals.outreach.work.given_back import give_back, taken_up_by_agreement, taken_up_by_attempt
from signals.outreach.work.help import settle_help
from signals.outreach.work.hold import hold_case, tell
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.steps import NextStep, next_step
from signals.outreach.work.teams import policy_today

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.outreach.work.hold import Held
    from signals.store.database import Cursor

LONGEST_AHEAD: Final = timedelta(days=366)
"""How far ahead an appointment can be; a slip of the year is further."""
APPOINTMENTS: Final = tuple(
    kind for kind in CONTACT_KINDS if kind not in {"administrative", "letter", "card", "unknown"}
)
"""What can be agreed with a resident: the kinds of contact in which both know of each other."""
_MADE: Final = """
SELECT id, household_id, case_id, kind, on_day, part, reached, note, by_id, by_name, at, undone_at, undone_by
FROM contact_attempts WHERE
"""
_OPEN: Final = """
SELECT route, received_on, waiting, CASE WHEN released_how = 'release' AND released_route = 'letter'
    THEN (released_at AT TIME ZONE 'Europe/Amsterdam')::date END AS letter_on
FROM cases WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One contact attempt: `kind` of codes.CONTACT_KINDS, `part` of codes.PARTS_OF_DAY (None: not of a part of day)."""

    kind: str
    on_day: date
    part: str | None
    reached: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class MadeAttempt:
    """A stored attempt: by whom, when written down, and whether it was undone."""

    id: int
    household: int
    case: int
    attempt: Attempt
    by: Actor
    at: datetime
    undone_at: datetime | None
    undone_by: str | None  # a name

    def may_undo(self, actor: Actor, *, team_lead: bool, today: date) -> bool:
        """Whether `actor` may strike it out: its author or a team lead, on the day it was written down."""
        mine = team_lead or self.by.id == actor.id
        return mine and self.undone_at is None and self.at.astimezone(AMSTERDAM).date() == today


def record_attempt(
    cursor: Cursor, case: int, attempt: Attempt, actor: Actor, seen: int | None = None, *, today: date
) -> int:
    """Write an attempt down and set the next step; the attempt's id.

    Cases of the household that still wait are thereby taken up. Raises StaleError, NotPossibleError (closed case; a day
    to come or before anything of an open case was received; a visit without part of day; an unknown kind or part).
    """
    if fault := _fault(attempt, today):
        raise NotPossibleError(fault, "attempt")
    held = hold_case(cursor, case, seen)
    held.need_worked(case)
    if attempt.on_day < _first_received(cursor, held):
        raise NotPossibleError(
            "a contact attempt cannot lie before the first signal: write down when it was", "attempt"
        )
    take_up_by_hand(cursor, held.household, actor=actor.id, name=actor.name)
    number = _write(cursor, held, case, attempt, actor)
    settle_help(cursor, held.household)
    _plan(cursor, held, today, keep_promise=not attempt.reached)
    return number


def _fault(attempt: Attempt, today: date) -> str | None:
    if attempt.kind not in CONTACT_KINDS:
        return f"the kind of contact must be one of {', '.join(CONTACT_KINDS)}"
    if attempt.part is not None and attempt.part not in PARTS_OF_DAY:
        return f"the part of the day must be one of {', '.join(PARTS_OF_DAY)}"
    if attempt.kind == "home-visit" and attempt.part is None:
        return "a visit has a part of the day: choose one"
    if attempt.on_day > today:
        return "a contact attempt cannot be in the future: write down when it was"
    if len(attempt.note or "") > NOTE_LENGTH:
        return f"a note to a contact attempt has at most {NOTE_LENGTH} characters"
    return None


def _first_received(cursor: Cursor, held: Held) -> date:
    """The day on which the first signal of what is open came in: before it nobody here knew of the household."""
    cursor.execute("SELECT min(received_on) FROM cases WHERE id = ANY(%s)", (held.worked_cases,))
    (day,) = cursor.fetchone() or (date.max,)
    return cast("date", day)


def _write(cursor: Cursor, held: Held, case: int, attempt: Attempt, actor: Actor) -> int:
    cursor.execute(
        """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name, note)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        (
            held.household,
            case,
            attempt.kind,
            attempt.on_day,
            attempt.part,
            attempt.reached,
            actor.id,
            actor.name,
            (attempt.note or "").strip() or None,
        ),
    )
    (number,) = cursor.fetchone() or (0,)
    tell(
        cursor,
        case,
        actor,
        "attempt",
        attempt=number,
        kind=attempt.kind,
        onDay=attempt.on_day.isoformat(),
        part=attempt.part,
        reached=attempt.reached,
    )
    return int(number)


def _plan(cursor: Cursor, held: Held, today: date, *, keep_promise: bool) -> None:
    """Find the next step anew, unless one that was agreed with the resident is still to come."""
    if keep_promise and _is_promised(cursor, held.household, today):
        return
    found = _found_step(cursor, held, today)
    if found is None:
        end_step(cursor, held.household, today)
    else:
        set_step(cursor, held.household, found)


def _is_promised(cursor: Cursor, household: int, today: date) -> bool:
    cursor.execute(
        "SELECT FROM next_steps WHERE household_id = %s AND why = 'promised' AND on_day > %s", (household, today)
    )
    return cursor.rowcount > 0


def _found_step(cursor: Cursor, held: Held, today: date) -> NextStep | None:
    """The step that follows the attempts at what is open now; none while all of it waits for its release."""
    with cursor.connection.cursor(row_factory=class_row(_UnderWay)) as reading:
        cases = reading.execute(_OPEN, (held.open_cases,)).fetchall()
    if all(case.waiting for case in cases):
        return None
    first = min(case.received_on for case in cases)
    made = [one for one in attempts_of(cursor, held.household) if one.undone_at is None]
    counting = [Attempt("letter", case.letter_on, None, reached=False) for case in cases if case.letter_on]
    counting += [one.attempt for one in made if one.case in held.open_cases or one.attempt.on_day >= first]
    counting.sort(key=lambda attempt: attempt.on_day)  # written down in any order
    route = graver_route(*(case.route for case in cases))
    return next_step(counting, policy_today(cursor, held.municipality), today, route)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An open case; `letter_on` is the day on which its letter was let go to print, which nobody writes down anew."""

    route: str
    received_on: date
    waiting: bool
    letter_on: date | None


def set_step(cursor: Cursor, household: int, step: NextStep) -> None:
    """This is the next step now; on its day the household comes up."""
    cursor.execute(
        """INSERT INTO next_steps (household_id, on_day, part, kind, why) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (household_id) DO UPDATE SET on_day = excluded.on_day, part = excluded.part,
            kind = excluded.kind, why = excluded.why""",
        (household, step.on_day, step.part, step.kind, step.why),
    )
    _come_up(cursor, household, step.on_day)


def _come_up(cursor: Cursor, household: int, day: date) -> None:
    cursor.execute(
        "UPDATE cases SET follow_up_on = %(day)s WHERE household_id = %(household)s"
        " AND (state = 'open' OR help_due_on IS NOT NULL)"
        " AND follow_up_on IS DISTINCT FROM %(day)s",
        {"household": household, "day": day},
    )


def undo_attempt(cursor: Cursor, attempt: int, actor: Actor, *, team_lead: bool, today: date) -> list[int]:
    """Mark an attempt as a mistake: it stays, struck out, and the next step is found without it.

    Only by its author or a team lead, on the day it was written down. What the attempt took up waits again, if nothing
    was done since (`given_back`); the numbers of those cases. Raises NotPossibleError.
    """
    found = _made(cursor, "id = %s", attempt)
    if not found:
        raise NotPossibleError(f"contact attempt {attempt}: there is no such attempt", "not-here")
    held = hold_case(cursor, found[0].case)
    (made,) = _made(cursor, "id = %s", attempt)  # once more, now that nobody else changes it
    if not made.may_undo(actor, team_lead=team_lead, today=today):
        raise NotPossibleError(
            "only its author or a team lead can strike out an attempt, once, on the same day", "not-yours"
        )
    taken_up = taken_up_by_attempt(cursor, made)
    cursor.execute("UPDATE contact_attempts SET undone_at = now(), undone_by = %s WHERE id = %s", (actor.name, attempt))
    day = made.attempt.on_day.isoformat()
    tell(cursor, made.case, actor, "attempt-undone", attempt=attempt, kind=made.attempt.kind, onDay=day)
    give_back(cursor, held.household, taken_up, actor)
    settle_help(cursor, held.household)
    if held.open_cases:
        _plan(cursor, held, today, keep_promise=True)
    return taken_up


def promise_step(
    cursor: Cursor, case: int, step: NextStep, actor: Actor, seen: int | None = None, *, today: date
) -> None:
    """Set the next step as agreed with the resident (why = "promised"); it takes the place of the one there was.

    A case that still waits is thereby taken up. Raises StaleError, NotPossibleError (a day that is over, or further
    ahead than `LONGEST_AHEAD`; an unknown kind or part).
    """
    if step.kind not in APPOINTMENTS or (step.part is not None and step.part not in PARTS_OF_DAY):
        raise NotPossibleError("a next step has a kind of contact and, if need be, a part of the day", "choice")
    if not today <= step.on_day <= today + LONGEST_AHEAD:
        raise NotPossibleError("an appointment is on a day to come, within a year", "appointment")
    held = hold_case(cursor, case, seen)
    held.need_worked(case)
    take_up_by_hand(cursor, held.household, actor=actor.id, name=actor.name)
    set_step(cursor, held.household, NextStep(step.kind, step.on_day, step.part, "promised"))
    tell(cursor, case, actor, "step", kind=step.kind, onDay=step.on_day.isoformat(), part=step.part)


def cancel_promise(cursor: Cursor, case: int, actor: Actor, seen: int | None = None, *, today: date) -> list[int]:
    """The agreement with the resident is off: the next step is found as if there had been none.

    What agreeing took up waits again, if nothing was done since (`given_back`); the numbers of those cases. Raises
    StaleError, NotPossibleError (nothing is agreed).
    """
    held = hold_case(cursor, case, seen)
    step = next_steps_of(cursor, [held.household]).get(held.household)
    if step is None or step.why != "promised":
        raise NotPossibleError(f"case {case}: nothing is agreed with the resident", "not-agreed")
    taken_up = taken_up_by_agreement(cursor, held.household)
    tell(cursor, held.told_at, actor, "step-cancelled", kind=step.kind, onDay=step.on_day.isoformat(), part=step.part)
    give_back(cursor, held.household, taken_up, actor)
    _plan(cursor, held, today, keep_promise=False)
    return taken_up


def end_step(cursor: Cursor, household: int, today: date) -> None:
    """There is no next step any more: how it goes on is to be decided from today on."""
    cursor.execute("DELETE FROM next_steps WHERE household_id = %s", (household,))
    _come_up(cursor, household, today)


def attempts_of(cursor: Cursor, household: int) -> list[MadeAttempt]:
    """All attempts at a household, in the order in which they were written down, undone ones included."""
    return _made(cursor, "household_id = %s", household)


def _made(cursor: Cursor, which: str, number: int) -> list[MadeAttempt]:
    cursor.execute(f"{_MADE} {which} ORDER BY id", (number,))
    return [_made_of(row) for row in cursor]


def _made_of(row: tuple[Any, ...]) -> MadeAttempt:
    number, household, case, kind, on_day, part, reached, note, by_id, by_name, at, undone_at, undone_by = row
    attempt = Attempt(kind, on_day, part, reached, note)
    return MadeAttempt(number, household, case, attempt, Actor(by_id, by_name), at, undone_at, undone_by)


def next_steps_of(cursor: Cursor, households: Collection[int]) -> dict[int, NextStep]:
    """The next step of each of these households that has one."""
    cursor.execute(
        "SELECT household_id, kind, on_day, part, why FROM next_steps WHERE household_id = ANY(%s)",
        (list(households),),
    )
    return {number: NextStep(*step) for number, *step in cursor}
