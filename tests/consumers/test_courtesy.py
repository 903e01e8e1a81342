"""What another worker has in hand waits for the next batch, with all that belongs to it; nothing is lost by it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from signals import metrics
from signals.consumers import courtesy
from signals.consumers import intake as intake_module
from signals.consumers.complete import CompleteIntake, MissingRecordsError
from signals.consumers.courtesy import MOST_TIMES
from signals.consumers.intake import BatchIntake
from signals.consumers.records import StoreAwayError
from signals.outreach.take_up import take_up
from signals.reports.reconcile import reconcile
from signals.store.database import transaction
from signals.store.locks import in_other_hands
from tests.laws.system import LOG
from tests.reference.notation import change, report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.records import Place, Record
    from signals.outreach.configuration import Configuration
    from signals.outreach.rows import Accepted
    from signals.store.database import Cursor
    from signals.store.locks import AddressKey
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]

STORED = "SELECT event_id FROM events ORDER BY id"


@pytest.fixture
def intake(desk: Desk) -> BatchIntake:
    return BatchIntake(desk.system.engine, LOG, gapless=True)


@contextmanager
def in_hand(desk: Desk, *numbers: int) -> Iterator[None]:
    """Another worker has the households at these homes in hand."""
    homes: list[AddressKey] = [("0141", "7607GC", number, "") for number in numbers]
    with transaction(desk.system.engine) as cursor:
        assert in_other_hands(cursor, homes) == set()
        yield


def stored(desk: Desk) -> list[str]:
    return [row[0] for row in desk.system.rows(STORED)]


def offsets(records: Sequence[Record]) -> list[int]:
    return [record.offset for record in records]


def faults(desk: Desk) -> list[str]:
    with transaction(desk.system.engine) as cursor:
        return reconcile(cursor, LOG, {}, desk.ends, lambda: desk.ends).faults


def test_the_reports_at_a_home_in_other_hands_wait_for_the_next_batch(desk: Desk, intake: BatchIntake) -> None:
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n % 4 + 1) for n in range(8)))
    with in_hand(desk, 2):
        assert list(intake.store(records).values()) == [1]
        assert offsets(intake.put_off()) == [1, 5]
        assert len(stored(desk)) == 6
        (fault,) = faults(desk)
        assert "offsets 1 to 7 (but for 5 of them) are not taken in" in fault
    more = desk.records(report("later", "2026-11-03", "welbions/R9", at=2))
    assert list(intake.store([*intake.put_off(), *more]).values()) == [9]
    assert intake.put_off() == []
    assert sorted(stored(desk)) == [*(f"e{n}" for n in range(8)), "later"]
    assert faults(desk) == []


def test_what_is_said_of_the_same_arrears_or_under_the_same_key_waits_too(desk: Desk, intake: BatchIntake) -> None:
    records = desk.records(
        report("a", "2026-11-02", "welbions/R1", at=1),
        report("b", "2026-11-02", "welbions/R2", at=2),
        change("c", "2026-11-03", "welbions/R1", "700"),
        report("a", "2026-11-04", "welbions/R3", at=3),
    )
    with in_hand(desk, 1):
        intake.store(records)
        assert stored(desk) == ["b"]
        assert offsets(intake.put_off()) == [0, 2, 3]
    intake.store(intake.put_off())
    assert stored(desk) == ["b", "a", "c"]
    assert desk.system.summary()["duplicates"] == 1


def test_a_change_of_arrears_that_are_known_at_a_home_in_other_hands_waits(desk: Desk, intake: BatchIntake) -> None:
    intake.store(desk.records(report("a", "2026-11-02", "welbions/R1", at=1)))
    changes = desk.records(
        change("b", "2026-11-03", "welbions/R1", "700"), change("c", "2026-11-03", "welbions/R8", "7")
    )
    with in_hand(desk, 1):
        intake.store(changes)
        assert stored(desk) == ["a", "c"]
    intake.store(intake.put_off())
    assert stored(desk) == ["a", "c", "b"]


def test_after_a_few_times_the_batch_waits_no_matter_what(desk: Desk, intake: BatchIntake) -> None:
    records = desk.records(report("a", "2026-11-02", "welbions/R1", at=1))
    with in_hand(desk, 1):
        for _ in range(MOST_TIMES):
            intake.store(records)
            assert offsets(intake.put_off()) == [0]
            assert stored(desk) == []
        intake.store(records)  # nobody locked the household itself here
        assert stored(desk) == ["a"]
    assert intake.put_off() == []


def test_a_batch_that_failed_does_not_begin_to_count_anew(desk: Desk, intake: BatchIntake) -> None:
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(3)))
    with in_hand(desk, 1):
        for _ in range(MOST_TIMES):
            intake.store(records[:1])
            with pytest.raises(MissingRecordsError):
                intake.store(records[2:])
        intake.store(records[:1])
    assert stored(desk) == ["e0"]


def test_what_a_filling_hands_over_waits_and_is_not_put_off(desk: Desk, intake: BatchIntake) -> None:
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(4)))

    class Broker:
        asked = 0

        def read(self, hole: Hole) -> list[Record]:
            self.asked += 1
            return records[hole[2] : hole[3]]

        def ends(self, topics: Iterable[str]) -> Mapping[Place, int]:
            raise AssertionError(topics)

    broker = Broker()
    whole = CompleteIntake(intake, broker)
    with in_hand(desk, 2, 4):
        assert list(whole.store(records[3:]).values()) == [3]
        assert (broker.asked, offsets(whole.put_off())) == (1, [3])
    whole.store(whole.put_off())
    assert stored(desk) == ["e0", "e1", "e2", "e3"]


def test_nobody_is_asked_about_more_homes_than_there_is_room_for(
    desk: Desk, intake: BatchIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courtesy, "MOST_ADDRESSES", 1)
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(2)))
    with in_hand(desk, 1):
        intake.store(records)
    assert stored(desk) == ["e0", "e1"]


def test_who_reads_a_partition_anew_takes_in_what_was_put_off_and_nothing_twice(
    desk: Desk, intake: BatchIntake
) -> None:
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(4)))
    with in_hand(desk, 2):
        (at,) = intake.store(records).values()
    another = BatchIntake(desk.system.engine, LOG, gapless=True)
    another.store(records[at:])
    assert stored(desk) == ["e0", "e2", "e3", "e1"]
    assert desk.system.summary()["duplicates"] == 0
    assert faults(desk) == []


def test_a_batch_that_has_to_be_split_puts_nothing_off(
    desk: Desk, intake: BatchIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison(monkeypatch, "e2")
    records = desk.records(*(report(f"e{n}", "2026-11-02", f"welbions/R{n}", at=n + 1) for n in range(4)))
    with in_hand(desk, 1, 4):
        assert list(intake.store(records).values()) == [4]
    assert intake.put_off() == []
    assert stored(desk) == ["e0", "e1", "e3"]
    assert desk.system.summary()["quarantined"] == {"internal-error": 1}


def poison(monkeypatch: pytest.MonkeyPatch, event_id: str) -> None:
    """A fault of ours in taking up this event."""

    def failing(cursor: Cursor, accepted: Sequence[Accepted], configuration: Configuration) -> None:
        if any(one.event.id == event_id for one in accepted):
            raise ZeroDivisionError
        take_up(cursor, accepted, configuration)

    monkeypatch.setattr(intake_module, "take_up", failing)


def test_workers_that_meet_at_the_same_homes_store_everything_once(desk: Desk) -> None:
    """Each with partitions of its own, as the group gives them out; another one has some homes in hand meanwhile."""
    facts = [
        [report(f"{place}-{n}", "2026-11-02", f"{place}/R{n}", at=n % 7 + 1) for n in range(60)]
        for place in ("welbions", "menzis", "vitens")
    ]
    before = metrics.RECORDS_PUT_OFF._value.get()
    workers = [threading.Thread(target=work, args=(desk, desk.records(*mine))) for mine in facts]
    with in_hand(desk, 1, 5):
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    assert metrics.RECORDS_PUT_OFF._value.get() > before
    assert sorted(stored(desk)) == sorted(fact.id for mine in facts for fact in mine)
    assert desk.system.summary()["duplicates"] == 0
    assert faults(desk) == []


def work(desk: Desk, records: Sequence[Record]) -> None:
    """As one worker does it: batch by batch, what was put off first, until nothing is left."""
    intake = BatchIntake(desk.system.engine, LOG, gapless=True)
    for start in range(0, len(records), 10):
        keep_on(intake, records[start : start + 10])
    while intake.put_off():
        keep_on(intake, [])


def keep_on(intake: BatchIntake, records: Sequence[Record]) -> None:
    handed = [*intake.put_off(), *records]
    for _ in range(50):
        try:
            intake.store(handed)
        except StoreAwayError:
            continue
        return
    raise AssertionError("the database was never there")
