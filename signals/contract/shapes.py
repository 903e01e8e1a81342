"""How an event stands in the JSON of borders.md section 2: the typed shape that the quick way converts to.

Named as on the wire (camelCase); types, days, codes and lengths are checked here, meaning (moments, amounts, who
may) in `accept`. Unknown members are ignored by the conversion and counted by `unknown_fields`.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import structs

from signals.contract.codes import CHANGED_TYPE, REPORTED_TYPE, WITHDRAWN_TYPE, Crisis, Kind, WithdrawalReason

MAX_TEXT: Final = 256
MAX_REFERENCE: Final = 100

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REFERENCE)]
HouseNumber = Annotated[int, msgspec.Meta(ge=1, le=99_999)] | Text


class _Shape(msgspec.Struct, rename="camel", gc=False):
    """What all shapes share."""


class PersonShape(_Shape, gc=False):
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


class AddressShape(_Shape, gc=False, kw_only=True):
    """`data.address` of a report."""

    street: Text | None = None
    house_number: HouseNumber
    house_letter: Text | None = None
    house_number_addition: Text | None = None
    postcode: Text
    city: Text | None = None
    bag_id: Text | None = None


class CollectionShape(_Shape, gc=False):
    """`data.collection` of a report."""

    reminder_sent_on: date | None = None
    personal_contact_tried: bool | None = None
    pointed_to_debt_help: bool | None = None
    objected: bool | None = None


class ReportedArrears(_Shape, gc=False, kw_only=True):
    """`data.arrears` of a report."""

    reference: Reference
    kind: Kind
    amount: Text
    arisen_on: date | None = None
    crisis: Crisis | None = None
    warm_transfer: bool | None = None


class ChangedArrears(_Shape, gc=False):
    """`data.arrears` of a change: absent means as it was; `accept` checks that one of the two is there."""

    reference: Reference
    amount: Text | msgspec.UnsetType = msgspec.UNSET
    crisis: Crisis | msgspec.UnsetType | None = msgspec.UNSET


class WithdrawnArrears(_Shape, gc=False):
    """`data.arrears` of a withdrawal."""

    reference: Reference


class ReportedContent(_Shape, gc=False, kw_only=True):
    """`data` of a report."""

    municipality: Text
    signalled_on: date
    arrears: ReportedArrears
    person: PersonShape | None = None
    address: AddressShape
    collection: CollectionShape | None = None


class ChangedContent(_Shape, gc=False):
    """`data` of a change; of `person` only a bsn is looked at, and only if it is an object."""

    municipality: Text
    signalled_on: date
    arrears: ChangedArrears
    person: Any = None


class WithdrawnContent(_Shape, gc=False):
    """`data` of a withdrawal; `person` as in a change."""

    municipality: Text
    signalled_on: date
    arrears: WithdrawnArrears
    reason: WithdrawalReason
    person: Any = None


class _Envelope(_Shape, gc=False, kw_only=True, tag_field="type"):
    specversion: Literal["1.0"]
    id: Name
    source: Name
    time: str
    datacontenttype: str | None = None


class ReportedShape(_Envelope, gc=False, kw_only=True, tag=REPORTED_TYPE):
    """A whole report."""

    data: ReportedContent


class ChangedShape(_Envelope, gc=False, kw_only=True, tag=CHANGED_TYPE):
    """A whole change."""

    data: ChangedContent


class WithdrawnShape(_Envelope, gc=False, kw_only=True, tag=WITHDRAWN_TYPE):
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


def _exact(shape: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """`shape`, but refusing what it does not know; and so do the shapes within it."""
    members = [
        (field.name, _exact_within(field.type), msgspec.field(name=field.encode_name, default=field.default))
        for field in structs.fields(shape)
    ]
    return msgspec.defstruct(
        shape.__name__, members, bases=(shape,), gc=False, kw_only=True, forbid_unknown_fields=True
    )


def _exact_within(annotation: Any) -> Any:  # noqa: ANN401 - whatever stands at a field
    if annotation is Any:  # what may hold anything would have to be counted: only null is exact
        return None
    if isinstance(annotation, type):
        return _exact(annotation) if issubclass(annotation, _Shape) else annotation
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else ()
    return reduce(or_, map(_exact_within, kinds)) if kinds else annotation


_exact_decoder: Final[msgspec.json.Decoder[AnyShape]] = msgspec.json.Decoder(reduce(or_, map(_exact, _SHAPES.values())))
for _shape in _SHAPES.values():
    # What msgspec knows of a shape it finds out at its first use, and that first use by two threads at once ends the
    # process (msgspec 0.22): so it is used here. The worker decodes the next batch while one is being stored.
    msgspec.json.Decoder(_shape)


def exact_shape(value: bytes) -> AnyShape | None:
    """The typed shape of the event in `value` when nothing else stands there, as in nearly all; or None.

    Every other text is for `reading` and `shape_of` to look at: it may be fine, and have a member that nobody reads.
    """
    try:
        return _exact_decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


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
