"""How do several processes answer at one address? They take turns at one socket, and the first one keeps them going.

A process of Python computes one thing at a time, so a second core is of use only to a second process. uvicorn's own
supervisor starts them, looks every half second whether each still answers, and starts again the one that died or hangs.
The first process makes no pages: it watches, and counts what they must count together (`together`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess

from signals.errors import SignalsError
from signals.web.app import server_config
from signals.web.together import count_at, counting_for_others

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp
    from uvicorn.config import Config

log = logging.getLogger(__name__)
USUAL: Final = 2  # where the machine has as many cores: the database has work to do too


RESTARTS: Final = 5
"""So many processes are started again within `RESTART_SECONDS`; with one more something is wrong that stays wrong."""
RESTART_SECONDS: Final = 60.0


def usual_processes() -> int:
    """How many processes make pages when nothing else is said: two, or one where there is one core."""
    return min(USUAL, len(os.sched_getaffinity(0)))


@dataclass(frozen=True, slots=True)
class _Beside:
    """Makes the application in a process beside the first one, by which it is started; may be pickled."""

    make: Callable[[], ASGIApp]
    counts: Path

    def __call__(self) -> ASGIApp:
        _leave_with_the_first(self.counts)
        count_at(self.counts)
        try:
            return self.make()
        except Exception as error:  # noqa: BLE001 - it would fail again and again: all of them end
            place = "".join(traceback.format_tb(error.__traceback__))
            log.critical("a web process cannot start: %s at\n%s", type(error).__name__, place)
            sys.exit(STARTUP_FAILURE)


class _Watched(Multiprocess):
    """Uvicorn's supervisor; where it would start again for ever (a module that cannot be read), this one ends."""

    gave_up = False

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._restarts: deque[float] = deque(maxlen=RESTARTS + 1)

    def keep_subprocess_alive(self) -> None:
        """Start again what died or hangs, unless they die again and again: on a slow machine one only seems to hang."""
        before = [(one, one.process.is_alive()) for one in self.processes]
        super().keep_subprocess_alive()
        now = time.monotonic()
        replaced = [(one, alive) for (one, alive), new in zip(before, self.processes, strict=True) if new is not one]
        # one that seemed to hang was killed just now; any other had died, some since they were looked at
        self._restarts.extend(now for one, alive in replaced if not alive or one.process.exitcode != -signal.SIGKILL)
        if len(self._restarts) > RESTARTS and now - self._restarts[0] < RESTART_SECONDS:
            self.gave_up = True
            self.should_exit.set()


def serve_together(make: Callable[[], ASGIApp], listening: socket.socket, processes: int) -> None:
    """Answer in several processes until SIGTERM or Ctrl-C, then have all of them leave in good order.

    Args:
        make: makes the application, in each process; can be pickled. What is `counted` in this process must be there.
        listening: the socket of `app.listen`, which the caller closes.
        processes: how many make pages; this one makes none.

    Raises:
        SignalsError: one of them could not start, for a reason that would hold again; or they died again and again.
    """
    with counting_for_others() as counts:
        supervisor = _Watched(server_config(_Beside(make, counts), processes), [listening])
        supervisor.run()
    if supervisor.gave_up:
        raise SignalsError(
            f"web processes died more than {RESTARTS} times within {RESTART_SECONDS:.0f} s: the lines above say why"
        )
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise SignalsError("a web process could not start: the lines above say why")


def _leave_with_the_first(counts: Path) -> None:
    """Whatever ends the first process, also by force, nobody is left behind at its address, nor what it made."""
    first = multiprocessing.parent_process()
    if first is None:
        return

    def wait() -> None:
        first.join()
        shutil.rmtree(counts.parent, ignore_errors=True)  # a process that was killed did not do it
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="with the first process", daemon=True).start()
