"""The pages that look at the work as a whole: overview and partners."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from signals.contract.codes import QUARANTINE_CODES
from signals.reports.rhythm import Rhythm
from signals.store.database import transaction
from signals.web.office.overview import QUEUE_NAMES
from signals.web.office.partners import CODES, RHYTHMS, contact_faults
from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, office_on, person
from tests.web.troubles import PARTNER, PAUSED, bring_trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

BOTH = frozenset({ALMELO, HENGELO})
LISTED = "Aanlevering per partner, signalen in vier weken"
SVG = "{http://www.w3.org/2000/svg}"


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


@pytest.fixture
def troubled(office: RunningOffice) -> RunningOffice:
    """An office whose partners have bad records, and one of them is paused."""
    bring_trouble(office.engine)
    return office


def test_all_words_are_there() -> None:
    assert CODES.keys() == set(QUARANTINE_CODES)
    assert RHYTHMS.keys() == set(Rhythm)
    assert list(QUEUE_NAMES) == ["letters", "visits", "review"]


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
        """SELECT count(*) FILTER (WHERE waiting AND NOT held), count(*) FROM cases AS one WHERE state = 'open'
        AND NOT EXISTS (SELECT FROM cases AS other WHERE other.household_id = one.household_id
            AND other.state = 'open' AND other.route = 'home-visit')""",
    )
    assert [row[1] for row in cells(page, "Zaken die op vrijgave of beoordeling wachten") if row[0] == "Brieven"] == [
        str(letters)
    ]


def test_each_chart_has_a_name_and_as_many_bars_as_its_table_has_figures(november: RunningOffice) -> None:
    page = november.signed_in(Role.TEAM_LEAD).get("/overzicht")
    charts = page.all(f"{SVG}svg", role="img")
    assert [one.get("aria-labelledby") for one in charts] == ["sectors-title", "classes-title"]
    for chart, caption in zip(charts, ["Signalen per maand en sector", "Zaken per maand naar soort"], strict=True):
        figures = [cell for row in cells(page, caption) for cell in row[1:-1]]
        assert len(list(chart.iter(f"{SVG}rect"))) == len([one for one in figures if one != "0"])


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
    assert {"Er wacht niets.", "Er loopt geen enkele termijn."} <= set(page.texts("p"))
    assert browser.http.get("/overzicht?gemeente=0141").status_code == 404
    assert browser.http.get("/overzicht/cijfers.json?gemeente=0141").status_code == 404


def test_who_needs_attention_comes_first(troubled: RunningOffice) -> None:
    page = troubled.signed_in(Role.PARTNER_MANAGER).get("/partners")
    listed = cells(page, LISTED)
    assert listed[0][0].startswith(PAUSED)
    assert "Gepauzeerd" in listed[0][1]
    known = [one for (one,) in rows(troubled, 'SELECT id FROM partners ORDER BY id COLLATE "C"')]
    assert sorted(page.texts("a", data_open="")) == known
    assert cells(page, "Berichten zonder partner") == [["arrears.water.nobody", "Geen leesbare JSON", "1"]]


def test_a_record_is_read_in_again_after_a_mend_and_one_that_is_bad_stays(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 3
    replay = f"/partners/{PARTNER}/opnieuw"
    after = browser.send(page.form(replay))  # the newest alone
    assert "0 opnieuw ingelezen, 1 nog steeds in quarantaine." in after.words
    with transaction(troubled.engine) as cursor:  # the mend: this source is the partner's too
        cursor.execute(
            "UPDATE partners SET sources = array_append(sources, 'urn:nld:oin:new') WHERE id = %s", (PARTNER,)
        )
        cursor.execute("INSERT INTO revisions (name, version) VALUES ('mend', 1)")
    after = browser.send(after.form(replay, 3))  # all of the page
    assert "1 opnieuw ingelezen, 2 nog steeds in quarantaine." in after.words
    assert [row[2] for row in cells(after, "Berichten in quarantaine, nieuwste eerst")] == ["Geen leesbare JSON"] * 2
    assert rows(troubled, "SELECT actor, detail ->> 'fate' FROM audit WHERE action = 'replay' ORDER BY id") == [
        ("partner-manager-1", "not-json"),
        *[("partner-manager-1", fate) for fate in ("not-json", "not-json", "stored")],
    ]


def test_only_this_partners_records_are_read_in_again(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    form = browser.get(f"/partners/{PARTNER}").form(f"/partners/{PARTNER}/opnieuw")
    ((other,),) = rows(troubled, "SELECT min(id) FROM quarantine WHERE topic = 'arrears.water.nobody'")
    for number in (other, "x", "-1", "9" * 30):
        assert "0 opnieuw ingelezen, 0 nog steeds" in browser.send(form, number=number).words


def test_reasons_narrow_the_list_and_the_list_comes_in_pages(troubled: RunningOffice) -> None:
    bring_trouble(troubled.engine, more=30)
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PARTNER}")
    assert len(cells(page, "Berichten in quarantaine, nieuwste eerst")) == 25
    seen = {row[0] for row in cells(page, "Berichten in quarantaine, nieuwste eerst")}
    last = browser.get(page.link("Volgende"))
    rest = {row[0] for row in cells(last, "Berichten in quarantaine, nieuwste eerst")}
    assert not seen & rest
    ((open_ones,),) = rows(troubled, "SELECT count(*) FROM quarantine WHERE split_part(topic, '.', 3) = %s", PARTNER)
    assert len(seen | rest) == open_ones
    narrow = browser.get(page.link("Afzender hoort niet bij deze partner"))
    assert len(cells(narrow, "Berichten in quarantaine, nieuwste eerst")) == 2
    assert browser.get(f"/partners/{PARTNER}?reden=nonsense", status=404).heading == "Deze pagina bestaat niet"


def test_a_paused_delivery_is_resumed_once(troubled: RunningOffice) -> None:
    browser = troubled.signed_in(Role.PARTNER_MANAGER)
    page = browser.get(f"/partners/{PAUSED}")
    assert "De aanlevering is gepauzeerd" in page.texts("h2")
    form = page.form(f"/partners/{PAUSED}/hervatten")
    after = browser.send(form)
    assert "De aanlevering wordt weer gelezen." in after.words
    assert "De aanlevering is gepauzeerd" not in after.texts("h2")
    assert "Deze aanlevering was niet gepauzeerd." in browser.send(form).words


def test_a_contact_is_saved_and_what_is_wrong_with_it_is_said(office: RunningOffice) -> None:
    browser = office.signed_in(Role.PARTNER_MANAGER)
    path = f"/partners/{PARTNER}/contact"
    page = browser.get(path)
    form, typed = page.form(path), {"name": "Team  incasso", "email": "geen adres", "phone": "bel ons"}
    wrong = browser.send(form, "Opslaan", status=422, **typed)
    assert dict(wrong.form(path).fields)["email"] == "geen adres"
    assert {"#email", "#phone"} <= {one.get("href") for one in wrong.all("a")}
    assert "#name" not in {one.get("href") for one in wrong.all("a")}
    saved = browser.send(wrong.form(path), "Opslaan", email="incasso@partner.example", phone="074 123 45 67")
    assert {"Team incasso", "incasso@partner.example", "074 123 45 67"} <= set(saved.texts("dd"))
    emptied = browser.send(browser.get(path).form(path), "Opslaan", name="", email="", phone="")
    assert "Er is nog geen contactpunt bekend." in emptied.texts("p")


@pytest.mark.parametrize(
    ("name", "email", "phone", "wrong"),
    [
        ("", "", "", []),
        ("Balie", "a@b.example", "+31 74 123 45 67", []),
        ("Balie", "a@b.example", "(074) 123-4567", ["phone"]),
        ("x" * 121, "a@b@c", "12", ["name", "email", "phone"]),
        ("Balie", f"{'a' * 120}@b.example", "0741234567", ["email"]),
    ],
)
def test_contact_faults(name: str, email: str, phone: str, wrong: list[str]) -> None:
    assert [field for field, _ in contact_faults(name, email, phone)] == wrong


def test_a_partner_of_others_is_not_there(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("UPDATE partners SET municipalities = ARRAY['0164'] WHERE id = %s", (PARTNER,))
    browser = office.signed_in(Role.PARTNER_MANAGER)
    assert PARTNER not in browser.get("/partners").texts("a")
    assert browser.http.get(f"/partners/{PARTNER}").status_code == 404
    assert browser.http.get("/partners/nobody").status_code == 404
