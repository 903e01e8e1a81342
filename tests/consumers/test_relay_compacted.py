"""Two relays, one killed in the middle, on a real Kafka that compacts: what its topic says is how the cases stand."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from signals.commands.eventfile import parse_event_line
from signals.commands.registers import shipped_policies
from signals.consumers.broker import admin_client, begin_offsets, end_offsets
from signals.consumers.intake import BatchIntake
from signals.consumers.last_words import all_words, count_records, is_empty, last_words
from signals.consumers.publisher import publishing
from signals.consumers.records import Record
from signals.consumers.relay import NotPublishedError, relay_once
from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.outgoing import CASES_TOPIC
from signals.embedded import Ending, child
from signals.embedded.children import KILLED, await_until
from signals.outreach.registers import load_policy, register_partners
from signals.outreach.release import release
from signals.reports import outgoing
from signals.settings import load_settings
from signals.simulation.files import wire_line
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate
from signals.store.database import transaction
from signals.store.outbox import depth
from tests.brokers.jars import NoKafkaError, fetched_jars
from tests.brokers.server import ApacheKafka
from tests.walk.terminal import command, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from signals.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.database]

SECONDS = 60.0
BATCH = 40
EAGER = "\nlog.cleaner.backoff.ms=100\nlog.initial.task.delay.ms=100\n"


@dataclass
class Town:
    """A database with the shipped policies, a broker of its own, and the months that come in."""

    engine: Engine
    settings: Settings
    database: str
    folder: Path
    intake: BatchIntake

    def take_in(self, records: list[Record]) -> None:
        for start in range(0, len(records), BATCH):
            self.intake.store(records[start : start + BATCH])

    def release_some(self) -> None:
        with transaction(self.engine) as cursor:
            cursor.execute(
                "SELECT id FROM cases WHERE waiting AND NOT held AND route = 'home-visit' ORDER BY id LIMIT 5"
            )
            release(cursor, [row[0] for row in cursor], actor="test")

    def waiting(self) -> int:
        with transaction(self.engine) as cursor:
            return depth(cursor)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with transaction(self.engine) as cursor:
            return cursor.execute(sql.encode()).fetchall()

    def relay(self, name: str, ending: Ending) -> Any:  # noqa: ANN401 - the context manager of `child`
        here = {"SIGNALS_DATABASE_URL": self.database, "SIGNALS_KAFKA_BOOTSTRAP": self.settings.kafka_bootstrap or ""}
        return child(command("relay"), surroundings(here), log=self.folder / f"{name}.log", ending=ending)

    def publish_and_fall(self) -> None:
        """As a relay that is killed between the broker's acknowledgement and its mark."""
        with publishing(self.settings) as send:

            def fall(messages: Iterable[Any]) -> int:
                send(messages)
                raise ConnectionAbortedError

            with pytest.raises(NotPublishedError):
                relay_once(self.engine, fall)

    def everything_out(self) -> None:
        assert await_until(lambda: self.waiting() == 0, SECONDS), self.waiting()

    def held(self) -> int:
        """How many records the topic holds."""
        begins, ends = begin_offsets(self.settings, [CASES_TOPIC]), end_offsets(self.settings, [CASES_TOPIC])
        return sum(count_records(self.settings, *place, begins[place], end) for place, end in ends.items())

    def published(self) -> int:
        """How many records the topic ever had."""
        return sum(end_offsets(self.settings, [CASES_TOPIC]).values())


@pytest.fixture
def kafka_alone(tmp_path: Path) -> Iterator[ApacheKafka]:
    """A Kafka of this test alone, which cleans its logs eagerly."""
    folder = tmp_path / "kafka"
    folder.mkdir()
    try:
        broker = ApacheKafka(fetched_jars(), folder)
    except NoKafkaError as missing:
        pytest.skip(f"needs a real Kafka, since it compacts: {missing}")
    with (folder / "server.properties").open("a", encoding="utf-8") as properties:
        properties.write(EAGER)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def town(engine: Engine, database: str, kafka_alone: ApacheKafka, tmp_path: Path) -> Town:
    settings = load_settings(database_url=database, kafka_bootstrap=kafka_alone.bootstrap, topic_partitions=2)
    apply_topics(settings, wanted_topics(settings, PARTNERS))
    with transaction(engine) as cursor:
        for policy in shipped_policies():
            load_policy(cursor, policy, actor="test")
        register_partners(cursor, PARTNERS, actor="test")
    return Town(engine, settings, database, tmp_path, BatchIntake(engine, "test-log"))


