"""What we tell the world: a case changed, and feedback to the partner that signalled (borders.md section 6).

The end of the walk: the outbox keeps these bytes until the relay publishes them. Neither event holds
personal data, and feedback says no more than domain.md section 4.8 allows: the closed list of results is the
guard.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import msgspec

from signals.contract.codes import CRISES

if TYPE_CHECKING:
    from collections.abc import Mapping

CASE_CHANGED_TYPE: Final = "nl.vroegsignalering.case.changed.v1"
FEEDBACK_GIVEN_TYPE: Final = "nl.vroegsignalering.feedback.given.v1"
CASES_TOPIC: Final = "outreach.cases"
DEFAULT_SOURCE: Final = "urn:nl:signals:outreach"

State = Literal["open", "closed"]
Route = Literal["none", "letter", "home-visit"]
FeedbackResult = Literal[
    "not-yet-picked-up",
    "picked-up",
    "repeat",
    "wrongful",
    "deceased",
    "not-a-resident",
    "known-to-debt-help",
    "not-picked-up",
    "accepted-help",
]
"""What a partner may be told about its own signal; `not-picked-up` is all it hears of any other reason."""
FEEDBACK_RESULTS: Final[tuple[str, ...]] = get_args(FeedbackResult)

_RESULT_OF_STATUS: Final[Mapping[str, FeedbackResult]] = {
    "not-yet-picked-up": "not-yet-picked-up",
    "picked-up": "picked-up",
    "repeat": "repeat",
    "wrongful": "wrongful",
    "other-reason": "not-picked-up",
    "deceased": "deceased",
    "known-to-debt-help": "known-to-debt-help",
    "not-a-resident": "not-a-resident",
}


class CaseChanged(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    """The content of `case.changed`: how a case stands now. A removed case is a record without value."""

    case_id: str
    municipality: str
    period: str
    state: State
    route: Route
    score: float
    multiple: bool
    consecutive: bool
    crisis: str | None
    arrears_count: int

    def __post_init__(self) -> None:
        """Refuse a crisis that is not on the list, before it is published."""
        if self.crisis is not None and self.crisis not in CRISES:
            msg = f"case.changed: crisis is no code we know; one of {', '.join(CRISES)} or None"
            raise ValueError(msg)


class FeedbackGiven(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="camel"):
    """The content of `feedback.given`: what became of one signal; a later one replaces it."""

    municipality: str
    reference: str
    event_id: str
    result: FeedbackResult
    pause_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a result outside the closed list, and a pause that no accepted help explains."""
        if self.result not in FEEDBACK_RESULTS:
            msg = f"feedback.given: result may not be told to a partner; one of {', '.join(FEEDBACK_RESULTS)}"
            raise ValueError(msg)
        if self.pause_until is not None and self.result != "accepted-help":
            msg = "feedback.given: pause_until belongs to the result accepted-help only"
            raise ValueError(msg)


def feedback_topic(partner: str) -> str:
    """The topic on which `partner` is answered."""
    return f"feedback.{partner}"


def feedback_result(status: str) -> FeedbackResult:
    """What a partner is told about a report with `status`: never why something else stood in the way.

    Raises:
        KeyError: `status` is none of `STATUSES`.
    """
    return _RESULT_OF_STATUS[status]


def case_changed(case: CaseChanged, *, event_id: str, time: datetime, source: str = DEFAULT_SOURCE) -> bytes:
    """The CloudEvent that says how `case` stands; for `CASES_TOPIC`, with `case.case_id` as key.

    `event_id` must be new within `source`; `time` carries its time zone.
    """
    return _cloud_event(CASE_CHANGED_TYPE, case, event_id, time, source)


def feedback_given(feedback: FeedbackGiven, *, event_id: str, time: datetime, source: str = DEFAULT_SOURCE) -> bytes:
    """The CloudEvent that answers one signal, for `feedback_topic(partner)`.

    `event_id` must be new within `source` (the signal's own id is `feedback.event_id`); `time` carries its
    time zone.
    """
    return _cloud_event(FEEDBACK_GIVEN_TYPE, feedback, event_id, time, source)


def _cloud_event(event_type: str, content: msgspec.Struct, event_id: str, time: datetime, source: str) -> bytes:
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": event_type,
        "time": utc_text(time),
        "datacontenttype": "application/json",
        "data": content,
    }
    return msgspec.json.encode(event)


@lru_cache(maxsize=8)  # all that one transaction tells is of one moment
def utc_text(time: datetime) -> str:
    """`time` as borders.md section 2 writes moments, in UTC and to the microsecond.

    Raises:
        ValueError: `time` has no time zone, so it is no moment.
    """
    if time.tzinfo is None:
        msg = "an outgoing event needs a time with a time zone; pass an aware datetime"
        raise ValueError(msg)
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
