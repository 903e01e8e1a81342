"""What is different now, and what has to be written, remembered and told because of it?

The last step of a batch (design.md section 5): judged cases against stored ones give rows, history lines, events for
`outreach.cases` and feedback for the partners concerned. Nothing is written that did not change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from signals.outreach.cases import JudgedCase, in_a_case
from signals.outreach.messages import Post
from signals.outreach.work.ended import end_work_of_closed
from signals.scoring.score import Contribution
from signals.store import ledger
from signals.store.outbox import add_messages
from signals.store.sets import as_json, next_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signals.outreach.take_up import Standing
    from signals.store.database import Cursor

INTAKE: Final = "signals"  # the actor of what nobody decided in person
_published: Final = attrgetter("state", "route", "score", "multiple", "consecutive", "crisis", "arrears_count")
_explained: Final = msgspec.json.Decoder(tuple[Contribution, ...])


@dataclass(slots=True)
class Difference:
    """What judging found, beside what was stored."""

    standing: Standing
    before: dict[int, ledger.PlacedReport]
    arrears_before: dict[int, ledger.ArrearsRow] = field(default_factory=dict)
    judged: dict[int, dict[str, JudgedCase]] = field(default_factory=dict)  # by household and period
    moved: set[int] = field(default_factory=set)  # reports ended by a report from another household
    # lines that a person's act wrote by itself, by case and kind: the same is not told twice
    told_already: frozenset[tuple[int, str]] = frozenset()


@dataclass(slots=True)
class _Writing:
    """The rows of one batch, gathered before anything is written."""

    now: datetime
    post: Post
    new_cases: list[ledger.CaseRow] = field(default_factory=list)
    changed_cases: list[ledger.CaseRow] = field(default_factory=list)
    history: list[ledger.HistoryRow] = field(default_factory=list)
    case_ids: dict[tuple[int, str], int] = field(default_factory=dict)
    told_already: frozenset[tuple[int, str]] = frozenset()
    closed: set[int] = field(default_factory=set)  # households of which a case is open no more

    def line(self, case: int, kind: str, **detail: object) -> None:
        if (case, kind) in self.told_already:
            return
        self.history.append(ledger.HistoryRow(case, INTAKE, kind, detail))


def write_difference(
    cursor: Cursor,
    difference: Difference,
    new_events: Sequence[ledger.EventRow],
    new_reports: Sequence[ledger.ReportRow],
) -> None:
    """Write everything that changed; new events and reports are inserted with what was judged of them."""
    now = datetime.now(UTC)
    writing = _Writing(now, Post(now), told_already=difference.told_already)
    _cases(cursor, difference, writing)
    _attach(difference, writing)
    _tell_reports(difference, writing)
    ledger.add_events(cursor, new_events)
    ledger.add_cases(cursor, writing.new_cases)
    ledger.update_cases(cursor, writing.changed_cases)
    _write_reports(cursor, difference, new_reports)
    after = difference.standing.arrears
    ledger.update_arrears(cursor, [after[n] for n, old in difference.arrears_before.items() if after[n] is not old])
    ledger.add_history(cursor, writing.history)
    add_messages(cursor, writing.post.messages)
    end_work_of_closed(cursor, writing.closed)


def _cases(cursor: Cursor, difference: Difference, writing: _Writing) -> None:
    stored = difference.standing.cases
    fresh = [
        (household, case)
        for household, cases in difference.judged.items()
        for label, case in cases.items()
        if label not in stored.get(household, {})
    ]
    for number, (household, case) in zip(next_ids(cursor, "cases", len(fresh)), fresh, strict=True):
        _open(number, household, case, difference, writing)
    for household, rows in stored.items():
        for label, row in rows.items():
            writing.case_ids[household, label] = row.id
            judged = difference.judged.get(household, {}).get(label)
            if judged is not None:
                _revise(row, judged, writing)
            elif row.state != "removed":
                _leave_without_report(row, writing)


def _municipality(difference: Difference, case: JudgedCase) -> str:
    report = difference.standing.reports[case.reports[0]]
    return difference.standing.arrears[report.arrears_id].municipality


def _open(number: int, household: int, case: JudgedCase, difference: Difference, writing: _Writing) -> None:
    row = ledger.CaseRow(
        id=number,
        household_id=household,
        municipality=_municipality(difference, case),
        period=case.period.label,
        period_start=case.period.start,
        state=case.state,
        route=case.route,
        arrears_count=case.arrears_count,
        multiple=case.multiple,
        consecutive=case.consecutive,
        crisis=case.crisis,
        score=case.score.value,
        earliest_on=case.earliest_on,
        received_on=case.received_on,
        policy_id=case.policy_id,
        waiting=case.waiting,
        waiting_since=writing.now if case.waiting else None,
        held=case.held,
        reviewed_through=None,
        reviewed_marks=[],
        released_route=None,
        released_through=None,
        outcome=case.outcome,
        person_route=None,
        person_route_through=None,
        closed_outcome=None,
        closed_through=None,
        scored_by=case.scored_by,
        shadow_by=case.shadow.model if case.shadow else None,
        shadow_score=case.shadow.points if case.shadow else None,
        explanation=as_json(case.score.contributions),
    )
    writing.case_ids[household, row.period] = number
    writing.new_cases.append(row)
    writing.line(number, "opened", route=row.route, policy=row.policy_id)
    if row.held:
        writing.line(number, "held", reason="deceased")
    writing.post.case(row)


def _revise(row: ledger.CaseRow, case: JudgedCase, writing: _Writing) -> None:
    revised = replace(
        row,
        state=case.state,
        route=case.route,
        arrears_count=case.arrears_count,
        multiple=case.multiple,
        consecutive=case.consecutive,
        crisis=case.crisis,
        score=case.score.value,
        scored_by=case.scored_by,
        shadow_by=case.shadow.model if case.shadow else None,
        shadow_score=case.shadow.points if case.shadow else None,
        explanation=_explanation(row, case),
        earliest_on=case.earliest_on,
        received_on=case.received_on,
        policy_id=case.policy_id,
        waiting=case.waiting,
        waiting_since=(row.waiting_since or writing.now) if case.waiting else None,
        held=case.held,
        outcome=case.outcome,
    )
    _change(row, revised, writing)


def _change(row: ledger.CaseRow, new: ledger.CaseRow, writing: _Writing) -> None:
    if new == row:
        return
    writing.changed_cases.append(new)
    if row.state == "open" and new.state != "open":
        writing.closed.add(row.household_id)
    _tell_case(row, new, writing)
    if _published(row) != _published(new):
        writing.post.case(new)


def _explanation(row: ledger.CaseRow, case: JudgedCase) -> str:
    """The text as stored when it says the same: the database writes JSON in its own way."""
    told = case.score.contributions
    return row.explanation if _explained.decode(row.explanation) == told else as_json(told)


def _tell_case(old: ledger.CaseRow, new: ledger.CaseRow, writing: _Writing) -> None:
    if old.state != new.state:
        kind = "closed" if new.state == "closed" else "reopened"
        writing.line(new.id, kind, **({"outcome": new.outcome} if new.outcome else {}))
    if old.route != new.route:
        writing.line(new.id, "route", before=old.route, after=new.route, policy=new.policy_id)
    if new.held and not old.held:
        writing.line(new.id, "held", reason="deceased")
    if old.released_route is not None and new.waiting and not old.waiting:
        writing.line(new.id, "back-in-queue")
    if old.released_route and old.arrears_count > new.arrears_count:
        writing.line(new.id, "stop-what-is-not-done", before=old.arrears_count, after=new.arrears_count)


def _leave_without_report(row: ledger.CaseRow, writing: _Writing) -> None:
    """Its last report left: the case is removed, unless a person acted on it (borders.md section 4)."""
    if row.released_route is None and row.closed_outcome is None and row.person_route is None:
        _remove(row, writing)
        return
    # A report that nobody took up leaves by the rules only as a repeat of one that came in late.
    emptied = replace(
        row,
        state="closed",
        route="none",
        arrears_count=0,
        multiple=False,
        crisis=None,
        score=0,
        scored_by=None,
        shadow_by=None,
        shadow_score=None,
        explanation="[]",
        waiting=False,
        waiting_since=None,
        held=False,
        outcome=row.closed_outcome or "repeat",
    )
    _change(row, emptied, writing)


def _remove(row: ledger.CaseRow, writing: _Writing) -> None:
    writing.changed_cases.append(
        replace(row, state="removed", waiting=False, waiting_since=None, held=False, outcome=None)
    )
    writing.closed.add(row.household_id)
    writing.line(row.id, "removed")
    writing.post.tombstone(row.id)


def _attach(difference: Difference, writing: _Writing) -> None:
    """Give every judged report the number of its case."""
    reports = difference.standing.reports
    for number, report in reports.items():
        inside = in_a_case(report.status, report.withdrawn)
        case = writing.case_ids[report.household_id, report.period] if inside else None
        if report.case_id != case:
            reports[number] = replace(report, case_id=case)


def _tell_reports(difference: Difference, writing: _Writing) -> None:
    told: list[ledger.PlacedReport] = []
    for number, report in difference.standing.reports.items():
        old = difference.before.get(number)
        if old is report or old == report:
            continue
        arrears = difference.standing.arrears[report.arrears_id]
        for case, kind, detail in _report_lines(number, old, report, difference):
            writing.line(case, kind, partner=arrears.partner_id, reference=arrears.reference, **detail)
        if report.status != (old.status if old else "not-yet-picked-up"):
            told.append(report)
    _give_feedback(told, difference.standing, writing.post)
    writing.history.extend(_amount_lines(difference))


def _give_feedback(reports: Sequence[ledger.PlacedReport], standing: Standing, post: Post) -> None:
    concerned = {report.arrears_id for report in reports}
    event_ids = {row.id: row.event_id for number in concerned for row in standing.events[number]}
    for report in reports:
        post.feedback(standing.arrears[report.arrears_id], report, event_ids[report.event_id])


def _report_lines(
    number: int, old: ledger.PlacedReport | None, new: ledger.PlacedReport, difference: Difference
) -> Iterator[tuple[int, str, dict[str, object]]]:
    old_case = old.case_id if old else None
    if old_case is not None and old_case != new.case_id:
        yield old_case, "report-left", {"status": new.status}
    if new.case_id is not None and old_case != new.case_id:
        yield new.case_id, "report", {"signalledOn": new.signalled_on.isoformat(), "status": new.status}
    if new.case_id is not None and new.withdrawn is not None and (old is None or old.withdrawn != new.withdrawn):
        if number in difference.moved:
            yield new.case_id, "moved", {"note": "moved to another address"}
        else:
            yield new.case_id, "withdrawn", {"reason": new.withdrawn}


def _amount_lines(difference: Difference) -> Iterable[ledger.HistoryRow]:
    """A line in every case where an arrears that changed still counts."""
    after = difference.standing.arrears
    changed = {
        number: old
        for number, old in difference.arrears_before.items()
        if old.last_amount is not None and _last_known(old) != _last_known(after[number])
    }
    if not changed:
        return
    cases: dict[int, set[int]] = {number: set() for number in changed}
    for report in difference.standing.reports.values():
        if report.arrears_id in changed and report.case_id is not None and report.withdrawn is None:
            cases[report.arrears_id].add(report.case_id)
    for number, old in changed.items():
        new = after[number]
        detail = {
            "partner": new.partner_id,
            "reference": new.reference,
            "before": _last_known(old),
            "after": _last_known(new),
        }
        for case in sorted(cases[number]):
            yield ledger.HistoryRow(case, INTAKE, "amount", detail)


def _last_known(row: ledger.ArrearsRow) -> dict[str, object]:
    return {"amount": row.last_amount, "crisis": row.last_crisis}


def _write_reports(cursor: Cursor, difference: Difference, new_reports: Sequence[ledger.ReportRow]) -> None:
    reports, before = difference.standing.reports, difference.before
    ledger.add_reports(cursor, new_reports, reports)
    ledger.update_reports(
        cursor, [new for number, old in before.items() if (new := reports[number]) is not old and new != old]
    )
