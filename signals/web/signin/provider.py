"""How do we talk with the municipality's OpenID Connect provider? Discovery, code with PKCE, ID token, sign-out.

The only place of the web room that calls another machine: with a time limit, never following a redirect, and only to
addresses that the provider's own discovery document names (https, or http on this machine). A provider that does not
answer is left alone for some seconds, so that whoever comes meanwhile is told at once; what it said of itself before
goes on serving until it says so anew.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from signals.errors import SignalsError
from signals.settings import is_safe_address
from signals.web.signin.idtoken import ALGORITHMS, Expected, RefusedError, UnknownKeyError, checked_claims
from signals.web.signin.journey import answered
from signals.web.signin.patience import Patience

with warnings.catch_warnings():
    # It works with httpx and with its successor, and warns of the first whenever it is imported.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client, OAuthError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signals.web.signin.journey import Journey

log = logging.getLogger(__name__)

SECONDS: Final = 5.0  # for one answer of the provider, to its last byte
ANSWER_BYTES: Final = 1024 * 1024  # no document, set of keys or token of a provider is as large
FRESH_SECONDS: Final = 3600.0  # so long its document and keys are taken from memory
AWAY_SECONDS: Final = 10.0  # so long a provider that did not answer is not asked again
DOCUMENT: Final = "its discovery document or keys"
TOKENS: Final = "its token endpoint"
WELL_KNOWN: Final = "/.well-known/openid-configuration"
SCOPE: Final = "openid profile"
T = TypeVar("T")


class ProviderAwayError(SignalsError):
    """The provider does not answer, or not as OpenID Connect says: try again, and see its log."""


@dataclass(frozen=True, slots=True)
class Registration:
    """How we are known at the provider; `address` is our own public one, of which the way back is made."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    address: str

    @property
    def way_back(self) -> str:
        """Where the provider sends the browser after signing in: never made from what a request says."""
        return f"{self.address}/aanmelden/terug"

    @property
    def way_out(self) -> str:
        """Where the provider sends the browser after signing out."""
        return f"{self.address}/afgemeld"


class Metadata(msgspec.Struct, frozen=True):
    """What we read of a provider's discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = False


class Keys(msgspec.Struct, frozen=True):
    """The keys with which a provider signs (RFC 7517)."""

    keys: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider told of itself, and until when it is taken from memory."""

    metadata: Metadata
    keys: KeySet
    until: float