def months() -> list[Record]:
    """Two months of a small town, the later events first: so that cases change, close, and are removed."""
    lines = [parse_event_line(wire_line(wire)) for wire, _ in simulate("0141", 30_000, "2026-01", 2, 1)]
    offsets: dict[str, Iterator[int]] = defaultdict(itertools.count)
    return [Record(line.topic, 0, next(offsets[line.topic]), line.value, 0) for line in reversed(lines)]


def standing(town: Town) -> dict[str, Any]:
    """How every case stands that is not removed, as its event says it."""
    rows = town.rows(
        """SELECT id::text, jsonb_build_object('caseId', id::text, 'municipality', municipality, 'period', period,
            'state', state, 'route', route, 'score', score, 'multiple', multiple, 'consecutive', consecutive,
            'crisis', crisis, 'arrearsCount', arrears_count) FROM cases WHERE state <> 'removed'"""
    )
    return dict(rows)


def rebuilt(town: Town) -> dict[str, Any]:
    """The same, as a reader of the topic knows it that begins at the beginning."""
    last = last_words(town.settings, CASES_TOPIC, lambda value: value)
    return {key: json.loads(value)["data"] for key, value in last.items() if value is not None}


def told(town: Town) -> dict[str, list[bytes | None]]:
    """What the outbox has to say of each case, in its order."""
    words: dict[str, list[bytes | None]] = defaultdict(list)
    for key, body in town.rows("SELECT key, body FROM outbox WHERE topic = 'outreach.cases' ORDER BY id"):
        words[key].append(None if body is None else bytes(body))
    return words


def assert_in_order(heard: list[bytes | None], said: list[bytes | None]) -> None:
    """Everything was heard, first in its order; a repetition begins anew somewhere and comes to the end again."""
    firsts = [word for n, word in enumerate(heard) if word not in heard[:n]]
    assert firsts == [word for n, word in enumerate(said) if word not in said[:n]]
    assert heard[-1] == said[-1]


def assert_books_close(town: Town) -> None:
    with transaction(town.engine) as cursor:
        expected = outgoing.published(cursor)
        assert outgoing.told(cursor).faults == []
        words = last_words(town.settings, CASES_TOPIC, outgoing.mark_of)
        assert outgoing.on_the_topic(cursor, expected, words).faults == []


def compact(settings: Settings) -> None:
    """From now on every segment is closed soon, and cleaned as soon as it is closed."""
    eager = {
        "cleanup.policy": "compact",
        "segment.ms": "300",
        "min.cleanable.dirty.ratio": "0.001",
        "min.compaction.lag.ms": "0",
        "delete.retention.ms": "200",
    }
    with admin_client(settings) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, CASES_TOPIC, eager)])


def test_the_cases_are_rebuilt_from_the_compacted_topic_after_a_relay_was_killed(town: Town) -> None:
    records = months()
    part = len(records) // 3
    town.take_in(records[:part])
    assert is_empty(town.settings, CASES_TOPIC)
    town.publish_and_fall()
    assert not is_empty(town.settings, CASES_TOPIC)
    once = town.published()
    with town.relay("second", Ending(within=10.0)):
        with town.relay("first", KILLED) as first:
            town.take_in(records[part : 2 * part])
            assert await_until(lambda: town.published() > once, SECONDS)
            first.kill()
        town.release_some()
        town.take_in(records[2 * part :])
        town.everything_out()
        said = told(town)
        assert town.published() >= once + sum(map(len, said.values()))  # what fell was published twice
        heard: dict[str, list[bytes | None]] = defaultdict(list)
        for key, value in all_words(town.settings, CASES_TOPIC):
            heard[key].append(value)
        assert heard.keys() == said.keys()
        for key, words in said.items():
            assert_in_order(heard[key], words)
        assert rebuilt(town) == standing(town)
        assert any(words[-1] is None for words in said.values())  # some are removed,
        assert {case["state"] for case in rebuilt(town).values()} == {"open", "closed"}
        compact(town.settings)
        assert await_until(lambda: cleaned(town), SECONDS)
        town.everything_out()
        assert rebuilt(town) == standing(town)
        assert_books_close(town)


def cleaned(town: Town) -> bool:
    """Whether most of what later messages replaced is gone. Publishes to every partition: that closes segments."""
    town.rows(
        """UPDATE outbox SET published_at = NULL WHERE id IN (
            SELECT max(id) FROM outbox WHERE topic = 'outreach.cases' GROUP BY key ORDER BY 1 DESC LIMIT 10)
        RETURNING id"""
    )
    town.everything_out()
    return town.held() < 1.15 * len(standing(town))
