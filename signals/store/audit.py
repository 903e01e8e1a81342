"""Who did what? An append-only log of what people and commands did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.store.database import Cursor


def note(cursor: Cursor, actor: str, action: str, subject: str, detail: Mapping[str, object] | None = None) -> None:
    """Add one line to the audit log; `subject` and `detail` hold nothing personal."""
    cursor.execute(
        "INSERT INTO audit (actor, action, subject, detail) VALUES (%s, %s, %s, %s)",
        (actor, action, subject, Jsonb(dict(detail or {}))),
    )
