"""A worker as a process of its own, with an intake that only writes down what it got.

`FAKE_OUT` is the file it writes to, a JSON line per record. `FAKE_AWAY` first attempts fail as if the database were
away; `FAKE_FAULT` is `hang` (a call that never returns) or `broken` (an error that quotes
`FAKE_PERSON`).
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from signals.consumers.complete import MissingRecordsError
from signals.consumers.records import StoreAwayError
from signals.consumers.worker import run_worker
from signals.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.records import Record

log = logging.getLogger(__name__)


class FakeIntake:
    """Writes down what it gets; knows, as a database would, what all workers of the test have written down."""

    def __init__(self) -> None:
        self._holes: set[Hole] = set()
        self._out = Path(os.environ["FAKE_OUT"]).open("a", encoding="utf-8")  # noqa: SIM115 - open until the end
        self._away = int(os.environ.get("FAKE_AWAY", "0"))
        self._fault = os.environ.get("FAKE_FAULT")
        self._attempts = itertools.count()

    def store(self, records: Sequence[Record]) -> None:
        if next(self._attempts) < self._away:
            raise StoreAwayError("the fake database is away")
        if self._fault == "hang":
            log.warning("hanging")
            time.sleep(600)
        if self._fault == "broken":
            raise ValueError(os.environ["FAKE_PERSON"])
        self._require_all(records)
        lines = [
            json.dumps([r.topic, r.partition, r.offset, None if r.value is None else len(r.value)]) for r in records
        ]
        self._out.write("".join(line + "\n" for line in lines))
        self._out.flush()

    def confirm(self, hole: Hole) -> None:
        self._holes.add(hole)

    def positions(self) -> dict[tuple[str, int], int]:
        offsets: dict[tuple[str, int], set[int]] = {}
        for file in Path(self._out.name).parent.glob("*.jsonl"):
            for line in file.read_text(encoding="utf-8").splitlines():
                topic, partition, offset, _ = json.loads(line)
                offsets.setdefault((topic, partition), set()).add(offset)
        return {place: next(n for n in itertools.count() if n not in seen) for place, seen in offsets.items()}

    def _require_all(self, records: Sequence[Record]) -> None:
        expected = self.positions()
        for record in records:
            place = (record.topic, record.partition)
            first = expected.get(place, 0)
            if record.offset > first and (*place, first, record.offset) not in self._holes:
                raise MissingRecordsError(*place, first, record.offset)
            expected[place] = max(first, record.offset + 1)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(run_worker(load_settings(), FakeIntake))
