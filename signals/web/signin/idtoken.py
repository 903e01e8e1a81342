"""Is this ID token true, meant for us, and of this very sign-in? (OpenID Connect Core 1.0, section 3.1.3.7)

Pure but for the clock that is given. Nothing of a token is ever told: only which check it failed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from signals.errors import SignalsError

if TYPE_CHECKING:
    from collections.abc import Collection

    from joserfc.jwk import KeySet

LEEWAY_SECONDS: Final = 60  # clocks of two machines differ
LONGEST_SUBJECT: Final = 255  # OpenID Connect Core, section 2
# Only where the provider signs with a key that nobody else has: no `none`, and no HMAC with our own password.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)


class RefusedError(SignalsError):
    """Somebody is not signed in; `why` is a short code for the audit log, never anything of the person."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the sign-in was refused ({why})")


class UnknownKeyError(RefusedError):
    """The token names a key that the provider did not have when its keys were fetched: fetch them anew."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say to be of this sign-in."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    algorithms: Collection[str] = ALGORITHMS


def checked_claims(
    id_token: str, keys: KeySet, expected: Expected, *, access_token: str | None, now: int
) -> dict[str, Any]:
    """The claims of `id_token` when signature, issuer, audience, times and nonce are as they must be.

    Raises:
        UnknownKeyError: none of `keys` is the one it names.
        RefusedError: a check failed; `why` is "token-…" with the claim.
    """
    registry = JWSRegistry(algorithms=list(expected.algorithms), strict_check_header=False)
    try:
        token = jwt.decode(id_token, keys, registry=registry)
        _require(token.header, token.claims, expected, access_token, now)
    except InvalidKeyIdError:
        raise UnknownKeyError("token-key") from None
    except JoseError as fault:
        raise RefusedError(f"token-{getattr(fault, 'claim', None) or fault.error}") from None
    except (ValueError, TypeError):
        raise RefusedError("token-unreadable") from None
    return dict(token.claims)


def _require(header: dict[str, Any], claims: dict[str, Any], expected: Expected, access: str | None, now: int) -> None:
    options = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": access}
    CodeIDToken(claims, header, options, params).validate(now=now, leeway=LEEWAY_SECONDS)
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise RefusedError("token-sub")
