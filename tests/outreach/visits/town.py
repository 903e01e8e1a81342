"""A few households that wait for a visit, and where they live; for the tests of visiting lists."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, time, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from signals.contract.moments import AMSTERDAM
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.door import record
from signals.outreach.visits.extract import Located
from signals.outreach.visits.going import release_list
from signals.outreach.visits.instance import Point
from signals.outreach.visits.lists import read_list
from signals.outreach.visits.places import replace_places
from signals.outreach.visits.planning import propose
from tests.outreach.work.people import ANNA, BRAM, acting, today
from tests.reference.notation import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.outreach.visits.door import Recorded
    from signals.outreach.visits.going import Went
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.planning import Proposed
    from signals.outreach.work.steps import NextStep
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

START = Point(241_900, 486_200)
EVENING = datetime.combine(today(), time(20), AMSTERDAM)
"""When the visits of today are written down."""


def named(number: int) -> str:
    """The case of house number so and so."""
    return f"7607GC {number} 2026-11"


def two_signals(desk: Desk, number: int, *, signalled_on: str = "2026-11-02", **more: Any) -> None:  # noqa: ANN401 - of a report
    """Somebody at this house number waits for a visit."""
    desk.take_in(
        report(f"r{number}", signalled_on, f"welbions/R{number}", at=number, **more),
        report(f"m{number}", signalled_on, f"menzis/M{number}", at=number),
    )


def settle(desk: Desk, *numbers: int) -> None:
    """The register knows these house numbers: as many metres east of the start, in tens."""
    rows = [Located("7607GC", number, "", None, START.x + 10 * number, START.y) for number in numbers]
    with acting(desk) as cursor:
        replace_places(cursor, rows, actor="test")


def wish(**changes: Any) -> DayWish:  # noqa: ANN401 - fields of a wish
    """An hour this morning for Anna and Bram."""
    usual: dict[str, Any] = {"on_day": today(), "part": "morning", "start": START, "minutes": 60, "pair": (ANNA, BRAM)}
    return DayWish("0141", **(usual | changes))


def plan(desk: Desk, **changes: Any) -> tuple[VisitList, Proposed]:  # noqa: ANN401 - fields of a wish
    """A list is proposed."""
    with acting(desk) as cursor:
        proposed = propose(cursor, wish(**changes), ANNA, today=today())
        return read_list(cursor, proposed.list), proposed


def go(desk: Desk, number: int) -> Went:
    """The list is released."""
    with acting(desk) as cursor:
        return release_list(cursor, number, ANNA, today=today())


def listed(desk: Desk, number: int) -> VisitList:
    """The list as it stands."""
    with acting(desk) as cursor:
        return read_list(cursor, number)


def numbers(found: VisitList) -> list[int]:
    """The house numbers of what is planned, in order."""
    return [stop.number for stop in found.stops if stop.state == "planned"]


def at(found: VisitList, number: int) -> ListedStop:
    """The stop at this house number."""
    return next(stop for stop in found.stops if stop.number == number)


def tell(
    desk: Desk,
    stop: int,
    result: str,
    key: str = "k1",
    *,
    note: str = "",
    when: datetime = EVENING,
    agreed: NextStep | None = None,
    part: str | None = None,
) -> Recorded:
    """What came of a visit."""
    with acting(desk) as cursor:
        return record(cursor, stop, result, note, BRAM, key, at=when, agreed=agreed, part=part)


def visiting(desk: Desk, *numbers: int, **changes: Any) -> VisitList:  # noqa: ANN401 - fields of a wish
    """A released list of these house numbers."""
    for number in numbers:
        two_signals(desk, number)
    settle(desk, *numbers)
    found, _ = plan(desk, **({"minutes": 480} | changes))
    go(desk, found.id)
    return listed(desk, found.id)


@contextmanager
def days_on(desk: Desk, days: int) -> Iterator[Cursor]:
    """A transaction in which all lists are so many days older."""
    with acting(desk) as cursor:
        cursor.execute("UPDATE visit_lists SET on_day = on_day - %s", (days,))
        yield cursor


def waits_for_a_lock(desk: Desk) -> None:
    """Until somebody waits for what this transaction holds."""
    until = monotonic() + 20
    asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while not desk.system.rows(asked):
        assert monotonic() < until


YESTERDAY = today() - timedelta(days=1)
