"""Which visits are to be announced by letter, which were, and may a letter still say so? Reading only.

A list that was released as announced makes each of its visits due for a letter in the next run. That is posted some
days before the visit (`announce_days` of the policy), so that whoever wants no visit, or another time, can say so.
Who visits when is of `outreach.visits`; here its tables are read and never written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from psycopg.rows import class_row

from signals.outreach.clocks import is_working_day
from signals.outreach.letters.letter import Announced
from signals.outreach.work.doors import unsafe

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

KIND: Final = "announced-visit"
OFF: Final = "visit-off"
"""The visit is not planned any more."""
TOO_LATE: Final = "too-late-to-announce"
_DAY: Final = timedelta(days=1)
_COMES_IN: Final = 2
"""So many days after it was posted somebody has read a letter and can answer."""
_HALF_HOUR: Final = 30
_MINUTES_OF_DAY: Final = 24 * 60
# What stands in the way of announcing a visit of case `c` on `lists`, as far as the case tells. Who agreed on this very
# visit gets the letter too: it says once more when.
_AGREED: Final = """(step.why = 'promised' AND step.kind = 'home-visit' AND step.on_day = lists.on_day
    AND coalesce(step.part, lists.part) = lists.part)"""
_HINDRANCE: Final = f"""CASE WHEN c.state <> 'open' THEN 'closed'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open' AND b.held)
        THEN 'held'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open'
        AND b.letter_fault = 'moved') THEN 'moved'
    WHEN {unsafe("c")}
        THEN '{OFF}'
    WHEN EXISTS (SELECT FROM cases AS b WHERE b.household_id = c.household_id AND b.state = 'open'
        AND b.letter_fault = 'returned') THEN 'returned'
    WHEN c.waiting THEN 'changed'
    WHEN c.arrears_count = 0 THEN 'withdrawn'
    WHEN step.why = 'promised' AND NOT {_AGREED} THEN 'step-promised'
    WHEN {_AGREED} IS NOT true AND EXISTS (SELECT FROM contact_attempts AS a WHERE a.household_id = c.household_id
        AND a.reached AND a.undone_at IS NULL AND a.at >= lists.released_at) THEN 'answered' END"""  # noqa: S608 - our own text
# A letter of which somebody took back that it was sent announces nothing.
_LETTER: Final = """FROM letters AS l JOIN letter_runs AS runs ON runs.id = l.run_id
    LEFT JOIN contact_attempts AS made ON made.id = l.attempt_id
    WHERE l.stop_id = stop.id AND l.state <> 'taken-out' AND made.undone_at IS NULL"""
_DUE: Final = f"""
SELECT stop.id AS stop, stop.household_id AS household, stop.case_id AS case, lists.on_day, lists.part, lists.begins,
    lists.minutes, {_HINDRANCE} AS hindrance
FROM visit_lists AS lists JOIN visit_stops AS stop ON stop.list_id = lists.id JOIN cases AS c ON c.id = stop.case_id
    LEFT JOIN next_steps AS step ON step.household_id = stop.household_id
WHERE lists.municipality = %(here)s AND lists.state = 'released' AND lists.announced AND lists.on_day > %(today)s
    AND stop.state = 'planned' AND stop.kind = 'home-visit' AND NOT EXISTS (SELECT {_LETTER})
    AND (%(cases)s::bigint[] IS NULL OR stop.case_id = ANY(%(cases)s))
ORDER BY stop.id
"""  # noqa: S608 - our own texts
_OF_RUN: Final = f"""
SELECT letters.id, CASE
    WHEN stop.state NOT IN ('planned', 'not-visited') OR lists.ended_at < %(until)s THEN '{OFF}'
    WHEN lists.on_day - %(on_day)s < %(days)s
        OR (contents ->> 'answer_by')::date < least(%(on_day)s::date + {_COMES_IN}, lists.on_day - 1) THEN '{TOO_LATE}'
    WHEN contents -> 'visit' ->> 'day' <> lists.on_day::text OR contents -> 'visit' ->> 'part' <> lists.part
        THEN 'changed'
    ELSE {_HINDRANCE} END AS hindrance
