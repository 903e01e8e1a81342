"""In which words does one read of visits? Each code in Dutch and in English; for pages, commands and paper."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    Words = Mapping[str, tuple[str, str]]

RESULTS: Final[Words] = MappingProxyType(
    {
        "spoken": ("Gesproken", "Spoken with"),
        "not-at-home": ("Niet thuis", "Not at home"),
        "refused": ("Wil geen hulp", "Wants no help"),
        "moved": ("Verhuisd", "Moved"),
        "unsafe": ("Onveilig", "Not safe"),
        "card-left": ("Kaartje achtergelaten", "Card left"),
    }
)
"""What may come of a visit."""
WHY_NOT: Final[Words] = MappingProxyType(
    {
        "held": ("een overlijden eerst bekijken", "look at a death first"),
        "unsafe": ("onveilig aan de deur", "not safe at the door"),
        "moved": ("verhuisd, gehoord aan de deur", "moved, heard at the door"),
        "on-a-list": ("staat op een andere lijst", "stands in another list"),
        "claimed": ("een collega is ermee bezig", "a colleague has it in hand"),
        "promised": ("er is iets anders afgesproken", "something else was agreed"),
        "later": ("pas op een latere dag", "on a later day"),
        "other-part": ("op een ander deel van de dag", "in another part of the day"),
        "changed": ("geen bezoek meer nodig", "no visit is due any more"),
        "replanned": ("na opnieuw plannen niet meer erbij", "not on it any more after planning anew"),
    }
)
"""Why a household is not visited: `candidates.HINDRANCES`, and what lists add to them."""
FIRST: Final[Words] = MappingProxyType(
    {
        "agreed": ("afgesproken", "agreed"),
        "crisis": ("dreiging", "something threatens"),
        "deadline": ("termijn loopt af", "a deadline is near"),
    }
)
"""Why a household goes before what has more points."""
HOW: Final[Words] = MappingProxyType(
    {
        "address": ("", ""),
        "number": ("zelfde nummer, andere toevoeging", "same number, another addition"),
        "postcode": ("midden van de postcode", "middle of the postcode"),
    }
)
"""How the place of an address was found (`places.How`)."""
UNKNOWN_PLACE: Final = ("plek onbekend, staat achteraan", "place unknown, stands at the end")
STATES: Final[Words] = MappingProxyType(
    {"proposed": ("voorgesteld", "proposed"), "released": ("vrijgegeven", "released"), "done": ("klaar", "done")}
)
"""How far a list is."""
STOPS: Final[Words] = MappingProxyType(
    {
        "planned": ("", ""),
        "dropped": ("eraf gehaald", "taken off"),
        "left-out": ("vervallen", "left out"),
        "visited": ("bezocht", "visited"),
        "not-visited": ("niet bezocht", "not visited"),
    }
)
"""How it stands with a household on a list."""
