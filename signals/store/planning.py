"""How does a list take its first rows from an index, however many there are behind them?

Under the walk. PostgreSQL knows little of how the conditions of a queue go together, takes it for small, and then reads
all of it to sort it. Within `in_index_order` it follows the index and looks up the rest row by row: a page costs the
same at every size. Plans are made once per connection; making one took longer than a page. What is gathered by an index
first and then looked up goes `row_by_row`: else all households are read to join them with the thousands of one name.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signals.store.database import Cursor

_OFF: Final = (
    "enable_sort",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_seqscan",
    "enable_bitmapscan",
    "enable_material",
)
_JOINS: Final = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan")


def _set(names: Iterable[str], switches: str, plans: str) -> bytes:
    settings = {**dict.fromkeys(names, switches), "plan_cache_mode": plans}
    return "; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()).encode()


@contextmanager
def in_index_order(cursor: Cursor) -> Iterator[None]:
    """Plan the statements of this block as above; those after it as always. An error ends the transaction anyway."""
    cursor.execute(_set(_OFF, "off", "force_generic_plan"), prepare=False)  # several commands cannot be prepared
    yield
    cursor.execute(_set(_OFF, "on", "auto"), prepare=False)


def by_keys(cursor: Cursor) -> None:
    """Plan what follows in this transaction by keys and once per connection, as a worker does (docs/decisions/0026)."""
    cursor.execute(_set(_JOINS, "off", "force_generic_plan"), prepare=False)


@contextmanager
def row_by_row(cursor: Cursor) -> Iterator[None]:
    """Look up by their keys what the statements of this block join, for their very values; those after it as always."""
    cursor.execute(_set(_JOINS, "off", "force_custom_plan"), prepare=False)
    yield
    cursor.execute(_set(_JOINS, "on", "auto"), prepare=False)
