"""What answers over HTTP: the metrics, the health of this process and the pages of the workbench.

Stands at the end of the walk (design.md section 1). Metrics and health are read through two functions that it is
given; the pages stand on an `Office`. All of them are called in a thread, because they may wait.
"""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signals.errors import WrongUseError
from signals.metrics import Figures, exposition, figures_collector
from signals.web.answering import Counter
from signals.web.desk import Visit
from signals.web.guard import SECURITY_HEADERS, SecurityHeaders, content_policy, sealed_owner
from signals.web.inside import inside_only
from signals.web.pages import fault_page
from signals.web.routes import MENU, all_pages
from signals.web.static_files import StaticFiles
from signals.web.templating import Addresses, Templates
from signals.web.texts import choose_language
from signals.web.together import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.registry import Collector
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from signals.web.answering import Office
    from signals.web.desk import Page
    from signals.web.people import User

SHUTDOWN_SECONDS: Final = 8  # below the 10 s in which every part of the service has left
HANGS_SECONDS: Final = 20  # of a process among several; one that only begins on a busy machine is silent for some too


class _Number(IntegerConvertor):
    """A number in an address: one of more digits is nobody's, and Python would not read one of thousands."""

    regex = "[0-9]{1,19}"


register_url_convertor("int", _Number())


class ProblemResponse(JSONResponse):
    """An answer as RFC 9457 (problem+json)."""

    media_type = "application/problem+json"


def create_app(
    read_figures: Callable[[], Figures], is_ready: Callable[[], list[str]], office: Office | None = None
) -> Starlette:
    """The web application.

    Args:
        read_figures: gives the figures of the installation; called at each scrape of `/metrics`, may raise.
        is_ready: gives what keeps this process from being ready, in words; an empty list when it is ready.
        office: what the pages stand on; without it there is only a first page that says what this is.
    """
    shown = counted("metrics", partial(_metrics, figures_collector(read_figures)))

    def metrics(request: Request) -> Response:
        content, content_type = shown(request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": content_type})

    def ready(_: Request) -> Response:
        return _readiness(is_ready)

    pages = all_pages() if office else ()
    static = StaticFiles(office.tokens if office else None)
    templates = Templates(Addresses(pages), static, MENU, seal=_seal(office))
    front = Front(templates, office)
    app = Starlette(
        routes=[
            Route("/metrics", inside_only(metrics)),
            Route("/health/live", _live),
            Route("/health/ready", inside_only(ready)),
            Route("/static/{name}", static.answer),
            *front.routes(pages),
        ],
        middleware=[
            Middleware(SecurityHeaders, secure=front.secure, form_targets=front.form_targets),
            Middleware(GZipMiddleware, minimum_size=500, compresslevel=1),  # the rest saves little of a page
        ],
        exception_handlers={HTTPException: front.fault, 500: front.failed},
    )
    app.state.compile_templates = templates.compile_all  # for who has time before the first visitor comes
    app.router.redirect_slashes = False  # it would lead to whatever host the request names
    return app


def _metrics(figures: Collector, accept: str) -> tuple[str, str]:
    """The metrics as text, and its type: those of the process that counts for all."""
    content, content_type = exposition(accept, figures)
    return content.decode(), content_type


def _seal(office: Office | None) -> Callable[[User | None], str]:
    """What marks a form with for whom it was made."""
    return partial(sealed_owner, office.jar) if office else lambda _: ""


class Front:
    """What visitors see: the pages of the office, or the first page where there is none."""

    def __init__(self, templates: Templates, office: Office | None) -> None:
        self._templates = templates
        self._counter = Counter(office, templates) if office else None
        self.secure = office.secure if office else False
        self.form_targets = office.sign_in.form_targets if office else ()

    def routes(self, pages: Iterable[Page]) -> list[Route]:
        """A route for each page."""
        if self._counter is None:
            return [Route("/", self._about)]
        return [Route(page.path, self._counter.endpoint(page), methods=[page.method], name=page.name) for page in pages]

    async def _about(self, request: Request) -> Response:
        return self._templates.page(self._visit(request), None, "about.html", 200, {})

    async def fault(self, request: Request, error: Exception) -> Response:
        """The page for an address that does not exist, or not for this method."""
        return await self._fault_page(request, error.status_code if isinstance(error, HTTPException) else 500)

    async def failed(self, request: Request, _: Exception) -> Response:
        """The page for what failed outside all pages; it is made outside the middleware."""
        policy = content_policy(request.scope["signals.nonce"], self.form_targets)
        response = await self._fault_page(request, 500)
        response.headers.update({**SECURITY_HEADERS, "Content-Security-Policy": policy, "Cache-Control": "no-store"})
        return response

    async def _fault_page(self, request: Request, status: int) -> Response:
        if self._counter is not None:
            return await self._counter.fault(request, status)
        return fault_page(self._templates, self._visit(request), None, status)

    def _visit(self, request: Request) -> Visit:
        language = choose_language(None, request.headers.get("accept-language", ""))
        return Visit(request.method, "/", language, request.scope["signals.nonce"], "", {}, {}, "")


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


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Answer requests until SIGTERM or Ctrl-C, then finish those under way and return.

    Args:
        app: the application.
        listening: the socket of `listen`, which the caller closes.
    """
    server = build_server(app)
    with _stopping(server):
        server.run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a taken port is known before anything else starts.

    Args:
        host: the address to listen on; 127.0.0.1 keeps it to this machine.
        port: the port; 0 takes a free one.

    Raises:
        WrongUseError: the address or port cannot be listened on.
    """
    if not 0 <= port <= 65535:
        raise WrongUseError(f"{port} is no port; give 0 to 65535 with --port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=128)
    except OSError as fault:
        advice = "choose another with --port"
        raise WrongUseError(f"cannot listen on {host} port {port}: {fault.strerror}; {advice}") from fault
    # Connections inherit it; asyncio sets it only on sockets that name TCP, and each answer would wait 40 ms without.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def build_server(app: ASGIApp) -> uvicorn.Server:
    """A server for `app`; in a thread, `run(sockets=[…])` starts it and `should_exit = True` stops it."""
    return uvicorn.Server(server_config(app))


def server_config(app: ASGIApp | Callable[[], ASGIApp], processes: int = 1) -> uvicorn.Config:
    """How the server behaves; with several processes `app` makes the application, in each of them."""
    return uvicorn.Config(
        app,
        factory=processes > 1,
        workers=processes,
        timeout_worker_healthcheck=HANGS_SECONDS,
        lifespan="off",
        log_config=None,
        access_log=False,  # an address line may one day hold what a visitor searched for
        server_header=False,
        proxy_headers=False,  # the sign-in reads them, and believes only the proxies of the settings
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
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
