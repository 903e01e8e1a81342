"""What follows once letters are in the post, and when one comes back? (docs/decisions/0039)

Posted: each household has its contact attempt and its next step, by `work.sent.letters_sent`, so a reminder is due when
nobody answers in time; where a visit was announced, that is next. Returned: the attempt stays, nobody was reached, and
the case goes to the review queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.age import require_timely
from signals.outreach.letters.announcements import OFF
from signals.outreach.letters.codes import RETURN_REASONS
from signals.outreach.letters.runs import (
    SENT,
    LetterRunError,
    Run,
    TakenOut,
    fallen_out,
    letters_of_run,
    lock,
    lock_run,
    run_of,
    take_out,
)
from signals.outreach.work.attempts import end_steps, next_steps_of, set_steps
from signals.outreach.work.sent import letters_sent
from signals.outreach.work.steps import ANNOUNCED, NextStep
from signals.store.audit import note_cases
from signals.store.ledger import HistoryRow, add_history

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from signals.outreach.letters.runs import RunLetter
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

RETURNED: Final = "returned"
_SETTLES: Final = frozenset({"closed", "held", "returned", "moved", "step-promised", "answered", OFF})
"""What came in there since, by which the next step was found or ended: a letter of before changes nothing of it."""
_ATTEMPTS: Final = """
SELECT household_id, max(id) FROM contact_attempts
WHERE household_id = ANY(%s) AND kind = 'letter' AND undone_at IS NULL AND at >= %s GROUP BY household_id
"""
_POST: Final = """
UPDATE letters SET state = 'posted', attempt_id = made.attempt
FROM unnest(%s::bigint[], %s::bigint[]) AS made(home, attempt)
WHERE run_id = %s AND household_id = made.home AND state = 'released'
"""
_FOLLOWED: Final = """
UPDATE letters SET more = false WHERE household_id = ANY(%s) AND more AND state = 'posted' AND run_id <> %s
"""
_POSTED: Final = "UPDATE letter_runs SET posted_at = now(), posted_on = %s, posted_by = %s WHERE id = %s"
_LETTER: Final = """
SELECT household_id, case_id, letters.state, returned_reason, municipality
FROM letters JOIN letter_runs ON letter_runs.id = run_id WHERE letters.id = %s
"""
_RETURN: Final = """
UPDATE letters SET returned_at = now(), returned_reason = %s, returned_by = %s WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a run that was posted: the numbers of its letters, and those that were taken out before."""

    run: Run
    letters: tuple[int, ...]
    taken_out: tuple[TakenOut, ...]
    already: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter that came back, and why; `already`: it was recorded so before."""

    letter: int
    case: int
    household: int
    reason: str
    already: bool = False


def mark_posted(cursor: Cursor, number: int, on_day: date, actor: Actor, *, today: date) -> Posted:
    """Write down that the letters of a run were posted on that day; a second time changes nothing.

    What must not go out any more is taken out first: that letter is to be taken out of the pile. Where it was posted
    days ago and fell out since, it is in the letterbox: it counts as posted, and the household stays as it stands now.
    Where somebody wrote the letter down since, that is its contact attempt. Writes the audit lines "attempt" and
    "take-out-letter" itself.

    Raises:
        LetterRunError: there is no such run, its files were not written, or the day cannot be; RunTooOldError: posted
            on that day its letters leave too little time to answer.
    """
    run = lock_run(cursor, number)
    if run.posted_at is not None:
        there = tuple(one.id for one in letters_of_run(cursor, number) if one.state == "posted")
        return Posted(run, there, (), already=True)
    _check(run, on_day, today)
    require_timely(cursor, run, on_day)
    stopped, later = fallen_out(cursor, number, on_day)
    gone = [one for one in stopped if one.code != SENT]
    take_out(cursor, run, gone, actor)
    letters = [one for one in letters_of_run(cursor, number) if one.state == "released"]
    by_hand = {one.letter for one in stopped if one.code == SENT}
    going = [one for one in letters if one.id not in by_hand]
    _attempt(cursor, run, going, {one.letter: one.code for one in later}, on_day, actor, today)
    _post(cursor, run, letters)
    cursor.execute(_POSTED, (on_day, actor.name, number))
    return Posted(run_of(cursor, number), tuple(one.id for one in letters), tuple(gone))


