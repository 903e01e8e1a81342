"""Which visiting lists are there, and what stands on them? (docs/decisions/0042)

A list is proposed by the rules (`planning`), edited by a person (`editing`), released (`going`), and done when what
came of each visit is written down (`door`) or its day is over. Reading here, and holding a list for an act.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, Final, Literal

from signals.errors import SignalsError
from signals.outreach.letters.announcements import announced_stops
from signals.outreach.visits.candidates import DayWish, hindrances
from signals.outreach.visits.instance import Candidate, Instance, Point
from signals.outreach.visits.suggest import minutes_of, reached_after
from signals.outreach.work.people import Actor

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from signals.outreach.visits.travel import TravelTimes
    from signals.store.database import Cursor

OPTED_OUT: Final = "opted-out"
"""The code of a stop that fell out because no visit is wanted there (`opting`)."""
_ROUNDED: Final = 5
_LAST: Final = 23 * 60 + 55
_LIST: Final = """
SELECT id, municipality, on_day, part, start_x, start_y, pair, pair_ids, minutes, minutes_per_visit, maximum, area,
    team, urgent_within, begins, announced, state, version, by_name, released_at, released_by
FROM visit_lists
"""
_STOPS: Final = """
SELECT stop.id, stop.household_id, home.address_id, stop.case_id, stop.place, stop.kind, stop.pinned, stop.state,
    stop.code, stop.points, stop.first, stop.x, stop.y, stop.how, stop.frozen, there.postcode, there.number,
    there.suffix, coalesce(said.street, by_hand.street), coalesce(said.city, by_hand.city),
    nullif(told.result, 'opted-out'), told.by_name, told.at
FROM visit_stops AS stop JOIN households AS home ON home.id = stop.household_id
    JOIN addresses AS there ON there.id = home.address_id
    LEFT JOIN visit_results AS told ON told.stop_id = stop.id
    LEFT JOIN streets_by_hand AS by_hand ON by_hand.address_id = home.address_id
    LEFT JOIN LATERAL (SELECT street, city FROM reports WHERE reports.household_id = stop.household_id
        AND street IS NOT NULL ORDER BY event_id DESC LIMIT 1) AS said ON true
