"""What lets a request through, in its parts: tokens, own paths, forms, cookies, addresses."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from signals.errors import WrongUseError
from signals.web.cookies import Jar
from signals.web.desk import FaultError, Form, Page, parse_form
from signals.web.guard import (
    TOKEN,
    content_policy,
    form_token,
    is_token_of,
    other_name_of,
    own_path,
    owner_of,
    sealed_owner,
)
from signals.web.people import Role, User
from signals.web.routes import MENU, all_pages
from signals.web.static_files import StaticFiles
from signals.web.templating import Addresses

if TYPE_CHECKING:
    from pathlib import Path


def test_a_token_is_of_one_visitor_and_never_the_same_text() -> None:
    one, other = form_token("visitor"), form_token("visitor")
    assert one != other
    assert is_token_of("visitor", one)
    assert is_token_of("visitor", other)
    assert not is_token_of("another", one)


def test_a_token_carries_for_whom_its_form_was_made() -> None:
    jar, sanne = Jar("a secret", secure=False), User("u-1", "Sanne", frozenset({Role.AUDITOR}), frozenset())
    token = form_token("visitor", sealed_owner(jar, sanne))
    assert is_token_of("visitor", token)
    form = Form([(TOKEN, token)])
    assert owner_of(jar, form) == "u-1"
    assert owner_of(Jar("another", secure=False), form) is None
    assert owner_of(jar, Form([(TOKEN, form_token("visitor"))])) is None
    assert owner_of(jar, Form([(TOKEN, token + "x")])) is None
    assert owner_of(jar, Form([(TOKEN, f"x.{jar.sealed('session', 'u-1')}")])) is None
    assert owner_of(jar, Form()) is None
    assert (sealed_owner(jar, None), form_token("visitor").count(".")) == ("", 0)


@pytest.mark.parametrize(
    ("address", "host", "leads"),
    [
        ("http://127.0.0.1:8080", "localhost:8080", True),
        ("http://127.0.0.1:8080", "[::1]:8080", True),
        ("http://127.0.0.1:8080", "LOCALHOST:8080", True),
        ("http://localhost", "127.0.0.1:80", True),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", False),
        ("http://localhost:8080", "LocalHost:8080", False),
        ("http://127.0.0.1:8080", "localhost:9090", False),  # a tunnel: our own port is not reachable there
        ("http://127.0.0.1:8080", "localhost", False),
        ("http://127.0.0.1:8080", "192.0.2.7:8080", False),
        ("http://127.0.0.1:8080", "elders.example:8080", False),
        ("https://signals.example.nl", "localhost", False),
        ("http://127.0.0.1:8080", "", False),
        ("http://127.0.0.1:8080", "localhost:port", False),
        ("http://127.0.0.1:8080", "[::1", False),
    ],
)
def test_another_name_of_this_machine_is_told_apart(address: str, host: str, *, leads: bool) -> None:
    assert other_name_of(address, host) == (address if leads else None)


@given(st.one_of(st.text(), st.binary(max_size=80).map(lambda some: base64.urlsafe_b64encode(some).decode())))
def test_anything_else_is_no_token(text: str) -> None:
    assert not is_token_of("visitor", text)


def test_a_token_with_one_bit_changed_is_none() -> None:
    raw = bytearray(base64.urlsafe_b64decode(form_token("visitor")))
    for place in (0, 31, 32, 63):
        changed = raw.copy()
        changed[place] ^= 1
        assert not is_token_of("visitor", base64.urlsafe_b64encode(changed).decode())


@pytest.mark.parametrize("path", ["/", "/zaak/12", "/werkvoorraad/visits?after=a%2Fb&size=3", "/a//b"])
def test_an_own_path_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", "zaak", "//elders.example", "/\\elders.example", "/a\\b", "https://elders.example/", "javascript:alert(1)",
        "/zaak\r\nSet-Cookie: a=b", "/\t/elders.example", "/ /elders.example", "\x00/", "/é", "/" + "a" * 1000,
    ],
)  # fmt: skip
def test_what_is_no_own_path_becomes_the_start(path: str) -> None:
    assert own_path(path) == "/"


def test_a_form_is_read_as_it_was_typed() -> None:
    form = parse_form(b"name=+van+der+Berg+&part=morning&part=evening&note=een%0D%0Atwee&empty=")
    assert form.get("name") == "van der Berg"
    assert form.getlist("part") == ["morning", "evening"]
    assert form.get("part") == "evening"
    assert form.get("note") == "een\ntwee"
    assert "empty" in form
    assert form.get("absent", "default") == "default"


@pytest.mark.parametrize("body", [b"\xff", b"a=%FF", b"a=%00", b"%00=a", b"&".join([b"a=1"] * 1001)])
def test_what_no_form_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(FaultError):
        parse_form(body)


def test_a_cookie_is_signed_for_its_name_its_secret_and_its_time() -> None:
    jar = Jar("a secret", secure=True)
    response = Response()
    jar.put(response, "session", "value")
    header = response.headers["set-cookie"]
    assert header.startswith("__Host-session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} == set(header.split("; ")[1:])
    kept = {"__Host-session": jar.sealed("session", "value")}
    assert jar.read(kept, "session") == "value"
    assert jar.read({"__Host-other": kept["__Host-session"]}, "other") is None
    assert jar.read(kept, "session", seconds=-1) is None
    assert Jar("another", secure=True).read(kept, "session") is None
    assert jar.read({"__Host-session": kept["__Host-session"][:-1]}, "session") is None
    assert jar.read({"session": kept["__Host-session"]}, "session") is None


def test_plain_http_has_cookies_without_prefix() -> None:
    response = Response()
    Jar("a secret", secure=False).put(response, "language", "en", seconds=60)
    header = response.headers["set-cookie"]
    assert header.startswith("language=")
    assert {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax"} == set(header.split("; ")[1:])


def test_the_policy_allows_our_own_and_the_one_script() -> None:
    policy = dict(part.split(" ", 1) for part in content_policy("abc", ("https://login.example.nl",)).split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'nonce-abc'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self' https://login.example.nl",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def _page(name: str, path: str) -> Page:
    return Page(name, path, "GET", lambda _: Response(), None)


def test_an_address_has_its_values_in_the_path_and_the_rest_behind_it() -> None:
    addresses = Addresses([_page("case", "/zaak/{case:int}"), _page("queue", "/werkvoorraad/{queue}")])
    assert addresses.url("case", case=12) == "/zaak/12"
    assert addresses.url("queue", queue="a/b?", after="x y", size=None) == "/werkvoorraad/a%2Fb%3F?after=x+y"


def test_two_pages_of_one_name_are_refused() -> None:
    with pytest.raises(WrongUseError, match="two pages are named start"):
        Addresses([_page("start", "/"), _page("start", "/begin")])


def test_every_page_has_a_place_of_its_own_and_a_known_method() -> None:
    pages = all_pages()
    assert len({(page.path, page.method) for page in pages}) == len(pages)
    assert {page.method for page in pages} <= {"GET", "POST"}
    assert all(page.roles is None or page.roles for page in pages)


def test_every_item_of_the_menu_is_a_page_for_those_roles() -> None:
    pages = {page.name: page for page in all_pages()}
    for item in MENU:
        assert item.page in pages, item.label
        roles = pages[item.page].roles
        assert roles is None or item.roles <= roles, item.label


def test_every_role_has_somewhere_to_begin() -> None:
    for role in Role:
        assert any(role in item.roles for item in MENU), role


def test_a_person_has_any_of_the_roles() -> None:
    both = User("1", "Sanne", frozenset({Role.SPECIALIST, Role.TEAM_LEAD}), frozenset())
    assert both.has_any(frozenset({Role.TEAM_LEAD}))
    assert not both.has_any(frozenset({Role.AUDITOR}))


def test_a_municipality_brings_its_own_tokens(tmp_path: Path) -> None:
    own = tmp_path / "almelo.css"
    own.write_text(":root { --utrecht-link-color: #004b23; }")
    assert StaticFiles(own).address("tokens.css") != StaticFiles().address("tokens.css")
    assert StaticFiles(own).address("signals.css") == StaticFiles().address("signals.css")
