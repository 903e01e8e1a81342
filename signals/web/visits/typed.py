"""What did somebody type to plan a day, and is it right? Read into a wish for the planning, and into a setting.

Every fault is told at its field, and what was typed stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, Final

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.moments import part_at
from signals.households.address import HouseholdAddress
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.places import knows_places
from signals.outreach.visits.planning import LONGEST_DAY
from signals.outreach.visits.settings import LONGEST_NAME, Usual, starting_point
from signals.outreach.visits.words import VISIT_ERRORS
from signals.outreach.work.attempts import LONGEST_AHEAD
from signals.outreach.work.people import Actor
from signals.web.texts import day_of, said
from signals.web.visits.said import of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.outreach.visits.instance import Point
    from signals.web.desk import Desk

FIELDS: Final = (
    *("on_day", "part", "begins", "start", "first", "second", "guest", "minutes", "per_visit", "maximum"),
    *("area", "team", "announced", "name"),
)
MINUTES: Final = 180
PER_VISIT: Final = 20
LONGEST_GUEST: Final = 80
MOST_AREAS: Final = 100
_AREA: Final = re.compile(r"[1-9][0-9]{0,3}|[1-9][0-9]{3}[A-Z]{1,2}")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(?::00)?", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,4}", re.ASCII)

NO_DAY: Final = said("Vul een datum in, bijvoorbeeld 24-11-2026.")
OVER: Final = said("Deze dag is voorbij. Kies vandaag of later.")
FAR: Final = said("Deze dag is te ver weg. Kies een dag binnen een jaar.")
NO_PART: Final = said("Kies een deel van de dag.")
NO_CLOCK: Final = said("Vul een tijd in, bijvoorbeeld 18:00.")
OTHER_PART: Final = said("Deze tijd valt in een ander deel van de dag: de middag begint om 12:00, de avond om 18:00.")
NO_START: Final = said("Vul postcode en huisnummer in, bijvoorbeeld 1234 AB 12.")
UNKNOWN_START: Final = said(
    "Het adressenregister kent deze postcode niet. Kijk hem na, of kies een ander adres in de buurt."
)
NO_REGISTER: Final = said(
    "Er is nog geen adressenregister ingelezen, dus er kan niets worden gepland. Vraag het aan wie deze installatie "
    "beheert."
)
NOBODY: Final = said("Kies wie er gaan, of vul een naam in.")
TOO_MANY: Final = said("Er gaan er hoogstens twee. Maak een van de drie velden leeg.")
TWICE: Final = said("U koos twee keer dezelfde. Kies een ander, of maak een veld leeg.")
LONG_GUEST: Final = said("Deze naam is te lang. Maak hem korter.")
NO_MINUTES: Final = said("Vul een aantal minuten in: 1 tot 1440.")
NO_MAXIMUM: Final = said("Vul een aantal in van 1 of meer, of laat het leeg.")
NO_AREA: Final = said("Vul in hoe de postcodes beginnen, met komma's ertussen: 1234, 1235AB.")
NO_TEAM: Final = said("Dit team is er niet meer. Kies opnieuw.")
NO_NAME: Final = said("Geef de instelling een naam, van hoogstens 80 tekens.")


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in a municipality: colleagues by id, and teams by key.

    `announced_from`: the first day of which the visits can be announced by letter.
    """

    municipality: str
    people: Mapping[str, str]
    teams: Mapping[str, str]
    announced_from: date


@dataclass(slots=True)
class Typed:
    """What was typed, what is wrong with it, and what it says."""

    values: dict[str, str]
    choices: Choices
    faults: list[tuple[str, str]] = field(default_factory=list)
    on_day: date | None = None
    part: str = ""
    begins: time | None = None
    start: str = ""
    point: Point | None = None
    pair: tuple[Actor, ...] = ()
    minutes: int = 0
    per_visit: int = 0
    maximum: int | None = None
    area: tuple[str, ...] = ()
    team: str | None = None
    announced: bool = False
    name: str = ""

    @property
    def wish(self) -> DayWish:
        """For the planning; only without faults."""
        if self.on_day is None or self.point is None:
            raise ValueError("what was typed has faults")
        return DayWish(
            *(self.choices.municipality, self.on_day, self.part, self.point, self.pair),
            *(self.minutes, self.per_visit, self.maximum, self.area, self.team),
            begins=self.begins,
            announced=self.announced,
        )

    @property
    def usual(self) -> Usual:
        """As a setting; only without faults."""
        if self.on_day is None or self.begins is None:
            raise ValueError("what was typed has faults")
        return Usual(
            municipality=self.choices.municipality,
            name=self.name,
            weekday=self.on_day.isoweekday(),
            part=self.part,
            begins=self.begins,
            start=self.start,
            pair=self.pair,
            minutes=self.minutes,
            minutes_per_visit=self.per_visit,
            maximum=self.maximum,
            area=self.area,
            team=self.team,
            announced=self.announced,
        )


def typed(desk: Desk, choices: Choices, *, as_setting: bool) -> Typed:
    """The form as it was sent; a setting needs a name besides, and its day may be any."""
    values = {name: desk.form.get(name) for name in FIELDS}
    found = Typed(values, choices)
    _when(desk, found, any_day=as_setting)
    _where(desk, found)
    _who(desk, found)
    _how_much(desk, found)
    found.announced = bool(found.values["announced"])
    if found.announced and not as_setting:
        _soon_enough(desk, found)
    if as_setting:
        found.name = values["name"]
        _need(desk, found, "name", NO_NAME, holds=0 < len(found.name) <= LONGEST_NAME)
    return found


