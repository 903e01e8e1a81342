"""How long from publish to committed, and to `outreach.cases`, when twenty events a second come in?

A worker and a relay run as processes. The clock of an event starts before it is handed to the producer; it is committed
when the worker's transaction is (the worker writes down the moment after the commit); it is told when a consumer of
`outreach.cases` has the first message of the case that the event made. No commit is quicker than its disk: so a small
write to the same disk is timed beside it, as often.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from benchmarks import events
from benchmarks.runs import DATABASE, Member, await_taken_in, members
from benchmarks.services import empty, fresh_topics, new_group, settle
from benchmarks.tables import Table
from benchmarks.timed import journal
from signals.consumers.broker import client_options, end_offsets
from signals.consumers.topics import CASES_TOPIC
from signals.embedded.children import await_until
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from benchmarks.services import Place
    from signals.commands.eventfile import EventLine

A_SECOND: Final = 20
EVENTS: Final = 600
WARM: Final = 100  # the first ones do not count: processes start, connections are made, code is loaded
WORDS: Final = {
    "latency": "publish → committed",
    "cases": "publish → on `outreach.cases`",
    "disk": "8 KiB written to the same disk, and synchronised",
}
Spot = tuple[str, int, int]


@dataclass
class Sent:
    """What was published: when, and where on the broker it stands."""

    at: dict[Spot, float] = field(default_factory=dict)
    alone: dict[str, float] = field(default_factory=dict)  # by reference, of those that came once


def measured(place: Place, say: Callable[[str], None]) -> Table:
    """Publish for half a minute, then ask when each was where."""
    fresh_topics(place)
    lines = events.lines(events.NUMBER)[: EVENTS + WARM]
    with place.engine(DATABASE) as engine, contextlib.ExitStack() as stack:
        empty(engine)
        settle(place, DATABASE)
        [worker] = members(place, stack, "faust")
        relay = place.environment(DATABASE)
        stack.enter_context(place.running("signals.cli", "relay", environment=relay, name="relay"))
        heard = stack.enter_context(_hearing(place))
        synced = stack.enter_context(_syncing(place))
        sent = _publish_evenly(place, lines)
        await_taken_in(engine, len(lines), [worker], 30.0)
        cases = _first_events(engine)
        await_until(lambda: cases.keys() <= heard.keys(), 10.0)
        committed = _committed(worker, sent)
    told = [
        1000 * (heard[key] - sent.alone[event]) for key, event in cases.items() if key in heard and event in sent.alone
    ]
    say(f"{len(committed)} committed, {len(told)} cases told of")
    return _table({"latency": committed[WARM:], "cases": told[WARM:], "disk": synced[WARM:]})


def _table(found: Mapping[str, Sequence[float]]) -> Table:
    rows: list[list[str]] = []
    figures: dict[str, float] = {}
    for name, millis in found.items():
        cuts = statistics.quantiles(millis, n=100)
        times = (cuts[49], cuts[98], max(millis))
        rows.append([WORDS[name], f"{len(millis)}", *(f"{one:.{1 if one < 10 else 0}f} ms" for one in times)])
        figures |= {f"{name} p50": cuts[49], f"{name} p99": cuts[98]}
    said = f"One worker and one relay with their usual settings; {A_SECOND} events a second, one by one."
    return Table("latency", ("from … to", "times", "p50", "p99", "longest"), rows, said, figures)


@contextlib.contextmanager
def _syncing(place: Place) -> Iterator[list[float]]:
    """How long it takes, in ms, to have a small write on the disk; filled while the `with` block lasts."""
    taken: list[float] = []
    leaving = threading.Event()

    def write(file: int) -> None:
        while not leaving.wait(1 / A_SECOND):
            os.pwrite(file, bytes(8192), len(taken) * 8192)
            began = time.perf_counter()
            os.fdatasync(file)
            taken.append(1000 * (time.perf_counter() - began))

    with (place.folder / "disk").open("wb") as file:
        thread = threading.Thread(target=write, args=(file.fileno(),), name="disk", daemon=True)
        thread.start()
        try:
            yield taken
        finally:
            leaving.set()
            thread.join(5.0)


def _publish_evenly(place: Place, lines: Sequence[EventLine]) -> Sent:
    """One event after the other, `A_SECOND` of them a second."""
    producer = KafkaProducer(**client_options(place.settings()), acks="all", linger_ms=0)
    times = Counter(line.key for line in lines)
    sent, futures = Sent(), []
    begun = time.monotonic()
    for number, line in enumerate(lines):
        time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        at = time.monotonic()
        futures.append((at, line, producer.send(line.topic, value=line.value, key=line.key)))
    for at, line, future in futures:
        where = future.get(timeout=10)
        sent.at[where.topic, where.partition, where.offset] = at
        if line.key and times[line.key] == 1:
            sent.alone[line.key.decode()] = at
    producer.close(timeout=5)
    return sent


def _committed(worker: Member, sent: Sent) -> list[float]:
    """How long each event took until its batch was committed, in ms, in the order of publishing."""
    batches = journal(worker.journal)
    ends: dict[tuple[str, int], list[tuple[int, float]]] = {}
    for batch in batches:
        for topic, partition, last in batch.last:
            ends.setdefault((topic, partition), []).append((last, batch.ended))
    return [
        1000 * (next(ended for last, ended in ends[topic, partition] if last >= offset) - at)
        for (topic, partition, offset), at in sorted(sent.at.items(), key=lambda one: one[1])
    ]


def _first_events(engine: Engine) -> dict[str, str]:
    """For each case the reference of the report that made it, in the order of arrival."""
    with transaction(engine) as cursor:
        cursor.execute(
            """SELECT DISTINCT ON (reports.case_id) reports.case_id::text, arrears.reference, events.id FROM reports
            JOIN events ON events.id = reports.event_id JOIN arrears ON arrears.id = reports.arrears_id
            WHERE reports.case_id IS NOT NULL ORDER BY reports.case_id, events.id"""
        )
        found = sorted(cursor, key=lambda row: int(row[2]))
    return {case: reference for case, reference, _ in found}


@contextlib.contextmanager
def _hearing(place: Place) -> Iterator[dict[str, float]]:
    """When the first message of each case was read, by its key; filled while the `with` block lasts."""
    heard: dict[str, float] = {}
    leaving = threading.Event()
    ends = end_offsets(place.settings(), [CASES_TOPIC])
    consumer = KafkaConsumer(**client_options(place.settings()), group_id=new_group(), enable_auto_commit=False)
    consumer.assign([TopicPartition(*spot) for spot in ends])
    for spot, end in ends.items():
        consumer.seek(TopicPartition(*spot), end)

    def hear() -> None:
        while not leaving.is_set():
            found: dict[Any, list[Any]] = consumer.poll(timeout_ms=20)
            now = time.monotonic()
            for record in (one for ones in found.values() for one in ones):
                heard.setdefault(record.key.decode(), now)

    thread = threading.Thread(target=hear, name="hearing", daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        leaving.set()
        thread.join(5.0)
        consumer.close()
