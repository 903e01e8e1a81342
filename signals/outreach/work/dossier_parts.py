"""What does a dossier consist of, and where is each part read? For `dossier`.

Reading only, by household: nothing here looks at more than one household's rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from psycopg.rows import dict_row

from signals.contract.codes import ACCEPTED_HELP
from signals.contract.moments import AMSTERDAM
from signals.outreach.arrears import IN_A_CASE
from signals.outreach.clocks import deadlines, help_deadline, is_working_day
from signals.outreach.work.deaths import MARKED
from signals.outreach.work.help import answered_on, said_on
from signals.outreach.work.steps import CONVERSATIONS
from signals.scoring.score import Contribution
from signals.store.urgency import AS_IT_STANDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from signals.outreach.policy import Policy, PolicyBook
    from signals.outreach.work.attempts import MadeAttempt
    from signals.outreach.work.history import HistoryLine
    from signals.outreach.work.referrals import Referral
    from signals.store.database import Cursor

# A deadline -> what shows that it was met.
_ATTEMPT: Final = "contact-attempt"
_HOME: Final = """
SELECT here.household_id, here.municipality,
    (SELECT coalesce(max(line.id), 0) FROM cases AS own JOIN case_history AS line ON line.case_id = own.id
        WHERE own.household_id = here.household_id),
    EXISTS (SELECT FROM contact_attempts AS made WHERE made.household_id = here.household_id),
    EXISTS (SELECT FROM referrals WHERE referrals.household_id = here.household_id),
    EXISTS (SELECT FROM notes WHERE notes.household_id = here.household_id),
    postcode, number, suffix, written.street, written.city
FROM cases AS here JOIN households ON households.id = here.household_id JOIN addresses ON addresses.id = address_id
    LEFT JOIN LATERAL (SELECT street, city FROM reports
        WHERE reports.household_id = here.household_id AND street IS NOT NULL ORDER BY event_id DESC LIMIT 1) AS written
    ON true
WHERE here.id = %s AND here.state <> 'removed'
"""
_SIGNALS: Final = f"""
SELECT events.id, type, partner_id, sector, reference, reports.kind, signalled_on, received_at,
    events.amount, events.crisis, reason, reports.status, reports.withdrawn, case_id, person_id,
    CASE WHEN {MARKED} THEN person_verdict END, type = 'changed' AND crisis_given AND events.crisis IS NULL,
    last_amount, last_crisis
FROM events JOIN arrears ON arrears.id = events.arrears_id LEFT JOIN reports ON reports.event_id = events.id
WHERE events.arrears_id IN (SELECT arrears_id FROM reports WHERE household_id = %(here)s)
    AND (reports.event_id IS NULL OR reports.household_id = %(here)s)
ORDER BY signalled_on, time_us, events.event_id, source
"""  # noqa: S608 - our own texts
_CONVERSATION: Final = "first-conversation"
_HELP: Final = "threatening-help"


@dataclass(frozen=True, slots=True)
class Address:
    """The household's address: cleaned parts, and street and city as a partner last wrote them."""

    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """Where a case is: its household, the last line of its history, and of what the household has anything at all."""

    household: int
    municipality: str
    address: Address
    seen: int
    attempts: bool
    referrals: bool
    notes: bool


@dataclass(frozen=True, slots=True)
class TimelineSignal:
    """One event of an arrears of this household, in the order of borders.md section 4.

    Attributes:
        event: The event's number: what `mark_not_picked_up` asks for.
        type: "reported", "changed" or "withdrawn".
        status: The report's status; None for the other types.
        case: The case that the report is in, if any.
        person: The person's number, of reports.
        crisis_over: Whether a change says that what threatened is over.
        person_verdict: The status that a person of the municipality gave it, while that mark holds (`deaths.MARKED`).
        markable: Whether `mark_not_picked_up` is possible.
    """

    event: int
    type: str
    partner: str
    sector: str
    reference: str
    kind: str | None
    signalled_on: date
    received_at: datetime
    amount: int | None  # cents
    crisis: str | None
    reason: str | None
    status: str | None
    withdrawn: str | None
    case: int | None
    person: int | None
    person_verdict: str | None
    crisis_over: bool
    markable: bool


