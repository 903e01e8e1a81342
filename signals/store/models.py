"""Which tables are there, and what does the database itself refuse?

Ground floor of the walk (design.md section 1): every room above reads and writes these tables; no rule lives here but
those the database can keep by itself. Text that takes part in an order has collation "C" (code points, borders.md
section 4). Amounts are whole cents. Each index names the query it serves.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from signals.store import models_beside, models_letters, models_places, models_work, refusals  # noqa: F401 - for Base
from signals.store import models_scores as _scores  # noqa: F401 - for Base
from signals.store import models_visits as _visits  # noqa: F401 - for Base
from signals.store.base import (
    CLOSING_RESULTS,
    CODE_POINTS,
    CRISES,
    LETTER_FAULTS,
    NOT_PICKED_UP,
    OUTCOMES,
    REASONS,
    SECTORS,
    STATUSES,
    Base,
    by_urgency,
    moment_of_writing,
    numbered,
    room_for_updates,
)
from signals.store.name_words import NAME_WORDS
from signals.store.street_words import STREET
from signals.store.urgency import FOLLOW_UP, REVIEW, SEVERAL, TO_REVIEW, UNDER_WAY

__all__ = ["Base"]


class Partner(Base):
    """A signal partner: who may send what for whom (borders.md section 5)."""

    __tablename__ = "partners"
    id: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    sector: Mapped[str]
    sources: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    municipalities: Mapped[list[str] | None] = mapped_column(ARRAY(CODE_POINTS))
    bsn: Mapped[bool] = mapped_column(server_default=false())
    ddas_type: Mapped[str | None]
    registered_at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        CheckConstraint("id ~ '^[a-z0-9-]{2,40}$'", name="id"),
        CheckConstraint(f"sector IN {SECTORS}", name="sector"),
    )


class InboxKey(Base):
    """The idempotency key of every valid event (borders.md section 2); outlives the event it came with."""

    __tablename__ = "inbox"
    source: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    event_id: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    content: Mapped[bytes]  # digest of what was said: the same key with another digest is shown as id-reused
    partner_id: Mapped[str] = mapped_column(CODE_POINTS, ForeignKey("partners.id"))
    duplicates: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reused: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    received_at: Mapped[datetime]
    __table_args__ = (
        # partner health: `id-reused` per partner
        Index("ix_inbox_reused", "partner_id", postgresql_where=text("reused > 0")),
        # partner health: when a partner last signalled
        Index("ix_inbox_last", "partner_id", "received_at"),
    )


class Address(Base):
    """One cleaned address within one municipality (borders.md section 4.1)."""

    __tablename__ = "addresses"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    postcode: Mapped[str] = mapped_column(CODE_POINTS)
    number: Mapped[int] = mapped_column(Integer)
    suffix: Mapped[str] = mapped_column(CODE_POINTS)
    __table_args__ = (
        UniqueConstraint("municipality", "postcode", "number", "suffix"),
        UniqueConstraint("id", "municipality"),  # so that a household cannot be of another municipality
        CheckConstraint("postcode ~ '^[1-9][0-9]{3}[A-Z]{2}$'", name="postcode"),
        CheckConstraint("number BETWEEN 1 AND 99999", name="number"),
        CheckConstraint("suffix ~ '^[0-9A-Z]*$'", name="suffix"),
    )


class Household(Base):
    """The people at one address who are approached together; the row that a batch locks."""

    __tablename__ = "households"
    id: Mapped[int] = numbered()
    address_id: Mapped[int] = mapped_column(unique=True)
    municipality: Mapped[str] = mapped_column(CODE_POINTS)  # its address's: the wall of borders.md section 4
    __table_args__ = (
        ForeignKeyConstraint(["address_id", "municipality"], ["addresses.id", "addresses.municipality"]),
        UniqueConstraint("id", "municipality"),  # so that a case cannot be of another municipality
    )


class Person(Base):
    """One person of a household, known by the exact cleaned identity a partner wrote."""

    __tablename__ = "persons"
    id: Mapped[int] = numbered()
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    identity: Mapped[str] = mapped_column(CODE_POINTS)  # digest of the cleaned identity
    initials: Mapped[str | None]
    prefix: Mapped[str | None]
    surname: Mapped[str | None]
    partner_prefix: Mapped[str | None]
    partner_surname: Mapped[str | None]
    business_name: Mapped[str | None]
    date_of_birth: Mapped[str | None]  # as sent: month and day may be 00
    bsn: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("household_id", "identity"),
        CheckConstraint("bsn ~ '^[0-9]{9}$'", name="bsn"),
        # search: by the words of a name, by date of birth
        Index("ix_persons_names", text(NAME_WORDS), postgresql_using="gin"),
        Index("ix_persons_birth", "date_of_birth", postgresql_where=text("date_of_birth IS NOT NULL")),
    )


class Arrears(Base):
    """The unpaid amount behind a partner's reference, with what is last known of it (borders.md section 4.9)."""

    __tablename__ = "arrears"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    partner_id: Mapped[str] = mapped_column(CODE_POINTS, ForeignKey("partners.id"))
    reference: Mapped[str] = mapped_column(CODE_POINTS)
    sector: Mapped[str]
    last_amount: Mapped[int | None]
    last_crisis: Mapped[str | None]
    rise: Mapped[int] = mapped_column(server_default=text("0"))
    deceased_household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    deceased_on: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        UniqueConstraint("municipality", "partner_id", "reference"),
        UniqueConstraint("id", "municipality"),  # so that a report's household cannot be of another municipality
        CheckConstraint(f"sector IN {SECTORS}", name="sector"),
        CheckConstraint("last_amount > 0 AND rise >= 0", name="amounts"),
        CheckConstraint(f"last_crisis IN {CRISES}", name="last_crisis"),
        CheckConstraint("(deceased_household_id IS NULL) = (deceased_on IS NULL)", name="deceased"),
        Index("ix_arrears_reference", "municipality", text("lower(reference)")),  # search, however it was typed
        # judging a household: who of its people died
        Index("ix_arrears_deceased", "deceased_household_id", postgresql_where=text("deceased_on IS NOT NULL")),
        room_for_updates(80),
    )


