"""How fast is one worker beside the floor, and beside the same core behind other clients? And two and three workers?"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from benchmarks import events, floor
from benchmarks.runs import DATABASE, run
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.runs import Run
    from benchmarks.services import Place

ROUNDS: Final = 3
WORDS: Final = {
    "floor": "the floor",
    "faust": "the whole worker (Faust)",
    "aiokafka": "plain aiokafka around the same core",
    "quix": "Quix Streams with a batching sink around the same core",
}
HEADER: Final = ("what", "events/s", "÷ floor", "CPU of it, µs an event", "of PostgreSQL", "of Kafka")


def compared(place: Place, say: Callable[[str], None]) -> Table:
    """One worker, the adapters and the floor, one after the other, three times."""
    total = events.NUMBER
    rounds = [_round(place, say) for _ in range(ROUNDS)]
    ratios = {
        "faust ÷ floor": _ratio(rounds, "faust", "floor"),
        "aiokafka ÷ floor": _ratio(rounds, "aiokafka", "floor"),
        "aiokafka ÷ quix": _ratio(rounds, "aiokafka", "quix"),
        "quix ÷ floor": _ratio(rounds, "quix", "floor"),
    }
    rows = [_row(kind, [found[kind] for found in rounds], ratios.get(f"{kind} ÷ floor", 1.0)) for kind in WORDS]
    said = (
        f"{total:,} events of a simulated province, published beforehand; batches of {events.BATCH}; medians of "
        f"{ROUNDS} rounds, each with a worker, the floor and the adapters in turn. The whole worker ÷ floor: "
        f"{_each(rounds, 'faust', 'floor')}; aiokafka ÷ floor: {_each(rounds, 'aiokafka', 'floor')}; aiokafka ÷ Quix "
        f"Streams: {ratios['aiokafka ÷ quix']:.2f} ({_each(rounds, 'aiokafka', 'quix')})."
    )
    return Table("speed", HEADER, rows, said, ratios)


def _round(place: Place, say: Callable[[str], None]) -> dict[str, Run]:
    """Each once; the floor writes the rows that the worker just before it ended with."""
    found = {}
    for kind in ("faust", "floor", "aiokafka", "quix"):
        found[kind] = run(place, kind, events.NUMBER)
        if kind == "faust":
            with place.engine(DATABASE) as engine:
                floor.keep_rows(engine, place.folder / "rows")
        say(f"{kind} {found[kind].drain.rate:.0f} events/s")
    return found


def _ratios(rounds: Sequence[dict[str, Run]], one: str, other: str) -> list[float]:
    return [found[one].drain.rate / found[other].drain.rate for found in rounds]


def _ratio(rounds: Sequence[dict[str, Run]], one: str, other: str) -> float:
    return statistics.median(_ratios(rounds, one, other))


def _each(rounds: Sequence[dict[str, Run]], one: str, other: str) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in _ratios(rounds, one, other))


def _row(kind: str, runs: Sequence[Run], ratio: float) -> list[str]:
    rate = statistics.median(one.drain.rate for one in runs)
    micros = [statistics.median(part) for part in zip(*(one.micros() for one in runs), strict=True)]
    return [WORDS[kind], f"{rate:,.0f}", f"{ratio:.2f}", *(f"{one:.0f}" for one in micros)]


def scaled(place: Place, say: Callable[[str], None]) -> Table:
    """One, two and three workers over the same records, three times."""
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
