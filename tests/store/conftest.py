"""A small town in the database, for the tests of what the database refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import engine_for
from tests.laws.system import System
from tests.outreach.desk import Desk
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Two households, one case each; every type of event, a wrongful report, a bad record."""
    return _built_on(desk)


@pytest.fixture(scope="module")
def lasting_town(desk_database: str) -> Iterator[Desk]:
    """The same for all tests of a module that change nothing."""
    engine = engine_for(desk_database)
    desk = Desk(System(engine))
    desk.begin()
    yield _built_on(desk)
    engine.dispose()


def _built_on(desk: Desk) -> Desk:
    desk.take_in(
        report("a", "2026-11-02", "welbions/R1", at=12),
        report("b", "2026-11-03", "menzis/P9", at=14),
        report("c", "2026-11-03", "menzis/P7", "1.00", at=14),
        report("d", "2026-11-04", "vitens/W1", at=14),
        change("e", "2026-11-05", "welbions/R1", "200.00"),
        withdraw("f", "2026-11-05", "vitens/W1", "paid"),
    )
    desk.intake.store([desk.record("arrears.housing.welbions", b"{")])
    desk.system.rows(
        """UPDATE cases SET waiting = false, waiting_since = NULL WHERE id = (SELECT max(id) FROM cases)"""
    )
    desk.system.rows(
        """INSERT INTO processing_log (household_id, activity, purpose, basis)
        SELECT id, 'case-viewed', 'early warning', 'Wgs' FROM households"""
    )
    return desk