class Event(Base):
    """One stored event of an arrears, in the order of borders.md section 4."""

    __tablename__ = "events"
    id: Mapped[int] = numbered()
    arrears_id: Mapped[int] = mapped_column(ForeignKey("arrears.id"))
    type: Mapped[str]
    signalled_on: Mapped[date] = mapped_column(Date)
    time_us: Mapped[int]
    event_id: Mapped[str] = mapped_column(CODE_POINTS)
    source: Mapped[str] = mapped_column(CODE_POINTS)
    amount: Mapped[int | None]
    crisis: Mapped[str | None]
    crisis_given: Mapped[bool]
    reason: Mapped[str | None]
    received_at: Mapped[datetime]
    __table_args__ = (
        # the inbox refuses a second event with its key; an event without an inbox key is refused here
        ForeignKeyConstraint(["source", "event_id"], ["inbox.source", "inbox.event_id"]),
        UniqueConstraint("source", "event_id"),
        # judging an arrears reads all its events; and a report is of the arrears of its event
        UniqueConstraint("arrears_id", "id"),
        CheckConstraint("type IN ('reported', 'changed', 'withdrawn')", name="type"),
        CheckConstraint("amount BETWEEN 1 AND 100000000", name="amount"),
        CheckConstraint(f"crisis IN {CRISES}", name="crisis"),
        CheckConstraint(f"(type = 'withdrawn') = (reason IS NOT NULL) AND reason IN {REASONS}", name="reason"),
        CheckConstraint("type <> 'reported' OR amount IS NOT NULL", name="report_amount"),
        CheckConstraint("type <> 'changed' OR amount IS NOT NULL OR crisis_given", name="change"),
    )


