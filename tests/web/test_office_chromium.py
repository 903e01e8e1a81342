"""The pages of the office in a real browser: axe finds nothing, wide and on a phone, and they are kept as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import transaction
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.chromium import PHONE, WIDE, window
from tests.web.office import office_on, person
from tests.web.route_table import town_of
from tests.web.troubles import PARTNER, PAUSED, bring_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def busy(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office with bad records, a paused topic, a contact, and contact attempts."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        bring_trouble(running.engine)
        with transaction(running.engine) as cursor:
            for n, (case, household, _) in enumerate(town_of(running).cases):
                cursor.execute(
                    """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name)
                    VALUES (%s, %s, %s, current_date, 'evening', %s, 'u1', 'Sanne de Vries')""",
                    (household, case, ("home-visit", "call")[n % 2], n % 3 == 0),
                )
            cursor.execute(
                "UPDATE partners SET contact_name = 'Team incasso', contact_phone = '074 123 45 67' WHERE id = %s",
                (PARTNER,),
            )
        yield running
    drop_database(postgres, url)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        (Role.TEAM_LEAD, "/overzicht", "overview"),
        (Role.PARTNER_MANAGER, "/partners", "partners"),
        (Role.PARTNER_MANAGER, f"/partners/{PARTNER}", "partner"),
        (Role.PARTNER_MANAGER, f"/partners/{PAUSED}", "partner-paused"),
        (Role.PARTNER_MANAGER, f"/partners/{PARTNER}/contact", "partner-contact"),
        (Role.AUDITOR, "/logboek", "audit"),
        (Role.AUDITOR, "/verwerkingen", "processing"),
    ],
)
def test_page(busy: RunningOffice, browser: Browser, role: Role, path: str, name: str, size: tuple[int, int]) -> None:
    with window(browser, busy, role, size=size) as opened:
        opened.open(path)
        opened.check(f"office-{name}-{size[0]}")


def test_faults_and_answers(busy: RunningOffice, browser: Browser) -> None:
    with window(browser, busy, Role.PARTNER_MANAGER) as opened:
        page = opened.open(f"/partners/{PARTNER}/contact")
        page.fill("#phone", "bel ons")
        page.click("main button")
        opened.check("office-partner-contact-wrong")
        with transaction(busy.engine) as cursor:
            cursor.execute("UPDATE partners SET contact_name = 'Balie Huur' WHERE id = %s", (PARTNER,))
        page.fill("#phone", "074 765 43 21")
        page.click("main button")
        opened.check("office-partner-contact-changed")
        page = opened.open(f"/partners/{PARTNER}")
        page.get_by_role("button", name="Deze 3 opnieuw inlezen").click()
        opened.check("office-partner-sure")
        page = opened.open(f"/partners/{PAUSED}")
        page.get_by_role("button", name="Aanlevering hervatten").click()
        opened.check("office-partner-sure-topic")
    with window(browser, busy, person(Role.PARTNER_MANAGER, 2), size=PHONE) as opened:
        with transaction(busy.engine) as cursor:
            cursor.execute("UPDATE partners SET municipalities = ARRAY['0141', '0164'] WHERE id = %s", (PARTNER,))
        opened.open(f"/partners/{PARTNER}")
        opened.check("office-partner-of-others")
    with window(browser, busy, Role.AUDITOR) as opened:
        page = opened.open("/logboek")
        page.fill("#person", "Niemand")
        page.click("main button")
        opened.check("office-audit-wrong")
        page = opened.open("/verwerkingen")
        page.fill("#number", str(town_of(busy).cases[0][0]))
        page.click("main button")
        opened.check("office-processing-found")
