"""How long and how much do we listen to another machine? Until a moment that counts for its whole answer.

The limits of the HTTP client are for each single wait: a machine that sends a byte now and then would hold us for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Patience:
    """The hooks of one HTTP client: each answer has so many seconds to come, and has at most so many bytes."""

    def __init__(self, seconds: float, most: int, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._until = 0.0

    def begin(self, _: httpx.Request) -> None:
        """A request is sent."""
        self._until = self._clock() + self._seconds

    def listen(self, response: httpx.Response) -> None:
        """Its answer begins: what follows of it comes in time, or reading it raises httpx.ReadTimeout."""
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _InTime(response.stream, self._left, self._most)

    def _left(self) -> bool:
        return self._clock() < self._until


class _InTime(httpx.SyncByteStream):
    """The body of an answer, as far as it comes in time and is not too long."""

    def __init__(self, body: httpx.SyncByteStream, left: Callable[[], bool], most: int) -> None:
        self._body = body
        self._left = left
        self._most = most

    def __iter__(self) -> Iterator[bytes]:
        """Its parts."""
        read = 0
        for part in self._body:
            read += len(part)
            if read > self._most:
                raise httpx.ReadError("the answer is larger than any that we need")
            if not self._left():
                raise httpx.ReadTimeout("the answer did not come in time")
            yield part

    def close(self) -> None:
        """Nothing more is read."""
        self._body.close()
