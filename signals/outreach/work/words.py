"""How does a line of history read, in Dutch and in English?

Pure. A line is stored as a kind with codes (`case_history`); here they become a sentence. The words of DDAS are those
of `contract.codes` and `contract.english`; the English of another code is the code with spaces, unless it is below.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from babel.dates import format_date

from signals.contract import english
from signals.contract.codes import CONTACT_KINDS, OUTCOMES, PARTS_OF_DAY, STATUS_IN_DDAS
from signals.contract.partners import partner_name
from signals.outreach.letters.codes import CODES, RETURN_REASONS
from signals.outreach.visits.words import RESULTS as VISIT_RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROUTES: Final = {"none": "geen", "letter": "brief", "home-visit": "huisbezoek"}
_REASONS: Final = {
    "paid": "betaald",
    "arrangement": "betalingsregeling",
    "wrongful": "onterecht",
    "deceased": "overleden",
    "moved": "vertrokken uit de gemeente",
}
_CRISES: Final = {
    "eviction": "dreigende huisuitzetting",
    "disconnection": "dreigende afsluiting",
    "end-of-insurance": "dreigend einde van de zorgverzekering",
    "end-of-delivery": "einde van de levering aangekondigd",
}
_RESULTS: Final = {
    "started": "hulp is begonnen",
    "no-show": "niet verschenen",
    "declined": "wil geen hulp",
    "not-suitable": "niet de juiste plek",
    "mistaken": "was een vergissing",
    **{code: nl.lower() for code, (nl, _) in VISIT_RESULTS.items()},
}
_DUTCH: Final[Mapping[str, Mapping[str, str]]] = {
    "route": _ROUTES,
    "before": _ROUTES,
    "after": _ROUTES,
    "reason": _REASONS,
    "status": {code: word.lower() for code, word in STATUS_IN_DDAS.items()},
    "outcome": OUTCOMES,
    "kind": CONTACT_KINDS,
    "part": {code: word.lower() for code, word in PARTS_OF_DAY.items()},
    "reached": {"True": "bereikt", "False": "niet bereikt"},
    "result": _RESULTS,
    "what": {**_CRISES, "deceased": "overlijden gemeld", "over": "wat dreigde is voorbij"},
    "code": {code: nl for code, (nl, _) in CODES.items()},
    "returned": {code: nl for code, (nl, _) in RETURN_REASONS.items()},
    "how": {
        "contact": "Opgepakt zonder vrijgave, door contact of een afspraak",
        "closing": "Opgepakt bij het afsluiten, zonder vrijgave",
    },
}
_ENGLISH: Final = {
    "status": {code: word.lower() for code, word in english.STATUSES.items()},
    "outcome": english.OUTCOMES,
    "kind": {code: word[0].lower() + word[1:] for code, word in english.CONTACT_KINDS.items()},
    "reason": {"arrangement": "payment arrangement", "moved": "left the municipality"},
    "result": {
        "started": "help has begun",
        "no-show": "did not come",
        "declined": "does not want help",
        "not-suitable": "not the right place",
        "mistaken": "was a mistake",
        **{code: en.lower() for code, (_, en) in VISIT_RESULTS.items()},
    },
    "reached": {"True": "reached", "False": "not reached"},
    "what": {"over": "the threat is over"},
    "code": {code: en for code, (_, en) in CODES.items()},
    "returned": {code: en for code, (_, en) in RETURN_REASONS.items()},
    "how": {
        "contact": "Taken up without a release, by contact or an agreement",
        "closing": "Taken up when it was closed, without a release",
    },
}
_DUTCH_MARKS: Final = str.maketrans(",.", ".,")  # € 1.090,04
_FREE: Final = frozenset({"reference", "to", "target"})  # names: never translated
_LED_BY: Final = {
    "holder": {"nl": " van", "en": " by"},
    "team": {"nl": "de werkvoorraad van", "en": "the queue of"},
}
_PARTNERS: Final = frozenset({"partner", "partners"})
_DAYS: Final = frozenset({"signalledOn", "onDay"})
# What a line says without a value: no part of the day, no team of its own, a release.
_ABSENT: Final = {
    "part": {"nl": "", "en": ""},
    "holder": {"nl": "", "en": ""},
    "team": {"nl": "de gezamenlijke werkvoorraad", "en": "the common queue"},
    "how": {"nl": "Vrijgegeven", "en": "Released"},
}
# A decision's reason is what a person wrote.
_OWN_WORDS: Final = frozenset(
    {
        *("route-changed", "not-picked-up", "mark-taken-back", "reopened-by-person", "team", "handed-over"),
        *("different-persons", "two-persons", "unsafe-lifted"),
        "door-late",
    }
)
_LINES: Final = {
    "opened": ("Zaak geopend, route {route}", "Case opened, route {route}"),
    "held": ("Aangehouden: een inwoner is overleden", "Held for review: a resident died"),
    "closed": ("Gesloten: {outcome}", "Closed: {outcome}"),
    "reopened": ("Weer geopend", "Reopened"),
    "route": ("Route van {before} naar {after}", "Route from {before} to {after}"),
    "back-in-queue": ("Terug in de werkvoorraad", "Back in the queue"),
    "stop-what-is-not-done": (
        "Aantal achterstanden van {before} naar {after}: stop wat nog niet gedaan is",
        "Number of arrears from {before} to {after}: stop what is not done yet",
    ),
    "removed": ("Zaak vervallen: er hoort geen signaal meer bij", "Case removed: no signal belongs to it any more"),
    "report": (
        "Signaal van {partner} ({reference}), {signalledOn}",
        "Signal of {partner} ({reference}), {signalledOn}",
    ),
    "report-left": (
        "Signaal van {partner} ({reference}) uit de zaak: {status}",
        "Signal of {partner} ({reference}) left the case: {status}",
    ),
    "moved": (
        "Achterstand bij {partner} ({reference}) is naar een ander adres",
        "Arrears at {partner} ({reference}) moved to another address",
    ),
    "withdrawn": (
        "Ingetrokken door {partner} ({reference}): {reason}",
        "Withdrawn by {partner} ({reference}): {reason}",
    ),
    "amount": (
        "Achterstand bij {partner} ({reference}) van {before} naar {after}",
        "Arrears at {partner} ({reference}) from {before} to {after}",
    ),
    "released": ("{how}: {route}", "{how}: {route}"),
    "claimed": ("Opgepakt om aan te werken", "Claimed"),
    "let-go": ("Losgelaten", "Let go"),
    "handed-over": ("Overgedragen{holder} aan {to}: {reason}", "Handed over{holder} to {to}: {reason}"),
    "hand-over-undone": ("Overdracht aan {to} teruggenomen", "Handing over to {to} taken back"),
    "looked-at": ("Bekeken: {what}", "Looked at: {what}"),
    "look-undone": ("Toch weer te bekijken: {what}", "To be looked at again: {what}"),
    "attempt": ("Contactpoging: {kind}, {onDay}{part}: {reached}", "Contact attempt: {kind}, {onDay}{part}: {reached}"),
    "attempt-undone": ("Contactpoging doorgehaald: {kind}, {onDay}", "Contact attempt struck out: {kind}, {onDay}"),
    "step": ("Afgesproken: {kind}, {onDay}{part}", "Agreed: {kind}, {onDay}{part}"),
    "step-cancelled": ("Afspraak afgezegd: {kind}, {onDay}{part}", "Agreement cancelled: {kind}, {onDay}{part}"),
    "step-ended": (
        "Volgende stap vervallen door de andere route: {kind}, {onDay}{part}",
        "Next step ended by the other route: {kind}, {onDay}{part}",
    ),
    "step-restored": (
        "Volgende stap staat er weer: {kind}, {onDay}{part}",
        "Next step stands there again: {kind}, {onDay}{part}",
    ),
    "route-changed": (
        "Route veranderd van {before} naar {after}: {reason}",
        "Route changed from {before} to {after}: {reason}",
    ),
    "not-picked-up": (
        "Signaal van {partner} ({reference}) niet in behandeling: {status}. {reason}",
        "Signal of {partner} ({reference}) not picked up: {status}. {reason}",
    ),
    "mark-taken-back": (
        "Signaal van {partner} ({reference}) toch in behandeling: {reason}",
        "Signal of {partner} ({reference}) picked up after all: {reason}",
    ),
    "referred": ("Verwezen naar {target}", "Referred to {target}"),
    "referral-result": ("Verwijzing naar {target}: {result}", "Referral to {target}: {result}"),
    "team": ("Naar {team}: {reason}", "To {team}: {reason}"),
    "closed-by-person": ("Gesloten: {outcome}", "Closed: {outcome}"),
    "reopened-by-person": ("Weer geopend: {reason}", "Reopened: {reason}"),
    "same-person": ("Dezelfde persoon: {partners} bedoelen één inwoner", "Same person: {partners} mean one resident"),
    "different-persons": (
        "Verschillende personen: {partners} bedoelen niet dezelfde inwoner. {reason}",
        "Different persons: {partners} do not mean the same resident. {reason}",
    ),
    "link-undone": (
        "Of {partners} dezelfde inwoner bedoelen, is weer de vraag",
        "Whether {partners} mean the same resident is open again",
    ),
    "one-person": (
        "Eén persoon: wat {partners} verschillend schreven, gaat over één inwoner",
        "One person: what {partners} wrote differently is about one resident",
    ),
    "two-persons": (
        "Twee personen: wat {partners} schreven, gaat over verschillende inwoners. {reason}",
        "Two persons: what {partners} wrote is about different residents. {reason}",
    ),
    "pair-undone": (
        "Of het over één inwoner gaat, is weer de vraag: {partners}",
        "Whether it is about one resident is open again: {partners}",
    ),
    "letter-fault": ("Brief kan zo niet weg: {code}", "No letter can go out like this: {code}"),
    "letter-taken-out": (
        "Brief {letter} uit de brievenronde gehaald: {code}",
        "Letter {letter} taken out of the letter run: {code}",
    ),
    "letter-returned": ("Brief {letter} kwam terug: {returned}", "Letter {letter} came back: {returned}"),
    "street-written": ("Straat en plaats met de hand geschreven", "Street and place written by hand"),
    "street-removed": ("Met de hand geschreven straat weggehaald", "Street written by hand removed"),
    "letter-returned-undone": ("Brief {letter} kwam toch niet terug", "Letter {letter} did not come back after all"),
    "visit-planned": ("Op de bezoeklijst voor {onDay}{part}", "On the visiting list for {onDay}{part}"),
    "visit-announced": ("Bezoek aangekondigd in de brief: {onDay}{part}", "Visit announced by letter: {onDay}{part}"),
    "door-refused": ("Aan de deur gezegd: wil geen hulp", "Said at the door: wants no help"),
    "door-moved": (
        "Aan de deur gehoord: verhuisd. Eerst beoordelen, er gaat geen brief uit",
        "Heard at the door: moved. To be looked at first, no letter goes out",
    ),
    "door-late": (
        "Aan de deur, nadat de zaak was gesloten: {onDay}{part}: {result}{reason}",
        "At the door, after the case was closed: {onDay}{part}: {result}{reason}",
    ),
    "visit-unwanted": ("Gezegd: wil het bezoek van {onDay} niet", "Said: does not want the visit of {onDay}"),
    "unsafe": ("Onveilig aan de deur: geen huisbezoek meer", "Not safe at the door: no home visit any more"),
    "unsafe-lifted": ("Weer veilig aan de deur: {reason}", "Safe at the door again: {reason}"),
    "note": ("Notitie geschreven", "Note written"),
    "note-undone": ("Notitie doorgehaald", "Note struck out"),
}
_THREAT: Final = ("{partner} ({reference}) meldt: {what}", "{partner} ({reference}) reports: {what}")
KINDS: Final = frozenset(_LINES)
"""All kinds of lines that a history can have."""


def told(kind: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """The line in Dutch and in English; a kind of another version is shown as its code."""
    if kind not in _LINES:
        return kind, kind
    if kind == "amount" and _is_of_a_threat(detail):
        (nl, en), detail = _THREAT, {**detail, "what": detail["after"]["crisis"] or "over"}
    else:
        nl, en = _LINES[kind]
    return nl.format_map(_Words(kind, detail, "nl")), en.format_map(_Words(kind, detail, "en"))


def _is_of_a_threat(detail: Mapping[str, Any]) -> bool:
    """Whether the amount stayed as it was, so that the change is that of the crisis."""
    before, after = detail.get("before", {}), detail.get("after", {})
    return bool(before.get("amount") == after.get("amount") and before.get("crisis") != after.get("crisis"))


class _Words(dict[str, str]):
    """The values of a line's detail, as words of one language; what is not there is left out."""

    def __init__(self, kind: str, detail: Mapping[str, Any], language: str) -> None:
        super().__init__({key: _word(kind, key, value, language) for key, value in detail.items() if value is not None})

        self._language = language

    def __missing__(self, key: str) -> str:
        return _ABSENT.get(key, {}).get(self._language, "?")


