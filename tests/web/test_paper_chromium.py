"""What stands on paper: the run, a queue, a case, the policy, as somebody prints them to take along or to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from signals.web.people import Role
from tests.web.case_office import LONG, a_case, opened, sent
from tests.web.chromium import PICTURES, window
from tests.web.office import person
from tests.web.stage import Stage
from tests.web.states import the_answer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.web.chromium import Window
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
A4: Final = (718, 1040)  # in CSS pixels, within Chromium's margins
CONTROLS: Final = "button, select, textarea, input:not([type=checkbox]):not([type=hidden]), .signals-act, nav"


def print_out(opened: Window, path: str, name: str) -> Page:
    """The page as the printer gets it, kept as PDF; nothing to press or fill in is on it."""
    return paper_of(opened.open(path), name)


def paper_of(page: Page, name: str) -> Page:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.pdf(path=PICTURES / f"{name}.pdf", format="A4")
    page.emulate_media(media="print")
    shown = page.locator(CONTROLS).locator("visible=true")
    assert shown.count() == 0, shown.all_inner_texts()
    assert page.get_by_role("heading", level=1).is_visible()
    return page


def test_on_paper(office: RunningOffice, browser: Browser) -> None:
    client, case = office.signed_in(Role.SPECIALIST), a_case(office)
    sheet = sent(client, opened(client, case), "contact", kind="home-visit", part="evening", reached="no")
    sent(client, sheet, "notitie", note=LONG)
    with window(browser, office, Role.SPECIALIST, size=A4) as desk:
        the_run(print_out(desk, "/brievenronde", "paper-run"))
        a_queue(print_out(desk, "/werkvoorraad/visits", "paper-queue"))
        the_case(print_out(desk, f"/zaak/{case}", "paper-case"))
        page = print_out(desk, "/beleid", "paper-policy")
        assert page.get_by_role("heading", name="Termijnen").is_visible()
    with window(browser, office, Role.AUDITOR, size=A4) as desk:
        page = desk.open("/verwerkingen")
        the_answer(page, Stage(office, {"rich": case}))
        assert person(Role.AUDITOR).name in page.inner_text("body")
        assert person(Role.AUDITOR).name not in paper_of(page, "paper-answer").inner_text("body")


def the_run(page: Page) -> None:
    """Every letter that goes out, with whether it is ticked, and what stays here."""
    table = page.locator("#letters tbody tr")
    assert table.count() > 2
    assert table.locator("visible=true").count() == table.count()
    assert table.first.locator("input[type=checkbox]").is_visible()
    assert table.first.locator("label").is_visible()
    assert not page.locator("#sure").is_visible()


def a_queue(page: Page) -> None:
    """Each household with its address and why it stands there."""
    rows = page.locator("[data-row]")
    assert rows.count() > 2
    for row in rows.all():
        assert row.get_by_role("heading").is_visible()
        assert row.locator(".signals-work__why").is_visible()


def the_case(page: Page) -> None:
    """Who, what, when and what was done; lines to write on; what one says when asked; not why, which is ours."""
    for heading in ("Wie", "Wat", "Wanneer", "Gedaan", "Notities", "Aan de deur"):
        assert page.get_by_role("heading", name=heading, exact=True, include_hidden=True).is_visible(), heading
    assert page.get_by_text("Belt liever na 18 uur").is_visible()
    assert page.locator(".signals-print-only").get_by_text("Wet gemeentelijke schuldhulpverlening").is_visible()
    assert not page.get_by_role("heading", name="Waarom", exact=True).is_visible()
    assert not page.get_by_text("Zaak afsluiten").first.is_visible()
