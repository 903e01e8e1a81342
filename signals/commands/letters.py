"""`signals letters preview | release | run | posted | returned | cancel`: letters go out, run by run.

A run is released by a person, written to a folder for the print room, and marked as posted once it is in the post
(docs/decisions/0039). Nothing that is printed here names anybody.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from signals.outreach.letters.choosing import Preview, RunWish
    from signals.outreach.letters.mail import Posted
    from signals.outreach.letters.runs import Run, TakenOut
    from signals.outreach.letters.writing import Written
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

group = typer.Typer(no_args_is_help=True, help="Letters: runs for the print room.")
Cases = Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="only these cases  [default: all due]")]
RunNumber = Annotated[int | None, typer.Option("--run", min=1, help="number of the run  [default: the open one]")]
Language = Annotated[str, typer.Option("--language", help="of all its letters: nl or en")]
LANGUAGES: Final = ("nl", "en")
# Where something of letters is to be done: let go, or waiting for it.
_WHERE: Final = """
SELECT DISTINCT municipality FROM cases WHERE state = 'open' AND route = 'letter'
    AND (waiting OR (released_how = 'release' AND released_route = 'letter')) ORDER BY municipality
"""


@group.command("preview")
def preview(
    cases: Cases = None, *, municipality: Municipality = None, language: Language = "nl", as_json: AsJson = False
) -> None:
    """What a run would hold now: how many letters, and which cases are left out and why.

    Also which letters of a run that is not posted will be taken out of it.
    """
    from signals.commands import looks, show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.choosing import preview as preview_of
    from signals.store.database import transaction

    chosen = _chosen(cases, language)
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        shown = _with_open_runs(cursor, preview_of(cursor, _wish(cursor, chosen, municipality, language)))
        looks.note_letters(cursor, [one.household for one in shown.going], shown.wish.municipality)
    if as_json:
        show.print_json(_preview_document(shown))
    else:
        _show_preview(shown)


@group.command("release")
def release(
    cases: Cases = None,
    *,
    municipality: Municipality = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="also let go every letter that waits for it")] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """Release a run: of all letters that were let go and are not sent, or of these cases, which need not be let go.

    Ends with 1 when nothing goes out. A second time finds nothing left to release.
    """
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.runs import release_letter_run
    from signals.store.database import transaction

    chosen, settings = _chosen(cases, language), settings_here()
    with engine_here(settings) as engine, transaction(engine) as cursor:
        wish, who = _wish(cursor, chosen, municipality, language), _actor()
        _let_go(cursor, wish, who, everything=waiting)
        run, shown = release_letter_run(cursor, wish, who, settings.letter_sets)
    if as_json:
        show.print_json({"run": None if run is None else str(run), **_preview_document(shown)})
    else:
        _show_preview(shown)
        if run is not None:
            show.line(f"letter run {run} is released")
            show.note(f"next: `signals letters run --out DIR --run {run}` writes its letters")
    if run is None:
        show.note("nothing was released: no letter can go out; `signals letters preview` says why")
        raise typer.Exit(1)


@group.command("run")
def run(
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="folder for the letters; made when not there")],
    number: RunNumber = None,
    *,
    municipality: Municipality = None,
    as_json: AsJson = False,
) -> None:
    """Write the letters of a released run to a folder; again after an interruption, with nothing twice.

    Where no run is released yet, one is made of the letters that were let go.
    """
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.writing import write_run
    from signals.store.database import transaction

    settings = settings_here()
    with engine_here(settings) as engine:
        with transaction(engine) as cursor:
            wanted = number or _run_to_write(cursor, municipality, settings.letter_sets)
            total = _letters_in(cursor, wanted)
        with show.progress("brieven", total) as told, _writing_to(out):
            written = write_run(engine, wanted, out, _actor(), settings.letter_sets, told)
    if as_json:
        show.print_json(written.manifest.document)
    else:
        _show_written(written, out)


@group.command("posted")
def posted(
    number: Annotated[int | None, typer.Argument(metavar="RUN", min=1, help="[default: the open one]")] = None,
    *,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="[default: today]")] = None,
    municipality: Municipality = None,
    as_json: AsJson = False,
) -> None:
    """The letters of a run are in the post: write down the contact attempts; a second time changes nothing."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.mail import mark_posted
    from signals.store.database import transaction

    today = _today()
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        wanted = number or _to_post(cursor, municipality)
        done = mark_posted(cursor, wanted, on.date() if on else today, _actor(), today=today)
    if as_json:
        show.print_json(_posted_document(done))
        return
    if done.already:
        show.line(f"letter run {done.run.id} was marked as posted already, on {done.run.posted_on}")
        return
    show.line(f"letter run {done.run.id}: {len(done.letters)} letters posted on {done.run.posted_on}")
    _show_taken_out(done.taken_out)


