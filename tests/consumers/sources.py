"""A source in memory, as one member of a group on a broker that nobody else uses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from signals.consumers.records import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.consumers.records import Place


class LogSource:
    """Reads on in partitions of so many records each, as a broker's client does: `taken` says what it handed over."""

    def __init__(self, sizes: Mapping[Place, int], most: int) -> None:
        self._sizes = dict(sizes)
        self._most = most
        self._next = dict.fromkeys(sizes, 0)
        self.acknowledged: dict[Place, int] = {}
        self.taken: list[tuple[str, int]] = []
        self.asked: list[frozenset[str]] = []

    async def take(self, paused: Collection[str]) -> list[Record]:
        self.asked.append(frozenset(paused))
        found: list[Record] = []
        for place, size in self._sizes.items():
            while place[0] not in paused and self._next[place] < size and len(found) < self._most:
                found.append(Record(*place, self._next[place], b"", 0))
                self._next[place] += 1
        self.taken += [(record.topic, record.offset) for record in found]
        await asyncio.sleep(0 if found else 0.001)
        return found

    async def read_from(self, offsets: Mapping[Place, int]) -> None:
        self._next.update(offsets)

    def acknowledge(self, offsets: Mapping[Place, int]) -> None:
        self.acknowledged.update(offsets)

    def behind(self) -> bool:
        return False

    def assigned(self) -> list[Place]:
        return list(self._sizes)