def _word(kind: str, key: str, value: Any, language: str) -> str:  # noqa: ANN401 - as JSON has it
    if isinstance(value, dict):
        return _amount(value, language)
    if key in _DAYS:
        return format_date(date.fromisoformat(value), "d MMMM y", locale=language)
    text = str(value)
    if key in _PARTNERS:
        return _named([text] if key == "partner" else value, language)
    if key in _LED_BY:
        return f"{_LED_BY[key][language]} {text}"
    if key in _FREE or (key == "reason" and kind in _OWN_WORDS):
        return text
    word = _DUTCH.get(key, {}).get(text, text) if language == "nl" else _english(key, text)
    return f", {word}" if key == "part" else word


def _named(partners: Sequence[str], language: str) -> str:
    """Their names: "Welbions, Vitens en Menzis"."""
    names = [partner_name(partner) for partner in partners]
    return (" en " if language == "nl" else " and ").join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _english(key: str, code: str) -> str:
    return _ENGLISH.get(key, {}).get(code, code.replace("-", " "))


def _amount(known: Mapping[str, Any], language: str) -> str:
    cents, crisis = known.get("amount"), known.get("crisis")
    euros = "?" if cents is None else f"€ {cents / 100:,.2f}"
    if language == "nl":
        euros = euros.translate(_DUTCH_MARKS)
    if crisis is None:
        return euros
    return f"{euros} ({_CRISES.get(crisis, crisis) if language == 'nl' else crisis.replace('-', ' ')})"
