"""`signals worker | relay`: the parts of the service that carry the walk, one process each.

Nothing is imported here that only the web page or the tables' upgrade need: a worker that was killed is back sooner.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import start_http_server

from signals import metrics
from signals.commands.connection import engine_here
from signals.consumers.broker import broker_log_id
from signals.consumers.flood import FloodLimits
from signals.consumers.intake import BatchIntake
from signals.consumers.last_words import is_empty
from signals.consumers.publisher import publishing
from signals.consumers.relay import relay
from signals.consumers.worker import PAST_DEADLINE, run_worker
from signals.store.database import WORKER_OPTIONS, engine_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from signals.consumers.relay import Published
    from signals.settings import Settings


def work(settings: Settings) -> int:
    """Take events in until told to stop; the exit code."""

    def intake() -> BatchIntake:
        engine = engine_for(settings.database, options=WORKER_OPTIONS)
        return BatchIntake(engine, broker_log_id(settings), gapless=True, limits=flood_limits(settings))

    return run_worker(settings, intake)


def flood_limits(settings: Settings) -> FloodLimits | None:
    """The limits of the settings; None when they are off."""
    if not settings.flood_limits:
        return None
    return FloodLimits(settings.flood_share, settings.flood_window, settings.flood_at_least, settings.flood_in_a_row)


def _show_metrics(settings: Settings) -> None:
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=metrics.REGISTRY)


def relay_until_stopped(settings: Settings) -> int:
    """Publish the outbox until told to stop.

    A broker that is away can hold a publish longer than a relay may take to leave: then the process ends by force.
    That loses nothing: what was not marked as published is published again.
    """
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        deadline = threading.Timer(settings.shutdown_seconds - 1, os._exit, [PAST_DEADLINE])
        deadline.daemon = True
        deadline.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    _show_metrics(settings)
    with engine_here(settings) as engine:
        new_log = partial(is_empty, settings)
        relay(engine, _Reconnecting(settings), should_stop=stopping.is_set, is_empty=new_log)
    return 0


class _Reconnecting:
    """Publishes over one connection, and over a new one after an error."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection = ExitStack()
        self._publish: Callable[[Iterable[Published]], int] | None = None

    def __call__(self, messages: Iterable[Published]) -> int:
        try:
            if self._publish is None:
                self._publish = self._connection.enter_context(publishing(self._settings))
            return self._publish(messages)
        except BaseException:
            self._publish = None
            self._connection.close()
            raise
