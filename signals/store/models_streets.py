"""Which table holds what a person wrote of an address, because no partner did?

The fifth part of `models`; from there one gets all of them.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import Base, moment_of_writing


class StreetByHand(Base):
    """Street and place of an address, as a person wrote them last; no import touches it."""

    __tablename__ = "streets_by_hand"
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), primary_key=True, autoincrement=False)
    street: Mapped[str]
    city: Mapped[str]
    by_id: Mapped[str]
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        CheckConstraint("length(street) BETWEEN 1 AND 100 AND length(city) BETWEEN 1 AND 100", name="length"),
    )
