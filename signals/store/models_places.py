"""Which table holds where addresses lie?

A part of `models`; from there one gets all of them. The address register is the country's and public: no municipality
stands in it, and no person.
"""

from __future__ import annotations

from sqlalchemy import REAL, CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import CODE_POINTS, Base


class AddressPlace(Base):
    """One address of the register (BAG), cleaned as `Address` is, and its point."""

    __tablename__ = "address_places"
    postcode: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    suffix: Mapped[str] = mapped_column(CODE_POINTS, primary_key=True)
    bag_id: Mapped[str | None] = mapped_column(CODE_POINTS)
    # metres in RD (EPSG:28992), to 3 cm: finer than the conversion from degrees is
    x: Mapped[float] = mapped_column(REAL)
    y: Mapped[float] = mapped_column(REAL)
    __table_args__ = (
        CheckConstraint("postcode ~ '^[1-9][0-9]{3}[A-Z]{2}$'", name="postcode"),
        CheckConstraint("number BETWEEN 1 AND 99999", name="number"),
        CheckConstraint("suffix ~ '^[0-9A-Z]*$'", name="suffix"),
        CheckConstraint("bag_id ~ '^[0-9]{16}$'", name="bag_id"),
        CheckConstraint("x BETWEEN 10000 AND 280000 AND y BETWEEN 300000 AND 625000", name="in_the_netherlands"),
    )
