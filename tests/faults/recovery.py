"""How long does it take until a worker is at work again, or gone? Measured one at a time, with nothing else in the way.

One worker alone, restarted by the crew; "progress again" is the first committed batch that the watch sees (it looks
every 50 ms). A kill is timed from the kill (so with the start of a new process), a server's absence from the moment
when the server takes connections again, leaving from the signal to the end of the process.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg

from tests.faults.kinds import BATCH
from tests.faults.stage import DATABASE, WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.crew import Member
    from tests.faults.stage import Stage

AWAY_SECONDS: Final = 6.0  # long enough for every pause to have grown
GIVE_UP_SECONDS: Final = 60.0
MUST: Final = {
    "progress again after kill -9": 10.0,
    "progress again after the broker is back": 15.0,
    "progress again after the database is back": 5.0,
    "SIGTERM, healthy": 5.0,
    "SIGTERM, transaction waits for a lock": 10.0,
    "SIGTERM, network silent": 10.0,
}


@dataclass
class Times:
    """All measured seconds by kind."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def lines(self) -> list[str]:
        """A line per kind: how often, median, longest, and what is allowed."""
        return [
            f"{kind}: {len(found)} times, median {statistics.median(found):.1f} s, "
            f"longest {max(found):.1f} s (must: {MUST[kind]:.0f} s)"
            for kind, found in self.seconds.items()
        ]


def measure(stage: Stage, times: Times) -> int:
    """Measure each kind once; the number of faults that befell."""
    worker = _alone(stage)
    found = 0
    for kind, once in _KINDS.items():
        assert stage.idle(), f"not idle before {kind}"
        seconds = once(stage, worker)
        if seconds is not None:
            times.seconds[kind].append(seconds)
            found += 1
    return found


def _alone(stage: Stage) -> Member:
    """One worker, up and at work."""
    for name in WORKERS[1:]:
        stage.crew.want(stage.crew.members[name], wanted=False)
    worker = stage.crew.members[WORKERS[0]]
    stage.crew.want(worker, wanted=True)
    return worker


def _after_kill(stage: Stage, worker: Member) -> float | None:
    moment = time.monotonic()
    stage.crew.kill(worker)
    stage.feed(BATCH)
    return stage.watch.await_move(moment, GIVE_UP_SECONDS)


def _after_broker(stage: Stage, _: Member) -> float | None:
    with stage.flow.held(), stage.watch.outage("the broker is away"):
        stage.broker.kill()
        stage.feed(BATCH)
        time.sleep(AWAY_SECONDS)
        stage.broker.start()
        moment = time.monotonic()
    return stage.watch.await_move(moment, GIVE_UP_SECONDS)


def _after_database(stage: Stage, _: Member) -> float | None:
    with stage.watch.outage("the database is away"):
        stage.database.stop_immediately()
        stage.feed(BATCH)
        stage.flow.settle()
        time.sleep(AWAY_SECONDS)
        stage.database.start()
        moment = time.monotonic()
    return stage.watch.await_move(moment, GIVE_UP_SECONDS)


def _leaving_at_work(stage: Stage, worker: Member) -> float | None:
    moment = time.monotonic()
    stage.feed(8 * BATCH)
    if stage.watch.await_move(moment, GIVE_UP_SECONDS) is None:
        return None
    return _until_gone(stage, worker)


def _leaving_locked(stage: Stage, worker: Member) -> float | None:
    with (
        stage.watch.outage("progress is locked"),
        psycopg.connect(stage.database.url(DATABASE)) as connection,
    ):
        connection.execute("LOCK TABLE progress IN EXCLUSIVE MODE")  # readers, such as the watch, go on
        stage.feed(BATCH)
        stage.flow.settle()
        time.sleep(1.0)  # the worker takes the batch up and waits
        return _until_gone(stage, worker)


def _leaving_in_silence(stage: Stage, worker: Member) -> float | None:
    with stage.watch.outage("the network is silent"):
        stage.worker_net.silent = True
        stage.feed(BATCH)
        stage.flow.settle()
        time.sleep(1.0)  # as above
        seconds = _until_gone(stage, worker)
        stage.worker_net.heal()
        return seconds


def _until_gone(stage: Stage, worker: Member) -> float | None:
    ended = worker.await_end(GIVE_UP_SECONDS)
    moment = time.monotonic()
    stage.crew.terminate(worker)
    return time.monotonic() - moment if ended() else None


_KINDS: Final[dict[str, Callable[[Stage, Member], float | None]]] = {
    "progress again after kill -9": _after_kill,
    "progress again after the broker is back": _after_broker,
    "progress again after the database is back": _after_database,
    "SIGTERM, healthy": _leaving_at_work,
    "SIGTERM, transaction waits for a lock": _leaving_locked,
    "SIGTERM, network silent": _leaving_in_silence,
}
