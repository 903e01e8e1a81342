"""The books of a desk as `signals reconcile` reads them, and the relay of a desk that has no broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.reports import outgoing
from signals.reports.reconcile import reconcile
from signals.store.database import transaction
from signals.store.outbox import mark_published, take_waiting
from tests.laws.system import LOG

if TYPE_CHECKING:
    from signals.reports.reconcile import Reconciliation
    from tests.outreach.desk import Desk

RENT = "arrears.housing.welbions"
CASES = "outreach.cases"


def books(town: Desk, held: int | None = None, begin: int = 0) -> Reconciliation:
    """The books; `held` is what the broker says it holds from `begin` on, where it is asked."""

    def count(*_: object) -> int:
        assert held is not None, "the broker was asked without need"
        return held

    with transaction(town.system.engine) as cursor:
        return reconcile(cursor, LOG, {(RENT, 0): begin}, town.ends, lambda: town.ends, count)


def number_of(town: Desk, event: str) -> int:
    """The number of the event with this id."""
    ((number,),) = town.system.rows("SELECT id FROM events WHERE event_id = %s", event)
    return int(number)


def relayed(town: Desk) -> dict[str, bytes | None]:
    """All messages as published; what `outreach.cases` then says last of each case."""
    topic: dict[str, bytes | None] = {}
    with transaction(town.system.engine) as cursor:
        waiting = take_waiting(cursor, 1000)
        mark_published(cursor, [one.id for one in waiting])
    for one in waiting:
        if one.message.topic == CASES:
            topic[one.message.key] = outgoing.mark_of(one.message.body)
    return topic
