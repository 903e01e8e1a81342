"""Both floors end with exactly the rows of the worker, and every foreign key holds after each batch of the floor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.floor import write_blocks, write_share
from benchmarks.kept import SETTLED, blocks, keep, kept_blocks, kept_shares, shares, stored_tables
from signals.store.database import WORKER_OPTIONS, engine_for
from signals.store.models import Base
from tests.laws.system import System, records_of
from tests.reference.generate import seeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reference.generate import EventSet

pytestmark = pytest.mark.database

SEEDS = range(18, 30)  # of which some have what makes it hard: see the guard
SIZE = 4  # records of a batch: a set has up to 25 events, which meet each other at a few addresses
BAD = "{"


@pytest.fixture
def system(database: str) -> Iterator[System]:
    engine = engine_for(database, options=WORKER_OPTIONS)
    yield System(engine)
    engine.dispose()


def begin(system: System, found: EventSet) -> None:
    """Only what is there before the first event."""
    system.begin(found.policy_files, found.directory.partners.values())


def take_in(system: System, seed: int) -> EventSet:
    """The events of a seed, and a bad one among them."""
    found = seeded(seed)
    lines = found.lines
    lines.insert(len(lines) // 2, json.dumps({"topic": json.loads(lines[0])["topic"], "value": BAD}))
    begin(system, found)
    system.store(records_of(lines), batch=SIZE)
    return found


def content(system: System) -> dict[str, tuple[Any, ...]]:
    """Of each table that events fill: how many rows, and a digest of them all."""
    found = {}
    for table in stored_tables():
        rows = 'SELECT count(*), md5(string_agg(found::text, chr(10) ORDER BY found::text COLLATE "C")) FROM {} found'
        found[table.name] = system.rows(rows.format(table.name))[0]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_both_floors_end_with_the_rows_of_the_worker(system: System, seed: int) -> None:
    found = take_in(system, seed)
    worker, share_of_each, everything = content(system), shares(system.engine, SIZE), blocks(system.engine)
    assert worker["events"][0] > 0
    begin(system, found)
    assert content(system) != worker
    for share in share_of_each:
        write_share(system.engine, share)
    assert content(system) == worker
    begin(system, found)
    write_blocks(system.engine, everything)
    assert content(system) == worker


def test_events_are_shared_out_evenly_over_the_batches_that_were_read(system: System) -> None:
    for seed in SEEDS:
        take_in(system, seed)
        ((records,),) = system.rows("SELECT sum(stored + duplicates + quarantined)::bigint FROM progress")
        events = [len(share.get("events", ())) for share in shares(system.engine, SIZE)]
        assert len(events) == -(-records // SIZE)
        assert max(events) - min(events) <= 1


def test_the_sets_hold_what_makes_sharing_out_hard(system: System) -> None:
    """The guard of the test above: rows that need a row of a later event are among them, and cases without reports."""
    hard = {
        "raised by a later event": "SELECT 1 FROM reports WHERE raised_by > event_id",
        "a household of a death": """SELECT 1 FROM arrears WHERE deceased_household_id IS NOT NULL""",
        "a removed case": "SELECT 1 FROM cases WHERE NOT EXISTS (SELECT 1 FROM reports WHERE case_id = cases.id)",
        "a case of several reports": "SELECT 1 FROM reports GROUP BY case_id HAVING count(case_id) > 1",
        "a bad record": "SELECT 1 FROM quarantine",
        "a duplicate": "SELECT 1 FROM inbox WHERE duplicates > 0",
    }
    missing = set(hard)
    for seed in SEEDS:
        take_in(system, seed)
        missing -= {words for words, query in hard.items() if system.rows(query)}
    assert not missing


def test_what_is_kept_in_files_is_the_same(system: System, tmp_path: Path) -> None:
    take_in(system, 0)
    keep(system.engine, tmp_path / "rows", SIZE)
    assert kept_shares(tmp_path / "rows") == shares(system.engine, SIZE)
    assert kept_blocks(tmp_path / "rows") == blocks(system.engine)


def test_every_table_is_either_settled_or_kept() -> None:
    assert {table.name for table in stored_tables()} | set(SETTLED) == set(Base.metadata.tables)
