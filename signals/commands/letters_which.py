"""Which letters, of which municipality, and which run does a command of `letters` mean?

What is not said is found where only one thing can be meant; else the text says what to name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from signals.commands.cases import numbers_of
from signals.commands.connection import actor
from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError, WrongUseError
from signals.outreach.letters.choosing import LeftOut, RunWish, preview
from signals.outreach.letters.letter import LANGUAGES
from signals.outreach.letters.runs import (
    last_posted,
    letters_of_run,
    open_runs,
    release_letter_run,
    run_of,
    to_take_out,
)
from signals.outreach.letters.typeset import try_set
from signals.outreach.queues import policy_book
from signals.outreach.work.people import Actor
from signals.outreach.work.runs import FallenOutError, RunScope, release_letters, run_preview

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from signals.outreach.letters.choosing import Preview
    from signals.outreach.letters.runs import Run
    from signals.outreach.work.runs import Fallen
    from signals.store.database import Cursor

NOT_LET_GO: Final = {
    "held": "a death was reported there: look at it first",
    "visit-waits": "a visit goes first there",
    "claimed": "a colleague has it in hand",
    "step-promised": "something is agreed with the resident",
    "other-team": "it is another team's",
    "gone": "no letter waits there",
}
"""Why a case that was named cannot be let go as a letter (`work.runs.REASONS`)."""
# Where something of letters is to be done: let go, or waiting for it.
_WHERE: Final = """
SELECT DISTINCT municipality FROM cases WHERE state = 'open' AND route = 'letter'
    AND (waiting OR (released_how = 'release' AND released_route = 'letter')) ORDER BY municipality
