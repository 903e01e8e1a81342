"""How does a log stay readable while the broker is away?

Beside the walk: the Kafka client then says the same thing forty times a second. Each message is written
once in a while; how often it was left out is said with the next one. What only informs is written each time: it repeats
where the same thing happened again.
"""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SILENCE_SECONDS: Final = 30.0
CHATTERERS: Final = (
    "aiokafka",
    "aiokafka.cluster",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
    "kafka.net.connection",
    "kafka.net.manager",
    "kafka.net.transport",
    "mode.timers",
    "signals.consumers.batches.start",
    "signals.consumers.discovery",
    "signals.consumers.reading",
    "signals.consumers.standing",
    "signals.consumers.worker",
)


class SeldomRepeated(logging.Filter):
    """Lets a warning or error through once in `SILENCE_SECONDS`, whatever its arguments; all below as it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is written; counts it when it is not."""
        if record.levelno < logging.WARNING:
            return True
        now = self._clock()
        words = str(record.msg)
        at, left_out = self._said.get(words, (-math.inf, 0))
        if now - at < SILENCE_SECONDS:
            self._said[words] = (at, left_out + 1)
            return False
        self._said[words] = (now, 0)
        if left_out:
            record.msg = f"{words} ({left_out} times more in the last {now - at:.0f} s)"
        return True


def quiet_repeats() -> None:
    """Have the Kafka client, and those of us that try again and again, repeat themselves seldom."""
    for name in CHATTERERS:
        logging.getLogger(name).addFilter(SeldomRepeated())
