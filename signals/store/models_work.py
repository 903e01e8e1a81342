"""Which tables hold what people do with the work, and who may sit at the desk?

The third part of `models`; from there one gets all of them. People work a household, not a case: two open cases of one
household are worked as one (borders.md section 4.4). Free text (notes, reasons of an assignment) stands here only.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import (
    CODE_POINTS,
    CONTACT_KINDS,
    PARTS_OF_DAY,
    REFERRAL_RESULTS,
    STEP_REASONS,
    Base,
    moment_of_writing,
    numbered,
)


class Claimed(Base):
    """Who works on a household now; letting go deletes the row."""

    __tablename__ = "claims"
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[str]
    user_name: Mapped[str]
    since: Mapped[datetime] = moment_of_writing()
    given_by: Mapped[str | None]  # the name of who handed it over, until the one who got it opened a case of it
    # who can take that back, and who then has it again (null: nobody)
    giver_id: Mapped[str | None]
    before_id: Mapped[str | None]
    before_name: Mapped[str | None]


class ContactAttempt(Base):
    """One contact attempt; a mistake is marked as undone, never deleted."""

    __tablename__ = "contact_attempts"
    id: Mapped[int] = numbered()
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    on_day: Mapped[date] = mapped_column(Date)
    part: Mapped[str | None]
    reached: Mapped[bool]
    by_id: Mapped[str]
    by_name: Mapped[str]
    note: Mapped[str | None]
    at: Mapped[datetime] = moment_of_writing()
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_contact_attempts_household", "household_id"),  # the case page, and the next step
        # which letters were sent since, and those of one act
        Index(
            "ix_contact_attempts_letters",
            "at",
            postgresql_include=["household_id", "on_day"],
            postgresql_where=text("kind = 'letter' AND undone_at IS NULL"),
        ),
        CheckConstraint(f"kind IN {CONTACT_KINDS}", name="kind"),
        CheckConstraint(f"part IN {PARTS_OF_DAY}", name="part"),
        CheckConstraint("kind <> 'home-visit' OR part IS NOT NULL", name="visit_has_a_part"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
    )


class PlannedStep(Base):
    """The next step at a household; a later one takes its place."""

    __tablename__ = "next_steps"
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True, autoincrement=False)
    on_day: Mapped[date] = mapped_column(Date)
    part: Mapped[str | None]
    kind: Mapped[str]
    why: Mapped[str]
    __table_args__ = (
        CheckConstraint(f"kind IN {CONTACT_KINDS}", name="kind"),
        CheckConstraint(f"part IN {PARTS_OF_DAY}", name="part"),
        CheckConstraint(f"why IN {STEP_REASONS}", name="why"),
    )


class Noted(Base):
    """A note of a colleague; a mistake is marked as undone, never deleted."""

    __tablename__ = "notes"
    id: Mapped[int] = numbered()
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    text: Mapped[str]
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_notes_household", "household_id"),  # the case page
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        CheckConstraint("text <> '' AND length(text) <= 4000", name="text"),
    )


class Referred(Base):
    """A referral, and what came of it."""

    __tablename__ = "referrals"
    id: Mapped[int] = numbered()
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    target: Mapped[str]
    target_name: Mapped[str]  # as the policy of then called it
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    result: Mapped[str | None]
    result_at: Mapped[datetime | None]
    result_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_referrals_household", "household_id"),  # the case page
        CheckConstraint(f"result IN {REFERRAL_RESULTS}", name="result"),
        CheckConstraint("num_nulls(result, result_at, result_by) IN (0, 3)", name="result_is_whole"),
    )


class Assigned(Base):
    """A person put a household in a team's queue, or (team null) in the common one, whatever the policy says."""

    __tablename__ = "assignments"
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True, autoincrement=False)
    team: Mapped[str | None]
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    reason: Mapped[str]


class Verdict:
    """Columns of what somebody decided of who is one person, until it is taken back."""

    verdict: Mapped[str]
    reason: Mapped[str | None]
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    undone_at: Mapped[datetime | None]


def verdict_is_whole() -> tuple[CheckConstraint, CheckConstraint]:
    """What must hold of `Verdict`; each table needs its own."""
    return (
        CheckConstraint("verdict IN ('same', 'different')", name="verdict"),
        CheckConstraint("verdict = 'same' OR reason IS NOT NULL", name="reason"),
    )


class Linked(Verdict, Base):
    """Whether several partners, `partners`, mean the same person: what somebody decided, until it is taken back."""

    __tablename__ = "person_links"
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, autoincrement=False)
    partners: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    __table_args__ = (*verdict_is_whole(), CheckConstraint("cardinality(partners) > 1", name="several"))


class Paired(Verdict, Base):
    """Whether two persons of a household are one: what somebody decided, until it is taken back."""

    __tablename__ = "person_pairs"
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, autoincrement=False)
    __table_args__ = (*verdict_is_whole(), CheckConstraint("person_id < other_id", name="two"))


class Processed(Base):
    """One use of a household's data; append-only, without a user, and without a key to what may be erased one day."""

    __tablename__ = "processing_log"
    id: Mapped[int] = numbered()
    at: Mapped[datetime] = moment_of_writing()
    household_id: Mapped[int]
    activity: Mapped[str]
    purpose: Mapped[str]
    basis: Mapped[str]
    persons: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))  # whom of them; null: before 0007, all of them
    # what a data subject may ask: all uses, newest first
    __table_args__ = (Index("ix_processing_log_household", "household_id", "id"),)


class Session(Base):
    """Who is signed in: one row a browser; what the browser holds is only here as its SHA-256."""

    __tablename__ = "sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(CODE_POINTS)
    user_name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    municipalities: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    teams: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    browser: Mapped[str | None]  # what its owner knows it by: "Firefox (Windows)", no version
    __table_args__ = (
        # at sign-in: the oldest sessions of this user beyond those allowed
        Index("ix_sessions_user", "user_id", "began_at"),
        CheckConstraint("octet_length(token_hash) = 32", name="hashed"),
        CheckConstraint("cardinality(roles) > 0", name="role"),
        CheckConstraint("seen_at >= began_at", name="clock"),
    )


class EndedSession(Base):
    """A session that ended while its row in `sessions` was held; until the next sign-in removes both."""

    __tablename__ = "ended_sessions"
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)  # no foreign key: its check would wait for that row


class Colleague(Base):
    """Who ever signed in, as the provider last said it: to whom work can be handed over when nobody is at the desk."""

    __tablename__ = "colleagues"
    user_id: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    name: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    municipalities: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    teams: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    seen_at: Mapped[datetime]
