"""What do partners send to a town, or to all towns of an area, in some months? With known truth.

It makes the month of `signals up`, the files of `signals simulate` and the events of the benchmarks. The same
arguments give the same bytes on any machine; more months go on where fewer ended. Events come one by one, in the order
of sending; what is kept is one month of what is still to be sent, and the households in trouble.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.errors import FaultsError
from signals.simulation.dice import Dice
from signals.simulation.life import Life
from signals.simulation.towns import town_of
from signals.simulation.trouble import months_from, next_month
from signals.simulation.unequal import Unequal, Withheld, faults_of
from signals.simulation.wire import Writer, spoilt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from signals.simulation.money import Shock
    from signals.simulation.towns import Town
    from signals.simulation.trouble import Told
    from signals.simulation.wire import Truth, Wire

_CORRECTED: Final = 0.7  # of the bad events: the partner sends it again, as it should be


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be turned, beside size and time.

    Attributes:
        bad: the share of events that a partner sends with a fault first.
        duplicates: the share of events that are sent twice.
        shocks: sectors whose bills rise from a month on.
        steady: whether no partner is ever silent for a month.
        unequal: groups of which less is told than of others.
    """

    bad: float = 0.012
    duplicates: float = 0.01
    shocks: tuple[Shock, ...] = ()
    steady: bool = False
    unequal: tuple[Unequal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be simulated."""

    towns: Sequence[Town]
    first: date
    months: int
    seed: int
    knobs: Knobs
    lived: Callable[[int], None]


_ONCE, _TWICE, _MENDED = range(3)


class _Line(NamedTuple):
    """What is to be sent; `again` sets two lines of one event apart."""

    sent: str
    id: str
    again: int
    told: Told
    town: int
    bad: bool


def simulate(
    municipality: str, inhabitants: int, start: str, months: int, seed: int, *, knobs: Knobs | None = None
) -> Iterator[tuple[Wire, Truth]]:
    """The lines of an event file with the truth of each, in the order of sending, for one municipality.

    Args:
        municipality: four digits.
        inhabitants: how many people live there.
        start: the first month, "2026-01".
        months: how many months.
        seed: another seed gives another town.
        knobs: what differs from the usual.

    Raises:
        FaultsError: an argument makes no sense; all faults at once.
    """
    return simulate_area((town_of(municipality, inhabitants),), start, months, seed, knobs=knobs)


def simulate_area(
    towns: Sequence[Town],
    start: str,
    months: int,
    seed: int,
    *,
    knobs: Knobs | None = None,
    lived: Callable[[int], None] = lambda _: None,
) -> Iterator[tuple[Wire, Truth]]:
    """The same for all these towns together, still in the order of sending.

    `lived` is told how many months of towns are done, of `len(towns) * months`. Raises FaultsError.
    """
    knobs = knobs or Knobs()
    faults = [text for wrong, text in _faults(towns, start, months, knobs) if wrong]
    if faults:
        raise FaultsError("simulate", list(dict.fromkeys(faults)))
    return _area(_Order(towns, date.fromisoformat(f"{start}-01"), months, seed, knobs, lived))


def _faults(towns: Sequence[Town], start: str, months: int, knobs: Knobs) -> Iterator[tuple[bool, str]]:
    yield len({town.code for town in towns}) < len(towns), "no municipality may be there twice"
    for town in towns:
        yield (
            re.fullmatch(r"(?!0000)[0-9]{4}", town.code) is None,
            "the municipality is a code of four digits, not 0000",
        )
        yield not 0 <= town.inhabitants <= 20_000_000, "the number of inhabitants is at most 20,000,000"
    yield (
        re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", start) is None,
        "the start is a month from 1900-01 to 2199-12, such as 2026-01",
    )
    yield not 1 <= months <= 120, "the number of months is 1 to 120"
    yield not 0 <= knobs.bad <= 1, "the share of bad events is 0 to 1"
    yield not 0 <= knobs.duplicates <= 1, "the share of duplicates is 0 to 1"
    for knob in knobs.unequal:
        yield from ((True, text) for text in faults_of(knob, towns))


def _area(order: _Order) -> Iterator[tuple[Wire, Truth]]:
    writers = [Writer(town, order.seed, order.first.year) for town in order.towns]
    done = count(1)
    for line in heapq.merge(*(_town(index, order, done) for index in range(len(order.towns)))):
        wire, truth = writers[line.town].write(line.told)
        if line.bad:
            wire, truth = spoilt(wire, truth, Dice(order.seed, "spoilt", line.id))
        truth["duplicate"] = line.again == _TWICE
        yield wire, truth


def _town(index: int, order: _Order, done: Iterator[int]) -> Iterator[_Line]:
    """One town's lines, month after month; what is sent after the last month is left out."""
    town = order.towns[index]
    life = Life(town, order.first, order.seed, order.knobs.shocks, steady=order.knobs.steady)
    withheld = Withheld(order.knobs.unequal, town, order.seed, order.first.year)
    waiting: list[_Line] = []
    for month in months_from(order.first, order.months):
        for told in filter(withheld.lets_through, life.live(month)):
            for line in _lines(index, told, order):
                heapq.heappush(waiting, line)
        if not month.heard:
            continue
        order.lived(next(done))
        if month.index == order.months - 1:
            del life  # the other towns still live: what is not needed any more makes room
        after = next_month(month.first).isoformat()
        while waiting and waiting[0].sent < after:
            yield heapq.heappop(waiting)


def _lines(index: int, told: Told, order: _Order) -> Iterator[_Line]:
    """An event, sometimes with a bad one before it or a second one after it."""
    dice = Dice(order.seed, "sent", told.id)
    if not dice.chance(order.knobs.bad):
        yield _Line(told.sent, told.id, _ONCE, told, index, bad=False)
        if dice.chance(order.knobs.duplicates):
            yield _Line(_later(told.sent, dice.between(0, 2)), told.id, _TWICE, told, index, bad=False)
        return
    yield _Line(told.sent, told.id, _ONCE, told, index, bad=True)
    if dice.chance(_CORRECTED):
        yield _Line(_later(told.sent, dice.between(1, 3)), told.id, _MENDED, told, index, bad=False)


def _later(sent: str, days: int) -> str:
    return f"{date.fromisoformat(sent[:10]) + timedelta(days=days)}{sent[10:]}"
