"""The processes that are measured: `python -m benchmarks.member KIND`, set up by the environment as the service is.

`faust` is the real worker, all of it; `aiokafka` and `quix` are the adapters around the same intake, `aiokafka4` with
four of them; `floor` and `bare` are the floors. `BENCH_JOURNAL` is the file each writes to; nothing is stored before
there is a file `BENCH_GATE`; the folder `BENCH_ROWS` has the rows of the floors.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from benchmarks.lanes import LaneJournal, Lanes
from benchmarks.timed import Journal, TimedIntake
from signals.consumers.broker import broker_log_id
from signals.consumers.worker import run_worker
from signals.settings import Settings, load_settings
from signals.store.database import WORKER_OPTIONS, engine_for


def main(kind: str) -> int:
    """Read until ended from outside (the floors: until all is read)."""
    from benchmarks import adapters, floor, kept  # noqa: PLC0415 - the worker is measured without what it does not use

    logging.basicConfig(level=logging.WARNING)
    settings, journal = load_settings(), Journal(Path(os.environ["BENCH_JOURNAL"]))
    if kind == "floor":
        floor.run_floor(settings, kept.kept_shares(_rows()), journal)
    elif kind == "bare":
        floor.run_bare_floor(settings, kept.kept_blocks(_rows()), journal)
    elif kind == "quix":
        adapters.run_quix(settings, intake(settings, journal))
    elif kind.startswith("aiokafka"):
        lanes = Lanes()
        journals = [LaneJournal(journal.path, lanes) for _ in range(int(kind.removeprefix("aiokafka") or 1))]
        adapters.run_aiokafka(settings, [intake(settings, one) for one in journals])
    return 0


def _rows() -> Path:
    return Path(os.environ["BENCH_ROWS"])


def intake(settings: Settings, journal: Journal) -> TimedIntake:
    """The worker's intake, with a journal."""
    engine = engine_for(settings.database, options=WORKER_OPTIONS)
    return TimedIntake(engine, broker_log_id(settings), journal, Path(os.environ["BENCH_GATE"]))


def work() -> int:
    """The real worker."""
    logging.basicConfig(level=logging.WARNING)
    settings, journal = load_settings(), Journal(Path(os.environ["BENCH_JOURNAL"]))
    return run_worker(settings, lambda: intake(settings, journal))


if __name__ == "__main__":
    sys.exit(work() if sys.argv[1] == "faust" else main(sys.argv[1]))
