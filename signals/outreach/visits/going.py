"""What happens when a person lets a visiting list go? (docs/decisions/0042)

What waits is released as `signals release` does it. Everything is looked at once more while the households are locked:
a death, an unsafe door, or a colleague who was quicker takes a stop off the list, and it is named. Reasons and score
are kept with each stop as they are at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from signals.outreach.letters.announcements import latest_posting
from signals.outreach.release import release
from signals.outreach.visits.candidates import NOT_DUE, hindrances, homes
from signals.outreach.visits.lists import VisitError, hold_proposed
from signals.outreach.work.hold import tell
from signals.outreach.work.teams import policy_today

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from signals.outreach.visits.candidates import Home
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Went:
    """A list that was let go: how many households are visited, which cases were released by it, and what fell out.

    `fallen`: stop and reason (`candidates.HINDRANCES`, "changed").
    """

    going: int
    released: tuple[int, ...]
    fallen: tuple[tuple[ListedStop, str], ...]


def release_list(cursor: Cursor, number: int, actor: Actor, seen: int | None = None, *, today: date) -> Went:
    """Let the list go.

    Raises VisitError (not proposed; its day is over, or too near for letters that announce it; nothing of it can go),
    ListChangedError.
    """
    held = hold_proposed(cursor, number, seen, today)
    if held.wish.announced and today > latest_posting(held.wish.on_day, policy_today(cursor, held.wish.municipality)):
        raise VisitError(f"list {number}: its day is too near to announce the visits by letter first", "too-near")
    planned = {stop.household: stop for stop in held.stops if stop.state == "planned"}
    cursor.execute("SELECT id FROM households WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (sorted(planned),))
    there = {home.household: home for home in homes(cursor, held.wish, actor, only=planned, own_list=number)}
    now = hindrances(cursor, held.wish, actor, planned, own_list=number)
    # Another day or part of the day a person chose on purpose.
    fallen = [(stop, code) for home, stop in planned.items() if (code := now[home]) is not None and code not in NOT_DUE]
    gone = {stop.id for stop, _ in fallen}
    going = [stop for stop in planned.values() if stop.id not in gone]
    if not going:
        raise VisitError(f"list {number}: nothing of it can be visited any more; plan a new one", "empty")
    _leave_out(cursor, fallen)
    released = _let_wait_go(cursor, [there[stop.household] for stop in going], actor)
    for stop in going:
        _freeze(cursor, held, stop, there[stop.household], actor)
    cursor.execute(
        """UPDATE visit_lists SET state = 'released', released_at = now(), released_by = %s, version = version + 1
        WHERE id = %s""",
        (actor.name, number),
    )
    return Went(len(going), tuple(released), tuple(fallen))


def _leave_out(cursor: Cursor, fallen: Sequence[tuple[ListedStop, str]]) -> None:
    cursor.executemany(
        "UPDATE visit_stops SET state = 'left-out', code = %s WHERE id = %s", [(code, stop.id) for stop, code in fallen]
    )


def _let_wait_go(cursor: Cursor, there: Sequence[Home], actor: Actor) -> list[int]:
    """Release the visits that wait; a letter that waits beside one is taken up by the visit itself."""
    waiting = [case.id for home in there for case in home.cases if case.waiting and case.route == "home-visit"]
    if not waiting:
        return []
    return [one.case.id for one in release(cursor, waiting, actor=actor.id, name=actor.name)]


def _freeze(cursor: Cursor, held: VisitList, stop: ListedStop, home: Home, actor: Actor) -> None:
    cursor.execute(
        "UPDATE visit_stops SET case_id = %s, kind = %s, points = %s, first = %s, frozen = %s WHERE id = %s",
        (home.cases[0].id, home.kind, home.points, home.first, Jsonb(_as_it_was(home)), stop.id),
    )
    on_day, part = held.wish.on_day.isoformat(), held.wish.part
    tell(cursor, home.cases[0].id, actor, "visit-planned", list=held.id, onDay=on_day, part=part)


def _as_it_was(home: Home) -> dict[str, Any]:
    """Reasons and score of each case; of amounts it holds no more than the explanation of the score does."""
    return {
        "first": home.first,
        "cases": [
            {
                "case": one.id,
                "period": one.period,
                "score": one.score,
                "crisis": one.crisis,
                "explanation": one.explanation,
            }
            for one in home.cases
        ],
    }
