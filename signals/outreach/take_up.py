"""How do new events become judged reports and routed cases, in one transaction? (design.md section 5)

The shell around the rules: lock, load, judge with pure functions, write the difference once. The order of locks is
arrears by their keys, then households by their numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from signals.contract.events import Reported
from signals.outreach.arrears import JudgedArrears, judge_arrears
from signals.outreach.cases import Acts, ArrearsState, JudgedCase, MarkedDeath, judge_household
from signals.outreach.difference import Difference, write_difference
from signals.outreach.reached_before import is_asked, with_attempts
from signals.outreach.rows import (
    Accepted,
    Cleaned,
    event_row,
    fact_of,
    household_report,
    new_report,
    placed,
    states_of,
    with_judgement,
)
from signals.outreach.scored import score_by_models
from signals.outreach.work.pairs import alike, pairs_of
from signals.store import ledger, locks
from signals.store.persons import PersonRow, ensure_persons
from signals.store.sets import next_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from signals.contract.partners import Directory
    from signals.outreach.configuration import Configuration
    from signals.outreach.learning.in_use import ModelsInUse
    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor


@dataclass(slots=True)
class Standing:
    """All that is known of the locked arrears and households: stored rows, new rows, and what was judged."""

    events: dict[int, list[ledger.EventRow]] = field(default_factory=dict)  # by arrears judged anew
    reports: dict[int, ledger.PlacedReport] = field(default_factory=dict)  # by event id, all of the households
    arrears: dict[int, ledger.ArrearsRow] = field(default_factory=dict)
    cases: dict[int, dict[str, ledger.CaseRow]] = field(default_factory=dict)  # by household and period
    died: dict[int, dict[int, date]] = field(default_factory=dict)  # by household and arrears
    alike: Mapping[int, frozenset[int]] = field(default_factory=dict)  # by person: who is the same one, where known
    tried: dict[int, list[tuple[date, bool]]] = field(default_factory=dict)  # by household, where a policy asks for it


class Rules(NamedTuple):
    """By what households are judged: the policies, and the models that score their cases, by municipality."""

    book: PolicyBook
    models: Mapping[str, ModelsInUse]


def take_up(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
    """Store new events (their inbox keys are claimed) and judge all that they touch."""
    if not accepted:
        return
    arrears = locks.lock_arrears(cursor, openings(accepted, configuration.directory))
    old = {row.id for row in arrears.rows.values()} - arrears.new
    addresses = (one.address_key for one in accepted if one.address_key is not None)
    households = locks.lock_households(cursor, addresses, old)
    standing = load_standing(cursor, arrears, old, households.known, configuration.book)
    new_events, new_reports = _new_rows(cursor, accepted, arrears, households, configuration)
    for row in new_events:
        standing.events.setdefault(row.arrears_id, []).append(row)
    rows_by_id = {row.id: row for row in new_events}
    before = dict(standing.reports)
    standing.reports.update((report.event_id, placed(report, rows_by_id[report.event_id])) for report in new_reports)
    rules = Rules(configuration.book, configuration.models)
    difference = judge(standing, before, households.known | households.new, rules)
    write_difference(cursor, difference, new_events, new_reports)


def openings(accepted: Sequence[Accepted], directory: Directory) -> dict[locks.ArrearsKey, locks.Opening]:
    """What a new row of each arrears says; where its first report is all there is, that is already the last word."""
    times = Counter(one.arrears_key for one in accepted)
    return {one.arrears_key: _opening(one, directory, alone=times[one.arrears_key] == 1) for one in accepted}


def _opening(accepted: Accepted, directory: Directory, *, alone: bool) -> locks.Opening:
    event = accepted.event
    ddas_type = directory.partners[event.partner].ddas_type
    if alone and isinstance(event, Reported):
        return locks.Opening(event.sector, ddas_type, event.amount_cents, event.crisis)
    return locks.Opening(event.sector, ddas_type)


def load_standing(
    cursor: Cursor, arrears: locks.LockedArrears, old: Collection[int], households: Collection[int], book: PolicyBook
) -> Standing:
    """What is stored of the locked arrears, of which the `old` ones may have events, and of the known `households`.

    Contact attempts only where a policy of `book` gives points for what came of them.
    """
    standing = Standing(arrears={row.id: row for row in arrears.rows.values()})
    if old:
        for row in ledger.events_of(cursor, old):
            standing.events.setdefault(row.arrears_id, []).append(row)
    if not households:
        return standing
    standing.reports = {report.event_id: report for report in ledger.reports_at(cursor, households)}
    for case in ledger.cases_at(cursor, households):
        standing.cases.setdefault(case.household_id, {})[case.period] = case
    _load_what_people_know(cursor, standing, households, book)
    others = {report.arrears_id for report in standing.reports.values()} - standing.arrears.keys()
    if others:
        standing.arrears.update((row.id, row) for row in ledger.arrears_rows(cursor, others))
    return standing


def _load_what_people_know(cursor: Cursor, standing: Standing, households: Collection[int], book: PolicyBook) -> None:
    """Who died and who is the same person, and whom an attempt reached."""
    for household, number, day in ledger.deceased_at(cursor, households):
        standing.died.setdefault(household, {})[number] = day
    if any(report.deceased_on is not None for report in standing.reports.values()):
        standing.alike = alike(pairs_of(cursor, households))
    if is_asked(book):
        for household, day, reached in ledger.attempts_at(cursor, households):
            standing.tried.setdefault(household, []).append((day, reached))


def _new_rows(
    cursor: Cursor,
    accepted: Sequence[Accepted],
    arrears: locks.LockedArrears,
    households: locks.LockedHouseholds,
    configuration: Configuration,
) -> tuple[list[ledger.EventRow], list[ledger.ReportRow]]:
    numbers = next_ids(cursor, "events", len(accepted))
    rows = [event_row(n, arrears.rows[a.arrears_key].id, a) for n, a in zip(numbers, accepted, strict=True)]
    reported = [
        _Reported(one.event, one.cleaned, row, households.by_address[one.address_key])
        for one, row in zip(accepted, rows, strict=True)
        if isinstance(one.event, Reported) and one.cleaned is not None and one.address_key is not None
    ]
    persons = ensure_persons(cursor, _persons(reported), households.known)
    reports = [
        new_report(
            one.event,
            one.cleaned,
            one.row,
            household=one.household,
            person=persons[one.household, one.cleaned.identity_key],
            verdict=configuration.verdict(one.event, one.cleaned.identity),
        )
        for one in reported
    ]
    return rows, reports


class _Reported(NamedTuple):
    event: Reported
    cleaned: Cleaned
    row: ledger.EventRow
    household: int


def _persons(reported: Sequence[_Reported]) -> list[PersonRow]:
    """Each person of each household once, as first written."""
    wanted: dict[tuple[int, str], PersonRow] = {}
    for event, cleaned, _, household in reported:
        key = cleaned.identity_key
        if (household, key) not in wanted:
            wanted[household, key] = PersonRow.of(household, key, event.person, cleaned.identity.bsn)
    return list(wanted.values())


def judge(
    standing: Standing,
    before: dict[int, ledger.PlacedReport],
    households: Collection[int],
    rules: Rules,
) -> Difference:
    """Judge the arrears whose events stand in `standing`, then the cases of `households`; no I/O.

    `standing` is brought up to date in place; `before` keeps the reports as they were stored.
    """
    book = rules.book
    difference = Difference(standing=standing, before=before)
    for number, rows in standing.events.items():
        _judge_one(number, rows, standing, book, difference)
    states = states_of(standing.arrears.values())
    at: dict[int, list[ledger.PlacedReport]] = {household: [] for household in households}
    for report in standing.reports.values():
        at[report.household_id].append(report)
    for household, reports in at.items():
        difference.judged[household] = _judge_cases(household, reports, states, standing, book)
    score_by_models(difference.judged, book, rules.models)
    return difference


def _judge_one(
    number: int,
    rows: list[ledger.EventRow],
    standing: Standing,
    book: PolicyBook,
    difference: Difference,
) -> None:
    stored = standing.arrears[number]
    facts = [fact_of(row, standing.reports.get(row.id)) for row in rows]
    judged = judge_arrears(facts, municipality=stored.municipality, sector=stored.sector, book=book)
    for report in judged.reports:
        standing.reports[report.id] = with_judgement(standing.reports[report.id], report)
        if report.moved:
            difference.moved.add(report.id)
    difference.arrears_before[number] = stored
    standing.arrears[number] = _arrears_row(stored, judged)
    _note_death(number, judged, standing)


def _arrears_row(stored: ledger.ArrearsRow, judged: JudgedArrears) -> ledger.ArrearsRow:
    household, day = judged.deceased or (None, None)
    known = (stored.last_amount, stored.last_crisis, stored.rise, stored.deceased_household_id, stored.deceased_on)
    if known == (judged.last_amount, judged.last_crisis, judged.rise, household, day):
        return stored
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
    book: PolicyBook,
) -> dict[str, JudgedCase]:
    stored = standing.cases.get(household, {})
    municipality = standing.arrears[reports[0].arrears_id].municipality if reports else ""
    acts = {
        label: Acts(
            released_route=case.released_route,
            released_through=case.released_through or 0,
            reviewed_through=case.reviewed_through,
            reviewed_marks=frozenset(case.reviewed_marks),
            route=case.person_route,
            route_through=case.person_route_through or 0,
            closed_outcome=case.closed_outcome,
            closed_through=case.closed_through or 0,
        )
        for label, case in stored.items()
    }
    cases = judge_household(
        [household_report(report) for report in reports],
        states,
        municipality=municipality,
        book=book,
        acts=acts,
        died_on=max(standing.died.get(household, {}).values(), default=None),
        marked=[
            MarkedDeath(one.event_id, standing.alike.get(one.person_id, frozenset({one.person_id})), one.deceased_on)
            for one in reports
            if one.deceased_on is not None
        ],
    )
    return with_attempts(cases, standing.tried.get(household, ()), book)
