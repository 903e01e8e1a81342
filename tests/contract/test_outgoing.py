from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import STATUSES
from signals.contract.outgoing import (
    DEFAULT_SOURCE,
    FEEDBACK_RESULTS,
    CaseChanged,
    FeedbackGiven,
    case_changed,
    feedback_given,
    feedback_result,
    feedback_topic,
    utc_text,
)

if TYPE_CHECKING:
    from tests.contract.examples import Json

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def case(**changes: Json) -> CaseChanged:
    values: dict[str, Json] = {
        "case_id": "c-1",
        "municipality": "0141",
        "period": "2026-11",
        "state": "open",
        "route": "letter",
        "score": 40,
        "multiple": False,
        "consecutive": False,
        "crisis": None,
        "arrears_count": 1,
    }
    return CaseChanged(**values | changes)


def test_a_changed_case_is_a_cloud_event_with_exactly_our_fields() -> None:
    assert json.loads(case_changed(case(), event_id="e-1", time=NOON)) == {
        "specversion": "1.0",
        "id": "e-1",
        "source": DEFAULT_SOURCE,
        "type": "nl.vroegsignalering.case.changed.v1",
        "time": "2026-11-02T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {
            "caseId": "c-1",
            "municipality": "0141",
            "period": "2026-11",
            "state": "open",
            "route": "letter",
            "score": 40,
            "multiple": False,
            "consecutive": False,
            "crisis": None,
            "arrearsCount": 1,
        },
    }


def test_feedback_is_a_cloud_event_with_exactly_our_fields() -> None:
    feedback = FeedbackGiven(
        municipality="0141",
        reference="HC-1",
        event_id="theirs",
        result="accepted-help",
        pause_until=date(2026, 12, 2),
    )
    event = json.loads(feedback_given(feedback, event_id="ours", time=NOON, source="urn:nl:signals:almelo"))
    assert (event["type"], event["source"]) == (
        "nl.vroegsignalering.feedback.given.v1",
        "urn:nl:signals:almelo",
    )
    assert event["data"] == {
        "municipality": "0141",
        "reference": "HC-1",
        "eventId": "theirs",
        "result": "accepted-help",
        "pauseUntil": "2026-12-02",
    }


@pytest.mark.parametrize("status", STATUSES)
def test_a_partner_hears_the_status_itself_but_never_the_other_reason(status: str) -> None:
    assert feedback_result(status) == ("not-picked-up" if status == "other-reason" else status)
    assert feedback_result(status) in FEEDBACK_RESULTS


def test_a_status_we_do_not_know_is_told_to_nobody() -> None:
    with pytest.raises(KeyError):
        feedback_result("accepted-help")


@pytest.mark.parametrize(
    ("result", "pause"), [("other-reason", None), ("on-exclusion-list", None), ("repeat", date(2026, 12, 2))]
)
def test_feedback_beyond_the_list_is_refused(result: Json, pause: date | None) -> None:
    with pytest.raises(ValueError, match=r"feedback\.given"):
        FeedbackGiven(municipality="0141", reference="R", event_id="x", result=result, pause_until=pause)


def test_an_unknown_crisis_is_refused() -> None:
    assert case(crisis="eviction").crisis == "eviction"
    with pytest.raises(ValueError, match="crisis"):
        case(crisis="ontruiming")


def test_the_topic_of_a_partner() -> None:
    assert feedback_topic("welbions") == "feedback.welbions"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (NOON, "2026-11-02T12:00:00.000000Z"),
        (datetime(2026, 11, 2, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2026-11-01T23:30:00.000000Z"),
        (datetime(2026, 11, 2, microsecond=7, tzinfo=UTC), "2026-11-02T00:00:00.000007Z"),
    ],
)
def test_a_time_is_written_in_utc(time: datetime, text: str) -> None:
    assert utc_text(time) == text


def test_a_time_without_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc_text(datetime(2026, 11, 2))  # noqa: DTZ001 - the fault under test
