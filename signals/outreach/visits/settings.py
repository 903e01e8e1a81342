"""How does a pair usually go? What the planning of a day begins with, under a name: "Dinsdagavond, Bram en Chantal".

Of a municipality; its case workers make, change and remove them. A list keeps what it was planned with: a setting that
is changed or removed changes no list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from signals.errors import SignalsError
from signals.outreach.visits.instance import Point
from signals.outreach.visits.places import place_of
from signals.outreach.work.people import Actor

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, time

    from signals.households.address import HouseholdAddress
    from signals.store.database import Cursor

LONGEST_NAME: Final = 80
_COLUMNS: Final = (
    "municipality, name, weekday, part, begins, start, pair, pair_ids, minutes, minutes_per_visit, maximum, area, "
    "team, announced"
)
_READ: Final = f"SELECT id, version, {_COLUMNS} FROM visit_plans"  # noqa: S608 - our own text
_INSERT: Final = f"""
INSERT INTO visit_plans ({_COLUMNS}, by_id, by_name)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (municipality, name) DO NOTHING RETURNING id
"""  # noqa: S608 - our own text
_UPDATE: Final = f"""
UPDATE visit_plans SET ({_COLUMNS}, by_id, by_name) = (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s),
    at = now(), version = version + 1
WHERE id = %s AND NOT EXISTS (SELECT FROM visit_plans AS other
    WHERE other.municipality = visit_plans.municipality AND other.name = %s AND other.id <> visit_plans.id)
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class Usual:
    """How a pair goes.

    Attributes:
        municipality: Where.
        name: What colleagues call it; unique there.
        weekday: 1 is Monday.
        part: Of codes.PARTS_OF_DAY.
        begins: When they leave.
        start: The address where they leave, as one writes it: "7607GC 12 A".
        pair: Who go, one or two; the id of whoever does not sign in is empty.
        minutes, minutes_per_visit, maximum, area, team, announced: As of `candidates.DayWish`.
    """

    municipality: str
    name: str
    weekday: int
    part: str
    begins: time
    start: str
    pair: tuple[Actor, ...]
    minutes: int
    minutes_per_visit: int
    maximum: int | None
    area: tuple[str, ...]
    team: str | None
    announced: bool

    def next_day(self, first: date) -> date:
        """The first day from `first` on that is its weekday."""
        return first + timedelta(days=(self.weekday - first.isoweekday()) % 7)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a pair goes, as it was kept under a number."""

    id: int
    version: int
    usual: Usual


class SettingError(SignalsError):
    """The setting cannot be kept so; `code`: "no-setting" any more, or "name-taken" by another."""

    def __init__(self, text: str, code: str) -> None:
        self.code = code
        super().__init__(text)


class SettingChangedError(SignalsError):
    """A colleague changed the setting since the page was made; nothing was changed."""

    def __init__(self, now: Setting) -> None:
        self.now = now
        super().__init__(f"setting {now.id} changed since it was shown: now it is version {now.version}")


def settings_of(cursor: Cursor, municipalities: Collection[str]) -> list[Setting]:
    """Those of these municipalities, as the week goes."""
    cursor.execute(
        f"{_READ} WHERE municipality = ANY(%s) ORDER BY weekday, begins, name, id".encode(), (list(municipalities),)
    )
    return [_setting(row) for row in cursor]


def setting_of(cursor: Cursor, number: int, municipalities: Collection[str]) -> Setting:
    """One of these municipalities. Raises SettingError."""
    row = cursor.execute(
        f"{_READ} WHERE id = %s AND municipality = ANY(%s)".encode(), (number, list(municipalities))
    ).fetchone()
    if row is None:
        raise SettingError(f"there is no setting {number}", "no-setting")
    return _setting(row)


def keep(cursor: Cursor, wanted: Usual, actor: Actor) -> int:
    """Keep a new setting; its number. Raises SettingError when its name is taken."""
    row = cursor.execute(_INSERT.encode(), (*_values(wanted), actor.id, actor.name)).fetchone()
    if row is None:
        raise _taken()
    return int(row[0])


def change(cursor: Cursor, number: int, wanted: Usual, actor: Actor, seen: int) -> None:
    """Keep it so from now on. Raises SettingError, and SettingChangedError when it is not the version `seen` any more.

    What is so already stays as it is, whichever version was seen: a form that is sent twice changes nothing.
    """
    held = _hold(cursor, number, wanted.municipality)
    if held.usual == wanted:
        return
    if held.version != seen:
        raise SettingChangedError(held)
    cursor.execute(_UPDATE.encode(), (*_values(wanted), actor.id, actor.name, number, wanted.name))
    if not cursor.rowcount:
        raise _taken()


def remove(cursor: Cursor, number: int, municipality: str, seen: int) -> None:
    """From now on there is no such setting. Raises SettingError, SettingChangedError."""
    held = _hold(cursor, number, municipality)
    if held.version != seen:
        raise SettingChangedError(held)
    cursor.execute("DELETE FROM visit_plans WHERE id = %s", (number,))


def starting_point(cursor: Cursor, address: HouseholdAddress) -> Point | None:
    """Where this address lies; None when the address register does not have its postcode."""
    place = place_of(cursor, [address]).get(address)
    return None if place is None else Point(place.x, place.y)


def _hold(cursor: Cursor, number: int, municipality: str) -> Setting:
    cursor.execute("SELECT FROM visit_plans WHERE id = %s FOR UPDATE", (number,))
    return setting_of(cursor, number, [municipality])


def _taken() -> SettingError:
    return SettingError("another setting of the municipality has that name", "name-taken")


def _values(wanted: Usual) -> tuple[object, ...]:
    return (
        *(wanted.municipality, wanted.name, wanted.weekday, wanted.part, wanted.begins, wanted.start),
        *([one.name for one in wanted.pair], [one.id for one in wanted.pair]),
        *(wanted.minutes, wanted.minutes_per_visit, wanted.maximum, list(wanted.area), wanted.team, wanted.announced),
    )


def _setting(row: tuple[Any, ...]) -> Setting:
    number, version, municipality, name, weekday, part, begins, start, pair, ids, each, per, most, area, *rest = row
    people = tuple(Actor(user, person) for user, person in zip(ids, pair, strict=True))
    where = (municipality, name, weekday, part, begins, start, people)
    return Setting(number, version, Usual(*where, each, per, most, tuple(area), *rest))