@dataclass(frozen=True, slots=True)
class DossierArrears:
    """What is last known of an arrears in one of the cases shown; `is_open`: it still counts in one of them."""

    partner: str
    sector: str
    reference: str
    amount: int  # cents
    crisis: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """What is due, the last day that is still in time, working days left (negative: late), and when it was done."""

    name: str
    nl: str
    en: str
    due: date
    working_days_left: int
    done_on: date | None


@dataclass(frozen=True, slots=True)
class DossierCase:
    """One case of the household."""

    id: int
    period: str
    state: str
    route: str
    route_by_person: bool
    arrears_count: int
    multiple: bool
    consecutive: bool
    crisis: str | None
    score: int
    contributions: tuple[Contribution, ...]
    earliest_on: date
    received_on: date
    waiting: bool
    held: bool
    released_route: str | None
    released_at: datetime | None
    released_how: str | None  # "release", or "contact": a person sought contact, so nothing goes out by itself
    outcome: str | None
    closed_by: str | None  # the name of the person who closed it
    closed_at: datetime | None
    policy_name: str
    policy_version: int
    policy_valid_from: date
    clocks: tuple[Clock, ...]
    looked: bool = False  # whether somebody looked at its crisis or death, as it stands
    accepted_help: frozenset[str] = ACCEPTED_HELP  # the outcomes that its policy counts so
    help_due_on: date | None = None  # accepted help in a threat asks for a conversation by then (`work.help`)
    scored_by: int | None = None  # the model that the score is of; None: the decision framework

    @property
    def is_worked(self) -> bool:
        """Whether there is something to do: it is open, or accepted help in a threat asks for a conversation."""
        return self.state == "open" or self.help_due_on is not None

    @property
    def to_review(self) -> bool:
        """Whether its crisis or a death is for a person to look at."""
        return self.state == "open" and (self.held or (self.crisis is not None and self.waiting))


def read_home(cursor: Cursor, case: int) -> Home | None:
    """The household of a case; None when there is no such case."""
    cursor.execute(_HOME, (case,))
    found = cursor.fetchone()
    if found is None:
        return None
    household, municipality, seen, attempts, referrals, notes, *address = found
    return Home(household, municipality, Address(*address), int(seen), attempts, referrals, notes)


def read_signals(
    cursor: Cursor, household: int, cases: Sequence[DossierCase]
) -> tuple[tuple[TimelineSignal, ...], tuple[DossierArrears, ...]]:
    """Every event of the arrears of this household, in the order of borders.md section 4; and those of these cases.

    All of them: who accepted help, and what can be marked, is asked of each. A page shows a part (`web.work.extent`).
    """
    cursor.execute(_SIGNALS.encode(), {"here": household})
    rows = cursor.fetchall()
    open_cases = [one.id for one in cases if one.state == "open"]
    signals = tuple(_ended([_signal(row[:-2], open_cases) for row in rows]))
    return signals, _arrears(signals, [row[-2:] for row in rows], [one.id for one in cases])


def _arrears(
    signals: Iterable[TimelineSignal], last_known: Iterable[tuple[int, str | None]], cases: Collection[int]
) -> tuple[DossierArrears, ...]:
    """The arrears in these cases, by partner and reference, with what is last known of each."""
    found: dict[tuple[str, str], DossierArrears] = {}
    for one, (amount, crisis) in zip(signals, last_known, strict=True):
        if one.case in cases:
            key = one.partner, one.reference
            is_open = one.withdrawn is None or (key in found and found[key].is_open)
            found[key] = DossierArrears(one.partner, one.sector, one.reference, amount, crisis, is_open)
    return tuple(found[key] for key in sorted(found))


def _ended(signals: Iterable[TimelineSignal]) -> Iterator[TimelineSignal]:
    """The signals in their order; that a threat is over is said only where one stood until then."""
    threatened: set[tuple[str, str]] = set()
    for one in signals:
        arrears = (one.partner, one.reference)
        yield replace(one, crisis_over=one.crisis_over and arrears in threatened)
        if one.crisis is not None:
            threatened.add(arrears)
        elif one.crisis_over or one.type == "reported":
            threatened.discard(arrears)


