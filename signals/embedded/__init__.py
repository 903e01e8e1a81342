"""How does one machine carry the whole service with nothing installed beforehand?

Below the walk: a PostgreSQL and a broker from wheels, for `signals up`, `signals run` and the tests. They
live in one folder, belong to one run at a time, come back after a run that was killed and leave no process
behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from signals.embedded import broker, postgres
from signals.embedded.children import (
    KILLED,
    Ending,
    Trace,
    child,
    still_running,
    stop,
    stop_together,
    stop_trace,
    trace_of,
)
from signals.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.embedded.children import Process

__all__ = [
    "Ending",
    "Services",
    "child",
    "embedded_postgres",
    "embedded_services",
    "running_services",
    "stop_together",
    "temporary_services",
]

TEMPORARY_PREFIX: Final = "signals-run-"
YOUNG_SECONDS: Final = 60.0

# The embedded broker lets a group wait for its session time less a second; a lost membership only costs a rejoin.
QUICK_JOIN: Final = {
    "SIGNALS_SESSION_SECONDS": "2",
    "SIGNALS_REBALANCE_SECONDS": "2",
    "SIGNALS_HEARTBEAT_SECONDS": "0.4",
}


# What the environment may say of another broker or database is not meant for these.
NOT_FOR_THESE: Final = {
    "SIGNALS_DDL_DATABASE_URL": "",
    "SIGNALS_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
    "SIGNALS_KAFKA_SASL_MECHANISM": "",
    "SIGNALS_KAFKA_USERNAME": "",
    "SIGNALS_KAFKA_PASSWORD": "",
    "SIGNALS_KAFKA_CAFILE": "",
    "SIGNALS_KAFKA_CERTFILE": "",
    "SIGNALS_KAFKA_KEYFILE": "",
    "SIGNALS_TOPIC_REPLICATION": "1",
    "SIGNALS_WORKER_NAME": "",
    "SIGNALS_METRICS_PORT": "",
}


class Services(msgspec.Struct, frozen=True):
    """Where the running services are; `log_id` names the broker's log, which begins anew with every start."""

    database_url: str
    kafka_bootstrap: str
    log_id: str

    def environment(self) -> dict[str, str]:
        """The settings by which another `signals` command finds these services."""
        return {
            "SIGNALS_DATABASE_URL": self.database_url,
            "SIGNALS_KAFKA_BOOTSTRAP": self.kafka_bootstrap,
            "SIGNALS_KAFKA_LOG_ID": self.log_id,
            **NOT_FOR_THESE,
            **QUICK_JOIN,
        }


class Notice(msgspec.Struct, frozen=True):
    """What a run writes down about itself in its folder: for the next start, and for `running_services`."""

    postgres: Trace | None = None
    broker: Trace | None = None
    socket_folder: str | None = None
    services: Services | None = None


@contextlib.contextmanager
def embedded_services(folder: Path, *, fresh: bool = False) -> Iterator[Services]:
    """PostgreSQL and a broker for the length of the `with` block, with their data in `folder`.

    With `fresh` the database begins empty, is tuned for speed alone and is thrown away afterwards. The broker
    is memory only and begins empty always. Start-up takes about half a second.

    Raises:
        WrongUseError: another run holds `folder`, or its data are of another PostgreSQL version.
        SignalsError: a service did not start.
    """
    log_id = secrets.token_hex(11)  # 22 letters, none of them a hyphen that a command line would take for an option
    with (
        _held(folder, fresh=fresh) as home,
        broker.running(home, log_id) as (broker_process, bootstrap),
        _running_postgres(home, fresh=fresh, broker_trace=trace_of(broker_process.pid)) as (cluster, notice),
    ):
        services = Services(cluster.url, bootstrap, log_id)
        _write(home, msgspec.structs.replace(notice, services=services))
        yield services


@contextlib.contextmanager
def temporary_services() -> Iterator[Services]:
    """Fresh services in a folder of their own that is gone afterwards, as `signals run` uses them."""
    with _temporary_folder() as folder, embedded_services(folder, fresh=True) as services:
        yield services


@contextlib.contextmanager
def embedded_postgres(folder: Path, *, fresh: bool = False) -> Iterator[str]:
    """PostgreSQL alone, with its data in `folder`; the libpq URI of the server."""
    with _held(folder, fresh=fresh) as home, _running_postgres(home, fresh=fresh) as (cluster, _):
        yield cluster.url


def running_services(folder: Path) -> Services | None:
    """The services that another process runs in `folder` now; None when there are none."""
    notice = _read(folder)
    alive = [trace is not None and still_running(trace) for trace in (notice.postgres, notice.broker)]
    return notice.services if all(alive) else None


@contextlib.contextmanager
def _running_postgres(
    home: Path, *, fresh: bool, broker_trace: Trace | None = None
) -> Iterator[tuple[postgres.Cluster, Notice]]:
    cluster = postgres.Cluster(home, postgres.new_socket_folder(), fresh=fresh)
    notice = Notice(broker=broker_trace, socket_folder=str(cluster.socket_folder))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, cluster.socket_folder, ignore_errors=True)
        _write(home, notice)
        process: Process = postgres.start(cluster)
        stack.callback(stop, process, cluster.ending)
        postgres.await_ready(cluster, process)
        notice = msgspec.structs.replace(notice, postgres=trace_of(process.pid))
        _write(home, notice)
        yield cluster, notice


@contextlib.contextmanager
def _held(folder: Path, *, fresh: bool) -> Iterator[Path]:
    """`folder`, made and locked for us alone, with nothing of an earlier run in the way."""
    home = folder.absolute()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (home / "lock").open("ab")
    except OSError as error:
        raise WrongUseError(f"{home} cannot hold the services' data ({error.strerror}): choose another") from None
    with lock, contextlib.ExitStack() as stack:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongUseError(f"signals is already running in {home}: stop that run, or choose another") from None
        _end_earlier_run(home)
        if fresh:
            _forget(home)
            stack.callback(_forget, home)
        stack.callback((home / "services.json").unlink, missing_ok=True)
        yield home


def _forget(home: Path) -> None:
    shutil.rmtree(home / postgres.DATA, ignore_errors=True)


def _end_earlier_run(home: Path) -> None:
    """End what a killed run left behind: only what it wrote down, only if it is still the same process."""
    notice = _read(home)
    postgres.end_leftover(home)
    if notice.broker:
        stop_trace(notice.broker, KILLED)
    if notice.socket_folder and Path(notice.socket_folder).name.startswith(postgres.SOCKET_PREFIX):
        shutil.rmtree(notice.socket_folder, ignore_errors=True)


def _write(home: Path, notice: Notice) -> None:
    """Write `notice` down, whole or not at all."""
    half = home / "services.json.new"
    half.write_bytes(msgspec.json.encode(notice))
    half.replace(home / "services.json")


def _read(home: Path) -> Notice:
    try:
        return msgspec.json.decode((home / "services.json").read_bytes(), type=Notice)
    except (OSError, msgspec.DecodeError):
        return Notice()


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A new folder; what killed runs left of theirs is cleared on the way."""
    for folder in Path(tempfile.gettempdir()).glob(TEMPORARY_PREFIX + "*"):
        _clear_if_left(folder)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _clear_if_left(folder: Path) -> None:
    """Remove a killed run's folder; one that a run holds, or is only about to hold, stays."""
    lock = folder / "lock"
    with contextlib.suppress(OSError, WrongUseError):
        if time.time() - lock.stat().st_mtime > YOUNG_SECONDS:
            with _held(folder, fresh=True):
                shutil.rmtree(folder, ignore_errors=True)
