"""The parts of the door, each by itself: addresses, limits, claims, the kept key, and which way in there is."""

from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response

from signals.errors import WrongUseError
from signals.settings import ROLES, load_settings
from signals.web import cookies
from signals.web.desk import TooManyError
from signals.web.people import Role
from signals.web.signin.addresses import client_address, networks
from signals.web.signin.claims import NO_MUNICIPALITY, NO_ROLE, ClaimRules, user_of
from signals.web.signin.demo import DEMO_PEOPLE
from signals.web.signin.entry import sign_in_for
from signals.web.signin.idtoken import RefusedError
from signals.web.signin.kept_secret import kept_secret
from signals.web.signin.limits import Limiter, Rate, SignInLimits

if TYPE_CHECKING:
    from pathlib import Path

PROXY = "10.0.0.7"
SECRET = "made up, of at least thirty-two letters"  # noqa: S105 - of the tests
LINK = "https://signals.example.nl"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # whoever is no proxy may write what it likes
        (PROXY, "", PROXY),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the first was written by the visitor
        (PROXY, "198.51.100.1, 10.0.0.8", "198.51.100.1"),  # two proxies of ours
        (PROXY, "10.0.0.8", "10.0.0.8"),
        (PROXY, "not an address", PROXY),
        (PROXY, "198.51.100.1, <script>", PROXY),
        (PROXY, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("", "", "unknown"),
    ],
)
def test_the_address_is_the_nearest_that_is_no_proxy_of_ours(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, networks(["10.0.0.0/29", "10.0.0.8"])) == address


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert client_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


class Ticking:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(limiter: Limiter, key: str, times: int) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            limiter.take(key)
        except TooManyError:
            continue
        through += 1
    return through


def test_a_burst_is_let_through_then_the_rate() -> None:
    clock = Ticking()
    limiter = Limiter(Rate(burst=3, per_minute=6), clock=clock)
    assert taken(limiter, "a", 10) == 3
    assert taken(limiter, "b", 1) == 1
    with pytest.raises(TooManyError) as told:
        limiter.take("a")
    assert told.value.retry_after == 10
    clock.now = 10.0
    assert taken(limiter, "a", 10) == 1
    clock.now = 1000.0
    assert taken(limiter, "a", 10) == 3


def test_it_may_be_tried_again_after_the_told_seconds() -> None:
    clock = Ticking()
    limiter = Limiter(Rate(burst=1, per_minute=7), clock=clock)
    limiter.take("a")
    clock.now = 0.3
    with pytest.raises(TooManyError) as told:
        limiter.take("a")
    clock.now += told.value.retry_after
    limiter.take("a")


def test_so_many_buckets_are_remembered_and_no_more() -> None:
    limiter = Limiter(Rate(burst=1, per_minute=1), most_keys=5, clock=Ticking())
    for key in "abcdefgh":
        limiter.take(key)
    assert len(limiter) == 5
    assert taken(limiter, "h", 1) == 0


def test_threads_together_get_no_more_than_one_alone() -> None:
    limiter = Limiter(Rate(burst=50, per_minute=1), clock=Ticking())
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(taken(limiter, "a", 40))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(found), sum(found)) == (4, 50)


def test_the_answers_to_sign_ins_that_began_here_have_a_limit_together() -> None:
    limits = SignInLimits(clock=Ticking())
    for _ in range(300):
        limits.take_answer()
    with pytest.raises(TooManyError):
        limits.take_answer()
    limits.take("203.0.113.9")


def test_who_only_knocks_keeps_nobody_else_out() -> None:
    limits = SignInLimits(clock=Ticking())
    for number in range(10):
        for _ in range(60):
            limits.take(f"198.51.100.{number}")
        with pytest.raises(TooManyError):
            limits.take(f"198.51.100.{number}")
    limits.take("203.0.113.9")
    limits.take_answer()


