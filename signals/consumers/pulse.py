"""Does the worker live, and can it take events in? Told truly, from what the worker itself last saw.

Beside the walk: the reading loop touches the pulse itself, so that liveness proves that the loop runs; whoever meets
the database or the broker notes whether it was there. Shown with the worker's own metrics on a loopback port.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from signals import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)
ADDRESS: Final = "127.0.0.1"
DATABASE: Final = "the database"
BROKER: Final = "the broker"
STORING: Final = "storing"  # the database may answer and yet take no batch
TROUBLES: Final = {
    DATABASE: "the database cannot be used; the worker tries again",
    BROKER: "the broker cannot be used; the worker tries again",
    STORING: "a batch cannot be stored; the worker tries again",
}


class Pulse:
    """What the threads of a worker know of its health; any thread may write or ask.

    `hung_after` is the number of seconds without a beat that make it dead.
    """

    def __init__(self, hung_after: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._hung_after = hung_after
        self._clock = clock
        self._beat = clock()
        self._away = dict.fromkeys(TROUBLES, False)  # changed in place: two threads may write at once
        self._leaving = False

    def beat(self) -> None:
        """The reading loop came round."""
        self._beat = self._clock()

    def met(self, whom: str) -> None:
        """The database or the broker answered, or a batch was stored."""
        self._away[whom] = False

    def missed(self, whom: str) -> None:
        """The database or the broker did not answer, or a batch must be stored again."""
        self._away[whom] = True

    def leave(self) -> None:
        """The worker takes nothing in any more."""
        self._leaving = True

    def is_away(self, whom: str) -> bool:
        """Whether it did not answer, or did not succeed, at the last attempt."""
        return self._away[whom]

    def lives(self) -> bool:
        """Whether the reading loop came round lately; a restart mends what does not live."""
        return self._clock() - self._beat < self._hung_after

    def troubles(self) -> list[str]:
        """What keeps the worker from taking events in, in words; empty: it is ready."""
        found = [words for whom, words in TROUBLES.items() if self._away[whom]]
        if not self.lives():
            found.append("the reading loop hangs; restart the worker")
        if self._leaving:
            found.append("the worker is leaving")
        return found


def show_health(pulse: Pulse, port: int) -> ThreadingHTTPServer:
    """Serve `/metrics`, `/health/live` and `/health/ready` on loopback, in a thread that ends with the process.

    Raises:
        OSError: the port is taken.
    """

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10  # a caller that says nothing does not keep its thread

        def do_GET(self) -> None:
            status, content_type, body = _page(self.path.partition("?")[0], self.headers.get("Accept", ""), pulse)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a scrape each few seconds is no news."""

    server = ThreadingHTTPServer((ADDRESS, port), Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server


def _page(path: str, accept: str, pulse: Pulse) -> tuple[int, str, bytes]:
    """Status, content type and body of one answer."""
    if path == "/metrics":
        body, content_type = metrics.exposition(accept)
        return 200, content_type, body
    if path == "/health/live":
        return _answer(200 if pulse.lives() else 503, {"lives": pulse.lives()})
    if path == "/health/ready":
        troubles = pulse.troubles()
        return _answer(503 if troubles else 200, {"ready": not troubles, "problems": troubles})
    return _answer(404, {"pages": ["/metrics", "/health/live", "/health/ready"]})


def _answer(status: int, said: object) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(said).encode() + b"\n"
