"""In which words does a specialist read it? Our codes in Dutch; the DDAS words where the standard has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import CONTACT_KINDS, OUTCOMES, PARTS_OF_DAY, STATUS_IN_DDAS
from signals.outreach.letters.codes import CODES, RETURN_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ROUTES: Final = {"letter": "brief", "home-visit": "huisbezoek", "none": "geen"}
STATES: Final = {"open": "open", "closed": "gesloten"}
CRISES: Final = {
    "eviction": "ontruiming dreigt",
    "disconnection": "afsluiting dreigt",
    "end-of-insurance": "einde zorgverzekering dreigt",
    "end-of-delivery": "einde energielevering",
}
FLAGS: Final = {
    "multiple": "meervoudig",
    "consecutive": "opeenvolgend",
    "held": "wacht op beoordeling: overlijden gemeld",
    "waiting": "wacht op vrijgave",
}
CLASSES: Final = {"single": "enkelvoudig", "multiple": "meervoudig", "consecutive": "opeenvolgend"}
LINES: Final = {"open": "open", "withdrawn": "ingetrokken"}
SECTORS: Final = {"housing": "huur", "energy": "energie", "water": "water", "health": "zorg", "other": "overig"}
EVENTS: Final = {"reported": "melding", "changed": "wijziging", "withdrawn": "intrekking"}
REASONS: Final = {
    "paid": "betaald",
    "arrangement": "betalingsregeling",
    "wrongful": "onterecht",
    "deceased": "overleden",
    "moved": "verhuisd",
}
HISTORY: Final = {
    "opened": "zaak geopend",
    "report": "signaal toegevoegd",
    "report-left": "signaal hoort niet meer bij deze zaak",
    "withdrawn": "signaal ingetrokken",
    "moved": "verhuisd naar een ander adres",
    "amount": "bedrag of crisis gewijzigd",
    "route": "route gewijzigd",
    "closed": "zaak gesloten",
    "reopened": "zaak heropend",
    "held": "wacht op beoordeling",
    "back-in-queue": "terug in de wachtrij",
    "stop-what-is-not-done": "stoppen wat nog niet gedaan is",
    "released": "vrijgegeven",
    "removed": "zaak vervallen",
    "claimed": "opgepakt om aan te werken",
    "let-go": "losgelaten",
    "handed-over": "overgedragen",
    "letter-fault": "brief kan zo niet weg",
    "letter-taken-out": "brief uit de brievenronde gehaald",
    "letter-returned": "brief kwam terug",
    "letter-returned-undone": "brief kwam toch niet terug",
    "street-written": "straat en plaats met de hand geschreven",
    "street-removed": "met de hand geschreven straat weggehaald",
    "attempt": "contactpoging",
    "attempt-undone": "contactpoging doorgehaald",
    "step": "volgende stap afgesproken",
    "route-changed": "route veranderd door een medewerker",
    "not-picked-up": "signaal niet in behandeling",
    "mark-taken-back": "signaal toch in behandeling",
    "referred": "verwezen",
    "referral-result": "afloop van een verwijzing",
    "team": "naar de werkvoorraad van een team",
    "closed-by-person": "zaak gesloten door een medewerker",
    "reopened-by-person": "zaak heropend door een medewerker",
    "note": "notitie geschreven",
    "note-undone": "notitie doorgehaald",
    "looked-at": "dreiging of overlijden bekeken",
    "look-undone": "toch weer te bekijken",
    "same-person": "partners bedoelen dezelfde persoon",
    "different-persons": "partners bedoelen verschillende personen",
    "link-undone": "weer te beoordelen of het één persoon is",
    "one-person": "twee schrijfwijzen zijn één persoon",
    "two-persons": "twee schrijfwijzen zijn twee personen",
    "pair-undone": "weer te beoordelen of twee schrijfwijzen één persoon zijn",
    "hand-over-undone": "overdracht teruggenomen",
    "step-cancelled": "afspraak afgezegd",
    "step-ended": "volgende stap vervallen door de andere route",
    "step-restored": "volgende stap staat er weer",
    "visit-planned": "op een bezoeklijst",
    "visit-announced": "bezoek aangekondigd per brief",
    "door-refused": "wil geen hulp, gezegd aan de deur",
    "door-moved": "verhuisd, gehoord aan de deur",
    "door-late": "aan de deur gezien nadat de zaak was gesloten",
    "visit-unwanted": "wil het bezoek niet",
    "unsafe": "onveilig aan de deur",
    "unsafe-lifted": "weer veilig aan de deur",
}

TAKEN_UP: Final = {
    "contact": "opgepakt zonder vrijgave, door contact of een afspraak",
    "closing": "opgepakt bij het afsluiten, zonder vrijgave",
}

RESULTS: Final = {
    "started": "hulp is begonnen",
    "no-show": "niet verschenen",
    "declined": "wil geen hulp",
    "not-suitable": "niet de juiste plek",
    "mistaken": "was een vergissing",
}

_MONTHS: Final = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)

_PARTICULARS: Final[Mapping[str, Mapping[str, str]]] = {
    "contact": CONTACT_KINDS,
    "onDay": {},
    "part": PARTS_OF_DAY,
    "what": {**CRISES, "deceased": "overlijden gemeld"},
    "code": {code: nl for code, (nl, _) in CODES.items()},  # of a letter
    "returned": {code: nl for code, (nl, _) in RETURN_REASONS.items()},
    "reason": REASONS,  # of a withdrawal; that of a person's decision is what this person wrote
    "result": RESULTS,
    "outcome": OUTCOMES,
    "status": STATUS_IN_DDAS,
    "route": ROUTES,
}


def month(day: date) -> str:
    """The month of a day: "oktober 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def decimal(value: float) -> str:
    """A number with one decimal: "4,4"."""
    return f"{value:.1f}".replace(".", ",")


def percent(share: float) -> str:
    """A share from 0 to 1: "83%"; never 0% of something that is there."""
    return "<1%" if 0 < share < 0.005 else f"{100 * share:.0f}%"


def status(code: str) -> str:
    """A report's status in the words of DDAS."""
    return STATUS_IN_DDAS[code]


def outcome(code: str) -> str:
    """How a case ended, in the words of DDAS."""
    return OUTCOMES[code]


def letter_fault(code: str | None) -> str:
    """Why no letter could be made, or that it came back."""
    return f"brief: {CODES[code][0]}" if code else ""


def history(kind: str, how: str | None = None) -> str:
    """What a line of a case's history tells; a kind of another version by its own name.

    `how`: as a line of a take-up says that it was no release.
    """
    return TAKEN_UP.get(how or "") or HISTORY.get(kind, kind)


def what_happened(line: Mapping[str, Any]) -> str:
    """The particulars of a history line in a few words."""
    said = [
        str(line[name])
        for name in ("partner", "reference", "holder", "to", "team", "target")
        if line.get(name) is not None
    ]
    told = [(words, str(line[name])) for name, words in _PARTICULARS.items() if line.get(name) is not None]
    said += [words.get(value, value) for words, value in told]
    if "before" in line:
        said.append(f"{_value(line['before'])} → {_value(line['after'])}")
    return ", ".join(said)


def _value(value: object) -> str:
    if isinstance(value, dict):  # what was last known of an arrears: cents and crisis
        crisis = value["crisis"]
        return f"€ {value['amount'] / 100:.2f}" + (f" ({CRISES[crisis]})" if crisis else "")
    return ROUTES.get(str(value), str(value))
