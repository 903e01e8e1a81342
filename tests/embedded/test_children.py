"""Children: their surroundings, and that they end."""

from __future__ import annotations

import os
import signal
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from signals.embedded import children
from signals.embedded.children import (
    LONGEST_POLL_SECONDS,
    POLL_SECONDS,
    Ending,
    Trace,
    await_until,
    child,
    last_words,
    still_running,
    stop_together,
    stop_trace,
    trace_of,
)

if TYPE_CHECKING:
    from pathlib import Path

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
POLITE = "import time; print('ready', flush=True); time.sleep(600)"


def started(log: Path) -> bool:
    return await_until(lambda: log.exists() and "ready" in log.read_text(), 20.0)


def test_a_child_gets_our_environment_and_what_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "1")
    log = tmp_path / "log"
    command = [sys.executable, "-c", "import os; print(os.environ['OURS'] + os.environ['ADDED'])"]
    with child(command, {"ADDED": "2"}, log=log) as process:
        assert process.wait(20) == 0
    assert log.read_text() == "12\n"


def test_a_child_is_in_a_session_of_its_own_so_that_ctrl_c_is_ours(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with child([sys.executable, "-c", POLITE], log=log) as process:
        assert started(log)
        assert os.getsid(process.pid) == process.pid != os.getsid(0)


@pytest.mark.parametrize(
    ("program", "code"), [(POLITE, -signal.SIGTERM), (STUBBORN, -signal.SIGKILL)], ids=["polite", "stubborn"]
)
def test_a_child_has_ended_after_the_block(program: str, code: int, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with child([sys.executable, "-c", program], log=log, ending=Ending(within=0.3)) as process:
        assert started(log)
    assert process.returncode == code


def test_children_that_are_stopped_together_share_one_deadline(tmp_path: Path) -> None:
    logs = [tmp_path / name for name in "ab"]
    with (
        child([sys.executable, "-c", STUBBORN], log=logs[0]) as one,
        child([sys.executable, "-c", POLITE], log=logs[1]) as two,
    ):
        assert all(started(log) for log in logs)
        stop_together([one, two], Ending(within=0.3))
        assert (one.returncode, two.returncode) == (-signal.SIGKILL, -signal.SIGTERM)


def test_a_trace_is_of_one_process_only() -> None:
    own = trace_of(os.getpid())
    assert own
    assert still_running(own)
    assert not still_running(Trace(own.pid, own.started - 1))


def test_a_dead_child_that_nobody_buried_does_not_run(tmp_path: Path) -> None:
    with child(["sleep", "0"], log=tmp_path / "log") as process:
        assert await_until(lambda: trace_of(process.pid) is None, 20.0)


def test_a_stranger_with_the_same_id_is_left_alone() -> None:
    stop_trace(Trace(os.getpid(), started=1), Ending(signal.SIGKILL))
    assert trace_of(os.getpid())


def test_last_words_are_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert "it said nothing" in last_words(log)
    log.write_text("x" * 1000 + "the reason\n")
    assert last_words(log).startswith("x" * 490 + "the reason (")


def test_what_takes_long_to_ask_is_asked_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now, costs = [0.0], iter([0.0, 0.05, 5.0, 0.0])
    paused: list[float] = []

    def ask() -> bool:
        now[0] += next(costs)
        return len(paused) == 3

    def pause(seconds: float) -> None:
        paused.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(children, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=pause))
    assert await_until(ask, 60.0)
    assert paused == [POLL_SECONDS, pytest.approx(0.1), LONGEST_POLL_SECONDS]
