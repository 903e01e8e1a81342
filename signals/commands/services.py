"""`signals worker | relay | web`, `signals db` and `signals topics`: the parts of the service, one process each."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from prometheus_client import start_http_server

from signals import metrics
from signals.commands.connection import engine_here
from signals.consumers.broker import BrokerAwayError, begin_offsets, broker_log_id, end_offsets
from signals.consumers.discovery import arrears_topics
from signals.consumers.intake import BatchIntake
from signals.consumers.publisher import publishing
from signals.consumers.relay import relay
from signals.consumers.topics import apply_topics, wanted_topics
from signals.consumers.worker import PAST_DEADLINE, run_worker
from signals.outreach.configuration import load_partners
from signals.reports.figures import read_figures, read_lag
from signals.store.database import WORKER_OPTIONS, engine_for, transaction
from signals.store.migrate import is_current
from signals.web.app import create_app, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Engine

    from signals.consumers.relay import Published
    from signals.metrics import Figures
    from signals.settings import Settings
    from signals.store.inbox import Partition

log = logging.getLogger(__name__)


def log_to_stderr() -> None:
    """Log lines for the supervisor: one line each, nothing personal in them."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("kafka", "aiokafka", "faust", "mode", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of every tenth of a second that a client waits: nobody can act on that.
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)


def work(settings: Settings) -> int:
    """Take events in until told to stop; the exit code."""

    def intake() -> BatchIntake:
        _show_metrics(settings)
        return BatchIntake(engine_for(settings.database, options=WORKER_OPTIONS), broker_log_id(settings), gapless=True)

    return run_worker(settings, intake)


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
        relay(engine, _Reconnecting(settings), should_stop=stopping.is_set)
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


def serve_web(settings: Settings, host: str, port: int, on_listening: Callable[[int], None]) -> None:
    """Serve `/metrics`, health and the first page until told to stop."""
    engine = engine_for(settings.database, options="-c statement_timeout=5s -c jit=off")
    app = create_app(lambda: figures(engine, settings), lambda: troubles(engine, settings))
    serve(app, host, port, on_listening=on_listening)


def figures(engine: Engine, settings: Settings) -> Figures:
    """The figures of the whole installation now; without lag while the broker is away."""
    with transaction(engine) as cursor:
        found = read_figures(cursor)
    try:
        return replace(found, lag=_lag(engine, settings))
    except BrokerAwayError as away:
        log.warning("lag is unknown: %s", away)
        return found


def _lag(engine: Engine, settings: Settings) -> dict[Partition, int]:
    topics = arrears_topics(settings)
    log_id = broker_log_id(settings)
    begins, ends = begin_offsets(settings, topics), end_offsets(settings, topics)
    with transaction(engine) as cursor:
        return read_lag(cursor, log_id, begins, ends)


def troubles(engine: Engine, settings: Settings) -> list[str]:
    """What keeps this installation from working now, in words."""
    found = []
    try:
        if not is_current(engine):
            found.append("the database does not have the newest tables: run `signals db upgrade`")
    except Exception as error:  # noqa: BLE001 - whatever it is, the database cannot be used
        found.append(f"the database cannot be used ({type(error).__name__})")
    try:
        arrears_topics(settings)
    except BrokerAwayError as error:
        found.append(str(error))
    return found


def apply_all_topics(settings: Settings) -> list[str]:
    """Make the topics of all registered partners; what was changed, a line each."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        partners = load_partners(cursor)
    return apply_topics(settings, wanted_topics(settings, partners))
