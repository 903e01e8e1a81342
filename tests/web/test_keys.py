"""The keys of a queue in a real browser; all they do, links and buttons do without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from signals.web.people import Role
from tests.web.chromium import window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

    from tests.web.office import RunningOffice

QUEUE = "/werkvoorraad/visits"


@pytest.fixture
def queue(office: RunningOffice, browser: Browser) -> Iterator[Page]:
    """The visits, with at least three of them."""
    with window(browser, office, Role.SPECIALIST) as opened:
        page = opened.open(QUEUE)
        assert page.locator("[data-row]").count() >= 3
        yield page
        assert not opened.complaints


def marked(page: Page) -> list[int]:
    """Which rows are marked, from 0."""
    rows = page.locator("[data-row]").all()
    return [place for place, row in enumerate(rows) if row.get_attribute("data-current") is not None]


def test_j_and_k_walk_over_the_rows_and_stop_at_the_ends(queue: Page) -> None:
    walked = []
    for key in ("k", "j", "j", "k", "k"):
        queue.keyboard.press(key)
        walked += marked(queue)
    assert walked == [0, 1, 2, 1, 0]
    last = queue.locator("[data-row]").count() - 1
    for _ in range(last + 3):
        queue.keyboard.press("j")
    assert marked(queue) == [last]


def test_enter_opens_the_case_of_the_row(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("j")
    href = queue.locator("[data-row] [data-open]").nth(1).get_attribute("href")
    queue.keyboard.press("Enter")
    queue.wait_for_url(f"**{href}")


def test_o_opens_it_too(queue: Page) -> None:
    queue.keyboard.press("j")
    href = queue.locator("[data-row] [data-open]").first.get_attribute("href")
    queue.locator("body").evaluate("() => document.activeElement.blur()")  # wherever one is
    queue.keyboard.press("o")
    queue.wait_for_url(f"**{href}")


def test_c_claims_the_row_and_again_lets_it_go(queue: Page) -> None:
    mine = queue.locator("[data-row]").get_by_text("U hebt dit opgepakt.")
    queue.keyboard.press("j")
    queue.keyboard.press("c")
    mine.wait_for()
    assert mine.count() == 1
    queue.keyboard.press("c")  # one is still at the row
    mine.wait_for(state="detached")


def test_the_keys_go_on_from_where_one_is(queue: Page) -> None:
    queue.locator("[data-row] [data-open]").nth(2).focus()
    assert marked(queue) == [2]
    queue.keyboard.press("k")
    assert marked(queue) == [1]


def test_typing_is_typing(queue: Page) -> None:
    queue.locator(".signals-drawer__summary").click()
    queue.locator("#postcode").press("j")
    queue.locator("select").first.press("j")
    queue.locator(".signals-drawer__summary").press("Control+j")
    assert marked(queue) == []
    queue.locator(".signals-drawer__summary").press("j")
    assert marked(queue) == [0]


def test_a_form_that_is_under_way_is_not_sent_twice(queue: Page) -> None:
    sent = []
    queue.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = queue.locator("[data-row] [data-key=claim]").first
    button.evaluate("button => { button.click(); button.click(); }")
    queue.get_by_text("U hebt dit opgepakt.").first.wait_for()
    assert len(sent) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_letters_are_switched_off_and_on(office: RunningOffice, browser: Browser, *, scripts: bool) -> None:
    """WCAG 2.1.4: who dictates, or presses keys by accident, must be able to turn them off."""
    with window(browser, office, Role.SPECIALIST, scripts=scripts) as opened:
        page = opened.open("/toetsen")
        page.get_by_role("button", name="Sneltoetsen uitzetten").click()
        expect(page.get_by_role("status")).to_have_text("De sneltoetsen staan uit.")
        if scripts:
            opened.check("frame-keys-off")
        opened.open(QUEUE)
        for key in ("j", "c", "o"):
            page.keyboard.press(key)
        assert marked(page) == []
        assert page.url.endswith(QUEUE)
        opened.open("/toetsen")
        page.get_by_role("button", name="Sneltoetsen aanzetten").click()
        opened.open(QUEUE)
        page.keyboard.press("j")
        assert marked(page) == ([0] if scripts else [])


def test_a_form_is_free_again_when_no_answer_came(queue: Page) -> None:
    queue.clock.install()
    queue.reload()
    sent = []

    def lose(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 1:
            route.abort("aborted")  # as when one stops it: the page stays
        else:
            route.continue_()

    queue.route("**/oppakken", lose)
    button = queue.locator("[data-row] [data-key=claim]").first
    press = "button => button.click()"
    with queue.expect_event("requestfailed"):
        button.evaluate(press)
    queue.clock.fast_forward(4000)
    button.evaluate(press)  # might still come
    queue.clock.fast_forward(2000)
    button.evaluate(press)
    queue.get_by_text("U hebt dit opgepakt.").first.wait_for()
    assert len(sent) == 2


def test_an_export_can_be_asked_for_again(office: RunningOffice, browser: Browser) -> None:
    with window(browser, office, Role.AUDITOR) as opened:
        page = opened.open("/logboek")
        for name in ("Als CSV", "Als JSON Lines", "Als CSV"):
            with page.expect_download() as download:
                page.get_by_role("button", name=name).click()
            assert download.value.failure() is None
