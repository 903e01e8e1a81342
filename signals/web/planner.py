"""How does a list of visits get proposed by the pages? Without a desk, and written to the log with it.

To weigh a town's households takes a second or two, and a routing server may take longer; who asks for it does so as an
errand (`errands`), so that no desk waits for it. Refusals are given back: they are answers, no failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.errors import FaultsError
from signals.outreach.visits.instance import Instance
from signals.outreach.visits.lists import ListChangedError, VisitError, one_at_a_time, open_lists, read_list
from signals.outreach.visits.planning import Proposed, propose, replan
from signals.outreach.visits.travel import times_for
from signals.store import audit
from signals.store.database import transaction
from signals.store.processing import Use

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

    from signals.outreach.visits.candidates import DayWish
    from signals.outreach.visits.travel import TravelTimes
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class Planner:
    """Proposes lists; `routing_url` is who knows the roads, or None (`travel`)."""

    engine: Engine
    routing_url: str | None = None

    def proposed(self, wish: DayWish, actor: Actor, today: date) -> Proposed | int | VisitError | FaultsError:
        """A new list; the number of the one that these people have at that time already."""
        try:
            with transaction(self.engine) as cursor:
                one_at_a_time(cursor, wish.municipality, today)
                if (there := _already(cursor, wish)) is not None:
                    return there
                return _noted(cursor, propose(cursor, wish, actor, today=today, times=self._times(wish)), actor)
        except (VisitError, FaultsError) as refusal:
            return refusal

    def anew(
        self, number: int, actor: Actor, seen: int | None, today: date
    ) -> Proposed | VisitError | ListChangedError:
        """This list, proposed once more."""
        try:
            with transaction(self.engine) as cursor:
                times = self._times(read_list(cursor, number).wish)
                return _noted(cursor, replan(cursor, number, actor, seen, today=today, times=times), actor)
        except (VisitError, ListChangedError) as refusal:
            return refusal

    def _times(self, wish: DayWish) -> TravelTimes:
        return times_for(Instance(wish.start, ()), self.routing_url)


def _already(cursor: Cursor, wish: DayWish) -> int | None:
    """Nobody goes two rounds at a time: a form that is sent twice makes one list."""
    same = (one for one in open_lists(cursor, [wish.municipality]) if _when_and_who(one.wish) == _when_and_who(wish))
    return next((one.id for one in same), None)


def _when_and_who(wish: DayWish) -> tuple[object, ...]:
    return wish.on_day, wish.part, frozenset(wish.pair)


def _noted(cursor: Cursor, done: Proposed, actor: Actor) -> Proposed:
    found = read_list(cursor, done.list)
    audit.note_each(
        cursor,
        actor.id,
        "plan-visits",
        f"visit-list {done.list}",
        {"households": len(found.going)},
        [found.wish.municipality],
        [stop.household for stop in found.stops],
        use=Use(),
    )
    return done
