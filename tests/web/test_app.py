"""The web application on a real server: what it answers, its headers, and that it stops when asked to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from starlette.routing import Route

from signals.errors import WrongUseError
from signals.metrics import Figures
from signals.web.app import build_server, create_app, listen
from signals.web.guard import SECURITY_HEADERS
from tests.web.client import Sheet, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from starlette.requests import Request as StarletteRequest
    from starlette.responses import Response


@dataclass
class Service:
    """A served application whose figures and readiness a test may change."""

    port: int = 0
    figures: Figures = field(default_factory=Figures)
    problems: list[str] = field(default_factory=list)
    broken: bool = False

    def read_figures(self) -> Figures:
        if self.broken:
            raise OSError("the database is away")
        return self.figures

    def is_ready(self) -> list[str]:
        if self.broken:
            raise OSError("password=secret")
        return self.problems

    def get(self, path: str) -> tuple[int, Message, str]:
        request = Request(f"http://127.0.0.1:{self.port}{path}")
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
                return answer.status, answer.headers, answer.read().decode()
        except HTTPError as answer:
            with answer:
                return answer.code, answer.headers, answer.read().decode()


def broken_page(_: StarletteRequest) -> Response:
    raise OSError("password=secret")


@contextmanager
def served(service: Service) -> Iterator[Service]:
    app = create_app(service.read_figures, service.is_ready)
    app.router.routes.append(Route("/stuk", broken_page))
    server = build_server(app)
    with listen("127.0.0.1", 0) as listening:
        service.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield service
        finally:
            server.should_exit = True
            thread.join(15)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with served(Service()) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Service:
    running.figures, running.problems, running.broken = Figures(), [], False
    return running


def page(answer: tuple[int, Message, str], status: int = 200) -> Sheet:
    """A page of the answer, found whole."""
    code, headers, text = answer
    assert code == status
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    return checked(code, "/", text, {name.lower(): value for name, value in headers.items()})


def test_the_first_page_says_what_this_is_and_that_nobody_can_sign_in_yet(service: Service) -> None:
    sheet = page(service.get("/"))
    assert sheet.root.get("lang") == "nl"
    assert sheet.heading == "Vroegsignalering van betalingsachterstanden"
    assert "nog geen manier van aanmelden" in sheet.words


def test_a_page_that_is_not_there_says_so(service: Service) -> None:
    assert page(service.get("/bestaat-niet"), 404).heading == "Deze pagina bestaat niet"


@pytest.mark.parametrize("path", ["/", "/metrics", "/health/live", "/health/ready", "/bestaat-niet"])
def test_every_answer_has_the_security_headers(service: Service, path: str) -> None:
    headers = service.get(path)[1]
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "Server" not in headers


def test_it_is_live(service: Service) -> None:
    service.broken = True
    code, headers, text = service.get("/health/live")
    assert (code, json.loads(text)) == (200, {"status": "live"})
    assert headers["Content-Type"] == "application/json"


def test_it_is_ready_when_nothing_is_wrong(service: Service) -> None:
    code, _, text = service.get("/health/ready")
    assert (code, json.loads(text)) == (200, {"status": "ready"})


def test_what_keeps_it_from_being_ready_is_told_as_a_problem(service: Service) -> None:
    service.problems = ["the database does not answer", "the tables are of an older version"]
    code, headers, text = service.get("/health/ready")
    problem = json.loads(text)
    assert code == problem["status"] == 503
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["problems"] == service.problems
    assert problem["detail"] == "the database does not answer; the tables are of an older version"
    assert problem["title"]


def test_a_failing_check_is_not_ready_and_tells_no_secret(service: Service) -> None:
    service.broken = True
    code, _, text = service.get("/health/ready")
    assert code == 503
    assert "OSError" in text
    assert "secret" not in text


def test_the_metrics_are_shown(service: Service) -> None:
    service.figures = Figures(outbox_depth=7)
    code, headers, text = service.get("/metrics")
    assert code == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "signals_outbox_depth 7.0" in text
    assert 'signals_events_received_total{sector="housing"}' in text


def test_the_metrics_are_shown_when_the_figures_cannot_be_read(service: Service) -> None:
    service.broken = True
    code, _, text = service.get("/metrics")
    assert code == 200
    assert "signals_figures_up 0.0" in text


def test_a_page_that_fails_says_so_in_dutch_with_the_security_headers(service: Service) -> None:
    answer = service.get("/stuk")
    assert page(answer, 500).heading == "Er ging iets mis"
    assert "secret" not in answer[2]
    assert {name: answer[1][name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_a_taken_port_is_told_in_words() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WrongUseError, match=f"cannot listen on 127.0.0.1 port {port}: .*--port"):
            listen("127.0.0.1", port)


def test_a_port_that_cannot_exist_is_told_in_words() -> None:
    with pytest.raises(WrongUseError, match="0 to 65535"):
        listen("127.0.0.1", 70_000)


PROGRAM = """
from signals.metrics import Figures
from signals.web.app import create_app, listen, serve
with listen("127.0.0.1", 0) as listening:
    print(listening.getsockname()[1], flush=True)
    serve(create_app(Figures, list), listening)
print("left", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it_in_good_order(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            assert process.stdout is not None
            service = Service(port=int(process.stdout.readline()))
            assert service.get("/health/live")[0] == 200
            process.send_signal(number)
            assert process.stdout.read() == "left\n"
            assert process.wait(15) == 0
        finally:
            process.kill()
