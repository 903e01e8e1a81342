"""How does what was decided reach the broker? The relay publishes the outbox (design.md sections 2 and 4).

At least once, and in order per key: a relay holds the keys it publishes until the broker has acknowledged, so a second
relay works on other keys meanwhile (see `store.outbox`).
"""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy.exc import DBAPIError

from signals import metrics
from signals.store import outbox
from signals.store.database import is_again_later, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Engine

log = logging.getLogger(__name__)
KEYS_AT_ONCE: Final = 500
LONGEST_WAIT_SECONDS: Final = 15.0

Published = tuple[str, bytes | None, bytes | None]  # topic, key, value


class Publish(Protocol):
    """Publishes messages in their order and returns when the broker has acknowledged all; raises otherwise."""

    def __call__(self, messages: Iterable[Published]) -> int:
        """The number of messages published."""


def relay_once(engine: Engine, publish: Publish) -> int:
    """Publish what waits for up to `KEYS_AT_ONCE` keys; returns how many messages went out."""
    with transaction(engine) as cursor:
        waiting = outbox.take_waiting(cursor, KEYS_AT_ONCE)
        if not waiting:
            return 0
        publish((w.message.topic, w.message.key.encode(), w.message.body) for w in waiting)
        outbox.mark_published(cursor, [w.id for w in waiting])
    metrics.OUTBOX_PUBLISHED.inc(len(waiting))
    return len(waiting)


def relay(engine: Engine, publish: Publish, *, should_stop: Callable[[], bool], idle_seconds: float = 0.2) -> None:
    """Publish until `should_stop`; a broker or database that is away is tried again with growing pauses."""
    failures = 0
    while not should_stop():
        try:
            pause = 0.0 if relay_once(engine, publish) else idle_seconds
            failures = 0
        except Exception as error:
            if isinstance(error, DBAPIError) and not is_again_later(error):
                raise
            failures += 1
            pause = min(LONGEST_WAIT_SECONDS, 0.5 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311 - jitter
            log.warning("relay waits %.1f s: %s", pause, type(error).__name__)
        _sleep(pause, should_stop)


def _sleep(seconds: float, should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not should_stop():
        time.sleep(min(0.1, max(0.0, until - time.monotonic())))
