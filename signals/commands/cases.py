"""`signals queue | release | case | summary | reconcile`: looking at the work, and letting it go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from signals.commands import looks, show
from signals.commands.connection import actor, engine_here
from signals.consumers.broker import BrokerAwayError, begin_offsets, broker_log_id, end_offsets
from signals.consumers.discovery import arrears_topics
from signals.consumers.last_words import count_records, last_words
from signals.contract.outgoing import CASES_TOPIC
from signals.errors import SignalsError, WrongUseError
from signals.outreach.case_page import case_page
from signals.outreach.queues import case_document, case_lines, first_due, policy_book, queue
from signals.outreach.release import release
from signals.reports import outgoing
from signals.reports.arrival import await_arrival
from signals.reports.reconcile import reconcile
from signals.reports.summary import summary
from signals.store.database import transaction
from signals.store.inbox import positions
from signals.store.pauses import paused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from signals.settings import Settings
    from signals.store.inbox import Partition


def print_queue(settings: Settings, name: str, municipality: str | None, *, as_json: bool) -> None:
    """The queue, most urgent first."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        cases = queue(cursor, name, municipality)
        due = first_due(cases, policy_book(cursor))
        lines = case_lines(cursor, cases)
        looks.note_queue(cursor, name, [case.household_id for case in cases], municipality)
    if not as_json:
        show.queue_table(name, cases, due)
        return
    documents = [
        {
            **case_document(case, lines[case.id]),
            "worked_as": case.worked_route,
            "held": case.held,
            "letter_fault": case.letter_fault,
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
        if page is not None:
            looks.note_case(cursor, number)
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
        shown = document["cases"] if as_json else document["cases"][: show.MOST_CASES]
        looks.note_summary(cursor, [int(case["case_id"]) for case in shown])
    if as_json:
        show.print_json(document)
    else:
        show.summary_tables(document)


def print_reconcile(settings: Settings, *, as_json: bool) -> bool:
    """Whether broker, tables and outbox agree, said topic by topic."""
    topics = arrears_topics(settings)
    log_id = broker_log_id(settings)
    begins, ends = begin_offsets(settings, topics), end_offsets(settings, topics)
    with engine_here(settings) as engine:
        _await_arrival(engine, log_id, ends)
        with transaction(engine) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # all is of one moment
            report = reconcile(
                cursor, log_id, begins, ends, lambda: end_offsets(settings, topics), partial(count_records, settings)
            )
            expected = outgoing.published(cursor)
        told = _on_the_topic(settings, engine, expected)
    faults = [*report.faults, *(told.faults if told else ())]
    document: dict[str, Any] = {
        "agrees": not faults,
        "partitions": report.partitions,
        "faults": faults,
        "outbox": report.waiting,
        "cases_topic": {"cases": told.cases, "foreign": told.foreign} if told else None,
    }
    if as_json:
        show.print_json(document)
    else:
        _show_books(document)
    return not faults


def _await_arrival(engine: Engine, log_id: str, ends: Mapping[Partition, int]) -> None:
    """Let the workers take in what they have in hand: it is not missing."""

    def positions_now() -> dict[Partition, int]:
        with transaction(engine) as cursor:
            return positions(cursor, log_id)

    with transaction(engine) as cursor:
        closed = {one.topic for one in paused(cursor)}
    await_arrival(ends, positions_now, closed)


def _on_the_topic(settings: Settings, engine: Engine, expected: outgoing.Published) -> outgoing.OnTheTopic | None:
    """What `outreach.cases` holds against what was published there; None when we may not read it."""
    if not expected.by_key:
        return outgoing.OnTheTopic(0, 0, [])
    try:
        words = last_words(settings, CASES_TOPIC, outgoing.mark_of)
    except BrokerAwayError as away:
        show.note(f"{CASES_TOPIC} is not compared: {away}")
        return None
    with transaction(engine) as cursor:
        return outgoing.on_the_topic(cursor, expected, words)


def _show_books(document: dict[str, Any]) -> None:
    columns = ("topic", "partition", "begin", "end", "taken_in", "missing")
    show.table("Broker en tabellen", columns, [[row[c] for c in columns] for row in document["partitions"]])
    for row in document["outbox"]:
        show.line(f"{row['topic']}: {row['messages']} messages wait, the oldest for {row['oldest_seconds']:.0f} s")
    if document["cases_topic"] and document["cases_topic"]["foreign"]:
        foreign = document["cases_topic"]["foreign"]
        show.line(f"{CASES_TOPIC}: the last message of {foreign} of our cases is not ours; who else writes there?")
    for fault in document["faults"]:
        show.line(f"- {fault}")
    show.line("alles klopt" if document["agrees"] else "er ontbreekt iets")
