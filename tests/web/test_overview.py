"""The overview of a team lead: its figures are those of the tables, and lead to the lists behind them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from signals.outreach.release import release
from signals.store.database import transaction
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, office_on, person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

BOTH: Final = frozenset({ALMELO, HENGELO})
NOTHING: Final = {"0", "–", "0 dagen"}
SVG: Final = "{http://www.w3.org/2000/svg}"
CHARTS: Final = {
    "waited-title": "Zaken per maand van ontvangst",
    "reach-title": "Contactpogingen van deze maanden",
    "sectors-title": "Signalen per maand en sector",
    "classes-title": "Zaken per maand naar soort",
}


def rows(office: RunningOffice, question: str, *values: object) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        return cursor.execute(question.encode(), values).fetchall()


def cells(page: Sheet, caption: str) -> list[list[str]]:
    """The rows of the table with this caption."""
    (table,) = [one for one in page.all("table") if [text_of(two) for two in one.iter("caption")] == [caption]]
    (body,) = table.iter("tbody")
    return [[text_of(cell) for cell in row if cell.tag in {"td", "th"}] for row in body.iter("tr")]


@pytest.fixture(scope="module")
def november(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office in the month after the simulated ones, whenever the tests run; nothing in it is changed."""
    url = create_database(postgres, months_template)
    with office_on(url, clock=lambda: datetime(2026, 11, 20, 12, tzinfo=UTC)) as running:
        yield running
    drop_database(postgres, url)


