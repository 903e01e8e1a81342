"""What may a person change of a proposed list? Add, drop, pin, and the order; and any list may be ended.

Every act locks the list and makes its next version; whoever saw an older one is told so (`lists.ListChangedError`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.outreach.visits.candidates import homes, is_free
from signals.outreach.visits.lists import (
    OPTED_OUT,
    VisitError,
    hold_for_planning,
    hold_list,
    hold_proposed,
    next_version,
)
from signals.outreach.visits.planning import write_stops
from signals.outreach.visits.unsafe import unsafe_at

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.visits.lists import VisitObstacle
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


def add(cursor: Cursor, number: int, household: int, actor: Actor, seen: int | None = None, *, today: date) -> None:
    """Put a household on the list, at the end and pinned; also one that is due on another day or part of the day.

    Raises VisitError (no visit is due there, or something stands in the way), ListChangedError.
    """
    held = hold_for_planning(cursor, number, seen, today)
    found = homes(cursor, held.wish, actor, only=[household], own_list=number)
    if not found:
        if household in unsafe_at(cursor, [household]):
            raise VisitError(f"household {household} cannot be on a list: unsafe", "unsafe")
        raise VisitError(f"household {household}: no home visit is due there", "not-due")
    if not is_free(found[0]):
        code: VisitObstacle = "unsafe" if found[0].hindrance == "unsafe" else "hindered"
        raise VisitError(f"household {household} cannot be on a list: {found[0].hindrance}", code)
    if any(stop.household == household and stop.state == "planned" for stop in held.stops):
        return
    if any(stop.household == household and stop.code == OPTED_OUT for stop in held.stops):
        raise VisitError(f"household {household} said that it wants no visit with this list", "hindered")
    last = max((stop.place for stop in held.stops), default=0)
    write_stops(cursor, number, found, {household}, after=last)
    next_version(cursor, number)


def drop(cursor: Cursor, number: int, stop: int, seen: int | None = None, *, today: date) -> None:
    """Take a stop off the list, also when it is proposed anew; `add` puts it back. Raises as `add`."""
    hold_proposed(cursor, number, seen, today).stop(stop)
    cursor.execute("UPDATE visit_stops SET state = 'dropped', pinned = false WHERE id = %s", (stop,))
    next_version(cursor, number)


def pin(cursor: Cursor, number: int, stop: int, seen: int | None = None, *, pinned: bool = True, today: date) -> None:
    """Keep a stop on the list when it is proposed anew, or leave that to the rules. Raises as `add`."""
    hold_proposed(cursor, number, seen, today).stop(stop)
    cursor.execute("UPDATE visit_stops SET pinned = %s WHERE id = %s", (pinned, stop))
    next_version(cursor, number)


def move(cursor: Cursor, number: int, stop: int, by: int, seen: int | None = None, *, today: date) -> None:
    """Visit a stop so many places earlier (`by` below 0) or later, up to an end of the list. Raises as `add`."""
    held = hold_proposed(cursor, number, seen, today)
    order = [one.id for one in held.stops if one.state == "planned"]
    at = order.index(held.stop(stop).id)
    order.insert(min(max(at + by, 0), len(order) - 1), order.pop(at))
    cursor.execute(
        """UPDATE visit_stops SET place = now.place
        FROM unnest(%s::bigint[]) WITH ORDINALITY AS now(stop, place) WHERE id = now.stop""",
        (order,),
    )
    next_version(cursor, number)


def end(cursor: Cursor, number: int, seen: int | None = None) -> None:
    """The list is over: one that was only proposed is thrown away, of one that was let go nobody more is visited.

    Whoever was planned on it can be planned anew; what came of a visit can be written down still. Raises VisitError
    (done before), ListChangedError.
    """
    held = hold_list(cursor, number, seen)
    if held.state == "done":
        raise VisitError(f"list {number} is done", "done")
    then = "dropped" if held.state == "proposed" else "not-visited"
    cursor.execute("UPDATE visit_stops SET state = %s WHERE list_id = %s AND state = 'planned'", (then, number))
    cursor.execute("UPDATE visit_lists SET state = 'done', ended_at = now() WHERE id = %s", (number,))
    next_version(cursor, number)
