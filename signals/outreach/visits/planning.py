"""Which households does a list propose, in which order? The solver's answer to what waits (docs/decisions/0042).

What was agreed for that part of the day comes before all else, and what a person pinned; then a crisis and a clock that
ends soon; then as many points as fit. Whose address the register does not know stands at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.moments import part_at
from signals.errors import FaultsError
from signals.outreach.letters.announcements import latest_posting
from signals.outreach.teams import COMMON
from signals.outreach.visits.candidates import LEAVES_AT, hindrances, homes, is_free, left_out
from signals.outreach.visits.instance import MOST_CANDIDATES, Candidate, Instance, Point
from signals.outreach.visits.lists import OPTED_OUT, end_empty, hold_for_planning, next_version, one_at_a_time
from signals.outreach.visits.solve import solve
from signals.outreach.work.attempts import LONGEST_AHEAD
from signals.outreach.work.teams import policy_today
from signals.outreach.worklist import policies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from signals.outreach.visits.candidates import DayWish, Home
    from signals.outreach.visits.lists import VisitList
    from signals.outreach.visits.travel import TravelTimes
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

LONGEST_DAY: Final = 24 * 60
_RANKS: Final = ("agreed", "crisis", "deadline", None)
_INSERT: Final = """
INSERT INTO visit_lists (municipality, on_day, part, state, pair, pair_ids, start_x, start_y, minutes,
    minutes_per_visit, maximum, area, team, urgent_within, begins, announced, by_id, by_name)