class Provider:
    """The provider of an installation; may be used from several threads.

    Args:
        registration: how we are known there.
        transport: answers in its stead, in tests.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        registration: Registration,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registration = registration
        self._transport = transport
        self._clock = clock
        self._known: _Known | None = None
        self._away_until: dict[str, float] = {}
        self._asking = threading.Lock()

    @property
    def origin(self) -> str:
        """The origin of the provider, for the pages' policy on forms."""
        return _origin(self._registration.issuer)

    def authorization_url(self, journey: Journey) -> str:
        """Where the browser goes to sign in.

        Raises:
            ProviderAwayError: the provider does not tell.
        """
        endpoint = self._now_known().metadata.authorization_endpoint
        with self._client() as client:
            url, _ = client.create_authorization_url(
                endpoint, state=journey.state, nonce=journey.nonce, code_verifier=journey.verifier
            )
        return str(url)

    def claims(self, journey: Journey, answer: Mapping[str, str], now: int) -> dict[str, Any]:
        """Who came back: the checked claims of the ID token that belongs to this `answer` of the provider.

        Args:
            journey: with what this browser's sign-in began.
            answer: the query with which the browser came back.
            now: seconds since 1970.

        Raises:
            RefusedError: it is not the answer to this sign-in, or the provider refused.
            ProviderAwayError: the provider could not be asked.
        """
        metadata = self._now_known().metadata
        _require_answer(journey, answer, metadata)
        tokens = self._tokens(metadata, journey, answer["code"])
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise RefusedError("no-id-token")
        algorithms = tuple(one for one in metadata.id_token_signing_alg_values_supported if one in ALGORITHMS)
        expected = Expected(metadata.issuer, self._registration.client_id, journey.nonce, algorithms)
        try:
            return checked_claims(id_token, self._now_known().keys, expected, access_token=access_token, now=now)
        except UnknownKeyError:  # the provider changed its keys
            keys = self._now_known(anew=True).keys
            return checked_claims(id_token, keys, expected, access_token=access_token, now=now)

    def goodbye_url(self) -> str | None:
        """Where the browser goes to be signed out there too; None where the provider has no such place.

        A place at another origin than the provider's is left out: the pages' policy lets no form lead there.
        """
        try:
            endpoint = self._now_known().metadata.end_session_endpoint
        except ProviderAwayError:
            return None
        if endpoint is None or _origin(endpoint) != self.origin:
            return None
        ours = {"client_id": self._registration.client_id, "post_logout_redirect_uri": self._registration.way_out}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(ours)}"

    def _tokens(self, metadata: Metadata, journey: Journey, code: str) -> Mapping[str, Any]:
        self._require_there(TOKENS)
        try:
            with self._client(_authentication(self._registration, metadata)) as client:
                tokens: Mapping[str, Any] = client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=journey.verifier,
                )
        except OAuthError:  # its text may hold anything, so it is not repeated
            raise RefusedError("code") from None
        except httpx.TransportError as fault:
            raise self._left_alone(TOKENS, fault) from None
        except (httpx.HTTPError, ValueError) as fault:  # it answers, if badly: a code that somebody made up may be why
            raise _away(TOKENS, fault) from None
        return tokens

    def _now_known(self, *, anew: bool = False) -> _Known:
        """What it says of itself: from memory while that is fresh or nothing fresher is had, unless it must be anew.

        Raises:
            ProviderAwayError: nothing in memory will do, and it does not tell.
        """
        known = self._known
        if known is not None and not anew and self._clock() < known.until:
            return known
        old = None if anew else known
        if not self._asking.acquire(blocking=old is None) and old is not None:
            return old  # another thread asks already
        try:
            return self._asked(known)
        except ProviderAwayError as away:
            if old is None:
                raise
            log.warning("%s; what it said before is used", away)
            return old
        finally:
            self._asking.release()

    def _asked(self, before: _Known | None) -> _Known:
        """What it says of itself now, unless another thread asked since `before` was in memory."""
        if self._known is None or self._known is before:
            self._require_there(DOCUMENT)
            self._known = self._ask()
        return self._known

    def _ask(self) -> _Known:
        issuer = self._registration.issuer
        try:
            with self._client() as client:
                metadata = _checked(_read(client, issuer.rstrip("/") + WELL_KNOWN, Metadata), issuer)
                keys = KeySet.import_key_set({"keys": _read(client, metadata.jwks_uri, Keys).keys})
        except (httpx.HTTPError, msgspec.MsgspecError, JoseError, ValueError) as fault:
            raise self._left_alone(DOCUMENT, fault) from None
        return _Known(metadata, keys, self._clock() + FRESH_SECONDS)

    def _require_there(self, what: str) -> None:
        """Raise ProviderAwayError when `what` did not answer a moment ago."""
        if self._clock() < self._away_until.get(what, -math.inf):
            raise ProviderAwayError(f"the sign-in provider: {what} could not be used a moment ago; asked again soon")

    def _left_alone(self, what: str, fault: Exception) -> ProviderAwayError:
        self._away_until[what] = self._clock() + AWAY_SECONDS
        return _away(what, fault)

    def _client(self, authentication: str | None = None) -> OAuth2Client:
        patience = Patience(SECONDS, ANSWER_BYTES, self._clock)
        return OAuth2Client(
            self._registration.client_id,
            self._registration.client_secret,
            token_endpoint_auth_method=authentication,
            scope=SCOPE,
            redirect_uri=self._registration.way_back,
            code_challenge_method="S256",
            timeout=SECONDS,
            event_hooks={"request": [patience.begin], "response": [patience.listen]},
            transport=self._transport,
        )


def _read(client: OAuth2Client, address: str, shape: type[T]) -> T:
    """What is at `address`, in this shape. Raises httpx.HTTPError, msgspec.MsgspecError, ValueError (no UTF-8)."""
    answer = client.request("GET", address, withhold_token=True)
    answer.raise_for_status()  # a redirect too: none is followed
    return msgspec.json.decode(answer.content, type=shape)


def _checked(metadata: Metadata, issuer: str) -> Metadata:
    """The document, when it is the issuer's own and asks for nothing unsafe. Raises ValueError."""
    if metadata.issuer.rstrip("/") != issuer.rstrip("/"):
        raise ValueError("the document names another issuer")
    endpoints = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
    if not all(is_safe_address(one.partition("?")[0]) for one in (*endpoints, metadata.end_session_endpoint or issuer)):
        raise ValueError("an endpoint is neither https nor on loopback")
    if "S256" not in metadata.code_challenge_methods_supported:
        raise ValueError("PKCE with S256 is not supported")
    return metadata


def _require_answer(journey: Journey, answer: Mapping[str, str], metadata: Metadata) -> None:
    """Raise RefusedError unless `answer` is the provider's to this very sign-in (RFC 6749, RFC 9207)."""
    if answered([journey], answer) is None:
        raise RefusedError("state")
    told = answer.get("iss")
    if told != metadata.issuer and (told or metadata.authorization_response_iss_parameter_supported):
        raise RefusedError("issuer")
    if "error" in answer:
        raise RefusedError("provider")
    if not answer.get("code"):
        raise RefusedError("no-code")


def _authentication(registration: Registration, metadata: Metadata) -> str:
    if registration.client_secret is None:
        return "none"
    supported = metadata.token_endpoint_auth_methods_supported
    return "client_secret_basic" if "client_secret_basic" in supported else "client_secret_post"


def _away(what: str, fault: Exception) -> ProviderAwayError:
    return ProviderAwayError(f"the sign-in provider: {what} cannot be used ({type(fault).__name__})")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
