"""Which tables hold the visiting lists: who goes where on which day, and what came of it? (docs/decisions/0042)

The sixth part of `models`; from there one gets all of them. A stop is a household on a list. That no household stands
in two lists at a time, and that a form which is sent twice counts once, the database refuses by itself.
"""

from __future__ import annotations

from datetime import date, datetime, time  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy import false as sql_false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from signals.store import models_plans  # noqa: F401 - for Base
from signals.store.base import CODE_POINTS, PARTS_OF_DAY, Base, moment_of_writing, numbered

LIST_STATES: Final = "('proposed', 'released', 'done')"
STOP_STATES: Final = "('planned', 'dropped', 'left-out', 'visited', 'not-visited')"
VISIT_RESULTS: Final = "('spoken', 'not-at-home', 'refused', 'moved', 'unsafe', 'card-left', 'opted-out')"
BEGINS_IN_ITS_PART: Final = """begins >= CASE part WHEN 'morning' THEN time '00:00' WHEN 'afternoon' THEN time '12:00'
    ELSE time '18:00' END AND begins < CASE part WHEN 'morning' THEN time '12:00' WHEN 'afternoon' THEN time '18:00'
    ELSE time '24:00' END"""


class VisitingList(Base):
    """One part of a day of one pair: how they go, and how far it is."""

    __tablename__ = "visit_lists"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    on_day: Mapped[date] = mapped_column(Date)
    part: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))  # every change of the list makes the next
    pair: Mapped[list[str]] = mapped_column(ARRAY(Text))  # the names of who go
    pair_ids: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))  # of those of them who sign in
    start_x: Mapped[float] = mapped_column(Float(53))  # where they leave from, in RD metres
    start_y: Mapped[float] = mapped_column(Float(53))
    minutes: Mapped[int] = mapped_column(Integer)
    minutes_per_visit: Mapped[int] = mapped_column(Integer)
    maximum: Mapped[int | None] = mapped_column(Integer)
    area: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))  # how postcodes begin; none: everywhere
    team: Mapped[str | None]
    urgent_within: Mapped[int] = mapped_column(Integer)
    begins: Mapped[time] = mapped_column(Time)  # when the pair leaves, by Dutch time
    announced: Mapped[bool] = mapped_column(server_default=sql_false())  # by letter, before the visits
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        # the lists of a municipality that are not done, and those whose day is over
        Index("ix_visit_lists_open", "municipality", "on_day", postgresql_where=text("state <> 'done'")),
        CheckConstraint(f"part IN {PARTS_OF_DAY}", name="part"),
        CheckConstraint(f"state IN {LIST_STATES}", name="state"),
        CheckConstraint(BEGINS_IN_ITS_PART, name="begins"),
        CheckConstraint("cardinality(pair) BETWEEN 1 AND 2", name="pair"),
        CheckConstraint("minutes > 0 AND minutes_per_visit > 0 AND maximum > 0 AND urgent_within >= 0", name="lengths"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        CheckConstraint("state <> 'released' OR released_at IS NOT NULL", name="released_by_somebody"),
        CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name="ended"),
    )


class VisitingStop(Base):
    """A household on a list: in which place, why, and what was known of it when the list was released."""

    __tablename__ = "visit_stops"
    id: Mapped[int] = numbered()
    list_id: Mapped[int] = mapped_column(ForeignKey("visit_lists.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))  # the case that the visit is written down for
    place: Mapped[int] = mapped_column(Integer)  # in the order in which they are visited
    kind: Mapped[str]  # a visit, or a card when the visits are used up
    pinned: Mapped[bool] = mapped_column(server_default=sql_false())
    state: Mapped[str]
    code: Mapped[str | None]  # why it fell out
    points: Mapped[int] = mapped_column(Integer)
    first: Mapped[str | None]  # why it goes before what has more points
    x: Mapped[float | None] = mapped_column(Float(53))
    y: Mapped[float | None] = mapped_column(Float(53))
    how: Mapped[str | None]  # how the place was found; null: it is not known where it lies
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSONB)  # reasons and score as they were at the release
    __table_args__ = (
        UniqueConstraint("list_id", "household_id"),
        # never in two lists at a time
        Index("uq_visit_stops_open", "household_id", unique=True, postgresql_where=text("state = 'planned'")),
        CheckConstraint("kind IN ('home-visit', 'card')", name="kind"),
        CheckConstraint(f"state IN {STOP_STATES}", name="state"),
        CheckConstraint("(state = 'left-out') = (code IS NOT NULL)", name="code"),
        CheckConstraint("first IN ('agreed', 'crisis', 'deadline')", name="first"),
        CheckConstraint("how IN ('address', 'number', 'postcode')", name="how"),
        CheckConstraint("num_nulls(x, y, how) IN (0, 3)", name="place_is_whole"),
        CheckConstraint("state <> 'visited' OR frozen IS NOT NULL", name="frozen"),
    )


class VisitResult(Base):
    """What came of a visit, or that none is wanted; `key` is the form's own, so that one sent again changes nothing."""

    __tablename__ = "visit_results"
    key: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey("visit_stops.id"), unique=True)
    result: Mapped[str]
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    # None: no case was open any more that could take an attempt; `note` holds what was written at the door then
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("contact_attempts.id"))
    note: Mapped[str | None]
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)  # what was answered, for when the form comes again
    __table_args__ = (
        CheckConstraint(f"result IN {VISIT_RESULTS}", name="result"),
        CheckConstraint("length(key) BETWEEN 1 AND 100", name="key"),
        CheckConstraint("note IS NULL OR attempt_id IS NULL", name="note_of_no_attempt"),
    )


class UnsafeHome(Base):
    """A household at which nobody goes to the door, from when somebody said so until a team lead lifts it."""

    __tablename__ = "unsafe_homes"
    id: Mapped[int] = numbered()
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]
    __table_args__ = (
        Index("uq_unsafe_homes_now", "household_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
        CheckConstraint("num_nulls(lifted_at, lifted_by, lifted_why) IN (0, 3)", name="lifted"),
    )
