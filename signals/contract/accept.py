"""Is this event as it should be? The quick way, which nearly all take: an event, or None.

Stands beside `reading` in the walk: most events are just what borders.md section 2 names and are never taken apart
(`exactly_accepted`); of the others the parsed envelope is looked at (`accepted`). What is wrong, and in which words a
partner hears it, is the question of `judge`; that all ways accept exactly the same events is a law the tests hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.contract.address import (
    house_number_text,
    split_house_number,
    suffix_of,
    valid_postcode,
)
from signals.contract.events import Address, Changed, Collection, Person, Reported, Withdrawn
from signals.contract.media import is_json
from signals.contract.moments import amount_cents, birth_day, instant_us, is_signalled_too_late
from signals.contract.shapes import (
    MAX_TEXT,
    CollectionShape,
    PersonShape,
    ReportedShape,
    WithdrawnShape,
    exact_shape,
    shape_of,
    unknown_fields,
)

if TYPE_CHECKING:
    from datetime import date

    from signals.contract.events import AnyEvent
    from signals.contract.partners import ArrearsTopic, Directory, Partner
    from signals.contract.shapes import AddressShape, AnyShape, ChangedShape

_NOBODY: Final = PersonShape()
_NOTHING: Final = CollectionShape()


class _OffError(Exception):
    """Something in the event is off; which thing is found out by `judge`."""


class _Head(msgspec.Struct, gc=False):
    time_us: int
    signalled_on: date
    unknown_fields: int


def accepted(envelope: object, topic: ArrearsTopic, directory: Directory) -> AnyEvent | None:
    """The event of `envelope`, or None when it must be judged fault by fault.

    U+0000 is not looked for here: `decode` sees from the bytes whether there can be any.
    """
    if not isinstance(envelope, dict):
        return None
    shape = shape_of(envelope)
    return None if shape is None else _checked(shape, unknown_fields(envelope), topic, directory)


def exactly_accepted(value: bytes, topic: ArrearsTopic, directory: Directory) -> AnyEvent | None:
    """The event of a record in which nothing stands but what its type reads; None says nothing of the others.

    Size and U+0000 are not looked for here; nothing that is accepted is nested deep.
    """
    shape = exact_shape(value)
    return None if shape is None else _checked(shape, 0, topic, directory)


def _checked(shape: AnyShape, unknown: int, topic: ArrearsTopic, directory: Directory) -> AnyEvent | None:
    partner = directory.partners.get(topic.partner)
    if partner is None or not _may_send(partner, topic, shape):
        return None
    if shape.data.municipality not in directory.municipalities or not is_json(shape.datacontenttype):
        return None
    try:
        return _event_of(shape, partner, unknown)
    except _OffError:
        return None


def _may_send(partner: Partner, topic: ArrearsTopic, shape: AnyShape) -> bool:
    within = partner.municipalities is None or shape.data.municipality in partner.municipalities
    return partner.sector == topic.sector and shape.source in partner.sources and within


def _event_of(shape: AnyShape, partner: Partner, unknown: int) -> AnyEvent:
    time_us = instant_us(shape.time)
    if time_us is None:
        raise _OffError
    signalled_on = shape.data.signalled_on
    if is_signalled_too_late(signalled_on, time_us):
        raise _OffError
    head = _Head(time_us, signalled_on, unknown)
    if isinstance(shape, ReportedShape):
        return _reported(shape, partner, head)
    if not _bsn_passes(shape.data.person, partner):
        raise _OffError
    if isinstance(shape, WithdrawnShape):
        return _withdrawn(shape, partner, head)
    return _changed(shape, partner, head)


def _bsn_passes(person: Any, partner: Partner) -> bool:  # noqa: ANN401 - any JSON value may stand there
    bsn = person.get("bsn") if isinstance(person, dict) else None
    return bsn is None or (partner.bsn and isinstance(bsn, str) and len(bsn) <= MAX_TEXT)


def _reported(shape: ReportedShape, partner: Partner, head: _Head) -> Reported:
    content, arrears = shape.data, shape.data.arrears
    if arrears.arisen_on is not None and arrears.arisen_on > head.signalled_on:
        raise _OffError
    return Reported(
        source=shape.source,
        id=shape.id,
        time_us=head.time_us,
        partner=partner.id,
        sector=partner.sector,
        municipality=content.municipality,
        signalled_on=head.signalled_on,
        reference=arrears.reference,
        unknown_fields=head.unknown_fields,
        kind=arrears.kind,
        amount_cents=_cents(arrears.amount),
        arisen_on=arrears.arisen_on,
        crisis=arrears.crisis,
        warm_transfer=bool(arrears.warm_transfer),
        person=_person(content.person or _NOBODY, partner, head.signalled_on),
        address=_address(content.address),
        collection=_collection(content.collection or _NOTHING),
    )


def _changed(shape: ChangedShape, partner: Partner, head: _Head) -> Changed:
    content, arrears = shape.data, shape.data.arrears
    if arrears.amount is msgspec.UNSET and arrears.crisis is msgspec.UNSET:
        raise _OffError
    return Changed(
        source=shape.source,
        id=shape.id,
        time_us=head.time_us,
        partner=partner.id,
        sector=partner.sector,
        municipality=content.municipality,
        signalled_on=head.signalled_on,
        reference=arrears.reference,
        unknown_fields=head.unknown_fields,
        amount_cents=None if arrears.amount is msgspec.UNSET else _cents(arrears.amount),
        crisis=arrears.crisis,
    )


def _withdrawn(shape: WithdrawnShape, partner: Partner, head: _Head) -> Withdrawn:
    content = shape.data
    return Withdrawn(
        source=shape.source,
        id=shape.id,
        time_us=head.time_us,
        partner=partner.id,
        sector=partner.sector,
        municipality=content.municipality,
        signalled_on=head.signalled_on,
        reference=content.arrears.reference,
        unknown_fields=head.unknown_fields,
        reason=content.reason,
    )


def _person(shape: PersonShape, partner: Partner, signalled_on: date) -> Person:
    if not is_identified(shape.surname, shape.business_name, shape.bsn):
        raise _OffError
    if shape.bsn is not None and not partner.bsn:
        raise _OffError
    born = None if shape.date_of_birth is None else birth_day(shape.date_of_birth)
    if shape.date_of_birth is not None and (born is None or born > signalled_on):
        raise _OffError
    return Person(
        initials=shape.initials,
        prefix=shape.prefix,
        surname=shape.surname,
        partner_prefix=shape.partner_prefix,
        partner_surname=shape.partner_surname,
        business_name=shape.business_name,
        date_of_birth=born,
        date_of_birth_text=shape.date_of_birth,
        phone=shape.phone,
        email=shape.email,
        bsn=shape.bsn,
    )


def is_identified(*identities: str | None) -> bool:
    """Whether surname, business name or BSN says who it is; only white space says nothing."""
    return bool("".join([identity or "" for identity in identities]).strip())


def _address(shape: AddressShape) -> Address:
    postcode = valid_postcode(shape.postcode)
    number = split_house_number(shape.house_number)
    if number is None or postcode is None:
        raise _OffError
    letter, addition = shape.house_letter, shape.house_number_addition
    return Address(
        postcode=postcode,
        number=number[0],
        suffix=suffix_of(number[1], letter, addition),
        street=shape.street,
        house_number_text=house_number_text(shape.house_number, letter, addition),
        city=shape.city,
        bag_id=shape.bag_id,
    )


def _collection(shape: CollectionShape) -> Collection:
    return Collection(
        reminder_sent_on=shape.reminder_sent_on,
        personal_contact_tried=shape.personal_contact_tried,
        pointed_to_debt_help=shape.pointed_to_debt_help,
        objected=shape.objected,
    )


def _cents(text: str) -> int:
    cents = amount_cents(text)
    if cents is None:
        raise _OffError
    return cents
