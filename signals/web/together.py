"""What do all web processes of an installation count together? One of them counts, the others ask it.

`signals web` is several processes where the machine has the cores for it (docs/decisions/0032). What bounds a visitor
would be twice as much if each of them counted for itself, and a figure only a part. So whatever is made with `counted`
is counted by the first process, which starts the others and makes no pages itself; in memory, as with one process: of
nobody's address there is a trace in the database. With one process everything is counted where it is asked.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import msgspec

from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedRWPair

P = ParamSpec("P")
T = TypeVar("T")
SECONDS: Final = 10.0  # to wait for the first process; the figures of all take it some


class CountingError(SignalsError):
    """The process that counts could not do so, or is gone: what was asked is refused."""


class _Elsewhere:
    """Asks the first process, over a connection for each thread."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._of_thread = threading.local()

    def __call__(self, name: str, words: tuple[object, ...]) -> Any:  # noqa: ANN401 - whatever was counted there
        try:
            done, answer = self._asked(msgspec.json.encode((name, words)))
        except (OSError, msgspec.DecodeError) as error:
            self._of_thread.line = None
            raise CountingError(f"the first web process cannot be asked ({type(error).__name__})") from None
        if not done:
            raise CountingError(f"the first web process could not count {name} ({answer})")
        return answer

    def _asked(self, question: bytes) -> tuple[bool, Any]:
        line = self._line()
        line.write(question + b"\n")
        line.flush()
        return msgspec.json.decode(line.readline(), type=tuple[bool, Any])

    def _line(self) -> BufferedRWPair:
        known: BufferedRWPair | None = getattr(self._of_thread, "line", None)
        if known is None:
            with socket.socket(socket.AF_UNIX) as connection:  # the file keeps it open
                connection.settimeout(SECONDS)
                connection.connect(str(self._place))
                known = self._of_thread.line = connection.makefile("rwb")
        return known


class _Common:
    """What this process counts, by name, and whom it asks instead."""

    def __init__(self) -> None:
        self.counts: dict[str, Callable[..., object]] = {}
        self.elsewhere: _Elsewhere | None = None


_COMMON: Final = _Common()


def counted(name: str, count: Callable[P, T]) -> Callable[P, T]:
    """`count`, done in the one process that counts for all.

    Args:
        name: unique within a process; what is made later under the same name takes its place.
        count: takes and gives what JSON can hold, by position.
    """
    _COMMON.counts[name] = count

    def wherever(*words: P.args, **named: P.kwargs) -> T:
        if _COMMON.elsewhere is None:
            return count(*words, **named)
        answer: T = _COMMON.elsewhere(name, words)
        return answer

    return wherever


def count_at(place: Path | None) -> None:
    """From now on what is `counted` in this process is asked at `place`; None: is counted here."""
    _COMMON.elsewhere = None if place is None else _Elsewhere(place)


_LONGEST: Final = 107
"""Bytes of the address of a socket; the operating system takes no more."""


@contextlib.contextmanager
def counting_for_others() -> Iterator[Path]:
    """Within the block, other processes of this user may ask what this one counts: at this place."""
    with tempfile.TemporaryDirectory(prefix="signals-web-") as folder:  # mode 700: the user's own
        place = Path(folder) / "counts"
        if len(bytes(place)) > _LONGEST:
            raise WrongUseError(
                f"TMPDIR: {Path(folder).parent} is too long for a socket between web processes (with a name of ours"
                f" at most {_LONGEST} bytes): set a shorter TMPDIR, or SIGNALS_WEB_PROCESSES=1"
            )
        with _Counts(str(place), _Questions) as server:
            listening = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
            listening.start()
            try:
                yield place
            finally:
                server.shutdown()


class _Questions(StreamRequestHandler):
    """Counts for one thread of another process until it leaves."""

    def handle(self) -> None:
        """A question on each line, and its answer."""
        with contextlib.suppress(OSError):
            for line in self.rfile:
                self.wfile.write(_answer(line) + b"\n")


class _Counts(ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _answer(line: bytes) -> bytes:
    """Whether it could be counted, and what came of it: of an error only its kind."""
    try:
        name, words = msgspec.json.decode(line, type=tuple[str, list[Any]])
        return msgspec.json.encode((True, _COMMON.counts[name](*words)))
    except Exception as error:  # noqa: BLE001 - whatever it is, who asks must know that it was not counted
        return msgspec.json.encode((False, type(error).__name__))
