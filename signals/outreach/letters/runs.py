"""Which letters were released together, and how far are they? The acts on a run (docs/decisions/0039).

A run begins when a person releases it: whom each letter is to and what it says are written down then, in one
transaction, before any file is made. Until it is posted a letter is taken out when its case no longer asks for it;
what was posted stays. The households are locked first, as by every act (`work.hold`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError
from signals.outreach.letters.addressees import DIED, writable_at
from signals.outreach.letters.announcements import announcements_in_run, visits_to_announce
from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.candidates import candidates, standing_in_run
from signals.outreach.letters.choosing import preview
from signals.outreach.letters.letter import Announced, Letter
from signals.outreach.letters.sender import Sender
from signals.outreach.letters.since import came_after, end_of
from signals.outreach.letters.typeset import texts_version
from signals.outreach.work.teams import policy_today
from signals.store.audit import note_cases
from signals.store.ledger import HistoryRow, add_history
from signals.store.sets import as_json, next_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from signals.outreach.letters.addressees import Addressee
    from signals.outreach.letters.choosing import Going, Preview, RunWish
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

CANCELLED: Final = "cancelled"
SENT: Final = "sent"
_RUN_COLUMNS: Final = """id, municipality, on_day, sender, texts_version, by_id, by_name, at, written_at, posted_at,
    posted_on, posted_by"""
_BEGIN: Final = """
INSERT INTO letter_runs (municipality, on_day, sender, texts_version, by_id, by_name)
VALUES (%(municipality)s, %(on_day)s, %(sender)s, %(version)s, %(by_id)s, %(by_name)s) RETURNING id
"""
_ADD: Final = """
INSERT INTO letters (id, run_id, household_id, case_id, person_id, partners, kind, on_day, contents, more, stop_id,
    state)
OVERRIDING SYSTEM VALUE
SELECT id, %(run)s, household_id, case_id, person_id, partners, kind, %(on_day)s, contents, more, stop_id, 'released'
FROM json_to_recordset(%(rows)s::json) AS row(id bigint, household_id bigint, case_id bigint, person_id bigint,
    partners text[], kind text, contents jsonb, more boolean, stop_id bigint)
"""
_LETTERS: Final = """
SELECT letters.id, household_id, case_id, person_id, partners, kind, contents, state, code, pages, sheets, sha256,
    postcode, number, suffix, stop_id
FROM letters JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
WHERE run_id = %s ORDER BY postcode, number, suffix, letters.id
"""
_TAKE_OUT: Final = """
UPDATE letters SET state = 'taken-out', code = gone.code
FROM unnest(%(letters)s::bigint[], %(codes)s::text[]) AS gone(id, code)
WHERE letters.id = gone.id AND state = 'released'
"""
# A fault that stays as it was is told once.
_FAULTS: Final = """
UPDATE cases SET letter_fault = found.code FROM unnest(%(cases)s::bigint[], %(codes)s::text[]) AS found(id, code)
WHERE cases.id = found.id AND cases.state = 'open' AND cases.letter_fault IS DISTINCT FROM found.code
RETURNING cases.id, found.code
"""
_MENDED: Final = "UPDATE cases SET letter_fault = NULL WHERE id = ANY(%s) AND letter_fault IS NOT NULL"


class LetterRunError(SignalsError):
    """This cannot be done with the run as it stands; nothing was changed. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of letters: of whom, on which day, who released it, and how far it is."""

    id: int
    municipality: str
    on_day: date
    sender: dict[str, Any]
    texts_version: str
    by_id: str
    by_name: str
    at: datetime
    written_at: datetime | None
    posted_at: datetime | None
    posted_on: date | None
    posted_by: str | None


@dataclass(frozen=True, slots=True)
class RunLetter:
    """A letter of a run as it is stored, and where it goes; `state` is "released", "posted" or "taken-out".

    `stop`: of an announced visit, its stop on the visiting list.
    """

    id: int
    household: int
    case: int
    person: int
    partners: list[str]
    kind: str
    contents: dict[str, Any]
    state: str
    code: str | None
    pages: int | None
    sheets: int | None
    sha256: str | None
    postcode: str
    number: int
    suffix: str
    stop: int | None

    @property
    def visit(self) -> Announced | None:
        """The visit that it announces."""
        said = self.contents.get("visit")
        return None if said is None else msgspec.convert(said, Announced)

    def letter(self, sender: Sender) -> Letter:
        """What is printed, as it was written down when the run was released."""
        said = self.contents
        return Letter(
            number=str(self.id),
            kind=self.kind,
            language=said["language"],
            block=AddressBlock(**said["block"]),
            salutation=said["salutation"],
            partners=tuple(said["partners"]),
            date=date.fromisoformat(said["date"]),
            answer_by=date.fromisoformat(said["answer_by"]),
            sender=sender,
            visit=self.visit,
        )


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A letter that does not go out any more, and why."""

    letter: int
    case: int
    household: int
    code: str


