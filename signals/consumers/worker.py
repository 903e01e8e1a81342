"""How does a worker live: wait for topics, read them, notice trouble, and leave in good order?

Around the first step of the walk: `batches` is the member of the group (Faust), `reading` stores what it takes, threads
look for new topics, for partitions that stand still and for the signal to leave.

A database that is away holds the batch: fetching stops by itself, and the heartbeats go on in Faust's own thread.
Anything else that the intake raises ends the process: a restart is better than a gap before what is acknowledged.

SIGTERM or SIGINT: finish or drop the batch, commit, leave the group; past the deadline the process ends by force.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

from signals.consumers.batches import FaustSource
from signals.consumers.broker import BrokerAwayError, BrokerLog
from signals.consumers.complete import CompleteIntake
from signals.consumers.discovery import watch_topics
from signals.consumers.failures import told
from signals.consumers.pulse import BROKER, Pulse, show_health
from signals.consumers.reading import Reading, jittered
from signals.consumers.repeats import quiet_repeats
from signals.consumers.standing import Watch, watch_progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.consumers.complete import GuardedIntake
    from signals.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

DONE: Final = 0
FAILED: Final = 1
ALL_PAUSED: Final = 3
PAST_DEADLINE: Final = 3
NEWS_SECONDS: Final = 1.0
FINISHING: Final = 0.4  # of the time to leave: so long a batch may take to end
LEAVING: Final = 0.3  # and so long, after that, the broker may take to hear of it
# So long a thread that comes back from the database waits for another one to let go; the usual 5 ms, some twenty times
# a batch, were what the delay of a single event was made of.
SWITCH_SECONDS: Final = 0.0005
LATEST: Final = 0.85  # of the time to leave: the process has ended by the deadline, not begun to, on a busy machine too
HANGING: Final = "the worker did not leave in time and ends now"
UNHEARD: Final = "the worker ends without having heard from the broker that it left the group"
ENDING_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGINT})


class Worker:
    """One member of the group: waits for topics, reads them, leaves."""

    def __init__(self, settings: Settings, intake: CompleteIntake, pulse: Pulse) -> None:
        self.left = threading.Event()
        self._settings = settings
        self._pulse = pulse
        self._loop = asyncio.get_running_loop()
        self._leaving = asyncio.Event()
        self._heard = asyncio.Event()
        self._topics: frozenset[str] = frozenset()
        self._subscribed: frozenset[str] = frozenset()
        self._started = False
        self._source = FaustSource(settings)
        self._reading = Reading(self._source, intake, pulse, self._leaving)
        self.assigned = self._source.assigned
        self.behind = self._source.behind
        self.mend = self._reading.mend

    def leave(self) -> None:
        """Begin to leave; from any thread."""
        self._pulse.leave()
        self._loop.call_soon_threadsafe(self._leaving.set)

    def hear_of_topics(self, names: frozenset[str]) -> None:
        """These topics are there now; from any thread."""

        def heard() -> None:
            self._topics |= names
            self._heard.set()

        self._pulse.met(BROKER)
        self._loop.call_soon_threadsafe(heard)

    async def run(self) -> int:
        """Wait for a first topic, read until told to leave, leave; the exit code."""
        while not (self._topics or self._leaving.is_set()):
            self._pulse.beat()
            await self._until_news([])
        if self._leaving.is_set():
            return DONE
        code = await self._read_until_told()
        if self._source.crashed:
            code = FAILED
        # A broker that is away or frozen hears of no commit: there is nothing to wait for.
        _end_after(self._settings.shutdown_seconds * LEAVING, code, UNHEARD)
        if self._started:
            await self._leave_group()
        return code

    async def _leave_group(self) -> None:
        try:
            await self._source.leave()
        except Exception as error:  # noqa: BLE001 - what was not committed is read again
            log.warning("the broker did not hear that the worker left: %s", told(error))

    async def _read_until_told(self) -> int:
        try:
            self._started = await self._start()
            return await self._read_on() if self._started else DONE
        except Exception as error:  # noqa: BLE001 - whatever it is, a restart may mend it
            self._fail(error)
            return FAILED

    async def _start(self) -> bool:
        """Join the group, however long the broker is away; False: it was time to leave first."""
        self._subscribed = self._topics
        starting = asyncio.ensure_future(self._source.start(self._subscribed))
        while not (starting.done() or self._leaving.is_set()):
            self._pulse.beat()
            await self._until_news([starting])
        if starting.done():
            starting.result()
        return starting.done()

    async def _read_on(self) -> int:
        """Read, also what is new, until it is time to leave, or all topics are paused, or Faust gave up."""
        self._reading.subscribed(self._subscribed)
        log.info("reading from now on: %s", ", ".join(sorted(self._subscribed)))
        reading = asyncio.ensure_future(self._reading.run())
        gave_up = asyncio.ensure_future(self._source.gave_up())
        try:
            while not (reading.done() or gave_up.done() or self._leaving.is_set()):
                await self._until_news([reading, gave_up])
                await self._subscribe_new()
            finishing = self._settings.shutdown_seconds * FINISHING if self._leaving.is_set() else None
            await asyncio.wait({reading, gave_up}, timeout=finishing, return_when=asyncio.FIRST_COMPLETED)
            return self._ended(reading)
        finally:
            gave_up.cancel()
            reading.cancel()

    def _ended(self, reading: asyncio.Future[None]) -> int:
        """The exit code after reading ended, or Faust gave up under it; raises what reading raised."""
        if not reading.done() and self._leaving.is_set():
            log.critical("the batch does not end; the worker leaves without it, and it is read again")
            return PAST_DEADLINE
        if not reading.done() or reading.cancelled():
            log.critical("the Kafka client gave up; the worker ends")
            return FAILED
        reading.result()
        if self._leaving.is_set():
            return DONE
        log.critical("all topics are paused: the worker ends; `signals topics resume`, then start it again")
        return ALL_PAUSED

    async def _subscribe_new(self) -> None:
        """Read the topics that nobody has read here yet."""
        new = self._topics - self._subscribed
        if new:
            self._subscribed |= new
            await self._source.subscribe(self._subscribed)
            self._reading.subscribed(self._subscribed)
            log.info("reading from now on: %s", ", ".join(sorted(new)))

    async def _until_news(self, others: list[asyncio.Future[Any]]) -> None:
        """Until topics were heard of, it is time to leave, one of `others` is done, or a moment has passed."""
        news = [asyncio.ensure_future(one.wait()) for one in (self._heard, self._leaving)]
        await asyncio.wait([*news, *others], timeout=NEWS_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in news:
            task.cancel()
        self._heard.clear()

    def _fail(self, error: Exception) -> None:
        log.critical("the worker ends, because reading failed with %s", told(error))


def run_worker(settings: Settings, intake_factory: Callable[[], GuardedIntake]) -> int:
    """Read until SIGTERM or SIGINT; the exit code of the process.

    Must be called in the main thread, before other threads are started: they inherit which signals are
    blocked, so that a thread of ours is the one that hears of them, however busy the main thread is.

    Returns:
        0 left in good order, 1 an error that a restart may mend (it is in the log), 3 all topics are paused. The
        process ends with 1 when a partition stood still for `stand_still_seconds`, and with 3 when a batch hung for
        `shutdown_seconds` after it was told to leave. A broker that is away then costs neither time nor the 0.
    """
    quiet_repeats()
    sys.setswitchinterval(SWITCH_SECONDS)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    intake = once_there(intake_factory)
    return DONE if intake is None else asyncio.run(_work(settings, CompleteIntake(intake, BrokerLog(settings))))


def once_there(make: Callable[[], T]) -> T | None:
    """What `make` gives once the broker is there for it; None when told to leave first.

    The signals to leave must be blocked: each pause waits for them.
    """
    for attempt in itertools.count():
        try:
            return make()
        except BrokerAwayError as away:
            seconds = jittered(attempt)
            log.warning("%s; again in %.1f s", away, seconds)
        if signal.sigtimedwait(ENDING_SIGNALS, seconds):
            return None
    raise AssertionError  # unreachable: the count never ends


async def _work(settings: Settings, intake: CompleteIntake) -> int:
    pulse = Pulse(settings.stand_still_seconds)
    worker = Worker(settings, intake, pulse)
    _hear_ending_signals(worker, settings.shutdown_seconds)
    if settings.metrics_port is not None:
        show_health(pulse, settings.metrics_port)
    watch_topics(settings, worker.hear_of_topics, worker.left, missed=lambda: pulse.missed(BROKER))
    watch_progress(
        Watch(intake, BrokerLog(settings), worker.mend, worker.behind),
        worker.assigned,
        pulse,
        worker.left,
        seconds=settings.watch_seconds,
        longest=settings.stand_still_seconds,
        give_up=lambda: os._exit(FAILED),
    )
    try:
        return await worker.run()
    finally:
        worker.left.set()


def _hear_ending_signals(worker: Worker, seconds: float) -> None:
    """Let a thread wait for the signal to leave, and end the process when leaving takes too long."""

    def hear() -> None:
        signal.sigwait(ENDING_SIGNALS)
        worker.leave()
        _end_after(seconds * LATEST, PAST_DEADLINE, HANGING)

    threading.Thread(target=hear, name="ending signals", daemon=True).start()


def _end_after(seconds: float, code: int, why: str) -> None:
    """End the process with `code` unless it has ended by itself; only a thread can, when the loop hangs."""

    def end() -> None:
        time.sleep(seconds)
        level = logging.CRITICAL if code else logging.WARNING
        log.log(level, "%s; what was not acknowledged is read again", why)
        os._exit(code)

    threading.Thread(target=end, name="deadline", daemon=True).start()
