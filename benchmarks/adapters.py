"""What else could stand between the broker and the same intake? Plain aiokafka, and Quix Streams with a batching sink.

Each as one would write it who wants the most of it: batches of the same size, the transaction first, the offsets after
it. No recovery, no pausing and no watching of progress: what the worker does beside reading is not in here.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from signals.consumers.broker import end_offsets
from signals.consumers.discovery import arrears_topics
from signals.consumers.records import Record
from signals.consumers.worker import SWITCH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.timed import TimedIntake
    from signals.settings import Settings


def run_aiokafka(settings: Settings, intakes: Sequence[TimedIntake]) -> None:
    """Read for ever with `getmany`; each intake stores what comes from its share of the partitions."""
    if len(intakes) == 1:  # as in the worker: reading and storing take turns; several that store do better without
        sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_read_aiokafka(settings, intakes))


async def _read_aiokafka(settings: Settings, intakes: Sequence[TimedIntake]) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=settings.kafka_group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    spots = [TopicPartition(*place) for place in sorted(end_offsets(settings, arrears_topics(settings)))]
    consumer.assign(spots)
    async with asyncio.TaskGroup() as lanes:
        for number, intake in enumerate(intakes):
            lanes.create_task(_lane(consumer, intake, spots[number :: len(intakes)], settings))


async def _lane(
    consumer: AIOKafkaConsumer, intake: TimedIntake, spots: Sequence[TopicPartition], settings: Settings
) -> None:
    waiting = round(settings.take_within_seconds * 1000)
    storing: asyncio.Task[None] | None = None
    while True:
        found = await consumer.getmany(*spots, timeout_ms=waiting, max_records=settings.batch_size)
        ready = intake.prepare([_record(one) for ones in found.values() for one in ones])
        if storing:
            await storing
        records = [*intake.put_off(), *ready]
        storing = asyncio.create_task(_store(consumer, intake, records)) if records else None


async def _store(consumer: AIOKafkaConsumer, intake: TimedIntake, records: Sequence[Record]) -> None:
    """In a thread, so that the next records are fetched and made ready meanwhile; then acknowledge."""
    stored = await asyncio.to_thread(intake.store, records)
    await consumer.commit({TopicPartition(*place): offset for place, offset in stored.items()})


def _record(one: Any) -> Record:  # noqa: ANN401 - aiokafka comes without types
    return Record(one.topic, one.partition, one.offset, one.value, one.timestamp)


def run_quix(settings: Settings, intake: TimedIntake) -> None:
    """Read for ever with a streaming data frame per topic, all into one sink."""
    from quixstreams import Application  # noqa: PLC0415 - only there with the packages of `make bench`
    from quixstreams.sinks import BatchingSink  # noqa: PLC0415 - as above

    class IntakeSink(BatchingSink):  # type: ignore[misc]  # not there where mypy looks
        """Hands all that was read since the last checkpoint to the intake, in one batch and one transaction.

        Quix Streams itself would write a batch for each partition: 42 small transactions for 500 records.
        """

        def write(self, batch: Iterable[object]) -> None:
            raise NotImplementedError

        def flush(self) -> None:
            records = [
                Record(batch.topic, batch.partition, item.offset, item.value, item.timestamp)
                for batch in self._batches.values()
                for item in batch
            ]
            self._batches.clear()
            if records:
                intake.store(records)

    app = Application(
        broker_address=settings.kafka_bootstrap,
        consumer_group=settings.kafka_group,
        auto_offset_reset="earliest",
        commit_every=settings.batch_size,
        commit_interval=settings.take_within_seconds,
        consumer_poll_timeout=settings.take_within_seconds,
        auto_create_topics=False,
        use_changelog_topics=False,
        loglevel="WARNING",
    )
    sink = IntakeSink()
    for name in sorted(arrears_topics(settings)):
        app.dataframe(app.topic(name, value_deserializer="bytes", key_deserializer="bytes")).sink(sink)
    app.run()