@pytest.fixture(scope="module")
def spring(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office half a year later: three letters went out, some were tried, everything else waits and is late."""
    url = create_database(postgres, months_template)
    with office_on(url, clock=lambda: datetime(2027, 4, 15, 12, tzinfo=UTC)) as running:
        with transaction(running.engine) as cursor:
            cursor.execute("UPDATE cases SET received_on = period_start + 10")
            cursor.execute(
                """SELECT min(id) FROM cases WHERE state = 'open' GROUP BY household_id
                HAVING count(*) = 1 AND bool_and(route = 'letter' AND waiting AND NOT held) ORDER BY 1 LIMIT 3"""
            )
            release(cursor, [number for (number,) in cursor.fetchall()], actor="team-lead-1")
            cursor.execute(
                """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, part, reached, by_id, by_name)
                SELECT household_id, id, (ARRAY['home-visit', 'call'])[1 + id % 2], received_on + 3, 'evening',
                    id % 3 = 0, 'u1', 'Sanne de Vries' FROM cases ORDER BY id LIMIT 12"""
            )
            cursor.execute(
                "UPDATE cases SET released_at = received_on + interval '4 days 10 hours' WHERE released_at IS NOT NULL"
            )
        yield running
    drop_database(postgres, url)


def test_the_overview_says_what_the_tables_hold(november: RunningOffice) -> None:
    page = november.signed_in(Role.TEAM_LEAD).get("/overzicht")
    months = cells(page, "Signalen per maand en sector")
    ((signals,),) = rows(november, "SELECT count(*) FROM reports")
    ((cases,),) = rows(november, "SELECT count(*) FROM cases WHERE state <> 'removed'")
    assert sum(int(month[-1]) for month in months) == signals
    assert sum(int(month[-1]) for month in cells(page, "Zaken per maand naar soort")) == cases
    assert len(months) == 12
    ((letters, _),) = rows(
        november,
        """SELECT count(DISTINCT household_id) FILTER (WHERE waiting AND NOT held), count(*) FROM cases AS one
        WHERE state = 'open' AND NOT EXISTS (SELECT FROM cases AS other WHERE other.household_id = one.household_id
            AND other.state = 'open' AND other.route = 'home-visit')""",
    )
    assert [
        row[1] for row in cells(page, "Huishoudens die op vrijgave of beoordeling wachten") if row[0] == "Brieven"
    ] == [str(letters)]


def test_each_chart_has_a_name_and_as_many_bars_as_its_table_has_figures(spring: RunningOffice) -> None:
    page = spring.signed_in(Role.TEAM_LEAD).get("/overzicht")
    charts = {one.get("aria-labelledby"): one for one in page.all(f"{SVG}svg", role="img")}
    assert list(charts) == list(CHARTS)
    for name, caption in CHARTS.items():
        drawn = [figure for row in cells(page, caption) for figure in OF_ROW.get(name, all_but_the_total)(row)]
        assert len(list(charts[name].iter(f"{SVG}rect"))) == len([one for one in drawn if one not in NOTHING]), name


def all_but_the_total(row: list[str]) -> list[str]:
    """Of a month: each part."""
    return row[1:-1]


def the_middle(row: list[str]) -> list[str]:
    """Of a month of receipt: after how many days the middle case had its first step."""
    return row[3:4]


def of_households(row: list[str]) -> list[str]:
    """Of a channel: households with help, reached without it, and not reached."""
    tried, reached, accepted = (int(one.partition(" ")[0]) for one in row[3:])
    return [str(accepted), str(reached - accepted), str(tried - reached)]


OF_ROW: Final[dict[str, Callable[[list[str]], list[str]]]] = {"waited-title": the_middle, "reach-title": of_households}


def test_the_figures_as_json_are_those_of_the_page(november: RunningOffice) -> None:
    browser = november.signed_in(person(Role.TEAM_LEAD, 2, BOTH))
    page = browser.get("/overzicht?gemeente=0141")
    told = browser.http.get(page.link("Dezelfde cijfers als JSON")).json()
    assert told["municipalities"] == ["0141"]
    assert [str(month["signals"]) for month in told["months"]] == [
        month[-1] for month in cells(page, "Signalen per maand en sector")
    ]
    assert browser.http.get("/overzicht/cijfers.json").json()["municipalities"] == ["0141", "0164"]


def test_of_a_municipality_without_signals_the_overview_is_whole_and_empty(november: RunningOffice) -> None:
    browser = november.signed_in(person(Role.TEAM_LEAD, 3, frozenset({HENGELO})))
    page = browser.get("/overzicht")
    assert "Er wacht niets." in page.texts("p")
    assert [row[1:3] for row in cells(page, "Huishoudens per termijn")] == [["0", "0"]] * 5  # each is said, also at 0
    assert browser.http.get("/overzicht?gemeente=0141").status_code == 404
    assert browser.http.get("/overzicht/cijfers.json?gemeente=0141").status_code == 404


def test_what_is_late_leads_to_the_queue_that_lists_it(spring: RunningOffice) -> None:
    client = spring.signed_in(Role.TEAM_LEAD)
    page = client.get("/overzicht")
    table = cells(page, "Huishoudens per termijn")
    assert {"Eerste contactpoging", "Eerste gesprek"} <= {row[0] for row in table}
    links = [one for one in page.all("a") if "due=late" in one.get("href", "")]
    assert {one.get("href", "").partition("?")[0] for one in links} >= {
        f"/werkvoorraad/{queue}" for queue in ("letters", "visits", "follow-up")
    }
    for one in links:
        assert listed_from(client, one.get("href", "")) == int(text_of(one).rpartition(": ")[2].replace(".", ""))


def test_each_queue_of_what_waits_opens_with_as_many(spring: RunningOffice) -> None:
    client = spring.signed_in(Role.TEAM_LEAD)
    page = client.get("/overzicht")
    waiting = cells(page, "Huishoudens die op vrijgave of beoordeling wachten")
    assert {"Brieven", "Huisbezoeken", "Beoordelen"} <= {row[0] for row in waiting}
    for row in waiting:
        (address,) = {
            one.get("href", "") for one in page.all("a") if text_of(one) == row[0] and "team=all" in one.get("href", "")
        }
        assert listed_from(client, address) == int(row[1])


def listed_from(client: PageClient, address: str) -> int:
    """How many households stand on the pages that begin here."""
    found, following = 0, [address]
    for _ in range(100):
        page = client.get(following[0])
        found += len(page.all("li", data_row=""))  # not who may be several persons, below the queue
        following = [one.get("href", "") for one in page.all("a", rel="next")]
        if not following:
            return found
    raise AssertionError("the pages do not end")


def test_what_waits_leads_to_its_queue(spring: RunningOffice) -> None:
    page = spring.signed_in(person(Role.TEAM_LEAD, 4, BOTH)).get("/overzicht?gemeente=0141")
    waiting = {row[0] for row in cells(page, "Huishoudens die op vrijgave of beoordeling wachten")}
    assert {"Brieven", "Huisbezoeken"} <= waiting
    assert "/werkvoorraad/letters?team=all&municipality=0141" in {one.get("href") for one in page.all("a")}


def test_who_may_not_open_a_queue_reads_the_same_without_a_link(spring: RunningOffice) -> None:
    lead, manager = (spring.signed_in(role).get("/overzicht") for role in (Role.TEAM_LEAD, Role.PARTNER_MANAGER))
    for caption in ("Huishoudens per termijn", "Huishoudens die op vrijgave of beoordeling wachten"):
        assert cells(lead, caption) == cells(manager, caption)
    assert not [one for one in manager.all("a") if one.get("href", "").startswith("/werkvoorraad/")]


def test_the_overview_holds_nobody(spring: RunningOffice) -> None:
    browser = spring.signed_in(Role.TEAM_LEAD)
    told = f"{browser.get('/overzicht').text} {browser.http.get('/overzicht/cijfers.json').text}"
    assert not {postcode for (postcode,) in rows(spring, "SELECT postcode FROM addresses") if postcode in told}
