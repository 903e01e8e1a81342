"""Who acts, and what can stand in the way of an act? For every module of `outreach.work`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.work.history import HistoryLine


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the municipality who acts: `id` for the logs, `name` for colleagues to read."""

    id: str
    name: str


Obstacle = Literal[
    "appointment",
    "attempt",
    "choice",
    "contradicts",
    "death-reported",
    "for-whom",
    "no-case",
    "no-colleague",
    "no-target",
    "not-agreed",
    "no-team",
    "not-certainly-one",
    "not-closed",
    "not-given",
    "not-here",
    "not-markable",
    "not-marked",
    "not-open",
    "not-yours",
    "note-there",
    "nothing-left",
    "nothing-to-link",
    "nothing-to-look-at",
    "nothing-waits",
    "of-one-person",
    "of-one-signal",
    "same-route",
    "text-length",
    "unsafe",
]
"""Why an act is not possible: for each of these the pages have a sentence (`web.work.obstacles`)."""


class NotPossibleError(SignalsError):
    """The act does not fit how the case stands now; nothing was changed. The text says why and what to do."""

    def __init__(self, text: str, code: Obstacle) -> None:
        self.code: Obstacle = code
        super().__init__(text)


class TakenError(SignalsError):
    """A colleague, `name`, holds the household."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("a colleague holds this household: ask them to let go, or ask a team lead to hand it over")


class StaleError(SignalsError):
    """Someone else did something since the page was made: `lines`, oldest first; nothing was changed.

    Whoever read them acts again with `seen` = the id of the last one.
    """

    def __init__(self, lines: Sequence[HistoryLine]) -> None:
        self.lines = tuple(lines)
        super().__init__("this case changed since the page was made: read what changed, then save again")
