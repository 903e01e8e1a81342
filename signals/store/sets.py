"""How does a whole batch cross to the database in one statement?

New rows go by COPY; rows that may meet others go as one JSON parameter (`json_to_recordset`): both were measured to be
the fastest of their kind (recipes.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.store.database import Cursor

_encode = msgspec.json.Encoder(decimal_format="string").encode


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as the one parameter of `json_to_recordset`; dates and times as ISO texts."""
    return _encode(rows).decode()


def storable(text: str) -> str:
    """`text` without U+0000, which PostgreSQL's text cannot hold; `as_sent` gives it back."""
    return text.replace("\\", "\\\\").replace("\0", "\\0")


def as_sent(text: str) -> str:
    """What `storable` was given."""
    return "\\".join(part.replace("\\0", "\0") for part in text.split("\\\\"))


def next_ids(cursor: Cursor, table: str, count: int) -> list[int]:
    """`count` fresh ids of `table`'s identity column, ascending."""
    if not count:
        return []
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table, count))
    return [row[0] for row in cursor]


def copy_rows(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` by COPY."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
