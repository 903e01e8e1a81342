"""What may a person change of a proposed list? Add, drop, pin, and the order.

Every act locks the list and makes its next version; whoever saw an older one is told so (`lists.ListChangedError`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.outreach.visits.candidates import NOT_DUE, homes
from signals.outreach.visits.lists import VisitError, hold_proposed, next_version, one_at_a_time
from signals.outreach.visits.planning import write_stops

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


def add(cursor: Cursor, number: int, household: int, actor: Actor, seen: int | None = None, *, today: date) -> None:
    """Put a household on the list, at the end and pinned; also one that is due on another day or part of the day.

    Raises VisitError (no visit is due there, or something stands in the way), ListChangedError.
    """
    held = hold_proposed(cursor, number, seen, today)
    one_at_a_time(cursor, held.wish.municipality, today)
    found = homes(cursor, held.wish, actor, only=[household], own_list=number)
    if not found:
        raise VisitError(f"household {household}: no home visit is due there", "not-due")
    hindrance = found[0].hindrance
    if hindrance is not None and hindrance not in NOT_DUE:
        raise VisitError(f"household {household} cannot be on a list: {hindrance}", "hindered")
    if any(stop.household == household and stop.state == "planned" for stop in held.stops):
        return
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
