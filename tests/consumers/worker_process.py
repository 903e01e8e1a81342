"""A worker as a process of its own, with an intake that only writes down what it got.

`FAKE_OUT` is the file it writes to, a JSON line per record. `FAKE_AWAY` first attempts fail as if the database were
away; `FAKE_FAULT` is `hang` (a call that never returns), `idle` (one that takes nothing in) or `broken` (an error that
quotes `FAKE_PERSON`). `FAKE_SLOW` is how many seconds a record takes.
`FAKE_PAUSED` is a file with the names of paused topics, a line each.
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
    from signals.consumers.records import Place, Record

log = logging.getLogger(__name__)


class FakeIntake:
    """Writes down what it gets; knows, as a database would, what all workers of the test have written down."""

    def __init__(self) -> None:
        self._holes: set[Hole] = set()
        self._out = Path(os.environ["FAKE_OUT"]).open("a", encoding="utf-8")  # noqa: SIM115 - open until the end
        self._away = int(os.environ.get("FAKE_AWAY", "0"))
        self._fault = os.environ.get("FAKE_FAULT")
        self._attempts = itertools.count()
        self._known_paused: frozenset[str] = frozenset()

    def store(self, records: Sequence[Record], *, waits: bool = False) -> dict[Place, int]:
        if next(self._attempts) < self._away:
            raise StoreAwayError("the fake database is away")
        if self._fault == "hang":
            log.warning("hanging")
            time.sleep(600)
        if self._fault == "broken":
            raise ValueError(os.environ["FAKE_PERSON"])
        self.refresh_paused()
        if self._fault != "idle":
            self._keep([record for record in records if record.topic not in self._known_paused])
        done = self.positions()
        return {record.place: done.get(record.place, 0) for record in records}

    def _keep(self, records: Sequence[Record]) -> None:
        self._require_all(records)
        time.sleep(len(records) * float(os.environ.get("FAKE_SLOW", "0")))
        lines = [
            json.dumps([r.topic, r.partition, r.offset, None if r.value is None else len(r.value)]) for r in records
        ]
        self._out.write("".join(line + "\n" for line in lines))
        self._out.flush()

    def paused(self) -> frozenset[str]:
        return self._known_paused

    def put_off(self) -> Sequence[Record]:
        return ()

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    def refresh_paused(self) -> frozenset[str]:
        paused = Path(os.environ.get("FAKE_PAUSED", os.devnull))
        self._known_paused = frozenset(paused.read_text(encoding="utf-8").split())
        return self._known_paused

    def confirm(self, hole: Hole) -> None:
        self._holes.add(hole)

    def positions(self) -> dict[Place, int]:
        offsets: dict[Place, set[int]] = {}
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
