"""A round of visits that was let go in an office of the tests, and how one comes to its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.extract import Located
from signals.outreach.visits.going import release_list
from signals.outreach.visits.instance import Point
from signals.outreach.visits.lists import read_list
from signals.outreach.visits.places import replace_places
from signals.outreach.visits.planning import propose
from signals.outreach.work.people import Actor
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.texts import today_of
from tests.web.office import ALMELO, person

if TYPE_CHECKING:
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.store.database import Cursor
    from tests.web.office import RunningOffice

SPECIALIST = person(Role.SPECIALIST)
COLLEAGUE = person(Role.SPECIALIST, 2)
START = Point(241_900, 486_200)
_LIST = """
INSERT INTO visit_lists (municipality, on_day, part, begins, state, pair, pair_ids, start_x, start_y, minutes,
    minutes_per_visit, area, urgent_within, by_id, by_name, released_at, released_by)
VALUES (%s, current_date, 'evening', '18:00', 'released', '{Kees Voorbeeld}', '{clerk}', 241900, 486200, 180, 20, '{}',
    7, 'clerk', 'Kees Voorbeeld', now(), 'Kees Voorbeeld') RETURNING id
"""
_STOPS = """
INSERT INTO visit_stops (list_id, household_id, case_id, place, kind, state, points, x, y, how, pinned, frozen)
SELECT %(list)s, household_id, id, row_number() OVER (ORDER BY household_id DESC), 'home-visit', 'planned', score,
    241900, 486200, 'postcode', false, jsonb_build_object('first', 'deadline', 'cases', jsonb_build_array(
    jsonb_build_object('case', id, 'period', period, 'score', score, 'crisis', crisis, 'explanation', explanation)))
FROM (SELECT household_id, min(id) AS id FROM cases WHERE municipality = %(here)s AND state <> 'removed'
        GROUP BY household_id
    HAVING count(*) = 1 AND bool_and(waiting AND NOT held AND route = 'home-visit' AND crisis IS NULL)) AS alone
    JOIN cases USING (id, household_id)
WHERE household_id NOT IN (SELECT household_id FROM visit_stops WHERE state = 'planned')
ORDER BY household_id DESC LIMIT %(doors)s RETURNING id
"""


def proposed(office: RunningOffice, doors: int, *, municipality: str = ALMELO) -> int:
    """The number of a list of so many doors, for two specialists on this morning; the register knows the first ones."""
    pair = tuple(Actor(one.id, one.name) for one in (SPECIALIST, COLLEAGUE))
    with transaction(office.engine) as cursor:
        cursor.execute(
            """SELECT postcode, number, suffix FROM cases JOIN households ON households.id = household_id
            JOIN addresses ON addresses.id = address_id
            WHERE cases.municipality = %s AND waiting AND NOT held AND route = 'home-visit' ORDER BY cases.id""",
            (municipality,),
        )
        homes = [
            Located(row[0], row[1], row[2], None, START.x + 40 * at, START.y)
            for at, row in enumerate(cursor.fetchall())
        ]
        replace_places(cursor, homes[:-1], actor="test")
        day = today_of(office.office.clock())
        wish = DayWish(municipality, day, "morning", START, pair, minutes=1440, maximum=doors)
        return propose(cursor, wish, pair[0], today=day).list


def let_go(office: RunningOffice, number: int) -> VisitList:
    """The list, released."""
    with transaction(office.engine) as cursor:
        release_list(cursor, number, Actor(SPECIALIST.id, SPECIALIST.name), today=today_of(office.office.clock()))
        return read_list(cursor, number)


def released(office: RunningOffice, doors: int, *, municipality: str = ALMELO) -> VisitList:
    """A list of so many doors that was let go."""
    return let_go(office, proposed(office, doors, municipality=municipality))


def a_round(cursor: Cursor, municipality: str, doors: int = 1) -> dict[str, str]:
    """A list that is on the way, and its first stop; it changes nothing for anybody else."""
    cursor.execute("SELECT id FROM visit_lists WHERE municipality = %s AND by_id = 'clerk'", (municipality,))
    if (known := cursor.fetchone()) is None:
        (number,) = cursor.execute(_LIST, (municipality,)).fetchone() or (0,)
        cursor.execute(_STOPS, {"list": number, "here": municipality, "doors": doors})
        known = (number,)
    (stop,) = cursor.execute("SELECT min(id) FROM visit_stops WHERE list_id = %s", known).fetchone() or (0,)
    return {"round": str(known[0]), "stop": str(stop)}


def stops_of(office: RunningOffice, number: int) -> tuple[ListedStop, ...]:
    """What stands on the list by now."""
    with transaction(office.engine) as cursor:
        return read_list(cursor, number).stops
