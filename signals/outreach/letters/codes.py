"""In which words is it said why a case has no letter in a run? Every code, in Dutch and in English. Pure.

The first group is for a person to mend: such a case stands in the review queue (`store.base.LETTER_FAULTS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "no-name": ("er is geen naam bekend", "no name is known"),
    "no-street": ("er is geen straat bekend", "no street is known"),
    "no-city": ("er is geen plaats bekend", "no town is known"),
    "postcode": ("de postcode klopt niet", "the postcode is not right"),
    "too-long": ("het adres is te lang voor het venster", "the address is too long for the window"),
    "too-many-lines": ("het adres past niet in het venster", "the address does not fit in the window"),
    "abroad": ("het adres is in het buitenland", "the address is abroad"),
    "no-fixed-abode": ("er is geen vast adres", "there is no fixed address"),
    "unprintable": ("de naam of het adres heeft tekens die niet te drukken zijn", "it has characters without a print"),
    "no-addressee": ("er is niemand om aan te schrijven", "there is nobody to write to"),
    "died": ("wie het betreft is misschien overleden", "whom it concerns may have died"),
    "moved": ("aan de deur gehoord: verhuisd", "heard at the door: moved"),
    "returned": ("de vorige brief kwam terug", "the last letter came back"),
}
CODES: Final[Mapping[str, tuple[str, str]]] = {
    **FAULTS,
    "closed": ("de zaak is gesloten", "the case is closed"),
    "held": ("er is een overlijden gemeld", "a death was reported"),
    "visit-waits": ("er gaat een bezoek voor", "a visit goes first"),
    "changed": ("er kwam iets nieuws bij", "something new came in"),
    "withdrawn": ("er telt geen achterstand meer van deze inwoner", "no arrears of this resident counts any more"),
    "step-promised": ("er is een afspraak met de inwoner", "something is agreed with the resident"),
    "answered": ("er is al contact geweest", "there was contact already"),
    "sent": ("er is al een brief verstuurd", "a letter was sent already"),
    "in-run": ("de brief zit in een andere ronde", "the letter is in another run"),
    "next-day": ("dit adres krijgt vandaag al een brief", "this address gets another letter today"),
    "same-letter": ("dezelfde brief gaat ook over deze zaak", "the same letter is about this case too"),
    "all-sent": ("alle brieven zijn verstuurd", "all letters were sent"),
    "not-due": ("er hoeft nu geen brief weg", "no letter is due now"),
    "waits": ("de zaak wacht op vrijgave", "the case waits for its release"),
    "gone": ("er is hier geen zaak met dit nummer", "there is no case of this number here"),
    "too-late-to-announce": (
        "het is te laat om het bezoek per brief aan te kondigen",
        "it is too late to announce the visit by letter",
    ),
    "visit-off": ("het bezoek gaat zo niet door", "the visit is not made like this"),
    "cancelled": ("de ronde is teruggenomen", "the run was taken back"),
}
RETURN_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "moved": ("verhuisd", "moved"),
    "unknown": ("onbekend op dit adres", "not known at this address"),
    "refused": ("geweigerd", "refused"),
    "other": ("een andere reden", "another reason"),
}
