"""Where does work happen that blocks? In one thread beside the event loop, which stays free for the group.

Under the first step of the walk: the intake and its database know nothing of the loop. One thread, so that there is
one place that stores; a daemon, so that work that hangs does not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Job = tuple["Callable[[], Any]", "Future[Any]"]


class ThreadBeside:
    """Does one thing after the other; whoever waits for it waits in the loop."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises."""
        done: Future[T] = Future()
        self._jobs.put((work, done))
        return await asyncio.wrap_future(done)

    def _work(self) -> None:
        while True:
            work, done = self._jobs.get()
            if not done.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                done.set_exception(error)
            else:
                done.set_result(result)
