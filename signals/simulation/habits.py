"""What does a partner know of an arrears, and when does it tell? Its contracts, its customs, its bad days.

A partner sees bills that are not paid, nothing of what is behind them. The amounts are the priors of domain.md
section 6; the rates are made up so that the figures there come out (docs/calibration.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from signals.simulation.dice import Dice
from signals.simulation.partners import PARTNERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from signals.contract.partners import Partner
    from signals.simulation.residents import Household


@dataclass(frozen=True, slots=True)
class Habit:
    """How the partners of one sector signal; amounts in cents, chances by month where nothing else is said.

    Attributes:
        first: what an arrears is at its first signal, least and most.
        bill: what a month costs, least and most.
        again: a chance to signal an arrears again that has not risen.
        again_risen: the same of one that has.
        tells_change: the chance of a mere notice of change where a risen arrears is not signalled again.
        tells_payment: the chance that a payment, arrangement or removal is told by a withdrawal.
        late: the share of signals that is sent some days after the day they speak of.
        keeps_old_address: the chance to keep the old address of somebody who moves.
        silent: the chance of a month without signals, which come in the first days of the next.
        until: the last day in arrears on which the sector signals; an insurer hands over after it.
        kinds: what the arrears may be of.
        threat: what the sector can threaten with.
    """

    first: tuple[int, int]
    bill: tuple[int, int]
    again: float
    again_risen: float
    tells_change: float
    tells_payment: float
    late: float
    keeps_old_address: float
    silent: float
    until: int
    kinds: tuple[str, ...]
    threat: str


_EVER: Final = 10_000
HABITS: Final[Mapping[str, Habit]] = {
    "housing": Habit(
        first=(60_000, 180_000),
        bill=(60_000, 70_000),
        again=0.11,
        again_risen=0.66,
        tells_change=0.20,
        tells_payment=0.60,
        late=0.04,
        keeps_old_address=0.05,
        silent=0.0,
        until=_EVER,
        kinds=("rent",),
        threat="eviction",
    ),
    "energy": Habit(
        first=(20_000, 90_000),
        bill=(16_000, 19_000),
        again=0.11,
        again_risen=0.65,
        tells_change=0.20,
        tells_payment=0.40,
        late=0.08,
        keeps_old_address=0.40,
        silent=0.05,
        until=_EVER,
        kinds=("energy", "energy", "electricity", "gas", "heat"),
        threat="disconnection",
    ),
    "water": Habit(
        first=(5_500, 15_000),  # the lower part of the prior is below every usual threshold and is not signalled
        bill=(1_900, 2_100),
        again=0.11,
        again_risen=0.65,
        tells_change=0.20,
        tells_payment=0.30,
        late=0.08,
        keeps_old_address=0.60,
        silent=0.02,
        until=_EVER,
        kinds=("water",),
        threat="disconnection",
    ),
    "health": Habit(
        first=(15_000, 60_000),
        bill=(15_200, 16_800),
        again=0.10,
        again_risen=0.62,
        tells_change=0.15,
        tells_payment=0.50,
        late=0.06,
        keeps_old_address=0.15,
        silent=0.06,
        until=100,
        kinds=("health-premium",),
        threat="end-of-insurance",
    ),
}
_NO_WEEKEND: Final = 0.9  # of what would be sent at a weekend goes on a working day
END_OF_DELIVERY: Final = 0.32  # of new arrears for energy: with what becomes of them, a quarter of the signals

# New arrears by sector. Not the shares of the signals themselves: rents are signalled again longer than premiums are.
SECTOR_SHARES: Final[Mapping[int, Mapping[str, float]]] = {
    2022: {"health": 61, "housing": 21.3, "energy": 19, "water": 6.2},
    2023: {"health": 61, "housing": 21.3, "energy": 19, "water": 6.2},
    2024: {"health": 54, "housing": 22, "energy": 14, "water": 13.5},
}
_CUSTOMERS: Final[Mapping[str, Sequence[int]]] = {
    "housing": (60, 40),
    "energy": (57, 43),
    "water": (1,),
    "health": (63, 37),
}
_BY_SECTOR: Final[Mapping[str, tuple[Partner, ...]]] = {
    sector: tuple(partner for partner in PARTNERS if partner.sector == sector) for sector in HABITS
}


_SHARING: Final = frozenset({"student", "care-home"})


@dataclass(frozen=True, slots=True)
class Contract:
    """A person's contract with a partner; `person` is the place in the household."""

    partner: Partner
    person: int


def contracts(household: Household, seed: int) -> tuple[Contract, ...]:
    """Who of the household pays whom: rent, energy and water in one name each, health insurance for every adult.

    Where several households share a home, energy and water are in the rent.
    """
    dice = Dice(seed, "contracts", household.id)
    adults = len(household.adults)
    bills = () if household.composition in _SHARING else ("energy", "water")
    found = [Contract(_supplier(sector, dice), dice.between(0, min(adults, 2) - 1)) for sector in bills]
    if household.renter:
        found.append(Contract(_supplier("housing", dice), 0))
    together = _supplier("health", dice)
    insured = (together if dice.chance(0.7) else _supplier("health", dice) for _ in range(min(adults, 4)))
    return (*found, *(Contract(insurer, person) for person, insurer in enumerate(insured)))


def _supplier(sector: str, dice: Dice) -> Partner:
    return dice.weighted(dict(zip(_BY_SECTOR[sector], _CUSTOMERS[sector], strict=True)))


def is_silent(partner: Partner, month: int, seed: int) -> bool:
    """Whether a partner sends nothing in that month of the simulation; never in the first, never twice in a row."""
    return HABITS[partner.sector].silent > 0 and _is_silent(partner.id, HABITS[partner.sector].silent, month, seed)


@lru_cache(maxsize=4096)  # each event asks, and each month asks for the one before
def _is_silent(partner: str, share: float, month: int, seed: int) -> bool:
    if month < 1 or _is_silent(partner, share, month - 1, seed):
        return False
    return Dice(seed, "silence", partner, month).chance(share)


def workday(day: date, first: date, last: date, dice: Dice) -> date:
    """The day itself; where it lies in a weekend, mostly a working day of the week before or after it.

    It stays from `first` to `last`.
    """
    if day.weekday() < 5 or not dice.chance(_NO_WEEKEND):
        return day
    earlier = day - timedelta(days=day.weekday() - 4 + dice.between(0, 4))
    later = day + timedelta(days=7 - day.weekday() + dice.between(0, 4))
    return next((moved for moved in (earlier, later) if first <= moved <= last), day)
