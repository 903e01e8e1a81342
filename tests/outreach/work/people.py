"""Acts of people at a desk, for the tests of `outreach.work`: by name of a case, in a transaction of their own."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from signals.contract.moments import AMSTERDAM
from signals.outreach.work.dossier import Dossier, dossier
from signals.outreach.work.people import Actor
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

ANNA = Actor("anna-1", "Anna Postma")
BRAM = Actor("bram-2", "Bram de Wit")
HOME = "7607GC 12 2026-11"
R1, P9, V1 = "welbions/R1", "menzis/P9", "vitens/W1"


def today() -> date:
    """The day on which the database writes things down."""
    return datetime.now(AMSTERDAM).date()


@contextmanager
def acting(desk: Desk) -> Iterator[Cursor]:
    """A transaction of one act."""
    with transaction(desk.system.engine) as cursor:
        yield cursor


def act(desk: Desk, do: Callable[..., Any], *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - any act
    """Do one act in a transaction of its own."""
    with acting(desk) as cursor:
        return do(cursor, *arguments, **more)


def file_of(desk: Desk, name: str = HOME) -> Dossier:
    """The dossier of a case."""
    with acting(desk) as cursor:
        found = dossier(cursor, desk.case(name).id, today=today())
    assert found is not None
    return found


def event_number(desk: Desk, event_id: str) -> int:
    """The number of a stored event."""
    ((number,),) = desk.system.rows("SELECT id FROM events WHERE event_id = %s", event_id)
    return int(number)
