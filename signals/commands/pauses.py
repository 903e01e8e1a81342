"""Which topics are paused, and reading them on: `signals topics paused | resume`, and a word in other commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signals.commands import show
from signals.commands.connection import actor, engine_here
from signals.consumers.gate import resume
from signals.store.database import transaction
from signals.store.pauses import paused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.settings import Settings
    from signals.store.pauses import Pause

READ_ON: Final = "when its cause is mended: signals topics resume"


def print_paused(settings: Settings, *, as_json: bool) -> None:
    """The paused topics with their reason."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        found = paused(cursor)
    if as_json:
        show.print_json({"paused": documents(found)})
        return
    cells = [(one.topic, f"{one.paused_at:%d-%m-%Y %H:%M}", one.reason) for one in found]
    show.table(f"Gepauzeerd: {len(found)}", ("topic", "sinds", "waarom"), cells)
    tell(found)


def documents(found: Sequence[Pause]) -> list[dict[str, Any]]:
    """The pauses as they stand in a JSON document."""
    return [
        {"topic": one.topic, "paused_at": one.paused_at.isoformat(timespec="seconds"), "reason": one.reason}
        for one in found
    ]


def tell(found: Sequence[Pause]) -> None:
    """A line on stderr for each paused topic: why, and what to do."""
    for one in found:
        show.note(f"{one.topic} is paused ({one.reason}); {READ_ON} {one.topic}")


def resume_topics(settings: Settings, topics: Sequence[str], *, as_json: bool) -> None:
    """Have the workers read these topics on. Raises SignalsError when one of them is not paused."""
    wanted = sorted(set(topics))
    with engine_here(settings) as engine, transaction(engine) as cursor:
        resume(cursor, wanted, actor=actor())
    if as_json:
        show.print_json({"resumed": wanted})
    else:
        for topic in wanted:
            show.line(f"{topic}: resumed")
    show.note("running workers go on within seconds; one that ended with code 3 has to be started again")
