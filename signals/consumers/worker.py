"""How do records get from the broker to the intake, each acknowledged only after it is stored?

The first step of the walk, as a thin adapter: Faust reads the arrears topics in batches, the intake stores a
batch in one transaction, and only then is it acknowledged. Nothing of Faust goes beyond this file.

A database that is away holds the batch: fetching stops by itself, and the heartbeats go on in Faust's own thread.

Anything else that the intake raises ends the process: a restart is better than a gap before what is acknowledged.

SIGTERM or SIGINT: finish or drop the batch, commit, leave the group; past the deadline the process ends by force.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import random
import signal
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, Final

import faust
from faust.tables.manager import TableManager

from signals import metrics
from signals.consumers.broker import CLIENT_ID, BrokerAwayError, BrokerLog, password, ssl_context
from signals.consumers.complete import CompleteIntake, watch_progress
from signals.consumers.discovery import watch_topics
from signals.consumers.records import Record, StoreAwayError
from signals.consumers.repeats import quiet_repeats
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.consumers.complete import GuardedIntake
    from signals.consumers.records import Intake
    from signals.settings import Settings

log = logging.getLogger(__name__)

DONE: Final = 0
FAILED: Final = 1
PAST_DEADLINE: Final = 3
FIRST_RETRY_SECONDS: Final = 0.2
LONGEST_RETRY_SECONDS: Final = 5.0
REQUEST_SECONDS: Final = 40.0
COMMIT_SECONDS: Final = 0.5
METADATA_MS: Final = 30_000  # how soon added partitions are read
RESUBSCRIBE_SECONDS: Final = 1.0  # Faust's own value is 45: too long for a new partner, and for a test
SPARE_SECONDS: Final = 0.5  # the process has ended by the deadline, not begun to
ENDING_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT})


class Worker:
    """One member of the group: a Faust app with an agent per arrears topic."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self.left = threading.Event()
        self._settings = settings
        self._intake = intake
        self._app = _app(settings)
        self._app.topics._resubscribe_sleep_lock_seconds = RESUBSCRIBE_SECONDS  # noqa: SLF001 - not a setting
        self._loop = asyncio.get_running_loop()
        self._leaving = asyncio.Event()
        self._heard = asyncio.Event()
        self._topics: frozenset[str] = frozenset()
        self._agents: dict[str, Any] = {}
        self._failed = False

    def assigned(self) -> list[tuple[str, int]]:
        """The partitions that are ours now; from any thread."""
        consumer = self._app._consumer  # noqa: SLF001 - asking by its public name would make one
        return [(tp.topic, tp.partition) for tp in consumer.assignment()] if consumer and self._app.started else []

    def leave(self) -> None:
        """Begin to leave; from any thread."""
        self._loop.call_soon_threadsafe(self._leaving.set)

    def hear_of_topics(self, names: frozenset[str]) -> None:
        """These topics are there now; from any thread."""

        def heard() -> None:
            self._topics |= names
            self._heard.set()

        self._loop.call_soon_threadsafe(heard)

    async def run(self) -> int:
        """Wait for a first topic, read until told to leave, leave; the exit code."""
        while not self._agents:  # Faust cannot start with nothing to read
            await self._until_news()
            if self._leaving.is_set():
                return DONE
            self._new_agents()
        try:
            await self._app.start()
            await self._read_on()
        except Exception as error:  # noqa: BLE001 - whatever it is, a restart may mend it
            self._fail("Faust", error)
        _end_after(self._settings.shutdown_seconds, FAILED)  # also leaving may hang, on a broker that is away
        await self._leave_group()
        return FAILED if self._failed or self._app.crashed else DONE

    async def _read_on(self) -> None:
        """Start reading what is new until it is time to leave, or Faust gave up."""
        while not (self._leaving.is_set() or self._app.should_stop):
            await self._until_news()
            for agent in self._new_agents():
                await agent.maybe_start()
            self._subscribe_missed()

    async def _leave_group(self) -> None:
        """Commit what was acknowledged, and leave."""
        if not (self._failed or self._app.crashed):
            # While a commit is under way, Faust's own last one only waits for it and leaves out what came after.
            await self._app.consumer.commit()
        await self._app.stop()

    async def _until_news(self) -> None:
        """Until topics were heard of, it is time to leave, or Faust gave up."""
        news = (self._heard.wait(), self._leaving.wait(), self._app.wait_until_stopped())
        tasks = [asyncio.ensure_future(one) for one in news]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        self._heard.clear()

    def _new_agents(self) -> list[Any]:
        """An agent for every topic that has none yet; Faust subscribes to it by itself."""
        new = sorted(self._topics - self._agents.keys())
        for name in new:
            channel = self._app.topic(name, key_serializer="raw", value_serializer="raw")
            self._agents[name] = self._app.agent(channel, name=f"intake of {name}")(self._consume)
        if new:
            log.info("reading from now on: %s", ", ".join(new))
        return [self._agents[name] for name in new]

    def _subscribe_missed(self) -> None:
        """Faust forgets a new topic that appears while the group rebalances: remind it."""
        subscribed = self._app.topics._topic_name_index  # noqa: SLF001 - there is no public way to ask
        if not self._app.rebalancing and self._agents.keys() - subscribed.keys():
            self._app.topics.discard(None)  # nothing is discarded; it marks the subscription as changed

    async def _consume(self, stream: Any) -> None:  # noqa: ANN401 - Faust's stream has no type of its own
        """One topic's batches, one after the other: store, then acknowledge."""
        settings = self._settings
        # Faust would acknowledge what is still queued when taking ends, and commit past what was never stored.
        stream.enable_acks = False
        async for events in stream.noack_take(settings.batch_size, within=settings.take_within_seconds):
            taken = time.perf_counter()
            if not await self._stored([_record(event.message) for event in events]):
                return
            for event in events:
                event.ack()
            metrics.BATCH_EVENTS.observe(len(events))
            metrics.BATCH_SECONDS.observe(time.perf_counter() - taken)

    async def _stored(self, records: list[Record]) -> bool:
        """Hand over until it is stored; False when it is time to leave first, or the intake failed."""
        for attempt in itertools.count():
            if self._leaving.is_set() or self._app.should_stop:
                return False
            try:
                self._intake.store(records)  # in the loop: in a thread it would fight with Faust for the interpreter
            except (StoreAwayError, BrokerAwayError) as away:
                await self._pause(away, attempt)
            except Exception as error:  # noqa: BLE001 - whatever it is, the process ends and nothing is acknowledged
                self._fail("the intake", error)
            else:
                return True
        raise AssertionError  # unreachable: the count never ends

    async def _pause(self, away: SignalsError, attempt: int) -> None:
        longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempt, 10))
        seconds = longest * random.uniform(0.5, 1.0)  # noqa: S311 - only spreads the workers' attempts
        metrics.STORE_RETRIES.inc()
        log.warning("%s; again in %.1f s", away, seconds)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), seconds)

    def _fail(self, who: str, error: Exception) -> None:
        """Say where it happened; what it says only of our own errors: another's text may quote personal data."""
        where = "".join(traceback.format_tb(error.__traceback__))
        what = str(error) if isinstance(error, SignalsError) else type(error).__name__
        log.critical("%s failed with %s, the worker ends\n%s", who, what, where)
        self._failed = True
        self._leaving.set()