VALUES (%s, %s, %s, 'proposed', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_HOLD_OTHERS: Final = """
SELECT id FROM visit_lists WHERE id IN (
    SELECT list_id FROM visit_stops WHERE household_id = ANY(%s) AND list_id <> %s AND state = 'planned')
ORDER BY id FOR UPDATE
"""
_TAKE_OVER: Final = """
WITH gone AS (
    UPDATE visit_stops SET state = 'left-out', code = 'promised', pinned = false
    WHERE household_id = ANY(%s) AND list_id <> %s AND state = 'planned' RETURNING list_id)
UPDATE visit_lists SET version = version + 1 FROM gone WHERE id = gone.list_id RETURNING id
"""
_STOP: Final = """
INSERT INTO visit_stops (list_id, household_id, case_id, place, kind, state, points, first, x, y, how, pinned)
VALUES (%s, %s, %s, %s, %s, 'planned', %s, %s, %s, %s, %s, %s)
ON CONFLICT (list_id, household_id) DO UPDATE SET state = 'planned', code = NULL, case_id = excluded.case_id,
    place = excluded.place, kind = excluded.kind, points = excluded.points, first = excluded.first, x = excluded.x,
    y = excluded.y, how = excluded.how, pinned = excluded.pinned
"""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A list that was proposed, and what is not on it.

    Attributes:
        list: Its number.
        waiting: How many more could be visited, but did not fit.
        left_out: How many households were left out, by reason (`candidates.HINDRANCES`).
        fallen_back: In words, why the way is reckoned in straight lines although a routing server is set.
        unplaced: Of those for whom there was no time: who was pinned, or goes before what has more points.
    """

    list: int
    waiting: int
    left_out: Mapping[str, int]
    fallen_back: str | None = None
    unplaced: tuple[Home, ...] = ()


def propose(cursor: Cursor, wish: DayWish, actor: Actor, *, today: date, times: TravelTimes | None = None) -> Proposed:
    """Propose a list for one part of a day; it may be empty, and is edited and released by a person.

    Raises FaultsError with all that is wrong with the wish.
    """
    if faults := _faults(cursor, wish, today):
        raise FaultsError("visiting list", faults)
    one_at_a_time(cursor, wish.municipality, today)
    found = homes(cursor, wish, actor)
    free = [home for home in found if home.hindrance is None]
    order, fallen_back = chosen(wish, free, times=times)
    number = _written(cursor, wish, actor)
    write_stops(cursor, number, order)
    return _proposed(number, found, free, order, fallen_back)


def replan(
    cursor: Cursor,
    number: int,
    actor: Actor,
    seen: int | None = None,
    *,
    today: date,
    times: TravelTimes | None = None,
) -> Proposed:
    """Propose the list anew: what is pinned stays on it, what a person dropped stays off.

    What cannot be visited any more falls out with its reason, also if it was pinned. Raises as `editing` does.
    """
    held = hold_for_planning(cursor, number, seen, today)
    found = homes(cursor, held.wish, actor, own_list=number)
    pinned = {stop.household for stop in held.stops if stop.pinned and stop.state == "planned"}
    kept = homes(cursor, held.wish, actor, only=pinned, own_list=number) if pinned else []
    free = _free(held, found, [home for home in kept if home.household in pinned])
    order, fallen_back = chosen(held.wish, free, pinned, times=times)
    _leave_out(cursor, held, {home.household for home in order}, actor)
    write_stops(cursor, number, order, pinned)
    next_version(cursor, number)
    return _proposed(number, found, free, order, fallen_back, pinned)


def _proposed(
    number: int,
    found: Sequence[Home],
    free: Sequence[Home],
    order: Sequence[Home],
    fallen_back: str | None,
    pinned: Collection[int] = (),
) -> Proposed:
    going = {home.household for home in order}
    rest = [home for home in free if home.household not in going]
    unplaced = [home for home in rest if home.first or home.household in pinned]
    return Proposed(number, len(rest), left_out(found), fallen_back, tuple(unplaced))


def _leave_out(cursor: Cursor, held: VisitList, going: Collection[int], actor: Actor) -> None:
    """The planned stops that are not on the list any more, each with what stands in its way, if anything does."""
    gone = {stop.id: stop.household for stop in held.stops if stop.state == "planned" and stop.household not in going}
    why = hindrances(cursor, held.wish, actor, set(gone.values()), own_list=held.id)
    cursor.executemany(
        "UPDATE visit_stops SET state = 'left-out', pinned = false, code = %s WHERE id = %s",
        [(why[household] or "replanned", stop) for stop, household in gone.items()],
    )


def _free(held: VisitList, found: Sequence[Home], kept: Sequence[Home]) -> list[Home]:
    """Who can be on the list: whoever is due, was not dropped and did not say that no visit is wanted.

    And whom a person pinned, also for another time.
    """
    dropped = {stop.household for stop in held.stops if stop.state == "dropped" or stop.code == OPTED_OUT}
    free = {home.household: home for home in kept if is_free(home)}
    free |= {home.household: home for home in found if home.hindrance is None and home.household not in dropped}
    return [free[household] for household in sorted(free)]


def chosen(
    wish: DayWish, free: Sequence[Home], pinned: Collection[int] = (), *, times: TravelTimes | None = None
) -> tuple[list[Home], str | None]:
    """Whom to visit, in the order of the way; and `Proposed.fallen_back`.

    Of those whose place is not known, the urgent ones have their minutes kept for them, the others what is left over.
    """
    ranked = sorted(free, key=lambda home: _rank(home, pinned))[:MOST_CANDIDATES]
    lost = [home for home in ranked if home.place is None]
    urgent = _fitting([home for home in lost if home.first or home.household in pinned], wish, wish.minutes, 0)
    kept = _doors(urgent) * wish.minutes_per_visit
    found, used, fallen_back = _solved(wish, [home for home in ranked if home.place], pinned, _doors(urgent), times)
    rest = [home for home in lost if home not in urgent]
    more = _fitting(rest, wish, wish.minutes - kept - used, _doors([*found, *urgent]))
    return [*found, *urgent, *more], fallen_back


def _solved(
    wish: DayWish, known: Sequence[Home], pinned: Collection[int], kept: int, times: TravelTimes | None
) -> tuple[list[Home], float, str | None]:
    """Those whose place is known, in order, and the minutes that they take; for `kept` doors there must be room."""
    minutes = wish.minutes - kept * wish.minutes_per_visit
    most = None if wish.maximum is None else wish.maximum - kept
    if minutes <= 0 or (most is not None and most <= 0) or not known:
        return [], 0.0, None
    instance = Instance(
        wish.start,
        tuple([_candidate(home) for home in known]),
        minutes=minutes,
        minutes_per_visit=wish.minutes_per_visit,
        maximum=most,
        pinned=frozenset(home.household for home in known if home.household in pinned or home.first == "agreed"),
        first=frozenset(home.household for home in known if home.first),
    )
    plan = solve(instance, times)
    (found,) = plan.lists
    by_number = {home.household: home for home in known}
    return [by_number[int(household)] for household in found.stops], found.minutes, plan.fallen_back


def _candidate(home: Home) -> Candidate:
    at = Point(home.place.x, home.place.y) if home.place else Point(0, 0)
    return Candidate(home.household, at, home.points, home.door)


def _rank(home: Home, pinned: Collection[int]) -> tuple[bool, int, int, int]:
    return (home.household not in pinned, _RANKS.index(home.first), -home.points, home.household)


def _doors(some: Sequence[Home]) -> int:
    return len({home.door for home in some})


def _fitting(some: Sequence[Home], wish: DayWish, minutes: float, taken: int) -> list[Home]:
    """As many of these as there are minutes for, and doors left; the way to them is not known."""
    most = int(max(minutes, 0) // wish.minutes_per_visit)
    most = most if wish.maximum is None else min(most, wish.maximum - taken)
    doors = list(dict.fromkeys(home.door for home in some))[: max(most, 0)]
    return sorted((home for home in some if home.door in doors), key=lambda home: doors.index(home.door))


def _faults(cursor: Cursor, wish: DayWish, today: date) -> list[str]:
    """All that is wrong with a wish, in words."""
    book = policies_of(cursor, [wish.municipality])
    there = wish.municipality in book.municipalities
    teams = {team.key for team in book.in_force(wish.municipality, wish.on_day).teams} if there else set()
    wrong = {
        f"municipality {wish.municipality}: it has no policy; `signals policy list` names those that have": not there,
        "the day is over: plan for today or later": wish.on_day < today,
        "the day is more than a year ahead": wish.on_day > today + LONGEST_AHEAD,
        f"the part of the day must be one of {', '.join(PARTS_OF_DAY)}": wish.part not in PARTS_OF_DAY,
        "one or two people go: name them": not 1 <= len(wish.pair) <= 2
        or not all(one.name.strip() for one in wish.pair),
        "begin: must lie in that part of the day": wish.part in LEAVES_AT and part_at(wish.leaves) != wish.part,
        f"minutes: must be 1 to {LONGEST_DAY}": not 1 <= wish.minutes <= LONGEST_DAY,
        f"minutes per visit: must be 1 to {LONGEST_DAY}": not 1 <= wish.minutes_per_visit <= LONGEST_DAY,
        "announce: the day is too near, letters would come too late": there
        and wish.announced
        and today > latest_posting(wish.on_day, policy_today(cursor, wish.municipality)),
        "maximum: must be 1 or more": wish.maximum is not None and wish.maximum < 1,
        "days before a deadline: must be 0 to 366": not 0 <= wish.urgent_within <= 366,
        f"team {wish.team}: the policy has no such team": there and wish.team not in {None, COMMON, *teams},
    }
    return [fault for fault, is_wrong in wrong.items() if is_wrong]


def _written(cursor: Cursor, wish: DayWish, actor: Actor) -> int:
    cursor.execute(
        _INSERT,
        (
            *(wish.municipality, wish.on_day, wish.part),
            *([one.name for one in wish.pair], [one.id for one in wish.pair]),
            *(wish.start.x, wish.start.y, wish.minutes, wish.minutes_per_visit, wish.maximum),
            *(list(wish.area), wish.team, wish.urgent_within, wish.leaves, wish.announced, actor.id, actor.name),
        ),
    )
    (number,) = cursor.fetchone() or (0,)
    return int(number)


def write_stops(
    cursor: Cursor, number: int, order: Sequence[Home], pinned: Collection[int] = (), *, after: int = 0
) -> None:
    """These are planned on the list, in this order, from place `after` + 1 on.

    With whom this moment was agreed may have stood on a list of another one: there they fall out.
    """
    agreed = [home.household for home in order if home.first == "agreed"]
    cursor.execute(_HOLD_OTHERS, (agreed, number))
    # After the lists, as everywhere (`door`): a stop refers to its household, and waits for whoever has that in hand.
    cursor.execute(
        "SELECT FROM households WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", ([home.household for home in order],)
    )
    cursor.execute(_TAKE_OVER, (agreed, number))
    end_empty(cursor, [found for (found,) in cursor.fetchall()])
    rows = [
        (
            *(number, home.household, home.cases[0].id, place, home.kind, home.points, home.first),
            *((home.place.x, home.place.y, home.place.how) if home.place else (None, None, None)),
            home.household in pinned,
        )
        for place, home in enumerate(order, start=after + 1)
    ]
    cursor.executemany(_STOP, rows)
