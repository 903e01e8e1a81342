"""How do we start another program so that it never outlives us, and how do we end it for sure?

Below the walk: PostgreSQL, the broker, and the worker, web and relay of `signals up` are all such children.
Each one runs in its own session, so Ctrl-C reaches only us and we decide the order of leaving; the kernel
ends it when we are killed (parent death signal, set by `setpriv` of util-linux). Where `setpriv` is
missing, the next start in the same folder ends what is left: servers are recorded with process id and
moment of start.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from signals.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Process = subprocess.Popen[bytes]

POLL_SECONDS: Final = 0.01
LONGEST_POLL_SECONDS: Final = 0.2


def wheel_folder(package: str) -> Path:
    """Where the wheel `package` keeps its programs; it is not imported, since that would already do things.

    Raises:
        WrongUseError: the extra `embedded` is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise WrongUseError(
            f"the embedded services need the package {package}: install signals[embedded], or connect to "
            "services of your own with SIGNALS_DATABASE_URL and SIGNALS_KAFKA_BOOTSTRAP"
        )
    return Path(spec.submodule_search_locations[0])


@dataclass(frozen=True, slots=True)
class Trace:
    """What tells a process from a later one with the same id: its id and its start in ticks since boot."""

    pid: int
    started: int


def trace_of(pid: int) -> Trace | None:
    """The trace of the running process `pid`; None when there is none, or only one waiting to be buried."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    after_name = text[text.rindex(")") + 2 :].split()  # the name may hold spaces and brackets itself
    return None if after_name[0] in "ZX" else Trace(pid, int(after_name[19]))


def still_running(trace: Trace) -> bool:
    """Whether the very process of `trace` still runs."""
    return trace_of(trace.pid) == trace


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child leaves: the polite signal, and after how many seconds the one that cannot be ignored."""

    gently: signal.Signals = signal.SIGTERM
    within: float = 10.0


KILLED: Final = Ending(signal.SIGKILL, 2.0)


def await_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until `condition()` holds, at most `seconds`; whether it came true.

    What takes long to ask is asked less often: whoever is waited for wants the processor, too.
    """
    asked = time.monotonic()
    deadline = asked + seconds
    while not condition():
        now = time.monotonic()
        if now >= deadline:
            return False
        time.sleep(min(max(POLL_SECONDS, 2 * (now - asked)), LONGEST_POLL_SECONDS))
        asked = time.monotonic()
    return True


def launch(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    output: IO[bytes] | None = None,
    cwd: Path | None = None,
    dies_with_us: signal.Signals = signal.SIGKILL,
    user_id: int | None = None,
) -> Process:
    """Start `command` in a session of its own; `output` None leaves our own stdout and stderr to it.

    The child belongs to the calling *thread*: it also dies when that thread ends, so start children in a
    thread that lives as long as they should.
    """
    return subprocess.Popen(  # noqa: S603 - the command is ours, no shell is involved
        [*_prefix(dies_with_us, user_id), *command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output if output is None else subprocess.STDOUT,
        start_new_session=True,
    )


def last_words(log: Path) -> str:
    """The end of a program's log, for an error; our servers keep personal data out of theirs."""
    text = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    return f"{text[-500:] or 'it said nothing'} ({log})"


def as_user(user_id: int | None) -> list[str]:
    """The words before a command that run it as `user_id` (None: as ourselves).

    File permissions do not hold it back (CAP_DAC_OVERRIDE): a `.venv` under /root need not be opened up.
    """
    if user_id is None:
        return []
    ids = [f"--reuid={user_id}", f"--regid={user_id}", "--clear-groups"]
    return ["setpriv", *ids, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def _prefix(dies_with_us: signal.Signals, user_id: int | None) -> list[str]:
    if shutil.which("setpriv") is None:
        return as_user(user_id)
    return [*(as_user(user_id) or ["setpriv"]), "--pdeathsig", dies_with_us.name, "--"]


def stop(process: Process, ending: Ending) -> None:
    """End `process` and bury it; returns at once when it already left."""
    stop_together([process], ending)


def stop_together(processes: Iterable[Process], ending: Ending) -> None:
    """End several children at the same time: all get the polite signal, then share one deadline."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.send_signal(ending.gently)
    deadline = time.monotonic() + ending.within
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stop_trace(trace: Trace, ending: Ending) -> None:
    """End a process of an earlier run of ours, if it still runs; `trace` proves that it is that one."""
    for number, seconds in ((ending.gently, ending.within), (signal.SIGKILL, 5.0)):
        if not still_running(trace):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(trace.pid, number)
        await_until(lambda: not still_running(trace), seconds)


@contextlib.contextmanager
def child(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    log: Path | None = None,
    ending: Ending | None = None,
) -> Iterator[Process]:
    """Run `command` beside us for the length of the `with` block, as `signals up` does with the worker.

    `env` is added to our own environment; with `log` the output goes to that file instead of our terminal. At
    the end it gets SIGTERM, and SIGKILL after `ending.within` seconds (10).
    """
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        process = launch(command, env={**os.environ, **(env or {})}, output=output)
        stack.callback(stop, process, ending or Ending())
        yield process