def begun(choices: Choices, today: date, usual: Usual | None) -> Typed:
    """The form before anybody typed: of a setting with its next day, or what is likely."""
    if usual is None:
        first = next(iter(choices.people), "")
        likely = {"part": "evening", "begins": "18:00", "first": first}
        likely |= {"minutes": str(MINUTES), "per_visit": str(PER_VISIT)}
        return Typed({name: likely.get(name, "") for name in FIELDS} | {"on_day": today.isoformat()}, choices)
    known = [one.id for one in usual.pair if one.id in choices.people]
    guests = [one.name for one in usual.pair if one.id not in choices.people]
    on_day = usual.next_day(choices.announced_from if usual.announced else today)
    values = {
        "on_day": on_day.isoformat(),
        "part": usual.part,
        "begins": f"{usual.begins:%H:%M}",
        "start": usual.start,
        "first": known[0] if known else "",
        "second": known[1] if len(known) > 1 else "",
        "guest": guests[0] if guests else "",
        "minutes": str(usual.minutes),
        "per_visit": str(usual.minutes_per_visit),
        "maximum": "" if usual.maximum is None else str(usual.maximum),
        "area": ", ".join(usual.area),
        "team": usual.team or "",
        "announced": "yes" if usual.announced else "",
        "name": usual.name,
    }
    return Typed(values, choices)


def _need(desk: Desk, found: Typed, name: str, sentence: str, *, holds: bool) -> None:
    if not holds:
        found.faults.append((name, desk.text(sentence)))


def _when(desk: Desk, found: Typed, *, any_day: bool) -> None:
    try:
        found.on_day = day_of(found.values["on_day"])
    except ValueError:
        _need(desk, found, "on_day", NO_DAY, holds=False)
    else:
        _need(desk, found, "on_day", OVER, holds=any_day or found.on_day >= desk.today)
        _need(desk, found, "on_day", FAR, holds=found.on_day - desk.today <= LONGEST_AHEAD)
    found.part = found.values["part"]
    _need(desk, found, "part-1", NO_PART, holds=found.part in PARTS_OF_DAY)
    if clock := _CLOCK.fullmatch(found.values["begins"]):
        found.begins = time(int(clock[1]), int(clock[2]))
    _need(desk, found, "begins", NO_CLOCK, holds=found.begins is not None)
    _need(desk, found, "begins", OTHER_PART, holds=found.begins is None or _is_in(found.begins, found.part))


def _is_in(clock: time, part: str) -> bool:
    """Whether this time is in that part of the day; what is no part is told at its own field."""
    return part not in PARTS_OF_DAY or part_at(clock) == part


def _soon_enough(desk: Desk, found: Typed) -> None:
    """There is time for the letters, as at the release (`going`)."""
    if found.on_day is not None and desk.today <= found.on_day < found.choices.announced_from:
        found.faults.append(("on_day", of(VISIT_ERRORS, "too-near", desk.language)))


def _where(desk: Desk, found: Typed) -> None:
    address = HouseholdAddress.written(found.choices.municipality, found.values["start"])
    if address is None:
        _need(desk, found, "start", NO_START, holds=False)
    else:
        found.start, found.point = address.label, starting_point(desk.cursor, address)
        unknown = UNKNOWN_START if knows_places(desk.cursor) else NO_REGISTER
        _need(desk, found, "start", unknown, holds=found.point is not None)
    written = re.sub(r"(?<=[0-9])\s+(?=[A-Z])", "", found.values["area"].upper())  # "7607 GC" is one
    found.area = tuple(one for one in re.split(r"[\s,;]+", written) if one)
    fits = len(found.area) <= MOST_AREAS and all(_AREA.fullmatch(one) for one in found.area)
    _need(desk, found, "area", NO_AREA, holds=fits)


def _who(desk: Desk, found: Typed) -> None:
    people, guest = found.choices.people, found.values["guest"]
    chosen = [found.values[name] for name in ("first", "second") if found.values[name] in people]
    found.pair = (*(Actor(one, people[one]) for one in chosen), *([Actor("", guest)] if guest else []))
    _need(desk, found, "first", NOBODY, holds=bool(found.pair))
    _need(desk, found, "guest", TOO_MANY, holds=len(found.pair) < 3)
    _need(desk, found, "second", TWICE, holds=len(set(found.pair)) == len(found.pair))
    _need(desk, found, "guest", LONG_GUEST, holds=len(guest) <= LONGEST_GUEST)


def _how_much(desk: Desk, found: Typed) -> None:
    for name in ("minutes", "per_visit"):
        count = _count(found.values[name])
        _need(desk, found, name, NO_MINUTES, holds=1 <= count <= LONGEST_DAY)
        setattr(found, name, count)
    if found.values["maximum"]:
        found.maximum = _count(found.values["maximum"])
        _need(desk, found, "maximum", NO_MAXIMUM, holds=found.maximum > 0)
    found.team = found.values["team"] or None
    _need(desk, found, "team", NO_TEAM, holds=found.team is None or found.team in found.choices.teams)


def _count(written: str) -> int:
    return int(written) if _COUNT.fullmatch(written) else 0
