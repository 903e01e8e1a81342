"""How fast is one worker beside the floors, and beside the same core behind other clients? And two or three workers?"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from benchmarks import events, kept
from benchmarks.runs import DATABASE, run
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.runs import Run
    from benchmarks.services import Place

    Round = Mapping[str, Run]  # by kind

ROUNDS: Final = 5
WORDS: Final = {
    "bare": "bare floor: one transaction, encoded beforehand",
    "floor": "floor: a transaction for each batch, from Python's values",
    "faust": "the whole worker (Faust), one connection",
    "aiokafka": "plain aiokafka around the same core, one connection",
    "aiokafka4": "plain aiokafka around the same core, four connections in one process",
    "quix": "Quix Streams with a batching sink around the same core, one connection",
}
HEADER: Final = ("what", "events/s", "÷ floor", "÷ bare floor", "CPU of it, µs an event", "of PostgreSQL", "of Kafka")


def compared(place: Place, say: Callable[[str], None]) -> Table:
    """One worker, the floors and the adapters, one after the other, `ROUNDS` times."""
    rounds = [_round(place, say) for _ in range(ROUNDS)]
    ratios = {f"{kind} ÷ {other}": _ratio(rounds, kind, other) for kind in WORDS for other in ("floor", "bare", "quix")}
    said = (
        f"{events.NUMBER:,} events of a simulated province, published beforehand; batches of {events.BATCH}; medians "
        f"of {ROUNDS} rounds, each with everything in turn. The worker ÷ floor: {_each(rounds, 'faust', 'floor')}; "
        f"aiokafka ÷ floor with four connections: {_each(rounds, 'aiokafka4', 'floor')}, with one: "
        f"{_each(rounds, 'aiokafka', 'floor')}; aiokafka ÷ Quix Streams with four: {ratios['aiokafka4 ÷ quix']:.2f} "
        f"({_each(rounds, 'aiokafka4', 'quix')}), with one: {ratios['aiokafka ÷ quix']:.2f} "
        f"({_each(rounds, 'aiokafka', 'quix')})."
    )
    return Table("speed", HEADER, [_row(kind, rounds, ratios) for kind in WORDS], said, ratios)


def _round(place: Place, say: Callable[[str], None]) -> Round:
    """Each once; the floors write the rows that the worker just before them ended with."""
    found = {}
    for kind in ("faust", *(kind for kind in WORDS if kind != "faust")):
        found[kind] = run(place, kind, events.NUMBER)
        if kind == "faust":
            with place.engine(DATABASE) as engine:
                kept.keep(engine, place.folder / "rows", events.BATCH)
        say(f"{kind} {found[kind].drain.rate:.0f} events/s")
    return found


def _ratios(rounds: Sequence[Round], one: str, other: str) -> list[float]:
    return [found[one].drain.rate / found[other].drain.rate for found in rounds]


def _ratio(rounds: Sequence[Round], one: str, other: str) -> float:
    return statistics.median(_ratios(rounds, one, other))


def _each(rounds: Sequence[Round], one: str, other: str) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in _ratios(rounds, one, other))


def _row(kind: str, rounds: Sequence[Round], ratios: Mapping[str, float]) -> list[str]:
    runs = [found[kind] for found in rounds]
    rate = statistics.median(one.drain.rate for one in runs)
    micros = [statistics.median(part) for part in zip(*(one.micros() for one in runs), strict=True)]
    beside = [f"{ratios[f'{kind} ÷ {other}']:.2f}" for other in ("floor", "bare")]
    return [WORDS[kind], f"{rate:,.0f}", *beside, *(f"{one:.0f}" for one in micros)]


def scaled(place: Place, say: Callable[[str], None]) -> Table:
    """One, two and three workers over the same records, `ROUNDS` times."""
    total = events.NUMBER
    rounds: list[dict[int, Run]] = []
    for _ in range(ROUNDS):
        found = {}
        for number in (1, 2, 3):
            found[number] = run(place, "faust", total, number)
            say(f"{number} workers: {found[number].drain.rate:.0f} events/s")
        rounds.append(found)
    ratios = {
        number: statistics.median(found[number].drain.rate / found[1].drain.rate for found in rounds)
        for number in (1, 2, 3)
    }
    rows = []
    for number, ratio in ratios.items():
        runs = [found[number] for found in rounds]
        rate = statistics.median(one.drain.rate for one in runs)
        micros = [statistics.median(part) for part in zip(*(one.micros() for one in runs), strict=True)]
        rows.append([str(number), f"{rate:,.0f}", f"{ratio:.2f}", *(f"{one:.0f}" for one in micros)])
    header = ("workers", "events/s", "÷ one", "CPU of them, µs an event", "of PostgreSQL", "of Kafka")
    said = (
        f"The same {total:,} events on 7 topics of 6 partitions. No worker stores before all have joined and have "
        "records in hand; counted from the moment the last of them has stored its first batch until all is stored. The "
        "workers, Kafka and PostgreSQL share the cores of one machine."
    )
    return Table("workers", header, rows, said, {"two ÷ one": ratios[2], "three ÷ one": ratios[3]})
