"""The frame of all pages, over HTTP: the one address, what is said when something is wrong, what every answer has."""

from __future__ import annotations

import gzip
import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from signals.web import answering, routes
from signals.web.guard import TOKEN
from signals.web.people import Role
from tests.web.chromium import window
from tests.web.office import serving
from tests.web.plain import raw, token_in
from tests.web.trial_pages import RESIDENT

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from sqlalchemy import Engine

    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

KILOBYTE = 1024


# The one address


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_another_name_of_this_machine_leads_to_our_own(desks: RunningOffice, method: str) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    other = desks.address.replace("127.0.0.1", "localhost").removeprefix("http://")
    answer = raw(client, method, "/proef?a=1&b=%2F", headers={"host": other})
    assert (answer.status_code, answer.headers["location"]) == (307, f"{desks.address}/proef?a=1&b=%2F")
    outside = raw(desks.visitor(), method, "/aanmelden", headers={"host": other})
    assert outside.headers["location"] == f"{desks.address}/aanmelden"


def test_no_other_host_leads_anywhere(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    port = desks.address.rpartition(":")[2]
    for host in (f"elders.example:{port}", "localhost:1", "localhost", f"127.0.0.1:{port}", "[::1", "a:b", ""):
        assert raw(client, "GET", "/proef", headers={"host": host}).status_code == 200, host


def test_a_form_from_another_address_is_told_where_to_go(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    sent, other = {TOKEN: token_in(client, "/proef")}, desks.address.replace("127.0.0.1", "localhost")
    answer = raw(client, "POST", "/proef", data=sent, headers={"origin": other})
    assert answer.status_code == 403
    assert "Dit formulier komt van een ander adres" in answer.text
    assert f"Deze dienst werkt alleen op {desks.address}" in answer.text
    assert "Uw rol" not in answer.text


def test_a_form_without_a_token_of_ours_is_told_to_be_too_old(desks: RunningOffice) -> None:
    answer = raw(desks.signed_in(Role.SPECIALIST), "POST", "/proef", data={TOKEN: "AAAA"})
    assert "Deze pagina is te oud" in answer.text


# What is said when something is wrong


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [
        ("GET", "/bestaat-niet", 404, "Deze pagina bestaat niet"),
        ("GET", f"/proef/{2**63}", 404, "Deze pagina bestaat niet"),
        ("GET", "/proef/nee?status=404", 404, "Deze pagina bestaat niet"),
        ("GET", "/proef/nee?status=403", 403, "Dit mag u niet doen"),
        ("GET", "/proef/nee?status=429", 429, "Te vaak geprobeerd"),
        ("GET", "/proef/nee?status=400", 400, "Dit formulier kon niet worden gelezen"),
        ("GET", "/proef/stuk", 500, "Er ging iets mis"),
        ("GET", "/proef/weg", 503, "Even niet bereikbaar"),
        ("DELETE", "/proef", 405, "Dit adres kunt u niet zo gebruiken"),
        ("POST", "/afgemeld", 405, "Dit adres kunt u niet zo gebruiken"),
    ],
)
def test_what_is_wrong_is_told_in_words_and_without_its_cause(
    desks: RunningOffice, method: str, path: str, status: int, heading: str
) -> None:
    answer = raw(desks.signed_in(Role.SPECIALIST), method, path)
    assert answer.status_code == status
    assert f">{heading}</h1>" in answer.text
    assert "Jansen" not in answer.text
    if status == 429:
        assert answer.headers["retry-after"] == "7"


def test_a_number_that_the_database_has_is_a_number(desks: RunningOffice) -> None:
    desks.signed_in(Role.SPECIALIST).get(f"/proef/{2**63 - 1}")


def test_the_log_says_where_a_page_failed_and_nothing_of_what_it_read(
    desks: RunningOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        desks.signed_in(Role.SPECIALIST).get("/proef/stuk", status=500)
        desks.signed_in(Role.SPECIALIST).get("/proef/weg", status=503)
    assert "page test-broken failed with ValueError" in caplog.text
    assert "in broken" in caplog.text
    assert "page test-lost: the database is away (OperationalError)" in caplog.text
    assert RESIDENT not in caplog.text


def test_who_is_signed_in_keeps_the_menu_where_something_is_wrong(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.AUDITOR)
    expected = [item.label for item in routes.MENU if Role.AUDITOR in item.roles]
    for path, status in [
        ("/bestaat-niet", 404),
        ("/proef/nee?status=404", 404),
        ("/proef/nee?status=403", 403),
        ("/afmelden", 405),
        ("/proef/stuk", 500),
    ]:
        sheet = client.get(path, status=status)
        assert sheet.texts("a", class_="utrecht-nav-list__link") == expected, path
        assert sheet.texts("p", class_="signals-user") == ["Anna Smit auditor"], path
    answer = raw(client, "POST", "/proef/open", content=b"a=%FF")
    assert answer.status_code == 400
    assert "Anna Smit" in answer.text


def test_a_page_that_is_not_there_is_told_also_when_nobody_can_be_looked_up(
    desks: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desks.signed_in(Role.AUDITOR)

    def away(_: Engine) -> None:
        raise psycopg.OperationalError(RESIDENT)

    with monkeypatch.context() as patch:
        patch.setattr(answering, "transaction", away)
        sheet = client.get("/bestaat-niet", status=404)
    assert (sheet.heading, sheet.all("nav")) == ("Deze pagina bestaat niet", [])


# What every answer has


def test_a_nonce_is_used_once(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    policies = {raw(client, "GET", "/proef").headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_pages_are_compressed_and_never_stored(desks: RunningOffice) -> None:
    answer = raw(desks.signed_in(Role.SPECIALIST), "GET", "/proef")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_files_are_kept_for_ever_and_compressed_for_who_wants_that(desks: RunningOffice) -> None:
    client = desks.visitor()
    addresses = files_of(client)
    assert len(addresses) >= 3
    for address in addresses:
        packed = raw(client, "GET", address)
        plain = raw(client, "GET", address, headers={"accept-encoding": "identity"})
        assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (packed.headers.get("content-encoding"), plain.headers.get("content-encoding")) == ("gzip", None)
        assert packed.content == plain.content
    assert raw(client, "GET", "/static/signals.css").status_code == 404


def test_the_first_load_is_small(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.SPECIALIST)
    page = raw(client, "GET", raw(client, "GET", "/").headers["location"])
    parts = [page.text, *(raw(client, "GET", address).text for address in files_of(client))]
    assert sum(len(gzip.compress(part.encode(), 5)) for part in parts) <= 60 * KILOBYTE


def files_of(client: PageClient) -> list[str]:
    """The addresses of the styles and the script of a page."""
    found = re.findall(r'(?:href|src)="(/static/[^"]+)"', raw(client, "GET", "/toetsen").text)
    found = found or re.findall(r'(?:href|src)="(/static/[^"]+)"', raw(client, "GET", "/bestaat-niet").text)
    assert len(found) == 3
    return found


def test_behind_https_browsers_are_told_to_stay_there(desks: RunningOffice) -> None:
    """Asked as its proxy asks it, over plain http."""
    office = replace(desks.office, address="https://vroegsignalering.example.nl")
    with serving(office) as address:
        answer = httpx.get(f"{address}/bestaat-niet")
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert answer.headers["set-cookie"].startswith("__Host-before=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" not in httpx.get(f"{desks.address}/bestaat-niet").headers


# In a real browser


def test_the_skip_link_is_the_first_stop_and_leads_to_the_page(desks: RunningOffice, browser: Browser) -> None:
    with window(browser, desks, Role.SPECIALIST) as opened:
        page = opened.open("/proef")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Naar de inhoud"
        assert page.locator(":focus").bounding_box()["y"] >= 0  # type: ignore[index]  # it has a box when it is shown
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "inhoud"
