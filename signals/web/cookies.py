"""What does a visitor's browser keep for us? Small signed texts, one jar for all cookies.

A cookie is signed with its own name, so that one can never stand for another. Over https every name has the prefix
`__Host-`, which binds it to this host; plain http is only for a service on this machine itself (`signals up`).
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, URLSafeTimedSerializer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

SESSION: Final = "session"  # the token of a session
BEFORE: Final = "before"  # binds forms to a visitor who is not signed in
NOTICE: Final = "notice"  # what the next page says once
LANGUAGE: Final = "language"
KEYS: Final = "keys"  # "off" where single letters do nothing
ROUND: Final = "round"  # who last opened the page of a round of visits here; that page may keep what they wrote down
_KEPT: Final = 512  # a page asks for the same cookie several times, and the next page again; what is bad is not kept
_SIGNED_WITH: Final = {"key_derivation": "hmac", "digest_method": hashlib.sha256}  # the package would take SHA-1


class Jar:
    """Signs, reads and drops cookies: HttpOnly, SameSite=Lax, for the whole site."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._secret = secret
        self._secure = secure
        self._sealing = cache(self._serializer)
        self._unsealed = lru_cache(maxsize=_KEPT)(self._unseal)

    def name(self, name: str) -> str:
        """The name that the browser knows."""
        return f"__Host-{name}" if self._secure else name

    def read(self, cookies: Mapping[str, str], name: str, *, seconds: int | None = None) -> str | None:
        """What was put under `name`; None when there is nothing, it was tampered with, or is older than `seconds`."""
        return self.opened(name, cookies.get(self.name(name), ""), seconds=seconds)

    def opened(self, name: str, signed: str, *, seconds: int | None = None) -> str | None:
        """What was `sealed` under `name`; None as for `read`."""
        if not signed:
            return None
        try:
            return self._unsealed(name, signed) if seconds is None else self._unseal(name, signed, seconds)
        except BadData:
            return None

    def sealed(self, name: str, value: str) -> str:
        """`value` as the browser keeps it under `name`: readable, and signed."""
        return str(self._sealing(name).dumps(value))

    def put(self, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        """Have the browser keep `value`, for `seconds` or until it is closed."""
        response.set_cookie(
            self.name(name),
            self.sealed(name, value),
            max_age=seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name(name), path="/", secure=self._secure, httponly=True, samesite="lax")

    def _unseal(self, name: str, signed: str, seconds: int | None = None) -> str:
        value = self._sealing(name).loads(signed, max_age=seconds)
        if not isinstance(value, str):
            raise BadData("not a text of ours")
        return value

    def _serializer(self, name: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"signals.web.cookies:{name}", signer_kwargs=_SIGNED_WITH)
