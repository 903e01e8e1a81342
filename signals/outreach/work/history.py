"""What happened to the cases of a household, in words that people read?

Every act and every change by the rules leaves a line; lines are never changed (docs/decisions/0025). A line holds no
free text but the reason of a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.outreach.work.words import told

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a case's history, in Dutch and in English; `actor` is a name, "signals" when the rules did it.

    `helped`: of a closing, who accepted help, where that was asked (`outcomes.Client.text`).
    """

    id: int
    case: int
    at: datetime
    actor: str
    kind: str
    nl: str
    en: str
    helped: tuple[str, ...] = ()


def history_of(cursor: Cursor, cases: Collection[int], after: int = 0) -> list[HistoryLine]:
    """The lines of these cases, oldest first; only those with an id above `after`."""
    cursor.execute(
        "SELECT id, case_id, at, actor, kind, detail FROM case_history WHERE case_id = ANY(%s) AND id > %s ORDER BY id",
        (list(cases), after),
    )
    return [
        HistoryLine(number, case, at, actor, kind, *told(kind, detail), helped=_helped(kind, detail))
        for number, case, at, actor, kind, detail in cursor
    ]


def _helped(kind: str, detail: dict[str, Any]) -> tuple[str, ...]:
    return tuple(detail.get("persons") or ()) if kind == "closed-by-person" else ()
