"""`signals topics apply | paused | resume`: the broker's topics, and those that their flood limits paused."""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from typing import Annotated

import typer

from signals.commands.options import AsJson  # noqa: TC001 - Typer reads the annotations

group = typer.Typer(no_args_is_help=True, help="The broker's topics.")


@group.command("apply")
def apply() -> None:
    """Make or adjust the topics of all registered partners; prints what it changed."""
    from signals.commands import show
    from signals.commands.connection import settings_here
    from signals.commands.registers import apply_all_topics

    changed = apply_all_topics(settings_here())
    for text in changed or ["nothing to change"]:
        show.line(text)


@group.command("paused")
def paused(*, as_json: AsJson = False) -> None:
    """The topics that are paused because too many of their records were bad: since when, and why."""
    from signals.commands.connection import settings_here
    from signals.commands.pauses import print_paused

    print_paused(settings_here(), as_json=as_json)


@group.command("resume")
def resume(
    topics: Annotated[list[str], typer.Argument(metavar="TOPIC...", help="such as arrears.housing.welbions")],
    *,
    as_json: AsJson = False,
) -> None:
    """Read these paused topics on, from where they stopped: all of them, or none."""
    from signals.commands.connection import settings_here
    from signals.commands.pauses import resume_topics

    resume_topics(settings_here(), topics, as_json=as_json)
