"""Does a worker grow? Its memory while it takes in the nation's events, month after month.

The nation is the simulated province fifteen times over, each time with other arrears at other addresses; its events are
published and taken in at the same time. `SIGNALS_BENCH_YEAR=1` takes a whole year, about a million events; without it,
the first part of one.
"""

from __future__ import annotations

import os
import statistics
import time
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING, Final

from benchmarks import events
from benchmarks.runs import DATABASE, members, taken_in
from benchmarks.services import empty, fresh_topics, resident_mib
from benchmarks.tables import Table
from signals.consumers.publisher import publishing
from signals.embedded.children import last_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from benchmarks.runs import Member
    from benchmarks.services import Place

PROVINCES: Final = 15  # as many inhabitants as the country has
A_YEAR: Final = 66_000  # events of the province, bad ones and duplicates included
WHOLE_YEAR: Final = bool(os.environ.get("SIGNALS_BENCH_YEAR"))
OF_PROVINCE: Final = A_YEAR if WHOLE_YEAR else min(13_500, events.NUMBER)
AT_ONCE: Final = 1_000
STANDSTILL_SECONDS: Final = 60.0
Sample = tuple[int, float]  # events taken in, MiB


def measured(place: Place, say: Callable[[str], None]) -> Table:
    """Sample the memory while everything is taken in."""
    fresh_topics(place)
    with place.engine(DATABASE) as engine, ExitStack() as stack:
        empty(engine)
        [worker] = members(place, stack, "faust")
        samples = []
        for number, sample in enumerate(_samples(place, engine, worker)):
            samples.append(sample)
            if not number % 20:
                say(f"{sample[0]:,} taken in, {sample[1]:.0f} MiB")
    return _table(samples)


def _samples(place: Place, engine: Engine, worker: Member) -> Iterator[Sample]:
    sent = 0
    found = events.lines(max(OF_PROVINCE, events.NUMBER))[:OF_PROVINCE]
    wanted = events.copies(found, PROVINCES)
    with publishing(place.settings()) as send:
        while some := list(islice(wanted, AT_ONCE)):
            sent += send(events.messages(some))
            yield taken_in(engine), resident_mib(worker.process.pid)
    since = time.monotonic(), 0
    while (done := taken_in(engine)) < sent:
        since = since if done == since[1] else (time.monotonic(), done)
        if time.monotonic() - since[0] > STANDSTILL_SECONDS or worker.process.poll() is not None:
            raise RuntimeError(f"{done} of {sent} records were taken in, and then no more:\n{last_words(worker.log)}")
        yield done, resident_mib(worker.process.pid)
        time.sleep(0.5)
    yield done, resident_mib(worker.process.pid)


def _table(samples: list[Sample]) -> Table:
    last = samples[-1][0]
    tenths = [next(mib for done, mib in samples if done >= last * tenth // 10) for tenth in range(1, 11)]
    most = max(mib for _, mib in samples)
    later = [(done, mib) for done, mib in samples if done >= last // 2]
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope * 100_000 if len(later) > 1 else 0.0
    header = ("events", *(f"{tenth}/10" for tenth in range(1, 11)), "most")
    cells = [f"{last:,}", *(f"{mib:.0f}" for mib in tenths), f"{most:.0f} MiB"]
    part = f"a national year of {last:,} events" if WHOLE_YEAR else f"the first {last:,} events of a national year"
    said = (
        f"Resident memory of one worker in MiB, at tenths of {part}; in the second "
        f"half it changes by {slope:+.1f} MiB per 100,000 events."
    )
    return Table("memory", header, [cells], said, {"memory": most, "memory slope": slope})
