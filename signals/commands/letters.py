"""`signals letters preview | release | run | posted | returned | cancel | sample`: letters go out, run by run.

A run is released by a person, written to a folder for the print room, and marked as posted once it is in the post
(docs/decisions/0039). Nothing that is printed here names anybody.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime  # noqa: TC003 - Typer reads the annotations
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterator

group = typer.Typer(no_args_is_help=True, help="Letters: runs for the print room.")
Cases = Annotated[list[str] | None, typer.Argument(metavar="CASE...", help="only these cases  [default: all due]")]
RunNumber = Annotated[int | None, typer.Option("--run", min=1, help="number of the run  [default: the open one]")]
Language = Annotated[str, typer.Option("--language", help="of all its letters: nl or en")]


@group.command("preview")
def preview(
    cases: Cases = None,
    *,
    municipality: Municipality = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="as if what waits were let go, as release does")] = False,
    language: Language = "nl",
    as_json: AsJson = False,
) -> None:
    """What a run would hold now: how many letters, and which cases are left out and why.

    Also which letters of a run that is not posted will be taken out of it.
    """
    from signals.commands import looks, show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.letters_shown import preview_document, show_preview
    from signals.commands.letters_which import chosen_cases, preview_let_go, wish_of, with_open_runs
    from signals.outreach.letters.choosing import preview as preview_of
    from signals.store.database import transaction

    chosen = chosen_cases(cases, language)
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        wish = wish_of(cursor, chosen, municipality, language)
        shown = with_open_runs(cursor, (preview_let_go if waiting else preview_of)(cursor, wish))
        looks.note_letters(cursor, [one.household for one in shown.going], shown.wish.municipality)
    if as_json:
        show.print_json(preview_document(shown))
    else:
        show_preview(shown)


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

    Ends with 1 when nothing goes out. A second time finds nothing left to release. A case that is named and waits, and
    cannot be let go as a letter, is named with the reason, and nothing is released.
    """
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.letters_shown import preview_document, show_preview
    from signals.commands.letters_which import chosen_cases, let_go, release_run, who_acts, wish_of
    from signals.store.database import transaction

    chosen, settings = chosen_cases(cases, language), settings_here()
    with engine_here(settings) as engine, transaction(engine) as cursor:
        wish, who = wish_of(cursor, chosen, municipality, language), who_acts()
        let_go(cursor, wish, who, everything=waiting)
        run, shown = release_run(cursor, wish, who, settings.letter_sets)
    if as_json:
        show.print_json({"run": None if run is None else str(run), **preview_document(shown)})
    else:
        show_preview(shown)
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
    from signals.commands.letters_shown import show_written
    from signals.commands.letters_which import letters_in, run_to_write, who_acts
    from signals.outreach.letters.writing import write_run
    from signals.store.database import transaction

    settings = settings_here()
    with engine_here(settings) as engine:
        with transaction(engine) as cursor:
            wanted = number or run_to_write(cursor, municipality, settings.letter_sets)
            total = letters_in(cursor, wanted)
        with show.progress("brieven", total) as told, _writing_to(out):
            written = write_run(engine, wanted, out, who_acts(), settings.letter_sets, told)
    if as_json:
        show.print_json(written.manifest.document)
    else:
        show_written(written, out)


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
    from signals.commands.letters_shown import posted_document, show_taken_out
    from signals.commands.letters_which import run_to_post, today, who_acts
    from signals.outreach.letters.mail import mark_posted
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        wanted = number or run_to_post(cursor, municipality)
        done = mark_posted(cursor, wanted, on.date() if on else today(), who_acts(), today=today())
    if as_json:
        show.print_json(posted_document(done))
        return
    if done.already:
        show.line(f"letter run {done.run.id} was marked as posted already, on {done.run.posted_on}")
        return
    show.line(f"letter run {done.run.id}: {len(done.letters)} letters posted on {done.run.posted_on}")
    show_taken_out(done.taken_out)


@group.command("returned")
def returned(
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="of the letter: the name of its file")],
    reason: Annotated[str | None, typer.Option("--reason", help="moved, unknown, refused or other")] = None,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="it did not come back after all")] = False,
    as_json: AsJson = False,
) -> None:
    """A posted letter came back: its case goes to the review queue; a second time changes nothing."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.letters_which import today, who_acts
    from signals.outreach.letters.codes import RETURN_REASONS
    from signals.outreach.letters.mail import record_returned
    from signals.store.database import transaction

    if undo:
        _did_not_return(number, reason, as_json=as_json)
        return
    if reason is None or reason not in RETURN_REASONS:
        raise WrongUseError(f"--reason must be one of {', '.join(RETURN_REASONS)}")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        done = record_returned(cursor, number, reason, who_acts(), today=today())
    if as_json:
        show.print_json({"number": str(done.letter), "case_id": str(done.case), "reason": done.reason})
    else:
        already = " was recorded so already" if done.already else ": to be looked at, in the review queue"
        show.line(f"letter {done.letter} came back ({done.reason}), case {done.case}{already}")


def _did_not_return(number: int, reason: str | None, *, as_json: bool) -> None:
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.letters_which import today, who_acts
    from signals.outreach.letters.mistaken import undo_returned
    from signals.store.database import transaction

    if reason is not None:
        raise WrongUseError("--undo takes no --reason: it says that the letter did not come back")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        # Whoever runs commands here may do what a team lead may.
        case = undo_returned(cursor, number, who_acts(), team_lead=True, today=today())
    if as_json:
        show.print_json({"number": str(number), "case_id": str(case), "reason": None})
    else:
        show.line(f"letter {number} did not come back, case {case}: an answer is waited for again")


@group.command("cancel")
def cancel(
    number: Annotated[int, typer.Argument(metavar="RUN", min=1)],
    *,
    as_json: AsJson = False,
) -> None:
    """Take a run back that is not posted: none of its letters goes out; what is due can be released anew."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.letters_shown import codes
    from signals.commands.letters_which import who_acts
    from signals.outreach.letters.runs import cancel_run
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        gone = cancel_run(cursor, number, who_acts())
    if as_json:
        show.print_json({"run": str(number), "left_out": codes(gone)})
    else:
        show.line(f"letter run {number}: {len(gone)} letters taken out; throw away what was printed of it")


@group.command("sample")
def sample(
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="folder for the letters; made when not there")],
    *,
    municipality: Municipality = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", dir_okay=False, help="of this file; no database is needed")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", help="nl or en  [default: both]")] = None,
    as_json: AsJson = False,
) -> None:
    """Every kind of letter as PDF, to somebody made up: how a municipality's letters look before the first one."""
    from signals.commands import show
    from signals.commands.letters_sample import languages_of, policy_of, write_samples

    languages = languages_of(language)
    with _writing_to(out):
        written = write_samples(policy_of(policy, municipality), languages, out)
    if as_json:
        show.print_json({"files": [str(path) for path in written]})
    else:
        show.line(f"{len(written)} letters in {out}: {', '.join(path.name for path in written)}")


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
