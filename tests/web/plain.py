"""Answers as they are, for tests of what a page that is looked at could not show: statuses, headers, tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from signals.web.guard import TOKEN

if TYPE_CHECKING:
    import httpx

    from tests.web.client import PageClient


def raw(client: PageClient, method: str, path: str, **wish: object) -> httpx.Response:
    """An answer as it is, not looked at."""
    return client.http.request(method, path, **wish)  # type: ignore[arg-type]  # httpx checks them


def token_in(client: PageClient, path: str) -> str:
    """The token of the first form of a page."""
    found = re.search(rf'name="{TOKEN}" value="([^"]+)"', raw(client, "GET", path).text)
    assert found
    return found[1]
