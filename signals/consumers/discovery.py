"""Which arrears topics are there now? A new partner's topic is read within a minute, without a restart.

Beside the walk: a thread of its own asks the broker every few seconds, because one thread must own a Kafka
client and the worker's event loop is busy storing. Whatever goes wrong it asks again; that the broker is away the
worker itself notices too.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from signals.consumers.broker import BrokerAwayError, topic_names
from signals.consumers.failures import told
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
    settings: Settings,
    found: Callable[[frozenset[str]], None],
    leaving: threading.Event,
    *,
    missed: Callable[[], None] = lambda: None,
) -> threading.Thread:
    """Call `found` with all arrears topics, at once and every `discovery_seconds`, until `leaving`.

    Both are called in the watching thread, which is returned; while the broker is away it is `missed` instead.
    """

    def watch() -> None:
        while not leaving.is_set():
            try:
                found(arrears_topics(settings))
            except BrokerAwayError as away:
                missed()
                log.warning("looking for new topics: %s", away)
            except Exception as error:  # noqa: BLE001 - a thread that ends silently would find no topic any more
                log.error("looking for new topics failed, and is tried again: %s", told(error))  # noqa: TRY400 - told so
            leaving.wait(settings.discovery_seconds)

    thread = threading.Thread(target=watch, name="topic discovery", daemon=True)
    thread.start()
    return thread
