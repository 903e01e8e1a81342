"""What a client reads past is fetched by itself: the law of `complete`, on fakes and on a real broker."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.consumers.broker import BrokerLog
from signals.consumers.complete import CompleteIntake, MissingRecordsError
from signals.consumers.records import Record
from signals.consumers.standing import Watch

from .test_worker import publish_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.consumers.complete import Hole
    from signals.consumers.records import Place
    from tests.brokers.fixtures import SettingsFor, TopicMaker

TOPIC = "arrears.water.vitens"


class Shelf:
    """An intake in memory that refuses gaps, as the database does."""

    def __init__(self) -> None:
        self.stored: list[int] = []
        self.next = 0
        self.holes: set[Hole] = set()

    def store(self, records: Sequence[Record], *, waits: bool = False) -> dict[Place, int]:
        expected, fresh = self.next, [record for record in records if record.offset >= self.next]
        for record in fresh:
            if record.offset > expected and (TOPIC, 0, expected, record.offset) not in self.holes:
                raise MissingRecordsError(TOPIC, 0, expected, record.offset)
            expected = record.offset + 1
        self.stored += [record.offset for record in fresh]
        self.next = expected
        return self.positions()

    def paused(self) -> frozenset[str]:
        return frozenset()

    def put_off(self) -> Sequence[Record]:
        return ()

    def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    def refresh_paused(self) -> frozenset[str]:
        return frozenset()

    def confirm(self, hole: Hole) -> None:
        self.holes.add(hole)

    def positions(self) -> dict[Place, int]:
        return {(TOPIC, 0): self.next} if self.next else {}


class Held:
    """A broker that holds these offsets, and gives at most three at once."""

    def __init__(self, offsets: Iterable[int]) -> None:
        self.offsets = sorted(offsets)

    def read(self, hole: Hole) -> list[Record]:
        return [record(offset) for offset in self.offsets if hole[2] <= offset < hole[3]][:3]

    def ends(self, topics: Iterable[str]) -> dict[Place, int]:
        return {(topic, 0): self.offsets[-1] + 1 for topic in topics}


def record(offset: int) -> Record:
    return Record(TOPIC, 0, offset, b"", 0)


@given(st.sets(st.integers(0, 40), min_size=1), st.data())
def test_whatever_is_handed_over_all_that_the_broker_holds_is_stored_in_order(
    held: set[int], data: st.DataObject
) -> None:
    shelf = Shelf()
    broker = Held(held)
    intake = CompleteIntake(shelf, broker)
    watch = Watch(intake, broker, intake.catch_up)
    for _ in range(data.draw(st.integers(1, 4))):
        batch = data.draw(st.lists(st.sampled_from(sorted(held)), unique=True))
        intake.store([record(offset) for offset in sorted(batch)])
    for now in range(len(held) + 2):
        watch.look([(TOPIC, 0)], now)
    assert shelf.stored == sorted(held)


def test_what_is_stored_of_a_gap_and_what_comes_after_it_is_told_together() -> None:
    intake = CompleteIntake(Shelf(), Held(range(10)))
    assert intake.store([record(8)]) == {(TOPIC, 0): 9}
    assert intake.store([]) == {}


def test_a_topic_that_is_paused_while_a_gap_is_filled_waits_with_the_rest() -> None:
    class Paused(Shelf):
        def paused(self) -> frozenset[str]:
            return frozenset({TOPIC}) if self.next > 1 else frozenset()

    shelf = Paused()
    assert CompleteIntake(shelf, Held(range(10))).store([record(8)]) == {(TOPIC, 0): 3}
    assert shelf.stored == [0, 1, 2]


def test_a_partition_that_moves_is_left_to_its_reader() -> None:
    shelf, broker = Shelf(), Held(range(10))
    intake = CompleteIntake(shelf, broker)
    watch = Watch(intake, broker, intake.catch_up)
    watch.look([(TOPIC, 0)], 0.0)
    intake.store([record(0)])
    watch.look([(TOPIC, 0)], 1.0)
    assert shelf.stored == [0]
    watch.look([(TOPIC, 0)], 2.0)
    assert shelf.stored == [0, 1, 2, 3]


@pytest.mark.kafka
def test_the_broker_tells_what_it_holds(kafka_settings: SettingsFor, topics: TopicMaker) -> None:
    settings, topic = kafka_settings(), topics("water", partitions=1)
    publish_to(settings, topic, 20)
    with contextlib.closing(BrokerLog(settings)) as broker:
        assert broker.ends([topic]) == {(topic, 0): 20}
        assert broker.ends([topic, "arrears.water.not-there"]) == {(topic, 0): 20}
        assert [one.offset for one in broker.read((topic, 0, 3, 7))] == [3, 4, 5, 6]
        assert broker.read((topic, 0, 20, 20)) == []
        publish_to(settings, topic, 5)
        other = topics("health", partitions=2)  # made after the client was
        assert broker.ends([topic, other]) == {(topic, 0): 25, (other, 0): 0, (other, 1): 0}
