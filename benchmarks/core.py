"""How fast is the core by itself, without a broker? Decoding beside Python's json, and the intake beside the floor."""

from __future__ import annotations

import json
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks import events
from benchmarks.floor import copy_rows, decode_all, keep_rows, kept_rows
from benchmarks.services import empty, settle
from benchmarks.tables import Table
from signals.consumers.intake import BatchIntake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from benchmarks.floor import Rows
    from benchmarks.services import Place
    from signals.consumers.records import Record

DATABASE: Final = "core"
ROUNDS: Final = 3
LARGEST: Final = 12_000


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def parse_all(found: Sequence[Record]) -> None:
    """The peer of decoding: Python's json, which checks nothing of the content."""
    for record in found:
        try:
            json.loads(record.value or b"")
        except ValueError:
            continue


def decoded(_place: Place, say: Callable[[str], None]) -> Table:
    """Decoding and checking, in one process."""
    found = events.records(events.lines(events.NUMBER))[:LARGEST]
    values = [(record.topic, record.value) for record in found]
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: decode_all(values)))
        peer.append(seconds(lambda: parse_all(found)))
    each = 1e6 * statistics.median(ours) / len(found)
    ratio = statistics.median(one / other for one, other in zip(ours, peer, strict=True))
    say(f"decode {each:.1f} µs")
    least = 1e6 * statistics.median(peer) / len(found)
    rows = [
        ("decode and check every rule of borders.md section 3", f"{each:.1f} µs", f"{ratio:.2f}"),
        ("Python's `json.loads` alone, which checks no content", f"{least:.1f} µs", "1.00"),
    ]
    return Table("decode", ("what", "an event", "÷ `json.loads`"), rows, "", {"decode ÷ json": ratio})


def taken_in(place: Place, say: Callable[[str], None]) -> Table:
    """The intake, handed its records in one process, beside the floor without a broker."""
    found = events.records(events.lines(events.NUMBER))[:LARGEST]
    values = [(record.topic, record.value) for record in found]
    intakes, floors = [], []
    with place.engine(DATABASE) as engine:
        for _ in range(ROUNDS):
            _begin(place, engine)
            intakes.append(len(found) / seconds(lambda: _take_in(engine, found)))
            keep_rows(engine, place.folder / "core-rows")
            rows = kept_rows(place.folder / "core-rows")
            _begin(place, engine)
            floors.append(len(found) / seconds(partial(_floor, engine, values, rows)))
            say(f"intake {intakes[-1]:.0f} events/s, floor {floors[-1]:.0f}")
    ratio = statistics.median(one / other for one, other in zip(intakes, floors, strict=True))
    cells = [
        ("the intake alone", f"{statistics.median(intakes):,.0f}", f"{ratio:.2f}"),
        ("decode, `COPY` of its rows", f"{statistics.median(floors):,.0f}", "1.00"),
    ]
    return Table("intake", ("what", "events/s", "÷ floor"), cells, "", {"intake ÷ floor": ratio})


def _begin(place: Place, engine: Engine) -> None:
    empty(engine)
    settle(place, DATABASE)


def _floor(engine: Engine, values: Sequence[tuple[str, bytes | None]], rows: Rows) -> None:
    decode_all(values)
    copy_rows(engine, rows)


def _take_in(engine: Engine, found: Sequence[Record]) -> None:
    intake = BatchIntake(engine, "bench", gapless=True)
    for batch in events.batches(found):
        intake.store(batch)
