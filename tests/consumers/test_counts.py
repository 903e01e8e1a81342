"""Every metric that belongs to the worker moves: events of every fate go through the adapter and the real intake."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from psycopg import errors as pg

from signals import metrics
from signals.consumers import intake as intake_module
from signals.consumers import reading as reading_module
from signals.consumers.complete import CompleteIntake
from signals.consumers.pulse import Pulse
from signals.consumers.reading import Reading
from signals.consumers.records import Record, StoreAwayError
from signals.contract.partners import SECTORS
from signals.outreach.take_up import take_up
from signals.store import inbox
from tests.laws.system import records_of
from tests.reference.notation import change, report, withdraw

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.intake import BatchIntake
    from signals.consumers.records import Place
    from signals.outreach.configuration import Configuration
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

RENT = "arrears.housing.welbions"
R1 = "welbions/R1"
# What a worker does not count, and why; all else must move below.
ELSEWHERE = {
    "signals_outbox_published_total": "the relay counts it (test_relay_database)",
    "signals_records_put_off_total": "only beside another worker (test_courtesy)",
    "signals_sign_ins_refused_total": "the pages count it (test_signin_limits)",
    **{entry.name: "read from the database" for entry in metrics.ENTRIES if entry.kind == "gauge"},
}


def counts() -> dict[str, float]:
    """What each counter, and each histogram's number of observations, stands at; over all labels."""
    found: dict[str, float] = {}
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            if sample.name.startswith("signals_") and sample.name.endswith(("_total", "_count")):
                name = sample.name.removesuffix("_count")
                found[name] = found.get(name, 0.0) + sample.value
    return found


def moved(before: Mapping[str, float]) -> dict[str, float]:
    """The difference, without what stood still."""
    return {name: now - before[name] for name, now in counts().items() if now != before[name]}


@dataclass
class Handing:
    """A source that hands over one batch after the other, and then has the reading end."""

    batches: Sequence[Sequence[Record]]
    leaving: asyncio.Event
    taken: int = 0
    acknowledged: dict[Place, int] = field(default_factory=dict)

    async def take(self, paused: Collection[str]) -> list[Record]:
        assert not paused
        self.taken += 1
        if self.taken > len(self.batches):
            self.leaving.set()
            return []
        return list(self.batches[self.taken - 1])

    async def read_from(self, offsets: Mapping[Place, int]) -> None:
        raise AssertionError(offsets)

    def acknowledge(self, offsets: Mapping[Place, int]) -> None:
        self.acknowledged.update(offsets)

    def assigned(self) -> Collection[Place]:
        return []


class AwayAtFirst(CompleteIntake):
    """An intake whose database is away for the first attempts."""

    def __init__(self, intake: BatchIntake, log: RecordedLog, attempts: int) -> None:
        super().__init__(intake, log)
        self.attempts = attempts

    def store(self, records: Sequence[Record], *, waits: bool = False) -> Mapping[Place, int]:
        self.attempts -= 1
        if self.attempts >= 0:
            raise StoreAwayError("the database is away")
        return super().store(records, waits=waits)


@dataclass
class RecordedLog:
    """The broker's account of what it holds."""

    records: Sequence[Record]

    def read(self, hole: Hole) -> list[Record]:
        topic, partition, first, end = hole
        return [r for r in self.records if (r.topic, r.partition) == (topic, partition) and first <= r.offset < end]

    def ends(self, _: Iterable[str]) -> Mapping[tuple[str, int], int]:
        return {}


def take_through_the_reading(
    intake: BatchIntake, log: Sequence[Record], batches: Sequence[Sequence[Record]], away: int
) -> None:
    """Hand `batches` of `log` to a worker's reading that is not connected to any broker."""

    async def take() -> None:
        leaving = asyncio.Event()
        source = Handing(batches, leaving)
        reading = Reading(source, AwayAtFirst(intake, RecordedLog(log), away), Pulse(60.0), leaving)
        await asyncio.wait_for(reading.run(), 60)
        ends: dict[Place, int] = {}
        for record in log:
            ends[record.place] = record.offset + 1
        assert source.acknowledged == ends

    asyncio.run(take())


def strange(desk: Desk) -> Record:
    """A valid report with a field that nobody reads and a BSN that fails the eleven-test."""
    (line,) = records_of([report("d", "2026-11-02", "menzis/P9").line()])
    event = json.loads(line.value or b"")
    event["data"]["colour"] = "green"
    event["data"]["person"]["bsn"] = "123456789"
    return desk.record(line.topic, json.dumps(event).encode())


def test_every_metric_of_the_worker_moves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
        if any(one.event.reference == "poison" for one in accepted):
            raise ValueError
        take_up(cursor, accepted, configuration)

    monkeypatch.setattr(intake_module, "take_up", stumble)
    monkeypatch.setattr(reading_module, "FIRST_RETRY_SECONDS", 0.001)
    a = report("a", "2026-11-02", R1)
    facts = [a, a, replace(a, amount="7.00"), change("b", "2026-11-03", R1, "120.00")]
    facts += [withdraw("c", "2026-11-04", R1, "paid"), report("e", "2026-11-02", "welbions/poison")]
    log = [*desk.records(*facts), desk.record(RENT, b"{"), strange(desk)]
    unread = log[1]  # Faust reads past it
    before = counts()
    desk.intake._gapless = True
    take_through_the_reading(desk.intake, log, [log[:1], [r for r in log[1:] if r is not unread]], away=2)
    found = moved(before)
    assert set(found) | set(ELSEWHERE) == {entry.name for entry in metrics.ENTRIES}
    assert not set(found) & set(ELSEWHERE)
    assert found["signals_events_received_total"] == len(log)
    assert found["signals_events_received_total"] == (
        found["signals_events_stored_total"]
        + found["signals_events_duplicate_total"]
        + found["signals_events_quarantined_total"]
    )
    assert (found["signals_store_retries_total"], found["signals_batch_events"]) == (2, 2)
    assert found["signals_batch_seconds"] == found["signals_batch_events"]
    assert (found["signals_events_id_reused_total"], found["signals_records_recovered_total"]) == (1, 1)


def test_a_batch_that_is_tried_again_counts_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def shut_down(*_: object) -> None:
        raise pg.AdminShutdown

    a = report("a", "2026-11-02", R1)
    desk.take_in(a)
    before = counts()
    records = [*desk.records(a, replace(a, amount="7.00")), desk.record(RENT, b"{")]
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "note_progress", shut_down)
        with pytest.raises(StoreAwayError):
            desk.intake.store(records)
    assert moved(before) == {}
    desk.intake.store(records)
    desk.intake.store(records)
    counted = {name: number for name, number in moved(before).items() if name.startswith("signals_events_")}
    assert counted == {
        "signals_events_received_total": 3,
        "signals_events_duplicate_total": 2,
        "signals_events_id_reused_total": 1,
        "signals_events_quarantined_total": 1,
    }


def test_sectors_without_events_are_known_to_be_zero() -> None:
    shown = {s.labels["sector"] for f in metrics.REGISTRY.collect() for s in f.samples if "sector" in s.labels}
    assert shown == set(SECTORS)
