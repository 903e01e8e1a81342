"""Which contact attempts were made, and what follows from them?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from psycopg.rows import class_row

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.contract.moments import AMSTERDAM, part_has_begun
from signals.outreach.cases import graver_route
from signals.outreach.release import take_up_by_hand
from signals.outreach.work.announced import ASKS_FOR_AN_ANSWER, visits_to_come
from signals.outreach.work.doors import UNSAFE, need_safe
from signals.outreach.work.given_back import give_back, taken_up_by_agreement, taken_up_by_attempt
from signals.outreach.work.help import settle_help
from signals.outreach.work.hold import hold_case, tell
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.steps import AT_THE_DOOR, NextStep, next_step, sent_by
from signals.outreach.work.teams import policy_today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from signals.outreach.policy import Policy
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
_OPEN: Final = f"""
SELECT household_id AS household, id, CASE WHEN route = 'home-visit' AND {UNSAFE} THEN 'letter' ELSE route END AS route,
    coalesce(person_route = route, false) OR {UNSAFE} AS chosen, received_on, waiting, held,
    CASE WHEN released_how = 'release' AND released_route = 'letter'
        THEN (released_at AT TIME ZONE 'Europe/Amsterdam')::date END AS letter_on
FROM cases WHERE household_id = ANY(%s) AND state = 'open'
"""  # noqa: S608 - our own text


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

    def is_of(self, case: int, received_on: date, earliest_on: date) -> bool:
        """Whether it is one of this case: made since that was received, or for it since the day of its first signal."""
        return self.attempt.on_day >= (min(received_on, earliest_on) if self.case == case else received_on)


def record_attempt(
    cursor: Cursor,
    case: int,
    attempt: Attempt,
    actor: Actor,
    seen: int | None = None,
    *,
    today: date,
    now: datetime | None = None,
) -> int:
    """Write an attempt down and set the next step; the attempt's id.

    Cases of the household that still wait are thereby taken up. `now` is the moment of `today` at which it is written
    down; without it the day is over. Raises StaleError, NotPossibleError (closed case; a day or part of the day to
    come, or before the first signal of what is open; a visit without part of day; an unknown kind or part).
    """
    if fault := _fault(attempt, today, now):
        raise NotPossibleError(fault, "attempt")
    held = hold_case(cursor, case, seen)
    held.need_worked(case)
    if attempt.on_day < _first_signalled(cursor, held):
        raise NotPossibleError(
            "a contact attempt cannot lie before the first signal: write down when it was", "attempt"
        )
    take_up_by_hand(cursor, held.household, actor=actor.id, name=actor.name)
    number = _write(cursor, held, case, attempt, actor)
    settle_help(cursor, held.household)
    homes = {held.household: held.municipality}
    plan(cursor, homes, today, keep_promise=not attempt.reached, keep_visit=attempt.kind not in AT_THE_DOOR)
    return number


def _fault(attempt: Attempt, today: date, now: datetime | None) -> str | None:
    if attempt.kind not in CONTACT_KINDS:
        return f"the kind of contact must be one of {', '.join(CONTACT_KINDS)}"
    if attempt.part is not None and attempt.part not in PARTS_OF_DAY:
        return f"the part of the day must be one of {', '.join(PARTS_OF_DAY)}"
    if attempt.kind == "home-visit" and attempt.part is None:
        return "a visit has a part of the day: choose one"
    if len(attempt.note or "") > NOTE_LENGTH:
        return f"a note to a contact attempt has at most {NOTE_LENGTH} characters"
    return _too_early(attempt, today, now)


def _too_early(attempt: Attempt, today: date, now: datetime | None) -> str | None:
    if attempt.on_day > today:
        return "a contact attempt cannot be in the future: write down when it was"
    if attempt.part is not None and now is not None and not part_has_begun(attempt.part, attempt.on_day, now):
        return "this part of the day has not begun: write down when the attempt was"
    return None


def _first_signalled(cursor: Cursor, held: Held) -> date:
    """The day that the first signal of what is open bears, or on which it came in: before it nobody knew of it.

    A signal that was read in late, say of a month that is over, may have been worked on paper by then.
    """
    cursor.execute("SELECT min(least(received_on, earliest_on)) FROM cases WHERE id = ANY(%s)", (held.worked_cases,))
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
    # Whoever sought contact goes on without that letter; that they moved, only who was spoken to refutes.
    cursor.execute(
        """UPDATE cases SET letter_fault = NULL WHERE household_id = %s AND letter_fault IS NOT NULL
            AND (%s OR letter_fault <> 'moved')""",
        (held.household, attempt.reached),
    )
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


def plan(cursor: Cursor, homes: Mapping[int, str], today: date, *, keep_promise: bool, keep_visit: bool = True) -> None:
    """Find the next step of these (locked) households anew, each with its municipality.

    Not where one that was agreed with the resident is still to come, if that is to be kept; nor (with `keep_visit` too)
    a visit of which a letter said when, on its day as well.
    """
    kept = _promised(cursor, homes, today) if keep_promise else frozenset()
    kept |= visits_to_come(cursor, homes, today) if keep_promise and keep_visit else frozenset()
    found = _found_steps(cursor, {home: here for home, here in homes.items() if home not in kept}, today)
    set_steps(cursor, {home: one.step for home, one in found.items() if one.step is not None})
    _no_steps(cursor, [home for home, one in found.items() if one.step is not None and not one.tried])
    end_steps(cursor, [home for home, one in found.items() if one.step is None], today)


@dataclass(frozen=True, slots=True)
class _Planned:
    """The step that is found; where nothing was tried it is but the day on which a letter that was let go comes up."""

    step: NextStep | None
    tried: bool


def _promised(cursor: Cursor, homes: Collection[int], today: date) -> frozenset[int]:
    cursor.execute(
        "SELECT household_id FROM next_steps WHERE household_id = ANY(%s) AND why = 'promised' AND on_day > %s",
        (list(homes), today),
    )
    return frozenset(home for (home,) in cursor)


def _found_steps(cursor: Cursor, homes: Mapping[int, str], today: date) -> dict[int, _Planned]:
    """Per household the step that follows the attempts at what is open now."""
    with cursor.connection.cursor(row_factory=class_row(_UnderWay)) as reading:
        cases = _by_home(reading.execute(_OPEN, (list(homes),)).fetchall())
    asking = _made(cursor, f"household_id = ANY(%s) AND {ASKS_FOR_AN_ANSWER}", list(homes))
    made = _by_home(one for one in asking if one.undone_at is None)
    policies = {here: policy_today(cursor, here) for here in sorted(set(homes.values()))}
    return {home: _found_step(cases[home], made[home], policies[here], today) for home, here in homes.items()}


def _found_step(cases: Sequence[_UnderWay], made: Sequence[MadeAttempt], policy: Policy, today: date) -> _Planned:
    """None while all that is open waits for its release, or somebody must look at a death first."""
    if all(case.waiting for case in cases) or any(case.held for case in cases):
        return _Planned(None, tried=False)
    first, numbers = min(case.received_on for case in cases), {case.id for case in cases}
    let_go = [Attempt("letter", case.letter_on, None, reached=False) for case in cases if case.letter_on]
    tried = [one.attempt for one in made if one.case in numbers or one.attempt.on_day >= first]
    counting = sorted([*let_go, *tried], key=lambda attempt: attempt.on_day)  # written down in any order
    route = graver_route(*(case.route for case in cases))
    step = next_step(counting, policy, today, route, chosen=any(case.chosen and case.route == route for case in cases))
    if tried or step is None or step.why != "no-answer":
        return _Planned(step, tried=True)
    by = min(sent_by(case.received_on, policy, today) for case in cases if case.letter_on)
    return _Planned(replace(step, on_day=by), tried=False)


class _OfHome(Protocol):
    @property
    def household(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfHome)


def _by_home(rows: Iterable[_Row]) -> defaultdict[int, list[_Row]]:
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.household].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An open case; `letter_on` is the day on which its letter was let go to print, which nobody writes down anew."""

    household: int
    id: int
    route: str
    chosen: bool  # whether a person chose that route
    received_on: date
    waiting: bool
    held: bool
    letter_on: date | None


