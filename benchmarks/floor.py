"""What is the least that storing the events can cost? Reading, decoding, and `COPY` of the rows they end as.

The floor reads the same topics with aiokafka, decodes and checks each event as the worker does, and then writes in one
transaction, by binary `COPY`, the very rows that a worker ended with, into the same tables with all their keys, checks
and indexes. The rows are ready in memory before its clock starts: nothing is judged, looked up, locked or encoded.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from psycopg import sql

from signals.consumers.broker import end_offsets
from signals.consumers.discovery import arrears_topics
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic, Directory
from signals.contract.rejection import RejectedError
from signals.simulation.partners import PARTNERS
from signals.simulation.towns import PROVINCE
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Engine

    from benchmarks.timed import Journal
    from signals.settings import Settings

SETTLED: Final = ("policy_versions", "partners", "revisions", "audit")  # there before the first event
DIRECTORY: Final = Directory({one.id: one for one in PARTNERS}, frozenset(town.code for town in PROVINCE))
Rows = dict[str, list[bytes]]  # by table, in an order that foreign keys allow


def keep_rows(engine: Engine, folder: Path) -> None:
    """Write all rows that a worker ended with into `folder`, a file for each table."""
    folder.mkdir(exist_ok=True)
    with transaction(engine) as cursor:
        for number, name in enumerate(_tables()):
            copying = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(name))
            with (folder / f"{number:02}-{name}").open("wb") as file, cursor.copy(copying) as copy:
                file.writelines(copy)


def _tables() -> Iterable[str]:
    return (table.name for table in Base.metadata.sorted_tables if table.name not in SETTLED)


def kept_rows(folder: Path) -> Rows:
    """The rows of `keep_rows`, in memory."""
    size = 64 * 1024
    rows: Rows = {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        rows[path.name[3:]] = [content[start : start + size] for start in range(0, len(content), size)]
    return rows


def copy_rows(engine: Engine, rows: Rows) -> None:
    """Write them, in one transaction."""
    with transaction(engine) as cursor:
        for name, blocks in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copy:
                for block in blocks:
                    copy.write(block)


def decode_all(values: Iterable[tuple[str, bytes | None]]) -> None:
    """Decode and check the values of these topics, as the intake does."""
    topics: dict[str, ArrearsTopic] = {}
    for name, value in values:
        topic = topics.get(name)
        if topic is None:
            topic = topics[name] = _parsed(name)
        try:
            decode(value, topic, DIRECTORY)
        except RejectedError:
            continue


def _parsed(name: str) -> ArrearsTopic:
    topic = ArrearsTopic.parse(name)
    assert topic is not None
    return topic


def run_floor(settings: Settings, rows: Rows, journal: Journal) -> None:
    """Read everything that is there, decode it, write the rows; the journal gets the start and the end."""
    asyncio.run(_run(settings, rows, journal))


async def _run(settings: Settings, rows: Rows, journal: Journal) -> None:
    engine = engine_for(settings.database, options=WORKER_OPTIONS)
    with transaction(engine) as cursor:
        cursor.execute("SELECT 1")
    ends = end_offsets(settings, arrears_topics(settings))
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(topic, partition) for topic, partition in ends])
    missing = sum(ends.values())
    begun = time.monotonic()
    while missing:
        found = await consumer.getmany(timeout_ms=100, max_records=settings.batch_size)
        if not found:
            continue
        if missing == sum(ends.values()):
            begun = time.monotonic()
            journal.note(begun, 0)
        read = [(one.topic, one.value) for ones in found.values() for one in ones]
        missing -= len(read)
        decode_all(read)
    copy_rows(engine, rows)
    journal.note(begun, sum(ends.values()))
    engine.dispose()
    await consumer.stop()