class Case(Base):
    """What the municipality makes of the signals of one household in one matching period."""

    __tablename__ = "cases"
    id: Mapped[int] = numbered()
    household_id: Mapped[int]
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    period: Mapped[str] = mapped_column(CODE_POINTS)
    period_start: Mapped[date] = mapped_column(Date)
    state: Mapped[str]
    route: Mapped[str]
    arrears_count: Mapped[int] = mapped_column(Integer)
    multiple: Mapped[bool]
    consecutive: Mapped[bool]
    crisis: Mapped[str | None]
    score: Mapped[int] = mapped_column(Integer)
    explanation: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    earliest_on: Mapped[date] = mapped_column(Date)
    received_on: Mapped[date] = mapped_column(Date)  # clocks run from here
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    waiting: Mapped[bool]
    waiting_since: Mapped[datetime | None]
    held: Mapped[bool] = mapped_column(server_default=false())
    reviewed_through: Mapped[date | None] = mapped_column(Date)  # deaths up to this day were looked at by a person
    released_route: Mapped[str | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    released_how: Mapped[str | None]  # by a release, or because a person sought contact; only the first is printed
    released_through: Mapped[int | None]  # the youngest event, by number, that its arrears had at the release
    outcome: Mapped[str | None]
    # a person's route, and the youngest event that was there when it was chosen
    person_route: Mapped[str | None]
    person_route_through: Mapped[int | None]
    # the last time that a person closed it; outcome and youngest event are empty again once a person reopened it
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_outcome: Mapped[str | None]
    closed_through: Mapped[int | None]
    follow_up_on: Mapped[date | None] = mapped_column(Date)  # while it is under way: the day on which it comes up
    help_due_on: Mapped[date | None] = mapped_column(Date)  # in a threat: by then a conversation after accepted help
    reviewed_marks: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))  # deaths: events
    letter_fault: Mapped[str | None]  # why its letter could not be made, or that it came back: for a person to look at
    scored_by: Mapped[int | None] = mapped_column(ForeignKey("score_models.id"))  # none: the decision framework
    shadow_by: Mapped[int | None] = mapped_column(ForeignKey("score_models.id"))  # a model on trial, and what it says
    shadow_score: Mapped[int | None] = mapped_column(Integer)
    looked_as: Mapped[str | None]  # how it stood when a person looked at its crisis or death (`urgency.AS_IT_STANDS`)
    __table_args__ = (
        ForeignKeyConstraint(["household_id", "municipality"], ["households.id", "households.municipality"]),
        UniqueConstraint("household_id", "period"),
        UniqueConstraint("id", "household_id", "period"),  # so that its reports are of its household and period
        # the queues: open cases of a municipality, most urgent first
        Index("ix_cases_open", "municipality", postgresql_where=text("state = 'open'")),
        # the workbench, most urgent first: what waits by route, what was released by its day, what needs a look
        by_urgency("waiting", "waiting AND NOT held", "route"),
        by_urgency("under_way", UNDER_WAY, order=FOLLOW_UP),
        by_urgency("several", SEVERAL),
        by_urgency("review", TO_REVIEW, order=REVIEW),
        # whose letter was let go, and when: which are not sent yet, and those of one release
        Index(
            "ix_cases_letters",
            *("municipality", "state", "released_at"),
            postgresql_include=["household_id", "id"],
            postgresql_where=text("released_how = 'release' AND released_route = 'letter'"),
        ),
        CheckConstraint("state IN ('open', 'closed', 'removed')", name="state"),
        CheckConstraint("route IN ('none', 'letter', 'home-visit')", name="route"),
        CheckConstraint("released_route IN ('none', 'letter', 'home-visit')", name="released_route"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint(
            "(shadow_by IS NULL) = (shadow_score IS NULL) AND shadow_score BETWEEN 0 AND 100", name="shadow"
        ),
        CheckConstraint("arrears_count >= 0", name="arrears_count"),
        CheckConstraint(f"crisis IN {CRISES}", name="crisis"),
        CheckConstraint("NOT waiting OR (state = 'open' AND arrears_count > 0)", name="waiting"),
        CheckConstraint("state <> 'closed' OR arrears_count = 0 OR closed_at IS NOT NULL", name="closed"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_with_outcome"),
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        CheckConstraint("waiting = (waiting_since IS NOT NULL)", name="waiting_since"),
        CheckConstraint(
            "num_nulls(released_route, released_at, released_through, released_how) IN (0, 4)", name="released"
        ),
        CheckConstraint("released_how IN ('release', 'contact')", name="released_how"),
        CheckConstraint("state <> 'removed' OR num_nulls(released_at, closed_at, person_route) = 3", name="removed"),
        CheckConstraint("person_route IN ('letter', 'home-visit')", name="person_route"),
        CheckConstraint("(person_route IS NULL) = (person_route_through IS NULL)", name="person_route_through"),
        CheckConstraint(f"closed_outcome IN {OUTCOMES}", name="closed_outcome"),
        CheckConstraint(f"letter_fault IN {LETTER_FAULTS}", name="letter_fault"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by"),
        CheckConstraint(
            "(closed_outcome IS NULL) = (closed_through IS NULL) AND (closed_outcome IS NULL OR closed_at IS NOT NULL)",
            name="closed_through",
        ),
        room_for_updates(80),
    )


class Report(Base):
    """One report: what the partner said, where it belongs, and what was judged of it."""

    __tablename__ = "reports"
    event_id: Mapped[int] = mapped_column(primary_key=True)
    arrears_id: Mapped[int]
    household_id: Mapped[int]
    municipality: Mapped[str] = mapped_column(CODE_POINTS)  # of its arrears and its household, which are never apart
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str]
    arisen_on: Mapped[date | None] = mapped_column(Date)
    objected: Mapped[bool]
    warm_transfer: Mapped[bool]
    legal_person: Mapped[bool]
    verdict: Mapped[str | None]  # of caseload and exclusion list at receipt
    street: Mapped[str | None]
    house_number_text: Mapped[str]
    city: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str]
    withdrawn: Mapped[str | None]
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    case_id: Mapped[int | None]
    period: Mapped[str] = mapped_column(CODE_POINTS)
    period_start: Mapped[date] = mapped_column(Date)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    raised_by: Mapped[int | None] = mapped_column(ForeignKey("events.id"))  # at the latest case of its arrears only
    picked_up: Mapped[bool] = mapped_column(server_default=false())  # a person's decision: kept when judged again
    person_verdict: Mapped[str | None]  # a person said why it is not picked up,
    person_verdict_through: Mapped[int | None]  # and the youngest event of its arrears by then
    # what the partner was told when a person closed the case, instead of the status
    given_result: Mapped[str | None]
    pause_until: Mapped[date | None] = mapped_column(Date)
    deceased_on: Mapped[date | None] = mapped_column(Date)  # a person marked or closed it: whom it is of died
    __table_args__ = (
        ForeignKeyConstraint(["arrears_id", "event_id"], ["events.arrears_id", "events.id"]),
        ForeignKeyConstraint(["arrears_id", "municipality"], ["arrears.id", "arrears.municipality"]),
        ForeignKeyConstraint(["household_id", "municipality"], ["households.id", "households.municipality"]),
        ForeignKeyConstraint(["case_id", "household_id", "period"], ["cases.id", "cases.household_id", "cases.period"]),
        Index("ix_reports_arrears", "arrears_id"),  # every household an arrears ever had
        Index("ix_reports_household", "household_id"),  # judging the cases of a household
        Index("ix_reports_case", "case_id"),  # the case page
        # search by street
        Index("ix_reports_street", "municipality", text(STREET), postgresql_where=text("street IS NOT NULL")),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint(f"withdrawn IN {REASONS}", name="withdrawn"),
        CheckConstraint("verdict IN ('known-to-debt-help', 'other-reason')", name="verdict"),
        CheckConstraint("(status = 'picked-up') = picked_up", name="picked_up"),
        CheckConstraint(
            "(case_id IS NOT NULL) = (status IN ('not-yet-picked-up', 'picked-up') OR withdrawn IS NOT NULL)",
            name="exactly_one_place",
        ),
        CheckConstraint("status <> 'not-yet-picked-up' OR withdrawn IS NULL", name="withdrawn_is_told"),
        CheckConstraint("(withdrawn IS NULL) = (withdrawn_on IS NULL)", name="withdrawn_on"),
        CheckConstraint(f"person_verdict IN {NOT_PICKED_UP}", name="person_verdict"),
        CheckConstraint("(person_verdict IS NULL) = (person_verdict_through IS NULL)", name="person_verdict_through"),
        CheckConstraint(f"given_result IN {CLOSING_RESULTS}", name="given_result"),
        CheckConstraint("given_result IS NULL OR picked_up", name="given_result_of_work"),
        CheckConstraint(
            "(pause_until IS NOT NULL) = (coalesce(given_result, '') = 'accepted-help')", name="pause_until"
        ),
        CheckConstraint("deceased_on IS NULL OR picked_up OR (person_verdict = 'deceased') IS TRUE", name="died"),
        room_for_updates(80),
    )


class HistoryLine(Base):
    """One line of a case's history; never changed."""

    __tablename__ = "case_history"
    id: Mapped[int] = numbered()
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime] = moment_of_writing()
    actor: Mapped[str]
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    __table_args__ = (
        Index("ix_case_history_case", "case_id", "id"),  # the case page, in order
        # of a report's cases, when the first step of a person was
        Index(
            "ix_case_history_steps",
            "case_id",
            postgresql_include=["kind", "at", "actor"],
            postgresql_where=text("kind IN ('released', 'not-picked-up', 'mark-taken-back', 'back-in-queue')"),
        ),
    )
