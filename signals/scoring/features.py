"""Which features may a model learn from? All of them stand here, with where they come from and what they mean.

Pure. A feature is worked out from `facts` alone, and those hold nothing but what domain.md section 10 allows; a model
whose columns are not exactly these is refused. Amounts are counted in what the sector usually signals at
first (`usual`, in cents), so that a water bill and a rent can stand beside each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.contract.partners import SECTORS
from signals.scoring.table import Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from signals.scoring.facts import ArrearsFacts, CaseFacts

USUAL_CENTS: Final[Mapping[str, int]] = {
    "housing": 120_000,
    "energy": 55_000,
    "water": 10_000,
    "health": 37_500,
    "other": 30_000,
}
"""What a sector usually signals at first, where the history has too few signals to say (unconfirmed)."""

_THREATS: Final = frozenset({"eviction", "disconnection", "end-of-insurance"})


class Feature(NamedTuple):
    """One feature.

    Attributes:
        name: as it stands in models.
        direction: +1 when more of it never lowers the score; 0 where more is not always worse.
        source: the facts that it is worked out from (`facts.ArrearsFacts`, `facts.CaseFacts`).
        allowed: which of the allowed facts of domain.md section 10 that is.
        nl: what it means, in Dutch.
        en: the same in English.
    """

    name: str
    direction: int
    source: str
    allowed: str
    nl: str
    en: str


_PARTNER_TYPE: Final = "partner type"
_AMOUNT: Final = "amount relative to the sector's usual bill"
_DAYS: Final = "days in arrears"
_RISE: Final = "rise since the last signal"
_SIGNALS: Final = "signals in the past 6 months"
_CRISIS: Final = "crisis or end-of-delivery flag"

FEATURES: Final = (
    Feature("partners", 1, "partner", "number of partners", "aantal partners", "number of partners"),
    Feature("housing", 0, "sector", _PARTNER_TYPE, "er is een huurachterstand", "there are rent arrears"),
    Feature("energy", 0, "sector", _PARTNER_TYPE, "er is een energieachterstand", "there are energy arrears"),
    Feature("water", 0, "sector", _PARTNER_TYPE, "er is een waterachterstand", "there are water arrears"),
    Feature(
        "health",
        0,
        "sector",
        _PARTNER_TYPE,
        "er is een achterstand bij de zorgverzekering",
        "there are health insurance arrears",
    ),
    Feature("other", 0, "sector", _PARTNER_TYPE, "er is een andere achterstand", "there are other arrears"),
    Feature(
        "amount",
        1,
        "amount_cents, sector",
        _AMOUNT,
        "hoogste achterstand, vergeleken met wat zo'n partner gewoonlijk als eerste meldt",
        "highest arrears, in what its sector usually signals at first",
    ),
    Feature(
        "first_amount",
        1,
        "first_cents, sector",
        _AMOUNT,
        "de nieuwste achterstand bij het eerste signaal, vergeleken met wat zo'n partner gewoonlijk meldt",
        "the newest arrears at its first signal, in what its sector usually signals",
    ),
    Feature(
        "first_days",
        1,
        "first_days",
        _DAYS,
        "dagen achterstand bij het eerste signaal van de nieuwste achterstand",
        "days in arrears at the first signal of the newest arrears",
    ),
    Feature("days", 1, "days_in_arrears", _DAYS, "dagen van de langste achterstand", "days of the longest arrears"),
    Feature(
        "health_days",
        0,
        "days_in_arrears, sector",
        _DAYS,
        "dagen achterstand bij de zorgverzekering (die meldt tot een vaste dag)",
        "days in arrears with the health insurer (who signals until a fixed day)",
    ),
    Feature(
        "rise",
        1,
        "largest_rise_cents, sector",
        _RISE,
        "grootste stijging, vergeleken met wat zo'n partner gewoonlijk meldt",
        "largest rise, in what its sector usually signals",
    ),
    Feature("rises", 1, "rises", _RISE, "hoe vaak een achterstand steeg", "how often an arrears rose"),
    Feature(
        "known_days",
        0,
        "known_days",
        _DAYS,
        "dagen van het eerste tot het laatste signaal",
        "days from the first signal to the last",
    ),
    Feature(
        "newest_days",
        0,
        "known_days",
        _DAYS,
        "dagen van het eerste signaal van de nieuwste achterstand tot het laatste signaal",
        "days from the first signal of the newest arrears to the last signal",
    ),
    Feature(
        "past_signals",
        1,
        "signals_past_six_months",
        _SIGNALS,
        "eerdere signalen in de afgelopen 6 maanden",
        "earlier signals in the past 6 months",
    ),
    Feature(
        "threat",
        1,
        "crisis",
        _CRISIS,
        "er dreigt huisuitzetting, afsluiting of het einde van de zorgverzekering",
        "eviction, disconnection or the end of the health insurance threatens",
    ),
    Feature(
        "end_of_delivery",
        1,
        "crisis",
        _CRISIS,
        "de energieleverancier wil het contract stoppen",
        "the energy supplier wants to end the contract",
    ),
    Feature(
        "explicit_wish",
        1,
        "explicit_wish",
        "an explicit wish of the resident",
        "de inwoner heeft zelf om hulp gevraagd",
        "the resident asked for help",
    ),
)
COLUMNS: Final = tuple(Column(feature.name, feature.direction) for feature in FEATURES)


def rows(facts: Sequence[CaseFacts], usual: Mapping[str, float] = USUAL_CENTS) -> NDArray[np.float64]:
    """The features of cases with open arrears, a row for each in the order of FEATURES; nan where nobody said.

    Args:
        facts: of each case; the order of its arrears does not matter.
        usual: what each sector usually signals at first, in cents.
    """
    values = [_row(one, usual) for one in facts]
    return np.array(values, dtype=np.float64).reshape(len(values), len(FEATURES))


def _row(facts: CaseFacts, usual: Mapping[str, float]) -> tuple[float | None, ...]:
    """In the order of FEATURES; every batch comes by here, so the arrears of a case are walked through once."""
    arrears = facts.arrears
    sectors = {one.sector for one in arrears}
    crises = {one.crisis for one in arrears}
    newest = arrears[0] if len(arrears) == 1 else min(arrears, key=lambda one: _newest_first(one, usual))
    return (
        len({one.partner for one in arrears}),
        *[sector in sectors for sector in SECTORS],
        max([one.amount_cents / usual[one.sector] for one in arrears]),
        newest.first_cents / usual[newest.sector],
        newest.first_days,
        max([one.days_in_arrears for one in arrears if one.days_in_arrears is not None], default=None),
        _health_days(arrears) if "health" in sectors else 0,
        max([one.largest_rise_cents / usual[one.sector] for one in arrears]),
        max([one.rises for one in arrears]),
        max([one.known_days for one in arrears]),
        newest.known_days,
        facts.signals_past_six_months,
        not crises.isdisjoint(_THREATS),
        "end-of-delivery" in crises,
        any([one.explicit_wish for one in arrears]),  # noqa: C419 - a list is cheaper
    )


def _newest_first(one: ArrearsFacts, usual: Mapping[str, float]) -> tuple[float, ...]:
    """The arrears first signalled the shortest ago; of equals the gravest, so that their order never matters."""
    return (
        one.known_days,
        -one.first_cents / usual[one.sector],
        -(one.first_days or 0),
        one.first_days is None,
        SECTORS.index(one.sector),
    )


def _health_days(arrears: Sequence[ArrearsFacts]) -> int | None:
    days = [one.days_in_arrears for one in arrears if one.sector == "health" and one.days_in_arrears is not None]
    return max(days, default=None)
