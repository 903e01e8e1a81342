"""What is usual in the Netherlands? The national monitor's figures, to stand beside a municipality's own.

Beside the walk; the one place for them: the month's figures, the calibration of the simulation and what residents do
there are held against these. Divosa Monitor Vroegsignalering 2022 to 2024, as published: rounded, so that shares need
not sum to 1. What was not published for a year is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LATEST: Final = 2024


@dataclass(frozen=True, slots=True)
class Usual:
    """One published figure and the year it is of."""

    value: float
    year: int


NATIONAL: Final[Mapping[str, Mapping[int, float]]] = MappingProxyType(
    {
        "signals_per_1000": {2022: 3.3, 2023: 4.0, 2024: 4.4},
        "cases_per_1000": {2022: 2.5, 2023: 2.9},
        "in_case": {2023: 0.80, 2024: 0.83},
        "not_picked_up": {2024: 0.17},
        "not-a-resident": {2024: 0.17 * 0.20},  # about 1 in 5 of those not picked up
        "signals_per_case": {2023: 1.10},
        "single": {2023: 0.50},
        "multiple": {2023: 0.11},
        "consecutive": {2023: 0.40},
        "two_arrears": {2023: 0.93},  # of the multiple cases; so the next two
        "three_arrears": {2023: 0.06},
        "more_arrears": {2023: 0.01},
        "health": {2022: 0.45, 2023: 0.45, 2024: 0.41},  # the sectors of 2024: the first half of the year
        "housing": {2023: 0.19, 2024: 0.20},
        "energy": {2023: 0.25, 2024: 0.20},
        "water": {2023: 0.11, 2024: 0.18},
        "reached": {2022: 0.205, 2023: 0.20, 2024: 0.20},
        "accepted": {2022: 0.39, 2023: 0.35, 2024: 0.31},  # of those reached
    }
)
"""Name of a figure, a status, a class or a sector → year → per 1,000 inhabitants a month, or a share from 0 to 1."""

ALMELO_A_MONTH: Final[Mapping[str, Usual]] = MappingProxyType(
    {"letter": Usual(350, 2022), "home-visit": Usual(40, 2022)}
)
"""Route → households a month at Almelo, by its own count."""


def latest(figure: str) -> Usual | None:
    """The national figure of that name of the last year in which it was published."""
    years = NATIONAL.get(figure)
    if years is None:
        return None
    year = max(years)
    return Usual(years[year], year)
