"""Is what the broker held a moment ago still on its way in? Asked before the books are compared.

What was published just before the broker's ends were read is not missing: a worker has it in hand. Whoever reconciles
waits for it, as long as anything moves.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from signals.store.inbox import Partition

PATIENCE_SECONDS: Final = 2.0  # a worker takes a batch in far less; without any worker nothing moves
LONGEST_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.1


def await_arrival(
    ends: Mapping[Partition, int],
    positions: Callable[[], Mapping[Partition, int]],
    paused: Collection[str],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until every partition of a topic that is not `paused` was taken in up to `ends`.

    Returns:
        Whether it was; False as soon as nothing has moved for `PATIENCE_SECONDS`, or after `LONGEST_SECONDS`.
    """
    awaited = {place: end for place, end in ends.items() if place[0] not in paused}
    before: dict[Partition, int] = {}
    stood = 0.0
    for _ in range(round(LONGEST_SECONDS / LOOK_SECONDS)):
        found = positions()
        missing = {place: found.get(place, 0) for place, end in awaited.items() if found.get(place, 0) < end}
        if not missing:
            return True
        stood = stood + LOOK_SECONDS if missing == before else 0.0
        if stood >= PATIENCE_SECONDS:
            return False
        before = missing
        sleep(LOOK_SECONDS)
    return False
