"""What would change the score of a case? A few things that may well happen, with the score that would follow.

Pure. `outreach.case_score` imagines each of them and judges the case by the rules that judge real signals; here stand
the words, and which few are worth telling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from signals.scoring.features import USUAL_CENTS
from signals.scoring.paper import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST: Final = 6
"""So many changes are told; more would be a list that nobody reads."""
DAYS: Final = 30
"""How old a new arrears is imagined to be: partners signal from thirty days on."""
THREAT_OF: Final = {
    "housing": "eviction",
    "energy": "disconnection",
    "water": "disconnection",
    "health": "end-of-insurance",
}
"""Which threat a partner of each sector can tell."""
TYPE_OF: Final = {"housing": "Huur", "energy": "Energie", "water": "Water", "health": "Zorg"}
"""The DDAS type that a new partner of each sector is imagined to have."""

_ARREARS_NL: Final = {
    "housing": "de huurachterstand",
    "energy": "de energieachterstand",
    "water": "de waterachterstand",
    "health": "de achterstand bij de zorgverzekering",
    "other": "de andere achterstand",
}
_ARREARS_EN: Final = {
    "housing": "the rent arrears",
    "energy": "the energy arrears",
    "water": "the water arrears",
    "health": "the health insurance arrears",
    "other": "the other arrears",
}
_PARTNER_NL: Final = {
    "housing": "een verhuurder",
    "energy": "een energiebedrijf",
    "water": "het waterbedrijf",
    "health": "een zorgverzekeraar",
}
_PARTNER_EN: Final = {
    "housing": "a landlord",
    "energy": "an energy company",
    "water": "the water company",
    "health": "a health insurer",
}
_THREAT_NL: Final = {
    "eviction": "er een huisuitzetting gaat dreigen",
    "disconnection": "er afsluiting gaat dreigen",
    "end-of-insurance": "de zorgverzekering dreigt te stoppen",
}
_THREAT_EN: Final = {
    "eviction": "eviction comes to threaten",
    "disconnection": "disconnection comes to threaten",
    "end-of-insurance": "the health insurance comes to an end",
}


class WouldChange(msgspec.Struct, frozen=True):
    """One thing that may happen, and the score that would follow.

    Attributes:
        nl: what may happen, and what then, in a Dutch sentence.
        en: the same in English.
        score: the score after it.
        difference: how much that is more than now; below 0: less.
        closes: nothing is open after it, so that the case closes.
    """

    nl: str
    en: str
    score: int
    difference: int
    closes: bool


def paid(sector: str, cents: int | None) -> Words:
    """An arrears is paid; `cents` where another one of its sector is to be told from it."""
    return Words(
        f"{_ARREARS_NL[sector]}{_amount(cents, 'nl')} wordt betaald",
        f"{_ARREARS_EN[sector]}{_amount(cents, 'en')} are paid",
    )


def missed(sector: str, cents: int | None, bill: int) -> Words:
    """Another usual month comes on top of an arrears."""
    return Words(
        f"{_ARREARS_NL[sector]}{_amount(cents, 'nl')} met een maand van {_euros(bill, 'nl')} stijgt",
        f"a month of {_euros(bill, 'en')} comes on top of {_ARREARS_EN[sector]}{_amount(cents, 'en')}",
    )


def another(sector: str) -> Words:
    """A partner of this sector signals as well, about what is usual at first."""
    cents = USUAL_CENTS[sector]
    return Words(
        f"ook {_PARTNER_NL[sector]} een achterstand van {_euros(cents, 'nl')} meldt",
        f"{_PARTNER_EN[sector]} signals arrears of {_euros(cents, 'en')} as well",
    )


def threatens(crisis: str) -> Words:
    """A threat appears."""
    return Words(_THREAT_NL[crisis], _THREAT_EN[crisis])


def threat_over() -> Words:
    """What threatened is over, everywhere."""
    return Words("de dreiging voorbij is", "the threat is over")


def asks_for_help() -> Words:
    """The resident asks for help, and the partner tells so."""
    return Words("de inwoner zelf om hulp vraagt", "the resident asks for help")


def most_telling(now: int, imagined: Iterable[tuple[Words, int | None]]) -> tuple[WouldChange, ...]:
    """The changes with the largest effect, that first; what changes nothing is left out.

    Args:
        now: the score as it is.
        imagined: what may happen, with the score after it; None where nothing is open any more.
    """
    told = [_told(now, words, score) for words, score in imagined if score != now]
    return tuple(sorted(told, key=lambda one: -abs(one.difference))[:MOST])


def _told(now: int, words: Words, score: int | None) -> WouldChange:
    if score is None:
        return WouldChange(
            f"Als {words.nl}: er is geen achterstand meer open en de zaak sluit",
            f"If {words.en}: no arrears are open any more and the case closes",
            0,
            -now,
            closes=True,
        )
    sign = f"{score - now:+d}".replace("-", "\N{MINUS SIGN}")
    unit_nl, unit_en = ("punt", "point") if score == 1 else ("punten", "points")
    return WouldChange(
        f"Als {words.nl}: {score} {unit_nl} ({sign})",
        f"If {words.en}: {score} {unit_en} ({sign})",
        score,
        score - now,
        closes=False,
    )


def _amount(cents: int | None, language: str) -> str:
    if cents is None:
        return ""
    return f" van {_euros(cents, 'nl')}" if language == "nl" else f" of {_euros(cents, 'en')}"


def _euros(cents: int, language: str) -> str:
    """Whole euros where it is; pages write amounts with babel, which knows no more of it."""
    text = f"{cents / 100:,.2f}".removesuffix(".00")
    if language == "en":
        return f"€{text}"
    return "€\N{NO-BREAK SPACE}" + text.translate(str.maketrans(",.", ".,"))