def _check(run: Run, on_day: date, today: date) -> None:
    if run.written_at is None:
        raise LetterRunError(
            f"the files of letter run {run.id} were not written, so nothing can be posted: "
            f"`signals letters run --out DIR` writes them"
        )
    if not run.on_day <= on_day <= today:
        raise LetterRunError(
            f"the letters of run {run.id} bear the day {run.on_day}: they were posted on that day or after it, "
            f"and not after today"
        )


def _attempt(
    cursor: Cursor,
    run: Run,
    letters: Sequence[RunLetter],
    later: Mapping[int, str],
    on_day: date,
    actor: Actor,
    today: date,
) -> None:
    """The contact attempts, and what comes next: an answer to the letter, or the visit that it announces.

    `later`: by letter what came in after it was posted; how it goes on there was found by that already.
    """
    cases = [one.case for one in letters]
    ended = {one.id for one in letters if later.get(one.id) in _SETTLES}
    settled = {one.case for one in letters if one.id in ended or one.visit is not None}
    here = {run.municipality}
    letters_sent(cursor, cases, on_day, actor, municipalities=here, today=today, looked_at=cases, settled=settled)
    _announce(cursor, [one for one in letters if one.id not in ended], actor)


def _announce(cursor: Cursor, letters: Sequence[RunLetter], actor: Actor) -> None:
    """The visits that these letters announce are next, but where something was agreed with the resident.

    Also one of a day that is over, and that nobody made: it is to be planned anew.
    """
    visits = {one.household: (one.case, one.visit) for one in letters if one.visit is not None}
    agreed = {home for home, step in next_steps_of(cursor, visits).items() if step.why == "promised"}
    steps = {
        home: NextStep("home-visit", visit.day, visit.part, ANNOUNCED)
        for home, (_, visit) in visits.items()
        if home not in agreed
    }
    set_steps(cursor, steps)
    lines = [
        HistoryRow(case, actor.name, "visit-announced", {"onDay": visit.day.isoformat(), "part": visit.part})
        for case, visit in visits.values()
    ]
    add_history(cursor, lines)


def _post(cursor: Cursor, run: Run, letters: Sequence[RunLetter]) -> None:
    homes = [one.household for one in letters]
    answerable = [one.household for one in letters if one.visit is None]
    made = cursor.execute(_ATTEMPTS, (homes, run.at)).fetchall()
    cursor.execute(_POST, ([home for home, _ in made], [attempt for _, attempt in made], run.id))
    cursor.execute(_FOLLOWED, (answerable, run.id))


def record_returned(
    cursor: Cursor,
    letter: int,
    reason: str,
    actor: Actor,
    *,
    today: date,
    municipalities: Collection[str] | None = None,
) -> Returned:
    """A posted letter came back: its case stands in the review queue; a second time changes nothing.

    Nobody was reached by it, so the attempt stays as it is. Writes the audit line "letter-returned" itself.

    Raises:
        LetterRunError: there is no such letter, it was not posted, or it came back for another reason.
    """
    household, case, before = _posted_letter(cursor, letter, municipalities)
    if reason not in RETURN_REASONS:
        raise LetterRunError(f"why it came back must be one of {', '.join(RETURN_REASONS)}")
    if before == reason:
        return Returned(letter, case, household, reason, already=True)
    if before is not None:
        raise LetterRunError(f"letter {letter} was recorded as returned already: {before}")
    cursor.execute(_RETURN, (reason, actor.name, letter))
    cursor.execute("UPDATE cases SET letter_fault = %s WHERE id = %s AND state = 'open'", (RETURNED, case))
    add_history(cursor, [HistoryRow(case, actor.name, "letter-returned", {"letter": str(letter), "returned": reason})])
    step = next_steps_of(cursor, [household]).get(household)
    if step is not None and step.why == "no-answer":  # no answer is to be waited for
        end_steps(cursor, [household], today)
    note_cases(cursor, actor.id, "letter-returned", [case], {"returned": reason})
    return Returned(letter, case, household, reason)


def _posted_letter(cursor: Cursor, letter: int, municipalities: Collection[str] | None) -> tuple[int, int, str | None]:
    """Household and case of a posted letter, locked, and why it came back before."""
    found = cursor.execute(_LETTER, (letter,)).fetchone()
    if found is None or (municipalities is not None and found[4] not in municipalities):
        raise LetterRunError(f"there is no letter {letter}: its number is the name of its file, and in the manifest")
    lock(cursor, [found[0]])
    household, case, state, before, _ = cursor.execute(_LETTER, (letter,)).fetchone() or found
    if state != "posted":
        raise LetterRunError(f"letter {letter} was not posted, so it cannot have come back: its state is {state}")
    return household, case, before
