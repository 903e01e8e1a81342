"""How fast is the core beside what bounds it? Decoding against Python's json, the intake against COPY of its own rows.

Run by `make bench`, without a broker: the intake is handed its records in batches of 500. The floor decodes the same
records and writes, by COPY, the very rows that the intake ended with, into the same tables with their indexes.
"""

from __future__ import annotations

import json
import logging
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from signals.commands.eventfile import parse_event_line
from signals.commands.registers import shipped_policies
from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic, Directory
from signals.contract.rejection import RejectedError
from signals.embedded import embedded_postgres
from signals.outreach.registers import load_policy, register_partners
from signals.simulation.files import wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.migrate import upgrade
from signals.store.models import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

INHABITANTS = 600_000
BATCH = 500
ROUNDS = 3
DIRECTORY = Directory({one.id: one for one in PARTNERS}, frozenset({"0141", "0164"}))
SETTLED = ("policy_versions", "partners", "revisions", "audit")  # there before the first event


def records() -> list[Record]:
    """A simulated month of a large town as broker records."""
    offsets: dict[str, int] = {}
    found = []
    for wire, _ in simulate("0141", INHABITANTS, "2026-01", 1, 1):
        line = parse_event_line(wire_line(wire))
        offset = offsets.get(line.topic, 0)
        offsets[line.topic] = offset + 1
        found.append(Record(line.topic, 0, offset, line.value, 0))
    return found


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def decode_all(found: Sequence[Record]) -> None:
    """Decode every record, as the intake does."""
    topics = {record.topic: ArrearsTopic.parse(record.topic) for record in found}
    for record in found:
        topic = topics[record.topic]
        assert topic is not None
        try:
            decode(record.value, topic, DIRECTORY)
        except RejectedError:
            continue


def parse_all(found: Sequence[Record]) -> None:
    """The peer of decoding: Python's json, which checks nothing of the content."""
    for record in found:
        try:
            json.loads(record.value or b"")
        except ValueError:
            continue


def prepare(engine: Engine) -> None:
    """An empty installation with the shipped policies and partners."""
    with transaction(engine) as cursor:
        tables = ", ".join(table for table in Base.metadata.tables)
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        for policy in shipped_policies():
            load_policy(cursor, policy, actor="bench")
        register_partners(cursor, PARTNERS, actor="bench")


def take_in(engine: Engine, found: Sequence[Record]) -> None:
    """The whole intake, batch by batch."""
    intake = BatchIntake(engine, "bench", gapless=True)
    for start in range(0, len(found), BATCH):
        intake.store(found[start : start + BATCH])


def rows_of(engine: Engine) -> dict[str, list[bytes]]:
    """All rows the intake ended with, as COPY gives them, in an order that foreign keys allow."""
    with transaction(engine) as cursor:
        dump: dict[str, list[bytes]] = {}
        for table in Base.metadata.sorted_tables:
            if table.name not in SETTLED:
                with cursor.copy(f"COPY {table.name} TO STDOUT (FORMAT binary)".encode()) as copy:
                    dump[table.name] = [bytes(block) for block in copy]
    return dump


def floor(engine: Engine, found: Sequence[Record], dump: dict[str, list[bytes]]) -> None:
    """Decode, and write the final rows in one transaction."""
    decode_all(found)
    with transaction(engine) as cursor:
        for table, blocks in dump.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy:
                for block in blocks:
                    copy.write(block)


def main() -> None:
    """Print both tables."""
    logging.disable(logging.WARNING)
    found = records()
    ours = statistics.median(seconds(lambda: decode_all(found)) for _ in range(ROUNDS))
    peer = statistics.median(seconds(lambda: parse_all(found)) for _ in range(ROUNDS))
    print(f"{len(found)} events of a simulated month, median of {ROUNDS}\n")
    print(f"decode and check   {1e6 * ours / len(found):6.1f} µs an event, {ours / peer:.2f} × Python's json alone")
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder), fresh=True) as url:
        upgrade(url)
        engine = engine_for(url, options=WORKER_OPTIONS)
        intakes, floors = [], []
        for _ in range(ROUNDS):
            prepare(engine)
            intakes.append(seconds(lambda: take_in(engine, found)))
            dump = rows_of(engine)
            prepare(engine)
            floors.append(seconds(partial(floor, engine, found, dump)))
        engine.dispose()
    whole, least = statistics.median(intakes), statistics.median(floors)
    print(f"intake             {len(found) / whole:6.0f} events/s, {least / whole:.2f} of the floor")
    print(f"floor              {len(found) / least:6.0f} events/s: decode, COPY of the same final rows")


if __name__ == "__main__":
    main()
