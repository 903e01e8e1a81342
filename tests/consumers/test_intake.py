"""Each record is stored, a duplicate, or in quarantine, exactly once: on the real database, with faults."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors as pg

from signals import metrics
from signals.consumers import gate
from signals.consumers import intake as intake_module
from signals.consumers.complete import MissingRecordsError
from signals.consumers.intake import BatchIntake
from signals.consumers.records import OutOfDateError, Record, StoreAwayError
from signals.outreach.take_up import take_up
from signals.reports.reconcile import reconcile
from signals.store import inbox, pauses
from signals.store.database import engine_for, transaction
from tests.contract.examples import DIRECTORY, INVALID, VALID
from tests.laws.system import LOG
from tests.reference.notation import change, report, withdraw
from tests.reference.wire import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signals.outreach.configuration import Configuration
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from tests.outreach.desk import Desk
    from tests.reference.wire import Fact

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

R1 = "welbions/R1"
RENT = "arrears.housing.welbions"
POISON = "poison"


def fates(desk: Desk) -> dict[str, object]:
    """Stored, duplicates and quarantined as the summary counts them."""
    document = desk.system.summary()
    return {name: document[name] for name in ("published", "stored", "duplicates", "quarantined")}


def assert_books_close(desk: Desk) -> None:
    """Broker offsets and tables agree."""
    with transaction(desk.system.engine) as cursor:
        found = reconcile(cursor, LOG, {}, desk.ends, lambda: desk.ends)
    assert found.faults == []


def rents(count: int, *, first: int = 0) -> list[Fact]:
    return [report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(first, first + count)]


def test_a_batch_handed_over_again_has_no_second_effect(desk: Desk) -> None:
    records = desk.records(*rents(3))
    desk.intake.store(records)
    outbox = desk.outbox()
    desk.intake.store(records)
    assert fates(desk) == {"published": 3, "stored": 3, "duplicates": 0, "quarantined": {}}
    assert desk.outbox() == outbox
    assert_books_close(desk)


def test_overlapping_batches(desk: Desk) -> None:
    records = desk.records(*rents(6))
    desk.intake.store(records[:4])
    desk.intake.store(records[2:])
    assert fates(desk) == {"published": 6, "stored": 6, "duplicates": 0, "quarantined": {}}
    assert_books_close(desk)


def test_a_zombie_with_older_offsets_changes_nothing(desk: Desk) -> None:
    records = [*desk.records(*rents(4)), desk.record(RENT, b"{")]
    desk.intake.store(records)
    BatchIntake(desk.system.engine, LOG).store(records[:2])
    BatchIntake(desk.system.engine, LOG).store(records[4:])
    assert desk.system.rows("SELECT next_offset FROM progress") == [(5,)]
    assert fates(desk) == {"published": 5, "stored": 4, "duplicates": 0, "quarantined": {"not-json": 1}}
    assert_books_close(desk)


def test_another_broker_has_offsets_of_its_own(desk: Desk) -> None:
    records = desk.records(*rents(2))
    desk.intake.store(records)
    BatchIntake(desk.system.engine, "another-log").store(records)
    assert fates(desk) == {"published": 4, "stored": 2, "duplicates": 2, "quarantined": {}}


def test_duplicates_are_counted_in_the_batch_and_over_batches(desk: Desk) -> None:
    a = report("a", "2026-11-02", R1)
    desk.take_in(a, a, a)
    desk.take_in(a)
    assert fates(desk) == {"published": 4, "stored": 1, "duplicates": 3, "quarantined": {}}
    assert desk.system.rows("SELECT duplicates, reused FROM inbox") == [(3, 0)]
    assert_books_close(desk)


def test_an_id_reused_for_something_else_is_noted(desk: Desk) -> None:
    reused = metrics.ID_REUSED._value.get()
    a = report("a", "2026-11-02", R1, "100.00")
    desk.take_in(a, replace(a, amount="200.00"))
    desk.take_in(replace(a, reference="R2"), a, withdraw("a", "2026-11-02", R1, "paid"))
    assert fates(desk) == {"published": 5, "stored": 1, "duplicates": 4, "quarantined": {}}
    assert desk.system.rows("SELECT partner_id, duplicates, reused FROM inbox") == [("welbions", 4, 3)]
    assert metrics.ID_REUSED._value.get() - reused == 3
    assert desk.lines() == {"7607GC 12 2026-11": "open letter 1"}


def test_the_same_id_of_another_source_is_another_event(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1), report("a", "2026-11-02", "menzis/P9"))
    assert fates(desk)["stored"] == 2


def test_a_quarantined_event_takes_no_key(desk: Desk) -> None:
    wrong, right = report("a", "2026-11-02", R1, "0.00"), report("a", "2026-11-02", R1)
    desk.take_in(wrong)
    desk.take_in(right)
    assert fates(desk) == {"published": 2, "stored": 1, "duplicates": 0, "quarantined": {"amount-invalid": 1}}


def test_the_same_bad_bytes_twice_make_two_rows(desk: Desk) -> None:
    records = [desk.record(RENT, b"{"), desk.record(RENT, b"{")]
    desk.intake.store(records)
    desk.intake.store(records)
    rows = desk.system.rows('SELECT "offset", code, original FROM quarantine ORDER BY 1')
    assert [(offset, code, bytes(original)) for offset, code, original in rows] == [
        (offset, "not-json", b"{") for offset in range(desk.ends[RENT, 0] - 2, desk.ends[RENT, 0])
    ]


def test_a_record_without_value_is_kept_as_such(desk: Desk) -> None:
    desk.intake.store([desk.record(RENT, None)])
    assert desk.system.rows("SELECT code, original FROM quarantine") == [("not-json", None)]


def test_published_is_stored_and_quarantined_and_duplicates_on_the_contracts_examples(desk: Desk) -> None:
    desk.begin(partners=[*DIRECTORY.partners.values()])
    examples = [example for pair in zip(VALID * 4, INVALID, strict=False) for example in pair]
    examples += INVALID[len(VALID * 4) :] + VALID
    desk.intake.store([desk.record(example.topic.name, example.value) for example in examples])
    document = desk.system.summary()
    codes = [example.code for example in examples if example.code]
    assert document["quarantined"] == {code: codes.count(code) for code in sorted(set(codes))}
    assert document["stored"] == desk.system.rows("SELECT count(*) FROM events")[0][0] > 0
    assert document["published"] == len(examples)
    assert document["stored"] + document["duplicates"] + len(codes) == len(examples)
    assert sum(document["signal_status"].values()) == desk.system.rows("SELECT count(*) FROM reports")[0][0]
    assert_books_close(desk)


@dataclass
class Fault:
    """`take_up` with a fault before its work; `stored` tells what was asked, batch by batch."""

    strike: Callable[[Cursor, Sequence[Accepted]], None]
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
        self.asked.append([one.event.id for one in accepted])
        self.strike(cursor, accepted)
        take_up(cursor, accepted, configuration)


def strike_poison(cursor: Cursor, accepted: Sequence[Accepted]) -> None:
    if any(one.event.reference.startswith(POISON) for one in accepted):
        cursor.execute("SELECT 1 / 0")  # as a bug of ours would: the transaction is spoiled


def quarantine_rows(desk: Desk) -> list[tuple[int, str]]:
    return [(offset, code) for offset, code in desk.system.rows('SELECT "offset", code FROM quarantine ORDER BY id')]


@pytest.mark.parametrize("place", [0, 3, 7, 8])
def test_a_poison_event_stands_alone_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    facts = rents(8)
    facts.insert(place, report("bad", "2026-11-02", f"welbions/{POISON}"))
    fault = Fault(strike_poison)
    monkeypatch.setattr(intake_module, "take_up", fault)
    records = desk.records(*facts)
    desk.intake.store(records)
    assert quarantine_rows(desk) == [(records[place].offset, "internal-error")]
    assert bytes(desk.system.rows("SELECT original FROM quarantine")[0][0]) == records[place].value
    assert set(desk.statuses()) == {fact.id for fact in facts} - {"bad"}
    stored = [event for (event,) in desk.system.rows("SELECT event_id FROM events ORDER BY id")]
    assert stored == [fact.id for fact in facts if fact.id != "bad"]  # in the order of the batch
    assert fates(desk) == {"published": 9, "stored": 8, "duplicates": 0, "quarantined": {"internal-error": 1}}
    assert_books_close(desk)


def test_two_poison_events_on_two_topics(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "take_up", Fault(strike_poison))
    desk.take_in(
        report("x", "2026-11-02", f"welbions/{POISON}"),
        report("a", "2026-11-02", R1),
        report("y", "2026-11-02", f"menzis/{POISON}"),
        report("b", "2026-11-02", "menzis/P9"),
        report("b", "2026-11-02", "menzis/P9"),
    )
    assert fates(desk) == {"published": 5, "stored": 2, "duplicates": 1, "quarantined": {"internal-error": 2}}
    assert desk.lines() == {"7607GC 12 2026-11": "open home-visit 2"}
    assert_books_close(desk)


def test_a_poison_event_tells_nothing_of_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def strike(_: Cursor, accepted: Sequence[Accepted]) -> None:
        raise ValueError(f"cannot take {accepted[0].event}")

    monkeypatch.setattr(intake_module, "take_up", Fault(strike))
    desk.take_in(report("a", "2026-11-02", "welbions/Wierdenga-1", surname="Wierdenga"))
    ((message,),) = desk.system.rows("SELECT message FROM quarantine")
    assert "ValueError" in message
    assert "Wierdenga" not in message + caplog.text


def test_a_poison_event_handed_over_again_stays_one_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "take_up", Fault(strike_poison))
    records = desk.records(report("x", "2026-11-02", f"welbions/{POISON}"), *rents(2))
    desk.intake.store(records)
    desk.intake.store(records)
    assert fates(desk) == {"published": 3, "stored": 2, "duplicates": 0, "quarantined": {"internal-error": 1}}


def terminate(cursor: Cursor, _: Sequence[Accepted]) -> None:
    """The backend of this transaction is shot from another connection, as when the database goes away."""
    info = cursor.connection.info
    with psycopg.connect(
        host=info.host, port=info.port, dbname=info.dbname, user=info.user, password=info.password, autocommit=True
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (info.backend_pid,))


@pytest.mark.parametrize("late", [False, True], ids=["before the work", "after it"])
def test_a_lost_connection_stores_nothing_and_says_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    def afterwards(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
        take_up(cursor, accepted, configuration)
        terminate(cursor, accepted)

    records = [*desk.records(*rents(3), *rents(1)), desk.record(RENT, b"{")]
    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "take_up", afterwards if late else Fault(terminate))
        with pytest.raises(StoreAwayError, match="the database cannot take the batch now"):
            desk.intake.store(records)
    for table in ("inbox", "events", "reports", "cases", "quarantine", "progress", "outbox"):
        assert desk.system.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    desk.intake.store(records)
    assert fates(desk) == {"published": 5, "stored": 3, "duplicates": 1, "quarantined": {"not-json": 1}}
    assert_books_close(desk)


def test_a_household_that_is_locked_for_long_says_again_later(desk: Desk, desk_database: str) -> None:
    desk.take_in(report("a", "2026-11-02", R1))
    impatient = engine_for(desk_database, options="-c lock_timeout=100ms")
    try:
        intake = BatchIntake(impatient, LOG)
        records = desk.records(report("b", "2026-11-02", "menzis/P9"), change("c", "2026-11-03", R1, "120.00"))
        with transaction(desk.system.engine) as holding:
            holding.execute("SELECT id FROM households FOR UPDATE")
            with pytest.raises(StoreAwayError):
                intake.store(records)
        assert desk.system.rows("SELECT count(*) FROM quarantine") == [(0,)]
        assert fates(desk)["stored"] == 1
        intake.store(records)
    finally:
        impatient.dispose()
    assert fates(desk) == {"published": 3, "stored": 3, "duplicates": 0, "quarantined": {}}
    assert desk.lines() == {"7607GC 12 2026-11": "open home-visit 2"}


@pytest.mark.parametrize(
    ("trouble", "raised"), [(pg.DiskFull("no room"), StoreAwayError), (KeyError("ours"), KeyError)]
)
def test_when_even_quarantine_cannot_be_written_nothing_is_acknowledged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trouble: Exception, raised: type[Exception]
) -> None:
    def fail(error: Exception) -> Callable[..., None]:
        def failing(*_: object) -> None:
            raise error

        return failing

    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "take_up", fail(ValueError("the event's own")))
        broken.setattr(inbox, "quarantine", fail(trouble))
        records = desk.records(*rents(1))
        with pytest.raises(raised):
            desk.intake.store(records)
    assert desk.system.rows("SELECT 1 FROM progress") == []
    desk.intake.store(records)
    assert fates(desk) == {"published": 1, "stored": 1, "duplicates": 0, "quarantined": {}}


def test_tables_of_another_version_end_the_worker_and_quarantine_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def older(*_: object) -> None:
        raise pg.UndefinedColumn("column of tomorrow")

    records = desk.records(*rents(3))
    with monkeypatch.context() as broken:
        broken.setattr(intake_module, "take_up", older)
        with pytest.raises(OutOfDateError, match="signals db upgrade"):
            desk.intake.store(records)
    assert desk.system.rows("SELECT 1 FROM quarantine") == []
    desk.intake.store(records)
    assert fates(desk)["stored"] == 3


@pytest.mark.parametrize("timestamp_ms", [-1, 0, 1, 1_700_000_000, 253_402_300_800_000, 10**18])
def test_a_clock_that_cannot_be_right_counts_as_now(desk: Desk, timestamp_ms: int) -> None:
    (record,) = desk.records(*rents(1))
    desk.intake.store([replace(record, timestamp_ms=timestamp_ms)])
    assert desk.system.rows("SELECT now() - received_at < interval '1 minute' FROM events") == [(True,)]


def test_a_gapless_intake_refuses_what_comes_too_early(desk: Desk) -> None:
    intake = BatchIntake(desk.system.engine, LOG, gapless=True)
    records = desk.records(*rents(4))
    with pytest.raises(MissingRecordsError) as missing:
        intake.store(records[2:])
    assert desk.system.rows("SELECT 1 FROM events") == []
    assert missing.value.hole[2:] == (0, 2)
    intake.confirm(missing.value.hole)
    intake.store(records[2:])
    assert intake.positions() == {(records[0].topic, 0): 4}


def counts(desk: Desk) -> list[tuple[int, ...]]:
    """Of each partition: where it began, what was passed over, where it is."""
    return desk.system.rows("SELECT first_offset, passed_over, next_offset FROM progress ORDER BY topic, partition")


def test_what_was_passed_over_is_counted_and_what_lay_before_the_first_record_is_not(desk: Desk) -> None:
    records = desk.records(*rents(12))
    desk.intake.store([records[3], records[4], records[7]])
    assert counts(desk) == [(3, 2, 8)]
    desk.intake.store(records[6:9])  # two of them are read again
    desk.intake.store([records[11]])
    assert counts(desk) == [(3, 4, 12)]
    assert fates(desk) == {"published": 5, "stored": 5, "duplicates": 0, "quarantined": {}}


def test_a_partition_of_which_nothing_was_taken_in_has_not_begun(desk: Desk) -> None:
    records = desk.records(*rents(9))
    with transaction(desk.system.engine) as cursor:
        pauses.pause(cursor, RENT, "flood")
    desk.intake.store(records[2:5])
    assert counts(desk) == [(0, 0, 0)]
    with transaction(desk.system.engine) as cursor:
        gate.resume(cursor, [RENT], actor="somebody")
    desk.intake.store(records[5:8])
    assert counts(desk) == [(5, 0, 8)]


def test_two_workers_with_the_same_records_store_them_once(desk: Desk) -> None:
    facts = [report(f"e{n}", "2026-11-02", f"welbions/R{n % 4}", str(100 + n), at=n % 3 + 1) for n in range(40)]
    records = desk.records(*facts)
    away: list[StoreAwayError] = []

    def work(intake: BatchIntake) -> None:
        for start in range(0, len(records), 8):
            try:
                intake.store(records[start : start + 8])
            except StoreAwayError as error:
                away.append(error)

    workers = [threading.Thread(target=work, args=(BatchIntake(desk.system.engine, LOG),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert away == []
    assert fates(desk) == {"published": 40, "stored": 40, "duplicates": 0, "quarantined": {}}
    assert_books_close(desk)


def test_what_a_record_says_of_its_time_is_the_day_of_receipt(desk: Desk) -> None:
    (record,) = desk.records(report("a", "2026-11-02", R1))
    at = 1_793_660_400_000  # 2026-11-02T23:00:00Z, the third in Almelo
    desk.intake.store([replace(record, timestamp_ms=at)])
    assert desk.case("7607GC 12 2026-11").received_on.isoformat() == "2026-11-03"


def test_a_moment_to_come_counts_as_now(desk: Desk) -> None:
    (record,) = desk.records(report("a", "2026-11-02", R1))
    desk.intake.store([Record(record.topic, 0, record.offset, record.value, 9_999_999_999_000)])
    assert desk.system.rows("SELECT received_at <= now() FROM inbox") == [(True,)]


def test_a_partner_may_not_speak_for_another(desk: Desk) -> None:
    desk.take_in(report("a", "2026-11-02", R1, source=source_of("menzis")))
    assert fates(desk)["quarantined"] == {"source-mismatch": 1}


def test_a_record_handed_over_twice_in_one_batch_counts_once(desk: Desk) -> None:
    good, bad = desk.records(*rents(1))[0], desk.record(RENT, b"{")
    desk.intake.store([good, good, bad, bad, good])
    assert fates(desk) == {"published": 2, "stored": 1, "duplicates": 0, "quarantined": {"not-json": 1}}