def test_a_reason_has_one_line_a_minute_and_the_next_says_how_many_there_were() -> None:
    clock = Ticking()
    limits = SignInLimits(clock=clock)
    assert [limits.next_refusal("state") for _ in range(40)] == [0, *[None] * 39]
    assert limits.next_refusal("no-role") == 0
    clock.now = 59.0
    assert limits.next_refusal("state") is None
    clock.now = 60.0
    assert [limits.next_refusal("state") for _ in range(2)] == [40, None]


RULES = ClaimRules({"vs-spec": Role.SPECIALIST, "vs-audit": Role.AUDITOR}, frozenset({"0141"}))


@pytest.mark.parametrize(
    ("roles", "given"),
    [
        (["vs-spec"], {Role.SPECIALIST}),
        ("vs-audit", {Role.AUDITOR}),
        (["vs-spec", "vs-audit", "other"], {Role.SPECIALIST, Role.AUDITOR}),
        (["specialist"], None),  # the name of a role is not a value that the settings map
        (["VS-SPEC"], None),
        ([], None),
        (None, None),
        ({"vs-spec": True}, None),
        ([["vs-spec"]], None),
        (7, None),
    ],
)
def test_only_mapped_values_give_roles(roles: object, given: set[Role] | None) -> None:
    claims = {"sub": "u-1", "name": "Sanne", "roles": roles}
    if given is None:
        with pytest.raises(RefusedError, match=NO_ROLE):
            user_of(claims, RULES)
    else:
        assert user_of(claims, RULES).roles == given


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        ({}, False),
        ({"acr": "1"}, False),
        ({"amr": ["pwd"]}, False),
        ({"acr": 2, "amr": {"mfa": True}}, False),
        ({"acr": "xmfa", "amr": ["mfax"]}, False),
        ({"acr": "high"}, True),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": "mfa"}, True),
    ],
)
def test_a_sign_in_that_is_not_strong_enough_is_refused(claims: dict[str, object], *, enough: bool) -> None:
    rules = ClaimRules(RULES.roles, RULES.granted, strengths=load_settings(oidc_strengths="mfa , high").strengths)
    given = {"sub": "u-1", "roles": "vs-spec", **claims}
    if enough:
        assert user_of(given, rules).id == "u-1"
    else:
        with pytest.raises(RefusedError, match="strength"):
            user_of(given, rules)
    assert user_of(given, RULES).id == "u-1"  # where no strength is named, every sign-in will do


def test_a_claim_within_an_object_is_found_by_dots_unless_one_has_the_name_itself() -> None:
    rules = ClaimRules(RULES.roles, RULES.granted, role_claim="realm_access.roles")
    assert user_of({"sub": "u-1", "realm_access": {"roles": ["vs-spec"]}}, rules).roles == {Role.SPECIALIST}
    no_object = {"sub": "u-1", "realm_access": "x", "roles": ["vs-spec"]}
    both = {"sub": "u-1", "realm_access.roles": ["other"], "realm_access": {"roles": ["vs-spec"]}}
    for claims in (no_object, both):
        with pytest.raises(RefusedError, match=NO_ROLE):
            user_of(claims, rules)


@pytest.mark.parametrize(
    ("granted", "claimed", "municipalities"),
    [
        ({"0141"}, None, {"0141"}),
        ({"0141"}, ["0164"], {"0141", "0164"}),
        (set(), "0164", {"0164"}),
        (set(), ["164", "01640", "abcd", "٠١٤١", 164], None),
        (set(), None, None),
    ],
)
def test_municipalities_are_the_granted_and_the_claimed(
    granted: set[str], claimed: object, municipalities: set[str] | None
) -> None:
    rules = ClaimRules(RULES.roles, frozenset(granted), municipality_claim="gemeenten", team_claim="teams")
    claims = {"sub": "u-1", "roles": "vs-spec", "gemeenten": claimed, "teams": ["centrum", "Noord!"]}
    if municipalities is None:
        with pytest.raises(RefusedError, match=NO_MUNICIPALITY):
            user_of(claims, rules)
        return
    user = user_of(claims, rules)
    assert user.municipalities == municipalities
    assert user.teams == {"centrum"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Sanne de Vries", "Sanne de Vries"),
        (" Sanne\n\u202e de\tVries ", "Sanne de Vries"),
        ("S" * 500, "S" * 100),
        ("", "u-1"),
        (None, "u-1"),
        (["Sanne"], "u-1"),
    ],
)
def test_a_name_is_one_short_line(name: object, shown: str) -> None:
    user = user_of({"sub": "u-1", "name": name, "roles": "vs-spec"}, RULES)
    assert (user.id, user.name) == ("u-1", shown)


