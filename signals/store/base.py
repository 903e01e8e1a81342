"""On what do all tables stand? Names of constraints, column types, and the code lists the database checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, MetaData, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from signals.store.urgency import URGENCY

NAMING = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
CODE_POINTS = Text(collation="C")
SECTORS = "('housing', 'energy', 'water', 'health', 'other')"
CRISES = "('eviction', 'disconnection', 'end-of-insurance', 'end-of-delivery')"
REASONS = "('paid', 'arrangement', 'wrongful', 'deceased', 'moved')"
OUTCOMES = (
    "('repeat', 'wrongful', 'other-reason', 'deceased', 'not-a-resident', 'known-to-debt-help', 'other-support', "
    "'no-contact', 'no-response', 'self-reliant', 'already-paid', 'quick-fix', 'follow-up-help', "
    "'follow-up-help-financial', 'follow-up-help-not-financial', 'referral-without-resident')"
)
QUARANTINE_CODES = (
    "('too-large', 'not-json', 'envelope-invalid', 'type-unknown', 'source-mismatch', 'schema-invalid', "
    "'municipality-unknown', 'bsn-not-allowed', 'amount-invalid', 'date-invalid', 'postcode-invalid', "
    "'internal-error')"
)
STATUSES = (
    "('not-yet-picked-up', 'picked-up', 'repeat', 'wrongful', 'other-reason', 'deceased', "
    "'known-to-debt-help', 'not-a-resident')"
)
# What a person may say of a report instead of the rules: all that is "not picked up".
NOT_PICKED_UP = "('repeat', 'wrongful', 'other-reason', 'deceased', 'known-to-debt-help', 'not-a-resident')"
# What a partner may hear when a person closes the case.
CLOSING_RESULTS = (
    "('repeat', 'wrongful', 'not-picked-up', 'deceased', 'known-to-debt-help', 'not-a-resident', 'accepted-help')"
)
CONTACT_KINDS = (
    "('administrative', 'appointment', 'letter', 'home-visit', 'card', 'mail', 'unknown', 'other', "
    "'text-message', 'call')"
)
PARTS_OF_DAY = "('morning', 'afternoon', 'evening')"
STEP_REASONS = "('not-at-home', 'visits-exhausted', 'card-left', 'promised', 'not-reached', 'no-answer', 'announced')"
# Why a letter cannot be made (`outreach.letters`), or that it came back.
LETTER_FAULTS = (
    "('no-name', 'no-street', 'no-city', 'postcode', 'too-long', 'too-many-lines', 'abroad', 'no-fixed-abode', "
    "'unprintable', 'no-addressee', 'died', 'returned', 'moved')"
)
REFERRAL_RESULTS = "('started', 'no-show', 'declined', 'not-suitable', 'mistaken')"


class Base(DeclarativeBase):
    """All tables, with named constraints so that a refusal says which rule it broke."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        bytes: LargeBinary(),
    }


def moment_of_writing() -> Mapped[datetime]:
    """A column that the database fills with the time of the transaction."""
    return mapped_column(server_default=func.now())


def numbered() -> Mapped[int]:
    """A primary key that the database numbers."""
    return mapped_column(Identity(), primary_key=True)


def by_urgency(name: str, which: str, *also: str, order: str = URGENCY) -> Index:
    """The order of borders.md section 4.10, as far as it stands in `cases`, or another that ends with it."""
    return Index(f"ix_cases_{name}", "municipality", *also, text(order), "earliest_on", postgresql_where=text(which))


def room_for_updates(percent: int) -> dict[str, Any]:
    """Fill pages up to `percent` only: a new version of a row beside the old one needs no new entry in any index."""
    return {"postgresql_with": {"fillfactor": percent}}
