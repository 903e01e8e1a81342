"""What does a compacted topic say last of each of its keys, and how many records does a partition hold?

Read by `signals reconcile` after the end of the walk: each topic is streamed once, and only marks are kept.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaTimeoutError

from signals.consumers.broker import POLL_MS, REQUEST_MS, begin_offsets, client_options, end_offsets, reaching_broker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from signals.settings import Settings

AT_ONCE: Final = 5_000
FETCH_BYTES: Final = 8 * 1024 * 1024


def all_words(settings: Settings, topic: str) -> Iterator[tuple[str, bytes | None]]:
    """Key and value of every record that `topic` holds now, each partition in its order. Raises BrokerAwayError."""
    ends = end_offsets(settings, [topic])
    for record in _records(settings, begin_offsets(settings, [topic]), ends):
        yield (record.key or b"").decode(errors="replace"), record.value


def last_words(settings: Settings, topic: str, mark: Callable[[bytes | None], bytes | None]) -> dict[str, bytes | None]:
    """The mark of the last value of every key of `topic`, None for a tombstone; nothing of a topic that is not there.

    All that was published before the call is in it. Raises BrokerAwayError.
    """
    return {key: mark(value) for key, value in all_words(settings, topic)}


def is_empty(settings: Settings, topic: str) -> bool:
    """Whether the broker has `topic` and never had a record of it. Raises BrokerAwayError.

    For who may write there but not read: the end offset is only asked for, never read from.
    """
    with reaching_broker(settings), contextlib.closing(_consumer(settings)) as consumer:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        return bool(places) and not any(consumer.end_offsets(places).values())


def count_records(settings: Settings, topic: str, partition: int, begin: int, end: int) -> int:
    """How many records the broker holds at the offsets from `begin` up to `end`. Raises BrokerAwayError."""
    place = (topic, partition)
    return sum(1 for record in _records(settings, {place: begin}, {place: end}) if record.offset < end)


def _records(
    settings: Settings, begins: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]
) -> Iterator[Any]:
    """The records between the offsets, each partition in its order."""
    open_ends = {TopicPartition(*place): end for place, end in ends.items() if end > begins.get(place, 0)}
    with reaching_broker(settings), contextlib.closing(_consumer(settings)) as consumer:
        consumer.assign(list(open_ends))
        for place in open_ends:
            consumer.seek(place, begins.get((place.topic, place.partition), 0))
        yield from _until(consumer, open_ends)


def _until(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> Iterator[Any]:
    deadline = time.monotonic() + REQUEST_MS / 1000
    while waiting := [place for place, end in ends.items() if consumer.position(place) < end]:
        found = consumer.poll(timeout_ms=POLL_MS, max_records=AT_ONCE)
        for records in found.values():
            yield from records
        if found:
            deadline = time.monotonic() + REQUEST_MS / 1000
        elif time.monotonic() > deadline:
            raise KafkaTimeoutError(f"nothing more of {waiting[0].topic} within {REQUEST_MS} ms")


def _consumer(settings: Settings) -> KafkaConsumer:
    return KafkaConsumer(
        **client_options(settings),
        group_id=None,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        auto_offset_reset="earliest",  # what was removed meanwhile is passed over
        fetch_max_wait_ms=POLL_MS,
        max_partition_fetch_bytes=FETCH_BYTES,
        check_crcs=False,  # the broker checked them, and this reading changes nothing
    )
