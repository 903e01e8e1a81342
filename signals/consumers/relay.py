"""How does what was decided reach the broker? The relay publishes the outbox (design.md sections 2 and 4).

At least once, and in order per key: a relay holds the keys it publishes until the broker has acknowledged, so a second
relay works on other keys meanwhile (see `store.outbox`). A broker that has nothing of the cases yet gets all of them.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol

import psycopg
from sqlalchemy.exc import DBAPIError

from signals import metrics
from signals.consumers.broker import BrokerAwayError
from signals.contract.outgoing import CASES_TOPIC
from signals.errors import SignalsError
from signals.store import again, outbox
from signals.store.database import is_again_later, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from sqlalchemy import Engine

log = logging.getLogger(__name__)
KEYS_AT_ONCE: Final = 500
LONGEST_WAIT_SECONDS: Final = 15.0
SHORTEST_IDLE_SECONDS: Final = 0.01  # while messages come, so that one is told within some hundredths of a second

Published = tuple[str, bytes | None, bytes | None]  # topic, key, value


class Publish(Protocol):
    """Publishes messages in their order and returns when the broker has acknowledged all; raises otherwise."""

    def __call__(self, messages: Iterable[Published]) -> int:
        """The number of messages published."""


class NotPublishedError(SignalsError):
    """A topic did not take its messages; they wait, and other topics go on."""

    def __init__(self, topic: str, reason: str) -> None:
        self.topic = topic
        super().__init__(f"{topic} did not take its messages ({reason}): does it exist, and may we write to it?")


def relay_once(engine: Engine, publish: Publish, resting: Collection[str] = ()) -> int:
    """Publish what waits for up to `KEYS_AT_ONCE` keys of topics that are not `resting`; returns how many went out.

    Raises NotPublishedError for the first topic that fails; what went out before it is marked as published.
    """
    done: list[int] = []
    failed: NotPublishedError | None = None
    with transaction(engine) as cursor:
        for topic, waiting in _by_topic(outbox.take_waiting(cursor, KEYS_AT_ONCE, resting)):
            try:
                publish((topic, w.message.key.encode(), w.message.body) for w in waiting)
            except Exception as error:  # noqa: BLE001 - whatever a client raises, it is this topic that waits
                failed = NotPublishedError(topic, type(error).__name__)
                failed.__cause__ = error
                break
            done += [w.id for w in waiting]
        if done:
            outbox.mark_published(cursor, done)
    metrics.OUTBOX_PUBLISHED.inc(len(done))
    if failed is not None:
        raise failed
    return len(done)


def _by_topic(waiting: Sequence[outbox.Waiting]) -> list[tuple[str, list[outbox.Waiting]]]:
    topics: dict[str, list[outbox.Waiting]] = {}
    for one in waiting:
        topics.setdefault(one.message.topic, []).append(one)
    return list(topics.items())


class _Rests:
    """Which topics are left alone for a while, longer after every failure."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._failures: Counter[str] = Counter()

    def resting(self) -> list[str]:
        now = time.monotonic()
        return [topic for topic, until in self._until.items() if until > now]

    def rest(self, topic: str) -> float:
        self._failures[topic] += 1
        seconds = growing_pause(self._failures[topic])
        self._until[topic] = time.monotonic() + seconds
        return seconds

    def forgive(self) -> None:
        """Everything that is not resting went well."""
        for topic in set(self._until) - set(self.resting()):
            del self._until[topic], self._failures[topic]


def growing_pause(failures: int) -> float:
    """Seconds to wait after so many failures in a row, spread so that several do not come back at once."""
    longest: float = min(LONGEST_WAIT_SECONDS, 0.5 * 2.0 ** min(failures, 10))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - jitter


def relay(
    engine: Engine,
    publish: Publish,
    *,
    should_stop: Callable[[], bool],
    idle_seconds: float = 0.1,
    is_empty: Callable[[str], bool] = lambda _: False,
) -> None:
    """Publish until `should_stop`; a topic that fails, or a database that is away, is tried again after a while.

    Args:
        engine: the database with the outbox.
        publish: how messages get onto the broker.
        should_stop: asked between two rounds, and while waiting.
        idle_seconds: the longest pause while nothing waits; pauses begin short and grow up to it.
        is_empty: whether the broker never had a record of a topic; asked at first, and after every failure of it.
            Raises BrokerAwayError.
    """
    failures = 0
    idle = _Idle(idle_seconds)
    rests = _Rests()
    greeting = _Greeting(engine, is_empty)
    while not should_stop():
        pause = 0.0
        try:
            greeting.see_to_it()
            pause = idle.after(relay_once(engine, publish, rests.resting()))
            rests.forgive()
            failures = 0
        except NotPublishedError as failed:
            greeting.doubt()
            log.warning("%s; again in %.1f s", failed, rests.rest(failed.topic))
        except (DBAPIError, psycopg.Error) as error:
            if not is_again_later(error):
                raise
            failures += 1
            pause = growing_pause(failures)
            log.warning("the database is away (%s); again in %.1f s", type(error).__name__, pause)
        _sleep(pause, should_stop)


class _Idle:
    """How long to rest while nothing waits: shortly after a message came, longer and longer afterwards."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._next = longest

    def after(self, published: int) -> float:
        """The pause after a round that published so many."""
        if published:
            self._next = SHORTEST_IDLE_SECONDS
            return 0.0
        pause = min(self._next, self._longest)
        self._next = 2 * pause
        return pause


class _Greeting:
    """Whether the broker is one that never heard of a case; if so, it is told of all."""

    def __init__(self, engine: Engine, is_empty: Callable[[str], bool]) -> None:
        self._engine = engine
        self._is_empty = is_empty
        self._settled = False
        self._failures = 0
        self._not_before = 0.0

    def doubt(self) -> None:
        """A publish failed: another broker may come in its place."""
        self._settled = False

    def see_to_it(self) -> None:
        """Ask, unless that is settled or the broker was away only just now."""
        if self._settled or time.monotonic() < self._not_before:
            return
        try:
            if self._is_empty(CASES_TOPIC):
                self._tell_all()
        except BrokerAwayError:  # who publishes will say so
            self._failures += 1
            self._not_before = time.monotonic() + growing_pause(self._failures)
            return
        self._settled, self._failures = True, 0

    def _tell_all(self) -> None:
        with transaction(self._engine) as cursor:
            outbox.hold_relays(cursor)
            # Asked once more while nobody publishes: another relay may have greeted it too, and told it already.
            count = again.publish_again(cursor, CASES_TOPIC) if self._is_empty(CASES_TOPIC) else 0
        if count:
            log.warning("%s is empty on this broker: the last message of %d cases goes out again", CASES_TOPIC, count)


def _sleep(seconds: float, should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not should_stop():
        time.sleep(min(0.1, max(0.0, until - time.monotonic())))
