"""What do the letters of a municipality look like, before the first one goes out? For `signals letters sample`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from signals.commands.connection import engine_here, settings_here
from signals.commands.registers import read_policies
from signals.contract.moments import AMSTERDAM
from signals.errors import WrongUseError
from signals.outreach.letters.letter import KINDS, LANGUAGES, specimen
from signals.outreach.letters.typeset import typeset_one
from signals.outreach.queues import policy_book
from signals.settings import load_settings
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from signals.outreach.policy import Policy

NAME: Final = "{kind}-{language}.pdf"


def languages_of(language: str | None) -> tuple[str, ...]:
    """The languages that are asked for. Raises WrongUseError."""
    if language is not None and language not in LANGUAGES:
        raise WrongUseError(f"--language must be one of {', '.join(LANGUAGES)}")
    return LANGUAGES if language is None else (language,)


def policy_of(file: Path | None, municipality: str | None) -> Policy:
    """The policy of the file, or that of the municipality which is in force today in the database.

    Raises:
        FaultsError: the file has faults.
        WrongUseError: the file cannot be read, both are named, or it is not clear of which municipality.
    """
    if file is not None and municipality is not None:
        raise WrongUseError("name a policy's file with --policy or a municipality with --municipality, not both")
    if file is not None:
        return read_policies([file])[0]
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        book = policy_book(cursor)
    known = sorted(book.municipalities)
    wanted = municipality or (known[0] if len(known) == 1 else None)
    if wanted is None:
        there = f"of {', '.join(known)}" if known else "after `signals policy load`"
        raise WrongUseError(f"letters are of one municipality: name it with --municipality, {there}")
    if wanted not in known:
        raise WrongUseError(f"--municipality {wanted}: there is no policy for it; `signals policy list` shows all")
    return book.in_force(wanted, datetime.now(AMSTERDAM).date())


def write_samples(policy: Policy, languages: Sequence[str], out: Path) -> list[Path]:
    """Write each kind of letter in each language; the files. What lay there under such a name is replaced.

    Raises:
        WrongUseError: the policy's letter set is not there, or typst does not take it.
        OSError: the folder cannot be written.
    """
    sets = load_settings().letter_sets
    made = {
        NAME.format(kind=kind, language=language): typeset_one(specimen(kind, language, policy.sender), sets).pdf
        for language in languages
        for kind in KINDS
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, pdf in made.items():
        (out / name).write_bytes(pdf)
    return [out / name for name in made]
