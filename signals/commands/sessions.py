"""`signals sessions end`: whoever left or lost a laptop is signed out at once, in every browser.

The provider does not tell us of an account that it closes; this is how an administrator does.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from signals.errors import WrongUseError

if TYPE_CHECKING:
    from signals.settings import Settings

group = typer.Typer(no_args_is_help=True, help="Who is signed in to the pages.")
EVERYBODY: Final = "everybody"


@group.callback()
def _sessions() -> None:
    """A group of one command is a group all the same."""


@group.command("end")
def end(
    user: Annotated[str | None, typer.Argument(metavar="USER", help="the user id, as in the audit log")] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="of everybody")] = False,
) -> None:
    """End all sessions of one person, or of everybody; they can sign in again if the provider lets them."""
    from signals.commands import show
    from signals.commands.connection import settings_here

    if (user is None) != everybody:
        raise WrongUseError("name one user, or give --all for everybody")
    ended = end_sessions(settings_here(), user)
    show.line(f"{user or EVERYBODY}: {ended} session{'' if ended == 1 else 's'} ended")


def end_sessions(settings: Settings, user: str | None) -> int:
    """End the sessions of this user, of everybody when None; how many there were."""
    from signals.commands.connection import actor, engine_here
    from signals.store import audit, sessions
    from signals.store.database import transaction

    with engine_here(settings) as engine, transaction(engine) as cursor:
        ended = sessions.end_all(cursor, user)
        audit.note(cursor, actor(), "end-sessions", "session", {"of": user or EVERYBODY, "sessions": ended})
    return ended
