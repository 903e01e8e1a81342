"""What does a pair need on its way, at every door of a list? All of it at once, for the phone and for paper.

Where one rings, whom one asks for, and by person the partners who may be named to that person (domain.md sections 1
and 8), with what colleagues wrote down before. No amount, and nothing of one housemate that another could read: who may
be several people in truth, or one with somebody else at this door, and who died or may have, is told of no partner. A
round of twelve stops asks the database no more often than one stop does. Reading only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.outreach.arrears import IN_A_CASE
from signals.outreach.visits.candidates import NOT_DUE
from signals.outreach.visits.coordinates import degrees_of
from signals.outreach.visits.lists import standing
from signals.outreach.work.dossier_persons import persons_at, spoken_to

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime, time

    from signals.outreach.visits.coordinates import Degrees
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.work.dossier_persons import DossierPerson, Resident
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

LATEST: Final = 5
"""So much of what colleagues wrote down is shown of a household: the last of it."""
_SAID: Final = """
SELECT cases.household_id, person_id, partner_id
FROM cases JOIN reports ON reports.case_id = cases.id JOIN arrears ON arrears.id = reports.arrears_id
WHERE cases.household_id = ANY(%s) AND state = 'open' AND withdrawn IS NULL AND status = ANY(%s)
"""
_WRITTEN: Final = """
SELECT household_id, at, by_name, note, kind, on_day, part, reached FROM contact_attempts
WHERE household_id = ANY(%(homes)s) AND undone_at IS NULL
UNION ALL SELECT household_id, at, by_name, text, NULL, NULL, NULL, NULL FROM notes
WHERE household_id = ANY(%(homes)s) AND undone_at IS NULL
ORDER BY at
"""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """Somebody to ask for at the door: `partners` are those who may be named to this person, and to nobody else."""

    name: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A signal that counts in an open case: of whom, and by which partner."""

    person: int | None
    partner: str
    markable: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """What a colleague wrote down: a contact attempt, or a note by itself, which has no `kind`."""

    at: datetime
    by: str
    note: str | None
    kind: str | None
    on_day: date | None
    part: str | None
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Door:
    """A stop on the way.

    Attributes:
        stop: As the list has it.
        about: When the pair is there, about; of what is planned.
        hindrance: Why nobody should go there now (`words.WHY_NOT`), or None.
        asked: Whom one asks for, each with the partners who may be named to that person and to nobody else.
        unnamed: Of whom partners signalled nobody may be named: they died, or may have.
        died: Somebody here died; that name is not said.
        died_with: Who may be several people of one name, with the partners whose client died: not to be named.
        written: The last that colleagues wrote down, oldest first.
        place: Latitude and longitude, when the place is known.
        number: As of `numbers_of`.
    """

    stop: ListedStop
    about: time | None
    hindrance: str | None
    asked: tuple[AskedFor, ...]
    unnamed: bool
    died: bool
    died_with: tuple[AskedFor, ...]
    written: tuple[Written, ...]
    place: Degrees | None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """The stops of a list in their order: those that went out with it, or will."""

    list: VisitList
    doors: tuple[Door, ...]

    @property
    def next(self) -> Door | None:
        """Where the pair goes now."""
        return next((one for one in self.ahead if one.hindrance is None), None)

    @property
    def ahead(self) -> tuple[Door, ...]:
        """Where nobody was yet."""
        return tuple([one for one in self.doors if one.stop.state == "planned"])

    @property
    def told(self) -> tuple[Door, ...]:
        """Of which it was written down what came of the visit."""
        return tuple([one for one in self.doors if one.stop.state == "visited"])

    @property
    def missed(self) -> tuple[Door, ...]:
        """Where nobody was, as far as is written down, when the day was over."""
        return tuple([one for one in self.doors if one.stop.state == "not-visited"])

    @property
    def fallen(self) -> tuple[Door, ...]:
        """What fell out after the release."""
        return tuple([one for one in self.doors if one.stop.state == "left-out"])

    @property
    def going(self) -> int:
        """How many are visited, or were."""
        return len(self.doors) - len(self.fallen)