def release_letter_run(
    cursor: Cursor, wish: RunWish, actor: Actor, folder: Path | None = None
) -> tuple[int | None, Preview]:
    """Release what `preview` would show now: the number of the run (None: nothing goes out), and what it holds.

    What cannot be printed is told in the history of its case, which stands in the review queue until it can. Writes the
    audit lines "release-letters" itself. `folder` as in `typeset`.
    """
    found = candidates(cursor, wish.municipality, wish.today, wish.cases)
    visits = visits_to_announce(
        cursor, wish.municipality, wish.today, policy_today(cursor, wish.municipality), wish.cases
    )
    lock(cursor, {one.household for one in found} | visits.keys())
    shown = preview(cursor, wish)
    _tell_faults(cursor, shown.faults, actor.name)
    if not shown.going:
        return None, shown
    sender = shown.going[0].letter.sender
    cursor.execute(
        _BEGIN,
        {
            "municipality": wish.municipality,
            "on_day": wish.today,
            "sender": Jsonb(msgspec.to_builtins(sender)),
            "version": texts_version(sender, folder),
            "by_id": actor.id,
            "by_name": actor.name,
        },
    )
    (run,) = cursor.fetchone() or (0,)
    _add(cursor, run, wish, shown.going)
    _leave_out(cursor, run, shown)
    well = [one.case for one in shown.going if one.case not in shown.faults]
    cursor.execute(_MENDED, (well,))
    note_cases(cursor, actor.id, "release-letters", [one.case for one in shown.going], {"run": run})
    return run, shown


