"""The auditor's pages with something in them, in a real browser: axe finds nothing, wide and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.audit import note
from signals.store.database import transaction
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.chromium import PHONE, WIDE, window
from tests.web.office import ALMELO, office_on
from tests.web.route_table import town_of
from tests.web.spoken import SPOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def watched(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office whose log has every kind of line; two people of one name saw the first household of the town."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        case, household, _ = town_of(running).cases[0]
        with transaction(running.engine) as cursor:
            for user in ("u1", "u2"):
                note(cursor, user, "sign-in", "session", {"name": "Sanne de Vries"}, municipality=ALMELO)
            for one in SPOKEN:
                note(cursor, "u1", one.action, one.subject, one.detail, municipality=ALMELO)
            note(cursor, "u1", "search", "search", municipality=ALMELO, households=[household, household + 1])
            note(cursor, "u2", "view-case", f"case {case}", municipality=ALMELO, households=[household])
        yield running
    drop_database(postgres, url)


def fill(page: Page, **typed: str) -> None:
    """Fill in the question and ask it."""
    for name, text in typed.items():
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Zoeken").click()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_who_looked_at_whom_both_ways_round(watched: RunningOffice, browser: Browser, size: tuple[int, int]) -> None:
    case = town_of(watched).cases[0][0]
    with window(browser, watched, Role.AUDITOR, size=size) as opened:
        page = opened.open("/logboek")
        fill(page, subject=f"zaak {case}")
        assert page.get_by_text("2, ook dit huishouden").is_visible()
        opened.check(f"logs-of-a-household-{size[0]}")
        fill(page, subject="", person="Sanne de Vries")
        assert page.get_by_label("Wie van hen").is_visible()
        opened.check(f"logs-namesakes-{size[0]}")
        page.get_by_role("button", name="Huishoudens tonen").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Welke huishoudens iemand zag"
        opened.check(f"logs-households-{size[0]}")


def test_two_exports_in_a_row_without_leaving_the_page(watched: RunningOffice, browser: Browser) -> None:
    with window(browser, watched, Role.AUDITOR) as opened:
        page = opened.open("/logboek")
        for name, suffix in (("Als CSV", ".csv"), ("Als JSON Lines", ".jsonl"), ("Als CSV", ".csv")):
            with page.expect_download() as download:
                page.get_by_role("button", name=name).click()
            assert download.value.suggested_filename.endswith(suffix)