def read_round(cursor: Cursor, found: VisitList, actor: Actor, *, only: int | None = None) -> Round:
    """The round of a list for this user; of one stop, when `only` is its number."""
    stops = [stop for stop in found.stops if _is_shown(stop) and only in {None, stop.id}]
    homes = [stop.household for stop in stops]
    now = standing(cursor, found, actor)
    about = found.arrivals()
    said = _said(cursor, homes)
    persons = persons_at(cursor, said)
    written = _written(cursor, homes)
    places = _places(stops)
    numbers = numbers_of(found)
    return Round(
        found,
        tuple(
            [
                Door(
                    stop,
                    about.get(stop.id),
                    _in_the_way(now.get(stop.household)),
                    *_at_the_door(persons[stop.household], said[stop.household]),
                    tuple(written[stop.household][-LATEST:]),
                    places.get(stop.id),
                    numbers[stop.id],
                )
                for stop in stops
            ]
        ),
    )


def numbers_of(found: VisitList) -> dict[int, int]:
    """By stop which door it is, counted from 1: the same on the phone, on paper and on the page of the list.

    Households at one door have one number, and it stays when another one falls out after the release.
    """
    shown = [stop for stop in found.stops if _is_shown(stop)]
    doors = {door: at for at, door in enumerate(dict.fromkeys(stop.door for stop in shown), start=1)}
    return {stop.id: doors[stop.door] for stop in shown}


def _is_shown(stop: ListedStop) -> bool:
    """Whether it went out with the list; what fell out before concerns nobody on the way."""
    return stop.state != "dropped" and (stop.state != "left-out" or stop.frozen is not None)


def _in_the_way(code: str | None) -> str | None:
    """What keeps one from going; another part of the day was chosen on purpose when the list was released."""
    return None if code in NOT_DUE else code


def _at_the_door(
    persons: Sequence[DossierPerson], said: Collection[Said]
) -> tuple[tuple[AskedFor, ...], bool, bool, tuple[AskedFor, ...]]:
    """`Door.asked`, `unnamed`, `died` and `died_with`."""
    known = spoken_to(persons)
    asked = _each_once([one for resident in known if (one := _asked_for(resident, said)) is not None])
    doubtful = tuple([AskedFor(one.name, one.died_with) for one in persons if one.died_with and not one.died])
    return asked, not known and bool(persons), any(one.died for one in persons), doubtful


def _each_once(asked: Sequence[AskedFor]) -> tuple[AskedFor, ...]:
    """One asks for a name once, however many people of that name it may be, when they are told the same."""
    found: dict[tuple[str, tuple[str, ...]], AskedFor] = {}
    for one in asked:
        found.setdefault((one.name.casefold(), one.partners), one)
    return tuple(found.values())


def _asked_for(resident: Resident, said: Collection[Said]) -> AskedFor | None:
    """The resident, when a signal about them counts; with those partners that certainly mean this person."""
    partners = {one.partner for one in said if one.person in resident.persons}
    if not partners:
        return None
    named = tuple(partner for partner in resident.partners if partner in partners)
    return AskedFor(resident.name, named if resident.certain and not resident.doubted else ())


def _said(cursor: Cursor, homes: Sequence[int]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = {home: [] for home in homes}
    for home, person, partner in cursor.execute(_SAID, (list(homes), sorted(IN_A_CASE))).fetchall():
        found[home].append(Said(person, partner))
    return found


def _written(cursor: Cursor, homes: Sequence[int]) -> dict[int, list[Written]]:
    found: dict[int, list[Written]] = {home: [] for home in homes}
    for home, *line in cursor.execute(_WRITTEN, {"homes": list(homes)}).fetchall():
        found[home].append(Written(*line))
    return found


def _places(stops: Sequence[ListedStop]) -> Mapping[int, Degrees]:
    known = [(stop.id, (stop.at.x, stop.at.y)) for stop in stops if stop.at is not None]
    return dict(zip([number for number, _ in known], degrees_of(at for _, at in known), strict=True)) if known else {}
