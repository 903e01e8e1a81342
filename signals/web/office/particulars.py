"""In which words does the log say the particulars of a line? Each key and each value, in the language of the page.

A key or a code that an older version wrote and nobody knows any more stands for itself.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.teams import DEFAULT_TARGETS
from signals.outreach.visits.words import RESULTS
from signals.web.office.actions import VISITORS
from signals.web.office.partners import CODES
from signals.web.templating import ROLE_NAMES
from signals.web.texts import ENGLISH, day, said
from signals.web.words import WORDS, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.web.desk import Desk

KEYS: Final = {
    "households": said("huishoudens"),
    "cases": said("zaken"),
    "run": said("brievenronde"),
    "returned": said("waarom teruggekomen"),
    "reviewed": said("ook na een gemeld overlijden"),
    "filters": said("gevraagd op"),
    "format": said("vorm"),
    "why": said("waarom"),
    "name": said("naam"),
    "roles": said("rollen"),
    "municipalities": said("gemeenten"),
    "attempt": said("contactpoging"),
    "kind": said("soort"),
    "part": said("deel van de dag"),
    "reached": said("bereikt"),
    "on": said("dag"),
    "note": said("notitie"),
    "route": said("route"),
    "event": said("signaal"),
    "person": said("persoon"),
    "other": said("en persoon"),
    "status": said("status"),
    "referral": said("doorverwijzing"),
    "target": said("waarheen"),
    "stop": said("adres op de lijst, nummer"),
    "result": said("uitkomst"),
    "outcome": said("eindresultaat"),
    "team": said("team"),
    "to": said("aan"),
    "rows": said("regels in de lijst"),
    "fate": said("wat ermee gebeurde"),
    "reason": said("reden"),
    "page": said("pagina"),
    "code": said("antwoord"),
    "more": said("ook, zonder eigen regel"),
}
FIELDS: Final = {
    "person": said("wie"),
    "chosen": said("wie van hen"),
    "action": said("wat"),
    "subject": said("waarover"),
    "first": said("vanaf"),
    "last": said("tot en met"),
    "act": said("één handeling"),
}
_IN_WORDS: Final = {
    "kind": "contact",
    "part": "part",
    "route": "route",
    "status": "status",
    "result": "result",
    "outcome": "outcome",
    "returned": "returned",
}
_OWN: Final[Mapping[str, Mapping[Any, str]]] = {
    "filters": FIELDS,
    "roles": {role.value: name for role, name in ROLE_NAMES.items()},
    "fate": {"stored": said("opgenomen"), "duplicate": said("was al opgenomen"), **CODES},
    "format": {"csv": "CSV", "jsonl": "JSON Lines"},
    "target": {target.key: target.name for target in DEFAULT_TARGETS},
    "code": {
        403: said("mag niet (403)"),
        404: said("is er niet, of van een andere gemeente (404)"),
        429: said("te vaak gevraagd (429)"),
    },
    "why": {
        "no-role": said("geen rol in deze toepassing"),
        "no-municipality": said("geen gemeente bij het account"),
        "unknown-municipality": said("een gemeente die hier niet bekend is"),
        "strength": said("aangemeld zonder de stap die hier nodig is"),
        "no-journey": said("hier niet begonnen met aanmelden"),
        "state": said("antwoord hoort niet bij dit aanmelden"),
        "provider": said("de aanmelddienst zei nee"),
        "no-code": said("antwoord zonder code"),
        "code": said("de code is niet geldig"),
        "issuer": said("antwoord van een andere aanmelddienst"),
        "no-id-token": said("antwoord zonder bewijs van wie iemand is"),
    },
}
_ONLY_IF: Final = frozenset({"reviewed"})  # that it is not so, goes without saying: nobody died
_TOKEN: Final = said("het bewijs van wie iemand is klopt niet ({what})")
_IN_A_ROW: Final = re.compile(r"(\d+) bad records in a row")
_OF_THE_LAST: Final = re.compile(r"(\d+) of the last (\d+) records were bad")


def detail_words(desk: Desk, detail: Mapping[str, Any], people: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each particular as the page says it; `people` are the names of those who signed in, by their ids."""
    known = {key: detail[key] for key in KEYS if key in detail}  # the database keeps no order
    return [
        (desk.text(KEYS[key]) if key in KEYS else key, _value(desk, key, value, people))
        for key, value in {**known, **detail}.items()
        if value or key not in _ONLY_IF
    ]


def actor_words(desk: Desk, actor: str, people: Mapping[str, str]) -> str:
    """Who did it: the name that is known, and the id by which one can ask for all of it."""
    visitor = "cli" if actor.startswith("cli:") else actor
    name = people.get(actor) or (desk.text(VISITORS[visitor]) if visitor in VISITORS else "")
    return f"{name} ({actor})" if name else actor


def _value(desk: Desk, key: str, value: object, people: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return desk.text("ja") if value else desk.text("nee")
    if isinstance(value, list):
        return ", ".join(_value(desk, key, one, people) for one in value)
    if key in _IN_WORDS and value in WORDS[_IN_WORDS[key]]:
        return word(_IN_WORDS[key], str(value), desk.language)
    if key in _OWN and value in _OWN[key]:
        return desk.text(_OWN[key][value])
    return _SPELLED[key](desk, str(value), people) if key in _SPELLED else str(value)


def _address(desk: Desk, name: str, _: Mapping[str, str]) -> str:
    """The address of a page says in Dutch what it is for; a page that is gone is told by its name."""
    return desk.templates.addresses.shape(name) or name


def _person(desk: Desk, actor: str, people: Mapping[str, str]) -> str:
    return actor_words(desk, actor, people)


def _day(desk: Desk, text: str, _: Mapping[str, str]) -> str:
    return day(date.fromisoformat(text), desk.language)


def _refusal(desk: Desk, code: str, _: Mapping[str, str]) -> str:
    return desk.text(_TOKEN, what=code.removeprefix("token-")) if code.startswith("token-") else code


def _pause(desk: Desk, text: str, _: Mapping[str, str]) -> str:
    """Why the intake paused a topic, as `consumers.flood` words it for the log of the process."""
    if found := _IN_A_ROW.fullmatch(text):
        return desk.text("{count} berichten achter elkaar klopten niet", count=found[1])
    if found := _OF_THE_LAST.fullmatch(text):
        return desk.text("{count} van de laatste {size} berichten klopten niet", count=found[1], size=found[2])
    return text


def _visit(desk: Desk, code: str, _: Mapping[str, str]) -> str:
    """What came of a visit; that of a referral stands in `_IN_WORDS`."""
    return RESULTS[code][desk.language == ENGLISH] if code in RESULTS else code


_SPELLED: Final = {"page": _address, "to": _person, "on": _day, "why": _refusal, "reason": _pause, "result": _visit}