def test_the_kept_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    made = kept_secret(tmp_path)
    [file] = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(made) >= 48
    assert kept_secret(tmp_path) == made
    other = tmp_path / "other"
    other.mkdir()
    assert kept_secret(other) != made


def test_the_roles_of_the_settings_are_those_of_the_pages_and_each_has_a_demo_person() -> None:
    assert set(ROLES) == {role.value for role in Role}
    assert list(dict.fromkeys(person.role for person in DEMO_PEOPLE)) == list(Role)


DEMO = {"demo_sign_in": True, "session_secret": SECRET, "municipalities": "0141, 0164"}
OIDC = {
    "oidc_issuer": "https://login.example.nl/realms/gemeente",
    "oidc_client_id": "signals",
    "oidc_roles": '{"vs-spec": "specialist"}',
    "municipalities": "0141",
    "session_secret": SECRET,
    "web_address": LINK,
}


def test_without_settings_there_is_no_way_in() -> None:
    assert sign_in_for(load_settings(), "0.0.0.0", LINK) is None  # noqa: S104 - nothing listens


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8080"), ("localhost", "http://localhost:8080"), ("::1", "http://[::1]:8080")],
)
def test_a_demo_is_open_on_loopback(host: str, address: str) -> None:
    entry = sign_in_for(load_settings(**DEMO), host, address)
    assert entry is not None
    assert entry.provider is None
    assert entry.form_targets == ()
    assert entry.rules.granted == {"0141", "0164"}


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104 - that it is refused is what is tested
        ("::", "http://127.0.0.1:8080"),
        ("192.0.2.7", "http://127.0.0.1:8080"),
        ("signals.example.nl", "http://127.0.0.1:8080"),
        ("", "http://127.0.0.1:8080"),
        ("127.0.0.1", LINK),
    ],
)
def test_a_demo_is_refused_where_other_machines_reach_it(host: str, address: str) -> None:
    with pytest.raises(WrongUseError, match="SIGNALS_DEMO_SIGN_IN lets anybody in"):
        sign_in_for(load_settings(**DEMO), host, address)


def test_a_provider_is_known_by_its_origin() -> None:
    entry = sign_in_for(load_settings(**OIDC), "0.0.0.0", LINK)  # noqa: S104 - nothing listens
    assert entry is not None
    assert entry.form_targets == ("https://login.example.nl",)
    assert entry.rules.roles == {"vs-spec": Role.SPECIALIST}
    assert entry.client("203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_the_limits_of_sessions_are_those_of_the_settings() -> None:
    limited = load_settings(**DEMO, sign_in_idle_minutes=7, sign_in_hours=3, sign_in_most_sessions=2)
    entry = sign_in_for(limited, "127.0.0.1", "http://127.0.0.1:8080")
    assert entry is not None
    limits = entry.sessions.limits
    assert (limits.idle.total_seconds(), limits.absolute.total_seconds(), limits.most) == (420, 10_800, 2)


def test_over_https_a_cookie_is_bound_to_the_host() -> None:
    jar = cookies.Jar(SECRET, secure=True)
    response = Response()
    jar.put(response, cookies.SESSION, "the token")
    [line] = response.headers.getlist("set-cookie")
    name, _, flags = line.partition("=")
    assert name == "__Host-session"
    assert {flag.strip().lower() for flag in flags.split(";")[1:]} == {"secure", "httponly", "samesite=lax", "path=/"}
    assert jar.read({cookies.SESSION: flags.partition(";")[0]}, cookies.SESSION) is None
