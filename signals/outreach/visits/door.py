"""What came of a visit, and what follows? (docs/decisions/0042)

Written down at the door, on a connection that may be bad: the form bears a key of its own, and a form that comes again
gets the first answer and changes nothing. It becomes a contact attempt, so that the next step is found as after any
other (`work.steps`). Whose case a colleague closed meanwhile gets none: then the history keeps what was seen.

Locks are taken in one order, here and wherever lists are: lists (by number), then households, then stops. Two who write
down the last two visits of a list at once so follow each other, and the second one ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.moments import AMSTERDAM, part_at, part_has_begun
from signals.outreach.visits.lists import VisitError, end_empty
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.visits.words import RESULTS
from signals.outreach.work.attempts import Attempt, end_steps, next_steps_of, promise_step, record_attempt
from signals.outreach.work.hold import hold_household, tell
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import NotPossibleError
from signals.outreach.work.steps import NextStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.work.hold import Held
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

LONGEST_KEY: Final = 100
_REACHED: Final = frozenset({"spoken", "refused"})
_STOP: Final = """
SELECT stop.id, stop.household_id, stop.case_id, stop.kind, stop.state, lists.id, lists.state, lists.on_day, lists.part,
    lists.released_at IS NOT NULL
FROM visit_stops AS stop JOIN visit_lists AS lists ON lists.id = stop.list_id WHERE stop.id = %s
"""
# Who lives elsewhere now gets no letter there, and a person looks at the case: the flag is that of returned mail.
_MOVED: Final = """
UPDATE cases SET letter_fault = 'moved' WHERE household_id = %s AND (state = 'open' OR (id = %s AND state = 'closed'))
"""
_NO_MORE_VISITS: Final = frozenset({"unsafe", "moved"})
# Told late, the household may stand on another list by then.
_HOLD_LISTS: Final = """
SELECT id FROM visit_lists WHERE id = %(list)s OR id IN (
    SELECT list_id FROM visit_stops WHERE household_id = %(household)s AND state = 'planned') ORDER BY id FOR UPDATE
"""
_LEAVE_OUT: Final = """
WITH gone AS (
    UPDATE visit_stops SET state = 'left-out', code = %s WHERE household_id = %s AND id <> %s AND state = 'planned'
    RETURNING list_id)
UPDATE visit_lists SET version = version + 1 FROM gone WHERE id = gone.list_id RETURNING id
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
class Visit:
    """A stop with the part of the day for which it was planned."""

    stop: int
    household: int
    case: int
    kind: str
    state: str
    list: int
    list_state: str
    on_day: date
    part: str
    is_released: bool


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody wrote down, and when."""

    result: str
    note: str
    by: Actor
    key: str
    at: datetime
    agreed: NextStep | None = None
    part: str | None = None

    @property
    def today(self) -> date:
        """The day on which it is written down."""
        return self.at.astimezone(AMSTERDAM).date()


def record(  # noqa: PLR0913 - what one writes down at a door
    cursor: Cursor,
    stop: int,
    result: str,
    note: str,
    by: Actor,
    key: str,
    *,
    at: datetime | None = None,
    agreed: NextStep | None = None,
    part: str | None = None,
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
        agreed: What was agreed with whom one spoke: kind, day and part; its `why` does not matter.
        part: The part of the list's day on which they were there; that of the list, when absent.

    Raises:
        VisitError: No such stop or result, the list was not released, it was recorded before, or something is agreed
            with whom one did not speak.
        NotPossibleError: The note is too long; something is agreed that cannot be, or while no case is open any more.
    """
    if result not in RESULTS or not 0 < len(key) <= LONGEST_KEY or part not in {None, *PARTS_OF_DAY}:
        raise VisitError(f"the result must be one of {', '.join(RESULTS)}, with a key of 1 to {LONGEST_KEY}", "choice")
    if agreed is not None and result != "spoken":
        raise VisitError("something can be agreed only with whom one spoke", "agreed")
    form = Form(result, note, by, key, at or datetime.now(AMSTERDAM), agreed, part)
    visit, held, lists = held_visit(cursor, stop)
    if (before := answered(cursor, visit, form)) is not None:
        return before
    _require_open(cursor, visit)
    return _written(cursor, held, visit, form, lists)


def held_visit(cursor: Cursor, stop: int) -> tuple[Visit, Held, list[int]]:
    """This stop, with its household locked, its list, and any other on which that stands. Raises VisitError."""
    visit = _visit(cursor, stop)
    cursor.execute(_HOLD_LISTS, {"list": visit.list, "household": visit.household})
    lists = [number for (number,) in cursor]
    held = hold_household(cursor, visit.household)
    return _visit(cursor, stop), held, lists  # once more, now that nobody else changes it


