"""How do new events become judged reports and routed cases, in one transaction? (design.md section 5)

The shell around the rules: lock, load, judge with pure functions, write the difference once. The order of locks is
arrears by their keys, then households by their numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from signals.contract.events import Reported
from signals.households.identity import PersonIdentity, identity_of
from signals.outreach.arrears import JudgedArrears, judge_arrears
from signals.outreach.cases import Acts, ArrearsState, JudgedCase, judge_household
from signals.outreach.difference import Difference, write_difference
from signals.outreach.rows import (
    Accepted,
    event_row,
    fact_of,
    household_report,
    new_report,
    placed,
    states_of,
    with_judgement,
)
from signals.store import ledger, locks
from signals.store.persons import PersonRow, ensure_persons
from signals.store.sets import next_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from signals.outreach.configuration import Configuration
    from signals.store.database import Cursor

ArrearsKey = locks.ArrearsKey


@dataclass(slots=True)
class Standing:
    """All that is known of the locked arrears and households: stored rows, new rows, and what was judged."""

    events: dict[int, list[ledger.EventRow]] = field(default_factory=dict)  # by arrears judged anew
    reports: dict[int, ledger.PlacedReport] = field(default_factory=dict)  # by event id, all of the households
    arrears: dict[int, ledger.ArrearsRow] = field(default_factory=dict)
    cases: dict[int, dict[str, ledger.CaseRow]] = field(default_factory=dict)  # by household and period
    died: dict[int, dict[int, date]] = field(default_factory=dict)  # by household and arrears


def take_up(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
    """Store new events (their inbox keys are claimed) and judge all that they touch."""
    if not accepted:
        return
    sectors = {_arrears_key(a): a.event.sector for a in accepted}
    locked = locks.lock_arrears(cursor, sectors)
    old = set(locked.ids.values()) - locked.new
    addresses = [_address_key(a.event) for a in accepted if isinstance(a.event, Reported)]
    households = locks.lock_households(cursor, addresses, old)
    standing = load_standing(cursor, set(locked.ids.values()), old, households.all - households.new)
    new_events, new_reports = _new_rows(cursor, accepted, locked.ids, households.by_address, configuration)
    for row in new_events:
        standing.events.setdefault(row.arrears_id, []).append(row)
    rows_by_id = {row.id: row for row in new_events}
    before = dict(standing.reports)
    standing.reports |= {report.event_id: placed(report, rows_by_id[report.event_id]) for report in new_reports}
    difference = judge(standing, before, households.all, configuration)
    write_difference(cursor, difference, new_events, new_reports)


def _arrears_key(accepted: Accepted) -> ArrearsKey:
    event = accepted.event
    return (event.municipality, event.partner, event.reference)


def _address_key(event: Reported) -> locks.AddressKey:
    return (event.municipality, event.address.postcode, event.address.number, event.address.suffix)


def load_standing(
    cursor: Cursor, touched: Collection[int], old: Collection[int], households: Collection[int]
) -> Standing:
    """What is stored of the `touched` arrears (of which `old` have events) and of the known `households`."""
    standing = Standing()
    if old:
        for row in ledger.events_of(cursor, old):
            standing.events.setdefault(row.arrears_id, []).append(row)
    if households:
        standing.reports = {report.event_id: report for report in ledger.reports_at(cursor, households)}
        for case in ledger.cases_at(cursor, households):
            standing.cases.setdefault(case.household_id, {})[case.period] = case
        for household, number, day in ledger.deceased_at(cursor, households):
            standing.died.setdefault(household, {})[number] = day
    wanted = set(touched) | {report.arrears_id for report in standing.reports.values()}
    standing.arrears = {row.id: row for row in ledger.arrears_rows(cursor, wanted)}
    return standing


def _new_rows(
    cursor: Cursor,
    accepted: Sequence[Accepted],
    arrears: dict[ArrearsKey, int],
    households: dict[locks.AddressKey, int],
    configuration: Configuration,
) -> tuple[list[ledger.EventRow], list[ledger.ReportRow]]:
    numbers = next_ids(cursor, "events", len(accepted))
    rows = [event_row(n, arrears[_arrears_key(a)], a) for n, a in zip(numbers, accepted, strict=True)]
    reported = [(a.event, row) for a, row in zip(accepted, rows, strict=True) if isinstance(a.event, Reported)]
    identities = [identity_of(event.person) for event, _ in reported]
    persons = _persons(cursor, reported, identities, households)
    reports = []
    for (event, row), identity in zip(reported, identities, strict=True):
        household = households[_address_key(event)]
        verdict = configuration.verdict(event, identity)
        person = persons[household, identity.key()]
        reports.append(new_report(event, row, household=household, person=person, verdict=verdict))
    return rows, reports


def _persons(
    cursor: Cursor,
    reported: Sequence[tuple[Reported, ledger.EventRow]],
    identities: Sequence[PersonIdentity],
    households: dict[locks.AddressKey, int],
) -> dict[tuple[int, str], int]:
    wanted: dict[tuple[int, str], PersonRow] = {}
    for (event, _), identity in zip(reported, identities, strict=True):
        household = households[_address_key(event)]
        wanted.setdefault(
            (household, identity.key()), PersonRow.of(household, identity.key(), event.person, identity.bsn)
        )
    return ensure_persons(cursor, list(wanted.values()))


def judge(
    standing: Standing,
    before: dict[int, ledger.PlacedReport],
    households: Collection[int],
    configuration: Configuration,
) -> Difference:
    """Judge the arrears whose events stand in `standing`, then the cases of `households`; no I/O.

    `standing` is brought up to date in place; `before` keeps the reports as they were stored.
    """
    difference = Difference(standing=standing, before=before)
    for number, rows in standing.events.items():
        _judge_one(number, rows, standing, configuration, difference)
    states = states_of(standing.arrears.values())
    at: dict[int, list[ledger.PlacedReport]] = {household: [] for household in households}
    for report in standing.reports.values():
        at[report.household_id].append(report)
    for household, reports in at.items():
        difference.judged[household] = _judge_cases(household, reports, states, standing, configuration)
    return difference


def _judge_one(
    number: int,
    rows: list[ledger.EventRow],
    standing: Standing,
    configuration: Configuration,
    difference: Difference,
) -> None:
    stored = standing.arrears[number]
    facts = [fact_of(row, standing.reports.get(row.id)) for row in rows]
    judged = judge_arrears(facts, municipality=stored.municipality, sector=stored.sector, book=configuration.book)
    for report in judged.reports:
        standing.reports[report.id] = with_judgement(standing.reports[report.id], report)
        if report.moved:
            difference.moved.add(report.id)
    difference.arrears_before[number] = stored
    standing.arrears[number] = _arrears_row(stored, judged)
    _note_death(number, judged, standing)


def _arrears_row(stored: ledger.ArrearsRow, judged: JudgedArrears) -> ledger.ArrearsRow:
    household, day = judged.deceased or (None, None)
    return replace(
        stored,
        last_amount=judged.last_amount,
        last_crisis=judged.last_crisis,
        rise=judged.rise,
        deceased_household_id=household,
        deceased_on=day,
    )


def _note_death(number: int, judged: JudgedArrears, standing: Standing) -> None:
    for days in standing.died.values():
        days.pop(number, None)
    if judged.deceased:
        household, day = judged.deceased
        standing.died.setdefault(household, {})[number] = day


def _judge_cases(
    household: int,
    reports: list[ledger.PlacedReport],
    states: Mapping[int, ArrearsState],
    standing: Standing,
    configuration: Configuration,
) -> dict[str, JudgedCase]:
    stored = standing.cases.get(household, {})
    municipality = standing.arrears[reports[0].arrears_id].municipality if reports else ""
    acts = {
        label: Acts(
            released_route=case.released_route,
            released_through=case.released_through or 0,
            reviewed_through=case.reviewed_through,
        )
        for label, case in stored.items()
    }
    return judge_household(
        [household_report(report) for report in reports],
        states,
        municipality=municipality,
        book=configuration.book,
        acts=acts,
        died_on=max(standing.died.get(household, {}).values(), default=None),
    )
