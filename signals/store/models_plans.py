"""Which table holds how pairs usually go on their rounds?

A part of `models`; from there one gets all of them. A name and an address of staff, no resident.
"""

from __future__ import annotations

from datetime import datetime, time  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made

from sqlalchemy import ARRAY, CheckConstraint, Integer, SmallInteger, Text, Time, UniqueConstraint
from sqlalchemy import false as sql_false
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import CODE_POINTS, PARTS_OF_DAY, Base, moment_of_writing, numbered


class VisitPlan(Base):
    """A part of the week of one pair, under a name of its own: with what the planning of a day begins."""

    __tablename__ = "visit_plans"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    name: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    weekday: Mapped[int] = mapped_column(SmallInteger)  # 1 is Monday
    part: Mapped[str]
    begins: Mapped[time] = mapped_column(Time)
    start: Mapped[str]  # the address where they leave, looked up again for each list
    pair: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pair_ids: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))  # empty for whoever does not sign in
    minutes: Mapped[int] = mapped_column(Integer)
    minutes_per_visit: Mapped[int] = mapped_column(Integer)
    maximum: Mapped[int | None] = mapped_column(Integer)
    area: Mapped[list[str]] = mapped_column(ARRAY(CODE_POINTS))
    team: Mapped[str | None]
    announced: Mapped[bool] = mapped_column(server_default=sql_false())
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        UniqueConstraint("municipality", "name"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint(f"part IN {PARTS_OF_DAY}", name="part"),
        CheckConstraint("cardinality(pair) BETWEEN 1 AND 2 AND cardinality(pair_ids) = cardinality(pair)", name="pair"),
        CheckConstraint("minutes > 0 AND minutes_per_visit > 0 AND maximum > 0", name="lengths"),
    )
