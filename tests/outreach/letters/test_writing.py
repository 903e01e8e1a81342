"""The folder of a run: the same files whatever interrupts it, and nobody gets two letters."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import shutil
import stat
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pdfplumber
import pytest

from signals.outreach.letters import writing
from signals.outreach.letters.manifest import COLUMNS
from signals.outreach.letters.runs import LetterRunError, open_runs, release_letter_run
from signals.store.database import transaction
from tests.outreach.work.people import ANNA, act

from .rounds import attempts, houses, let_go, letters, posted, released, wish, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from signals.store.database import Cursor
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


class Killed(BaseException):
    """As if the process had ended there."""


class Steps:
    """Every moment at which the writing changes something outside its memory; at one of them it is killed."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.taken, self.last = 0, -1
        self._one_by_one = threading.Lock()  # letters are written side by side
        for name in ("replace", "unlink", "mkdir"):
            patch.setattr(Path, name, self._around(getattr(Path, name)))
        patch.setattr(writing, "transaction", self._transaction(transaction))
        patch.setattr(os, "fsync", self._around(os.fsync))

    def _step(self) -> None:
        with self._one_by_one:
            taken, self.taken = self.taken, self.taken + 1
        if taken == self.last:
            raise Killed

    def _around(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def do(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever is changed
            self._step()
            made = change(*arguments, **more)
            self._step()
            return made

        return do

    def _transaction(self, begin: Callable[[Engine], Any]) -> Callable[[Engine], Any]:
        @contextmanager
        def do(engine: Engine) -> Iterator[Cursor]:
            with begin(engine) as cursor:
                yield cursor
                self._step()  # before the commit: all of it is rolled back
            self._step()

        return do


def files(out: Path) -> dict[str, str]:
    """Every file of a folder with the checksum of what is in it."""
    there = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in there}


def test_the_folder_is_what_a_print_room_needs(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 12, 3)
    run, out = released(desk), tmp_path / "out"
    manifest = written(desk, run, out).manifest
    told = json.loads((out / "manifest.json").read_text("utf-8"))
    assert told == manifest.document
    assert list(told) == ["run", "municipality", "letters", "left_out"]
    assert (told["run"], told["municipality"], told["left_out"]) == (str(run), "0141", [])
    assert [tuple(line) for line in told["letters"]] == [COLUMNS, COLUMNS]
    with (out / "manifest.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [{key: str(line[key]) for key in COLUMNS} for line in told["letters"]]
    numbers = [str(one.id) for one in letters(desk, run)]
    assert [line["number"] for line in told["letters"]] == numbers
    assert files(out).keys() == {
        *(".letter-run", "manifest.csv", "manifest.json", "run.pdf"),
        *(f"letters/{number}.pdf" for number in numbers),
    }
    assert [files(out)[f"letters/{line['number']}.pdf"] for line in told["letters"]] == [
        line["sha256"] for line in told["letters"]
    ]
    with pdfplumber.open(out / "run.pdf") as merged:
        texts = [page.extract_text() for page in merged.pages]
    assert [number in text for number, text in zip((" 3\n", " 12\n"), texts, strict=True)] == [True, True]
    assert "Jansen" not in (out / "manifest.json").read_text("utf-8") + (out / "manifest.csv").read_text("utf-8")
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_what_is_there_is_verified_and_what_is_wrong_is_made_anew(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1, 2, 3)
    run = released(desk)
    written(desk, run, tmp_path)
    whole = files(tmp_path)
    one, other, _ = sorted((tmp_path / "letters").iterdir())
    stamp = one.stat().st_mtime_ns
    other.write_bytes(b"half of it")
    (tmp_path / "run.pdf").unlink()
    written(desk, run, tmp_path)
    assert files(tmp_path) == whole
    assert one.stat().st_mtime_ns == stamp  # it was not written anew


def test_killed_at_any_moment_it_goes_on_to_the_same_files(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    with monkeypatch.context() as patch:
        steps = Steps(patch)
        written(desk, run, tmp_path / "whole")
    moments, whole = steps.taken, files(tmp_path / "whole")
    desk.system.rows("UPDATE letters SET pages = NULL, sheets = NULL, sha256 = NULL RETURNING id")
    for moment in range(moments):
        out = tmp_path / str(moment)
        with monkeypatch.context() as patch:
            steps = Steps(patch)
            steps.last = moment
            with pytest.raises(Killed):
                written(desk, run, out)
        complete = (out / "manifest.json").exists()
        assert not complete or {name: whole[name] for name in files(out)} == files(out)
        written(desk, run, out)
        assert files(out) == whole
    assert houses(desk, run) == [1, 2]
    assert len(act(desk, open_runs)) == 1


def test_killed_while_a_letter_is_taken_out_no_file_of_it_is_left(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go(desk, 1, 2)
    run = released(desk)
    before = tmp_path / "before"
    written(desk, run, before)
    gone = letters(desk, run)[0].id
    desk.system.rows("UPDATE letters SET state = 'taken-out', code = 'closed' WHERE id = %s RETURNING id", gone)
    shutil.copytree(before, tmp_path / "whole")
    with monkeypatch.context() as patch:
        steps = Steps(patch)
        written(desk, run, tmp_path / "whole")
    moments, whole = steps.taken, files(tmp_path / "whole")
    assert f"letters/{gone}.pdf" not in whole
    for moment in range(moments):
        out = tmp_path / str(moment)
        shutil.copytree(before, out)
        with monkeypatch.context() as patch:
            steps = Steps(patch)
            steps.last = moment
            with pytest.raises(Killed):
                written(desk, run, out)
        if (out / "manifest.json").exists():
            told = json.loads((out / "manifest.json").read_text("utf-8"))["letters"]
            assert {f"letters/{line['number']}.pdf" for line in told} <= files(out).keys()
        written(desk, run, out)
        assert files(out) == whole


def release_and_die(cursor: Cursor) -> None:
    release_letter_run(cursor, wish(), ANNA)
    raise Killed


def test_killed_before_its_commit_a_release_or_a_posting_did_nothing(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    with pytest.raises(Killed):
        act(desk, release_and_die)
    assert act(desk, open_runs) == []
    run = released(desk)
    written(desk, run, tmp_path)
    assert act(desk, release_letter_run, wish(), ANNA)[0] is None  # done again, nobody gets a second letter
    posted(desk, run)
    posted(desk, run)
    assert attempts(desk) == [(1, "letter")]


def test_a_folder_is_of_one_run(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    first = released(desk)
    written(desk, first, tmp_path / "one")
    let_go(desk, 2)
    second = released(desk)
    with pytest.raises(LetterRunError, match="holds another letter run"):
        written(desk, second, tmp_path / "one")
    (tmp_path / "two" / "letters").mkdir(parents=True)
    (tmp_path / "two" / "run.pdf").write_bytes(b"of somebody")
    with pytest.raises(LetterRunError, match="name an empty folder"):
        written(desk, second, tmp_path / "two")


def test_two_processes_do_not_write_into_one_folder(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    run = released(desk)
    written(desk, run, tmp_path)
    with (tmp_path / writing.MARKER).open("rb") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        with pytest.raises(LetterRunError, match="wait until it is done"):
            written(desk, run, tmp_path)
    written(desk, run, tmp_path)


def test_texts_that_changed_since_the_release_are_not_printed(desk: Desk, tmp_path: Path) -> None:
    let_go(desk, 1)
    run = released(desk)
    desk.system.rows("UPDATE letter_runs SET texts_version = 'of before' RETURNING id")
    with pytest.raises(LetterRunError, match="the letter set changed"):
        written(desk, run, tmp_path)