def lock(cursor: Cursor, households: Collection[int]) -> None:
    """Lock these households, in the order of every act."""
    cursor.execute("SELECT FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (sorted(households),))


def _add(cursor: Cursor, run: int, wish: RunWish, going: Sequence[Going]) -> None:
    numbers = next_ids(cursor, "letters", len(going))
    rows = [_row(number, one) for number, one in zip(numbers, going, strict=True)]
    cursor.execute(_ADD, {"run": run, "on_day": wish.today, "rows": as_json(rows)})


def _row(number: int, one: Going) -> dict[str, Any]:
    contents = msgspec.to_builtins(one.letter)
    for elsewhere in ("sender", "number", "kind", *(() if one.letter.visit else ("visit",))):
        del contents[elsewhere]
    return {
        "id": number,
        "household_id": one.household,
        "case_id": one.case,
        "person_id": one.to.number,
        "partners": one.to.partners,
        "kind": one.letter.kind,
        "contents": contents,
        "more": one.more,
        "stop_id": one.stop,
    }


def _leave_out(cursor: Cursor, run: int, shown: Preview) -> None:
    cursor.execute(
        """INSERT INTO letters_left_out (run_id, case_id, code)
        SELECT %s, row.case_id, row.code FROM json_to_recordset(%s::json) AS row(case_id bigint, code text)
            JOIN cases ON cases.id = row.case_id""",
        (run, as_json([{"case_id": one.case, "code": one.code} for one in shown.left_out])),
    )


def _tell_faults(cursor: Cursor, faults: Mapping[int, str], name: str) -> None:
    """These cases stand in review: no letter can be made of them as it should be."""
    cursor.execute(_FAULTS, {"cases": list(faults), "codes": list(faults.values())})
    add_history(cursor, [HistoryRow(case, name, "letter-fault", {"code": code}) for case, code in cursor.fetchall()])


def run_of(cursor: Cursor, number: int, municipalities: Collection[str] | None = None) -> Run:
    """The run of this number. Raises LetterRunError: there is none, or it is not of these municipalities."""
    found = _runs(cursor, "id = %(run)s", {"run": number})
    if not found or (municipalities is not None and found[0].municipality not in municipalities):
        raise LetterRunError(f"there is no letter run {number}; `signals letters preview` shows what could go out")
    return found[0]


def open_runs(cursor: Cursor, municipality: str | None = None) -> list[Run]:
    """The runs that hold a letter and are not posted yet, the oldest first."""
    return _runs(
        cursor,
        """posted_at IS NULL AND (%(here)s::text IS NULL OR municipality = %(here)s)
        AND EXISTS (SELECT FROM letters WHERE run_id = letter_runs.id AND state = 'released')""",
        {"here": municipality},
    )


def last_posted(cursor: Cursor, municipality: str | None = None) -> Run | None:
    """The run that was posted last, if there is one."""
    which = "posted_at IS NOT NULL AND (%(here)s::text IS NULL OR municipality = %(here)s)"
    return max(_runs(cursor, which, {"here": municipality}), key=lambda run: run.id, default=None)


def _runs(cursor: Cursor, which: str, asked: dict[str, Any]) -> list[Run]:
    with cursor.connection.cursor(row_factory=class_row(Run)) as reading:
        return reading.execute(f"SELECT {_RUN_COLUMNS} FROM letter_runs WHERE {which} ORDER BY id", asked).fetchall()  # noqa: S608 - our own texts


def letters_of_run(cursor: Cursor, run: int) -> list[RunLetter]:
    """All letters of the run, also those taken out, by postcode, number and suffix."""
    return [RunLetter(*row) for row in cursor.execute(_LETTERS, (run,)).fetchall()]


def left_out_of(cursor: Cursor, run: int) -> list[tuple[int, str]]:
    """The cases without a letter in this run, by number, and why: left out at the release, or taken out since."""
    cursor.execute(
        """SELECT case_id, code FROM letters_left_out WHERE run_id = %(run)s
        UNION SELECT case_id, code FROM letters WHERE run_id = %(run)s AND state = 'taken-out' ORDER BY 1, 2""",
        {"run": run},
    )
    return cursor.fetchall()


def lock_run(cursor: Cursor, number: int) -> Run:
    """The run, and its households, locked. Raises LetterRunError."""
    run = run_of(cursor, number)
    cursor.execute("SELECT household_id FROM letters WHERE run_id = %s AND state = 'released'", (number,))
    lock(cursor, {home for (home,) in cursor.fetchall()})
    cursor.execute("SELECT FROM letter_runs WHERE id = %s FOR UPDATE", (run.id,))
    return run_of(cursor, number)


def to_take_out(cursor: Cursor, run: int, posted_on: date | None = None) -> list[TakenOut]:
    """The letters of a run that is not posted which must not go out any more, and why. Reading only.

    `posted_on`: as it was at the end of that day, for letters that were posted then and are written down later. What
    came in since is no reason to take a letter out of the pile, which is in the letterbox: a page that asks somebody
    to look for it asks this with the day that was typed.
    """
    return fallen_out(cursor, run, posted_on)[0]


def fallen_out(cursor: Cursor, run: int, posted_on: date | None = None) -> tuple[list[TakenOut], list[TakenOut]]:
    """What must not go out any more (as `to_take_out`), and what fell out only after the letters were posted."""
    today = datetime.now(AMSTERDAM).date()
    there = {one.id: one for one in letters_of_run(cursor, run) if one.state == "released"}
    standing = standing_in_run(cursor, run)
    by_hand = {one.letter for one in standing if one.sent}
    codes = {one.letter: one.hindrance for one in standing} | _of_visits(cursor, run, posted_on or today)
    _ask_to_whom(cursor, [one for one in there.values() if codes[one.id] is None and one.id not in by_hand], codes)
    found = [TakenOut(key, there[key].case, there[key].household, code) for key, code in codes.items() if code]
    later: frozenset[int] = frozenset()
    if posted_on is not None and posted_on < today:
        later = came_after(cursor, run, {one.household: one.code for one in found}, posted_on)
    gone = [one for one in found if one.household not in later]
    sent = sorted(by_hand - {one.letter for one in gone})
    gone += [TakenOut(key, there[key].case, there[key].household, SENT) for key in sent]
    return gone, [one for one in found if one.household in later]


def _of_visits(cursor: Cursor, run: int, on_day: date) -> dict[int, str | None]:
    """What stands in the way of each letter of the run that announces a visit, if it were posted on that day."""
    policy = policy_today(cursor, run_of(cursor, run).municipality)
    return dict(announcements_in_run(cursor, run, on_day, policy, end_of(on_day)))


def _ask_to_whom(cursor: Cursor, asking: Sequence[RunLetter], codes: dict[int, str | None]) -> None:
    """Set the code of each of these letters that would be to somebody else by now, or name other partners."""
    writable = writable_at(cursor, {one.household for one in asking}) if asking else {}
    for one in asking:
        at, known = writable[one.household], {to.number: to for to in writable[one.household].addressees}
        if one.person not in known:
            codes[one.id] = DIED if at.fault == DIED or one.person in at.dead else "withdrawn"
        elif _names_others(one, known[one.person]):
            codes[one.id] = "changed"


def _names_others(one: RunLetter, to: Addressee) -> bool:
    """Whether the letter would be of other signals by now, or name other partners: also by a decision of who is who."""
    return sorted(one.partners) != sorted(to.partners) or list(one.contents["partners"]) != list(to.named)


def take_out(cursor: Cursor, run: Run, gone: Sequence[TakenOut], actor: Actor) -> None:
    """Take these letters out of the (locked) run; the history of each case says so."""
    if not gone:
        return
    cursor.execute(_TAKE_OUT, {"letters": [one.letter for one in gone], "codes": [one.code for one in gone]})
    lines = [
        HistoryRow(one.case, actor.name, "letter-taken-out", {"letter": str(one.letter), "code": one.code})
        for one in gone
    ]
    add_history(cursor, lines)
    _tell_faults(cursor, {one.case: DIED for one in gone if one.code == DIED}, actor.name)
    note_cases(cursor, actor.id, "take-out-letter", [one.case for one in gone], {"run": run.id})


def cancel_run(cursor: Cursor, number: int, actor: Actor) -> list[TakenOut]:
    """Take every letter out of a run that is not posted; what is due can be released anew. Raises LetterRunError."""
    run = lock_run(cursor, number)
    if run.posted_at is not None:
        raise LetterRunError(f"letter run {number} is posted: its letters are on their way")
    there = [one for one in letters_of_run(cursor, number) if one.state == "released"]
    gone = [TakenOut(one.id, one.case, one.household, CANCELLED) for one in there]
    take_out(cursor, run, gone, actor)
    return gone


def sender_of(run: Run) -> Sender:
    """Who sends the letters of this run, as it was when it was released."""
    return msgspec.convert(run.sender, Sender)
