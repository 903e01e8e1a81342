"""`signals visits solve`: the plan of one visiting day that a file describes, as `outreach.visits.solve` makes it."""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

import json
import sys
import time
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signals.commands.options import AsJson  # noqa: TC001 - Typer reads the annotations
from signals.errors import WrongUseError

if TYPE_CHECKING:
    from signals.outreach.visits.instance import Instance
    from signals.outreach.visits.solve import Plan

group = typer.Typer(no_args_is_help=True, help="Home visits.")


@group.callback()
def _visits() -> None:
    """A group of one command is a group all the same."""


@group.command("solve")
def solve_file(
    file: Annotated[Path, typer.Argument(help="one JSON object with start and candidates; - is standard input")],
    *,
    as_json: AsJson = False,
) -> None:
    """The lists of one visiting day: most points within the minutes, then least travel. Reads no database."""
    from signals.commands import show
    from signals.outreach.visits.instance import instance_from
    from signals.outreach.visits.solve import solve
    from signals.outreach.visits.travel import times_for
    from signals.settings import load_settings

    instance = instance_from(_document(file), str(file))
    times = times_for(instance, load_settings().routing_url)
    started = time.perf_counter()
    plan = solve(instance, times)
    document = _as_document(instance, plan, time.perf_counter() - started)
    if plan.fallen_back:
        show.note(plan.fallen_back)
    if as_json:
        show.print_json(document)
    else:
        _print_tables(plan)


def _document(file: Path) -> object:
    """What the file holds.

    Raises:
        WrongUseError: it cannot be read, or is no JSON.
    """
    try:
        text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as fault:
        raise WrongUseError(f"{file}: cannot be read ({fault.strerror}); check the name and the permissions") from None
    try:
        return json.loads(text.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as fault:
        raise WrongUseError(f"{file}: not UTF-8 at byte {fault.start + 1}; save the file as UTF-8") from None
    except json.JSONDecodeError as fault:
        raise WrongUseError(f"{file}: not JSON at line {fault.lineno}, character {fault.colno}") from None
    except (ValueError, RecursionError) as fault:
        raise WrongUseError(f"{file}: no instance of a visiting day ({_why(fault)})") from None


def _why(fault: Exception) -> str:
    return "nested too deep" if isinstance(fault, RecursionError) else str(fault).partition(";")[0]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The members of an object, each of which may be named once."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object names a field twice")
    return members


def _as_document(instance: Instance, plan: Plan, seconds: float) -> dict[str, Any]:
    """The answer of the issue's text; `unplaced` only where a choice was made that may not fit."""
    lists = [{"stops": one.stops, "minutes": one.minutes, "points": one.points} for one in plan.lists]
    document: dict[str, Any] = {"lists": lists, "seconds": round(seconds, 3)}
    if instance.pinned or instance.first:
        document["unplaced"] = plan.unplaced
    return document


def _print_tables(plan: Plan) -> None:
    from signals.commands import show

    for number, one in enumerate(plan.lists, start=1):
        took = f"{one.minutes:.0f} minuten, waarvan {one.travel:.0f} onderweg"
        show.line(f"Lijst {number}: {len(one.stops)} zaken, {one.points:g} punten, {took}")
        show.table("", ("nr", "zaak"), list(enumerate(one.stops, start=1)), right=("nr",))
    if plan.unplaced:
        show.line(f"Geen tijd voor: {', '.join(map(str, plan.unplaced))}")