FROM letters JOIN visit_stops AS stop ON stop.id = stop_id JOIN visit_lists AS lists ON lists.id = stop.list_id
    JOIN cases AS c ON c.id = letters.case_id LEFT JOIN next_steps AS step ON step.household_id = letters.household_id
WHERE run_id = %(run)s AND letters.state = 'released' ORDER BY letters.id
"""  # noqa: S608 - our own texts
_ANNOUNCED: Final = f"""
SELECT stop.id, (SELECT max(posted_on) {_LETTER} AND l.state = 'posted' AND l.returned_at IS NULL)
FROM visit_stops AS stop WHERE stop.list_id = %s ORDER BY stop.id
"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit that is to be announced: of which stop, where, and when; `hindrance` is a code, or None."""

    stop: int
    household: int
    case: int
    on_day: date
    part: str
    begins: time | None
    minutes: int
    hindrance: str | None

    @property
    def announced(self) -> Announced:
        """What the letter says of it: the time in which the pair goes round, in whole half hours."""
        if self.begins is None:
            return Announced(self.on_day, self.part)
        leaves = self.begins.hour * 60 + self.begins.minute
        first, last = leaves // _HALF_HOUR * _HALF_HOUR, -(-(leaves + self.minutes) // _HALF_HOUR) * _HALF_HOUR
        if last >= _MINUTES_OF_DAY:
            return Announced(self.on_day, self.part)
        return Announced(self.on_day, self.part, _time(first), _time(last))


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def visits_to_announce(
    cursor: Cursor, municipality: str, today: date, policy: Policy, cases: Collection[int] | None = None
) -> dict[int, PlannedVisit]:
    """By household the visit of which no letter was made yet, also where something stands in the way of one.

    Of these cases alone, when they are given. A household stands on one list at a time.
    """
    asked = {"here": municipality, "today": today, "cases": None if cases is None else sorted(cases)}
    with cursor.connection.cursor(row_factory=class_row(PlannedVisit)) as reading:
        found = reading.execute(_DUE.encode(), asked).fetchall()
    return {one.household: _in_time(one, today, policy) for one in found}


def _in_time(visit: PlannedVisit, today: date, policy: Policy) -> PlannedVisit:
    if visit.hindrance is not None or today <= latest_posting(visit.on_day, policy):
        return visit
    return replace(visit, hindrance=TOO_LATE)


def latest_posting(visit_on: date, policy: Policy) -> date:
    """The last day on which a letter that announces a visit of that day can be posted."""
    return visit_on - timedelta(days=policy.announce_days)


def answer_before(visit_on: date, today: date) -> date:
    """By when whoever wants no visit says so: the last working day before it, and after the letter came."""
    day = visit_on - _DAY
    while not is_working_day(day):
        day -= _DAY
    return min(max(day, today + _COMES_IN * _DAY), visit_on - _DAY)


def last_posting_of(visit_on: date, answer_by: date, policy: Policy) -> date:
    """The same of a letter that was made: who gets it later than that would read a day for answering that is over."""
    last = latest_posting(visit_on, policy)
    return last if answer_by >= visit_on - _DAY else min(last, answer_by - _COMES_IN * _DAY)


def announcements_in_run(
    cursor: Cursor, run: int, on_day: date, policy: Policy, until: datetime
) -> list[tuple[int, str | None]]:
    """How it stands with each announcement in a run that is not posted: if it were posted on that day.

    `until`: what ended after this moment is none of its business.
    """
    asked: dict[str, Any] = {"run": run, "on_day": on_day, "days": policy.announce_days, "until": until}
    return cursor.execute(_OF_RUN.encode(), asked).fetchall()


def announced_stops(cursor: Cursor, list_id: int) -> dict[int, date | None]:
    """On which day the letter of each stop of a list was posted; None: it is not, or it came back."""
    return dict(cursor.execute(_ANNOUNCED.encode(), (list_id,)).fetchall())
