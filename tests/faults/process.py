"""A worker or relay as a process of its own, exactly the service's, with the harness's hands on its steps.

`python -m tests.faults.process worker|relay FOLDER MEMBER`; the settings come from the environment as always.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from signals.commands.loglines import log_to_stderr
from signals.settings import load_settings
from tests.faults import bindings, clock
from tests.faults.orders import Letterbox

if TYPE_CHECKING:
    from tests.faults.bindings import Edge, Role, Step
    from tests.faults.orders import Order


class Struck:
    """Carries out what the letterbox orders, at the step it names."""

    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox
        self._passed: set[str] = set()
        self._order: Order | None = None
        self._left = 0
        self._here = threading.local()
        self._one_at_a_time = threading.Lock()  # a worker may pass steps on more than one thread

    def passing(self, step: Step, edge: Edge) -> None:
        """Called at every step, by the thread that takes it."""
        if not self._counts(step, edge):
            return
        clock.jump(self._letterbox.wrong_by())
        if step.name not in self._passed:
            self._passed.add(step.name)
            self._letterbox.note_passed(step.name)
        order = self._due(step, edge)
        if order is not None:
            self._strike(order)

    def _counts(self, step: Step, edge: Edge) -> bool:
        """Whether this is the step meant: one that `follows` another must come right after it, on the same thread."""
        if edge == "before":
            self._here.counts = step.follows in {None, getattr(self._here, "last", None)}
        elif step.follows is None or self._here.counts:
            self._here.last = step.name
        return step.follows is None or bool(self._here.counts)

    def _due(self, step: Step, edge: Edge) -> Order | None:
        """The order, when it falls due here."""
        with self._one_at_a_time:
            order = self._letterbox.standing_order()
            if order != self._order:
                self._order, self._left = order, order.skip if order else 0
            if order is None or (order.step, order.edge) != (step.name, edge):
                return None
            self._left -= 1
            if self._left >= 0:
                return None
            self._letterbox.note_struck(order)
            self._order = None
            return order

    def _strike(self, order: Order) -> None:
        if order.blow == "stall":
            time.sleep(order.seconds)
        else:
            os.kill(os.getpid(), signal.SIGKILL if order.blow == "kill" else signal.SIGTERM)


def main(role: Role, folder: str, member: str) -> int:
    """Run the service's `role` until it ends; its exit code."""
    log_to_stderr()
    letterbox = Letterbox(Path(folder), member)
    clock.install()
    clock.jump(letterbox.wrong_by())
    bindings.bind(role, Struck(letterbox).passing)
    return bindings.entry(role)(load_settings())


if __name__ == "__main__":
    sys.exit(main(cast("Role", sys.argv[1]), sys.argv[2], sys.argv[3]))
