"""How does Faust hand over whole batches instead of single messages?

Beneath its streams, which cost two tasks for each message: a Faust app that starts its consumer and nothing else. The
group, its partitions, heartbeats, fetching and the commits stay Faust's, in its own consumer thread; what was fetched
is taken from there as lists. Nothing of Faust goes beyond this file (the `Source` of `reading`).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from typing import TYPE_CHECKING, Any, Final

import faust
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, RequestTimedOutError
from faust.app.base import BootStrategy
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from signals.consumers.broker import CLIENT_ID, password, ssl_context
from signals.consumers.reading import jittered
from signals.consumers.records import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.consumers.records import Place
    from signals.settings import Settings

log = logging.getLogger(f"{__name__}.start")  # Faust's services log under this module's name

REQUEST_SECONDS: Final = 40.0
COMMIT_SECONDS: Final = 0.5
LAST_COMMIT_SECONDS: Final = 2.0  # at a rebalance: the group waits for it
METADATA_MS: Final = 30_000  # how soon added partitions are read
IDLE_SECONDS: Final = 0.25
FETCH_BYTES: Final = 256 * 1024  # of each partition: what hundreds of partitions hold stays small
# The client asks a broker only once at a time, and first for the partitions it has nothing of: what arrives in another
# one waits until that question was answered. Faust's own value is 1.5 s.
FETCH_WAIT_MS: Final = 250
AWAY: Final = (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, RequestTimedOutError, TimeoutError)


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust comes without types
    """Faust's consumer thread, from which lists of records can be taken."""

    def _create_worker_consumer(self, transport: Any) -> Any:  # noqa: ANN401 - Faust has no types
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust has no setting for it
        return consumer

    async def on_start(self) -> None:
        """Reach the broker, again and again where it went away meanwhile: what it raises here would end the thread."""
        for attempt in itertools.count():
            try:
                await super().on_start()
                break
            except AWAY as error:
                seconds = jittered(attempt)
                log.warning("the broker went away while the worker started (%s); it tries again", type(error).__name__)
            await self._ensure_consumer().stop()
            await asyncio.sleep(seconds)

    async def take(self, most: int, within: float, paused: Collection[str]) -> list[Record]:
        """What was fetched; waits up to `within` seconds for a full batch where there is more to fetch."""
        consumer = self._ensure_consumer()
        _pause(consumer, paused)
        records: list[Record] = []
        wait, until = IDLE_SECONDS, time.monotonic() + within
        while len(records) < most and wait > 0:
            found = await consumer.getmany(timeout_ms=round(wait * 1000), max_records=most - len(records))
            for fetched in found.values():
                records += [Record(one.topic, one.partition, one.offset, one.value, one.timestamp) for one in fetched]
            more = any(fetched[-1].offset + 1 < (consumer.highwater(tp) or 0) for tp, fetched in found.items())
            wait = until - time.monotonic() if more else 0
        return records

    async def read_from(self, offsets: Mapping[Place, int]) -> None:
        """Seek where the partition is ours; fetch on what was paused."""
        consumer = self._ensure_consumer()
        places = {TopicPartition(*place): offset for place, offset in offsets.items()}
        for place in places.keys() & consumer.assignment():
            consumer.seek(place, places[place])
            consumer.resume(place)


def _pause(consumer: Any, topics: Collection[str]) -> None:  # noqa: ANN401 - the client has no types
    """Fetch nothing more of these topics; what was not paused before is paused now (after a rebalance nothing is)."""
    if topics:
        consumer.pause(*(place for place in consumer.assignment() - consumer.paused() if place.topic in topics))


class _Consumer(driver.Consumer):  # type: ignore[misc]  # Faust comes without types
    """Faust's consumer, which commits what it is told instead of counting acknowledged messages."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(*args, **options)
        self._stored: dict[TP, int] = {}

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def acknowledge(self, offsets: Mapping[TP, int]) -> None:
        """Commit these at the next turn of Faust's commit loop."""
        self._stored.update(offsets)

    async def _commit_tps(self, tps: Any, start_new_transaction: bool) -> bool:  # noqa: ANN401, ARG002, FBT001 - Faust's
        """Commit what was stored since the last time, of the partitions that are still ours."""
        if not self._stored:
            return False  # Faust asks from its start on, when its thread may not be there yet
        ours = self.assignment()
        due = {tp: at for tp, at in self._stored.items() if tp in ours and self._committed_offset[tp] != at}
        if not due or not await self._commit(due):
            return False
        self._committed_offset.update(due)
        return True

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is stored of them, so that the next owner begins there; what it lacks is only read again."""
        try:
            await asyncio.wait_for(self.commit(), LAST_COMMIT_SECONDS)
        except TimeoutError:
            self.log.warning("the last commit before a rebalance took too long")
        for tp in revoked:
            self._stored.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Forget what was to be committed: another member may have come further; what is read now tells it anew."""
        for tp in assigned:
            self._stored.pop(tp, None)
            self._committed_offset.pop(tp, None)
        await super().on_partitions_assigned(assigned, generation_id)

    async def verify_all_partitions_active(self) -> None:
        """Leave it to our own watch: Faust's calls idle partitions slow, and may ask before its thread is there."""


