"""Which requests are let through, and which headers protect the answer?

A form is only taken from our own page: its token is bound to the visitor's session (before sign-in to a cookie of
its own), and the browser's word on where it came from is checked too (OWASP ASVS 5.0.0, 3.5). Beside it stands, sealed,
for whom the form was made: a form that waited until somebody signed in again (`held`) is taken from that person and
that browser alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from signals.settings import DEFAULT_PORTS, is_loopback
from signals.web import cookies
from signals.web.desk import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from signals.web.cookies import Jar
    from signals.web.desk import Desk, Form, Visit
    from signals.web.people import User

TOKEN: Final = "csrf_token"  # noqa: S105 - the name of the hidden field
OWNER: Final = "form-owner"  # seals in a form's token for whom the form was made
OWNER_SECONDS: Final = 30 * 24 * 3600  # a page may stay open over a holiday
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
_POLICY: Final = b"content-security-policy"  # names of headers come in small letters (ASGI)
_CACHE: Final = b"cache-control"
_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f-\uffff]*")


def content_policy(nonce: str, form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy: our own files only, scripts that know the nonce, and they speak with us alone."""
    targets = " ".join(("'self'", *form_targets))
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Puts the security headers on every answer, also on errors, and makes the nonce of each request."""

    def __init__(self, app: ASGIApp, *, secure: bool = False, form_targets: tuple[str, ...] = ()) -> None:
        self._app = app
        fixed = {**SECURITY_HEADERS, **(_SECURE_HEADERS if secure else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in fixed.items()]
        self._ours = frozenset({name for name, _ in self._headers} | {_POLICY})
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
                message["headers"] = self._protected(message.get("headers", []), nonce)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _protected(self, given: Iterable[tuple[bytes, bytes]], nonce: str) -> list[tuple[bytes, bytes]]:
        """The headers of the answer with ours, which come in the place of others of the same name."""
        headers = [header for header in given if header[0] not in self._ours]
        if not any(name == _CACHE for name, _ in headers):
            headers.append((_CACHE, b"no-store"))  # pages are about residents
        policy = content_policy(nonce, self._form_targets)
        return [*headers, *self._headers, (_POLICY, policy.encode())]


class ForeignFormError(ForbiddenError):
    """The form came from another site, or from another address of this one."""


class OldFormError(ForbiddenError):
    """The form has no token, or one of another session."""


def form_token(binding: str, owner: str = "") -> str:
    """A token for a form of this visitor: another text each time, so that a compressed page does not betray it.

    Args:
        binding: the secret of the visitor's session.
        owner: the seal of `sealed_owner`, which follows it: for whom the form was made, also when the session ended.
    """
    mask = secrets.token_bytes(32)
    masked = bytes(one ^ other for one, other in zip(mask, _secret_of(binding), strict=True))
    token = base64.urlsafe_b64encode(mask + masked).decode()
    return f"{token}.{owner}" if owner else token


def is_token_of(binding: str, token: str) -> bool:
    """Whether `token` was made for a form of this visitor."""
    try:
        sent = base64.b64decode(token.partition(".")[0].encode("ascii"), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(sent) != 64:
        return False
    unmasked = bytes(one ^ other for one, other in zip(sent[:32], sent[32:], strict=True))
    return secrets.compare_digest(unmasked, _secret_of(binding))


def _secret_of(binding: str) -> bytes:
    return hmac.new(binding.encode(), b"signals.web.form", hashlib.sha256).digest()


def sealed_owner(jar: Jar, user: User | None) -> str:
    """The mark of a form that was made for this user; empty for nobody."""
    return jar.sealed(OWNER, user.id) if user else ""


def seal_in(form: Form) -> str:
    """The seal that a form's token carries, true or not; empty without one."""
    return form.get(TOKEN).partition(".")[2]


def owner_of(jar: Jar, form: Form) -> str | None:
    """The id of the user for whom we made this form; None when we made it for nobody, or not at all."""
    return jar.opened(OWNER, seal_in(form), seconds=OWNER_SECONDS)


def held_binding(before: str) -> str:
    """To what a form is bound that waits until somebody signed in again: the browser's cookie of before signing in."""
    return f"held {before}"


def require_own_form(desk: Desk, origin: str) -> None:
    """Raise ForbiddenError unless this form was sent by a page of ours to this visitor.

    Args:
        desk: the request's.
        origin: our own, such as "https://vroegsignalering.example.nl".

    Raises:
        ForeignFormError: the browser says that it came from elsewhere.
        OldFormError: its token is not of this session, nor of a form that waited for this user in this browser.
    """
    if not is_from_here(desk.visit, origin):
        raise ForeignFormError("the form was sent from another site")
    if not (is_token_of(desk.visit.binding, desk.form.get(TOKEN)) or _waited_for_this_user(desk)):
        raise OldFormError("the form has no token, or one of another session")


def _waited_for_this_user(desk: Desk) -> bool:
    before = desk.jar.read(desk.cookies, cookies.BEFORE)
    if before is None or desk.visitor is None:
        return False
    is_own = owner_of(desk.jar, desk.form) == desk.visitor.id
    return is_own and is_token_of(held_binding(before), desk.form.get(TOKEN))


def is_from_here(visit: Visit, origin: str) -> bool:
    """Whether the browser says nothing else than that a page of ours sent this request."""
    if visit.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    return visit.headers.get("origin", origin) == origin


def other_name_of(address: str, asked: str) -> str | None:
    """Our own address, when `asked` (a `Host` header) is another name of this machine on the same port; else None.

    So `http://localhost:8080` leads to `http://127.0.0.1:8080`, where the forms of `signals up` are taken. Any other
    host is left alone: what a proxy calls us is its own affair, and behind a tunnel our address is not reachable.
    """
    try:
        own, other = urlsplit(address), urlsplit(f"//{asked}")
        same_port = (own.port or DEFAULT_PORTS.get(own.scheme)) == (other.port or DEFAULT_PORTS.get(own.scheme))
    except ValueError:
        return None
    names = (own.hostname or "", other.hostname or "")
    return address if same_port and names[0] != names[1] and all(map(is_loopback, names)) else None


def own_path(wish: str, default: str = "/") -> str:
    """`wish` when it is a path on this site and nothing else, so that nobody is led elsewhere; else `default`."""
    return wish if len(wish) <= 1000 and _OWN_PATH.fullmatch(wish) else default
