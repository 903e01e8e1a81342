"""What does a PostgreSQL client say? As much of the protocol as it takes to see a transaction commit.

Only the client's side is read: the start-up message without a type, then messages of a type, a length and a body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.faults.bindings import WRITES

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERY, PARSE, BIND = b"Q", b"P", b"B"
READ_WHOLE: Final = frozenset({QUERY, PARSE, BIND})
ENDS: Final = re.compile(rb"\s*(?:COMMIT|ROLLBACK|END|ABORT)\b", re.IGNORECASE)
COMMITS: Final = re.compile(rb"\s*(?:COMMIT|END)\b", re.IGNORECASE)


class Messages:
    """Cuts a stream of bytes into messages; the bodies of those that hold no statement are passed over."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skip = 0
        self._started = False

    def feed(self, received: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The messages that are complete now: type and body."""
        passed = min(self._skip, len(received))
        self._skip -= passed
        self._rest += received[passed:]
        while (message := self._next()) is not None:
            yield message

    def _next(self) -> tuple[bytes, bytes] | None:
        head = 1 if self._started else 0  # the start-up message has no type
        if len(self._rest) < head + 4:
            return None
        kind = bytes(self._rest[:head])
        end = head + int.from_bytes(self._rest[head : head + 4], "big")
        if len(self._rest) < end and (kind in READ_WHOLE or not self._started):
            return None
        body = bytes(self._rest[head + 4 : end]) if kind in READ_WHOLE else b""
        self._skip = max(0, end - len(self._rest))
        del self._rest[:end]
        self._started = True
        return kind, body


class Conversation:
    """Knows of one connection whether its transaction wrote down what was done, and when it commits."""

    def __init__(self) -> None:
        self._messages = Messages()
        self._prepared: dict[bytes, bytes] = {}
        self._wrote = False

    def commits(self, received: bytes) -> bool:
        """Whether the client says COMMIT in `received`, after a transaction that wrote progress or outbox."""
        found = False
        for kind, body in self._messages.feed(received):
            statement = self._statement(kind, body)
            self._wrote = self._wrote or WRITES.search(statement) is not None
            found = found or (self._wrote and COMMITS.match(statement) is not None)
            if ENDS.match(statement):
                self._wrote = False
        return found

    def _statement(self, kind: bytes, body: bytes) -> bytes:
        """The statement that a message runs, or prepares to be run at once; empty for the others."""
        if kind == QUERY:
            return body
        if kind == PARSE:
            name, statement, *_ = body.split(b"\0", 2)
            self._prepared[name] = statement
        elif kind == BIND:
            _, name, *_ = body.split(b"\0", 2)
            return self._prepared.get(name, b"")
        return b""
