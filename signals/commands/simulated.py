"""`signals simulate`: a made-up town's events in one file, the truth behind them in another, or both to read."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from signals.commands import show
from signals.errors import WrongUseError
from signals.simulation.files import (
    Caseload,
    readable,
    require_writable,
    write_addresses,
    write_policies,
    write_simulation,
)
from signals.simulation.habits import HABITS
from signals.simulation.money import Shock
from signals.simulation.simulate import Knobs, simulate_area
from signals.simulation.towns import ALMELO, PRESETS, UNKNOWN, Town, town_of
from signals.simulation.unequal import KINDS, Unequal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from signals.simulation.wire import Truth, Wire


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be simulated, as it was asked for; None is what was left to us."""

    preset: str | None
    municipality: str | None
    inhabitants: int | None
    start: str
    months: int | None
    seed: int
    knobs: Knobs


@dataclass(frozen=True, slots=True)
class Places:
    """Where it is to be written; None is nowhere."""

    events: Path | None
    truth: Path | None
    policies: Path | None
    caseload: Path | None
    addresses: Path | None = None


def parse_shock(text: str) -> Shock:
    """A shock such as "energy:2026-09:40": the bills of that sector are 40 percent higher from that month on.

    Raises WrongUseError.
    """
    try:
        sector, month, percent = text.split(":")
        shock = Shock(sector, date.fromisoformat(f"{month}-01"), int(percent))
    except ValueError as error:
        raise WrongUseError(f"the shock {text!r} is not SECTOR:MONTH:PERCENT, such as energy:2026-09:40") from error
    if sector not in HABITS or not 0 < shock.percent <= 500:
        raise WrongUseError(f"the shock {text!r} needs one of {', '.join(HABITS)}, and 1 to 500 percent")
    return shock


def parse_unequal(text: str) -> Unequal:
    """A group of which less is told, such as "origin=polish:60": 60 percent of what grows worse is held back.

    Which groups there are is known with the towns. Raises WrongUseError.
    """
    kind, told, rest = text.partition("=")
    value, apart, percent = rest.rpartition(":")
    if not (kind and told and apart and value) or re.fullmatch("[0-9]{1,3}", percent, re.ASCII) is None:
        raise WrongUseError(
            f"{text!r} is not KIND=GROUP:PERCENT, such as origin=polish:60 or neighbourhood=7607:40; the kinds are"
            f" {', '.join(KINDS)}"
        )
    return Unequal(kind, value, int(percent))


def write(wish: Wish, places: Places) -> int:
    """Simulate what is wished and write it; without a file for events or truth, as text on standard output.

    Returns:
        The number of events.

    Raises:
        FaultsError: the wish makes no sense.
        WrongUseError: a file cannot be written, or two are the same.
    """
    towns, months = _towns(wish), _months(wish)
    _require_distinct(places)
    for later in (places.caseload, places.addresses):
        if later is not None:
            require_writable(later)  # before the work, which may take a minute
    caseload = Caseload(towns, wish.seed, wish.start)
    with show.progress("simulating", len(towns) * months) as lived:
        pairs = simulate_area(towns, wish.start, months, wish.seed, knobs=wish.knobs, lived=lived)
        if places.policies is not None:
            write_policies(places.policies, towns)
        written = _write(places, caseload.noting(pairs))
    if places.caseload is not None:
        caseload.write(places.caseload)
    if places.addresses is not None:
        write_addresses(places.addresses, towns)
    return written


def _write(places: Places, pairs: Iterable[tuple[Wire, Truth]]) -> int:
    if (places.events, places.truth) != (None, None):
        return write_simulation(places.events, places.truth, pairs)
    written = 0
    for wire, truth in pairs:
        sys.stdout.write(readable(wire, truth) + "\n")
        written += 1
    return written


def _require_distinct(places: Places) -> None:
    files = [
        path if str(path) == "-" else path.resolve()
        for path in (places.events, places.truth, places.caseload, places.addresses)
        if path is not None
    ]
    if len(set(files)) < len(files):
        raise WrongUseError("two of the files go to the same place; give each another")


def _months(wish: Wish) -> int:
    if wish.months is not None:
        return wish.months
    return 1 if wish.preset is None else PRESETS[wish.preset].months


def _towns(wish: Wish) -> Sequence[Town]:
    if wish.preset is None:
        town = town_of(ALMELO.code if wish.municipality is None else wish.municipality, wish.inhabitants)
        if town.name == UNKNOWN and town.code.isascii():
            show.note(f"{town.code} is none of the towns we know: a made-up one of {town.inhabitants:,} inhabitants")
        return (town,)
    if wish.preset not in PRESETS:
        raise WrongUseError(f"there is no preset {wish.preset!r}; there are {', '.join(PRESETS)}")
    if (wish.municipality, wish.inhabitants) != (None, None):
        raise WrongUseError("a preset has its own towns: leave --municipality and --inhabitants out")
    return PRESETS[wish.preset].towns