@group.command("returned")
def returned(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="of the letter: the name of its file")],
    reason: Annotated[str, typer.Option("--reason", help="moved, unknown, refused or other")],
    *,
    as_json: AsJson = False,
) -> None:
    """A posted letter came back: its case goes to the review queue; a second time changes nothing."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.codes import RETURN_REASONS
    from signals.outreach.letters.mail import record_returned
    from signals.store.database import transaction

    if reason not in RETURN_REASONS:
        raise WrongUseError(f"--reason must be one of {', '.join(RETURN_REASONS)}")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        done = record_returned(cursor, number, reason, _actor(), today=_today())
    if as_json:
        show.print_json({"number": str(done.letter), "case_id": str(done.case), "reason": done.reason})
    else:
        already = " was recorded so already" if done.already else ": to be looked at, in the review queue"
        show.line(f"letter {done.letter} came back ({done.reason}), case {done.case}{already}")


@group.command("cancel")
def cancel(
    number: Annotated[int, typer.Argument(metavar="RUN", min=1)],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a run back that is not posted: none of its letters goes out; what is due can be released anew."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.letters.runs import cancel_run
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        gone = cancel_run(cursor, number, _actor())
    if as_json:
        show.print_json({"run": str(number), "left_out": _codes(gone)})
    else:
        show.line(f"letter run {number}: {len(gone)} letters taken out; throw away what was printed of it")


def _today() -> date:
    from signals.contract.moments import AMSTERDAM

    return datetime.now(AMSTERDAM).date()


def _actor() -> Actor:
    from signals.commands.connection import actor
    from signals.outreach.work.people import Actor

    return Actor(actor(), actor())


def _chosen(cases: Sequence[str] | None, language: str) -> frozenset[int] | None:
    """The cases that are named. Raises WrongUseError, also for a language that is none."""
    from signals.commands.cases import numbers_of

    if language not in LANGUAGES:
        raise WrongUseError(f"--language must be one of {', '.join(LANGUAGES)}")
    return frozenset(numbers_of(cases)) if cases else None


def _wish(cursor: Cursor, chosen: frozenset[int] | None, municipality: str | None, language: str) -> RunWish:
    from signals.outreach.letters.choosing import RunWish

    return RunWish(_municipality(cursor, municipality, chosen), _today(), chosen, language)


def _municipality(cursor: Cursor, municipality: str | None, cases: frozenset[int] | None = None) -> str:
    """Of which municipality the run is: the one that is named, that of the cases, or the only one with letters."""
    from signals.outreach.queues import policy_book

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


def _with_open_runs(cursor: Cursor, shown: Preview) -> Preview:
    """The preview, which also says what falls out of the runs that are not posted."""
    from signals.outreach.letters.choosing import LeftOut
    from signals.outreach.letters.runs import open_runs, to_take_out

    wanted = shown.wish.cases
    gone = {
        one.case: LeftOut(one.case, one.household, one.code)
        for run in open_runs(cursor, shown.wish.municipality)
        for one in to_take_out(cursor, run.id)
        if wanted is None or one.case in wanted
    }
    left = {one.case: one for one in shown.left_out} | gone
    return replace(shown, left_out=tuple(left[case] for case in sorted(left)))


def _let_go(cursor: Cursor, wish: RunWish, who: Actor, *, everything: bool) -> None:
    """Let go what waits of the named cases, or all that waits and needs no look first."""
    from signals.outreach.work.runs import RunScope, release_letters, run_preview

    scope = RunScope({wish.municipality}, who.id, wish.today)
    cursor.execute(
        "SELECT id FROM cases WHERE id = ANY(%s) AND municipality = %s AND state = 'open' AND waiting",
        (sorted(wish.cases or ()), wish.municipality),
    )
    chosen = {case for (case,) in cursor.fetchall()}
    if everything and wish.cases is None:
        chosen = {letter.cases[0] for letter in run_preview(cursor, scope).letters if not letter.look_first}
    if chosen:
        release_letters(cursor, scope, chosen, who)


def _to_post(cursor: Cursor, municipality: str | None) -> int:
    """The open run; where none is open, the one that was posted last: then nothing is left to do."""
    from signals.outreach.letters.runs import last_posted, open_runs

    last = None if open_runs(cursor, municipality) else last_posted(cursor, municipality)
    return _only_open(cursor, municipality).id if last is None else last.id


def _only_open(cursor: Cursor, municipality: str | None) -> Run:
    """The one run that is released and not posted. Raises SignalsError: there is none, WrongUseError: several."""
    from signals.outreach.letters.runs import open_runs

    found = open_runs(cursor, municipality)
    if not found:
        raise SignalsError("no letter run is open: `signals letters release` makes one of what was let go")
    if len(found) > 1:
        numbers = ", ".join(f"{one.id} ({one.municipality}, {one.on_day})" for one in found)
        raise WrongUseError(f"several letter runs are open: name one of {numbers}")
    return found[0]


def _run_to_write(cursor: Cursor, municipality: str | None, sets: Path | None) -> int:
    """The open run, or a new one of what was let go."""
    from signals.outreach.letters.runs import open_runs, release_letter_run

    if open_runs(cursor, municipality):
        return _only_open(cursor, municipality).id
    made, _ = release_letter_run(cursor, _wish(cursor, None, municipality, "nl"), _actor(), sets)
    if made is None:
        raise SignalsError("there is nothing to write: no letter was let go that is not sent, or none can be made")
    return made


def _letters_in(cursor: Cursor, run: int) -> int:
    from signals.outreach.letters.runs import letters_of_run, run_of

    return sum(one.state == "released" for one in letters_of_run(cursor, run_of(cursor, run).id))


@contextmanager
def _writing_to(out: Path) -> Iterator[None]:
    """Say in words what the folder's file system raises in the `with` block. Raises SignalsError."""
    try:
        yield
    except OSError as error:
        raise SignalsError(
            f"{out}: the letters cannot be written ({error.strerror}); mend it and run this again: "
            f"it goes on where it stopped"
        ) from error