class _Transport(driver.Transport):  # type: ignore[misc]  # Faust comes without types
    Consumer = _Consumer


class _ConsumerAlone(BootStrategy):  # type: ignore[misc]  # Faust comes without types
    """Starts neither producer, web server, agents, conductor nor tables."""

    def server(self) -> list[Any]:
        return [self.app.consumer]


class _App(faust.App):  # type: ignore[misc]  # Faust comes without types
    """A reader in a group and nothing else."""

    BootStrategy = _ConsumerAlone

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    def _new_consumer(self) -> Any:  # noqa: ANN401 - Faust has no types
        async def nothing(*_: object) -> None:
            """Neither streams nor tables have to hear of partitions that come and go, nor of messages."""

        return self.transport.create_consumer(
            callback=nothing, on_partitions_revoked=nothing, on_partitions_assigned=nothing, beacon=self.beacon
        )

    def on_rebalance_start(self) -> None:
        """Tell nobody: there are no tables."""

    def on_rebalance_return(self) -> None:
        """Tell nobody: there are no tables."""

    async def on_first_start(self) -> None:
        """Make no folders for tables."""

    async def on_started(self) -> None:
        """Recover no tables."""

    async def on_stop(self) -> None:
        """Wait for no streams; the consumer commits and leaves by itself."""


class FaustSource:
    """The `Source` of `reading`: one member of the group."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.batch_size
        self._within = settings.take_within_seconds
        self._app = _app(settings)
        self._started = False
        self._full = False

    async def start(self, topics: frozenset[str]) -> None:
        """Join the group, to read `topics`."""
        await self._app.start()
        self._started = True
        await self.subscribe(topics)

    async def subscribe(self, topics: frozenset[str]) -> None:
        """Read these topics from now on, and no others."""
        await self._app.consumer.subscribe(topics)

    async def gave_up(self) -> None:
        """Returns when Faust cannot go on."""
        await self._app.wait_until_stopped()

    @property
    def crashed(self) -> bool:
        """Whether Faust met something that it cannot mend."""
        return bool(self._app.crashed)

    async def leave(self) -> None:
        """Commit what was acknowledged, and leave the group."""
        if not self._app.crashed:
            # While a commit is under way, Faust's own last one only waits for it and leaves out what came after.
            await self._app.consumer.commit()
        await self._app.stop()

    async def take(self, paused: Collection[str]) -> list[Record]:
        """See `Source`."""
        thread = self._thread
        taken = asyncio.run_coroutine_threadsafe(thread.take(self._most, self._within, paused), thread.thread_loop)
        records = await asyncio.wrap_future(taken)
        self._full = len(records) >= self._most
        return records

    def behind(self) -> bool:
        """Whether more was fetched than a batch holds, so that some partitions wait their turn; from any thread."""
        return self._full

    async def read_from(self, offsets: Mapping[Place, int]) -> None:
        """See `Source`."""
        await self._thread.call_thread(self._thread.read_from, offsets)

    def acknowledge(self, offsets: Mapping[Place, int]) -> None:
        """See `Source`."""
        self._app.consumer.acknowledge({TP(*place): offset for place, offset in offsets.items()})

    def assigned(self) -> list[Place]:
        """See `Source`; none before the start."""
        if not self._started:  # Faust makes its consumer when it is asked for, in the event loop of whoever asks
            return []
        try:
            return [(tp.topic, tp.partition) for tp in self._app.consumer.assignment()]
        except ConsumerNotStarted:
            return []

    @property
    def _thread(self) -> _Thread:
        thread: _Thread = self._app.consumer._thread  # noqa: SLF001 - Faust has no name for it
        return thread


def _app(settings: Settings) -> _App:
    """The Faust app: no tables, web server or topics of its own."""
    return _App(
        settings.kafka_group,
        broker=[f"kafka://{address}" for address in settings.bootstrap],
        broker_client_id=CLIENT_ID,
        broker_credentials=_credentials(settings),
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.worker_name,
        consumer_max_fetch_size=FETCH_BYTES,
        consumer_metadata_max_age_ms=METADATA_MS,
        broker_session_timeout=settings.session_seconds,
        broker_rebalance_timeout=settings.rebalance_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_request_timeout=max(REQUEST_SECONDS, settings.session_seconds),
        broker_commit_interval=COMMIT_SECONDS,
        broker_max_poll_interval=86_400.0,  # a database that is away for hours must not cost the membership
    )


def _credentials(settings: Settings) -> faust.Credentials | None:
    context = ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            mechanism=settings.kafka_sasl_mechanism,
            username=settings.kafka_username,
            password=password(settings),
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None
