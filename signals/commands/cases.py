"""`signals queue | release | case | summary | reconcile`: looking at the work, and letting it go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.commands import show
from signals.commands.connection import actor, engine_here
from signals.consumers.broker import begin_offsets, broker_log_id, end_offsets
from signals.consumers.discovery import arrears_topics
from signals.errors import SignalsError, WrongUseError
from signals.outreach.case_page import case_page
from signals.outreach.queues import case_document, case_lines, first_due, policy_book, queue
from signals.outreach.release import release
from signals.reports.reconcile import reconcile
from signals.reports.summary import summary
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.settings import Settings


def print_queue(settings: Settings, name: str, municipality: str | None, *, as_json: bool) -> None:
    """The queue, most urgent first."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        cases = queue(cursor, name, municipality)
        due = first_due(cases, policy_book(cursor))
        lines = case_lines(cursor, cases)
    if not as_json:
        show.queue_table(name, cases, due)
        return
    documents = [
        {
            **case_document(case, lines[case.id]),
            "worked_as": case.worked_route,
            "held": case.held,
            "due": due[case.id].isoformat(),
            "reason": show.reason_of(case),
        }
        for case in cases
    ]
    show.print_json({"queue": name, "cases": documents})


def numbers_of(cases: Sequence[str]) -> list[int]:
    """Case ids as numbers. Raises WrongUseError naming those that are none."""
    wrong = [case for case in cases if not (case.isascii() and case.isdecimal() and len(case) < 19)]
    if wrong:
        raise WrongUseError(f"no case id: {', '.join(wrong)}; a case id is a number, as `signals queue` shows it")
    return [int(case) for case in cases]


def release_cases(settings: Settings, cases: Sequence[str], *, reviewed: bool) -> None:
    """Release cases, all or none."""
    numbers = numbers_of(cases)
    with engine_here(settings) as engine, transaction(engine) as cursor:
        released = release(cursor, numbers, actor=actor(), reviewed=reviewed)
    for one in released:
        show.line(f"case {one.case.id} {one.case.household}: released as {one.route}")


def print_case(settings: Settings, case: str, *, as_json: bool) -> None:
    """One case. Raises SignalsError when there is none."""
    number = numbers_of([case])[0]
    with engine_here(settings) as engine, transaction(engine) as cursor:
        page = case_page(cursor, number)
    if page is None:
        raise SignalsError(f"there is no case {number}; `signals queue letters` shows those that wait")
    if as_json:
        show.print_json(page)
    else:
        show.case_view(page)


def print_summary(settings: Settings, *, as_json: bool) -> None:
    """What became of everything that came in."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        document = {**summary(cursor), "seconds": 0.0}
    if as_json:
        show.print_json(document)
    else:
        show.summary_tables(document)


def print_reconcile(settings: Settings, *, as_json: bool) -> bool:
    """Whether broker and tables agree, said topic by topic."""
    topics = arrears_topics(settings)
    log_id = broker_log_id(settings)
    begins, ends = begin_offsets(settings, topics), end_offsets(settings, topics)
    with engine_here(settings) as engine, transaction(engine) as cursor:
        report = reconcile(cursor, log_id, begins, ends, lambda: end_offsets(settings, topics))
    document: dict[str, Any] = {"agrees": report.agrees, "partitions": report.partitions, "faults": report.faults}
    if as_json:
        show.print_json(document)
        return report.agrees
    columns = ("topic", "partition", "begin", "end", "taken_in", "missing")
    show.table("Broker en tabellen", columns, [[row[c] for c in columns] for row in report.partitions])
    for fault in report.faults:
        show.line(f"- {fault}")
    show.line("alles klopt" if report.agrees else "er ontbreekt iets")
    return report.agrees
