"""What came of a visit, and what follows? (docs/decisions/0042)

Written down at the door, on a connection that may be bad: the form bears a key of its own, and a form that comes again
gets the first answer and changes nothing. It becomes a contact attempt, so that the next step is found as after any
other (`work.steps`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from signals.contract.moments import AMSTERDAM, PART_BEGINS, part_has_begun
from signals.outreach.visits.lists import VisitError
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.visits.words import RESULTS
from signals.outreach.work.attempts import Attempt, end_steps, next_steps_of, record_attempt
from signals.outreach.work.hold import hold_case, tell
from signals.outreach.work.steps import NextStep

if TYPE_CHECKING:
    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

LONGEST_KEY: Final = 100
_REACHED: Final = frozenset({"spoken", "refused"})
_STOP: Final = """
SELECT stop.id, stop.case_id, stop.kind, stop.state, lists.id, lists.on_day, lists.part, lists.released_at IS NOT NULL
FROM visit_stops AS stop JOIN visit_lists AS lists ON lists.id = stop.list_id WHERE stop.id = %s
"""
# Who lives elsewhere now gets no letter there, and a person looks at the case: the flag is that of returned mail.
_MOVED: Final = "UPDATE cases SET letter_fault = 'moved' WHERE household_id = %s AND state = 'open' RETURNING id"
_NO_MORE_VISITS: Final = frozenset({"unsafe", "moved"})
# Told late, it may stand on another list by then.
_LEAVE_OUT: Final = """
UPDATE visit_stops SET state = 'left-out', code = %s WHERE household_id = %s AND id <> %s AND state = 'planned'
RETURNING list_id
"""
_DONE: Final = """
UPDATE visit_lists SET state = 'done', ended_at = now() WHERE id = %s AND state = 'released'
    AND NOT EXISTS (SELECT FROM visit_stops WHERE list_id = visit_lists.id AND state = 'planned')
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down, and the next step that follows; None: a person decides.

    `again`: the form came before, and nothing was changed by this one.
    """

    stop: int
    case: int
    result: str
    next_step: NextStep | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Visit:
    """A stop with the part of the day for which it was planned."""

    stop: int
    case: int
    kind: str
    state: str
    list: int
    on_day: date
    part: str
    is_released: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """What somebody wrote down, and when."""

    result: str
    note: str
    by: Actor
    key: str
    at: datetime

    @property
    def today(self) -> date:
        """The day on which it is written down."""
        return self.at.astimezone(AMSTERDAM).date()


def record(
    cursor: Cursor, stop: int, result: str, note: str, by: Actor, key: str, *, at: datetime | None = None
) -> Recorded:
    """Write down what came of the visit at this stop, once.

    Args:
        cursor: Of the transaction.
        stop: Its number.
        result: One of `words.RESULTS`.
        note: What colleagues should know; may be empty.
        by: Who was there.
        key: The form's own, the same whenever it is sent.
        at: When it is written down; now, when absent.

    Raises:
        VisitError: No such stop or result, the list was not released, or it was recorded before.
        NotPossibleError: The case is closed, or the note is too long.
    """
    if result not in RESULTS or not 0 < len(key) <= LONGEST_KEY:
        raise VisitError(f"the result must be one of {', '.join(RESULTS)}, with a key of 1 to {LONGEST_KEY}", "choice")
    visit = _visit(cursor, stop)
    held = hold_case(cursor, visit.case)
    if (before := _answered(cursor, visit, result, key)) is not None:
        return before
    _require_open(cursor, visit)
    now = at or datetime.now(AMSTERDAM)
    case = visit.case if visit.case in held.worked_cases else (held.worked_cases or [visit.case])[-1]
    form = _Form(result, note, by, key, now)
    attempt = _attempt(cursor, visit, case, form)
    return _written(cursor, held, visit, form, case, attempt)


def _visit(cursor: Cursor, stop: int) -> _Visit:
    row = cursor.execute(_STOP, (stop,)).fetchone()
    if row is None:
        raise VisitError(f"there is no stop {stop}; `signals visits show LIST` names those of a list", "no-stop")
    return _Visit(*row)


def _answered(cursor: Cursor, visit: _Visit, result: str, key: str) -> Recorded | None:
    """The answer that this form got before. Raises VisitError when its key was used for something else."""
    row = cursor.execute("SELECT stop_id, result, answer FROM visit_results WHERE key = %s", (key,)).fetchone()
    if row is None:
        return None
    if row[:2] != (visit.stop, result):
        raise VisitError(f"the key was used for another result, of stop {row[0]}: use a key of its own", "key-used")
    return _from_answer(visit.stop, result, row[2])


def _require_open(cursor: Cursor, visit: _Visit) -> None:
    """The list was released, and nothing was written down for the stop (whose household is locked)."""
    if not visit.is_released:
        raise VisitError(
            f"list {visit.list} was not released: release it before the visits are recorded", "not-released"
        )
    told = cursor.execute("SELECT by_name, result FROM visit_results WHERE stop_id = %s", (visit.stop,)).fetchone()
    if told is not None:
        raise VisitError(
            f"stop {visit.stop} was recorded before, as {told[1]}; a mistake is struck out at its case", "recorded"
        )
    if visit.state not in {"planned", "not-visited"}:
        raise VisitError(f"stop {visit.stop} was taken off its list: record an attempt at its case", "no-stop")


def _attempt(cursor: Cursor, visit: _Visit, case: int, form: _Form) -> int:
    """The contact attempts that the result is; the number of the last one.

    A card that is left with a visit in vain is an attempt beside it: the visits go on until they are used up
    (`work.steps`).
    """
    on_day, part = _when(visit, form)
    kinds = {"card-left": ["card"] if visit.kind == "card" else ["home-visit", "card"]}.get(form.result, ["home-visit"])
    number = 0
    for kind in kinds:
        note = form.note if kind == kinds[0] else None
        attempt = Attempt(kind, on_day, part, form.result in _REACHED, note)
        number = record_attempt(cursor, case, attempt, form.by, today=form.today, now=form.at)
    return number


def _when(visit: _Visit, form: _Form) -> tuple[date, str]:
    """The day and part of the day of the list; those that it is now, for a pair that went before."""
    if part_has_begun(visit.part, visit.on_day, form.at):
        return visit.on_day, visit.part
    begun = [part for part in PART_BEGINS if part_has_begun(part, form.today, form.at)]
    return form.today, max(begun, key=PART_BEGINS.__getitem__)


def _written(cursor: Cursor, held: Held, visit: _Visit, form: _Form, case: int, attempt: int) -> Recorded:
    """What else the result means, the answer, and the stop and its list as they stand then."""
    _follow(cursor, held, case, form)
    if form.result in _NO_MORE_VISITS:
        for (number,) in cursor.execute(_LEAVE_OUT, (form.result, held.household, visit.stop)).fetchall():
            cursor.execute(_DONE, (number,))
    step = next_steps_of(cursor, [held.household]).get(held.household)
    cursor.execute(
        """INSERT INTO visit_results (key, stop_id, result, by_id, by_name, attempt_id, answer)
        VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        (form.key, visit.stop, form.result, form.by.id, form.by.name, attempt, Jsonb(_answer(case, step))),
    )
    cursor.execute("UPDATE visit_stops SET state = 'visited' WHERE id = %s", (visit.stop,))
    cursor.execute(_DONE, (visit.list,))
    return Recorded(visit.stop, case, form.result, step)


def _follow(cursor: Cursor, held: Held, case: int, form: _Form) -> None:
    if form.result == "refused":
        tell(cursor, case, form.by, "door-refused")
    elif form.result == "unsafe":
        flag_unsafe(cursor, held.household, form.by)
    elif form.result == "moved":
        cursor.execute(_MOVED, (held.household,))
        end_steps(cursor, [held.household], form.today)
        tell(cursor, case, form.by, "door-moved")


def _answer(case: int, step: NextStep | None) -> dict[str, Any]:
    if step is None:
        return {"case": case, "next": None}
    return {
        "case": case,
        "next": {"kind": step.kind, "day": step.on_day.isoformat(), "part": step.part, "why": step.why},
    }


def _from_answer(stop: int, result: str, answer: dict[str, Any]) -> Recorded:
    step = answer["next"]
    follows = (
        None if step is None else NextStep(step["kind"], date.fromisoformat(step["day"]), step["part"], step["why"])
    )
    return Recorded(stop, answer["case"], result, follows, again=True)
