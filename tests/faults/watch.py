"""How far has every partition come, and for how long did one stand still although nothing stood in its way?

A thread reads `progress` directly, past the network that the workers use. A partition's clock runs while it lags behind
what was published and none of its services is taken away; it starts anew with every step forward, when an
outage ends, and when the partition began to lag.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import psycopg

from signals.embedded.children import await_until

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tests.faults.logbook import Place

LOOK_SECONDS: Final = 0.05
PROGRESS: Final = "SELECT topic, partition, next_offset FROM progress"


class Watch:
    """Watches one database; `ends` says how far each partition is published."""

    def __init__(self, url: str, ends: dict[Place, int]) -> None:
        self._url = url
        self._ends = ends
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._outages: Counter[str] = Counter()
        self._free_since = time.monotonic()
        self._moved: dict[Place, float] = {}
        self._lagging_since: dict[Place, float] = {}
        self._closing = threading.Event()
        self.taken: dict[Place, int] = {}
        self.last_move = 0.0
        self.longest = 0.0
        self.longest_where = ""
        self._thread = threading.Thread(target=self._watch, name="progress watch", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def outage(self, kind: str) -> Iterator[None]:
        """While the block lasts, standing still is nobody's fault."""
        with self._lock:
            self._outages[kind] += 1
        try:
            yield
        finally:
            with self._lock:
                self._outages[kind] -= 1
                self._free_since = time.monotonic()

    def lag(self, places: Collection[Place] | None = None) -> int:
        """How many published records are not taken in, as last seen; of all partitions or of `places`."""
        ends = {place: self._ends[place] for place in list(self._ends if places is None else places)}
        return sum(max(0, end - self.taken.get(place, 0)) for place, end in ends.items())

    def forget_longest(self) -> float:
        """The longest stand-still since this was last asked."""
        with self._lock:
            longest, self.longest = self.longest, 0.0
            return longest

    def moved_since(self, moment: float) -> bool:
        """Whether anything was taken in after `moment`."""
        return self.last_move > moment

    def await_move(self, moment: float, seconds: float) -> float | None:
        """When the first step forward after `moment` was seen, as seconds after it; None: not in time."""
        return self.last_move - moment if await_until(lambda: self.moved_since(moment), seconds) else None

    def close(self) -> None:
        """No more."""
        self._closing.set()
        self._thread.join(10.0)
        self._disconnect()

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            try:
                found = self._read()
            except psycopg.Error:
                self._disconnect()
            else:
                self._note(found)

    def _read(self) -> dict[Place, int]:
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
        rows = self._connection.execute(PROGRESS).fetchall()
        return {(topic, partition): offset for topic, partition, offset in rows}

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _note(self, found: dict[Place, int]) -> None:
        now = time.monotonic()
        with self._lock:
            for place, offset in found.items():
                if offset > self.taken.get(place, 0):
                    self._moved[place] = self.last_move = now
            self.taken = found
            for place, end in list(self._ends.items()):
                self._note_lag(place, found.get(place, 0) < end, now)

    def _note_lag(self, place: Place, lags: bool, now: float) -> None:
        if not lags:
            self._lagging_since.pop(place, None)
            return
        since = self._lagging_since.setdefault(place, now)
        if sum(self._outages.values()):
            return
        stood = now - max(since, self._moved.get(place, 0.0), self._free_since)
        if stood > self.longest:
            self.longest, self.longest_where = stood, f"{place[0]} partition {place[1]}, until {now:.1f}"