def set_step(cursor: Cursor, household: int, step: NextStep) -> None:
    """This is the next step now; on its day the household comes up."""
    set_steps(cursor, {household: step})


def set_steps(cursor: Cursor, steps: Mapping[int, NextStep]) -> None:
    """These are the next steps now, by household."""
    if not steps:
        return
    columns = zip(*((home, step.on_day, step.part, step.kind, step.why) for home, step in steps.items()), strict=True)
    homes, days, *rest = (list(column) for column in columns)
    cursor.execute(
        """INSERT INTO next_steps (household_id, on_day, part, kind, why)
        SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[])
        ON CONFLICT (household_id) DO UPDATE SET on_day = excluded.on_day, part = excluded.part,
            kind = excluded.kind, why = excluded.why""",
        (homes, days, *rest),
    )
    _come_up(cursor, homes, days)


def _come_up(cursor: Cursor, households: Sequence[int], days: Sequence[date]) -> None:
    cursor.execute(
        """UPDATE cases SET follow_up_on = comes.up FROM unnest(%s::bigint[], %s::date[]) AS comes(home, up)
        WHERE household_id = comes.home AND (state = 'open' OR help_due_on IS NOT NULL)
            AND follow_up_on IS DISTINCT FROM comes.up""",
        (households, days),
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
        plan(cursor, {held.household: held.municipality}, today, keep_promise=True)
    return taken_up


def promise_step(
    cursor: Cursor, case: int, step: NextStep, actor: Actor, seen: int | None = None, *, today: date
) -> None:
    """Set the next step as agreed with the resident (why = "promised"); it takes the place of the one there was.

    A case that still waits is thereby taken up. Raises StaleError, NotPossibleError (a day that is over, or further
    ahead than `LONGEST_AHEAD`; an unknown kind or part; a visit to an unsafe door).
    """
    if step.kind not in APPOINTMENTS or (step.part is not None and step.part not in PARTS_OF_DAY):
        raise NotPossibleError("a next step has a kind of contact and, if need be, a part of the day", "choice")
    if not today <= step.on_day <= today + LONGEST_AHEAD:
        raise NotPossibleError("an appointment is on a day to come, within a year", "appointment")
    held = hold_case(cursor, case, seen)
    held.need_worked(case)
    if step.kind in AT_THE_DOOR:
        need_safe(cursor, held.household)
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
    plan(cursor, {held.household: held.municipality}, today, keep_promise=False)
    return taken_up


def end_steps(cursor: Cursor, households: Sequence[int], today: date) -> None:
    """There is no next step there any more: how it goes on is to be decided from today on."""
    if households:
        _no_steps(cursor, households)
        _come_up(cursor, households, [today] * len(households))


def _no_steps(cursor: Cursor, households: Sequence[int]) -> None:
    if households:
        cursor.execute("DELETE FROM next_steps WHERE household_id = ANY(%s)", (households,))


def attempts_of(cursor: Cursor, household: int) -> list[MadeAttempt]:
    """All attempts at a household, in the order in which they were written down, undone ones included."""
    return _made(cursor, "household_id = %s", household)


def _made(cursor: Cursor, which: str, asked: int | list[int]) -> list[MadeAttempt]:
    cursor.execute(f"{_MADE} {which} ORDER BY id", (asked,))
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
