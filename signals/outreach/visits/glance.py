"""Which lists are there, in a line each? For the pages that lead to a list; who stands on it is `lists`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.work.people import Actor

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, time

    from signals.households.address import HouseholdAddress
    from signals.store.database import Cursor

_GLANCE: Final = """
SELECT list.id, list.municipality, list.on_day, list.part, list.begins, list.state, list.announced, list.pair,
    list.pair_ids, count(stop.id) FILTER (WHERE stop.state IN ('planned', 'visited', 'not-visited')),
    count(stop.id) FILTER (WHERE stop.state = 'visited')
FROM visit_lists AS list LEFT JOIN visit_stops AS stop ON stop.list_id = list.id
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """A list, without who stands on it.

    Attributes:
        id, municipality, on_day, part, begins, state, announced: As of `lists.VisitList` and its wish.
        pair: Who go.
        stops: How many households are visited, or were.
        told: Of how many of them it is written down what came of it.
    """

    id: int
    municipality: str
    on_day: date
    part: str
    begins: time
    state: str
    announced: bool
    pair: tuple[Actor, ...]
    stops: int
    told: int

    def is_of(self, user: str) -> bool:
        """Whether this user goes."""
        return any(one.id == user for one in self.pair)


def lists_to_come(cursor: Cursor, municipalities: Collection[str]) -> list[Glance]:
    """Those that are not done, the soonest first."""
    return _read(cursor, "list.state <> 'done'", "list.on_day, list.begins, list.id", municipalities)


def lists_done(cursor: Cursor, municipalities: Collection[str], most: int) -> list[Glance]:
    """The last ones that are done and were released, the latest first."""
    which = "list.state = 'done' AND list.released_at IS NOT NULL"
    return _read(cursor, which, "list.on_day DESC, list.begins DESC, list.id DESC", municipalities, most)


@dataclass(frozen=True, slots=True)
class Lists:
    """On which list a household is planned, if on any; and on which it could be put, where it is on none."""

    on: Glance | None
    open: list[Glance]


def lists_of(cursor: Cursor, household: int, municipality: str, today: date) -> Lists:
    """Where this household is planned; else the lists of the municipality to which somebody can be added still."""
    cursor.execute(
        """SELECT list_id FROM visit_stops AS stop JOIN visit_lists AS list ON list.id = list_id
        WHERE household_id = %s AND stop.state = 'planned' AND (list.state = 'released' OR on_day >= %s)""",
        (household, today),
    )
    stands_on = {number for (number,) in cursor}
    which = "list.state <> 'done'" if stands_on else "list.state = 'proposed'"
    found = _read(cursor, which, "list.on_day, list.begins, list.id", [municipality])
    on = next((one for one in found if one.id in stands_on), None)
    return Lists(on, [] if on else [one for one in found if one.state == "proposed" and one.on_day >= today])


def household_at(cursor: Cursor, address: HouseholdAddress) -> int | None:
    """Who lives at this address of the municipality, when anything is known of it."""
    cursor.execute(
        """SELECT households.id FROM addresses JOIN households ON households.address_id = addresses.id
        WHERE addresses.municipality = %s AND postcode = %s AND number = %s AND suffix = %s""",
        (address.municipality, address.postcode, address.number, address.suffix),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def _read(
    cursor: Cursor, which: str, order: str, municipalities: Collection[str], most: int | None = None
) -> list[Glance]:
    statement = f"""{_GLANCE} WHERE list.municipality = ANY(%s) AND {which}
    GROUP BY list.id ORDER BY {order} LIMIT %s"""
    cursor.execute(statement.encode(), (list(municipalities), most))
    return [_glance(row) for row in cursor.fetchall()]


def _glance(row: tuple[Any, ...]) -> Glance:
    *before, names, ids, stops, told = row
    return Glance(*(*before, tuple(Actor(user, name) for user, name in zip(ids, names, strict=True)), stops, told))
