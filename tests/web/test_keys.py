"""The keys of a queue in a real browser; all they do, links and buttons do without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.web.chromium import window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.web.office import RunningOffice

QUEUE = "/werkvoorraad/letters"


@pytest.fixture
def queue(office: RunningOffice, browser: Browser) -> Iterator[Page]:
    """The letters, with at least three of them."""
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


def test_c_claims_the_row_and_again_lets_it_go(queue: Page) -> None:
    mine = queue.get_by_text("U hebt dit opgepakt.")
    queue.keyboard.press("j")
    queue.keyboard.press("c")
    mine.wait_for()
    assert mine.count() == 1
    queue.keyboard.press("j")
    queue.keyboard.press("c")
    mine.wait_for(state="detached")


def test_the_keys_go_on_from_where_one_is(queue: Page) -> None:
    queue.locator("[data-row] [data-open]").nth(2).focus()
    assert marked(queue) == [2]
    queue.keyboard.press("k")
    assert marked(queue) == [1]


def test_typing_is_typing(queue: Page) -> None:
    queue.locator("summary").click()
    queue.locator("#postcode").press("j")
    queue.locator("select").first.press("j")
    queue.locator("summary").press("Control+j")
    assert marked(queue) == []
    queue.locator("summary").press("j")
    assert marked(queue) == [0]


def test_a_form_that_is_under_way_is_not_sent_twice(queue: Page) -> None:
    sent = []
    queue.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    button = queue.locator("[data-row] [data-key=claim]").first
    button.evaluate("button => { button.click(); button.click(); }")
    queue.get_by_text("U hebt dit opgepakt.").wait_for()
    assert len(sent) == 1
