"""At which steps can a worker or relay be struck, and which names of the service does the harness lean on?

All knowledge of what things are called inside the service stands here, so that a rename is mended in one place; a
name that is gone fails loudly (`bound`), and the short run fails when a step is never passed.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Role = Literal["worker", "relay"]
Edge = Literal["before", "after"]
EDGES: Final[tuple[Edge, ...]] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Step:
    """One named step, and the function that does it: `home` is a module, or module:Class.

    `follows` names the step that must have come before it on the same thread: so the commit of a batch is told from
    that of a mere reading.
    """

    name: str
    home: str
    function: str
    follows: str | None = None


STEPS: Final[dict[Role, tuple[Step, ...]]] = {
    "worker": (
        Step("hand over", "signals.consumers.intake:BatchIntake", "store"),
        Step("lock progress", "signals.store.inbox", "lock_progress"),
        Step("claim", "signals.store.inbox", "claim"),
        Step("lock arrears", "signals.store.locks", "lock_arrears"),
        Step("lock households", "signals.store.locks", "lock_households"),
        Step("load", "signals.outreach.take_up", "load_standing"),
        Step("judge", "signals.outreach.take_up", "judge"),
        Step("write events", "signals.store.ledger", "add_events"),
        Step("write cases", "signals.store.ledger", "add_cases"),
        Step("write reports", "signals.store.ledger", "add_reports"),
        Step("write history", "signals.store.ledger", "add_history"),
        Step("write outbox", "signals.store.outbox", "add_messages"),
        Step("quarantine", "signals.store.inbox", "quarantine"),
        Step("note progress", "signals.store.inbox", "note_progress"),
        Step("commit", "psycopg:Connection", "commit", follows="note progress"),
        Step("acknowledge", "aiokafka.consumer.consumer:AIOKafkaConsumer", "commit"),
    ),
    "relay": (
        Step("take waiting", "signals.store.outbox", "take_waiting"),
        Step("publish", "signals.consumers.publisher", "_publish"),
        Step("mark published", "signals.store.outbox", "mark_published"),
        Step("commit", "psycopg:Connection", "commit", follows="mark published"),
    ),
}
ENTRIES: Final[dict[Role, tuple[str, str]]] = {
    "worker": ("signals.commands.services", "work"),
    "relay": ("signals.commands.services", "relay_until_stopped"),
}
# What a transaction says on the wire that writes down what was done, so that its COMMIT is worth cutting.
WRITES: Final = re.compile(rb"(?:UPDATE|INSERT\s+INTO)\s+(?:progress|outbox)\b", re.IGNORECASE)
PAUSED: Final = "SELECT topic FROM paused_topics WHERE resumed_at IS NULL"


class UnboundError(Exception):
    """A step's function is not where it was; the text says which one."""


def bound(step: Step) -> tuple[Any, Any]:
    """The owner of the step's function, and the function. Raises UnboundError."""
    module, _, name = step.home.partition(":")
    try:
        owner = importlib.import_module(module)
        owner = getattr(owner, name) if name else owner
        return owner, getattr(owner, step.function)
    except (ImportError, AttributeError) as missing:
        raise UnboundError(f"the step {step.name!r} is not at {step.home}.{step.function} any more") from missing


def entry(role: Role) -> Callable[..., int]:
    """What the service runs for `role`, given the settings."""
    module, name = ENTRIES[role]
    found: Callable[..., int] = getattr(importlib.import_module(module), name)
    return found


def bind(role: Role, passing: Callable[[Step, Edge], None]) -> None:
    """Have `passing` called before and after every step of `role`, wherever its function was imported to."""
    for step in STEPS[role]:
        owner, function = bound(step)
        watched = _watched(step, function, passing)
        setattr(owner, step.function, watched)
        for name, module in list(sys.modules.items()):
            if name.startswith("signals."):
                _replace(module, function, watched)


def _replace(module: Any, function: Any, watched: Any) -> None:  # noqa: ANN401 - any module, any function
    for name, value in list(vars(module).items()):
        if value is function:
            setattr(module, name, watched)


def _watched(step: Step, function: Any, passing: Callable[[Step, Edge], None]) -> Any:  # noqa: ANN401 - as it was
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*words: Any, **named: Any) -> Any:  # noqa: ANN401 - as it was
            passing(step, "before")
            result = await function(*words, **named)
            passing(step, "after")
            return result

        return awaited

    @functools.wraps(function)
    def called(*words: Any, **named: Any) -> Any:  # noqa: ANN401 - as it was
        passing(step, "before")
        result = function(*words, **named)
        passing(step, "after")
        return result

    return called
