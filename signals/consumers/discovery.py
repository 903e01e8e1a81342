"""Which arrears topics are there now? A new partner's topic is read within a minute, without a restart.

Beside the walk: a thread of its own asks the broker every few seconds, because one thread must own a Kafka
client and the worker's event loop is busy storing. A broker that is away is asked again; the worker itself
notices it too.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from signals.consumers.broker import BrokerAwayError, topic_names
from signals.contract.partners import ArrearsTopic

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.settings import Settings

log = logging.getLogger(__name__)


def arrears_topics(settings: Settings) -> frozenset[str]:
    """The names of borders.md section 1 among the broker's topics.

    Raises:
        BrokerAwayError: the broker cannot be reached.
    """
    return frozenset(name for name in topic_names(settings) if ArrearsTopic.parse(name))


def watch_topics(
    settings: Settings, found: Callable[[frozenset[str]], None], leaving: threading.Event
) -> threading.Thread:
    """Call `found` with all arrears topics, at once and every `discovery_seconds`, until `leaving`.

    `found` is called in the watching thread, which is returned; while the broker is away it is not called.
    """

    def watch() -> None:
        while not leaving.is_set():
            try:
                found(arrears_topics(settings))
            except BrokerAwayError as away:
                log.warning("looking for new topics: %s", away)
            leaving.wait(settings.discovery_seconds)

    thread = threading.Thread(target=watch, name="topic discovery", daemon=True)
    thread.start()
    return thread
