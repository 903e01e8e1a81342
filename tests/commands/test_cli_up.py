"""`signals up --empty`: it comes up, is found in its folder, leaves no process, and comes back after a kill."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from signals.embedded import running_services
from signals.embedded.broker import free_port
from signals.embedded.children import Trace, await_until, still_running, trace_of
from signals.web.signin.demo import DEMO_PEOPLE
from tests.walk.events import Sender, write_lines
from tests.walk.installation import await_that, fetched
from tests.walk.office_day import walk_the_office
from tests.walk.terminal import Said, command, run_alone, surroundings, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 40.0
STOP_SECONDS = 10.0
PARTS = {"postgres", "tansu", "worker", "relay", "web"}
WELBIONS = Sender("welbions", "housing")


def descendants(pid: int) -> list[int]:
    """The processes under `pid`, as /proc tells."""
    found = []
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        for child in (thread / "children").read_text(encoding="ascii").split():
            found += [int(child), *descendants(int(child))]
    return found


def part_of(pid: int) -> set[str]:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return {name for name in PARTS if any(word == name or word.endswith(f"/{name}") for word in words)}


class Service:
    """A running `signals up --empty` in `folder`, seen from outside."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
        self.process = process
        self.folder = folder
        self.ready = f"http://127.0.0.1:{port}/health/ready"

    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8")

    def logs(self) -> list[str]:
        return [self.said(), *(log.read_text(encoding="utf-8") for log in (self.folder / ".signals").glob("*.log"))]

    def signals(self, *words: object) -> Said:
        """Type a command in the folder where it runs, with no settings at all."""
        with contextlib.chdir(self.folder):
            return typed(*words)

    def queue(self, name: str) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = self.signals("queue", name, "--json").document["cases"]
        return cases

    def traces(self) -> list[Trace]:
        """Every process of it, itself included."""
        traces = [trace_of(pid) for pid in (self.process.pid, *descendants(self.process.pid))]
        return [trace for trace in traces if trace]


@contextlib.contextmanager
def up(folder: Path) -> Iterator[Service]:
    """Start it and wait until it has said where it is."""
    port = free_port()
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            command("up", "--empty", "--port", port), stdout=said, stderr=said, env=surroundings({}), cwd=folder
        )
    service = Service(process, folder, port)
    try:
        told = await_until(lambda: "Ctrl-C stops" in service.said() or process.poll() is not None, SECONDS)
        assert told, service.logs()
        assert process.poll() is None, service.logs()
        yield service
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS * 2)
            finally:
                process.kill()


def assert_the_made_up_people_may_sign_in(address: str) -> None:
    """Its pages are there, and lead who comes first to the made-up people."""
    status, text = fetched(f"{address}/")
    assert status == 200
    assert text.count("Aanmelden als ") == len(DEMO_PEOPLE)


def all_gone(traces: list[Trace]) -> bool:
    return await_until(lambda: not any(map(still_running, traces)), STOP_SECONDS)


def test_it_is_ready_found_without_settings_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with up(tmp_path) as service:
        assert fetched(service.ready) == (200, '{"status":"ready"}')  # at the address it has just printed
        assert service.ready.removesuffix("health/ready") in service.said()
        assert_the_made_up_people_may_sign_in(service.ready.removesuffix("/health/ready"))
        assert service.queue("letters") == []
        second = run_alone("up", "--empty", cwd=tmp_path)
        assert (second.code, "Traceback" in second.err) == (2, False)
        assert "already running" in second.err
        traces = service.traces()
        assert set().union(*(part_of(trace.pid) for trace in traces)) == PARTS
        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(STOP_SECONDS) == 0
        assert not any(map(still_running, traces))
        assert running_services(tmp_path / ".signals") is None
        after = service.signals("queue", "letters")
        assert after.code == 2
        assert "signals up" in after.err


def test_after_a_kill_the_cases_are_there_new_events_are_read_and_people_work_on(tmp_path: Path) -> None:
    def publish(service: Service, name: str, number: int) -> None:
        event = WELBIONS.report(name, number=number)
        file = write_lines(tmp_path / f"{name}.jsonl", [event])
        said = service.signals("publish", file, "--partner", WELBIONS.id)
        assert said.code == 0, said

    def await_letters(service: Service, number: int) -> None:
        await_that(lambda: len(service.queue("letters")) == number, service.logs)

    with up(tmp_path) as service:
        add = ("partners", "add", WELBIONS.id, "--sector", WELBIONS.sector, "--source", WELBIONS.source)
        assert service.signals(*add).code == 0
        publish(service, "HC-1", 12)
        await_letters(service, 1)
        traces = service.traces()
        service.process.kill()
        service.process.wait(STOP_SECONDS)
        assert all_gone(traces)
    with up(tmp_path) as service:
        await_letters(service, 1)
        publish(service, "HC-2", 14)
        await_letters(service, 2)
        await_that(lambda: service.signals("reconcile").code == 0, service.logs)
        assert {case["household"] for case in service.queue("letters")} == {"7607GC 12", "7607GC 14"}
        publish(service, "HC-3", 12)
        await_that(lambda: len(service.queue("visits")) == 1, service.logs)
        walk_the_office(service.ready.removesuffix("/health/ready"))
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(STOP_SECONDS) == 0


def test_a_taken_port_is_wrong_use_and_starts_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, contextlib.chdir(tmp_path):
        port = taken.getsockname()[1]
        said = typed("up", "--empty", "--port", port)
    assert said.code == 2
    assert f"port {port} is taken" in said.err
    assert "--port" in said.err
    assert not (tmp_path / ".signals").exists()


@pytest.mark.parametrize("words", ["--port 0", "--port 65536", "--port http", "extra"])
def test_wrong_words_are_refused(words: str) -> None:
    assert typed("up", *words.split()).code == 2
