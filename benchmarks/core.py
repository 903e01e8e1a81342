"""How fast is the core by itself, without a broker? Decoding beside Python's json, and the intake beside the floors."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Final

from benchmarks import events
from benchmarks.floor import decode_all, write_blocks, write_share
from benchmarks.kept import blocks, shares
from benchmarks.services import empty, settle
from benchmarks.tables import Table
from signals.consumers.intake import BatchIntake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from benchmarks.floor import Value
    from benchmarks.kept import Blocks, Share
    from benchmarks.services import Place
    from signals.consumers.records import Record

DATABASE: Final = "core"
ROUNDS: Final = 3
LARGEST: Final = 12_000
WORDS: Final = {
    "intake": "the intake alone",
    "floor": "floor: decode, `COPY` of its rows batch by batch",
    "bare": "bare floor: decode all, `COPY` of its rows at once",
}


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
    """The intake, handed its records in one process, beside the floors without a broker."""
    found = events.records(events.lines(events.NUMBER))[:LARGEST]
    with place.engine(DATABASE) as engine:
        rounds = [_round(place, engine, found) for _ in range(ROUNDS)]
    for each in rounds:
        say(", ".join(f"{kind} {rate:.0f} events/s" for kind, rate in each.items()))
    ratios = {
        (kind, other): statistics.median(each[kind] / each[other] for each in rounds)
        for kind in WORDS
        for other in ("floor", "bare")
    }
    cells = []
    for kind, words in WORDS.items():
        rate = statistics.median(each[kind] for each in rounds)
        cells.append((words, f"{rate:,.0f}", *(f"{ratios[kind, other]:.2f}" for other in ("floor", "bare"))))
    figures = {f"{kind} ÷ {other}": ratios[kind, other] for kind, other in (("intake", "floor"), ("intake", "bare"))}
    return Table("intake", ("what", "events/s", "÷ floor", "÷ bare floor"), cells, "", figures)


def _round(place: Place, engine: Engine, found: Sequence[Record]) -> dict[str, float]:
    """The events a second of each; the floors write the rows that the intake just before them ended with."""
    batches = events.batches(found)
    values = [[(record.topic, record.value) for record in batch] for batch in batches]
    taken: dict[str, float] = {}
    _begin(place, engine)
    taken["intake"] = seconds(lambda: _take_in(engine, batches))
    share, block = shares(engine, events.BATCH), blocks(engine)
    _begin(place, engine)
    taken["floor"] = seconds(lambda: _floor(engine, values, share))
    _begin(place, engine)
    taken["bare"] = seconds(lambda: _bare_floor(engine, values, block))
    return {kind: len(found) / each for kind, each in taken.items()}


def _begin(place: Place, engine: Engine) -> None:
    empty(engine)
    settle(place, DATABASE)


def _take_in(engine: Engine, batches: Sequence[Sequence[Record]]) -> None:
    intake = BatchIntake(engine, "bench", gapless=True)
    for batch in batches:
        intake.store(batch)


def _floor(engine: Engine, batches: Sequence[Sequence[Value]], found: Sequence[Share]) -> None:
    for values, share in zip(batches, found, strict=True):
        decode_all(values)
        write_share(engine, share)


def _bare_floor(engine: Engine, batches: Sequence[Sequence[Value]], found: Blocks) -> None:
    for values in batches:
        decode_all(values)
    write_blocks(engine, found)
