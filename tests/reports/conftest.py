"""The `town` fixture: a desk on which everything that `signals reconcile` looks at has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.notation import change, report, withdraw
from tests.reports.books import RENT

if TYPE_CHECKING:
    from tests.outreach.desk import Desk


@pytest.fixture
def town(desk: Desk) -> Desk:
    """Open, closed, removed and released cases, a repeat, a wrongful report, a duplicate and a bad record."""
    a = report("a", "2026-11-02", "welbions/R1", crisis="eviction")
    desk.take_in(a, a, report("b", "2026-11-03", "menzis/P9", "80.00"), report("c", "2026-11-04", "menzis/P9", "80.00"))
    desk.take_in(
        report("d", "2026-11-02", "vitens/W1", at=14),
        withdraw("e", "2026-11-03", "vitens/W1", "paid"),
        report("f", "2026-11-02", "welbions/R2", "7.00", at=16),
        report("g", "2026-11-20", "welbions/R3", at=18),
    )
    desk.take_in(report("h", "2026-10-25", "welbions/R3", at=18), change("i", "2026-11-05", "welbions/R1", "900.00"))
    desk.intake.store([desk.record(RENT, b"{")])
    desk.release("7607GC 12 2026-11")
    return desk