WHERE stop.list_id = %s ORDER BY stop.place, stop.id
"""


class VisitError(SignalsError):
    """The act does not fit how the list stands; nothing was changed. `code` is for the pages."""

    def __init__(self, text: str, code: VisitObstacle) -> None:
        self.code: VisitObstacle = code
        super().__init__(text)


VisitObstacle = Literal[
    "no-list", "no-stop", "not-proposed", "not-released", "day-over", "not-due", "hindered", "empty", "recorded",
    "key-used", "choice", "unsafe", "not-unsafe", "not-a-lead", "done", "too-near", "agreed",
]  # fmt: skip
"""Why an act on a list is not possible."""


class ListChangedError(SignalsError):
    """A colleague changed the list since the page was made: it was `seen`, and is `now`; nothing was changed."""

    def __init__(self, number: int, seen: int, now: int) -> None:
        self.seen, self.now = seen, now
        super().__init__(
            f"list {number} changed since it was shown: that was version {seen}, now it is {now}; look at it again"
        )


@dataclass(frozen=True, slots=True)
class ListedStop:
    """A household on a list.

    Attributes:
        id: Of the stop.
        household: Its number.
        door: The number of its address: stops at one door are one visit.
        case: The case for which the visit is written down.
        place: Where it comes in the order, from 1 on; of what is not planned any more, where it came.
        kind: "home-visit" or "card".
        pinned: A person wants it on this list.
        state: "planned", "dropped" by a person, "left-out" by the rules, "visited" or "not-visited".
        code: Why it was left out.
        points: What the visit was worth when it was planned.
        first: Why it goes before what has more points, or None.
        at: Where it lies, in RD metres; None: that is not known, so it stands at the end.
        how: As `places.Place.how`.
        frozen: Reasons and score as they were at the release; None before.
        postcode, number, suffix, street, city: The address.
        result, told_by, told_at: What came of the visit, once that was written down; of who said that they want none
            (`code` "opted-out") only who wrote it down.
        announced_on: When the letter was posted that announces the visit.
    """

    id: int
    household: int
    door: int
    case: int
    place: int
    kind: str
    pinned: bool
    state: str
    code: str | None
    points: int
    first: str | None
    at: Point | None
    how: str | None
    frozen: dict[str, Any] | None
    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None
    result: str | None
    told_by: str | None
    told_at: datetime | None
    announced_on: date | None = None

    @property
    def address(self) -> str:
        """As "7607GC 12 ABIS"."""
        return f"{self.postcode} {self.number} {self.suffix}".rstrip()


@dataclass(frozen=True, slots=True)
class VisitList:
    """A list as it stands; `stops` in their order, those that fell out among them."""

    id: int
    wish: DayWish
    state: str
    version: int
    by: str
    released_at: datetime | None
    released_by: str | None
    stops: tuple[ListedStop, ...]

    @property
    def going(self) -> tuple[ListedStop, ...]:
        """The stops that are visited, or were."""
        return tuple(stop for stop in self.stops if stop.state in {"planned", "visited", "not-visited"})

    def stop(self, number: int) -> ListedStop:
        """Its planned stop of this number. Raises VisitError."""
        found = next((one for one in self.stops if one.id == number and one.state == "planned"), None)
        if found is None:
            raise VisitError(f"stop {number} is not planned on list {self.id}; look at the list again", "no-stop")
        return found

    @property
    def instance(self) -> Instance:
        """What the solver would be asked of the stops whose place is known; a household is a case there."""
        known = [
            Candidate(stop.household, stop.at, max(stop.points, 1), stop.door)
            for stop in self.going
            if stop.at is not None
        ]
        wish = self.wish
        return Instance(wish.start, tuple(known), 1, wish.minutes, wish.minutes_per_visit, maximum=wish.maximum)

    def lacks_letter(self, stop: ListedStop) -> bool:
        """Whether this visit was to be announced by letter, and no letter is posted; a card is left unannounced."""
        is_announced = self.wish.announced and self.state == "released" and stop.kind == "home-visit"
        return is_announced and stop.announced_on is None

    def minutes(self, times: TravelTimes | None = None) -> float:
        """What the list takes in this order: the way from the start and back, and the visits.

        The way to an unknown place is not counted, the visit there is.
        """
        asked = self.instance
        lost = {stop.door for stop in self.going if stop.at is None}
        known = minutes_of(asked, [one.case for one in asked.candidates], times) if asked.candidates else 0.0
        return known + len(lost) * self.wish.minutes_per_visit

    def arrivals(self, times: TravelTimes | None = None) -> dict[int, time]:
        """About when the pair is at each planned stop, by its number: rounded to five minutes.

        The way to an unknown place is not counted.
        """
        asked = self.instance
        known = reached_after(asked, [one.case for one in asked.candidates], times)
        last = max(known.values(), default=-float(self.wish.minutes_per_visit))
        lost = dict.fromkeys(stop.door for stop in self.going if stop.at is None)
        unknown = {door: last + at * self.wish.minutes_per_visit for at, door in enumerate(lost, start=1)}
        after = {stop.id: known.get(stop.household, unknown.get(stop.door, 0.0)) for stop in self.going}
        return {stop.id: _clock(self.wish, after[stop.id]) for stop in self.going if stop.state == "planned"}


def _clock(wish: DayWish, minutes: float) -> time:
    """So many minutes after they leave, to five minutes, on the same day."""
    at = wish.leaves.hour * 60 + wish.leaves.minute + round(minutes / _ROUNDED) * _ROUNDED
    return time(*divmod(min(at, _LAST), 60))


def read_list(cursor: Cursor, number: int) -> VisitList:
    """One list. Raises VisitError when there is none."""
    found = _lists(cursor, "WHERE id = %s", (number,))
    if not found:
        raise VisitError(
            f"there is no visiting list {number}; `signals visits show` names those that there are", "no-list"
        )
    return found[0]


def open_lists(cursor: Cursor, municipalities: Collection[str] | None) -> list[VisitList]:
    """The lists of these municipalities (None: of all) that are not done, the soonest first."""
    here = None if municipalities is None else list(municipalities)
    which = "WHERE (%s::text[] IS NULL OR municipality = ANY(%s)) AND state <> 'done' ORDER BY on_day, id"
    return _lists(cursor, which, (here, here))


def list_of_stop(cursor: Cursor, stop: int) -> int:
    """The number of the list on which a stop stands. Raises VisitError when there is no such stop."""
    row = cursor.execute("SELECT list_id FROM visit_stops WHERE id = %s", (stop,)).fetchone()
    if row is None:
        raise VisitError(f"there is no stop {stop}; `signals visits show LIST` names those of a list", "no-stop")
    return int(row[0])


def hold_list(cursor: Cursor, number: int, seen: int | None = None) -> VisitList:
    """Lock a list for an act. Raises VisitError, and ListChangedError when it is not the version `seen` any more."""
    cursor.execute("SELECT version FROM visit_lists WHERE id = %s FOR UPDATE", (number,))
    row = cursor.fetchone()
    if row is not None and seen is not None and row[0] != seen:
        raise ListChangedError(number, seen, row[0])
    return read_list(cursor, number)


def hold_proposed(cursor: Cursor, number: int, seen: int | None, today: date) -> VisitList:
    """As `hold_list`, of a list that is only proposed, of a day that is not over. Raises VisitError too."""
    found = hold_list(cursor, number, seen)
    _require_proposed(found, today)
    return found


def hold_for_planning(cursor: Cursor, number: int, seen: int | None, today: date) -> VisitList:
    """As `hold_proposed`, by who puts households on the list: `one_at_a_time` goes before the list, as everywhere."""
    found = read_list(cursor, number)
    _require_proposed(found, today)  # before that ends it, so that one reads that the day is over
    one_at_a_time(cursor, found.wish.municipality, today)
    return hold_proposed(cursor, number, seen, today)


def _require_proposed(found: VisitList, today: date) -> None:
    if found.state != "proposed":
        raise VisitError(f"list {found.id} is {found.state}; only a proposed list can be changed", "not-proposed")
    if found.wish.on_day < today:
        raise VisitError(f"the day of list {found.id} is over: plan a new one", "day-over")


def next_version(cursor: Cursor, number: int) -> None:
    """The (locked) list is another one now: whoever looks at the one before must look again."""
    cursor.execute("UPDATE visit_lists SET version = version + 1 WHERE id = %s", (number,))


def one_at_a_time(cursor: Cursor, municipality: str, today: date) -> None:
    """Whoever else puts households of this municipality on a list waits until this transaction is over.

    Lists of days that are over are ended first, so that they keep nobody from another one.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('visit_lists'), hashtext(%s))", (municipality,))
    end_past(cursor, municipality, today)


