"""How does it go with the work as a whole? The figures of a team lead, without any person in them.

Reads what the walk and the people wrote; decides nothing. Months count as in `month`: signals by `signalledOn`,
cases by the first day of their period. What lies there now counts by household, as the queues list it. As there hardly
an index serves these questions: a screen that is shown now and then. The history alone grows for ever: it has one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from psycopg.rows import class_row

from signals.contract.partners import SECTORS
from signals.outreach.clocks import CLOCK_NAMES
from signals.outreach.difference import INTAKE
from signals.outreach.queues import QUEUES, policy_book
from signals.outreach.work.steps import CONVERSATIONS
from signals.outreach.worklist import QUEUES as WORKLISTS
from signals.outreach.worklist import began_by
from signals.outreach.worklist_query import DUE, WORKED, standing
from signals.reports.month import CLASSES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from signals.outreach.policy import Policy, PolicyBook
    from signals.store.database import Cursor

_Row = TypeVar("_Row")

MONTHS: Final = 12
SOON_DAYS: Final = 7
RUN_OUT: Final = tuple(name for name in CLOCK_NAMES if name in DUE)
"""The clocks that can be past, in the order of the work; at the end of a pause in collection nobody is late."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in in a month: signals by sector, and the cases they made by monitor class.

    Each sector and each class is there, also with 0.
    """

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
    """Which households wait in a queue now, and for how many days: the middle one, and the one that waits longest.

    They are those that the queue lists; a household with a crisis is listed for review and in its own queue.
    """

    queue: str
    households: int
    median_days: int
    longest_days: int


@dataclass(frozen=True, slots=True)
class FirstStep:
    """How long the cases that were received in a month waited for the first step of a person.

    A step is a release, a contact attempt or a signal that somebody did not pick up, whichever came first; days from
    receipt. A claim or a note is none: nothing is decided by it, and nobody was sought.

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
    """Households by a clock that still runs for one of their open cases: past it, or else due within a week.

    Every clock of `RUN_OUT` is told, also with 0: what is left out is unknown. `past_in` says how many of those that
    are past it each queue lists; one may stand in two queues.
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
    accepted_help: Mapping[str, tuple[str, ...]]  # municipality → the outcomes that its policy of today counts so


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
    count(DISTINCT contact_attempts.household_id) FILTER (WHERE reached AND EXISTS (
        SELECT FROM unnest(%(policies)s::bigint[], %(accepted)s::text[]) AS counts(policy, as_help)
        WHERE policy = policy_id AND as_help = outcome)) AS accepted
FROM contact_attempts JOIN cases ON cases.id = case_id
WHERE municipality = ANY(%(municipalities)s) AND undone_at IS NULL AND on_day >= %(since)s
GROUP BY kind ORDER BY attempts DESC, kind
"""
# What each queue lists, as `outreach.worklist` has it.
_LISTED: Final = f"""SELECT c.household_id, c.id, listed.queue, c.waiting_since, c.held
FROM cases AS c CROSS JOIN LATERAL (VALUES {standing(WORKLISTS)}) AS listed(queue, there)
WHERE c.municipality = ANY(%(municipalities)s) AND {WORKED.format("c")} AND listed.there"""  # noqa: S608 - our own texts
# What is held because of a death waits for somebody's look since the day on which it was held, released or not.
_WAITING: Final = f"""
WITH since AS (
    SELECT queue, household_id, CASE WHEN held THEN coalesce(
        (SELECT max(at) FROM case_history WHERE case_id = listed.id AND kind = 'held'), waiting_since)
        ELSE waiting_since END AS began
    FROM ({_LISTED}) AS listed WHERE queue <> 'follow-up'),
waited AS (
    SELECT queue, household_id, %(today)s::date - (min(began) AT TIME ZONE 'Europe/Amsterdam')::date AS days
    FROM since GROUP BY queue, household_id)
SELECT queue, count(*) AS households, coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY days), 0) AS median_days,
    coalesce(max(days), 0) AS longest_days FROM waited GROUP BY queue
"""  # noqa: S608 - our own texts
# As `MadeAttempt.is_of`.
_OF_CASE: Final = "(on_day >= received_on OR (contact_attempts.case_id = cases.id AND on_day >= earliest_on))"
# A case that came back and was released anew had its step at the first release. Where a release was given back (that
# line has the name of a person, not of the rules), only the one that stands counts; no mark does when all were taken
# back.
# Of the cases of these months alone: what was written of all years before is not looked through.
_FIRST_STEPS: Final = f"""
WITH received AS MATERIALIZED (
    SELECT id, household_id, received_on, earliest_on, released_at FROM cases
    WHERE municipality = ANY(%(municipalities)s) AND state <> 'removed' AND received_on >= %(since)s),
decided AS (
    SELECT case_id, CASE WHEN count(*) FILTER (WHERE kind = 'mark-taken-back') < count(*) FILTER (
            WHERE kind = 'not-picked-up') THEN min(at) FILTER (WHERE kind = 'not-picked-up') END AS marked,
        CASE WHEN count(*) FILTER (WHERE kind = 'back-in-queue' AND actor <> '{INTAKE}') = 0
            THEN min(at) FILTER (WHERE kind = 'released') END AS released
    FROM received JOIN case_history ON case_id = received.id
    WHERE kind IN ('released', 'not-picked-up', 'mark-taken-back', 'back-in-queue') GROUP BY case_id),
tried AS (
    SELECT cases.id, min(greatest(on_day, received_on)) AS first_on FROM received AS cases
        JOIN contact_attempts ON contact_attempts.household_id = cases.household_id AND undone_at IS NULL AND {_OF_CASE}
    GROUP BY cases.id),
steps AS MATERIALIZED (
    SELECT received_on, least(first_on, (least(marked, CASE WHEN released_at IS NOT NULL
        THEN least(released, released_at) END) AT TIME ZONE 'Europe/Amsterdam')::date) - received_on AS days
    FROM received LEFT JOIN decided ON case_id = received.id LEFT JOIN tried ON tried.id = received.id)
SELECT date_trunc('month', received_on::timestamp)::date AS first, count(*) AS cases, count(days) AS stepped,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS most_days
FROM steps GROUP BY 1
"""  # noqa: S608 - our own text
# Whether the first contact attempt was made, and when the first conversation was held, as the case page has it; then
# each clock that runs for a case, and whether it ended by yesterday (late) or ends within a week (soon).
_RUNNING: Final = f"""
WITH known AS (
    SELECT cases.id, cases.household_id, policy_id, received_on, (crisis = 'end-of-delivery') IS TRUE AS ends,
        state = 'open' AS is_open, help_due_on,
        count(on_day) > 0 AS tried, min(on_day) FILTER (WHERE reached AND kind = ANY(%(conversations)s)) AS spoken
    FROM cases LEFT JOIN contact_attempts ON contact_attempts.household_id = cases.household_id
        AND undone_at IS NULL AND {_OF_CASE}
    WHERE {WORKED.format("cases")} AND municipality = ANY(%(municipalities)s) GROUP BY cases.id),
began AS (
    SELECT * FROM unnest(%(policies)s::bigint[],
        %(attempt)s::date[], %(conversation)s::date[], %(decision)s::date[], %(contract_end)s::date[],
        %(soon_attempt)s::date[], %(soon_conversation)s::date[], %(soon_decision)s::date[],
        %(soon_contract_end)s::date[]) AS began(policy_id, attempt, conversation, decision, contract_end,
            soon_attempt, soon_conversation, soon_decision, soon_contract_end)),
running AS (
    SELECT household_id, clock.name, bool_or(clock.past) AS past, bool_or(clock.soon) AS soon
    FROM known JOIN began USING (policy_id) CROSS JOIN LATERAL (VALUES
        ('contact-attempt', is_open AND NOT tried, received_on <= attempt, received_on <= soon_attempt),
        ('first-conversation', is_open AND spoken IS NULL, received_on <= conversation,
            received_on <= soon_conversation),
        ('decision', is_open AND spoken IS NOT NULL, spoken <= decision, spoken <= soon_decision),
        ('threatening-help', help_due_on IS NOT NULL, help_due_on < %(today)s, help_due_on <= %(soon_day)s),
        ('contract-end', is_open AND ends, received_on <= contract_end, received_on <= soon_contract_end)
    ) AS clock(name, runs, past, soon) WHERE clock.runs GROUP BY household_id, clock.name),
listed AS (SELECT DISTINCT household_id, queue FROM ({_LISTED}) AS listed)
SELECT name, NULL, count(*) FILTER (WHERE past), count(*) FILTER (WHERE soon AND NOT past) FROM running GROUP BY name
UNION ALL
SELECT name, queue, count(*) FILTER (WHERE past), 0 FROM running JOIN listed USING (household_id) GROUP BY name, queue
"""  # noqa: S608 - our own texts


