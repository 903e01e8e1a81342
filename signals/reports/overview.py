"""How does it go with the work as a whole? The figures of a team lead, without any person in them.

Reads what the walk and the people wrote; decides nothing. Months count as in `month`: signals by `signalledOn`,
cases by the first day of their period. As there no index serves these questions: a screen that is shown now and then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from psycopg.rows import class_row

from signals.contract.codes import ACCEPTED_HELP
from signals.outreach.clocks import deadlines
from signals.outreach.queues import QUEUES, policy_book
from signals.outreach.work.dossier_parts import CONVERSATIONS
from signals.outreach.worklist import QUEUES as WORKLISTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.store.database import Cursor

_Row = TypeVar("_Row")

MONTHS: Final = 12
SOON_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in in a month: signals by sector, and the cases they made by monitor class."""

    first: date
    sectors: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)

    @property
    def signals(self) -> int:
        """All signals of the month."""
        return sum(self.sectors.values())

    @property
    def cases(self) -> int:
        """All cases of the month."""
        return sum(self.classes.values())


@dataclass(frozen=True, slots=True)
class Channel:
    """What one kind of contact attempt gave in these months.

    Attributes:
        kind: as in `contract.codes.CONTACT_KINDS`.
        attempts: contact attempts of this kind; those that were undone do not count.
        reached: those at which somebody was reached.
        households: households that were tried in this way.
        households_reached: households that were reached in this way.
        accepted: households reached in this way whose case ended with accepted help.
    """

    kind: str
    attempts: int
    reached: int
    households: int
    households_reached: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits in a queue now, and for how many days: the middle one, and the one that waits longest."""

    queue: str
    cases: int
    median_days: int
    longest_days: int


@dataclass(frozen=True, slots=True)
class FirstStep:
    """How long the cases that were received in a month waited for the first step of a person.

    A step is a release or a contact attempt, whichever came first; days from receipt.

    Attributes:
        cases: all cases that were received in the month.
        stepped: those with a step.
        median_days: of those with a step; None without any.
        most_days: nine in ten had their step within so many days.
    """

    first: date
    cases: int
    stepped: int
    median_days: int | None
    most_days: int | None


@dataclass(frozen=True, slots=True)
class Late:
    """Open cases by a clock that still runs for them: past it, and due within a week.

    `past_in` says in which queue those stand that are past it; together they are `past`.
    """

    clock: str
    nl: str
    en: str
    past: int
    soon: int
    past_in: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """All figures of the overview; months are oldest first, and each month is there."""

    months: tuple[Intake, ...]
    channels: tuple[Channel, ...]
    waiting: tuple[Waiting, ...]
    first_steps: tuple[FirstStep, ...]
    late: tuple[Late, ...]


_SIGNALS: Final = """
SELECT date_trunc('month', signalled_on::timestamp)::date, sector, count(*)
FROM reports JOIN events ON events.id = reports.event_id JOIN arrears ON arrears.id = reports.arrears_id
WHERE reports.municipality = ANY(%(municipalities)s) AND signalled_on >= %(since)s GROUP BY 1, 2
"""
_CASES: Final = """
SELECT date_trunc('month', period_start::timestamp)::date,
    CASE WHEN multiple THEN 'multiple' WHEN consecutive THEN 'consecutive' ELSE 'single' END, count(*)
FROM cases WHERE municipality = ANY(%(municipalities)s) AND state <> 'removed' AND period_start >= %(since)s
GROUP BY 1, 2
"""
_CHANNELS: Final = """
SELECT kind, count(*) AS attempts, count(*) FILTER (WHERE reached) AS reached,
    count(DISTINCT contact_attempts.household_id) AS households,
    count(DISTINCT contact_attempts.household_id) FILTER (WHERE reached) AS households_reached,
    count(DISTINCT contact_attempts.household_id) FILTER (WHERE reached AND outcome = ANY(%(accepted)s)) AS accepted
FROM contact_attempts JOIN cases ON cases.id = case_id
WHERE municipality = ANY(%(municipalities)s) AND undone_at IS NULL AND on_day >= %(since)s
GROUP BY kind ORDER BY attempts DESC, kind
"""
# Where an open case is worked, as in `outreach.worklist_query`: a letter beside a visit stands with the visit.
_PLACED: Final = """
SELECT id, household_id, policy_id, received_on, crisis, waiting, waiting_since, CASE
    WHEN held THEN 'review'
    WHEN NOT waiting THEN 'follow-up'
    WHEN bool_or(route = 'home-visit' AND waiting AND NOT held) OVER household THEN 'visits'
    WHEN bool_or(route = 'home-visit' AND NOT held) OVER household THEN 'follow-up'
    WHEN bool_or(route = 'home-visit') OVER household THEN 'review'
    ELSE 'letters' END AS queue
FROM cases WHERE state = 'open' AND municipality = ANY(%(municipalities)s)
WINDOW household AS (PARTITION BY household_id)
"""
# A crisis that waits alerts the review queue, and stays in its own.
_WAITING: Final = f"""
WITH placed AS ({_PLACED}),
queued AS (
    SELECT queue, waiting_since FROM placed WHERE queue <> 'follow-up'
    UNION ALL
    SELECT 'review', waiting_since FROM placed WHERE queue <> 'review' AND waiting AND crisis IS NOT NULL),
waited AS (
    SELECT queue, %(today)s::date - (waiting_since AT TIME ZONE 'Europe/Amsterdam')::date AS days FROM queued)
SELECT queue, count(*) AS cases, coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY days), 0) AS median_days,
    coalesce(max(days), 0) AS longest_days FROM waited GROUP BY queue