def end_past(cursor: Cursor, municipality: str, today: date) -> None:
    """The lists of days that are over are done; whom nobody visited can be planned anew, and be written down still."""
    cursor.execute(
        """WITH held AS MATERIALIZED (SELECT id FROM visit_lists
            WHERE municipality = %s AND state <> 'done' AND on_day < %s ORDER BY id FOR UPDATE),
        over AS (UPDATE visit_lists SET state = 'done', ended_at = now() FROM held
            WHERE visit_lists.id = held.id RETURNING visit_lists.id)
        UPDATE visit_stops SET state = 'not-visited' FROM over
        WHERE list_id = over.id AND visit_stops.state = 'planned'""",
        (municipality, today),
    )


def end_empty(cursor: Cursor, numbers: Collection[int]) -> None:
    """Of these lists those that were let go and on which nothing is planned any more are done."""
    cursor.execute(
        """UPDATE visit_lists SET state = 'done', ended_at = now() WHERE id = ANY(%s) AND state = 'released'
            AND NOT EXISTS (SELECT FROM visit_stops WHERE list_id = visit_lists.id AND state = 'planned')""",
        (list(numbers),),
    )


def standing(cursor: Cursor, found: VisitList, actor: Actor | None) -> dict[int, str | None]:
    """By household what stands in the way of each planned stop now (`words.WHY_NOT`), or None.

    "changed": no visit is due there any more; a colleague reached somebody, it was closed, or the signals are gone.
    "not-announced": the list is let go, and its letter to them is not posted.
    """
    planned = {stop.household: stop for stop in found.stops if stop.state == "planned"}
    now = hindrances(cursor, found.wish, actor, planned, own_list=found.id)
    unwritten = {home for home, stop in planned.items() if found.lacks_letter(stop)}
    return {home: now[home] or ("not-announced" if home in unwritten else None) for home in planned}


def _lists(cursor: Cursor, which: str, asked: tuple[object, ...]) -> list[VisitList]:
    rows = cursor.execute(f"{_LIST} {which}".encode(), asked).fetchall()
    return [_list(cursor, row) for row in rows]


def _list(cursor: Cursor, row: tuple[Any, ...]) -> VisitList:
    number, municipality, day, part, x, y, pair, ids, minutes, each, maximum, area, *rest = row
    people = tuple(Actor(user, name) for user, name in zip(ids, pair, strict=True))
    start = Point(x, y)
    wish = DayWish(municipality, day, part, start, people, minutes, each, maximum, tuple(area), *rest[:4])
    rows = cursor.execute(_STOPS, (number,)).fetchall()
    letters = announced_stops(cursor, number) if wish.announced else {}
    stops = tuple([_stop(one, letters.get(one[0])) for one in rows])
    return VisitList(*(number, wish, *rest[4:], stops))


def _stop(row: tuple[Any, ...], announced_on: date | None) -> ListedStop:
    x, y = row[11:13]
    return ListedStop(*(*row[:11], None if x is None else Point(x, y), *row[13:], announced_on))
