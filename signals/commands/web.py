"""`signals web`: the figures, the health and the workbench of the whole installation."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from signals.commands.loglines import log_to_stderr
from signals.consumers.broker import BrokerAwayError, begin_offsets, broker_log_id, end_offsets
from signals.consumers.discovery import arrears_topics
from signals.reports.figures import read_figures, read_lag
from signals.reports.scores import Watch
from signals.settings import origin_of
from signals.store.database import engine_for, transaction
from signals.store.migrate import is_current
from signals.web.answering import DESKS, FEWEST_DESKS, Office
from signals.web.app import create_app, listen, serve
from signals.web.processes import serve_together, usual_processes
from signals.web.signin.entry import sign_in_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine
    from starlette.applications import Starlette

    from signals.metrics import Figures
    from signals.settings import Settings
    from signals.store.inbox import Partition

log = logging.getLogger(__name__)
T = TypeVar("T")

# Whoever waits for a page goes away sooner than this; a transaction that its page left behind holds no lock for long.
PAGE_OPTIONS: Final = (
    "-c jit=off -c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
)
BROKER_SECONDS: Final = 3.0  # who scrapes gives up after ten, and then has none of the figures
_asking = threading.BoundedSemaphore(4)  # a broker that is frozen holds each question for long


def serve_web(settings: Settings, host: str, port: int, on_listening: Callable[[int], None]) -> None:
    """Serve `/metrics`, health and the pages until told to stop.

    Args:
        settings: of this installation.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        on_listening: called with the real port once connections are accepted.

    Raises:
        WrongUseError: the address or port cannot be listened on, or the demo sign-in would be open to others.
        SignalsError: one of several processes could not start.
    """
    processes = settings.web_processes or usual_processes()
    with listen(host, port) as listening:
        real = listening.getsockname()[1]
        make = partial(app_of, settings, host, real, max(DESKS // processes, FEWEST_DESKS))
        app = make()  # also where others make the pages: what is wrong is told before they start
        on_listening(real)
        if processes == 1:
            serve(_warming(app), listening)
        else:
            serve_together(partial(_made_beside, make), listening, processes)


def _made_beside(make: Callable[[], Starlette]) -> Starlette:
    log_to_stderr()
    return _warming(make())


def _warming(app: Starlette) -> Starlette:
    """Beside all else its templates are compiled: a second that the first visitors of each page would wait."""
    threading.Thread(target=app.state.compile_templates, name="templates", daemon=True).start()
    return app


def app_of(settings: Settings, host: str, port: int, desks: int = DESKS) -> Starlette:
    """The application of this installation. Raises WrongUseError."""
    engine = engine_for(settings.database, options="-c statement_timeout=5s -c jit=off")
    office = office_of(settings, host, port, desks)
    watch = Watch(engine)
    return create_app(lambda: figures(engine, settings, watch), lambda: troubles(engine, settings), office)


def office_of(settings: Settings, host: str, port: int, desks: int = DESKS) -> Office | None:
    """What the pages stand on; None where there is no way to sign in. Raises WrongUseError."""
    shown = f"[{host}]" if ":" in host else host
    address = settings.web_address or origin_of(f"http://{shown}:{port}")
    sign_in = sign_in_for(settings, host, address)
    if sign_in is None or settings.session_secret is None:
        log.warning("no way to sign in is set up: there are no pages about residents (docs/operations.md)")
        return None
    engine = engine_for(settings.database, options=PAGE_OPTIONS, pool_size=desks)
    secret = settings.session_secret.get_secret_value()
    sets, url = settings.letter_sets, settings.routing_url
    tokens = settings.web_tokens
    return Office(engine, sign_in, secret, address, tokens, desks=desks, letter_sets=sets, routing_url=url)


def figures(engine: Engine, settings: Settings, watch: Watch | None = None) -> Figures:
    """The figures of the whole installation now; without lag while the broker is away."""
    with transaction(engine) as cursor:
        found = read_figures(cursor, watch.found() if watch else {})
    try:
        return replace(found, lag=in_time(lambda: _lag(engine, settings)))
    except BrokerAwayError as away:
        log.warning("lag is unknown: %s", away)
        return found


def in_time(ask: Callable[[], T], seconds: float = BROKER_SECONDS) -> T:
    """What the broker answers to `ask` within `seconds`; a thread of its own waits for what comes later.

    Raises:
        BrokerAwayError: it took longer, or earlier questions are still without an answer.
    """
    until = time.monotonic() + seconds
    answer: Future[T] = Future()

    def wait() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asks
            answer.set_exception(error)
        finally:
            _asking.release()

    if _asking.acquire(timeout=seconds):
        threading.Thread(target=wait, name="question to the broker", daemon=True).start()
        with contextlib.suppress(FutureTimeoutError):
            return answer.result(until - time.monotonic())
    raise BrokerAwayError(f"the broker did not answer within {seconds:.0f} s: check that it runs and is not overloaded")


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
        in_time(lambda: arrears_topics(settings))
    except BrokerAwayError as error:
        found.append(str(error))
    return found
