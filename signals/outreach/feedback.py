"""What do partners hear of their reports when a person acts? (domain.md section 4.8)

Beside `difference`, which tells what the rules found: these messages go out because someone took up a report, closed
its case, or opened it again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from signals.contract.codes import ACCEPTED_HELP
from signals.outreach.messages import Post
from signals.store import ledger
from signals.store.outbox import add_messages

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from signals.store.database import Cursor

# These outcomes are told as they are; of every other one the partner hears no more than that its report was picked up.
_TOLD: Final = {
    **{outcome: outcome for outcome in ("repeat", "wrongful", "deceased", "not-a-resident", "known-to-debt-help")},
    "other-reason": "not-picked-up",
}


def result_of(outcome: str, accepted: Collection[str] = ACCEPTED_HELP) -> str | None:
    """What a partner may hear when a person closes a case with `outcome`; None: nothing new.

    `accepted`: the outcomes that the case's policy counts as accepted help.
    """
    return "accepted-help" if outcome in accepted else _TOLD.get(outcome)


def tell_partners(cursor: Cursor, households: Collection[int], events: Collection[int]) -> None:
    """Tell the partners how the reports of these events, at these (locked) households, stand now."""
    reports = sorted(
        (report for report in ledger.reports_at(cursor, households) if report.event_id in events),
        key=lambda report: report.event_id,
    )
    arrears = {row.id: row for row in ledger.arrears_rows(cursor, {report.arrears_id for report in reports})}
    told = _told_otherwise(cursor, events)
    post = Post(datetime.now(UTC))
    for report in reports:
        event_id, result, pause_until = told[report.event_id]
        post.feedback(arrears[report.arrears_id], report, event_id, result=result, pause_until=pause_until)
    add_messages(cursor, post.messages)


def _told_otherwise(cursor: Cursor, events: Collection[int]) -> dict[int, tuple[str, str | None, date | None]]:
    """The partner's own id of each event, and what a closing says of it."""
    cursor.execute(
        """SELECT events.id, events.event_id, given_result, pause_until
        FROM events JOIN reports ON reports.event_id = events.id WHERE events.id = ANY(%s)""",
        (sorted(events),),
    )
    return {number: (event_id, result, pause) for number, event_id, result, pause in cursor}
