"""How does what a partner tells look on its topic? The CloudEvent of borders.md section 2, and the truth beside it.

The truth names household, person and hidden state; nothing of it is in the event.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE
from signals.simulation.dice import Dice
from signals.simulation.homes import home
from signals.simulation.residents import household
from signals.simulation.spelling import MISMATCHES, Written, written_address, written_person
from signals.simulation.unequal import groups_of

if TYPE_CHECKING:
    from signals.simulation.residents import Household, Person
    from signals.simulation.towns import Town
    from signals.simulation.trouble import Told

Wire = dict[str, Any]
Truth = dict[str, Any]
_TYPES: Final = {"reported": REPORTED_TYPE, "changed": CHANGED_TYPE, "withdrawn": WITHDRAWN_TYPE}
_LEGAL_FORMS: Final = ("B.V.", "BV", "B.V.", "Stichting")
_TRADES: Final = ("Bakkerij", "Kapsalon", "Fietsenhandel", "Installatietechniek", "Schildersbedrijf", "Drukkerij")
_CAUSES: Final = ("Buurthuis", "Speeltuin", "Kringloop", "Muziekschool", "Zorgboerderij")
_WARM: Final = 0.02  # of the reports: the resident asked the partner for help


class Writer:
    """Writes what the partners of one town tell."""

    def __init__(self, town: Town, seed: int, year: int) -> None:
        self._town = town
        self._seed = seed
        self._year = year

    def _household(self, number: int) -> Household:
        return household(self._town, number, seed=self._seed, year=self._year)

    def write(self, told: Told) -> tuple[Wire, Truth]:
        """The line of the event file, and that of the truth file."""
        person = self._household(told.household).persons[told.debt.contract.person]
        content, errors = self._content(told, person)
        partner = told.debt.partner
        event = {
            "specversion": "1.0",
            "id": told.id,
            "source": min(partner.sources),
            "type": _TYPES[told.type],
            "time": told.sent,
            "datacontenttype": "application/json",
            "data": {"municipality": self._town.code, "signalledOn": told.signalled_on.isoformat(), **content},
        }
        wire = {"topic": f"arrears.{partner.sector}.{partner.id}", "key": told.debt.reference, "value": event}
        return wire, self._truth(told, person, wire, errors)

    def _content(self, told: Told, person: Person) -> tuple[dict[str, Any], tuple[str, ...]]:
        arrears: dict[str, Any] = {"reference": told.debt.reference}
        if told.type == "withdrawn":
            return {"reason": told.reason, "arrears": arrears}, ()
        arrears |= {"amount": f"{told.cents // 100}.{told.cents % 100:02}", "crisis": told.crisis}
        wrong = ("amount-wrong",) if told.wrong_amount else ()
        if told.type == "changed":
            return {"arrears": arrears}, ()
        dice = Dice(self._seed, "card", told.debt.partner.id, person.id)
        who = self._person(told, person, dice)
        where = written_address(self._town, home(self._town, told.card_home), dice=dice)
        arrears |= {"kind": told.debt.kind, "arisenOn": told.arisen_on.isoformat()}
        arrears |= {"warmTransfer": Dice(self._seed, "warm", told.id).chance(_WARM)}
        content = {"arrears": arrears, "person": who.fields, "address": where.fields, "collection": _collected(told)}
        old = ("old-address",) if told.card_home != told.lives_at else ()
        return content, (*who.errors, *where.errors, *old, *wrong)

    def _person(self, told: Told, person: Person, dice: Dice) -> Written:
        partner = told.debt.partner
        written = written_person(person, sector=partner.sector, with_bsn=partner.bsn, dice=dice)
        if told.story == "company":
            return Written({"businessName": _company(person.surname, dice)}, ())
        return written

    def _truth(self, told: Told, person: Person, wire: Wire, errors: tuple[str, ...]) -> Truth:
        event, lives_at = wire["value"], home(self._town, told.lives_at)
        people = self._household(told.household)
        register = "not-found" if told.register == "found" and not MISMATCHES.isdisjoint(errors) else told.register
        return {
            "id": told.id,
            "source": event["source"],
            "topic": wire["topic"],
            "municipality": self._town.code,
            "type": told.type,
            "story": told.story,
            "household": people.id,
            "person": person.id,
            "address": lives_at.cleaned,
            "reference": told.debt.reference,
            "hidden_state": told.state,
            "months_troubled": told.months,
            "open_arrears": told.open_arrears,
            "register": register,
            "untold": told.untold,
            "debt_help": told.debt_help,
            "errors": list(errors),
            "groups": groups_of(people, person, lives_at.postcode, self._year),
            "code": None,
            "duplicate": False,
        }


def _company(surname: str, dice: Dice) -> str:
    form = dice.pick(_LEGAL_FORMS)
    if form == "Stichting":
        return f"{form} {dice.pick(_CAUSES)} {surname}"
    return f"{dice.pick(_TRADES)} {surname} {form}"


def _collected(told: Told) -> dict[str, Any]:
    """What the partner did itself before it signalled."""
    return {
        "reminderSentOn": (told.arisen_on + timedelta(days=7)).isoformat(),
        "personalContactTried": True,
        "pointedToDebtHelp": True,
        "objected": told.story == "objected",
    }


def spoilt(wire: Wire, truth: Truth, dice: Dice) -> tuple[Wire, Truth]:
    """The same event as a partner sends it by mistake; the truth says with which code it goes to quarantine.

    The source stays: a service that is told nothing of the partners knows each by the source of its first event.
    """
    event = json.loads(json.dumps(wire["value"]))
    faults = _faults(event, wire["topic"])
    code = dice.pick(("not-json", *faults))
    if code == "not-json":
        return {**wire, "value": json.dumps(event, ensure_ascii=False)[:-20]}, {**truth, "code": code}
    part, name, value = faults[code]
    part[name] = value
    return {**wire, "value": event}, {**truth, "code": code}


def _faults(event: dict[str, Any], topic: str) -> dict[str, tuple[dict[str, Any], str, Any]]:
    """Quarantine code → the part of the event, the field and the value that earn it."""
    content = event["data"]
    faults: dict[str, tuple[dict[str, Any], str, Any]] = {
        "envelope-invalid": (event, "specversion", "0.3"),
        "type-unknown": (event, "type", "nl.vroegsignalering.arrears.reported.v9"),
        "municipality-unknown": (content, "municipality", "0000"),
        "date-invalid": (content, "signalledOn", "02-11-2026"),
        "schema-invalid": (content["arrears"], "reference", ""),
        "too-large": (content, "note", "x" * 65_536),
    }
    if "person" in content and not topic.startswith("arrears.health."):
        faults["bsn-not-allowed"] = (content["person"], "bsn", "990000011")
    if "amount" in content["arrears"]:
        faults["amount-invalid"] = (content["arrears"], "amount", "612,50")
    if "address" in content:
        faults["postcode-invalid"] = (content["address"], "postcode", "0607GC")
    return faults
