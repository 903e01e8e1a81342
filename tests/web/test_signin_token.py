"""The ID token and the talk with a provider, against every answer that a false one could give."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from signals.web.signin.idtoken import Expected, RefusedError, UnknownKeyError, checked_claims
from signals.web.signin.journey import Journey
from signals.web.signin.provider import Provider, ProviderAwayError, Registration

ISSUER = "https://login.example.nl"
CLIENT = "signals"
NOW = 1_795_000_000
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
NEWER = ECKey.generate_key("P-256", {"kid": "two"})
JOURNEY = Journey("the state", "the nonce", "a verifier of forty-three letters at the very least", "/", NOW)
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "u-1",
    "aud": CLIENT,
    "exp": NOW + 300,
    "iat": NOW - 5,
    "nonce": JOURNEY.nonce,
    "roles": ["vs-spec"],
}


def signed(changes: dict[str, Any] | None = None, *, key: RSAKey | ECKey = KEY, alg: str = "RS256") -> str:
    claims = {name: value for name, value in {**GOOD, **(changes or {})}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])


def check(token: str, *, keys: KeySet | None = None, access: str | None = None) -> dict[str, Any]:
    expected = Expected(ISSUER, CLIENT, JOURNEY.nonce)
    return checked_claims(token, keys or KeySet([KEY]), expected, access_token=access, now=NOW)


def test_a_good_token_gives_its_claims() -> None:
    assert check(signed()) == GOOD
    assert check(signed({"aud": [CLIENT]}))["sub"] == "u-1"
    assert check(signed(key=NEWER, alg="ES256"), keys=KeySet([KEY, NEWER]))["sub"] == "u-1"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://evil.example"}, "token-iss"),
        ({"iss": ISSUER + "/"}, "token-iss"),
        ({"iss": None}, "token-iss"),
        ({"aud": "another"}, "token-aud"),
        ({"aud": ["another"]}, "token-aud"),
        ({"aud": None}, "token-aud"),
        ({"aud": [CLIENT, "another"]}, "token-azp"),
        ({"azp": "another"}, "token-azp"),
        ({"exp": NOW - 61}, "token-exp"),
        ({"exp": None}, "token-exp"),
        ({"exp": "for ever"}, "token-exp"),
        ({"iat": NOW + 61}, "token-iat"),
        ({"nbf": NOW + 61}, "token-nbf"),
        ({"nonce": "of an earlier sign-in"}, "token-nonce"),
        ({"nonce": None}, "token-nonce"),
        ({"nonce": ["the nonce"]}, "token-nonce"),
        ({"sub": None}, "token-sub"),
        ({"sub": ""}, "token-sub"),
        ({"sub": 7}, "token-sub"),
        ({"sub": "u\n1"}, "token-sub"),
        ({"sub": "u" * 256}, "token-sub"),
        ({"at_hash": "of another access token"}, "token-at_hash"),
    ],
)
def test_a_token_that_is_not_of_this_sign_in_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError) as refused:
        check(signed(changes), access="the access token")
    assert refused.value.why == why


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _json64(document: dict[str, str]) -> str:
    return _base64(json.dumps(document).encode())


def forged() -> list[str]:
    """Tokens that the provider never signed."""
    head, body, signature = signed().split(".")
    other = signed({"sub": "u-2"}).split(".")[1]
    none = _json64({"alg": "none", "kid": "one"})
    unsigned = f"{_json64({'alg': 'HS256', 'kid': 'one'})}.{body}"
    digest = hmac.digest(KEY.as_pem(private=False), unsigned.encode(), "sha256")  # the public key as a password
    return [
        f"{head}.{other}.{signature}",
        f"{head}.{body}.",
        f"{none}.{body}.",
        signed(key=OTHER),
        f"{unsigned}.{_base64(digest)}",
        "",
        "a.b.c",
        "no token",
    ]


@pytest.mark.parametrize("nth", range(8))
def test_a_token_that_the_provider_did_not_sign_is_refused(nth: int) -> None:
    with pytest.raises(RefusedError):
        check(forged()[nth])


def test_a_key_that_is_not_known_is_told_apart() -> None:
    with pytest.raises(UnknownKeyError):
        check(signed(key=NEWER, alg="ES256"))


class FalseProvider:
    """Answers as a provider does, or as one must not."""

    def __init__(self, **metadata: object) -> None:
        self.metadata: dict[str, object] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            **metadata,
        }
        self.keys: list[RSAKey | ECKey] = [KEY]
        self.token: dict[str, object] = {"access_token": "access", "token_type": "Bearer", "id_token": signed(fresh())}
        self.status = 200
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/token":
            return httpx.Response(self.status, json=self.token)
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
        return httpx.Response(200, json=self.metadata)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    def provider(self, *, public: bool = False) -> Provider:
        registration = Registration(ISSUER, CLIENT, None if public else "our password", "https://signals.example.nl")
        return Provider(registration, transport=httpx.MockTransport(self))


def fresh() -> dict[str, Any]:
    return {"exp": int(time.time()) + 300, "iat": int(time.time())}


def claims(answers: FalseProvider, **answer: str) -> dict[str, Any]:
    given = {"state": JOURNEY.state, "code": "the code", **answer}
    return answers.provider().claims(JOURNEY, given, int(time.time()))


def test_the_browser_goes_there_with_a_challenge_and_the_code_is_fetched_with_its_verifier() -> None:
    answers = FalseProvider()
    provider = answers.provider()
    asked = dict(parse_qsl(urlsplit(provider.authorization_url(JOURNEY)).query))
    digest = hashlib.sha256(JOURNEY.verifier.encode()).digest()
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "https://signals.example.nl/aanmelden/terug",
        "scope": "openid profile",
        "state": JOURNEY.state,
        "nonce": JOURNEY.nonce,
        "code_challenge": _base64(digest),
        "code_challenge_method": "S256",
    }
    assert provider.claims(JOURNEY, {"state": JOURNEY.state, "code": "c"}, int(time.time()))["sub"] == "u-1"
    sent = {name: values[0] for name, values in parse_qs(answers.asked[-1].content.decode()).items()}
    assert (sent["code"], sent["code_verifier"]) == ("c", JOURNEY.verifier)
    assert sent["redirect_uri"] == asked["redirect_uri"]


@pytest.mark.parametrize(
    ("methods", "header", "in_form"),
    [(["client_secret_basic"], True, False), (["client_secret_post"], False, True), (None, True, False)],
)
def test_our_password_goes_the_way_the_provider_wants(
    methods: list[str] | None, *, header: bool, in_form: bool
) -> None:
    answers = FalseProvider(**({"token_endpoint_auth_methods_supported": methods} if methods else {}))
    claims(answers)
    request = answers.asked[-1]
    assert request.headers.get("authorization", "").startswith("Basic ") == header
    assert (b"client_secret=our" in request.content) == in_form


def test_a_public_client_has_no_password() -> None:
    answers = FalseProvider()
    answers.provider(public=True).claims(JOURNEY, {"state": JOURNEY.state, "code": "c"}, int(time.time()))
    assert "authorization" not in answers.asked[-1].headers
    assert b"client_id=signals" in answers.asked[-1].content


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"state": "another"}, "state"),
        ({"state": ""}, "state"),
        ({"state": "é"}, "state"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"error": "access_denied"}, "provider"),
        ({"code": ""}, "no-code"),
    ],
)
def test_an_answer_to_another_sign_in_fetches_no_token(answer: dict[str, str], why: str) -> None:
    answers = FalseProvider()
    with pytest.raises(RefusedError) as refused:
        claims(answers, **answer)
    assert refused.value.why == why
    assert "/token" not in answers.paths()


def test_a_provider_that_names_itself_in_answers_must_do_so() -> None:
    answers = FalseProvider(authorization_response_iss_parameter_supported=True)
    with pytest.raises(RefusedError, match="issuer"):
        claims(answers)
    assert claims(answers, iss=ISSUER)["sub"] == "u-1"


def test_a_refused_code_tells_nothing_of_the_providers_words() -> None:
    answers = FalseProvider()
    answers.status, answers.token = 400, {"error": "invalid_grant", "error_description": "Sanne is blocked"}
    with pytest.raises(RefusedError) as refused:
        claims(answers)
    assert refused.value.why == "code"
    assert "Sanne" not in str(refused.value)


def test_without_an_id_token_nobody_is_signed_in() -> None:
    answers = FalseProvider()
    del answers.token["id_token"]
    with pytest.raises(RefusedError, match="no-id-token"):
        claims(answers)


def test_a_token_of_an_earlier_sign_in_is_refused() -> None:
    answers = FalseProvider()
    answers.token["id_token"] = signed({**fresh(), "nonce": "of an earlier one"})
    with pytest.raises(RefusedError, match="token-nonce"):
        claims(answers)


def test_only_algorithms_that_the_provider_names_are_taken() -> None:
    answers = FalseProvider(id_token_signing_alg_values_supported=["ES256", "none", "HS256"])
    with pytest.raises(RefusedError, match="token-"):
        claims(answers)


def test_new_keys_of_the_provider_are_fetched_once_when_a_token_names_one() -> None:
    answers = FalseProvider(id_token_signing_alg_values_supported=["RS256", "ES256"])
    provider = answers.provider()
    given = {"state": JOURNEY.state, "code": "c"}
    provider.claims(JOURNEY, given, int(time.time()))
    answers.keys = [NEWER]
    answers.token["id_token"] = signed(fresh(), key=NEWER, alg="ES256")
    assert provider.claims(JOURNEY, given, int(time.time()))["sub"] == "u-1"
    assert answers.paths().count("/keys") == 2
    answers.keys = [KEY]
    provider.claims(JOURNEY, given, int(time.time()))
    assert answers.paths().count("/keys") == 2
    answers.token["id_token"] = signed(fresh(), key=RSAKey.generate_key(2048, {"kid": "three"}))
    with pytest.raises(UnknownKeyError):
        provider.claims(JOURNEY, given, int(time.time()))


def test_what_the_provider_tells_of_itself_is_asked_once_an_hour() -> None:
    answers, seconds = FalseProvider(), [0.0]
    registration = Registration(ISSUER, CLIENT, None, "https://signals.example.nl")
    provider = Provider(registration, transport=httpx.MockTransport(answers), clock=lambda: seconds[0])
    for now in (0.0, 3599.0, 3600.0, 3601.0):
        seconds[0] = now
        provider.authorization_url(JOURNEY)
    assert len(answers.asked) == 4  # document and keys, twice


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.example.nl/token"},
        {"jwks_uri": "file:///etc/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://login.example.nl/end"},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": None},
        {"token_endpoint": 7},
    ],
)
def test_a_provider_that_does_not_keep_to_the_rules_is_not_used(metadata: dict[str, object]) -> None:
    with pytest.raises(ProviderAwayError, match="discovery document or keys"):
        FalseProvider(**metadata).provider().authorization_url(JOURNEY)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"location": "https://evil.example"}),
        httpx.Response(503),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["no object"]),
    ],
)
def test_any_other_answer_is_an_absent_provider(answer: httpx.Response) -> None:
    registration = Registration(ISSUER, CLIENT, None, "https://signals.example.nl")
    provider = Provider(registration, transport=httpx.MockTransport(lambda _: answer))
    with pytest.raises(ProviderAwayError):
        provider.authorization_url(JOURNEY)
    assert provider.goodbye_url() is None


@pytest.mark.parametrize("body", [b"<html>", json.dumps(["no object"]).encode()])
def test_a_token_endpoint_that_talks_nonsense_is_an_absent_provider(body: bytes) -> None:
    answers = FalseProvider()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body) if request.url.path == "/token" else answers(request)

    registration = Registration(ISSUER, CLIENT, None, "https://signals.example.nl")
    provider = Provider(registration, transport=httpx.MockTransport(answer))
    with pytest.raises(ProviderAwayError, match="token endpoint"):
        provider.claims(JOURNEY, {"state": JOURNEY.state, "code": "c"}, int(time.time()))


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (None, None),
        ("https://elsewhere.example.nl/end", None),
        (f"{ISSUER}/end", f"{ISSUER}/end?"),
        (f"{ISSUER}/end?realm=1", f"{ISSUER}/end?realm=1&"),
    ],
)
def test_signing_out_ends_at_the_provider_where_it_has_a_place_for_it(endpoint: str | None, url: str | None) -> None:
    found = FalseProvider(end_session_endpoint=endpoint).provider().goodbye_url()
    ours = "client_id=signals&post_logout_redirect_uri=https%3A%2F%2Fsignals.example.nl%2Fafgemeld"
    assert found == (None if url is None else url + ours)


def test_no_representation_shows_a_secret() -> None:
    registration = Registration(ISSUER, CLIENT, "our password", "https://signals.example.nl")
    shown = repr((registration, JOURNEY, Expected(ISSUER, CLIENT, JOURNEY.nonce)))
    assert not any(secret in shown for secret in ("our password", JOURNEY.nonce, JOURNEY.verifier))
