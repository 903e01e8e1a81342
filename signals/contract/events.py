"""An accepted event, decoded: what the rooms above the border work with (borders.md section 2).

Values are already checked: amounts are whole cents, dates are dates, the postcode is clean. What a partner
wrote in names is as it was sent; cleaning it is the work of `households`.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class Person(msgspec.Struct, frozen=True, gc=False):
    """The person as the partner wrote it; `date_of_birth` counts an unknown month or day as 01."""

    initials: str | None = None
    prefix: str | None = None
    surname: str | None = None
    partner_prefix: str | None = None
    partner_surname: str | None = None
    business_name: str | None = None
    date_of_birth: date | None = None
    date_of_birth_text: str | None = None  # as sent, "1985-00-00" when month and day are unknown
    phone: str | None = None
    email: str | None = None
    bsn: str | None = None


class Address(msgspec.Struct, frozen=True, gc=False):
    """The address; `postcode` and `suffix` are cleaned as in borders.md section 4.1 ("12 a bis" → "ABIS")."""

    postcode: str
    number: int
    suffix: str
    street: str | None = None
    house_number_text: str = ""  # as sent, with house letter and addition: what goes on an envelope
    city: str | None = None
    bag_id: str | None = None


class Collection(msgspec.Struct, frozen=True, gc=False):
    """What the partner did itself before it signalled ("social collection")."""

    reminder_sent_on: date | None = None
    personal_contact_tried: bool | None = None
    pointed_to_debt_help: bool | None = None
    objected: bool | None = None


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What every accepted event has. (`source`, `id`) is the idempotency key."""

    source: str
    id: str
    time_us: int  # the instant of `time` in microseconds since 1970-01-01T00:00:00Z
    partner: str
    sector: str
    municipality: str
    signalled_on: date
    reference: str
    unknown_fields: int = 0  # fields and extensions that nobody reads; counted, never refused


class Reported(Event, frozen=True, gc=False, kw_only=True, tag="reported"):
    """A report: one message of one partner about one arrears of one person."""

    kind: str
    amount_cents: int
    arisen_on: date | None
    crisis: str | None
    warm_transfer: bool
    person: Person
    address: Address
    collection: Collection


class Changed(Event, frozen=True, gc=False, kw_only=True, tag="changed"):
    """New amount and/or crisis; `amount_cents` None and `crisis` UNSET mean: as it was; crisis None: over."""

    amount_cents: int | None
    crisis: str | msgspec.UnsetType | None


class Withdrawn(Event, frozen=True, gc=False, kw_only=True, tag="withdrawn"):
    """The arrears no longer counts; `reason` is one of `WITHDRAWAL_REASONS`."""

    reason: str


AnyEvent = Reported | Changed | Withdrawn
