"""`signals score card`: the model card and the entry of the Algorithm Register, from what is configured now."""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from datetime import datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.contract.moments import AMSTERDAM
from signals.errors import WrongUseError

if TYPE_CHECKING:
    from signals.outreach.policy import PolicyBook
    from signals.scoring.card import CardFacts
    from signals.scoring.paper import Paper
    from signals.store.database import Cursor

_SUFFIXES = (".md", ".html")


def card(
    *,
    model: Annotated[int | None, typer.Option(min=1, help="of this model; else of what is active now")] = None,
    municipality: Municipality = None,
    register: Annotated[bool, typer.Option("--register", help="the entry of the Algorithm Register instead")] = False,
    lang: Annotated[str, typer.Option(help="nl or en; the register is in Dutch")] = "nl",
    out: Annotated[Path | None, typer.Option(help="write it to this file: .md or .html")] = None,
    as_json: AsJson = False,
) -> None:
    """What anyone must know of the score: what it is for, how it works, how good it is, who decided."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.learning.papers import card_facts
    from signals.outreach.queues import policy_book
    from signals.store.database import transaction

    _refuse_strange(lang, out, as_json=as_json)
    today = datetime.now(AMSTERDAM).date()
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        book = policy_book(cursor)
        code = _whose(cursor, book, municipality or _of_model(cursor, model))
        facts = card_facts(cursor, code, book, today, model, drift=not register)
    paper, document = _made(facts, code, register=register)
    if as_json:
        show.print_json(document)
    else:
        _written(paper, lang, out)


def _refuse_strange(language: str, out: Path | None, *, as_json: bool) -> None:
    from signals.scoring.paper import LANGUAGES

    if language not in LANGUAGES:
        raise WrongUseError(f"--lang is nl or en, not {language[:20]!r}")
    if out is not None and as_json:
        raise WrongUseError("--json goes to stdout: give --json or --out, not both")
    if out is not None and out.suffix not in _SUFFIXES:
        raise WrongUseError(f"--out: a file that ends in {' or '.join(_SUFFIXES)}")


def _of_model(cursor: Cursor, number: int | None) -> str | None:
    """The municipality of the model that was asked for."""
    from signals.outreach.learning import registry

    found = registry.model(cursor, number) if number is not None else None
    return found.municipality if found else None


def _whose(cursor: Cursor, book: PolicyBook, municipality: str | None) -> str:
    """The municipality that was asked for, else the only one, or the only one with a history."""
    from signals.outreach.learning.history import municipalities_with_history

    known = sorted(book.municipalities)
    if municipality is None:
        for found in (known, [code for code in municipalities_with_history(cursor) if code in known]):
            if len(found) == 1:
                return found[0]
        raise WrongUseError(f"say of which municipality with --municipality: {', '.join(known)}")
    if municipality not in known:
        raise WrongUseError(f"there is no policy for municipality {municipality[:10]!r}; see `signals policy list`")
    return municipality


def _made(facts: CardFacts, code: str, *, register: bool) -> tuple[Paper, dict[str, Any]]:
    """The paper, and the same for a program."""
    import msgspec

    from signals.scoring.card import card as card_of
    from signals.scoring.register_entry import entry, paper

    if register:
        if not facts.orders_cases:
            raise WrongUseError("this model orders no cases, so that it has no entry in the register")
        found = entry(facts, code)
        return paper(found, facts), msgspec.to_builtins(found)
    made = card_of(facts)
    return made, msgspec.to_builtins(made)


def _written(paper: Paper, language: str, out: Path | None) -> None:
    from signals.commands import show
    from signals.scoring.paper import html, markdown

    if out is None:
        show.line(markdown(paper, language).rstrip("\n"))
        return
    text = html(paper, language) if out.suffix == ".html" else markdown(paper, language)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WrongUseError(f"--out: {out} cannot be written: {error.strerror}") from None
    show.note(f"written to {out}")
