"""What a browser keeps of somebody who worked here: nothing but the session, and after signing out not even that."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from signals.store.database import transaction
from signals.web.people import Role
from tests.web.chromium import window

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

STORES: Final = """async () => [
    localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    self.caches ? (await caches.keys()).length : 0, document.cookie.length]"""


def somebody(office: RunningOffice) -> tuple[int, str, str]:
    """A case, and the surname and postcode of a resident of it."""
    with transaction(office.engine) as cursor:
        cursor.execute(
            """SELECT cases.id, surname, postcode FROM cases JOIN persons USING (household_id)
            JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
            WHERE cases.municipality = '0141' AND state = 'open' AND surname ~ '^[A-Z][a-z]{5,}$'
            ORDER BY cases.id LIMIT 1"""
        )
        row = cursor.fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_after_signing_out_back_shows_nobody(shared_office: RunningOffice, browser: Browser, *, scripts: bool) -> None:
    case, surname, _ = somebody(shared_office)
    with window(browser, shared_office, Role.SPECIALIST, scripts=scripts) as opened:
        page = opened.open(f"/zaak/{case}")
        expect(page.locator("main")).to_contain_text(surname)
        page.get_by_role("button", name="Afmelden").click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("Zaak")
        for _ in range(3):
            page.go_back()
            expect(page.locator("body")).not_to_contain_text(surname)


def test_the_browser_keeps_nothing_of_a_resident(shared_office: RunningOffice, browser: Browser) -> None:
    case, surname, postcode = somebody(shared_office)
    with window(browser, shared_office, Role.SPECIALIST) as opened:
        for path in ("/werkvoorraad/visits", f"/zaak/{case}", "/zoeken"):
            page = opened.open(path)
        page.fill("#name", surname)
        page.click("main button")
        expect(page.locator("main")).to_contain_text(surname)
        assert page.evaluate(STORES) == [0, 0, 0, 0, 0]
        kept = page.context.cookies()
        assert {"session"} <= {one["name"] for one in kept} <= {"session", "before", "notice", "language", "keys"}
        for one in kept:
            assert one["httpOnly"]
            assert one["sameSite"] == "Lax"
            value = one["value"]
            told = value + base64.urlsafe_b64decode(value.partition(".")[0] + "===").decode("utf-8", "replace")
            assert surname not in told
            assert postcode not in told
