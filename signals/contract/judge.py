"""What is wrong with this event? Every fault, in words a partner can act on (borders.md sections 2 and 3).

The slow way of `decode`, taken only when something is off: nothing stops at the first fault, for a partner
should mend an event once. Which code it gets is decided last, from all faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signals.contract import rules
from signals.contract.accept import is_identified
from signals.contract.codes import (
    CHANGED_TYPE,
    CRISES,
    INCOMING_TYPES,
    KINDS,
    REPORTED_TYPE,
    WITHDRAWAL_REASONS,
    WITHDRAWN_TYPE,
)
from signals.contract.media import is_json
from signals.contract.moments import birth_day, calendar_day, instant_us, is_signalled_too_late
from signals.contract.rejection import Fault
from signals.contract.shapes import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from signals.contract.partners import ArrearsTopic, Directory, Partner
    from signals.contract.rules import Rule

    Json = Mapping[str, Any]


class _Field(NamedTuple):
    """A field that a type reads: where it stands in `data`, its rule, and whether it must be there."""

    path: tuple[str, ...]
    rule: Rule
    required: bool = False
    nullable: bool = True


_COMMON: Final = (
    _Field(("municipality",), rules.text, required=True),
    _Field(("signalledOn",), rules.day, required=True),
    _Field(("arrears", "reference"), rules.reference, required=True),
    _Field(("person", "bsn"), rules.text),
)
_NAMES: Final = ("initials", "prefix", "surname", "partnerPrefix", "partnerSurname", "businessName")
_OWN: Final[Mapping[str, tuple[_Field, ...]]] = {
    REPORTED_TYPE: (
        _Field(("arrears", "kind"), rules.one_of(KINDS), required=True),
        _Field(("arrears", "amount"), rules.amount, required=True),
        _Field(("arrears", "arisenOn"), rules.day),
        _Field(("arrears", "crisis"), rules.one_of(CRISES)),
        _Field(("arrears", "warmTransfer"), rules.yes_or_no),
        *(_Field(("person", name), rules.text) for name in _NAMES),
        _Field(("person", "dateOfBirth"), rules.day_of_birth),
        _Field(("person", "phone"), rules.text),
        _Field(("person", "email"), rules.text),
        _Field(("address", "street"), rules.text),
        _Field(("address", "houseNumber"), rules.house_number, required=True),
        _Field(("address", "houseLetter"), rules.text),
        _Field(("address", "houseNumberAddition"), rules.text),
        _Field(("address", "postcode"), rules.postcode, required=True),
        _Field(("address", "city"), rules.text),
        _Field(("address", "bagId"), rules.text),
        _Field(("collection", "reminderSentOn"), rules.day),
        _Field(("collection", "personalContactTried"), rules.yes_or_no),
        _Field(("collection", "pointedToDebtHelp"), rules.yes_or_no),
        _Field(("collection", "objected"), rules.yes_or_no),
    ),
    CHANGED_TYPE: (
        _Field(("arrears", "amount"), rules.amount, nullable=False),
        _Field(("arrears", "crisis"), rules.one_of(CRISES)),
    ),
    WITHDRAWN_TYPE: (_Field(("reason",), rules.one_of(WITHDRAWAL_REASONS), required=True),),
}


def faults_of(envelope: object, topic: ArrearsTopic, directory: Directory) -> list[Fault]:
    """All faults of an event, in no order that matters; empty for exactly the events that `accepted` takes.

    Of an event whose type is absent or unknown only what all types share is judged.
    """
    if not isinstance(envelope, Mapping):
        mend = "send one CloudEvent as a JSON object per record"
        return [Fault("envelope-invalid", "value", f"is {rules.json_name(envelope)}; {mend}")]
    partner = directory.partners.get(topic.partner)
    content = envelope.get("data")
    faults = [*_envelope_faults(envelope), *_source_faults(envelope.get("source"), topic, partner)]
    if not isinstance(content, Mapping):
        found = _absent_or(content, "an object")
        return [*faults, Fault("schema-invalid", "data", f"{found}; send the event's content as an object")]
    faults += _field_faults(envelope.get("type"), content)
    faults += _municipality_faults(content.get("municipality"), partner, directory)
    faults += _bsn_faults(content, partner)
    faults += _order_faults(envelope, content)
    return faults


def _envelope_faults(envelope: Json) -> Iterator[Fault]:
    if envelope.get("specversion") != "1.0":
        yield Fault("envelope-invalid", "specversion", 'is not "1.0"; send the string "1.0"')
    for name in ("id", "source", "type"):
        yield from _name_faults(name, envelope.get(name))
    time = envelope.get("time")
    if not isinstance(time, str) or instant_us(time) is None:
        mend = "send YYYY-MM-DDTHH:MM:SS with Z or an offset, such as 2026-11-02T08:15:00Z"
        yield Fault("envelope-invalid", "time", f"is no moment we can read; {mend}")
    media_type = envelope.get("datacontenttype")
    if not (media_type is None or (isinstance(media_type, str) and is_json(media_type))):
        yield Fault("envelope-invalid", "datacontenttype", 'is not JSON; send "application/json" or leave it out')


def _name_faults(name: str, value: object) -> Iterator[Fault]:
    if not isinstance(value, str) or not value:
        found = "is empty" if value == "" else _absent_or(value, "a string")
        yield Fault("envelope-invalid", name, f"{found}; send a string of 1 to {MAX_TEXT} characters")
        return
    if len(value) > MAX_TEXT:
        found = f"has {len(value)} characters; shorten it to at most {MAX_TEXT}"
        yield Fault("envelope-invalid", name, found)
    if name != "type":
        yield from rules.nul(name, value)
    elif value not in INCOMING_TYPES:
        yield Fault("type-unknown", name, f"is no type we read; send one of {', '.join(INCOMING_TYPES)}")


def _absent_or(value: object, wanted: str) -> str:
    return "is absent or null" if value is None else f"is {rules.json_name(value)} and not {wanted}"


def _source_faults(source: object, topic: ArrearsTopic, partner: Partner | None) -> Iterator[Fault]:
    if partner is None:
        found = f"the partner of topic {topic.name} is not registered here"
        mend = "ask the municipality to register it, or publish on your own topic"
        yield Fault("source-mismatch", "source", f"{found}; {mend}")
        return
    if partner.sector != topic.sector:
        mend = f"publish on arrears.{partner.sector}.{partner.id}"
        yield Fault("source-mismatch", "source", f"topic {topic.name} is not of this partner's sector; {mend}")
    if isinstance(source, str) and source and source not in partner.sources:
        mend = "send one that is, letter for letter, or have this one registered"
        yield Fault("source-mismatch", "source", f"is not registered for the partner of {topic.name}; {mend}")


def _field_faults(event_type: object, content: Json) -> Iterator[Fault]:
    is_report = event_type == REPORTED_TYPE
    fields = (*_COMMON, *_OWN.get(event_type if isinstance(event_type, str) else "", ()))
    for part in dict.fromkeys(field.path[0] for field in fields if len(field.path) == 2):
        # In a change or withdrawal a person that is no object is not read.
        if is_report or part != "person":
            yield from _part_faults(part, content.get(part))
    for field in fields:
        yield from _one_field(field, content)
    if is_report:
        yield from _identity_faults(content)
    if event_type == CHANGED_TYPE and not _part(content, "arrears").keys() & {"amount", "crisis"}:
        mend = "send the new amount, the new crisis (null when it is over), or both"
        where = "data.arrears.amount, data.arrears.crisis"
        yield Fault("schema-invalid", where, f"neither is there; {mend}")


def _part_faults(part: str, value: object) -> Iterator[Fault]:
    if value is not None and not isinstance(value, Mapping):
        yield Fault("schema-invalid", f"data.{part}", f"is {rules.json_name(value)}; send an object")


def _part(content: Json, part: str) -> Json:
    """The object `part` of `data`; what is absent or no object holds no field."""
    value = content.get(part)
    return value if isinstance(value, Mapping) else {}


def _one_field(field: _Field, content: Json) -> Iterator[Fault]:
    where = "data." + ".".join(field.path)
    holder = content if len(field.path) == 1 else _part(content, field.path[0])
    name = field.path[-1]
    value = holder.get(name)
    if value is not None:
        yield from field.rule(where, value)
    elif field.required:
        yield Fault("schema-invalid", where, "is absent or null; it must be there")
    elif name in holder and not field.nullable:
        yield Fault("schema-invalid", where, "is null; send the new amount, or leave it out when it is as it was")


def _identity_faults(content: Json) -> Iterator[Fault]:
    person = _part(content, "person")
    identities = [person.get(name) for name in ("surname", "businessName", "bsn")]
    # What was sent with a wrong type is named as such, not as missing.
    if all(identity is None or isinstance(identity, str) for identity in identities) and not is_identified(*identities):
        where = "data.person.surname, data.person.businessName, data.person.bsn"
        yield Fault("schema-invalid", where, "all are absent or blank; send at least one")


def _municipality_faults(municipality: object, partner: Partner | None, directory: Directory) -> Iterator[Fault]:
    if not isinstance(municipality, str):
        return
    where = "data.municipality"
    if municipality not in directory.municipalities:
        mend = 'send the four digits of one that takes part here, as a string such as "0141"'
        yield Fault("municipality-unknown", where, f"is no municipality with a policy here; {mend}")
    elif partner and partner.municipalities is not None and municipality not in partner.municipalities:
        mend = "send signals only for the municipalities you agreed on, or have this one added"
        yield Fault("municipality-unknown", where, f"is not among the municipalities of this partner; {mend}")


def _bsn_faults(content: Json, partner: Partner | None) -> Iterator[Fault]:
    if partner is not None and not partner.bsn and _part(content, "person").get("bsn") is not None:
        mend = "leave it out or send null; everything works without it"
        yield Fault("bsn-not-allowed", "data.person.bsn", f"this partner may not send a BSN; {mend}")


def _order_faults(envelope: Json, content: Json) -> Iterator[Fault]:
    signalled_on = _day(content.get("signalledOn"))
    if signalled_on is None:
        return
    time = envelope.get("time")
    time_us = instant_us(time) if isinstance(time, str) else None
    if time_us is not None and is_signalled_too_late(signalled_on, time_us):
        found = "is more than one day after the day of time in Amsterdam; send the day on which you signalled"
        yield Fault("date-invalid", "data.signalledOn", found)
    if envelope.get("type") != REPORTED_TYPE:
        return
    arisen_on = _day(_part(content, "arrears").get("arisenOn"))
    birth = _part(content, "person").get("dateOfBirth")
    born = birth_day(birth) if isinstance(birth, str) else None
    yield from _later_faults("data.arrears.arisenOn", arisen_on, signalled_on)
    yield from _later_faults("data.person.dateOfBirth", born, signalled_on)


def _later_faults(where: str, day: date | None, signalled_on: date) -> Iterable[Fault]:
    if day is not None and day > signalled_on:
        yield Fault("date-invalid", where, "is after data.signalledOn; mend whichever of the two is wrong")


def _day(value: object) -> date | None:
    return calendar_day(value) if isinstance(value, str) else None
