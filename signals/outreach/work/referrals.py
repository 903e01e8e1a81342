"""To whom was a resident referred, and what came of it? And what did colleagues note?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.moments import AMSTERDAM
from signals.outreach.release import take_up_by_hand
from signals.outreach.work.help import settle_help
from signals.outreach.work.hold import hold_case, need_text, tell
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.teams import policy_today

if TYPE_CHECKING:
    from datetime import date, datetime

    from signals.store.database import Cursor

RESULTS: Final = ("started", "no-show", "declined", "not-suitable", "mistaken")
"""What can come of a referral: help began, never came, did not want it, not the right place, was a mistake."""


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral to `target` (a key of the policy's `[[referral]]`); `result` is one of RESULTS, or None as yet."""

    id: int
    household: int
    case: int
    target: str
    target_name: str
    by: Actor
    at: datetime
    result: str | None
    result_at: datetime | None
    result_by: str | None  # a name


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a colleague."""

    id: int
    case: int
    text: str
    by: Actor
    at: datetime
    undone_at: datetime | None
    undone_by: str | None  # a name

    def may_undo(self, actor: Actor, *, team_lead: bool, today: date) -> bool:
        """Whether `actor` may strike it out: its author or a team lead, on the day it was written."""
        mine = team_lead or self.by.id == actor.id
        return mine and self.undone_at is None and self.at.astimezone(AMSTERDAM).date() == today


def refer(cursor: Cursor, case: int, target: str, actor: Actor, seen: int | None = None) -> int:
    """Refer to a target of the policy; the referral's id. A case that still waits is thereby taken up.

    Raises StaleError, NotPossibleError.
    """
    held = hold_case(cursor, case, seen)
    held.need_worked(case)
    names = {one.key: one.name for one in policy_today(cursor, held.municipality).targets}
    if target not in names:
        raise NotPossibleError(f"referral to {target}: the policy has no such target", "no-target")
    take_up_by_hand(cursor, held.household, actor=actor.id, name=actor.name)
    cursor.execute(
        """INSERT INTO referrals (household_id, case_id, target, target_name, by_id, by_name)
        VALUES (%s, %s, %s, %s, %s, %s) RETURNING id""",
        (held.household, case, target, names[target], actor.id, actor.name),
    )
    (number,) = cursor.fetchone() or (0,)
    tell(cursor, case, actor, "referred", target=names[target])
    settle_help(cursor, held.household)
    return int(number)


def refer_result(cursor: Cursor, referral: int, result: str, actor: Actor, seen: int | None = None) -> None:
    """Write down what came of it, one of RESULTS; a later word replaces an earlier one that its writer has `seen`.

    Raises StaleError, NotPossibleError.
    """
    if result not in RESULTS:
        raise NotPossibleError(f"the result must be one of {', '.join(RESULTS)}", "choice")
    case = _case_of(cursor, "referrals", referral)
    held = hold_case(cursor, case, seen)
    cursor.execute(
        "UPDATE referrals SET result = %s, result_at = now(), result_by = %s WHERE id = %s RETURNING target_name",
        (result, actor.name, referral),
    )
    (target,) = cursor.fetchone() or ("",)
    tell(cursor, case, actor, "referral-result", target=target, result=result)
    settle_help(cursor, held.household)


def _case_of(cursor: Cursor, table: str, number: int) -> int:
    cursor.execute(f"SELECT case_id FROM {table} WHERE id = %s", (number,))  # noqa: S608 - one of our two tables
    found = cursor.fetchone()
    if found is None:
        raise NotPossibleError(f"{table} {number}: there is no such row", "not-here")
    return int(found[0])


def add_note(cursor: Cursor, case: int, text: str, actor: Actor, seen: int | None = None) -> int:
    """Add a note, at any time: it changes nothing else; its id.

    Raises NotPossibleError when empty or too long, and when `actor` wrote just this after history line `seen` (a form
    that was sent twice).
    """
    text = need_text(text, "the note", NOTE_LENGTH)
    held = hold_case(cursor, case)
    if seen is not None and _is_there(cursor, held.household, text, actor, seen):
        raise NotPossibleError("this note is there already: its form was sent twice", "note-there")
    cursor.execute(
        "INSERT INTO notes (household_id, case_id, text, by_id, by_name) VALUES (%s, %s, %s, %s, %s) RETURNING id",
        (held.household, case, text, actor.id, actor.name),
    )
    (number,) = cursor.fetchone() or (0,)
    tell(cursor, case, actor, "note", note=number)
    return int(number)


def _is_there(cursor: Cursor, household: int, text: str, actor: Actor, seen: int) -> bool:
    """Whether this colleague wrote this note in the last hours, and not yet on the page from which it comes now."""
    cursor.execute(
        """SELECT FROM notes WHERE household_id = %s AND by_id = %s AND text = %s AND undone_at IS NULL
            AND at > now() - interval '12 hours' AND EXISTS (SELECT FROM case_history AS told
                WHERE told.case_id = notes.case_id AND told.id > %s AND told.kind = 'note'
                AND told.detail ->> 'note' = notes.id::text)""",
        (household, actor.id, text, seen),
    )
    return cursor.rowcount > 0


def undo_note(cursor: Cursor, note: int, actor: Actor, *, team_lead: bool, today: date) -> None:
    """Mark a note as a mistake: it stays, struck out. Only by its author or a team lead, on the same day.

    Raises NotPossibleError.
    """
    case = _case_of(cursor, "notes", note)
    hold_case(cursor, case)
    (written,) = _notes(cursor, "id = %s", note)
    if not written.may_undo(actor, team_lead=team_lead, today=today):
        raise NotPossibleError(
            "only its author or a team lead can strike out a note, once, on the same day", "not-yours"
        )
    cursor.execute("UPDATE notes SET undone_at = now(), undone_by = %s WHERE id = %s", (actor.name, note))
    tell(cursor, case, actor, "note-undone", note=note)


def referrals_of(cursor: Cursor, household: int) -> list[Referral]:
    """All referrals of a household, oldest first."""
    cursor.execute(
        """SELECT id, household_id, case_id, target, target_name, by_id, by_name, at, result, result_at, result_by
        FROM referrals WHERE household_id = %s ORDER BY id""",
        (household,),
    )
    return [
        Referral(number, household_id, case, target, name, Actor(by_id, by_name), at, result, result_at, result_by)
        for number, household_id, case, target, name, by_id, by_name, at, result, result_at, result_by in cursor
    ]


def notes_of(cursor: Cursor, household: int) -> list[Note]:
    """All notes on a household, oldest first, those struck out included."""
    return _notes(cursor, "household_id = %s", household)


def _notes(cursor: Cursor, which: str, number: int) -> list[Note]:
    cursor.execute(
        f"""SELECT id, case_id, text, by_id, by_name, at, undone_at, undone_by
        FROM notes WHERE {which} ORDER BY id""",  # noqa: S608 - our own text
        (number,),
    )
    return [
        Note(number, case, text, Actor(by_id, by_name), at, undone_at, undone_by)
        for number, case, text, by_id, by_name, at, undone_at, undone_by in cursor
    ]
