"""What do we tell the world about a case and about a signal? (borders.md section 6)

Messages for the outbox; nothing personal, and no more than a partner may know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import uuid4

from signals.contract import outgoing
from signals.store.outbox import Message

if TYPE_CHECKING:
    from datetime import date, datetime

    from signals.store.ledger import ArrearsRow, CaseRow, PlacedReport


class Post:
    """The messages that one transaction gathers at `time`, in their order."""

    def __init__(self, time: datetime) -> None:
        self.messages: list[Message] = []
        self._time = time
        self._name = uuid4().hex  # a CloudEvents id is new within its source: this name and a running number

    def case(self, case: CaseRow) -> None:
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
        body = outgoing.case_changed(content, event_id=self._new_id(), time=self._time)
        self.messages.append(Message(outgoing.CASES_TOPIC, content.case_id, body))

    def tombstone(self, case: int) -> None:
        """The case is no more."""
        self.messages.append(Message(outgoing.CASES_TOPIC, str(case), None))

    def feedback(
        self,
        arrears: ArrearsRow,
        report: PlacedReport,
        event_id: str,
        *,
        result: str | None = None,
        pause_until: date | None = None,
    ) -> None:
        """What the partner may know of its report; a later message with the same key replaces it.

        `result` is what a person's closing says instead of the report's status.
        """
        content = outgoing.FeedbackGiven(
            municipality=arrears.municipality,
            reference=arrears.reference,
            event_id=event_id,
            result=cast("outgoing.FeedbackResult", result) if result else outgoing.feedback_result(report.status),
            pause_until=pause_until,
        )
        body = outgoing.feedback_given(content, event_id=self._new_id(), time=self._time)
        self.messages.append(Message(outgoing.feedback_topic(arrears.partner_id), str(report.event_id), body))

    def _new_id(self) -> str:
        return f"{self._name}-{len(self.messages)}"