def _preview_document(shown: Preview) -> dict[str, Any]:
    letters = [
        {
            "case_id": str(one.case),
            "kind": one.letter.kind,
            "language": one.letter.language,
            "postcode": one.place.postcode,
        }
        for one in shown.going
    ]
    return {
        "municipality": shown.wish.municipality,
        "letters": letters,
        "left_out": [{"case_id": str(one.case), "code": one.code} for one in shown.left_out],
        "kinds": dict(sorted(shown.kinds.items())),
        "waiting": shown.waiting,
    }


def _show_preview(shown: Preview) -> None:
    from signals.commands import show

    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(shown.kinds.items()))
    show.line(f"gemeente {shown.wish.municipality}: {len(shown.going)} letters" + (f" ({kinds})" if kinds else ""))
    if shown.left_out:
        show.table("Left out", ("case", "code"), [(one.case, one.code) for one in shown.left_out], right=("case",))
    if shown.waiting:
        show.note(f"{shown.waiting} more wait to be let go: name their cases, or give --waiting")


def _show_written(written: Written, out: Path) -> None:
    from signals.commands import show

    manifest = written.manifest
    sheets = sum(line.sheets for line in manifest.letters)
    show.line(f"letter run {manifest.run}: {len(manifest.letters)} letters on {sheets} sheets in {out}")
    _show_taken_out(written.taken_out)
    show.note(f"next, once they are in the post: `signals letters posted {manifest.run}`")
    show.note("these files hold names and addresses: remove them when they are printed")


def _show_taken_out(gone: Sequence[TakenOut]) -> None:
    from signals.commands import show

    for one in gone:
        show.line(f"letter {one.letter}, case {one.case}: taken out ({one.code}); if it is printed, take it away")


def _posted_document(done: Posted) -> dict[str, Any]:
    return {
        "run": str(done.run.id),
        "municipality": done.run.municipality,
        "posted_on": None if done.run.posted_on is None else done.run.posted_on.isoformat(),
        "letters": [str(number) for number in done.letters],
        "left_out": _codes(done.taken_out),
    }


def _codes(gone: Sequence[TakenOut]) -> list[dict[str, str]]:
    return [{"case_id": str(one.case), "code": one.code} for one in gone]
