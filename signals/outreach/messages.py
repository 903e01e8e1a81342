"""What do we tell the world about a case and about a signal? (borders.md section 6)

Messages for the outbox; nothing personal, and no more than a partner may know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from signals.contract import outgoing
from signals.store.outbox import Message

if TYPE_CHECKING:
    from signals.store.ledger import ArrearsRow, CaseRow, PlacedReport


def case_message(case: CaseRow) -> Message:
    """How the case stands now; keyed by the case, so that the compacted topic keeps the last word."""
    content = outgoing.CaseChanged(
        case_id=str(case.id),
        municipality=case.municipality,
        period=case.period,
        state=cast("outgoing.State", case.state),
        route=cast("outgoing.Route", case.route),
        score=case.score,
        multiple=case.multiple,
        consecutive=case.consecutive,
        crisis=case.crisis,
        arrears_count=case.arrears_count,
    )
    body = outgoing.case_changed(content, event_id=str(uuid4()), time=datetime.now(UTC))
    return Message(outgoing.CASES_TOPIC, str(case.id), body)


def tombstone(case: int) -> Message:
    """The case is no more."""
    return Message(outgoing.CASES_TOPIC, str(case), None)


def feedback_message(arrears: ArrearsRow, report: PlacedReport, event_id: str) -> Message:
    """What the partner may know of its report; a later message with the same key replaces it."""
    content = outgoing.FeedbackGiven(
        municipality=arrears.municipality,
        reference=arrears.reference,
        event_id=event_id,
        result=outgoing.feedback_result(report.status),
    )
    body = outgoing.feedback_given(content, event_id=str(uuid4()), time=datetime.now(UTC))
    return Message(outgoing.feedback_topic(arrears.partner_id), str(report.event_id), body)
