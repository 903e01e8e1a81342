"""How does a whole batch cross to the database in one statement?

New rows go by binary COPY; rows that may meet others go as one JSON parameter (`json_to_recordset`): both were measured
to be the cheapest of their kind (docs/decisions/0026).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
from psycopg import sql
from sqlalchemy import ARRAY, BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB

from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.types import TypeEngine

    from signals.store.database import Cursor

_SENT_AS: Final[dict[type[Any], str]] = {
    BigInteger: "int8",
    Integer: "int4",
    Boolean: "bool",
    Text: "text",
    Date: "date",
    DateTime: "timestamptz",
    LargeBinary: "bytea",
    JSONB: "bytea",  # as `document` makes it
}
_encode = msgspec.json.Encoder(decimal_format="string").encode


def as_json(rows: object) -> str:
    """`rows` as JSON text, such as the one parameter of `json_to_recordset`; dates and times as ISO texts."""
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
    cursor.execute(  # OFFSET 0: the sequence is looked up once, not for every number
        """SELECT nextval(numbers) FROM generate_series(1, %s),
            (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS numbers OFFSET 0) AS found""",
        (count, table),
    )
    return [number for (number,) in cursor.fetchall()]


def copy_rows(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` by COPY, in the binary form; a document is given as what `document` makes of it."""
    statement, types = _copying(table, tuple(columns))
    with cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def document(json: str) -> bytes:
    """JSON as the binary form of a `jsonb`: the number of the form, then the text."""
    return b"\x01" + json.encode()


@cache
def _copying(table: str, columns: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    """The statement, and the type as which psycopg sends each column."""
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(table), named)
    found = Base.metadata.tables[table].columns
    return statement.as_bytes(), tuple(_sent_as(found[column].type) for column in columns)


def _sent_as(kind: TypeEngine[Any]) -> str:
    return f"{_sent_as(kind.item_type)}[]" if isinstance(kind, ARRAY) else _SENT_AS[type(kind)]
