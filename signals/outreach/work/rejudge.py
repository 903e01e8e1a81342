"""How do the rules judge a household again after a person decided something?

The same rules, the same writing of the difference as for a batch (design.md section 5). What people decide changes no
arrears, so the lock on the household is enough where no report changes hands: a batch that touches one of its arrears
asks for that same lock. A report that is dismissed concerns every household its arrears ever had: `hold_arrears` locks
as a batch does, the arrears first, then the households in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.outreach.difference import write_difference
from signals.outreach.learning.in_use import models_in_use
from signals.outreach.queues import policy_book
from signals.outreach.take_up import Rules, judge, load_standing
from signals.store import ledger
from signals.store.locks import LockedArrears

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.store.database import Cursor


def hold_arrears(cursor: Cursor, arrears: int) -> list[int]:
    """Lock the arrears and every household that it ever had; their numbers."""
    cursor.execute("SELECT id FROM arrears WHERE id = %s FOR UPDATE", (arrears,))
    cursor.execute(
        """SELECT id FROM households WHERE id IN (SELECT household_id FROM reports WHERE arrears_id = %s)
        ORDER BY id FOR UPDATE""",
        (arrears,),
    )
    return [number for (number,) in cursor.fetchall()]


def rejudge(
    cursor: Cursor,
    households: Collection[int],
    *,
    arrears: Collection[int] = (),
    told_already: frozenset[tuple[int, str]] = frozenset(),
) -> None:
    """Judge the cases of these locked households again, and before that the reports of these locked `arrears`.

    `told_already` are the history lines, by case and kind, that the act wrote by itself.
    """
    rows = {(row.municipality, row.partner_id, row.reference): row for row in ledger.arrears_rows(cursor, arrears)}
    rules = Rules(policy_book(cursor), models_in_use(cursor))
    standing = load_standing(cursor, LockedArrears(rows, frozenset()), arrears, households, rules.book)
    difference = judge(standing, dict(standing.reports), households, rules)
    difference.told_already = told_already
    write_difference(cursor, difference, (), ())
