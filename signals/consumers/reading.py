"""How do batches get from a source to the intake, each acknowledged only after it is stored?

The first step of the walk, without any Kafka client: take a batch, store it in one transaction, acknowledge what the
intake says it has taken in. While a batch is stored the source takes the next one, and no more than that: a database
that is away holds both, and nothing more is fetched.

Topics that the intake has paused are not read; when one is resumed it is read on from where the intake stands. When all
are paused the reading ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from signals import metrics
from signals.consumers.beside import ThreadBeside
from signals.consumers.broker import BrokerAwayError
from signals.consumers.pulse import DATABASE, STORING
from signals.consumers.records import StoreAwayError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from signals.consumers.complete import CompleteIntake, Hole
    from signals.consumers.pulse import Pulse
    from signals.consumers.records import Place, Record
    from signals.errors import SignalsError

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_RETRY_SECONDS: Final = 0.1
LONGEST_RETRY_SECONDS: Final = 1.0  # a database that is back is found again within this
WAKE_SECONDS: Final = 0.5
ASK_PAUSED_SECONDS: Final = 2.0  # how soon it is noticed that somebody resumed a topic


class Source(Protocol):
    """A member of the group that hands over whole batches, and remembers what to acknowledge."""

    async def take(self, paused: Collection[str]) -> list[Record]:
        """The next records, at most a batch, of our partitions but for `paused` topics; empty after a short while."""

    async def read_from(self, offsets: Mapping[Place, int]) -> None:
        """Read these partitions on from there, where they are ours; also those that were paused."""

    def acknowledge(self, offsets: Mapping[Place, int]) -> None:
        """All in front of these offsets is stored: commit that soon, where the partition is ours."""

    def assigned(self) -> Collection[Place]:
        """The partitions that are ours now; from any thread."""


class Reading:
    """Takes from `source` and stores with `intake` until it is told to stop."""

    def __init__(self, source: Source, intake: CompleteIntake, pulse: Pulse, leaving: asyncio.Event) -> None:
        self._source = source
        self._intake = intake
        self._pulse = pulse
        self._leaving = leaving
        self._topics: frozenset[str] = frozenset()
        self._paused: frozenset[str] = frozenset()
        self._asked_at = float("-inf")
        self._taking: asyncio.Future[list[Record]] | None = None
        self._put_off: list[Record] = []
        self._beside = ThreadBeside("intake")
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.ensure_future(leaving.wait())
        self._to_mend: dict[Place, Hole] = {}

    def subscribed(self, topics: frozenset[str]) -> None:
        """These topics are read from now on."""
        self._topics = topics

    def mend(self, hole: Hole) -> None:
        """Catch up on these offsets before what is taken next, in the one place that stores; from any thread."""
        self._loop.call_soon_threadsafe(self._to_mend.update, {hole[:2]: hole})

    def all_paused(self) -> bool:
        """Whether nothing is left to read."""
        return bool(self._topics) and self._topics <= self._paused

    async def run(self) -> None:
        """Read until it is time to leave, or all topics are paused. Raises what the source or the intake raises."""
        try:
            while not self._leaving.is_set():
                self._pulse.beat()
                await self._heed_pauses()
                if self.all_paused():
                    return
                await self._catch_up()
                await self._hand_over(await self._next_batch())
        finally:
            self._told.cancel()
            if self._taking:
                self._taking.cancel()

    async def _next_batch(self) -> list[Record]:
        """What was put off, and what was taken meanwhile; the one after it is being taken when this returns.

        Empty: nothing yet.
        """
        taking = self._taking or self._take()
        self._taking = taking
        # A group that rebalances can hold it for long.
        waited: list[asyncio.Future[Any]] = [taking, self._told]
        if self._put_off:  # what is resumed, or comes back to us, is read again
            ours = set(self._source.assigned())
            self._put_off = [record for record in self._unpaused(self._put_off) if record.place in ours]
        waking = 0 if self._put_off else WAKE_SECONDS
        await asyncio.wait(waited, timeout=waking, return_when=asyncio.FIRST_COMPLETED)
        taken: list[Record] = []
        if taking.done():
            taken, self._taking = taking.result(), self._take()
        return [*self._put_off, *self._unpaused(taken)]

    def _unpaused(self, records: Sequence[Record]) -> list[Record]:
        return [record for record in records if record.topic not in self._paused]

    def _take(self) -> asyncio.Future[list[Record]]:
        return asyncio.ensure_future(self._take_ready())

    async def _take_ready(self) -> list[Record]:
        """The next records, made ready while the database works on those before them."""
        return list(self._intake.prepare(await self._source.take(self._paused)))

    async def _hand_over(self, records: Sequence[Record]) -> None:
        """Store, acknowledge, and go back to what was not taken in."""
        if not records:
            return
        began = time.perf_counter()
        offsets = await self._until_done(lambda: self._intake.store(records))
        if offsets is None:
            return
        self._put_off = list(self._intake.put_off())
        self._source.acknowledge(offsets)
        metrics.BATCH_EVENTS.observe(len(records) - len(self._put_off))
        metrics.BATCH_SECONDS.observe(time.perf_counter() - began)
        paused = self._intake.paused()
        kept = {record.place for record in self._put_off}
        left_out = _left_out(records, offsets).items()
        if behind := {place: at for place, at in left_out if place[0] not in paused and place not in kept}:
            await self._go_back(behind)

    async def _catch_up(self) -> None:
        """Take in what stands still longest; when that cannot be now, the watch says it again.

        One at a time, so that all the others are read on meanwhile.
        """
        if not self._to_mend:
            return
        hole = self._to_mend.pop(next(iter(self._to_mend)))
        try:
            reached = await self._beside.do(partial(self._intake.catch_up, hole))
        except (StoreAwayError, BrokerAwayError) as away:
            log.warning("%s; a partition that stands still waits", away)
            return
        self._source.acknowledge(reached)
        paused = self._intake.paused()
        if onward := {place: at for place, at in reached.items() if place[0] not in paused}:
            await self._go_back(onward)  # what was taken in needs no second reading

    async def _heed_pauses(self) -> None:
        """Notice which topics were paused, and read on what was resumed."""
        now = time.monotonic()
        paused = self._intake.paused()
        before = self._paused | paused  # also what was paused since the last look, and is resumed already
        if self._asked_at < now - ASK_PAUSED_SECONDS and (paused or self._asked_at < 0):
            asked = await self._until_done(self._intake.refresh_paused)
            paused = self._intake.paused() if asked is None else asked
            self._asked_at = time.monotonic()
        resumed = before - paused
        if resumed and (positions := await self._until_done(self._intake.positions)) is not None:
            places = [place for place in self._source.assigned() if place[0] in resumed]
            await self._go_back({place: positions.get(place, 0) for place in places})
        if paused - self._paused:
            log.error("not read from now on, because they are paused: %s", ", ".join(sorted(paused - self._paused)))
        if resumed:
            log.info("read on: %s", ", ".join(sorted(resumed)))
        self._paused = paused

    async def _go_back(self, offsets: Mapping[Place, int]) -> None:
        """Read these partitions from there; what was taken of them ahead is dropped."""
        taking = self._taking = self._taking or self._take()
        if not await self._is_done(taking):
            return
        kept = [record for record in taking.result() if record.place not in offsets]
        self._put_off = [record for record in self._put_off if record.place not in offsets]
        self._taking = self._loop.create_future()
        self._taking.set_result(kept)
        seeking = asyncio.ensure_future(self._source.read_from(offsets))
        if await self._is_done(seeking):
            seeking.result()

    async def _is_done(self, waited: asyncio.Future[Any]) -> bool:
        """Wait for it as long as it takes, which a group that rebalances can make long; False: time to leave first."""
        while not (waited.done() or self._leaving.is_set()):
            self._pulse.beat()
            await asyncio.wait([waited, self._told], timeout=WAKE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return waited.done()

    async def _until_done(self, work: Callable[[], T]) -> T | None:
        """Do it until the database and the broker are there for it; None when it is time to leave first."""
        for attempt in itertools.count():
            if self._leaving.is_set():
                return None
            self._pulse.beat()
            try:
                done = await self._beside.do(work)
            except (StoreAwayError, BrokerAwayError) as away:
                await self._pause(away, attempt)
            else:
                self._pulse.met(STORING)
                self._pulse.met(DATABASE)
                return done
        raise AssertionError  # unreachable: the count never ends

    async def _pause(self, away: SignalsError, attempt: int) -> None:
        if isinstance(away, StoreAwayError):
            self._pulse.missed(STORING)
        seconds = jittered(attempt)
        metrics.STORE_RETRIES.inc()
        log.warning("%s; again in %.1f s", away, seconds)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), seconds)


def jittered(attempt: int) -> float:
    """Seconds to wait after this attempt (from 0), longer each time up to a limit, and spread over the workers."""
    longest: float = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(attempt, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - only spreads the workers' attempts


def _left_out(records: Sequence[Record], offsets: Mapping[Place, int]) -> dict[Place, int]:
    """The partitions of `records` of which something was not taken in, each with the offset to read on from."""
    first: dict[Place, int] = {}
    last: dict[Place, int] = {}
    for record in records:
        place = record.place
        first.setdefault(place, record.offset)
        last[place] = record.offset
    reached = {place: offsets.get(place, first[place]) for place in first}
    return {place: at for place, at in reached.items() if at <= last[place]}
