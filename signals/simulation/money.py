"""How does a household's money go from month to month? The hidden state behind its arrears.

All numbers here are made up; together they give the figures of domain.md section 6 (docs/calibration.md). What a
partner sees of it, and when, is the matter of `habits`; a score may try to guess the state, and is never told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from signals.simulation.dice import total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from signals.simulation.dice import Dice

HiddenState = Literal["tight", "slipping", "sinking", "crisis", "recovering"]
OUT: Final = "out"  # of trouble: what is still open is paid

_WORSE: Final = frozenset({("tight", "slipping"), ("slipping", "sinking"), ("sinking", "crisis")})


@dataclass(frozen=True, slots=True)
class Chances:
    """What one month in a state does to each arrears, and to the household as a whole.

    Attributes:
        paid: chance that an arrears is paid.
        paid_soon: chance that it is paid within weeks of a signal, in the same month.
        grows: chance that another bill is missed.
        spreads: chance that a contract without arrears gets one.
        threatens: chance that a partner threatens with eviction or the like.
        helped: chance that the household enters debt help.
        missed: how much a missed bill adds, in bills: deeper in trouble more is missed at once, and costs come on top.
        amounts: which part of a sector's usual amounts a new arrears has, from 0 to 1.
        arisen: how many days before its first signal it arose: who is deeper in trouble was left alone for longer.
    """

    paid: float
    paid_soon: float
    grows: float
    spreads: float
    threatens: float
    helped: float
    missed: float
    amounts: tuple[float, float]
    arisen: tuple[int, int]


MONTHS: Final[Mapping[HiddenState, Chances]] = {
    "tight": Chances(
        paid=0.38,
        paid_soon=0.10,
        grows=0.20,
        spreads=0.07,
        threatens=0.004,
        helped=0.0,
        missed=0.4,
        amounts=(0.0, 0.28),
        arisen=(30, 35),
    ),
    "slipping": Chances(
        paid=0.15,
        paid_soon=0.03,
        grows=0.45,
        spreads=0.185,
        threatens=0.01,
        helped=0.0008,
        missed=1.0,
        amounts=(0.3, 0.62),
        arisen=(37, 44),
    ),
    "sinking": Chances(
        paid=0.07,
        paid_soon=0.01,
        grows=0.62,
        spreads=0.27,
        threatens=0.04,
        helped=0.004,
        missed=1.5,
        amounts=(0.64, 0.92),
        arisen=(46, 53),
    ),
    "crisis": Chances(
        paid=0.05,
        paid_soon=0.0,
        grows=0.68,
        spreads=0.30,
        threatens=0.20,
        helped=0.010,
        missed=2.2,
        amounts=(0.9, 1.0),
        arisen=(54, 58),
    ),
    "recovering": Chances(
        paid=0.48,
        paid_soon=0.10,
        grows=0.06,
        spreads=0.02,
        threatens=0.003,
        helped=0.002,
        missed=0.25,
        amounts=(0.05, 0.38),
        arisen=(30, 36),
    ),
}
STARTS: Final[Mapping[HiddenState, float]] = {"tight": 0.44, "slipping": 0.42, "sinking": 0.14}
TURNS: Final[Mapping[HiddenState, Mapping[HiddenState | Literal["out"], float]]] = {
    "tight": {"tight": 0.39, "slipping": 0.21, "out": 0.40},
    "slipping": {"slipping": 0.52, "sinking": 0.18, "recovering": 0.24, "tight": 0.06},
    "sinking": {"sinking": 0.60, "crisis": 0.16, "recovering": 0.24},
    "crisis": {"crisis": 0.62, "sinking": 0.10, "recovering": 0.28},
    "recovering": {"recovering": 0.38, "slipping": 0.10, "out": 0.52},
}
SEASONS: Final = (1.05, 1.04, 1.03, 1.0, 0.97, 0.97, 0.98, 0.98, 0.99, 1.0, 1.0, 0.99)
"""New trouble by month, January first, beside the average of 1: dear months in winter, holiday pay in May."""

# The winter's bill is settled in spring; the policy excess of health insurance is used up early in the year.
_ENERGY_SEASONS: Final = (1.15, 1.2, 1.2, 1.1, 1.0, 0.9, 0.8, 0.8, 0.85, 0.9, 1.0, 1.1)
_HEALTH_SEASONS: Final = (1.1, 1.1, 1.05, 1.0, 1.0, 1.0, 1.0, 0.95, 0.95, 0.95, 0.95, 0.95)
SECTOR_SEASONS: Final[Mapping[str, Sequence[float]]] = {"energy": _ENERGY_SEASONS, "health": _HEALTH_SEASONS}


@dataclass(frozen=True, slots=True)
class Shock:
    """A knob: from `since` on, the bills of a sector are `percent` higher, and households fall deeper."""

    sector: str
    since: date
    percent: int

    def rise(self, month: date) -> float:
        """How much higher the bills are in that month: 0.4 for 40 percent."""
        return self.percent / 100 if month >= self.since else 0.0


def strain(shocks: Sequence[Shock], month: date) -> float:
    """How much likelier a turn for the worse is in that month than without shocks: 1.2 for a fifth."""
    return 1.0 + 0.5 * total(shock.rise(month) for shock in shocks)


def pressure(shocks: Sequence[Shock], sector: str, month: date) -> float:
    """How many times as many arrears a sector has in that month than on average over the years."""
    season = SECTOR_SEASONS.get(sector)
    factor = 1.0 if season is None else season[month.month - 1]
    for shock in shocks:
        if shock.sector == sector:
            factor *= 1.0 + 1.5 * shock.rise(month)
    return factor


def start_of_trouble(dice: Dice) -> HiddenState:
    """The state in which a household's trouble begins."""
    return dice.weighted(STARTS)


def next_state(state: HiddenState, dice: Dice, worse: float = 1.0) -> HiddenState | Literal["out"]:
    """The state a month later; `worse` makes each turn for the worse so many times as likely."""
    turns = TURNS[state]
    if worse == 1.0:
        return dice.weighted(turns)
    return dice.weighted({to: share * worse if (state, to) in _WORSE else share for to, share in turns.items()})
