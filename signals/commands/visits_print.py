"""`signals visits print`: a list and its cards on paper, beside the pages (docs/operations.md, Visits).

Whoever is on them stands in both logs, as with the pages; what is said on the terminal names nobody. Adds its command
to the group `visits`.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final

import typer

from signals.commands.options import AsJson  # noqa: TC001 - Typer reads the annotations
from signals.commands.visiting import group
from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.outreach.visits.cards import Cards
    from signals.outreach.visits.paper import Paper
    from signals.store.database import Cursor

__all__ = ["group"]
LIST: Final = "list.pdf"
CARDS: Final = "cards.pdf"


@group.command("print")
def print_a_list(
    number: Annotated[int, typer.Argument(metavar="LIST", min=1, help="its number, as `signals visits show` names it")],
    *,
    out: Annotated[Path, typer.Option(help="the folder for list.pdf and cards.pdf")],
    language: Annotated[str, typer.Option("--language", help="of both: nl or en")] = "nl",
    as_json: AsJson = False,
) -> None:
    """The list on paper, and of a released list the cards to leave at its doors; says where no card can be left."""
    from signals.commands.connection import actor, engine_here, settings_here
    from signals.outreach.letters.letter import LANGUAGES
    from signals.outreach.visits.cards import cards_of, print_cards
    from signals.outreach.visits.lists import read_list
    from signals.outreach.visits.paper import paper_of
    from signals.outreach.visits.printed import print_list
    from signals.outreach.visits.round import read_round
    from signals.outreach.work.people import Actor
    from signals.store.database import transaction

    if language not in LANGUAGES:
        raise WrongUseError(f"no such language: {language[:40]}; it is one of {', '.join(LANGUAGES)}")
    settings, today = settings_here(), datetime.now(AMSTERDAM).date()
    with engine_here(settings) as engine, transaction(engine) as cursor:
        found = read_list(cursor, number)
        doors = read_round(cursor, found, Actor(actor(), actor()))
        paper = paper_of(cursor, doors, language, today=today)
        cards = cards_of(cursor, doors, language, today=today)
        _note(cursor, paper, cards)
    files = {LIST: print_list(paper, settings.letter_sets)}
    if cards.made:
        files[CARDS] = print_cards(cards, settings.letter_sets)
    _write(out, files)
    _tell(number, out, files, cards, as_json=as_json)


def _note(cursor: Cursor, paper: Paper, cards: Cards) -> None:
    """Both logs: these households stand on the paper, and to these persons of them are the cards."""
    from signals.commands.connection import actor
    from signals.store import audit
    from signals.store.processing import Use

    households = sorted({one.door.stop.household for one in paper.stops})
    here, subject = [paper.found.wish.municipality], f"visit-list {paper.found.id}"
    audit.note_each(cursor, actor(), "print-visits", subject, None, here, households, use=Use())
    if cards.made:
        homes = sorted({one.stop.household for one in cards.made})
        use = Use(persons={person for one in cards.made for person in one.persons})
        audit.note_each(cursor, actor(), "print-cards", subject, None, here, homes, use=use)


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """Place the files, each whole or as it was, readable for their owner alone; no cards of before stay beside them."""
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in {LIST, CARDS} - files.keys():
            (out / name).unlink(missing_ok=True)
        for name, content in files.items():
            part = out / f".{name}.part"
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            part.replace(out / name)
    except OSError as error:
        raise SignalsError(f"{out}: cannot be written ({error.strerror}); mend it and run this again") from error


def _tell(number: int, out: Path, files: Mapping[str, bytes], cards: Cards, *, as_json: bool) -> None:
    from signals.commands import show
    from signals.outreach.visits.cards import CARD_CODES

    if as_json:
        left_out = [{"stop": stop.id, "case_id": str(stop.case), "code": code} for stop, code in cards.left_out]
        show.print_json({"list": number, "files": sorted(files), "left_out": left_out})
        return
    show.line(f"lijst {number} in {out}: {', '.join(sorted(files))}; kaartjes: {len(cards.made)}")
    for stop, code in cards.left_out:
        show.line(f"geen kaartje: stop {stop.id}, zaak {stop.case}, {CARD_CODES[code][0]}")
    show.note("these files hold names and addresses: destroy the paper after entering, and remove the files")
