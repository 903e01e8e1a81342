"""`signals web` as two processes: one address, one set of limits and figures, and one end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import pytest

from signals.embedded import Ending, child
from signals.embedded.broker import free_port
from signals.embedded.children import Trace, await_until, still_running, trace_of
from signals.web.processes import RESTARTS
from tests.walk.terminal import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signals.embedded.children import Process

pytestmark = pytest.mark.database
SECONDS: Final = 40.0
BURST: Final = 60  # steps of a sign-in for one address
# Nothing that anybody who looks for one would find: of a provider that is away, and of a broker that is.
SETTINGS: Final = {
    "SIGNALS_SESSION_SECRET": "a secret that only the tests know, of some length",
    "SIGNALS_OIDC_CLIENT_ID": "signals",
    "SIGNALS_OIDC_ROLES": '{"vs-specialist": "specialist"}',
    "SIGNALS_MUNICIPALITIES": "0141",
}


@dataclass
class Service:
    """A running `signals web`."""

    process: Process
    address: str
    log: Path
    temporary: Path  # where it makes temporary files

    def beside(self) -> list[Trace]:
        """The processes that make the pages, the longest there first."""
        numbers = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split()
        found = [trace for number in numbers if "spawn_main" in _words(number) and (trace := trace_of(int(number)))]
        return sorted(found, key=lambda trace: trace.started)

    def answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health/live").status_code == 200
        return False

    def knock(self) -> int:
        """Come back from a sign-in that never began, over a connection of its own."""
        return httpx.get(f"{self.address}/aanmelden/terug", timeout=20).status_code

    def refused(self) -> float:
        """How many such sign-ins the figures count."""
        text = httpx.get(f"{self.address}/metrics", timeout=20).text
        (found,) = re.findall(r'^signals_sign_ins_refused_total\{why="no-journey"\} (\S+)$', text, re.MULTILINE)
        return float(found)

    @contextmanager
    def only(self, one: Trace) -> Iterator[None]:
        """Within the block the other process sleeps, so that this one answers; after 20 s it would be held dead."""
        others = [trace.pid for trace in self.beside() if trace != one]
        assert len(others) == 1
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)


def _words(pid: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8")
    return ""


@contextmanager
def web(folder: Path, settings: Mapping[str, str]) -> Iterator[Service]:
    port, log = free_port(), folder / "web.log"
    environment = {
        **SETTINGS,
        "SIGNALS_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "SIGNALS_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "SIGNALS_WEB_ADDRESS": f"http://127.0.0.1:{port}",
        **settings,
    }
    with (
        tempfile.TemporaryDirectory() as temporary,  # a short path: the address of a socket has at most 107 letters
        child(
            command("web", "--port", port),
            {**environment, "TMPDIR": temporary},
            log=log,
            ending=Ending(within=10.0),
        ) as process,
    ):
        service = Service(process, f"http://127.0.0.1:{port}", log, Path(temporary))
        assert await_until(lambda: service.answers() or process.poll() is not None, SECONDS), log.read_text("utf-8")
        yield service
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


@pytest.fixture
def two(tmp_path: Path, database: str) -> Iterator[Service]:
    with web(tmp_path, {"SIGNALS_WEB_PROCESSES": "2", "SIGNALS_DATABASE_URL": database}) as service:
        assert await_until(lambda: _ready(service) == 2, SECONDS), service.log.read_text("utf-8")
        yield service


def _ready(service: Service) -> int:
    """How many processes have begun to answer."""
    return service.log.read_text("utf-8").count("Started server process")


def test_a_limit_and_a_figure_are_of_both_together(two: Service) -> None:
    first, second = two.beside()
    with two.only(first):
        assert [two.knock() for _ in range(BURST // 2)] == [403] * (BURST // 2)
    with two.only(second):
        let_in = _let_in(two)
    assert BURST // 2 <= let_in < BURST  # on a slow machine half a one a second comes back meanwhile
    with two.only(first):
        more = _let_in(two)
    assert more < BURST // 2
    for one in (first, second):
        with two.only(one):
            assert two.refused() == BURST // 2 + let_in + more


def _let_in(service: Service) -> int:
    """How many may knock until one is told to wait."""
    for number in range(4 * BURST):
        if (status := service.knock()) != 403:
            assert status == 429
            return number
    raise AssertionError("nobody is told to wait")


def test_one_that_dies_is_started_again_while_the_other_answers(two: Service) -> None:
    died, stays = two.beside()
    os.kill(died.pid, signal.SIGKILL)
    assert await_until(lambda: len(two.beside()) == 2 and died not in two.beside(), SECONDS)
    assert await_until(lambda: _ready(two) == 3, SECONDS), two.log.read_text("utf-8")
    assert stays in two.beside()
    (new,) = [trace for trace in two.beside() if trace != stays]
    with two.only(new):
        assert two.knock() == 403
        assert two.refused() == 1


def test_all_leave_in_good_order_when_told_to_stop(two: Service) -> None:
    beside = two.beside()
    two.process.send_signal(signal.SIGTERM)
    assert two.process.wait(SECONDS) == 0
    assert len(beside) == 2
    assert not any(map(still_running, beside))
    assert list(two.temporary.iterdir()) == []


def test_nobody_stays_at_the_address_when_the_first_is_killed(two: Service) -> None:
    beside = two.beside()
    two.process.kill()
    two.process.wait(SECONDS)
    assert await_until(lambda: not any(map(still_running, beside)), SECONDS)
    assert not two.answers()
    assert list(two.temporary.iterdir()) == []


# What reads it as the first process goes on; whoever is started by that one cannot.
UNREADABLE: Final = """
import sys
if __name__ != "__main__":
    raise ImportError("there is no such module")
from signals.errors import SignalsError
from signals.web.app import listen
from signals.web.processes import serve_together
try:
    with listen("127.0.0.1", 0) as listening:
        serve_together(dict, listening, 2)
except SignalsError as fault:
    sys.exit(f"signals: {fault}")
"""


def test_all_of_them_end_when_none_can_be_read(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(UNREADABLE, "utf-8")
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 1
    assert RESTARTS < ran.stderr.count("there is no such module") <= 3 * RESTARTS
    assert "web processes died more than" in ran.stderr.splitlines()[-1]


def test_one_process_is_enough_where_it_is_asked_for(tmp_path: Path, database: str) -> None:
    with web(tmp_path, {"SIGNALS_WEB_PROCESSES": "1", "SIGNALS_DATABASE_URL": database}) as service:
        assert service.beside() == []
        assert service.knock() == 403
        assert service.refused() == 1
