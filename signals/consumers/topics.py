"""Do the topics exist, with the partitions and limits they need? `signals topics apply` makes it so.

Beside the walk, with kafka-python's admin client. Applying twice changes nothing the second time;
partitions only grow, since fewer would mean lost records. A broker that cannot describe or alter its topics
(the embedded one) is left as it is, with a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    IncompatibleBrokerVersion,
    InvalidReplicationFactorError,
    TopicAlreadyExistsError,
    UnsupportedVersionError,
)

from signals.consumers.broker import admin_client
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kafka.admin import KafkaAdminClient

    from signals.contract.partners import Partner
    from signals.settings import Settings

CASES_TOPIC: Final = "outreach.cases"
LARGEST_VALUE: Final = 1024 * 1024
LARGEST_RECORD: Final = LARGEST_VALUE + 64 * 1024  # a key, headers and the batch around it
DAY_MS: Final = 86_400_000
VISIBLE_MS: Final = 10_000
CANNOT: Final = "this broker cannot change that"
NOT_UNDERSTOOD: Final = (IncompatibleBrokerVersion, UnsupportedVersionError)


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """One topic as it should be: at least `partitions`, and exactly `config`."""

    name: str
    partitions: int
    config: dict[str, str]


def wanted_topics(settings: Settings, partners: Iterable[Partner]) -> list[WantedTopic]:
    """The topics of borders.md section 1 for these partners: theirs, their feedback, and our cases."""
    kept = topic_config("delete", settings.topic_retention_days)
    signals = {**kept, "message.timestamp.type": "LogAppendTime"}  # the clocks run from receipt, by our own time
    wanted = [WantedTopic(CASES_TOPIC, settings.topic_partitions, topic_config("compact"))]
    for partner in partners:
        wanted.append(WantedTopic(f"arrears.{partner.sector}.{partner.id}", settings.topic_partitions, signals))
        wanted.append(WantedTopic(f"feedback.{partner.id}", 1, kept))
    return sorted(wanted, key=lambda topic: topic.name)


def topic_config(cleanup: str, retention_days: int | None = None) -> dict[str, str]:
    """The settings of a topic that keeps the last word per key ("compact") or everything for a time ("delete")."""
    config = {"cleanup.policy": cleanup, "max.message.bytes": str(LARGEST_RECORD)}
    return config if retention_days is None else {**config, "retention.ms": str(retention_days * DAY_MS)}


def apply_topics(settings: Settings, wanted: Sequence[WantedTopic]) -> list[str]:
    """Make or adjust the `wanted` topics; what was changed and what could not be, a line each.

    Raises:
        BrokerAwayError: the broker cannot be reached, or refuses.
    """
    with admin_client(settings) as admin:
        there = set(admin.list_topics())
        new = [topic for topic in wanted if topic.name not in there]
        old = [topic for topic in wanted if topic.name in there]
        changed = _create(admin, new, settings.topic_replication)
        changed += _grow(admin, old)
        return changed + _configure(admin, old)


def _create(admin: KafkaAdminClient, wanted: Sequence[WantedTopic], replication: int) -> list[str]:
    if not wanted:
        return []
    topics = [NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.config) for topic in wanted]
    try:
        admin.create_topics(topics)
    except TopicAlreadyExistsError:  # another command made one at this moment; the next run adjusts it
        return ["some topics appeared meanwhile: run `signals topics apply` once more"]
    except InvalidReplicationFactorError:
        raise SignalsError(
            f"the broker cannot keep {replication} copies of a topic: lower SIGNALS_TOPIC_REPLICATION to at "
            "most the number of its nodes"
        ) from None
    admin.wait_for_topics([topic.name for topic in wanted], timeout_ms=VISIBLE_MS)
    return [f"{topic.name}: created with {topic.partitions} partitions" for topic in wanted]


def _grow(admin: KafkaAdminClient, wanted: Sequence[WantedTopic]) -> list[str]:
    present = {topic["name"]: len(topic["partitions"]) for topic in _described(admin, wanted)}
    short = [topic for topic in wanted if present[topic.name] < topic.partitions]
    if not short:
        return []
    try:
        admin.create_partitions({topic.name: topic.partitions for topic in short})
    except NOT_UNDERSTOOD:
        return [f"{topic.name}: left at {present[topic.name]} partitions, {CANNOT}" for topic in short]
    return [f"{topic.name}: partitions {present[topic.name]} → {topic.partitions}" for topic in short]


def _described(admin: KafkaAdminClient, wanted: Sequence[WantedTopic]) -> list[dict[str, Any]]:
    return list(admin.describe_topics([topic.name for topic in wanted])) if wanted else []


def _configure(admin: KafkaAdminClient, wanted: Sequence[WantedTopic]) -> list[str]:
    changed: list[str] = []
    for topic in wanted:
        present = _present_config(admin, topic)
        differing = {name: value for name, value in topic.config.items() if present.get(name, value) != value}
        if differing:
            admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, differing)])
            changed += [f"{topic.name}: {name} {present[name]} → {value}" for name, value in differing.items()]
    return changed


def _present_config(admin: KafkaAdminClient, topic: WantedTopic) -> dict[str, str]:
    """The values the broker has for what we want; without what it does not tell."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name)  # all: the embedded broker knows no choice
    try:
        described = admin.describe_configs([resource], config_filter="all")
    except NOT_UNDERSTOOD:
        return {}
    entries = described.get("topic", {}).get(topic.name, {})
    return {name: str(entry["value"]) for name, entry in entries.items() if entry.get("value") is not None}
