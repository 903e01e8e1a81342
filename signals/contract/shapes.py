"""How an event stands in the JSON of borders.md section 2: the typed shape that the quick way converts to.

Named as on the wire (camelCase); types, codes and lengths are checked here, meaning (days, amounts, who may)
in `accept`. Unknown members are ignored by the conversion and counted by `unknown_fields`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE, Crisis, Kind, WithdrawalReason

MAX_TEXT: Final = 256
MAX_REFERENCE: Final = 100

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REFERENCE)]
HouseNumber = Annotated[int, msgspec.Meta(ge=1, le=99_999)] | Text


class PersonShape(msgspec.Struct, rename="camel", gc=False):
    """`data.person` of a report."""

    initials: Text | None = None
    prefix: Text | None = None
    surname: Text | None = None
    partner_prefix: Text | None = None
    partner_surname: Text | None = None
    business_name: Text | None = None
    date_of_birth: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    bsn: Text | None = None


class AddressShape(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """`data.address` of a report."""

    street: Text | None = None
    house_number: HouseNumber
    house_letter: Text | None = None
    house_number_addition: Text | None = None
    postcode: Text
    city: Text | None = None
    bag_id: Text | None = None


class CollectionShape(msgspec.Struct, rename="camel", gc=False):
    """`data.collection` of a report."""

    reminder_sent_on: Text | None = None
    personal_contact_tried: bool | None = None
    pointed_to_debt_help: bool | None = None
    objected: bool | None = None


class ReportedArrears(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """`data.arrears` of a report."""

    reference: Reference
    kind: Kind
    amount: Text
    arisen_on: Text | None = None
    crisis: Crisis | None = None
    warm_transfer: bool | None = None


class ChangedArrears(msgspec.Struct, rename="camel", gc=False):
    """`data.arrears` of a change: absent means as it was; `accept` checks that one of the two is there."""

    reference: Reference
    amount: Text | msgspec.UnsetType = msgspec.UNSET
    crisis: Crisis | msgspec.UnsetType | None = msgspec.UNSET


class WithdrawnArrears(msgspec.Struct, rename="camel", gc=False):
    """`data.arrears` of a withdrawal."""

    reference: Reference


class ReportedContent(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """`data` of a report."""

    municipality: Text
    signalled_on: Text
    arrears: ReportedArrears
    person: PersonShape | None = None
    address: AddressShape
    collection: CollectionShape | None = None


class ChangedContent(msgspec.Struct, rename="camel", gc=False):
    """`data` of a change; of `person` only a bsn is looked at, and only if it is an object."""

    municipality: Text
    signalled_on: Text
    arrears: ChangedArrears
    person: Any = None


class WithdrawnContent(msgspec.Struct, rename="camel", gc=False):
    """`data` of a withdrawal; `person` as in a change."""

    municipality: Text
    signalled_on: Text
    arrears: WithdrawnArrears
    reason: WithdrawalReason
    person: Any = None


class _Envelope(msgspec.Struct, gc=False, kw_only=True):
    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: str
    time: str
    datacontenttype: str | None = None


class ReportedShape(_Envelope, gc=False, kw_only=True):
    """A whole report."""

    data: ReportedContent


class ChangedShape(_Envelope, gc=False, kw_only=True):
    """A whole change."""

    data: ChangedContent


class WithdrawnShape(_Envelope, gc=False, kw_only=True):
    """A whole withdrawal."""

    data: WithdrawnContent


AnyShape = ReportedShape | ChangedShape | WithdrawnShape
_SHAPES: Final[dict[str, type[ReportedShape | ChangedShape | WithdrawnShape]]] = {
    REPORTED_TYPE: ReportedShape,
    CHANGED_TYPE: ChangedShape,
    WITHDRAWN_TYPE: WithdrawnShape,
}

ENVELOPE_FIELDS: Final = frozenset({"specversion", "id", "source", "type", "time", "datacontenttype", "data"})
FIELDS: Final = {
    "arrears": frozenset({"reference", "kind", "amount", "arisenOn", "crisis", "warmTransfer"}),
    "person": frozenset(
        {
            "initials",
            "prefix",
            "surname",
            "partnerPrefix",
            "partnerSurname",
            "businessName",
            "dateOfBirth",
            "phone",
            "email",
            "bsn",
        }
    ),
    "address": frozenset({"street", "houseNumber", "houseLetter", "houseNumberAddition", "postcode", "city", "bagId"}),
    "collection": frozenset({"reminderSentOn", "personalContactTried", "pointedToDebtHelp", "objected"}),
}
"""Object of `data` → the members that section 2 names."""
CONTENT_FIELDS: Final = frozenset({"municipality", "signalledOn", "reason", *FIELDS})


def shape_of(envelope: dict[str, Any]) -> AnyShape | None:
    """The typed shape of an event, or None when its type is another or a field has a wrong type or code."""
    event_type = envelope.get("type")
    shape = _SHAPES.get(event_type) if isinstance(event_type, str) else None
    if shape is None:
        return None
    try:
        return msgspec.convert(envelope, shape)
    except msgspec.ValidationError:
        return None


def unknown_fields(envelope: dict[str, Any]) -> int:
    """How many members nobody reads because section 2 does not name them: extensions, and more in `data`.

    A member that section 2 names but this type does not read is known; an object that is not there counts
    nothing.
    """
    content = envelope["data"]
    count = _unknown(envelope, ENVELOPE_FIELDS) + _unknown(content, CONTENT_FIELDS)
    for name, fields in FIELDS.items():
        part = content.get(name)
        if isinstance(part, dict):
            count += _unknown(part, fields)
    return count


def _unknown(members: dict[str, Any], known: frozenset[str]) -> int:
    return 0 if known.issuperset(members) else len(members.keys() - known)
