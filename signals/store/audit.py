"""Who did what? An append-only log of what people and commands saw and did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from signals.store.database import Cursor

_EXPORTED_AT_ONCE: Final = 1000
_COLUMNS: Final = "id, at, actor, action, subject, detail, municipality"
# Each key of a filter and how it is asked; a line of no single municipality is for every auditor.
_ASKED: Final = {
    "actor": "actor = %(actor)s",
    "action": "action = %(action)s",
    "subject": "subject = %(subject)s",
    "first": "at >= %(first)s",
    "before": "at < %(before)s",
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are asked for; None: all. `first` is included, `before` is not; lines of no municipality too."""

    municipalities: frozenset[str]
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    first: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit log."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    municipality: str | None


def note(
    cursor: Cursor,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
    *,
    municipality: str | None = None,
) -> None:
    """Add one line to the audit log; `subject` and `detail` hold nothing personal of a resident."""
    cursor.execute(
        "INSERT INTO audit (actor, action, subject, detail, municipality) VALUES (%s, %s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(detail or {})), municipality),
    )


def note_cases(cursor: Cursor, actor: str, action: str, cases: Mapping[int, str], detail: Mapping[str, object]) -> None:
    """Add a line for each of many cases, which are given with their municipality, in one statement."""
    cursor.execute(
        """INSERT INTO audit (actor, action, subject, detail, municipality)
        SELECT %s, %s, 'case ' || number, %s, here FROM unnest(%s::bigint[], %s::text[]) AS given(number, here)""",
        (actor, action, Jsonb(dict(detail)), list(cases), list(cases.values())),
    )


def audit_page(cursor: Cursor, wanted: AuditFilter, after: int | None = None, size: int = 50) -> list[AuditLine]:
    """At most `size` lines, newest first, with ids below `after` (the last id of the page before)."""
    return _found(cursor, wanted, "id < %(after)s" if after is not None else "true", "DESC", after, size)


def audit_export(cursor: Cursor, wanted: AuditFilter) -> Iterator[AuditLine]:
    """Every line that is asked for, oldest first, read in parts so that a long log does not fill the memory."""
    after = 0
    while lines := _found(cursor, wanted, "id > %(after)s", "ASC", after, _EXPORTED_AT_ONCE):
        yield from lines
        after = lines[-1].id


def _found(
    cursor: Cursor, wanted: AuditFilter, beyond: str, order: str, after: int | None, size: int
) -> list[AuditLine]:
    asked = {key: getattr(wanted, key) for key in _ASKED if getattr(wanted, key) is not None}
    which = " AND ".join(
        [beyond, "(municipality IS NULL OR municipality = ANY(%(here)s))", *(_ASKED[key] for key in asked)]
    )
    cursor.execute(
        f"SELECT {_COLUMNS} FROM audit WHERE {which} ORDER BY id {order} LIMIT %(size)s",  # noqa: S608 - our own texts
        {**asked, "here": sorted(wanted.municipalities), "after": after, "size": size},
    )
    return [AuditLine(*row) for row in cursor]
