"""Which tables hold the letters that go out, run by run? (docs/decisions/0039)

The fourth part of `models`; from there one gets all of them. What a letter says is written down when its run is
released, before any file is made: so a run that is interrupted goes on with the same letters, and nobody gets two.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made
from typing import Any, Final

from sqlalchemy import ARRAY, CheckConstraint, Date, ForeignKey, Index, Integer, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from signals.store import models_streets  # noqa: F401 - for Base
from signals.store.base import CODE_POINTS, Base, moment_of_writing, numbered

LETTER_KINDS: Final = "('first', 'reminder', 'final', 'announced-visit')"
LETTER_STATES: Final = "('released', 'posted', 'taken-out')"
RETURN_REASONS: Final = "('moved', 'unknown', 'refused', 'other')"


class LetterRun(Base):
    """Letters of one municipality that a person released together, and how far they are."""

    __tablename__ = "letter_runs"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    on_day: Mapped[date] = mapped_column(Date)  # the day that its letters bear
    sender: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what the municipality says of itself in them
    texts_version: Mapped[str]  # of the letter set by which they were released
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    written_at: Mapped[datetime | None]  # the last time that all its files were written
    posted_at: Mapped[datetime | None]
    posted_on: Mapped[date | None] = mapped_column(Date)
    posted_by: Mapped[str | None]
    __table_args__ = (
        # which runs of a municipality are to be written and posted
        Index("ix_letter_runs_open", "municipality", "id", postgresql_where=text("posted_at IS NULL")),
        CheckConstraint("num_nulls(posted_at, posted_on, posted_by) IN (0, 3)", name="posted"),
        CheckConstraint("posted_at IS NULL OR written_at IS NOT NULL", name="posted_was_written"),
        CheckConstraint("posted_on >= on_day", name="posted_on"),
    )


class LetterToPost(Base):
    """One letter of a run: to whom, and what it says, which stays as it is from its release on."""

    __tablename__ = "letters"
    id: Mapped[int] = numbered()
    run_id: Mapped[int] = mapped_column(ForeignKey("letter_runs.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    partners: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))  # whose signals it is about, by id
    kind: Mapped[str]
    on_day: Mapped[date] = mapped_column(Date)
    contents: Mapped[dict[str, Any]] = mapped_column(JSONB)
    more: Mapped[bool] = mapped_column(server_default=false())  # somebody else at the address gets theirs another day
    state: Mapped[str]
    code: Mapped[str | None]  # why it was taken out
    pages: Mapped[int | None] = mapped_column(Integer)
    sheets: Mapped[int | None] = mapped_column(Integer)
    sha256: Mapped[str | None]
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("contact_attempts.id"))
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("visit_stops.id"))  # the visit that it announces
    returned_at: Mapped[datetime | None]
    returned_reason: Mapped[str | None]
    returned_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_letters_run", "run_id"),  # the letters of a run
        # one letter a household a day; and what was sent to a household before
        Index("uq_letters_day", "household_id", "on_day", unique=True, postgresql_where=text("state <> 'taken-out'")),
        # never two that are not posted yet
        Index("uq_letters_released", "household_id", unique=True, postgresql_where=text("state = 'released'")),
        # where somebody else at the address waits for theirs
        Index("ix_letters_more", "household_id", postgresql_where=text("more AND state = 'posted'")),
        # whether a visit was announced
        Index("ix_letters_stop", "stop_id", postgresql_where=text("stop_id IS NOT NULL AND state <> 'taken-out'")),
        CheckConstraint(f"kind IN {LETTER_KINDS}", name="kind"),
        CheckConstraint("(kind = 'announced-visit') = (stop_id IS NOT NULL)", name="announces"),
        CheckConstraint(f"state IN {LETTER_STATES}", name="state"),
        CheckConstraint("(state = 'taken-out') = (code IS NOT NULL)", name="code"),
        CheckConstraint("(state = 'posted') = (attempt_id IS NOT NULL)", name="attempt"),
        CheckConstraint("num_nulls(pages, sheets, sha256) IN (0, 3)", name="written"),
        CheckConstraint(f"returned_reason IN {RETURN_REASONS}", name="returned_reason"),
        CheckConstraint("num_nulls(returned_at, returned_reason, returned_by) IN (0, 3)", name="returned"),
        CheckConstraint("returned_at IS NULL OR state = 'posted'", name="returned_was_posted"),
    )


class LetterLeftOut(Base):
    """A case that was asked for when a run was released, and why it has no letter of its own in it."""

    __tablename__ = "letters_left_out"
    run_id: Mapped[int] = mapped_column(ForeignKey("letter_runs.id"), primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True, autoincrement=False)
    code: Mapped[str]
