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
        "withdrawn": ("er telt geen achterstand meer", "no arrears counts any more"),
        "on-a-list": ("staat op een andere lijst", "stands in another list"),
        "claimed": ("een collega is ermee bezig", "a colleague has it in hand"),
        "promised": ("er is iets anders afgesproken", "something else was agreed"),
        "later": ("pas op een latere dag", "on a later day"),
        "other-part": ("op een ander deel van de dag", "in another part of the day"),
        "changed": ("geen bezoek meer nodig", "no visit is due any more"),
        "not-announced": (
            "niet aangekondigd: de brief is nog niet verstuurd",
            "not announced: the letter is not posted yet",
        ),
        "opted-out": ("wil geen bezoek", "wants no visit"),
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
VISIT_ERRORS: Final[Words] = MappingProxyType(
    {
        "no-list": ("Deze bezoeklijst is er niet.", "There is no such visiting list."),
        "no-stop": (
            "Dit adres staat niet meer op de lijst. Bekijk de lijst opnieuw.",
            "This address is not on the list any more. Look at the list again.",
        ),
        "not-proposed": (
            "Deze lijst is al vrijgegeven of klaar: wijzigen kan niet meer.",
            "This list was released or is done: it cannot be changed any more.",
        ),
        "not-released": (
            "Deze lijst is nog niet vrijgegeven. Geef hem eerst vrij.",
            "This list was not released yet. Release it first.",
        ),
        "day-over": (
            "De dag van deze lijst is voorbij. Plan een nieuwe lijst.",
            "The day of this list is over. Plan a new list.",
        ),
        "not-due": (
            "Bij dit huishouden is nu geen huisbezoek nodig.",
            "No home visit is due at this household now.",
        ),
        "hindered": (
            "Dit huishouden kan niet op de lijst: er staat iets in de weg. Bekijk de zaak.",
            "This household cannot be on the list: something is in the way. Look at the case.",
        ),
        "unsafe": (
            "Aan deze deur is het onveilig. Er gaat niemand langs tot een teamleider zegt dat het weer kan.",
            "It is not safe at this door. Nobody goes there until a team lead says that it is safe again.",
        ),
        "empty": (
            "Van deze lijst kan niets meer worden bezocht. Plan een nieuwe lijst.",
            "Nothing of this list can be visited any more. Plan a new list.",
        ),
        "recorded": (
            "Bij dit adres is al een uitslag opgeschreven. Een vergissing haalt u door bij de zaak.",
            "A result was written down for this address before. Strike out a mistake at the case.",
        ),
        "key-used": (
            "Dit formulier is al voor een andere uitslag gebruikt. Bekijk de lijst opnieuw.",
            "This form was used for another result. Look at the list again.",
        ),
        "choice": (
            "Een van uw keuzes kan niet. Kies opnieuw.",
            "One of your choices is not possible. Choose again.",
        ),
        "agreed": (
            "Een afspraak maakt u met wie u sprak. Kies 'Gesproken', of laat de afspraak leeg.",
            "An agreement is made with whom you spoke. Choose 'Spoken with', or leave the agreement empty.",
        ),
        "done": (
            "Deze lijst is klaar: er komt geen bezoek meer van.",
            "This list is done: no visit comes of it any more.",
        ),
        "too-near": (
            "Deze dag is te dichtbij om de bezoeken aan te kondigen. Plan een latere dag, of kondig ze niet aan.",
            "This day is too near to announce the visits by letter. Plan a later day, or do not announce them.",
        ),
        "not-unsafe": (
            "Niemand heeft gemeld dat het hier onveilig is, of het is al opgeheven.",
            "Nobody reported that it is not safe here, or it was lifted before.",
        ),
        "not-a-lead": (
            "Alleen een teamleider kan zeggen dat het hier weer veilig is. Vraag uw teamleider.",
            "Only a team lead can say that it is safe here again. Ask yours.",
        ),
    }
)
"""Why an act was refused (`lists.VisitObstacle`): a sentence that says what to do."""
