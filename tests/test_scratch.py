"""The folder of a test run: in memory where there is room, gone when its run is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests import scratch

if TYPE_CHECKING:
    from pathlib import Path

ENDED = 2**31 - 1  # no process has this number


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scratch, "available", lambda: 1)
    return tmp_path


def test_a_run_gets_a_folder_of_its_own(memory: Path) -> None:
    made = scratch.folder_in_memory(memory, needed=1, spare=1)
    assert made == memory / f"{scratch.PREFIX}{os.getpid()}"
    assert made.is_dir()


@pytest.mark.parametrize(("needed", "spare"), [(2**62, 1), (1, 2)])
def test_without_room_there_is_none(memory: Path, needed: int, spare: int) -> None:
    assert scratch.folder_in_memory(memory, needed=needed, spare=spare) is None
    assert scratch.folder_in_memory(memory / "not there", needed=1, spare=1) is None
    assert list(memory.iterdir()) == []


def test_what_ended_runs_left_is_cleared_and_nothing_else(memory: Path) -> None:
    kept = [memory / f"{scratch.PREFIX}{os.getpid()}", memory / "another", memory / f"{scratch.PREFIX}x"]
    for folder in (*kept, memory / f"{scratch.PREFIX}{ENDED}"):
        folder.mkdir()
        (folder / "file").touch()
    scratch.clear(memory)
    assert sorted(memory.iterdir()) == sorted(kept)


def test_this_machine_tells_what_is_available() -> None:
    assert scratch.available() > 2**20
