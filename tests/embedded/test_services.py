"""The embedded services: they come up, come back after a kill, hold their folder, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psycopg
import pytest

from signals.consumers.broker import broker_log_id, topic_names
from signals.embedded import (
    Notice,
    Services,
    embedded_postgres,
    embedded_services,
    running_services,
    temporary_services,
)
from signals.embedded.children import Trace, await_until, still_running, wheel_folder
from signals.errors import WrongUseError
from signals.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 20.0
ODD_NAMES = ["plain", "with space, comma", 'it\'s % "quoted" & ünï', "a-long-name-" * 15]


def ask(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


def tell(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def notice_in(folder: Path) -> Notice:
    return msgspec.json.decode((folder / "services.json").read_bytes(), type=Notice)


def servers_of(folder: Path) -> list[Trace]:
    notice = notice_in(folder)
    return [trace for trace in (notice.postgres, notice.broker) if trace]


def gone(traces: list[Trace]) -> bool:
    return not any(still_running(trace) for trace in traces)


@contextlib.contextmanager
def in_another_process(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], Services]]:
    command = [sys.executable, "-m", "tests.embedded.script", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment}) as process:
        try:
            assert process.stdout
            yield process, msgspec.json.decode(process.stdout.readline(), type=Services)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(SECONDS)
            finally:
                process.kill()  # else the block would wait for it as long as it takes


@pytest.mark.parametrize("name", ODD_NAMES)
def test_both_services_answer_whatever_the_folder_is_called(name: str, tmp_path: Path) -> None:
    with embedded_services(tmp_path / name) as services:
        settings = load_settings(kafka_bootstrap=services.kafka_bootstrap)
        assert ask(services.database_url, "SELECT 1") == 1
        assert topic_names(settings) == frozenset()
        assert broker_log_id(settings) == services.log_id
        traces = servers_of(tmp_path / name)
        assert len(traces) == 2
    assert gone(traces)


def test_the_database_is_kept_and_the_log_begins_anew(tmp_path: Path) -> None:
    with embedded_services(tmp_path) as first:
        tell(first.database_url, "CREATE TABLE kept (n int)")
    with embedded_services(tmp_path) as second:
        assert ask(second.database_url, "SELECT to_regclass('kept')::text") == "kept"
    assert first.log_id != second.log_id


def test_fresh_services_begin_empty_and_leave_no_data(tmp_path: Path) -> None:
    for _ in range(2):
        with embedded_postgres(tmp_path, fresh=True) as url:
            tell(url, "CREATE TABLE once (n int)")
    assert not (tmp_path / "postgres").exists()


def test_what_is_personal_stays_out_of_the_server_log(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path) as url:
        tell(url, "CREATE TABLE people (name text PRIMARY KEY)")
        tell(url, "INSERT INTO people VALUES ('Jansen')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            tell(url, "INSERT INTO people VALUES ('Jansen')")
    log = (tmp_path / "postgres.log").read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "Jansen" not in log


def test_a_second_run_in_the_same_folder_is_wrong_use(tmp_path: Path) -> None:
    with in_another_process(tmp_path) as (_, services):
        with pytest.raises(WrongUseError, match="already running") as refused, embedded_services(tmp_path):
            pass
        assert refused.value.exit_code == 2
        assert ask(services.database_url, "SELECT 1") == 1


def test_running_services_are_found_by_another_process(tmp_path: Path) -> None:
    assert running_services(tmp_path) is None
    with in_another_process(tmp_path) as (_, services):
        assert running_services(tmp_path) == services
    assert await_until(lambda: running_services(tmp_path) is None, SECONDS)


def test_servers_die_with_a_run_that_is_killed(tmp_path: Path) -> None:
    with in_another_process(tmp_path) as (process, services):
        tell(services.database_url, "CREATE TABLE kept (n int)")
        traces = servers_of(tmp_path)
        process.kill()
        assert await_until(lambda: gone(traces), SECONDS)
    with embedded_services(tmp_path) as again:
        assert ask(again.database_url, "SELECT to_regclass('kept')::text") == "kept"


def test_servers_left_by_a_killed_run_are_ended_by_the_next(tmp_path: Path) -> None:
    with in_another_process(tmp_path, WITHOUT_DEATH_SIGNAL="1") as (process, services):
        tell(services.database_url, "CREATE TABLE kept (n int)")
        left, socket_folder = servers_of(tmp_path), notice_in(tmp_path).socket_folder
        process.kill()
        process.wait(SECONDS)
        assert not gone(left)
    with embedded_services(tmp_path) as again:
        assert gone(left)
        assert ask(again.database_url, "SELECT to_regclass('kept')::text") == "kept"
    assert socket_folder
    assert not Path(socket_folder).exists()


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    with in_another_process(tmp_path) as (process, _):
        traces = servers_of(tmp_path)
        process.send_signal(signal.SIGINT)
        process.wait(10)
        assert gone(traces)


def test_a_stale_notice_that_names_a_stranger_is_no_obstacle_and_no_danger(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path):
        lines = (tmp_path / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        lines[0] = str(stranger.pid)
        (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lines), encoding="utf-8")
        notice = Notice(broker=Trace(stranger.pid, started=1), socket_folder=str(tmp_path / "precious"))
        (tmp_path / "precious").mkdir()
        (tmp_path / "services.json").write_bytes(msgspec.json.encode(notice))
        with embedded_postgres(tmp_path) as url:
            assert ask(url, "SELECT 1") == 1
        assert stranger.poll() is None
        assert (tmp_path / "precious").exists()
        stranger.kill()


@pytest.mark.parametrize("text", ["", "{", '{"services": 7}', "[]"])
def test_a_spoilt_notice_is_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "services.json").write_text(text, encoding="utf-8")
    assert running_services(tmp_path) is None
    with embedded_postgres(tmp_path, fresh=True) as url:
        assert ask(url, "SELECT 1") == 1


def test_data_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9", encoding="ascii")
    with pytest.raises(WrongUseError, match="made by PostgreSQL 9"), embedded_postgres(tmp_path):
        pass


def test_a_set_up_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18", encoding="ascii")
    with embedded_postgres(tmp_path) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_folder_that_cannot_be_made_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(WrongUseError, match="cannot hold the services' data"), embedded_services(tmp_path / "file"):
        pass


def test_temporary_services_clear_what_killed_runs_left_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, young = tmp_path / "signals-run-left", tmp_path / "signals-run-young"
    for folder in (left, young):
        folder.mkdir()
        (folder / "lock").touch()
    os.utime(left / "lock", (0, 0))
    with temporary_services() as services:
        assert ask(services.database_url, "SELECT 1") == 1
    assert [path.name for path in tmp_path.iterdir()] == [young.name]


def test_a_missing_wheel_is_said_in_words() -> None:
    with pytest.raises(WrongUseError, match=r"install signals\[embedded\]"):
        wheel_folder("no_such_wheel")


def test_the_environment_of_the_services_is_a_set_of_valid_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = Services("postgresql://postgres@/postgres?host=/tmp/x", "127.0.0.1:1234", "log")
    for name, value in services.environment().items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.database, settings.kafka_log_id) == (services.database_url, "log")
