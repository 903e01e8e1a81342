"""How much may a visitor send before it is a request? So much as a browser can, and no more.

Between uvicorn and the web application. The parser itself has no bound: who sends a line of a request without end
would fill the memory of the service.
"""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 64 * 1024
"""So long may the first line and the headers be together."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's reading of requests; one whose head does not end within `HEAD_BYTES` is refused (400)."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn makes it
        super().__init__(*given, **named)
        self._of_head = 0  # so many bytes came since a head began that has not ended
        self._heads = 0  # so many have ended
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """What came in; asyncio brings at most 256 KiB at once."""
        heads = self._heads
        super().data_received(data)
        self._of_head = self._of_head + len(data) if self._in_head and heads == self._heads else 0
        if self._of_head > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request is too large.")

    def on_headers_complete(self) -> None:
        """A head ended; what comes now is what the request brings."""
        self._heads, self._in_head = self._heads + 1, False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes now is the head of the next request."""
        self._in_head = True
        super().on_message_complete()