def read_overview(cursor: Cursor, municipalities: Collection[str], today: date) -> Overview:
    """The figures of `municipalities` together, of the month of `today` and the eleven before it."""
    firsts = last_months(today)
    book = policy_book(cursor)
    versions = [one for one in book.versions() if one.municipality in municipalities]
    asked: dict[str, Any] = {
        "municipalities": sorted(municipalities),
        "since": firsts[0],
        "today": today,
        "policies": [policy.id for policy in versions for _ in policy.accepted_help],
        "accepted": [outcome for policy in versions for outcome in sorted(policy.accepted_help)],
        "conversations": sorted(CONVERSATIONS),
    }
    return Overview(
        months=_months(cursor, asked, firsts),
        channels=tuple(_rows(cursor, Channel, _CHANNELS, asked)),
        waiting=tuple(sorted(_rows(cursor, Waiting, _WAITING, asked), key=lambda one: QUEUES.index(one.queue))),
        first_steps=_first_steps(cursor, asked, firsts),
        late=_late(cursor, asked, versions, today),
        accepted_help=_groupings(book, municipalities, today),
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
        "accepted_help": sorted({outcome for grouping in overview.accepted_help.values() for outcome in grouping}),
        "accepted_help_by_municipality": {one: list(grouping) for one, grouping in overview.accepted_help.items()},
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
    sectors = {first: dict.fromkeys(SECTORS, 0) for first in firsts}
    classes = {first: dict.fromkeys(CLASSES, 0) for first in firsts}
    for found, question in ((sectors, _SIGNALS), (classes, _CASES)):
        for first, name, count in cursor.execute(question.encode(), asked):
            if first in found:  # a signal may bear tomorrow's date
                found[first][name] = count
    return tuple(Intake(first, sectors[first], classes[first]) for first in firsts)


def _first_steps(cursor: Cursor, asked: Mapping[str, Any], firsts: Collection[date]) -> tuple[FirstStep, ...]:
    found = {one.first: one for one in _rows(cursor, FirstStep, _FIRST_STEPS, asked)}
    return tuple(found.get(first, FirstStep(first, 0, 0, None, None)) for first in firsts)


def _groupings(book: PolicyBook, municipalities: Collection[str], today: date) -> Mapping[str, tuple[str, ...]]:
    known = sorted(book.municipalities.intersection(municipalities))
    return {one: tuple(sorted(book.in_force(one, today).accepted_help)) for one in known}


def _late(cursor: Cursor, asked: Mapping[str, Any], versions: Sequence[Policy], today: date) -> tuple[Late, ...]:
    """Every clock that can run for a household, in the order of the work."""
    late, soon = began_by(today - timedelta(days=1), versions), began_by(today + timedelta(days=SOON_DAYS), versions)
    ends = late | {f"soon_{name}": days for name, days in soon.items() if name != "policies"}
    past: defaultdict[str, dict[str, int]] = defaultdict(dict)
    found: dict[str, tuple[int, int]] = {}
    for name, queue, past_count, soon_count in cursor.execute(
        _RUNNING.encode(), {**asked, **ends, "soon_day": today + timedelta(days=SOON_DAYS)}
    ):
        if queue is None:
            found[name] = (past_count, soon_count)
        else:
            past[name][queue] = past_count
    return tuple(_late_by(name, *found.get(name, (0, 0)), past[name]) for name in RUN_OUT)


def _late_by(name: str, past: int, soon: int, past_in: Mapping[str, int]) -> Late:
    nl, en = CLOCK_NAMES[name]
    return Late(name, nl, en, past, soon, {queue: past_in[queue] for queue in WORKLISTS if past_in.get(queue)})
