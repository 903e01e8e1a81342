"""Which requests are let through, and which headers protect the answer?

A form is only taken from our own page: its token is bound to the visitor's session (before sign-in to a cookie of
its own), and the browser's word on where it came from is checked too (OWASP ASVS 5.0.0, 3.5).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

from signals.web.desk import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from signals.web.desk import Desk

TOKEN: Final = "csrf_token"  # noqa: S105 - the name of the hidden field
FORM_BYTES: Final = 256 * 1024
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not say where a form comes from
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECURE_HEADERS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f-\uffff]*")


def content_policy(nonce: str, form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy: our own files only, and the one script that knows the nonce."""
    targets = " ".join(("'self'", *form_targets))
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Puts the security headers on every answer, also on errors, and makes the nonce of each request."""

    def __init__(self, app: ASGIApp, *, secure: bool = False, form_targets: tuple[str, ...] = ()) -> None:
        self._app = app
        self._headers = {**SECURITY_HEADERS, **(_SECURE_HEADERS if secure else {})}
        self._form_targets = form_targets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope["signals.nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers["Content-Security-Policy"] = content_policy(nonce, self._form_targets)
                headers.setdefault("Cache-Control", "no-store")  # pages are about residents
            await send(message)

        await self._app(scope, receive, send_with_headers)


def form_token(binding: str) -> str:
    """A token for a form of this visitor: another text each time, so that a compressed page does not betray it."""
    mask = secrets.token_bytes(32)
    masked = bytes(one ^ other for one, other in zip(mask, _secret_of(binding), strict=True))
    return base64.urlsafe_b64encode(mask + masked).decode()


def is_token_of(binding: str, token: str) -> bool:
    """Whether `token` was made for a form of this visitor."""
    try:
        sent = base64.b64decode(token.encode("ascii"), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(sent) != 64:
        return False
    unmasked = bytes(one ^ other for one, other in zip(sent[:32], sent[32:], strict=True))
    return secrets.compare_digest(unmasked, _secret_of(binding))


def _secret_of(binding: str) -> bytes:
    return hmac.new(binding.encode(), b"signals.web.form", hashlib.sha256).digest()


def require_own_form(desk: Desk, origin: str) -> None:
    """Raise ForbiddenError unless this form was sent by a page of ours to this visitor.

    Args:
        desk: the request's.
        origin: our own, such as "https://vroegsignalering.example.nl".
    """
    if not _is_from_here(desk.visit.headers, origin):
        raise ForbiddenError("the form was sent from another site")
    if not is_token_of(desk.visit.binding, desk.form.get(TOKEN)):
        raise ForbiddenError("the form has no token, or one of another session")


def _is_from_here(headers: Mapping[str, str], origin: str) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    return headers.get("origin", origin) == origin


def own_path(wish: str, default: str = "/") -> str:
    """`wish` when it is a path on this site and nothing else, so that nobody is led elsewhere; else `default`."""
    return wish if len(wish) <= 1000 and _OWN_PATH.fullmatch(wish) else default