def _signal(row: tuple[Any, ...], open_cases: Sequence[int]) -> TimelineSignal:
    *_, status, withdrawn, case, _, _, _ = row
    markable = case in open_cases and status in IN_A_CASE and withdrawn is None
    return TimelineSignal(*(*row, markable))


def read_cases(cursor: Cursor, household: int, case: int) -> list[dict[str, Any]]:
    """The rows of this case, first, and of the household's other open cases."""
    with cursor.connection.cursor(row_factory=dict_row) as reading:
        return reading.execute(
            f"""SELECT id, period, state, route, person_route, arrears_count, multiple, consecutive, crisis, score,
                scored_by, explanation, earliest_on, received_on, policy_id, waiting, held, released_route, released_at,
                released_how, outcome, closed_at, closed_outcome, help_due_on,
                coalesce(looked_as = {AS_IT_STANDS}, false) AS looked
            FROM cases WHERE household_id = %(here)s AND (id = %(case)s OR state = 'open' OR help_due_on IS NOT NULL)
            ORDER BY id <> %(case)s, period_start DESC, id""".encode(),  # noqa: S608 - our own texts
            {"here": household, "case": case},
        ).fetchall()


def case_of(
    row: dict[str, Any],
    book: PolicyBook,
    attempts: Sequence[MadeAttempt],
    referrals: Sequence[Referral],
    history: Sequence[HistoryLine],
    today: date,
) -> DossierCase:
    """A case as the dossier shows it."""
    policy = book.by_id[row["policy_id"]]
    closers = [line.actor for line in history if line.case == row["id"] and line.kind == "closed-by-person"]
    by_person = row["state"] == "closed" and row["closed_outcome"] is not None
    return DossierCase(
        **{name: row[name] for name in DossierCase.__dataclass_fields__ if name in row and name != "closed_at"},
        route_by_person=row["person_route"] is not None and row["person_route"] == row["route"],
        contributions=msgspec.convert(row["explanation"], tuple[Contribution, ...]),
        closed_by=closers[-1] if by_person and closers else None,
        closed_at=row["closed_at"] if by_person else None,
        accepted_help=policy.accepted_help,
        policy_name=policy.name,
        policy_version=policy.id,
        policy_valid_from=policy.valid_from,
        clocks=tuple(_clocks(row, policy, attempts, referrals, today)),
    )


def _clocks(
    row: dict[str, Any], policy: Policy, attempts: Sequence[MadeAttempt], referrals: Sequence[Referral], today: date
) -> Iterator[Clock]:
    here = row["id"], row["received_on"], row["earliest_on"]
    made = [one.attempt for one in attempts if one.undone_at is None and one.is_of(*here)]
    spoken = [attempt for attempt in made if attempt.reached and attempt.kind in CONVERSATIONS]
    done = {
        _ATTEMPT: min((attempt.on_day for attempt in made), default=None),
        _CONVERSATION: min((attempt.on_day for attempt in spoken), default=None),
    }
    accepted = row["closed_at"] if row["closed_outcome"] in policy.accepted_help else None
    if accepted is not None:
        done[_HELP] = answered_on(accepted, attempts, referrals)
    running = deadlines(
        row["received_on"],
        policy.clocks,
        accepted_on=None if accepted is None else accepted.astimezone(AMSTERDAM).date(),
        said_on=None if accepted is None else said_on(accepted, min(here[1:]), attempts),
        conversation_on=done[_CONVERSATION],
        crisis=row["crisis"],
    )
    if row["help_due_on"] is not None and all(one.name != _HELP for one in running):
        running = (help_deadline(row["help_due_on"]), *running)  # what threatened then is gone: the promise is not
    for one in running:
        left = working_days_between(today, one.due)
        yield Clock(one.name, one.nl, one.en, one.due, left, done.get(one.name))


def working_days_between(today: date, due: date) -> int:
    """How many working days are left: those after `today`, up to and including `due`; negative when it is late."""
    first, last, sign = (today, due, 1) if due >= today else (due, today, -1)
    days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
    return sign * sum(is_working_day(day) for day in days)
