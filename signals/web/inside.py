"""Who is told how the installation fares? Monitoring beside us, and nobody who comes through a proxy.

Metrics and readiness stand on the port of the pages and name partners and what is wrong (OWASP ASVS 5.0.0, 13.4.5).
Every proxy that lets browsers in says so in a header: what bears one is answered as if there were nothing here. Anybody
can add a header, but nobody who has to come through the proxy can leave it out: so its presence counts alone.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request
    from starlette.responses import Response

FORWARDED: Final = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)
"""What proxies add (RFC 7239, RFC 9110 section 7.6.3, and the names in use before those); in small letters."""


def came_through_a_proxy(headers: Iterable[str]) -> bool:
    """Whether one of these names of headers is a proxy's."""
    return not FORWARDED.isdisjoint(name.lower() for name in headers)


def inside_only(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """`answer` for who asks us directly; what came through a proxy reads that there is no such page (404)."""

    @wraps(answer)
    def told(request: Request) -> Response:
        if came_through_a_proxy(request.headers):
            raise HTTPException(404)
        return answer(request)

    return told
