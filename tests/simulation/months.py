"""Simulated months as the tests read them: every line with its truth, and what the real door makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from signals.contract.decode import RejectedError, decode
from signals.contract.events import AnyEvent, Changed, Reported
from signals.contract.partners import ArrearsTopic, Directory, Partner
from signals.simulation.judged import value_of
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIRST = date(2025, 11, 1)
MONTHS = 13
SEED = 1
_BY_TOPIC = {f"arrears.{partner.sector}.{partner.id}": partner for partner in PARTNERS}


@dataclass(frozen=True)
class Line:
    """One line of an event file; `again` when an earlier line had its id."""

    wire: dict[str, Any]
    truth: dict[str, Any]
    judged: AnyEvent | str  # the event, or the code of its quarantine
    again: bool

    @property
    def event(self) -> AnyEvent:
        """The event of a line that is not bad."""
        assert not isinstance(self.judged, str)
        return self.judged

    @property
    def partner(self) -> Partner:
        """Who sends it."""
        return _BY_TOPIC[self.wire["topic"]]

    @cached_property
    def sent(self) -> datetime:
        """When it was sent for the first time; a value that is no JSON still shows it."""
        value = self.wire["value"]
        text = value if isinstance(value, str) else f'"time": "{value["time"]}"'
        found = re.search(r'"time": "([^"]+)"', text)
        assert found
        return datetime.fromisoformat(found[1])

    @property
    def month(self) -> int:
        """The place in the simulation of the month that it speaks of."""
        return place_of(self.event.signalled_on)

    @property
    def amount(self) -> int | None:
        """The cents it tells of."""
        return self.judged.amount_cents if isinstance(self.judged, Reported | Changed) else None

    @property
    def crisis(self) -> object:
        """The crisis it tells of."""
        return self.judged.crisis if isinstance(self.judged, Reported | Changed) else None


def place_of(day: date) -> int:
    """The place of a day's month in the simulation: 0 for the first."""
    return (day.year - FIRST.year) * 12 + day.month - FIRST.month


def lines_of(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> list[Line]:
    """What `simulate` yields, judged at the door."""
    found: list[Line] = []
    seen: set[str] = set()
    for wire, truth in pairs:
        found.append(Line(wire, truth, _judged(wire, truth["municipality"]), truth["id"] in seen))
        seen.add(truth["id"])
    return found


def _judged(wire: dict[str, Any], municipality: str) -> AnyEvent | str:
    topic = ArrearsTopic.parse(wire["topic"])
    assert topic is not None
    try:
        return decode(value_of(wire), topic, _directory(municipality))
    except RejectedError as rejected:
        return str(rejected.code)


@cache
def _directory(municipality: str) -> Directory:
    return Directory({partner.id: partner for partner in PARTNERS}, frozenset({municipality}))


@cache
def almelo() -> Sequence[Line]:
    """A year and a month at Almelo."""
    return lines_of(simulate("0141", 73_000, f"{FIRST:%Y-%m}", MONTHS, SEED))


@cache
def told() -> Sequence[Line]:
    """The events of that year, each once, as it should be, in the order of the days they speak of.

    Of the last month nothing: some of it would be sent after the simulation.
    """
    good = {line.truth["id"]: line for line in almelo() if not isinstance(line.judged, str)}
    known = [line for line in good.values() if line.month < MONTHS - 1]
    return sorted(known, key=lambda line: (line.event.signalled_on, line.truth["id"]))


@cache
def by_arrears() -> dict[str, list[Line]]:
    """The same, by arrears; only those of which no event was lost."""
    lost = {line.truth["reference"] for line in almelo() if isinstance(line.judged, str)}
    found: dict[str, list[Line]] = {}
    for line in told():
        if line.truth["reference"] not in lost:
            found.setdefault(line.truth["reference"], []).append(line)
    return found