def _record(message: Any) -> Record:  # noqa: ANN401 - Faust's message has no type of its own
    return Record(message.topic, message.partition, message.offset, message.value, round(message.timestamp * 1000))


class _NoTables(TableManager):  # type: ignore[misc]  # Faust comes without types
    """Faust waits a second for tables to appear before it subscribes; here there never are any."""

    async def sleep(self, *_: object, **__: object) -> None:
        await asyncio.sleep(0)


class _Reader(faust.App):  # type: ignore[misc]  # Faust comes without types
    """Faust makes folders for tables at its first start; here there are none."""

    async def on_first_start(self) -> None:
        """Make nothing."""


def _app(settings: Settings) -> _Reader:
    """The Faust app: a reader in a group and nothing else (no tables, web server or topics of its own)."""
    return _Reader(
        settings.kafka_group,
        broker=[f"kafka://{address}" for address in settings.bootstrap],
        broker_client_id=CLIENT_ID,
        broker_credentials=_credentials(settings),
        autodiscover=False,
        TableManager=_NoTables,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.worker_name,
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


def run_worker(settings: Settings, intake_factory: Callable[[], GuardedIntake]) -> int:
    """Read until SIGTERM or SIGINT; the exit code of the process.

    Must be called in the main thread, before other threads are started: they inherit which signals are
    blocked, so that a thread of ours is the one that hears of them, however busy the main thread is.

    Returns:
        0 left in good order, 1 an error that a restart may mend (it is in the log). The process ends with 3
        when it could not leave within `shutdown_seconds`.
    """
    quiet_repeats()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    return asyncio.run(_work(settings, CompleteIntake(intake_factory(), BrokerLog(settings))))


async def _work(settings: Settings, intake: CompleteIntake) -> int:
    worker = Worker(settings, intake)
    _hear_ending_signals(worker, settings.shutdown_seconds)
    watch_topics(settings, worker.hear_of_topics, worker.left)
    watch_progress(intake, worker.assigned, settings.watch_seconds, worker.left)
    try:
        return await worker.run()
    finally:
        worker.left.set()


def _hear_ending_signals(worker: Worker, seconds: float) -> None:
    """Let a thread wait for the signal to leave, and end the process when leaving takes too long."""

    def hear() -> None:
        signal.sigwait(ENDING_SIGNALS)
        worker.leave()
        _end_after(seconds - SPARE_SECONDS, PAST_DEADLINE)

    threading.Thread(target=hear, name="ending signals", daemon=True).start()


def _end_after(seconds: float, code: int) -> None:
    """End the process with `code` unless it has ended by itself; only a thread can, when the loop hangs."""

    def end() -> None:
        time.sleep(seconds)
        log.critical("the worker did not leave in time and ends now; what was not acknowledged is read again")
        os._exit(code)

    threading.Thread(target=end, name="deadline", daemon=True).start()
