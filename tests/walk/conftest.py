"""An installation of this test alone: a migrated database, both policies, the broker, and names nobody else uses."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from signals.consumers.broker import admin_client
from signals.settings import load_settings
from tests.walk.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.brokers.server import Broker

QUICK = {
    "SIGNALS_SESSION_SECONDS": "3",
    "SIGNALS_REBALANCE_SECONDS": "3",
    "SIGNALS_HEARTBEAT_SECONDS": "0.5",
    "SIGNALS_DISCOVERY_SECONDS": "0.5",
    "SIGNALS_TOPIC_PARTITIONS": "2",
}


@pytest.fixture
def installation(database: str, kafka: Broker, tmp_path: Path) -> Iterator[Installation]:
    group = f"walk-{secrets.token_hex(4)}"
    environment = {
        **QUICK,
        "SIGNALS_DATABASE_URL": database,
        "SIGNALS_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "SIGNALS_KAFKA_GROUP": group,
        "SIGNALS_FOLDER": str(tmp_path / "none"),
    }
    settings = load_settings(database_url=database, kafka_bootstrap=kafka.bootstrap, kafka_group=group)
    made = Installation(environment, settings, tmp_path)
    made.must("policy", "load")
    yield made
    topics = [topic for sender in made.senders for topic in (sender.topic, f"feedback.{sender.id}")]
    with admin_client(settings) as admin:
        admin.delete_topics(sorted(set(topics) & set(admin.list_topics())))
