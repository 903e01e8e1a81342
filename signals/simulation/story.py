"""What happens to one simulated household? Its arrears, and the events its partners send about them.

Each function gives dated wire lines with the truth beside them: which household, person and arrears an event
is about, why it was made, and the quarantine code where it is bad on purpose.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE
from signals.simulation import people, town
from signals.simulation.partners import SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.contract.partners import Partner
    from signals.simulation.dice import Dice
    from signals.simulation.people import Resident
    from signals.simulation.town import Home, Town

# Euros between which a sector's arrears usually lie (domain.md section 6); water above the usual thresholds.
_EUROS: Final = {"housing": (600, 1800), "energy": (200, 900), "water": (76, 150), "health": (150, 600)}
_KINDS: Final = {
    "housing": ("rent",),
    "energy": ("energy", "electricity", "gas", "heat"),
    "water": ("water",),
    "health": ("health-premium",),
}
_CRISES: Final = {
    "housing": "eviction",
    "energy": "disconnection",
    "water": "disconnection",
    "health": "end-of-insurance",
}
_REASONS: Final = {"paid": 70, "arrangement": 15, "moved": 7, "wrongful": 5, "deceased": 3}


class Sent(NamedTuple):
    """One line of the event file with its truth; in the order in which they are sent."""

    time: str
    id: str
    wire: dict[str, Any]
    truth: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrears:
    """One arrears of one person at one partner, as it stands on `day`."""

    story: str
    partner: Partner
    reference: str
    kind: str
    place: Home
    person: Resident
    cents: int
    day: date
    arisen_on: date
    crisis: str | None = None
    objected: bool = False


@dataclass(slots=True)
class Writer:
    """Makes events of arrears; counts, so that ids, references and persons of one simulation differ."""

    town: Town
    dice: Dice
    name: str  # of the simulation: ids of two simulations must differ
    made: int = 0

    def number(self) -> int:
        """The next number of this simulation."""
        self.made += 1
        return self.made

    def new_arrears(self, story: str, place: Home, day: date, avoid: frozenset[Partner] = frozenset()) -> Arrears:
        """An arrears that every shipped policy takes up, of a partner that is not among `avoid`."""
        partner = self.dice.weighted({known: share for known, share in SHARES.items() if known not in avoid})
        number = self.number()
        return Arrears(
            story=story,
            partner=partner,
            reference=f"{partner.id[:2].upper()}-{self.name}-{number:06}",
            kind=self.dice.pick(_KINDS[partner.sector]),
            place=place,
            person=people.resident(number, self.dice),
            cents=self.dice.between(*(euros * 100 for euros in _EUROS[partner.sector])),
            day=day,
            # Inside every sector's window, also a month later: health ends at 100 days.
            arisen_on=day - timedelta(days=self.dice.between(31, 65)),
            crisis=self._crisis(partner.sector),
        )

    def _crisis(self, sector: str) -> str | None:
        if sector == "energy" and self.dice.chance(0.25):
            return "end-of-delivery"
        return _CRISES[sector] if self.dice.chance(0.02) else None

    def report(self, arrears: Arrears, person: dict[str, Any] | None = None) -> Sent:
        """The report of the arrears as it stands; `person` replaces what is usually told about the person."""
        told = person or people.written(arrears.person, self.dice, with_bsn=arrears.partner.bsn)
        content = {
            "arrears": {
                "reference": arrears.reference,
                "kind": arrears.kind,
                "amount": _amount(arrears),
                "arisenOn": arrears.arisen_on.isoformat(),
                "crisis": arrears.crisis,
            },
            "person": told,
            "address": town.written(self.town, arrears.place, self.dice),
            "collection": {
                "reminderSentOn": (arrears.arisen_on + timedelta(days=7)).isoformat(),
                "personalContactTried": True,
                "pointedToDebtHelp": True,
                "objected": arrears.objected,
            },
        }
        return self._sent(arrears, REPORTED_TYPE, content)

    def change(self, arrears: Arrears) -> Sent:
        """The partner tells a new amount and crisis."""
        told = {"reference": arrears.reference, "amount": _amount(arrears), "crisis": arrears.crisis}
        return self._sent(arrears, CHANGED_TYPE, {"arrears": told})

    def withdrawal(self, arrears: Arrears) -> Sent:
        """The partner takes its signal back."""
        reason = self.dice.weighted(_REASONS)
        content = {"reason": reason, "arrears": {"reference": arrears.reference}}
        return self._sent(arrears, WITHDRAWN_TYPE, content)

    def _sent(self, arrears: Arrears, event_type: str, content: dict[str, Any]) -> Sent:
        clock = f"{self.dice.between(6, 18):02}:{self.dice.between(0, 59):02}:{self.dice.between(0, 59):02}"
        time = f"{arrears.day.isoformat()}T{clock}Z"
        event_id = f"{self.name}-{self.number():06}"
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": min(arrears.partner.sources),
            "type": event_type,
            "time": time,
            "datacontenttype": "application/json",
            "data": {
                "municipality": self.town.municipality,
                "signalledOn": arrears.day.isoformat(),
                **content,
            },
        }
        topic = f"arrears.{arrears.partner.sector}.{arrears.partner.id}"
        wire = {"topic": topic, "key": arrears.reference, "value": event}
        return Sent(time, event_id, wire, _truth(arrears, topic, event))


def _amount(arrears: Arrears) -> str:
    return f"{arrears.cents // 100}.{arrears.cents % 100:02}"


def _truth(arrears: Arrears, topic: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event["id"],
        "source": event["source"],
        "topic": topic,
        "story": arrears.story,
        "household": arrears.place.household,
        "person": arrears.person.number,
        "reference": arrears.reference,
        "code": None,
        "duplicate": False,
    }


def approached(writer: Writer, place: Home, days: list[date]) -> Iterator[Sent]:
    """A household with an arrears for each of `days`, at different partners, and what follows on them."""
    story = "single" if len(days) == 1 else "multiple"
    avoid: frozenset[Partner] = frozenset()
    shared: Resident | None = None
    for day in days:
        arrears = writer.new_arrears(story, place, day, avoid)
        if shared is not None and writer.dice.chance(0.7):  # else it stands in the name of a housemate
            arrears = replace(arrears, person=shared)
        avoid, shared = avoid | {arrears.partner}, arrears.person
        trader = arrears.partner.sector in {"energy", "water"} and writer.dice.chance(0.05)
        yield writer.report(arrears, people.written_as_trader(arrears.person, writer.dice) if trader else None)
        yield from _sequel(writer, arrears)


def _sequel(writer: Writer, arrears: Arrears) -> Iterator[Sent]:
    """What a partner sends later about an arrears it reported: mostly nothing within the month."""
    dice = writer.dice
    later = replace(arrears, day=arrears.day + timedelta(days=dice.between(5, 20)))
    course = dice.weighted({"quiet": 72, "again": 6, "next-month": 7, "risen": 9, "changed": 3, "withdrawn": 3})
    if course == "again":
        yield writer.report(replace(later, story="repeat"))
    elif course == "next-month":
        yield writer.report(replace(arrears, story="repeat", day=_in_a_month(arrears.day)))
    elif course == "risen":
        yield writer.report(_risen(replace(arrears, story="risen", day=_in_a_month(arrears.day)), dice))
    elif course == "changed":
        yield writer.change(_risen(replace(later, story="changed"), dice))
    elif course == "withdrawn":
        yield writer.withdrawal(replace(later, story="withdrawn"))


def _in_a_month(day: date) -> date:
    return day + timedelta(days=31)


def _risen(arrears: Arrears, dice: Dice) -> Arrears:
    return replace(arrears, cents=arrears.cents * dice.between(110, 150) // 100)


def not_taken_up(writer: Writer, place: Home, day: date) -> Sent:
    """A signal that the shipped policies refuse: below the threshold, too early, objected or a company."""
    why = writer.dice.weighted({"threshold": 4, "window": 4, "objected": 2, "company": 2})
    arrears = replace(writer.new_arrears(why, place, day), crisis=None)
    if why == "threshold":
        arrears = replace(arrears, cents=writer.dice.between(1500, 4899))
    elif why == "window":
        arrears = replace(arrears, arisen_on=day - timedelta(days=writer.dice.between(8, 29)))
    elif why == "objected":
        arrears = replace(arrears, objected=True)
    company = people.written_as_company(arrears.person, writer.dice) if why == "company" else None
    return writer.report(arrears, company)


def bad(writer: Writer, place: Home, day: date) -> Sent:
    """An event that goes to quarantine; the truth says with which code."""
    sent = writer.report(writer.new_arrears("bad", place, day))
    event = sent.wire["value"]
    spoilt = _spoilt_fields(event)
    code = writer.dice.pick(("not-json", *spoilt))
    if code == "not-json":
        sent.wire["value"] = json.dumps(event, ensure_ascii=False)[:-20]
    else:
        part, name, value = spoilt[code]
        part[name] = value
    sent.truth["code"] = code
    return sent


def _spoilt_fields(event: dict[str, Any]) -> dict[str, tuple[dict[str, Any], str, Any]]:
    """Quarantine code → the part of the event, the field and the value that earn it."""
    content = event["data"]
    return {
        "envelope-invalid": (event, "specversion", "0.3"),
        "type-unknown": (event, "type", "nl.vroegsignalering.arrears.reported.v9"),
        "schema-invalid": (content["arrears"], "kind", "telephone"),
        "municipality-unknown": (content, "municipality", "9999"),
        "amount-invalid": (content["arrears"], "amount", "612,50"),
        "date-invalid": (content["arrears"], "arisenOn", "2026-02-30"),
        "postcode-invalid": (content["address"], "postcode", "0607GC"),
    }
