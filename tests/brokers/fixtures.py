"""The broker, its settings and its topics as fixtures."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final

import pytest

from signals.consumers.broker import admin_client
from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.partners import ArrearsTopic, Partner
from signals.settings import Settings, load_settings
from tests.brokers.jars import NoKafkaError, fetched_jars
from tests.brokers.server import ApacheKafka, Broker, EmbeddedBroker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SettingsFor = Callable[..., Settings]
TopicMaker = Callable[..., str]

INSIST_KAFKA: Final = bool(os.environ.get("SIGNALS_INSIST_KAFKA"))
NOT_PROVEN: Final = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Say last, after everything else, what a real Kafka would have proven."""
    yield
    reason = config.stash.get(NOT_PROVEN, None)
    if reason:
        terminalreporter.section("not proven on a real Kafka", yellow=True)
        terminalreporter.line(f"There is no real Apache Kafka here: {reason}.")
        terminalreporter.line("The tests marked `kafka` ran on the embedded broker; those that need a log that")
        terminalreporter.line("survives a restart were skipped. Install Java and Maven to prove them.")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker of this test session: a real Apache Kafka, where one can be had."""
    folder = tmp_path_factory.mktemp("broker")
    broker = _best_broker(folder, request.config)
    broker.start()
    yield broker
    broker.kill()


def _best_broker(folder: Path, config: pytest.Config) -> Broker:
    try:
        return ApacheKafka(fetched_jars(), folder)
    except NoKafkaError as missing:
        if INSIST_KAFKA:
            pytest.fail(f"SIGNALS_INSIST_KAFKA is set and there is no real Kafka: {missing}", pytrace=False)
        config.stash[NOT_PROVEN] = str(missing)
        return EmbeddedBroker(folder)


@pytest.fixture
def real_kafka(kafka: Broker) -> Broker:
    """The broker, for tests that restart it: only a real one keeps its log."""
    if not kafka.real:
        pytest.skip("needs a real Kafka: the embedded broker keeps nothing over a restart")
    return kafka


@pytest.fixture
def kafka_settings(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> SettingsFor:
    """Settings for the broker, with a consumer group of this test alone and a quick worker."""
    for name in [name for name in os.environ if name.startswith("SIGNALS_")]:
        monkeypatch.delenv(name)
    group = f"test-{secrets.token_hex(4)}"

    def settings_for(**given: object) -> Settings:
        quick = {"session_seconds": 3, "rebalance_seconds": 3, "heartbeat_seconds": 0.5, "discovery_seconds": 0.5}
        here = {"kafka_bootstrap": kafka.bootstrap, "kafka_group": group, "topic_partitions": 2}
        return load_settings(**{**quick, **here, **given})

    return settings_for


@pytest.fixture
def topics(kafka_settings: SettingsFor) -> Iterator[TopicMaker]:
    """Makes arrears topics with names of their own (`topics("health", 3)`); they are gone after the test."""
    made: list[str] = []

    def make(sector: str = "health", partitions: int = 2) -> str:
        partner = Partner(f"partner-{secrets.token_hex(6)}", sector, frozenset())
        settings = kafka_settings(topic_partitions=partitions)
        [wanted] = [one for one in wanted_topics(settings, [partner]) if ArrearsTopic.parse(one.name)]
        apply_topics(settings, [wanted])
        made.append(wanted.name)
        return wanted.name

    yield make
    with admin_client(kafka_settings()) as admin:
        admin.delete_topics(made)
