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


def _set(switches: str, plans: str) -> bytes:
    settings = {**dict.fromkeys(_OFF, switches), "plan_cache_mode": plans}
    return "; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()).encode()


_ROW_BY_ROW: Final = _set("off", "force_generic_plan")
_AS_ALWAYS: Final = _set("on", "auto")


@contextmanager
def in_index_order(cursor: Cursor) -> Iterator[None]:
    """Plan the statements of this block as above; those after it as always. An error ends the transaction anyway."""
    cursor.execute(_ROW_BY_ROW, prepare=False)  # of several commands in one text nothing can be prepared
    yield
    cursor.execute(_AS_ALWAYS, prepare=False)