def _visit(cursor: Cursor, stop: int) -> Visit:
    row = cursor.execute(_STOP, (stop,)).fetchone()
    if row is None:
        raise VisitError(f"there is no stop {stop}; `signals visits show LIST` names those of a list", "no-stop")
    return Visit(*row)


def answered(cursor: Cursor, visit: Visit, form: Form) -> Recorded | None:
    """The answer that this form got before. Raises VisitError when its key was used for something else."""
    row = cursor.execute("SELECT stop_id, result, answer FROM visit_results WHERE key = %s", (form.key,)).fetchone()
    if row is None:
        return None
    if row[:2] != (visit.stop, form.result):
        raise VisitError(f"the key was used for another result, of stop {row[0]}: use a key of its own", "key-used")
    return _from_answer(visit.stop, form.result, row[2])


def _require_open(cursor: Cursor, visit: Visit) -> None:
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


def _attempt(cursor: Cursor, visit: Visit, case: int, form: Form) -> int:
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
    if form.agreed is not None:
        promise_step(cursor, case, form.agreed, form.by, today=form.today)
    return number


def _when(visit: Visit, form: Form) -> tuple[date, str]:
    """The day and part of the day of the list; those that it is now, for a pair that went before."""
    part = form.part or visit.part
    if part_has_begun(part, visit.on_day, form.at):
        return visit.on_day, part
    return form.today, part_at(form.at.astimezone(AMSTERDAM).time())


def worked_case(cursor: Cursor, held: Held, visit: Visit, on_day: date) -> int | None:
    """The case of the visit, or, when that was closed, the household's latest at which there is something to do.

    None when there is no such case, or nothing of what is open was signalled by the day of the visit.
    """
    worked = held.worked_cases
    cursor.execute("SELECT FROM cases WHERE id = ANY(%s) AND least(received_on, earliest_on) <= %s", (worked, on_day))
    if not cursor.rowcount:
        return None
    return visit.case if visit.case in worked else worked[-1]


def _written(cursor: Cursor, held: Held, visit: Visit, form: Form, lists: Sequence[int]) -> Recorded:
    """The attempt and what else the result means, and the stop and its lists as they stand then."""
    worked, attempt = worked_case(cursor, held, visit, _when(visit, form)[0]), None
    case = (visit.case if visit.case in held.states else held.told_at) if worked is None else worked
    if worked is None:
        _kept(cursor, case, visit, form)
    else:
        attempt = _attempt(cursor, visit, worked, form)
    _follow(cursor, held, case, form)
    also: set[int] = set()  # a list on which the household came while its own was locked
    if form.result in _NO_MORE_VISITS:
        cursor.execute(_LEAVE_OUT, (form.result, held.household, visit.stop))
        also = {number for (number,) in cursor}
    cursor.execute("UPDATE visit_stops SET state = 'visited' WHERE id = %s", (visit.stop,))
    return written_down(cursor, visit, form, case, attempt, sorted(also.union(lists)))


def written_down(
    cursor: Cursor, visit: Visit, form: Form, case: int, attempt: int | None, lists: Sequence[int]
) -> Recorded:
    """The answer to this form, kept for when it comes again; lists on which nothing is planned any more are done."""
    step = next_steps_of(cursor, [visit.household]).get(visit.household)
    kept = (form.note.strip() or None) if attempt is None else None
    cursor.execute(
        """INSERT INTO visit_results (key, stop_id, result, by_id, by_name, attempt_id, note, answer)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            *(form.key, visit.stop, form.result, form.by.id, form.by.name, attempt, kept),
            Jsonb(_answer(case, step)),
        ),
    )
    end_empty(cursor, lists)
    return Recorded(visit.stop, case, form.result, step)


def _kept(cursor: Cursor, case: int, visit: Visit, form: Form) -> None:
    """No case takes an attempt any more: what was seen at the door is told where colleagues read of the household."""
    if form.agreed is not None:
        raise NotPossibleError(f"case {case} is closed: reopen it first, then agree on something", "not-open")
    if len(form.note) > NOTE_LENGTH:
        raise NotPossibleError(f"a note to a visit has at most {NOTE_LENGTH} characters", "text-length")
    on_day, part = _when(visit, form)
    note = f": {form.note.strip()}" if form.note.strip() else ""
    tell(cursor, case, form.by, "door-late", result=form.result, onDay=on_day.isoformat(), part=part, reason=note)


def _follow(cursor: Cursor, held: Held, case: int, form: Form) -> None:
    if form.result == "refused":
        tell(cursor, case, form.by, "door-refused")
    elif form.result == "unsafe":
        flag_unsafe(cursor, held.household, form.by)
    elif form.result == "moved":
        cursor.execute(_MOVED, (held.household, case))
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