"""  # noqa: S608 - our own texts
_FIRST_STEPS: Final = """
WITH steps AS (
    SELECT received_on, least((released_at AT TIME ZONE 'Europe/Amsterdam')::date, (
        SELECT min(on_day) FROM contact_attempts WHERE contact_attempts.household_id = cases.household_id
            AND undone_at IS NULL AND on_day >= received_on)) - received_on AS days
    FROM cases WHERE municipality = ANY(%(municipalities)s) AND state <> 'removed' AND received_on >= %(since)s)
SELECT date_trunc('month', received_on::timestamp)::date AS first, count(*) AS cases, count(days) AS stepped,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS most_days
FROM steps GROUP BY 1
"""
# Whether the first contact attempt was made, and when the first conversation was held, as the case page has it.
_RUNNING: Final = f"""
SELECT queue, policy_id, received_on, (crisis = 'end-of-delivery') IS TRUE, tried, spoken, count(*) FROM (
    SELECT queue, policy_id, received_on, crisis, count(on_day) > 0 AS tried,
        min(on_day) FILTER (WHERE reached AND kind = ANY(%(conversations)s)) AS spoken
    FROM ({_PLACED}) AS placed LEFT JOIN contact_attempts ON contact_attempts.household_id = placed.household_id
        AND undone_at IS NULL AND on_day >= received_on
    GROUP BY placed.id, queue, policy_id, received_on, crisis) AS open
GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - our own texts


def read_overview(cursor: Cursor, municipalities: Collection[str], today: date) -> Overview:
    """The figures of `municipalities` together, of the month of `today` and the eleven before it."""
    firsts = last_months(today)
    asked: dict[str, Any] = {
        "municipalities": sorted(municipalities),
        "since": firsts[0],
        "today": today,
        "accepted": sorted(ACCEPTED_HELP),
        "conversations": sorted(CONVERSATIONS),
    }
    return Overview(
        months=_months(cursor, asked, firsts),
        channels=tuple(_rows(cursor, Channel, _CHANNELS, asked)),
        waiting=tuple(sorted(_rows(cursor, Waiting, _WAITING, asked), key=lambda one: QUEUES.index(one.queue))),
        first_steps=_first_steps(cursor, asked, firsts),
        late=_late(cursor, asked, today),
    )


def last_months(today: date, count: int = MONTHS) -> tuple[date, ...]:
    """The first days of the month of `today` and of those before it, oldest first."""
    months = today.year * 12 + today.month - 1
    return tuple(date(n // 12, n % 12 + 1, 1) for n in range(months - count + 1, months + 1))


def document(overview: Overview) -> dict[str, Any]:
    """The figures as JSON; what counts as accepted help is told with them."""
    return {
        "months": [_month_document(one) for one in overview.months],
        "channels": [asdict(one) for one in overview.channels],
        "accepted_help": sorted(ACCEPTED_HELP),
        "waiting": [asdict(one) for one in overview.waiting],
        "first_steps": [asdict(one) | {"first": one.first.isoformat()} for one in overview.first_steps],
        "late": [asdict(one) | {"past_in": dict(one.past_in)} for one in overview.late],
    }


def _month_document(month: Intake) -> dict[str, Any]:
    return {
        "first": month.first.isoformat(),
        "signals": month.signals,
        "sectors": dict(month.sectors),
        "cases": month.cases,
        "classes": dict(month.classes),
    }


def _rows(cursor: Cursor, row: type[_Row], question: str, asked: Mapping[str, Any]) -> list[_Row]:
    with cursor.connection.cursor(row_factory=class_row(row)) as reading:
        return reading.execute(question.encode(), asked).fetchall()


def _months(cursor: Cursor, asked: Mapping[str, Any], firsts: Collection[date]) -> tuple[Intake, ...]:
    sectors: dict[date, dict[str, int]] = {first: {} for first in firsts}
    classes: dict[date, dict[str, int]] = {first: {} for first in firsts}
    for found, question in ((sectors, _SIGNALS), (classes, _CASES)):
        for first, name, count in cursor.execute(question.encode(), asked):
            if first in found:  # a signal may bear tomorrow's date
                found[first][name] = count
    return tuple(Intake(first, sectors[first], classes[first]) for first in firsts)


def _first_steps(cursor: Cursor, asked: Mapping[str, Any], firsts: Collection[date]) -> tuple[FirstStep, ...]:
    found = {one.first: one for one in _rows(cursor, FirstStep, _FIRST_STEPS, asked)}
    return tuple(found.get(first, FirstStep(first, 0, 0, None, None)) for first in firsts)


def _late(cursor: Cursor, asked: Mapping[str, Any], today: date) -> tuple[Late, ...]:
    """Every clock that runs for an open case, by name."""
    past: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    soon: Counter[tuple[str, str, str]] = Counter()
    groups = cursor.execute(_RUNNING.encode(), asked).fetchall()
    book = policy_book(cursor)
    for queue, policy, received, ends, tried, spoken, count in groups:
        crisis = "end-of-delivery" if ends else None
        done = {"contact-attempt": tried, "first-conversation": spoken is not None}
        for clock in deadlines(received, book.by_id[policy].clocks, conversation_on=spoken, crisis=crisis):
            if done.get(clock.name):
                continue
            left, name = (clock.due - today).days, (clock.name, clock.nl, clock.en)
            past[name][queue] += count * (left < 0)
            soon[name] += count * (0 <= left <= SOON_DAYS)
    return tuple(_late_by(name, past[name], soon[name]) for name in sorted(past))


def _late_by(name: tuple[str, str, str], past: Mapping[str, int], soon: int) -> Late:
    places = {queue: past[queue] for queue in WORKLISTS if past.get(queue)}
    return Late(*name, sum(places.values()), soon, places)
