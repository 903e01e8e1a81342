"""Who keeps the workers and relays running? What systemd does: start again at once what ended, and nothing more.

One thread starts and buries the processes (a child dies with the thread that started it). A member that does not leave
in time after SIGTERM "needs a hand": that is counted, and fails the soak.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from signals.embedded.children import KILLED, Ending, await_until, launch, stop, stop_together
from tests.faults.orders import Letterbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from signals.embedded.children import Process
    from tests.faults.bindings import Role

LOOK_SECONDS: Final = 0.02
LEAVING_SECONDS: Final = 15.0  # the service promises 10; a frozen machine is not its fault


@dataclass
class Member:
    """One worker or relay under its own name, over all its lives."""

    name: str
    role: Role
    environment: Mapping[str, str]
    letterbox: Letterbox
    log: Path
    wanted: bool = False
    process: Process | None = None
    told_to_leave: float | None = None
    started: float = 0.0
    exits: Counter[int] = field(default_factory=Counter)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None

    def await_end(self, seconds: float) -> Callable[[], bool]:
        """Something to call later: whether the life that the member leads now has ended within `seconds`."""
        process = self.process
        return lambda: process is None or await_until(lambda: process.poll() is not None, seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


class Crew:
    """All members; closing it ends them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.members: dict[str, Member] = {}
        self.hands: list[str] = []
        self._thread = threading.Thread(target=self._watch, name="crew")
        self._thread.start()

    def sign_on(self, role: Role, name: str, environment: Mapping[str, str]) -> Member:
        """A new member; it runs once it is wanted."""
        log = self._folder / f"{name}.log"
        log.touch()
        member = Member(name, role, environment, Letterbox(self._folder, name), log)
        with self._lock:
            self.members[name] = member
        return member

    def of(self, role: Role) -> list[Member]:
        """The members of one role that are wanted."""
        return [member for member in self.members.values() if member.role == role and member.wanted]

    def passed(self, role: Role) -> set[str]:
        """Every step that a member of `role` ever passed."""
        boxes = [member.letterbox.passed() for member in self.members.values() if member.role == role]
        return set().union(*boxes)

    def struck(self) -> set[tuple[str, str, str, str]]:
        """Where blows fell: role, blow, step and edge."""
        return {
            (member.role, order.blow, order.step, order.edge)
            for member in self.members.values()
            for order in member.letterbox.struck()
        }

    def ended(self) -> Counter[int]:
        """The exit codes of all lives that ended; negative is the signal that ended them."""
        return sum((member.exits for member in self.members.values()), Counter())

    def want(self, member: Member, wanted: bool) -> None:
        """Have the member run, or leave in good order."""
        with self._lock:
            member.wanted = wanted
            if not wanted:
                self._tell_to_leave(member)

    def terminate(self, member: Member) -> None:
        """SIGTERM; it is started again when it has left."""
        with self._lock:
            self._tell_to_leave(member)

    def kill(self, member: Member) -> None:
        """SIGKILL; it is started again at once."""
        member.signal(signal.SIGKILL)

    def close(self) -> None:
        """End everybody, in good order where they can."""
        self._closing.set()
        self._thread.join(60.0)

    def _tell_to_leave(self, member: Member) -> None:
        if member.alive and member.told_to_leave is None:
            member.told_to_leave = time.monotonic()
            member.signal(signal.SIGTERM)

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            with self._lock:
                for member in self.members.values():
                    self._look_after(member)
        for member in self.members.values():
            member.signal(signal.SIGCONT)
        stop_together([m.process for m in self.members.values() if m.process is not None], Ending(within=3.0))

    def _look_after(self, member: Member) -> None:
        if member.process is not None and not member.alive:
            member.exits[member.process.returncode] += 1
            member.process, member.told_to_leave = None, None
        if member.process is None and member.wanted:
            self._start(member)
        told = member.told_to_leave or member.letterbox.told_to_leave(member.started)
        if member.process is not None and told is not None and time.monotonic() - told > LEAVING_SECONDS:
            self.hands.append(f"{member.name} did not leave within {LEAVING_SECONDS:.0f} s")
            stop(member.process, KILLED)

    def _start(self, member: Member) -> None:
        command = [sys.executable, "-m", "tests.faults.process", member.role, str(self._folder), member.name]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALS_")}
        with member.log.open("ab") as log:
            member.process = launch(command, env={**surroundings, **member.environment}, output=log)
        member.started = time.monotonic()
