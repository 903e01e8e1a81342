"""A PostgreSQL of the harness's own: stopped, killed, frozen and filled up at will; it keeps what it committed.

Where we may mount, its data stand on a small file system of their own, so that a full disk is a real one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from signals.embedded import postgres
from signals.embedded.children import Ending, await_until, stop
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.embedded.children import Process

IMMEDIATELY: Final = Ending(signal.SIGQUIT, 5.0)
ROOMY: Final = "4g"
FILLING_TRIES: Final = 20
START_TRIES: Final = 3
LETTERS: Final = re.compile(r"[a-z0-9_]+")


class Database:
    """One cluster; `url` reaches it directly, whatever stands between it and the workers."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "cluster"
        self._home.mkdir(mode=0o755)
        self.can_fill = _mounted(self._home)
        self._cluster = postgres.Cluster(self._home, postgres.new_socket_folder())
        self._process: Process | None = None

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self._cluster.socket_folder / ".s.PGSQL.5432"

    def keep_log(self, folder: Path) -> None:
        """Put what the server wrote since it last started into `folder`, before its file system goes."""
        if self._cluster.log.exists():
            shutil.copy(self._cluster.log, folder)

    def url(self, name: str = "postgres", port: int | None = None) -> str:
        """The libpq URI of database `name`: directly, or through what listens at `port`."""
        if port is None:
            return f"postgresql://postgres@/{name}?host={self._cluster.socket_folder}"
        return f"postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable&gssencmode=disable"

    def start(self) -> None:
        """Start, or start again; returns when it takes connections."""
        for attempt in range(1, START_TRIES + 1):
            self._process = postgres.start(self._cluster)
            try:
                return postgres.await_ready(self._cluster, self._process)
            except SignalsError:
                if attempt == START_TRIES:
                    raise
        return None

    def create(self, name: str, template: str = "template1") -> None:
        """Make a database."""
        if not (LETTERS.fullmatch(name) and LETTERS.fullmatch(template)):
            raise ValueError(name)
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())

    def stop_immediately(self) -> None:
        """As `pg_ctl stop -m immediate`: every connection is broken off, the next start recovers."""
        if self._process is not None:
            stop(self._process, IMMEDIATELY)

    @property
    def runs(self) -> bool:
        """Whether the server's main process is there."""
        return self._process is not None and self._process.poll() is None

    def backends(self) -> list[int]:
        """The processes that serve clients over the network (not the harness itself)."""
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with psycopg.connect(self.url(), connect_timeout=5) as connection:
            return [pid for (pid,) in connection.execute(asked)]

    def kill_backend(self, pid: int) -> None:
        """As the kernel does when memory runs out: the server breaks off all connections and recovers."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def await_open(self, seconds: float) -> bool:
        """Wait until it takes connections; started again if it gave up (a full disk may end it)."""

        def opened() -> bool:
            if not self.runs:
                self.start()
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                return False
            return True

        return await_until(opened, seconds)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Every process of the server stands still, its connections stay open."""
        processes = self._processes()
        _signal_all(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal_all(processes, signal.SIGCONT)

    def _processes(self) -> list[int]:
        if self._process is None:
            return []
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        return [main, *map(int, children)]

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """There is no room left for a single page more."""
        for tries_left in reversed(range(FILLING_TRIES)):
            used = shutil.disk_usage(self._home).used
            try:
                _remount(self._home, f"{(used + 4095) // 4096 * 4}k")
                break
            except subprocess.CalledProcessError:  # the server wrote between the look and the deed
                if not tries_left:
                    raise
        try:
            yield
        finally:
            _remount(self._home, ROOMY)

    def close(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop_immediately()
        if self.can_fill:
            subprocess.run(["umount", "-l", str(self._home)], check=False, capture_output=True, timeout=10)
        shutil.rmtree(self._cluster.socket_folder, ignore_errors=True)


def _mounted(folder: Path) -> bool:
    """Whether a file system of its own could be put at `folder`."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY},mode=755", "tmpfs", str(folder)]
    return subprocess.run(words, check=False, capture_output=True, timeout=10).returncode == 0


def _remount(folder: Path, size: str) -> None:
    words = ["mount", "-o", f"remount,size={size}", str(folder)]
    subprocess.run(words, check=True, capture_output=True, timeout=10)


def _signal_all(processes: list[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
