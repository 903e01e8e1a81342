"""Topics, publishing and offsets on the broker."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING

import pytest
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from signals.consumers.broker import (
    BrokerAwayError,
    BrokerLog,
    admin_client,
    begin_offsets,
    broker_log_id,
    end_offsets,
    topic_names,
)
from signals.consumers.discovery import arrears_topics
from signals.consumers.publisher import publish, publishing
from signals.consumers.topics import (
    CASES_TOPIC,
    LARGEST_RECORD,
    LARGEST_VALUE,
    WantedTopic,
    apply_topics,
    wanted_topics,
)
from signals.contract.partners import Partner
from signals.embedded.broker import free_port
from signals.errors import SignalsError
from tests.brokers.server import EmbeddedBroker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.brokers.fixtures import SettingsFor, TopicMaker
    from tests.brokers.server import Broker

kafka_test = pytest.mark.kafka


@pytest.fixture
def name(kafka_settings: SettingsFor) -> Iterator[str]:
    """A topic name that nobody has; the topic is gone afterwards."""
    name = f"feedback.partner-{secrets.token_hex(6)}"
    yield name
    with admin_client(kafka_settings()) as admin:
        if name in admin.list_topics():
            admin.delete_topics([name])


def config_of(settings_for: SettingsFor, name: str) -> dict[str, str]:
    with admin_client(settings_for()) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, name)
        described = admin.describe_configs([resource], config_filter="all")["topic"][name]
    return {key: entry["value"] for key, entry in described.items()}


def test_wanted_are_the_partners_topics_their_feedback_and_our_cases(kafka_settings: SettingsFor) -> None:
    partners = [Partner("welbions", "housing", frozenset()), Partner("menzis", "health", frozenset())]
    wanted = wanted_topics(kafka_settings(topic_partitions=6, topic_retention_days=2), partners)
    policies = {topic.name: (topic.partitions, topic.config["cleanup.policy"]) for topic in wanted}
    assert policies == {
        "arrears.health.menzis": (6, "delete"),
        "arrears.housing.welbions": (6, "delete"),
        "feedback.menzis": (1, "delete"),
        "feedback.welbions": (1, "delete"),
        CASES_TOPIC: (6, "compact"),
    }
    assert {topic.config.get("retention.ms") for topic in wanted} == {str(2 * 86_400_000), None}


@kafka_test
def test_applying_makes_a_topic_and_changes_nothing_the_second_time(kafka_settings: SettingsFor, name: str) -> None:
    wanted = [WantedTopic(name, 2, {"cleanup.policy": "delete", "max.message.bytes": str(LARGEST_RECORD)})]
    assert apply_topics(kafka_settings(), wanted) == [f"{name}: created with 2 partitions"]
    assert apply_topics(kafka_settings(), wanted) == []
    assert name in topic_names(kafka_settings())


@kafka_test
def test_applying_adjusts_what_differs(real_kafka: Broker, kafka_settings: SettingsFor, name: str) -> None:
    settings = kafka_settings()
    apply_topics(settings, [WantedTopic(name, 1, {"retention.ms": "1000"})])
    changed = apply_topics(settings, [WantedTopic(name, 3, {"retention.ms": "2000", "cleanup.policy": "compact"})])
    assert changed == [
        f"{name}: partitions 1 → 3",
        f"{name}: retention.ms 1000 → 2000",
        f"{name}: cleanup.policy delete → compact",
    ]
    assert config_of(kafka_settings, name)["retention.ms"] == "2000"
    assert real_kafka.real


@kafka_test
def test_partitions_never_become_fewer(kafka_settings: SettingsFor, name: str) -> None:
    apply_topics(kafka_settings(), [WantedTopic(name, 3, {})])
    assert apply_topics(kafka_settings(), [WantedTopic(name, 1, {})]) == []


def test_a_broker_that_cannot_add_partitions_is_left_with_a_note(tmp_path: Path, kafka_settings: SettingsFor) -> None:
    embedded = EmbeddedBroker(tmp_path)
    embedded.start()
    settings = kafka_settings(kafka_bootstrap=embedded.bootstrap)
    apply_topics(settings, [WantedTopic("arrears.health.menzis", 1, {})])
    changed = apply_topics(settings, [WantedTopic("arrears.health.menzis", 2, {})])
    embedded.stop()
    assert changed == ["arrears.health.menzis: left at 1 partitions, this broker cannot change that"]


@kafka_test
def test_more_copies_than_nodes_are_said_in_words(real_kafka: Broker, kafka_settings: SettingsFor, name: str) -> None:
    with pytest.raises(SignalsError, match="SIGNALS_TOPIC_REPLICATION"):
        apply_topics(kafka_settings(topic_replication=3), [WantedTopic(name, 1, {})])
    assert real_kafka.real


@kafka_test
def test_every_shape_of_record_is_published_and_counted(kafka_settings: SettingsFor, topics: TopicMaker) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    told: list[int] = []
    messages = [
        (topic, b"key", b"value"),
        (topic, None, b"value"),
        (topic, b"key", None),
        (topic, None, None),
        (topic, b"", b""),
        (topic, b"key", b"x" * LARGEST_VALUE),
    ]
    assert publish(settings, messages, told.append) == len(messages)
    assert told == [len(messages)]
    assert end_offsets(settings, [topic]) == {(topic, 0): len(messages)}


@kafka_test
@pytest.mark.parametrize("sizes", [[10], [10, 1], [1, 10, 5], []])
def test_end_offsets_count_whole_batches(sizes: list[int], kafka_settings: SettingsFor, topics: TopicMaker) -> None:
    settings, topic = kafka_settings(), topics(partitions=2)
    for size in sizes:
        publish(settings, ((topic, b"same key", b"x") for _ in range(size)))
    assert sum(end_offsets(settings, [topic, "arrears.health.not-there"]).values()) == sum(sizes)
    assert len(end_offsets(settings, [topic])) == 2


@kafka_test
def test_end_offsets_on_the_embedded_broker_count_whole_batches(tmp_path: Path, kafka_settings: SettingsFor) -> None:
    embedded = EmbeddedBroker(tmp_path)
    embedded.start()
    settings = kafka_settings(kafka_bootstrap=embedded.bootstrap)
    apply_topics(settings, [WantedTopic("arrears.health.menzis", 1, {})])
    publish(settings, (("arrears.health.menzis", None, b"x") for _ in range(10)))
    ends = end_offsets(settings, ["arrears.health.menzis"])
    begins = begin_offsets(settings, ["arrears.health.menzis"])
    embedded.stop()
    assert ends == {("arrears.health.menzis", 0): 10}
    assert begins == {("arrears.health.menzis", 0): 0}


@kafka_test
def test_begin_offsets_are_where_the_log_still_begins(
    real_kafka: Broker, kafka_settings: SettingsFor, topics: TopicMaker
) -> None:
    settings, topic = kafka_settings(), topics(partitions=2)
    for _ in range(2):
        publish(settings, ((topic, b"same key", b"x") for _ in range(5)))
    (place,) = [place for place, end in end_offsets(settings, [topic]).items() if end]
    with admin_client(settings) as admin:
        admin.delete_records({TopicPartition(*place): 7})
    begins = dict.fromkeys([(topic, 0), (topic, 1)], 0) | {place: 7}
    assert begin_offsets(settings, [topic, "arrears.health.not-there"]) == begins
    assert begin_offsets(settings, []) == {}
    assert real_kafka.real


@kafka_test
def test_one_connection_serves_many_rounds(kafka_settings: SettingsFor, topics: TopicMaker) -> None:
    settings, topic = kafka_settings(), topics(partitions=1)
    with publishing(settings) as send:
        assert [send([(topic, b"k", b"v")] * number) for number in (1, 0, 3)] == [1, 0, 3]
    assert end_offsets(settings, [topic]) == {(topic, 0): 4}


@kafka_test
def test_a_record_that_does_not_fit_is_an_error(kafka_settings: SettingsFor, topics: TopicMaker) -> None:
    settings, topic = kafka_settings(), topics()
    with pytest.raises(BrokerAwayError, match="MessageSizeTooLargeError"):
        publish(settings, [(topic, None, b"x" * (LARGEST_RECORD + 1))])


def test_a_broker_that_is_not_there_is_said_in_words(kafka_settings: SettingsFor) -> None:
    settings = kafka_settings(kafka_bootstrap=f"127.0.0.1:{free_port()}")
    with pytest.raises(BrokerAwayError, match=f"{settings.kafka_bootstrap} cannot be used"):
        topic_names(settings)


@kafka_test
def test_the_log_is_named_by_the_cluster_or_by_the_setting(kafka_settings: SettingsFor) -> None:
    assert broker_log_id(kafka_settings(kafka_log_id="mine")) == "mine"
    assert broker_log_id(kafka_settings()) == broker_log_id(kafka_settings()) != ""


@kafka_test
def test_arrears_topics_are_those_of_the_borders(kafka_settings: SettingsFor, topics: TopicMaker, name: str) -> None:
    made = {topics("housing"), topics("other")}
    apply_topics(kafka_settings(), [WantedTopic(name, 1, {})])
    found = arrears_topics(kafka_settings())
    assert made <= found
    assert name not in found


@kafka_test
def test_one_client_tells_the_ends_over_a_restart_of_the_broker(
    real_kafka: Broker, kafka_settings: SettingsFor, topics: TopicMaker, caplog: pytest.LogCaptureFixture
) -> None:
    settings, topic = kafka_settings(), topics("water", partitions=1)
    publish(settings, [(topic, b"k", b"v")] * 3)
    with contextlib.closing(BrokerLog(settings)) as log:
        assert log.ends([topic]) == {(topic, 0): 3}
        client = log._consumer
        assert log.ends([topic]) == {(topic, 0): 3}
        assert log._consumer is client
        real_kafka.kill()
        try:
            with pytest.raises(BrokerAwayError):
                log.ends([topic])
            assert log._consumer is None  # a client that was kept would go on looking for the broker by itself
        finally:
            real_kafka.start()
        publish(settings, [(topic, b"k", b"v")])
        assert log.ends([topic]) == {(topic, 0): 4}
    assert "Cancelled" not in caplog.text
