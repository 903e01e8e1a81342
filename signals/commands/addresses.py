"""`signals addresses import`: where the addresses lie, from an extract of the address register (BAG).

What the file must hold is judged in `outreach.visits.extract`; what is done with it, in `outreach.visits.places`.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final, TextIO

import typer

from signals.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from signals.outreach.visits.extract import Findings
    from signals.outreach.visits.places import Replaced
    from signals.settings import Settings

group = typer.Typer(no_args_is_help=True, help="Where addresses lie.")
_KILOBYTE: Final = 1024
_TOLD_EVERY: Final = 10_000  # lines


@group.callback()
def _addresses() -> None:
    """A group of one command is a group all the same."""


@group.command("import")
def import_file(
    file: Path,
    *,
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="leave out rows with a fault, and say which")
    ] = False,
) -> None:
    """Replace what is known of the postcodes in a CSV file: postcode, house number, x and y in RD or lat and lon."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.outreach.visits.extract import Findings

    findings = Findings()
    replaced = import_addresses(settings_here(), file, findings, skip_faulty=skip_faulty)
    for fault in findings.faults:
        show.note(f"left out: {fault}")
    if findings.without_postcode:
        show.note(f"left out, as the register gives them no postcode: {findings.without_postcode:,}")
    show.line(f"addresses: {replaced.addresses}; postcodes: {replaced.postcodes}; rows read: {findings.rows}")


def import_addresses(settings: Settings, path: Path, findings: Findings, *, skip_faulty: bool = False) -> Replaced:
    """Read the file into the database; `findings` tells what was left out.

    Raises:
        FaultsError: the file has faults; nothing was changed.
        WrongUseError: it cannot be read, is no text, or holds no address; nothing was changed.
    """
    from signals.commands.connection import actor, engine_here
    from signals.outreach.visits.extract import read_extract
    from signals.outreach.visits.places import replace_places
    from signals.store.database import transaction

    with _lines_of(path) as lines, engine_here(settings) as engine, transaction(engine) as cursor:
        located = read_extract(lines, findings, file=str(path), skip_faulty=skip_faulty)
        replaced = replace_places(cursor, located, actor=actor())
        if not replaced.addresses:
            raise WrongUseError(f"{path} holds no address that can be used: nothing was changed")
    return replaced


@contextmanager
def _lines_of(path: Path) -> Iterator[Iterable[str]]:
    """The lines of a file, with a progress bar. Raises WrongUseError."""
    from signals.commands import show

    try:
        size = path.stat().st_size // _KILOBYTE
        with path.open(encoding="utf-8-sig", newline="") as file, show.progress("inlezen (kB)", size) as told:
            yield _told(file, told)
    except OSError as error:
        raise WrongUseError(f"{path} cannot be read: {error.strerror}; check the name and the folder") from error
    except UnicodeDecodeError as error:
        raise WrongUseError(f"{path} is not UTF-8 text: save it as UTF-8") from error


def _told(file: TextIO, told: Callable[[int], None]) -> Iterator[str]:
    for number, line in enumerate(file):
        if not number % _TOLD_EVERY:
            told(file.buffer.tell() // _KILOBYTE)
        yield line
