"""Where one stands on the page of a queue: under which day a household is, and where is said what was done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from signals.web.people import Role, User
from signals.web.texts import today_of, utc_now
from tests.web.case_office import fresh_office, rows
from tests.web.chromium import PHONE, window
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

CLAIMED: Final = "U hebt het huishouden opgepakt."
BEGUN: Final = """
UPDATE cases SET waiting = false, waiting_since = NULL, follow_up_on = %s::date + few.days
FROM (SELECT id, (ARRAY[-3, 0, 5, 9])[n] AS days FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS n FROM cases
    WHERE state = 'open' AND waiting AND NOT held AND crisis IS NULL AND household_id IN (
        SELECT household_id FROM cases GROUP BY household_id HAVING count(*) = 1
    ) ORDER BY id LIMIT 4) AS numbered) AS few
WHERE cases.id = few.id RETURNING cases.id
"""
"""Four cases are under way: one was to be done three days ago, one is for today, two come later."""


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    yield from fresh_office(postgres, months_template)


def headings(sheet: Sheet) -> list[tuple[str, int]]:
    """Each heading of the queue with how many households stand below it."""
    found: list[tuple[str, int]] = []
    for one in next(sheet.root.iter("main")).iter():
        if one.tag == "h2":
            found.append((text_of(one), 0))
        elif one.tag == "li" and one.get("data-row") is not None:
            found[-1] = (found[-1][0], found[-1][1] + 1)
    return found


def test_what_is_followed_up_stands_under_its_day(office: RunningOffice) -> None:
    assert len(rows(office, BEGUN, today_of(utc_now()))) == 4
    days = [("Blijven liggen", 1), ("Vandaag", 1), ("Later", 2)]
    sheet = office.signed_in(Role.SPECIALIST).get("/werkvoorraad/follow-up?team=all")
    assert headings(sheet) == days
    of_both = User("both-1", "Kees Beide", frozenset({Role.SPECIALIST}), frozenset({ALMELO, HENGELO}))
    sheet = office.signed_in(of_both).get("/werkvoorraad/follow-up?team=all")
    assert headings(sheet) == [(f"Almelo: {day}", count) for day, count in days]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_what_was_done_at_the_end_of_a_list_is_said_in_view(
    office: RunningOffice, browser: Browser, scripts: bool
) -> None:
    """The page opens at the row again, where its top is out of sight."""
    with window(browser, office, Role.SPECIALIST, size=PHONE, scripts=scripts) as opened:
        page = opened.open("/werkvoorraad/letters?team=all")
        row = page.locator("[data-row]", has=page.locator("form[action$='/oppakken']")).last
        case = row.locator("[data-open]").get_attribute("id")
        with page.expect_navigation():
            row.locator("form[action$='/oppakken'] button").click()
        assert page.url.endswith(f"#{case}")
        said = page.locator("[data-row]", has=page.locator(f"#{case}")).get_by_role("status")
        assert said.inner_text() == CLAIMED
        box = said.bounding_box() or {"y": -1, "height": 0}
        assert 0 <= box["y"] <= page.evaluate("window.innerHeight") - box["height"]
        assert page.evaluate("window.scrollY") > 0
        assert page.get_by_text(CLAIMED).count() == 1


def test_of_a_household_that_is_no_longer_listed_it_is_said_above(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/werkvoorraad/letters?claim=unclaimed&team=all")
    after = client.send(sheet.form("/werkvoorraad/letters/oppakken"))
    assert after.texts("div", role="status") == [CLAIMED]
    assert not [one for row in after.all("li", data_row="") for one in row.iter("div") if one.get("role") == "status"]


def test_where_no_partner_wrote_the_street_the_row_says_so(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    unknown = "Straat niet bekend"
    first = client.get("/werkvoorraad/visits").all("a", data_open="")[0].get("id", "").removeprefix("zaak-")
    assert unknown not in client.get("/werkvoorraad/visits").words
    forgotten = "UPDATE reports SET street = NULL FROM cases WHERE cases.household_id = reports.household_id"
    rows(office, f"{forgotten} AND cases.id = %s RETURNING event_id", int(first))
    assert client.get("/werkvoorraad/visits").texts("h2")[0].startswith(unknown)
