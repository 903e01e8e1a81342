"""What answers over HTTP: the metrics, the health of this process and a first page.

Stands at the end of the walk (design.md section 1) and takes no part in it: all it shows is read through two
functions that it is given, so it knows no database. Both are called in a thread, because they may wait.
"""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from signals.errors import WrongUseError
from signals.metrics import Figures, exposition, figures_collector
from signals.web.pages import FAILED, HOME, NOT_FOUND, STYLE_HASH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHUTDOWN_SECONDS: Final = 8  # below the 10 s in which every part of the service has left

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # what follows here will be about residents
}


class ProblemResponse(JSONResponse):
    """An answer as RFC 9457 (problem+json)."""

    media_type = "application/problem+json"


class SecurityHeaders:
    """Puts the security headers on every answer, also on errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_app(read_figures: Callable[[], Figures], is_ready: Callable[[], list[str]]) -> Starlette:
    """The web application.

    Args:
        read_figures: gives the figures of the installation; called at each scrape of `/metrics`, may raise.
        is_ready: gives what keeps this process from being ready, in words; an empty list when it is ready.
    """
    figures = figures_collector(read_figures)

    def metrics(request: Request) -> Response:
        content, content_type = exposition(request.headers.get("accept", ""), figures)
        return Response(content, headers={"Content-Type": content_type})

    def ready(_: Request) -> Response:
        return _readiness(is_ready)

    return Starlette(
        routes=[
            Route("/", _home),
            Route("/metrics", metrics),
            Route("/health/live", _live),
            Route("/health/ready", ready),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={404: _not_found, 500: _failed},
    )


def _home(_: Request) -> Response:
    return HTMLResponse(HOME)


async def _live(_: Request) -> Response:
    """Answered by the event loop itself: it is alive when it can say so."""
    return JSONResponse({"status": "live"})


def _readiness(is_ready: Callable[[], list[str]]) -> Response:
    try:
        problems = is_ready()
    except Exception as fault:  # noqa: BLE001 - whatever fails in the check, the answer is "not ready"
        problems = [f"the check itself failed with {type(fault).__name__}; the log says more"]
    if not problems:
        return JSONResponse({"status": "ready"})
    document = {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "; ".join(problems),
        "problems": problems,
    }
    return ProblemResponse(document, status_code=503)


async def _not_found(_: Request, __: Exception) -> Response:
    return HTMLResponse(NOT_FOUND, status_code=404)


async def _failed(_: Request, __: Exception) -> Response:
    return HTMLResponse(FAILED, status_code=500, headers=SECURITY_HEADERS)  # made outside the middleware


def serve(app: ASGIApp, host: str, port: int, *, on_listening: Callable[[int], None] | None = None) -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish those under way and return.

    Args:
        app: the application.
        host: the address to listen on; 127.0.0.1 keeps it to this machine.
        port: the port; 0 takes a free one.
        on_listening: called with the real port once connections are accepted.

    Raises:
        WrongUseError: the address or port cannot be listened on.
    """
    server = build_server(app)
    with listen(host, port) as listening, _stopping(server):
        if on_listening is not None:
            on_listening(listening.getsockname()[1])
        server.run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a taken port is known before anything else starts.

    Raises:
        WrongUseError: the address or port cannot be listened on.
    """
    if not 0 <= port <= 65535:
        raise WrongUseError(f"{port} is no port; give 0 to 65535 with --port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as fault:
        advice = "choose another with --port"
        raise WrongUseError(f"cannot listen on {host} port {port}: {fault.strerror}; {advice}") from fault


def build_server(app: ASGIApp) -> uvicorn.Server:
    """A server for `app`; in a thread, `run(sockets=[…])` starts it and `should_exit = True` stops it."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,  # an address line may one day hold what a visitor searched for
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )


@contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[None]:
    """A stop signal is a wish fulfilled: the server leaves and the process goes on to its own exit code.

    The server raises a caught signal again once it has stopped; these handlers also catch that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return

    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
