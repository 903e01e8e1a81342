"""The door in a real Chromium: every page of it with axe, and the way to the provider and back, with its policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from signals.embedded.broker import free_port
from tests.web.chromium import PHONE, WIDE, window
from tests.web.signin_office import SUBJECT, TARGET, RealProvider, real_provider, sign_in_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Route

    from tests.web.chromium import Window

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    with real_provider(tmp_path_factory.mktemp("provider") / "log") as provider:
        provider.knows()
        yield provider


def stay_here(window: Window) -> None:
    """The provider's own pages want a style sheet from elsewhere: nothing leaves this machine."""

    def choose(route: Route) -> None:
        route.continue_() if "//127.0.0.1:" in route.request.url else route.abort()

    window.page.route("**/*", choose)


def test_to_the_provider_and_back_in_and_out(browser: Browser, database: str, provider: RealProvider) -> None:
    with sign_in_office(database, provider) as office, window(browser, office.running, None) as seen:
        stay_here(seen)
        page = seen.open(TARGET)
        seen.check("sign-in")
        page.get_by_role("link", name="Aanmelden").click()
        page.get_by_placeholder("sub").fill(SUBJECT)
        page.get_by_role("button", name="Authorize").click()
        expect(page).to_have_url(f"{office.running.address}{TARGET}")
        page.get_by_role("button", name="Afmelden").click()
        expect(page).to_have_url(re.compile(re.escape(provider.issuer)))  # our policy on forms lets it lead there
        page.get_by_role("button", name="End session").click()
        expect(page).to_have_url(f"{office.running.address}/afgemeld")
        seen.complaints.clear()  # of the provider's pages
        seen.check("signed-out")
        assert office.audit() == [(SUBJECT, "sign-in"), (SUBJECT, "sign-out")]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_in_a_demo_one_chooses_who_to_be(
    browser: Browser, database: str, size: tuple[int, int], *, scripts: bool
) -> None:
    with (
        sign_in_office(database, None) as office,
        window(browser, office.running, None, size=size, scripts=scripts) as seen,
    ):
        page = seen.open(TARGET)
        if scripts:
            seen.check(f"sign-in-demo-{'phone' if size == PHONE else 'wide'}")
        page.get_by_role("button", name="Aanmelden als Pieter Kok").click()
        expect(page).to_have_url(f"{office.running.address}{TARGET}")
        expect(page.get_by_text("Pieter Kok")).to_be_visible()


def test_what_is_refused_is_told_on_whole_pages(browser: Browser, database: str, provider: RealProvider) -> None:
    provider.knows("no-role", roles=[])
    with sign_in_office(database, provider) as office, window(browser, office.running, None) as seen:
        seen.open("/aanmelden/terug")
        seen.check("sign-in-refused")
        stay_here(seen)
        page = seen.open("/aanmelden/begin")
        page.get_by_placeholder("sub").fill("no-role")
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("U hebt hier nog geen toegang")
        seen.complaints.clear()  # of the provider's page
        seen.check("sign-in-no-role")


def test_an_absent_provider_is_told_on_a_whole_page(browser: Browser, database: str) -> None:
    nobody = RealProvider(f"http://127.0.0.1:{free_port()}")
    with sign_in_office(database, nobody) as office, window(browser, office.running, None) as seen:
        seen.open("/aanmelden/begin")
        seen.check("sign-in-away")
