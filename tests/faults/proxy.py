"""A network between the workers and their database that can be slow, silent, closed, or fail in a commit's midst.

One thread per direction of each connection; bytes go through as they came.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Final, Literal

from tests.faults.wire import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Cut = Literal["before", "after"]
CHUNK: Final = 256 * 1024
RESET: Final = struct.pack("ii", 1, 0)  # close with a reset: nothing that waits to be sent is sent
CONNECT_SECONDS: Final = 2.0


class Proxy:
    """Listens on a port of 127.0.0.1 and passes on to a server's unix socket."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lines: set[_Line] = set()
        self._lock = threading.Lock()
        self._cut: Cut | None = None
        self.delay = 0.0
        self.silent = False
        self.closed = False
        self.commits_seen = 0
        self.cut_done = threading.Event()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def cut_next_commit(self, when: Cut | None) -> None:
        """Cut the connection of the next commit that counts, before the server hears of it or after it did it."""
        with self._lock:
            self._cut = when
            self.cut_done.clear()

    def reset_all(self) -> None:
        """Close every connection as a network that breaks does."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.reset()

    def heal(self) -> None:
        """Be an ordinary network again; connections that were silent are gone, since bytes of theirs are."""
        self.cut_next_commit(None)
        self.delay, self.closed = 0.0, False
        if self.silent:
            self.silent = False
            self.reset_all()

    @contextlib.contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Every message takes so much longer."""
        self.delay = seconds
        try:
            yield
        finally:
            self.delay = 0.0

    def close(self) -> None:
        """No more."""
        self.closed = True
        self._listener.close()
        self.reset_all()

    def cut_for(self, line_commits: bool) -> Cut | None:
        """What is to be done to this commit; asked by a line about each of its messages."""
        if not line_commits:
            return None
        with self._lock:
            self.commits_seen += 1
            cut, self._cut = self._cut, None
            return cut

    def forget(self, line: _Line) -> None:
        """A line ended."""
        with self._lock:
            self._lines.discard(line)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):  # whoever came has left already
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.settimeout(CONNECT_SECONDS)
        try:
            if self.closed:
                raise ConnectionRefusedError
            server.connect(str(self._server))
        except OSError:  # the database is away
            server.close()
            client.close()
            return
        server.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(self, client, server)
        with self._lock:
            self._lines.add(line)
        line.start()


class _Line:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._talk = Conversation()
        self._swallow_answer = False

    def start(self) -> None:
        for run in (self._to_server, self._to_client):
            threading.Thread(target=self._until_closed, args=(run,), name="proxy line", daemon=True).start()

    def reset(self) -> None:
        """Break both sides off; the threads notice."""
        for side in (self._client, self._server):
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _until_closed(self, run: object) -> None:
        with contextlib.suppress(OSError):
            run()  # type: ignore[operator]  # one of the two directions below
        self.reset()
        self._client.close()
        self._server.close()
        self._proxy.forget(self)

    def _to_server(self) -> None:
        while said := self._client.recv(CHUNK):
            if self._proxy.delay:
                time.sleep(self._proxy.delay)
            if self._proxy.silent:
                continue
            cut = self._proxy.cut_for(self._talk.commits(said))
            if cut == "before":
                self._proxy.cut_done.set()
                return
            self._swallow_answer = cut == "after"
            self._server.sendall(said)

    def _to_client(self) -> None:
        while said := self._server.recv(CHUNK):
            if self._swallow_answer:
                self._proxy.cut_done.set()
                return
            if not self._proxy.silent:
                self._client.sendall(said)
