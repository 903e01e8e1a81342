"""What is the least that storing the events can cost? Two floors: read, decode, `COPY` the rows they end as.

Both read the same topics with aiokafka, decode and check each event as the worker does, and write by binary `COPY` the
very rows that a worker ended with, into the same tables with all their keys, checks and indexes. Those rows are in
memory before the clock starts: nothing is judged, looked up, locked or written a second time.

The floor commits a transaction after each batch, and makes what `COPY` sends out of Python's values: what no consumer
can do without that may be killed at any time and that makes its rows itself. The bare floor writes all in one
transaction at the end, from blocks that were encoded before. Both do one thing after the other, in one thread.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
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
from signals.store.sets import copy_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from sqlalchemy import Engine

    from benchmarks.kept import Blocks, Share
    from benchmarks.timed import Journal
    from signals.settings import Settings

DIRECTORY: Final = Directory({one.id: one for one in PARTNERS}, frozenset(town.code for town in PROVINCE))
Value = tuple[str, "bytes | None"]  # topic and value of a record


def write_share(engine: Engine, share: Share) -> None:
    """Write what one batch has to write, in one transaction."""
    with transaction(engine) as cursor:
        for name, rows in share.items():
            copy_rows(cursor, name, Base.metadata.tables[name].columns.keys(), rows)


def write_blocks(engine: Engine, blocks: Blocks) -> None:
    """Write everything, in one transaction."""
    with transaction(engine) as cursor:
        for name, found in blocks.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(name))) as copy:
                for block in found:
                    copy.write(block)


def decode_all(values: Iterable[Value]) -> None:
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


def run_floor(settings: Settings, shares: Sequence[Share], journal: Journal) -> None:
    """Read everything that is there, batch by batch; the journal gets each batch, as a worker's does."""
    engine = _connected(settings)
    asyncio.run(_run_floor(settings, engine, shares, journal))
    engine.dispose()


async def _run_floor(settings: Settings, engine: Engine, shares: Sequence[Share], journal: Journal) -> None:
    async with _reading(settings) as batches:
        number = 0
        async for values in batches:
            began = time.monotonic()
            decode_all(values)
            write_share(engine, shares[number])
            journal.note(began, len(values))
            number += 1
    assert number == len(shares), "the rows were shared out over another number of batches"


def run_bare_floor(settings: Settings, blocks: Blocks, journal: Journal) -> None:
    """Read everything that is there, then write; the journal gets the first records in hand, and the end."""
    engine = _connected(settings)
    asyncio.run(_run_bare_floor(settings, engine, blocks, journal))
    engine.dispose()


async def _run_bare_floor(settings: Settings, engine: Engine, blocks: Blocks, journal: Journal) -> None:
    async with _reading(settings) as batches:
        begun, records = 0.0, 0
        async for values in batches:
            if not records:
                begun = time.monotonic()
                journal.note(begun, 0)
            decode_all(values)
            records += len(values)
        write_blocks(engine, blocks)
        journal.note(begun, records)


def _connected(settings: Settings) -> Engine:
    """An engine whose connection is there before the clock starts."""
    engine = engine_for(settings.database, options=WORKER_OPTIONS)
    with transaction(engine) as cursor:
        cursor.execute("SELECT 1")
    return engine


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[AsyncIterator[list[Value]]]:
    """A consumer of the partners' topics, as the batches of all that is there."""
    ends = end_offsets(settings, arrears_topics(settings))
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(topic, partition) for topic, partition in ends])
    try:
        yield _batches(consumer, sum(ends.values()), settings.batch_size)
    finally:
        await consumer.stop()


async def _batches(consumer: AIOKafkaConsumer, missing: int, size: int) -> AsyncIterator[list[Value]]:
    """All of the `missing` records, in full batches but for the last."""
    while missing:
        values: list[Value] = []
        while len(values) < min(size, missing):
            found = await consumer.getmany(timeout_ms=100, max_records=size - len(values))
            values += [(one.topic, one.value) for ones in found.values() for one in ones]
        missing -= len(values)
        yield values