"""


def today() -> date:
    """The day that it is in Amsterdam."""
    return datetime.now(AMSTERDAM).date()


def who_acts() -> Actor:
    """Who gives the command, for the logs."""
    return Actor(actor(), actor())


def chosen_cases(cases: Sequence[str] | None, language: str) -> frozenset[int] | None:
    """The cases that are named. Raises WrongUseError, also for a language that is none."""
    if language not in LANGUAGES:
        raise WrongUseError(f"--language must be one of {', '.join(LANGUAGES)}")
    return frozenset(numbers_of(cases)) if cases else None


def wish_of(cursor: Cursor, chosen: frozenset[int] | None, municipality: str | None, language: str) -> RunWish:
    """What is asked for. Raises WrongUseError: of which municipality is not clear."""
    return RunWish(_municipality(cursor, municipality, chosen), today(), chosen, language)


def _municipality(cursor: Cursor, municipality: str | None, cases: frozenset[int] | None = None) -> str:
    """Of which municipality the run is: the one that is named, that of the cases, or the only one with letters."""
    known = policy_book(cursor).municipalities
    if municipality is not None and municipality not in known:
        raise WrongUseError(
            f"--municipality {municipality}: there is no policy for it; `signals policy list` shows all"
        )
    if municipality is not None:
        return municipality
    if cases:
        cursor.execute("SELECT DISTINCT municipality FROM cases WHERE id = ANY(%s) ORDER BY 1", (sorted(cases),))
    else:
        cursor.execute(_WHERE)
    found = [name for (name,) in cursor.fetchall()] or sorted(known)[:1]
    if len(found) != 1:
        which = f"; there are letters in {', '.join(found)}" if found else ", after `signals policy load`"
        raise WrongUseError(f"a letter run is of one municipality: name it with --municipality{which}")
    return found[0]


def with_open_runs(cursor: Cursor, shown: Preview) -> Preview:
    """The preview, which also says what falls out of the runs that are not posted."""
    wanted = shown.wish.cases
    gone = {
        one.case: LeftOut(one.case, one.household, one.code)
        for run in open_runs(cursor, shown.wish.municipality)
        for one in to_take_out(cursor, run.id)
        if wanted is None or one.case in wanted
    }
    left = {one.case: one for one in shown.left_out} | gone
    return replace(shown, left_out=tuple(left[case] for case in sorted(left)))


def let_go(cursor: Cursor, wish: RunWish, who: Actor, *, everything: bool) -> None:
    """Let go what waits of the named cases, all or none of them, or all that waits and needs no look first.

    Raises SignalsError: one that is named cannot be let go as a letter; it says which, why, and what to do.
    """
    scope = RunScope({wish.municipality}, who.id, wish.today)
    cursor.execute(
        "SELECT id FROM cases WHERE id = ANY(%s) AND municipality = %s AND state = 'open' AND waiting",
        (sorted(wish.cases or ()), wish.municipality),
    )
    chosen = {case for (case,) in cursor.fetchall()}
    if everything and wish.cases is None:
        chosen = {letter.cases[0] for letter in run_preview(cursor, scope).letters if not letter.look_first}
    if not chosen:
        return
    try:
        release_letters(cursor, scope, chosen, who)
    except FallenOutError as fallen:
        raise SignalsError(_not_let_go(cursor, fallen.fallen)) from fallen


def preview_let_go(cursor: Cursor, wish: RunWish) -> Preview:
    """What would go out if what waits were let go first, as a release does; nothing of that stays.

    Raises SignalsError, as `let_go`.
    """
    with cursor.connection.transaction(force_rollback=True):
        let_go(cursor, wish, who_acts(), everything=True)
        return preview(cursor, wish)


def _not_let_go(cursor: Cursor, fallen: Collection[Fallen]) -> str:
    """Which of the named cases stand in the way, and what to do."""
    cursor.execute("SELECT id FROM cases WHERE id = ANY(%s) AND route = 'home-visit'", ([one.case for one in fallen],))
    to_visit = {case for (case,) in cursor.fetchall()}
    told = [
        f"case {one.case}: it is to be visited; `signals release {one.case}` lets the visit go, and on its page one "
        f"can choose the route letter"
        if one.case in to_visit
        else f"case {one.case}: {NOT_LET_GO[one.reason]}"
        for one in fallen
    ]
    return "\n  - ".join(["nothing was released; leave these out or mend them first:", *told])


def run_to_post(cursor: Cursor, municipality: str | None) -> int:
    """The open run; where none is open, the one that was posted last: then nothing is left to do."""
    last = None if open_runs(cursor, municipality) else last_posted(cursor, municipality)
    return _only_open(cursor, municipality).id if last is None else last.id


def _only_open(cursor: Cursor, municipality: str | None) -> Run:
    """The one run that is released and not posted. Raises SignalsError: there is none, WrongUseError: several."""
    found = open_runs(cursor, municipality)
    if not found:
        raise SignalsError("no letter run is open: `signals letters release` makes one of what was let go")
    if len(found) > 1:
        numbers = ", ".join(f"{one.id} ({one.municipality}, {one.on_day})" for one in found)
        raise WrongUseError(f"several letter runs are open: name one of {numbers}")
    return found[0]


def run_to_write(cursor: Cursor, municipality: str | None, sets: Path | None) -> int:
    """The open run, or a new one of what was let go."""
    if open_runs(cursor, municipality):
        return _only_open(cursor, municipality).id
    made, _ = release_run(cursor, wish_of(cursor, None, municipality, "nl"), who_acts(), sets)
    if made is None:
        raise SignalsError("there is nothing to write: no letter was let go that is not sent, or none can be made")
    return made


def release_run(cursor: Cursor, wish: RunWish, who: Actor, sets: Path | None) -> tuple[int | None, Preview]:
    """`release_letter_run`; nothing is released that cannot be printed. Raises WrongUseError, of the letter set."""
    run, shown = release_letter_run(cursor, wish, who, sets)
    if shown.going:
        try_set(shown.going[0].letter.sender, sorted(shown.kinds), wish.language, sets)
    return run, shown


def letters_in(cursor: Cursor, run: int) -> int:
    """How many letters of the run go out. Raises LetterRunError: there is no such run."""
    return sum(one.state == "released" for one in letters_of_run(cursor, run_of(cursor, run).id))
