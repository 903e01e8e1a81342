"""How does a list take its first rows from an index, however many there are behind them?

Under the walk. PostgreSQL knows little of how the conditions of a queue go together, takes it for small, and then reads
all of it to sort it. Within `in_index_order` it follows the index and looks up the rest row by row: a page costs the
same at every size. Plans are made once per connection; making one took longer than a page.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.store.database import Cursor

_OFF: Final = (
    "enable_sort",
    "enable_hashjoin",
    "enable_mergejoin",
    "enable_seqscan",
    "enable_bitmapscan",
    "enable_material",
)
_SET: Final = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS setting(name, value)"


@contextmanager
def in_index_order(cursor: Cursor) -> Iterator[None]:
    """Plan the statements of this block as above; those after it as always. An error ends the transaction anyway."""
    names = [*_OFF, "plan_cache_mode"]
    cursor.execute(_SET, (names, [*("off" for _ in _OFF), "force_generic_plan"]))
    yield
    cursor.execute(_SET, (names, [*("on" for _ in _OFF), "auto"]))
