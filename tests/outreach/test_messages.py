"""What is told of cases and signals: each message with an id of its own, in the order in which it was written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from signals.outreach.messages import Post
from signals.store.ledger import ArrearsRow, CaseRow, PlacedReport

if TYPE_CHECKING:
    from signals.store.outbox import Message

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
CASE = CaseRow(
    id=7,
    household_id=1,
    municipality="0141",
    period="2026-11",
    period_start=DAY,
    state="open",
    route="letter",
    arrears_count=1,
    multiple=False,
    consecutive=False,
    crisis=None,
    score=12,
    earliest_on=DAY,
    received_on=DAY,
    policy_id=1,
    waiting=True,
    waiting_since=NOW,
    held=False,
    reviewed_through=None,
    reviewed_marks=[],
    released_route=None,
    released_through=None,
    outcome=None,
    person_route=None,
    person_route_through=None,
    closed_outcome=None,
    closed_through=None,
    scored_by=None,
    shadow_by=None,
    shadow_score=None,
    explanation="[]",
)
ARREARS = ArrearsRow(3, "0141", "welbions", "R1", "housing", None, 61_250, None, 0, None, None)
REPORT = PlacedReport(
    event_id=11,
    arrears_id=3,
    household_id=1,
    arisen_on=None,
    objected=False,
    warm_transfer=False,
    legal_person=True,
    verdict=None,
    status="other-reason",
    withdrawn=None,
    withdrawn_on=None,
    case_id=None,
    period="2026-11",
    period_start=DAY,
    policy_id=1,
    raised_by=None,
    picked_up=False,
    signalled_on=DAY,
    received_at=NOW,
)


def written(post: Post) -> list[Message]:
    post.case(CASE)
    post.tombstone(8)
    post.feedback(ARREARS, REPORT, "c0ffee-0001")
    post.case(CASE)
    return post.messages


def test_messages_stand_in_their_order_each_under_its_own_key() -> None:
    found = [(message.topic, message.key) for message in written(Post(NOW))]
    feedback = ("feedback.welbions", "11")
    assert found == [("outreach.cases", "7"), ("outreach.cases", "8"), feedback, ("outreach.cases", "7")]
    assert written(Post(NOW))[1].body is None


def test_every_message_has_an_id_of_its_own_in_whatever_transaction() -> None:
    bodies = [message.body for post in (Post(NOW), Post(NOW)) for message in written(post) if message.body]
    ids = [msgspec.json.decode(body)["id"] for body in bodies]
    assert len(ids) == len(set(ids)) == 6


def test_a_partner_hears_no_more_than_it_may() -> None:
    body = written(Post(NOW))[2].body
    assert body
    assert msgspec.json.decode(body)["data"] == {
        "municipality": "0141",
        "reference": "R1",
        "eventId": "c0ffee-0001",
        "result": "not-picked-up",
        "pauseUntil": None,
    }
