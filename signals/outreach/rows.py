"""How do stored rows become the facts that the rules judge, and how does a new event become rows?

Between the tables (`store`) and the pure rules (`arrears`, `cases`): no decision is taken here but the cleaning of what
a partner wrote.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from signals.contract.events import AnyEvent, Changed, Person, Reported, Withdrawn
from signals.contract.moments import AMSTERDAM
from signals.households.identity import PersonIdentity, identity_of
from signals.households.personal import clean_email, clean_phone
from signals.outreach.arrears import ChangeFact, Fact, JudgedReport, PickedUp, Place, ReportFact, WithdrawalFact
from signals.outreach.cases import ArrearsState, HouseholdReport
from signals.outreach.legal import is_legal_person
from signals.outreach.periods import Period
from signals.store.ledger import ArrearsRow, EventRow, PlacedReport, ReportRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.store.locks import AddressKey, ArrearsKey


class Cleaned(msgspec.Struct, frozen=True, gc=False):
    """What cleaning makes of the person in a report; `identity_key` is `identity.key()`, found once."""

    identity: PersonIdentity
    identity_key: str
    phone: str | None
    email: str | None
    legal_person: bool


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """A new event with the moment it reached the municipality, made ready to be stored: see `prepared`.

    `address_key` and `cleaned` are of reports only.
    """

    event: AnyEvent
    received_at: datetime
    arrears_key: ArrearsKey
    address_key: AddressKey | None
    cleaned: Cleaned | None


def prepared(event: AnyEvent, received_at: datetime) -> Accepted:
    """All of a new event that can be known before the database is asked; a function of the arguments alone."""
    arrears_key = (event.municipality, event.partner, event.reference)
    if not isinstance(event, Reported):
        return Accepted(event, received_at, arrears_key, None, None)
    address = event.address
    address_key = (event.municipality, address.postcode, address.number, address.suffix)
    return Accepted(event, received_at, arrears_key, address_key, cleaned(event.person))


def cleaned(person: Person) -> Cleaned:
    """The person of a report, cleaned."""
    identity = identity_of(person)
    return Cleaned(
        identity=identity,
        identity_key=identity.key(),
        phone=clean_phone(person.phone),
        email=clean_email(person.email),
        legal_person=is_legal_person(person),
    )


def event_row(number: int, arrears: int, accepted: Accepted) -> EventRow:
    """The row of a new event."""
    event = accepted.event
    crisis, given = _crisis(event)
    return EventRow(
        id=number,
        arrears_id=arrears,
        type=event.__struct_config__.tag,  # type: ignore[arg-type]  # our tags are texts
        signalled_on=event.signalled_on,
        time_us=event.time_us,
        event_id=event.id,
        source=event.source,
        amount=None if isinstance(event, Withdrawn) else event.amount_cents,
        crisis=crisis,
        crisis_given=given,
        reason=event.reason if isinstance(event, Withdrawn) else None,
        received_at=accepted.received_at,
    )


def _crisis(event: AnyEvent) -> tuple[str | None, bool]:
    if isinstance(event, Reported):
        return event.crisis, True
    if isinstance(event, Changed) and not isinstance(event.crisis, msgspec.UnsetType):
        return event.crisis, True
    return None, False


def new_report(
    event: Reported, cleaned: Cleaned, row: EventRow, *, household: int, person: int, verdict: str | None
) -> ReportRow:
    """The row of a new report: what it said and where it belongs."""
    return ReportRow(
        event_id=row.id,
        arrears_id=row.arrears_id,
        household_id=household,
        municipality=event.municipality,
        person_id=person,
        kind=event.kind,
        arisen_on=event.arisen_on,
        objected=event.collection.objected is True,
        warm_transfer=event.warm_transfer,
        legal_person=cleaned.legal_person,
        verdict=verdict,
        street=event.address.street,
        house_number_text=event.address.house_number_text,
        city=event.address.city,
        phone=cleaned.phone,
        email=cleaned.email,
    )


def placed(report: ReportRow, row: EventRow) -> PlacedReport:
    """A new report as its household sees it, still to be judged."""
    return PlacedReport(
        event_id=report.event_id,
        arrears_id=report.arrears_id,
        household_id=report.household_id,
        arisen_on=report.arisen_on,
        objected=report.objected,
        warm_transfer=report.warm_transfer,
        legal_person=report.legal_person,
        verdict=report.verdict,
        status="",
        withdrawn=None,
        withdrawn_on=None,
        case_id=None,
        period="",
        period_start=date.min,
        policy_id=0,
        raised_by=None,
        picked_up=False,
        signalled_on=row.signalled_on,
        received_at=row.received_at,
        person_id=report.person_id,
        amount=row.amount or 0,
    )


def fact_of(row: EventRow, report: PlacedReport | None) -> Fact:
    """The stored event as a fact to judge; `report` is given for reports."""
    place = Place(row.signalled_on, row.time_us, row.event_id, row.source)
    if row.type == "withdrawn":
        return WithdrawalFact(row.id, place, row.reason or "")
    if report is None:
        return ChangeFact(row.id, place, row.amount, row.crisis, row.crisis_given)
    return ReportFact(
        id=row.id,
        place=place,
        household=report.household_id,
        amount=row.amount or 0,
        crisis=row.crisis,
        arisen_on=report.arisen_on,
        objected=report.objected,
        legal_person=report.legal_person,
        verdict=report.verdict,
        picked_up=_picked_up(report),
        dismissed=report.person_verdict,
        dismissed_through=report.person_verdict_through or 0,
    )


def _picked_up(report: PlacedReport) -> PickedUp | None:
    if not report.picked_up:
        return None
    return PickedUp(Period(report.period_start, report.period), report.policy_id)


def with_judgement(report: PlacedReport, judged: JudgedReport) -> PlacedReport:
    """The report with what was decided of it, or the very same when that is as it was; its case is attached later."""
    if _is_as_judged(report, judged):
        return report
    return PlacedReport(
        event_id=report.event_id,
        arrears_id=report.arrears_id,
        household_id=report.household_id,
        arisen_on=report.arisen_on,
        objected=report.objected,
        warm_transfer=report.warm_transfer,
        legal_person=report.legal_person,
        verdict=report.verdict,
        status=judged.status,
        withdrawn=judged.withdrawn,
        withdrawn_on=judged.withdrawn_on,
        case_id=report.case_id,
        period=judged.period.label,
        period_start=judged.period.start,
        policy_id=judged.policy_id,
        raised_by=judged.raised_by,
        picked_up=report.picked_up,
        signalled_on=report.signalled_on,
        received_at=report.received_at,
        person_verdict=report.person_verdict,
        person_verdict_through=report.person_verdict_through,
        person_id=report.person_id,
        deceased_on=report.deceased_on,
        amount=report.amount,
    )


def _is_as_judged(report: PlacedReport, judged: JudgedReport) -> bool:
    return (
        report.status == judged.status
        and report.withdrawn == judged.withdrawn
        and report.withdrawn_on == judged.withdrawn_on
        and report.period_start == judged.period.start
        and report.period == judged.period.label
        and report.policy_id == judged.policy_id
        and report.raised_by == judged.raised_by
    )


def household_report(report: PlacedReport) -> HouseholdReport:
    """The report as its household's cases need it."""
    days = None if report.arisen_on is None else (report.signalled_on - report.arisen_on).days
    return HouseholdReport(
        id=report.event_id,
        arrears=report.arrears_id,
        signalled_on=report.signalled_on,
        period=Period(report.period_start, report.period),
        status=report.status,
        withdrawn=report.withdrawn,
        withdrawn_on=report.withdrawn_on,
        days_in_arrears=days,
        explicit_wish=report.warm_transfer,
        received_on=report.received_at.astimezone(AMSTERDAM).date(),
        raised_by=report.raised_by,
        person=report.person_id,
        amount=report.amount,
    )


def states_of(rows: Iterable[ArrearsRow]) -> dict[int, ArrearsState]:
    """What is last known of each arrears that had a report."""
    return {
        row.id: ArrearsState(
            id=row.id,
            partner=row.partner_id,
            ddas_type=row.ddas_type,
            sector=row.sector,
            last_amount=row.last_amount,
            last_crisis=row.last_crisis,
            rise=row.rise,
        )
        for row in rows
        if row.last_amount is not None
    }
