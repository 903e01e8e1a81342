"""What does one address with ten thousand signals cost, and what do late events? Beside the ordinary, per signal.

A care home or a flat without additions looks like one household to us. All reports here are of different arrears of
different people; in the ordinary case each is at an address of its own. Late events are the events of a province, once
in the order of `signalledOn`, once shuffled.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from benchmarks import events
from benchmarks.pairs import Side, in_turn, ratios
from benchmarks.services import make_database, make_installation, settle
from benchmarks.tables import Table
from signals.consumers.records import Record
from signals.contract.codes import REPORTED_TYPE
from signals.simulation.partners import PARTNERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.services import Place

SIGNALS: Final = min(10_000, events.NUMBER)
LIMIT_SECONDS: Final = 90.0  # for each pair
FIRST_DAY: Final = date(2026, 1, 1)
KINDS: Final = {"housing": "rent", "energy": "energy", "water": "water", "health": "health-premium"}
SURNAMES: Final = ("Jansen", "Bakker", "de Groot", "Visser", "Smit", "Mulder", "Bos", "Vos", "Peters", "Hendriks")


def report(number: int, *, days: int, one_address: bool) -> Record:
    """Report `number` of a row of them, signalled within `days` from the first of January."""
    partner = PARTNERS[number % len(PARTNERS)]
    day = FIRST_DAY + timedelta(days=number * days // SIGNALS)
    house = {"postcode": "7607GC", "houseNumber": 12}
    if not one_address:
        house = {"postcode": f"76{number % 90 + 10:02}{'ABCDEFGH'[number // 90 % 8]}{'KLMNPRST'[number // 720 % 8]}"}
        house |= {"houseNumber": number // 5_760 + 1}
    content: dict[str, Any] = {
        "municipality": "0141",
        "signalledOn": day.isoformat(),
        "arrears": {
            "reference": f"BENCH-{number}",
            "kind": KINDS[partner.sector],
            "amount": f"{100 + number % 900}.50",
            "arisenOn": (day - timedelta(days=45)).isoformat(),
        },
        "person": {"initials": "AB"[number % 2] + ".", "surname": f"{SURNAMES[number % 10]} {number}"},
        "address": house,
    }
    event = {
        "specversion": "1.0",
        "id": f"bench-{number}",
        "source": min(partner.sources),
        "type": REPORTED_TYPE,
        "time": f"{day}T08:00:00Z",
        "data": content,
    }
    topic = f"arrears.{partner.sector}.{partner.id}"
    return Record(topic, 0, number // len(PARTNERS), msgspec.json.encode(event), 0)


def reports(days: int, *, one_address: bool) -> list[Sequence[Record]]:
    """The batches of one side."""
    return events.batches([report(number, days=days, one_address=one_address) for number in range(SIGNALS)])


def compared(place: Place, say: Callable[[str], None]) -> Table:
    """One address beside as many, with the signals in one month, and over a year."""
    rows, figures = [], {}
    for words, days, figure in (("over a year", 360, "hot"), ("all in one month", 28, "hot month")):
        pair = _pair(place, reports(days, one_address=True), reports(days, one_address=False))
        rows.append(_row(f"one address, {words}", *pair))
        figures[figure] = ratios(*pair)[0]
        say(" | ".join(rows[-1]))
    header = ("signals", "number", "an event", "ordinary", "ratio", "of CPU", "ratio of the last 1,000")
    return Table("hot", header, rows, "Batch for batch in turn, from empty tables.", figures)


def late(place: Place, say: Callable[[str], None]) -> Table:
    """The events of a province in order and shuffled."""
    found = events.lines(events.NUMBER)[:SIGNALS]
    shuffled = random.Random(1).sample(found, len(found))  # noqa: S311 - the same order in every run
    pair = _pair(place, events.batches(events.records(shuffled)), events.batches(events.records(found)))
    say(" | ".join(_row("shuffled", *pair)))
    header = ("events", "number", "an event", "in order", "ratio", "of CPU", "ratio of the last 1,000")
    return Table(
        "late",
        header,
        [_row("shuffled", *pair)],
        "A province's events in any order, beside the same events in the order of sending; batch for batch in turn.",
        {"late": ratios(*pair)[0]},
    )


def _pair(place: Place, one: list[Sequence[Record]], other: list[Sequence[Record]]) -> tuple[Side, Side]:
    for name in ("one", "other"):
        make_installation(place, name)
        settle(place, name)
    with place.engine("one") as first, place.engine("other") as second:
        sides = Side(first, one), Side(second, other)
        in_turn(*sides, LIMIT_SECONDS)
    for name in ("one", "other"):
        make_database(place, name)  # makes room
    return sides


def _row(words: str, one: Side, other: Side) -> list[str]:
    clock, cpu = ratios(one, other)
    last = ratios(one, other, max(0, len(one.costs) - 2))[0]
    stored = sum(cost.records for cost in one.costs)
    stopped = "" if len(one.costs) == len(one.batches) else f" (then {LIMIT_SECONDS:.0f} s were over)"
    return [
        words,
        f"{stored:,}{stopped}",
        f"{one.micros()[0]:.0f} µs",
        f"{other.micros()[0]:.0f} µs",
        f"{clock:.2f}",
        f"{cpu:.2f}",
        f"{last:.2f}",
    ]
