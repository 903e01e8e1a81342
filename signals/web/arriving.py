"""What does a request say of itself, as it came over the line? Its path, and the form that it brings.

Nothing here trusts the `Host` header: whoever asks chooses it. What no database text can hold is refused before a page
sees it, and a form must come whole, small, and soon.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import ClientDisconnect

from signals.web.desk import FaultError, NotFoundError
from signals.web.guard import FORM_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

FORM_SECONDS: Final = 30.0  # from the headers of a form to its last byte; over a slow line 256 KiB take ten
BIGGEST_NUMBER: Final = 2**63 - 1  # of the database


class TooLargeError(FaultError):
    """The form is larger than any of ours."""

    status = 413


class TooSlowError(FaultError):
    """The form did not come within `FORM_SECONDS`: nobody holds a line open for longer."""

    status = 408


def path_of(request: Request) -> str:
    """The path with what follows the question mark, as it was sent; "/" when it is no path but a whole address."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1")
    if not path.startswith("/"):
        return "/"
    return f"{path}?{query}" if query else path


async def body_of(request: Request) -> bytes:
    """What was sent.

    Raises:
        TooLargeError: as soon as it is more than a form of ours can be.
        TooSlowError: it did not come in time.
        FaultError: the visitor left before it was sent.
    """
    try:
        async with asyncio.timeout(FORM_SECONDS):
            return await _whole(request)
    except ClientDisconnect:
        raise FaultError("the visitor left before the form was sent") from None
    except TimeoutError:
        raise TooSlowError("the form did not come in time") from None


async def _whole(request: Request) -> bytes:
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > FORM_BYTES:
            raise TooLargeError("the form is too large")
    return bytes(found)


def require_storable(path: Mapping[str, Any], query: Mapping[str, str]) -> None:
    """Raise NotFoundError when the address holds a number or a character that nothing in the database has."""
    if any(isinstance(value, int) and value > BIGGEST_NUMBER for value in path.values()):
        raise NotFoundError("no number is as large as this")
    if any("\0" in str(text) for text in (*path.values(), *query.values())):
        raise NotFoundError("no text has this character")
