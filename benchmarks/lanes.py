"""From when does a process count that stores in several lanes? From the first commit of the last of its lanes on.

So it is with several workers (`timed.Drain`). What the lanes stored until then stands in the journal as one batch: the
first, which does not count.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from benchmarks.timed import Journal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Lanes:
    """How many records are not in the journal yet, and which lanes have stored nothing so far; of one process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle: set[LaneJournal] = set()
        self.records = 0


class LaneJournal(Journal):
    """The journal as one lane writes it; all of `lanes` write to the same file."""

    def __init__(self, path: Path, lanes: Lanes) -> None:
        super().__init__(path)
        self._lanes = lanes
        lanes.idle.add(self)

    def note(self, began: float, records: int, last: Sequence[tuple[str, int, int]] = ()) -> None:
        """So many records are stored now; written down as soon as each lane has stored some."""
        with self._lanes.lock:
            self._lanes.idle.discard(self)
            self._lanes.records += records
            if not self._lanes.idle:
                super().note(began, self._lanes.records, last)
                self._lanes.records = 0
