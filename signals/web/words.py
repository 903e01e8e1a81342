"""In which words do the pages say a code? Dutch first, English second.

Stands between the codes of the contract and the templates. The Dutch words of contact kinds, parts of the day, statuses
and outcomes are those of DDAS (`contract/codes`), letter for letter, beside the English of
`contract/english`; the rest is ours.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from babel.dates import format_date

from signals.contract import codes, english
from signals.outreach.letters.codes import FAULTS, RETURN_REASONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


class Word(NamedTuple):
    """What a code is called in both languages of the pages."""

    nl: str
    en: str


def _beside(dutch: Mapping[str, str], ours: Mapping[str, str]) -> Mapping[str, Word]:
    """The words of DDAS with ours in English beside them; a code that has only one of the two is refused at import."""
    if dutch.keys() != ours.keys():
        raise KeyError(*sorted(dutch.keys() ^ ours.keys()))
    return MappingProxyType({code: Word(text, ours[code]) for code, text in dutch.items()})


_CONTACT_KINDS: Final = _beside(codes.CONTACT_KINDS, english.CONTACT_KINDS)
_PARTS: Final = _beside(codes.PARTS_OF_DAY, english.PARTS_OF_DAY)
_STATUSES: Final = _beside(codes.STATUS_IN_DDAS, english.STATUSES)
_OUTCOMES: Final = _beside(codes.OUTCOMES, english.OUTCOMES)

WORDS: Final[Mapping[str, Mapping[str, Word]]] = MappingProxyType(
    {
        "contact": _CONTACT_KINDS,
        "part": _PARTS,
        "status": _STATUSES,
        "outcome": _OUTCOMES,
        "route": {
            "letter": Word("Brief", "Letter"),
            "home-visit": Word("Huisbezoek", "Home visit"),
            "none": Word("Geen", "No route"),
        },
        "state": {"open": Word("Open", "Open"), "closed": Word("Gesloten", "Closed")},
        "line": {"open": Word("Open", "Open"), "withdrawn": Word("Ingetrokken", "Withdrawn")},
        "crisis": {
            "eviction": Word("Ontruiming dreigt", "Eviction threatens"),
            "disconnection": Word("Afsluiting dreigt", "Disconnection threatens"),
            "end-of-insurance": Word("Einde zorgverzekering dreigt", "End of health insurance threatens"),
            "end-of-delivery": Word("Einde energielevering", "End of energy delivery"),
        },
        "sector": {
            "housing": Word("Huur", "Rent"),
            "energy": Word("Energie", "Energy"),
            "water": Word("Water", "Water"),
            "health": Word("Zorgverzekering", "Health insurance"),
            "other": Word("Overig", "Other"),
        },
        "flag": {
            "multiple": Word("Meervoudig", "Multiple"),
            "consecutive": Word("Opeenvolgend", "Consecutive"),
            "held": Word("Overlijden gemeld: eerst beoordelen", "Death reported: review first"),
            "waiting": Word("Wacht op vrijgave", "Waits for release"),
        },
        "returned": {code: Word(nl.capitalize(), en.capitalize()) for code, (nl, en) in RETURN_REASONS.items()},
        "letter": {
            code: Word(f"Brief kan niet weg: {nl}", f"No letter can go out: {en}") for code, (nl, en) in FAULTS.items()
        },
        "class": {
            "single": Word("Enkelvoudig", "Single"),
            "multiple": Word("Meervoudig", "Multiple"),
            "consecutive": Word("Opeenvolgend", "Consecutive"),
        },
        "event": {
            "reported": Word("Signaal", "Signal"),
            "changed": Word("Wijziging", "Change"),
            "withdrawn": Word("Intrekking", "Withdrawal"),
        },
        "reason": {
            "paid": Word("Betaald", "Paid"),
            "arrangement": Word("Betalingsregeling", "Payment arrangement"),
            "wrongful": Word("Onterecht", "Wrongful"),
            "deceased": Word("Overleden", "Deceased"),
            "moved": Word("Verhuisd", "Moved"),
        },
        "why": {
            "not-at-home": Word("Niemand thuis bij het vorige bezoek", "Nobody at home at the last visit"),
            "visits-exhausted": Word("Alle bezoeken zijn gedaan", "All visits were made"),
            "card-left": Word("Er is een kaartje achtergelaten", "A card was left"),
            "promised": Word("Afgesproken met de inwoner", "Agreed with the resident"),
            "announced": Word("Aangekondigd in een brief", "Announced by letter"),
            "not-reached": Word("Dit is nog niet geprobeerd", "This was not tried yet"),
            "no-answer": Word(
                "Geen antwoord op de brief: kies hoe het verder gaat", "No answer to the letter: choose how to go on"
            ),
        },
        "result": {
            "started": Word("De hulp is daar begonnen", "Help has begun there"),
            "no-show": Word("De inwoner kwam niet", "The resident did not come"),
            "declined": Word("De inwoner wilde het niet", "The resident did not want it"),
            "not-suitable": Word("Het was niet de goede plek", "It was not the right place"),
            "mistaken": Word("De doorverwijzing was een vergissing", "The referral was a mistake"),
        },
    }
)
"""What is named → its codes in the order in which a list shows them → the words."""


def word(what: str, code: str, language: str) -> str:
    """The words for a code: `word("part", "evening", "nl")` gives "Avond".

    Raises:
        KeyError: there is no such code; a page never shows one to a person.
    """
    nl, en = WORDS[what][code]
    return en if language == "en" else nl


def period_words(label: str, language: str) -> str:
    """A matching period as people say it: "2026-11" gives "november 2026", "2026-W45" gives "week 45, 2026"."""
    week = _WEEK.fullmatch(label)
    if week:
        return f"week {int(week[2])}, {week[1]}"
    first = date(int(label[:4]), int(label[5:7]), 1)
    month = format_date(first, "MMMM y", locale=language)
    if label.endswith("-H1"):
        return f"1–15 {month}"
    if label.endswith("-H2"):
        return f"16–{monthrange(first.year, first.month)[1]} {month}"
    return month


def options(what: str, language: str, *, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Every code with its words, for a list to choose from."""
    return [(code, word(what, code, language)) for code in WORDS[what] if code not in without]
