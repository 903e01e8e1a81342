"""The queues, the letter runs and the search, as a specialist meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from signals.outreach import worklist
from signals.outreach.work.decisions import close
from signals.outreach.work.people import Actor
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.work import search as search_pages
from tests.web.chromium import window
from tests.web.client import text_of
from tests.web.office import HENGELO, person

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
QUEUES = ("visits", "letters", "follow-up", "review")
COLLEAGUE = person(Role.SPECIALIST, 2)


def rows(office: RunningOffice, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        cursor.execute(sql.encode(), parameters or None)
        return cursor.fetchall()


def listed(sheet: Sheet) -> list[str]:
    """The addresses on a page of a queue."""
    return sheet.texts("h2", class_="utrecht-heading-3")


def open_queue(office: RunningOffice, queue: str, more: str = "") -> Sheet:
    return office.signed_in(Role.SPECIALIST).get(f"/werkvoorraad/{queue}{more}")


@pytest.mark.parametrize("queue", QUEUES)
def test_every_queue_is_a_page(shared_office: RunningOffice, queue: str) -> None:
    sheet = open_queue(shared_office, queue)
    assert (
        sheet.heading
        == {
            "visits": "Huisbezoeken",
            "letters": "Brieven",
            "follow-up": "Vervolg",
            "review": "Beoordelen",
        }[queue]
    )
    if queue in {"visits", "letters"}:
        assert 0 < len(listed(sheet)) <= 25


def test_a_queue_that_is_not_there(shared_office: RunningOffice) -> None:
    shared_office.signed_in(Role.SPECIALIST).get("/werkvoorraad/elders", status=404)


def test_all_pages_together_list_each_household_once(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.SPECIALIST)
    sheet = client.get("/werkvoorraad/letters")
    seen = listed(sheet)
    for _ in range(20):
        if "Volgende" not in sheet.texts("a"):
            break
        sheet = client.get(sheet.link("Volgende"))
        seen += listed(sheet)
    (expected,) = rows(
        shared_office,
        """SELECT count(DISTINCT household_id) FROM cases WHERE waiting AND NOT held AND route = 'letter'
        AND municipality = '0141' AND household_id NOT IN (
            SELECT household_id FROM cases WHERE state = 'open' AND route = 'home-visit')""",
    )
    assert len(seen) == len(set(seen)) == expected[0] > 25


def test_a_letter_that_cannot_be_right_is_to_be_looked_at(office: RunningOffice) -> None:
    rows(
        office,
        """UPDATE cases SET letter_fault = 'no-street' WHERE id = (SELECT min(id) FROM cases
            WHERE state = 'open' AND NOT held AND crisis IS NULL AND municipality = '0141') RETURNING id""",
    )
    assert open_queue(office, "review").words.count("Brief kan niet weg: er is geen straat bekend") == 1


def test_a_queue_of_another_municipality_is_empty(shared_office: RunningOffice) -> None:
    elsewhere = person(Role.SPECIALIST, 9, frozenset({HENGELO}))
    sheet = shared_office.signed_in(elsewhere).get("/werkvoorraad/letters")
    assert listed(sheet) == []
    assert "Hier wacht nu niets." in sheet.words


def test_the_filter_narrows_and_is_kept_by_the_pager(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.SPECIALIST)
    sheet = client.get("/werkvoorraad/letters")
    narrowed = client.send(sheet.form("/werkvoorraad/letters"), "Toon", sector="health")
    assert "1 gekozen" in narrowed.words
    reasons = narrowed.texts("p", class_="signals-work__why")
    assert len(reasons) == len(listed(narrowed)) > 0
    assert all("zorgverzekering" in why for why in reasons)
    nobodys = client.send(sheet.form("/werkvoorraad/letters"), "Toon", claim="unclaimed")  # of these there are pages
    assert parse_qs(urlsplit(nobodys.link("Volgende")).query)["claim"] == ["unclaimed"]


def test_a_search_without_luck_goes_on_with_the_next_page(
    shared_office: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist, "LOOKED_AT", 5)
    sheet = open_queue(shared_office, "letters", "?sector=other")
    assert listed(sheet) == []
    assert "In dit deel van de werkvoorraad past geen huishouden bij uw keuze." in sheet.words
    following = parse_qs(urlsplit(sheet.link("Volgende")).query)
    assert following["sector"] == ["other"]
    assert following["after"]


def test_a_postcode_beyond_its_digits_is_refused_and_kept_out_of_links(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.SPECIALIST)
    sheet = client.get("/werkvoorraad/visits?postcode=7607GC", status=422)
    assert "Vul hoogstens de vier cijfers" in sheet.words
    assert not [one for one in sheet.all("a") if "7607GC" in one.get("href", "")]


def test_what_no_form_sends_is_left_out(shared_office: RunningOffice) -> None:
    everything = listed(open_queue(shared_office, "letters"))
    assert listed(open_queue(shared_office, "letters", "?sector=x&after=y&due=z&claim=all")) == everything


def test_taking_up_and_letting_go(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    sheet = client.get("/werkvoorraad/visits?claim=unclaimed")
    first, second = listed(sheet)[:2]
    after = client.send(sheet.form("/werkvoorraad/visits/oppakken"))
    assert after.url.endswith("?claim=unclaimed")  # back where one was
    assert "U hebt het huishouden opgepakt." in after.words
    assert listed(after)[0] == second
    mine = client.get("/werkvoorraad/visits?claim=mine")
    assert listed(mine) == [first]
    back = client.send(mine.form("/werkvoorraad/visits/teruggeven"))
    assert "U hebt het huishouden teruggegeven." in back.words
    assert listed(back) == []
    assert [row[0] for row in rows(office, "SELECT action FROM audit WHERE actor = 'specialist-1' ORDER BY id")][
        1::2
    ] == [*("claim", "view-queue", "view-queue")]


def test_who_gets_a_household_reads_so_on_every_queue_until_it_was_opened(office: RunningOffice) -> None:
    mine, theirs = office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    first = mine.get("/werkvoorraad/visits").all("a", data_open="")[0].get("href", "")
    case = mine.get(first)
    given = mine.send(case.form(f"{first}/overdragen"), to=COLLEAGUE.id, reason="Vakantie.")
    assert f"Overgedragen van {person(Role.SPECIALIST).name} aan {COLLEAGUE.name}: Vakantie." in given.words
    sheet = theirs.get("/werkvoorraad/letters")
    assert "1 zaak is aan u overgedragen:" in sheet.words
    there = theirs.get(sheet.link("Huisbezoeken (1)"))
    assert [one.get("href") for one in there.all("a", data_open="")] == [first]
    assert f"Aan u overgedragen door {person(Role.SPECIALIST).name}." in there.words
    assert "aan u overgedragen" not in mine.get("/werkvoorraad/letters").words
    theirs.get(first)
    assert "aan u overgedragen" not in theirs.get("/werkvoorraad/letters").words


def test_two_people_cannot_take_up_the_same(office: RunningOffice) -> None:
    mine, theirs = office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    form = mine.get("/werkvoorraad/visits").form("/werkvoorraad/visits/oppakken")
    other = theirs.get("/werkvoorraad/visits").form("/werkvoorraad/visits/oppakken")
    assert dict(form.fields)["case"] == dict(other.fields)["case"]
    theirs.send(other)
    refused = mine.send(form, status=409)
    assert f"{COLLEAGUE.name} heeft dit huishouden al opgepakt" in refused.words
    assert f"Opgepakt door {COLLEAGUE.name}" in refused.words


def test_a_case_of_another_municipality_cannot_be_taken_up(office: RunningOffice) -> None:
    form = office.signed_in(Role.SPECIALIST).get("/werkvoorraad/visits").form("/werkvoorraad/visits/oppakken")
    stranger = office.signed_in(person(Role.SPECIALIST, 9, frozenset({HENGELO})))
    token = dict(stranger.get("/zoeken").form("/zoeken").fields)["csrf_token"]
    case = dict(form.fields)["case"]
    stranger.post("/werkvoorraad/visits/oppakken", status=404, csrf_token=token, case=case, back="")
    stranger.post("/werkvoorraad/visits/oppakken", status=404, csrf_token=token, case="-1", back="")


def test_who_saw_whom_stands_in_both_logs(office: RunningOffice) -> None:
    sheet = open_queue(office, "visits")
    ((number,),) = rows(office, "SELECT cardinality(households) FROM audit WHERE action = 'view-queue'")
    ((processed,),) = rows(office, "SELECT count(DISTINCT household_id) FROM processing_log")
    assert number == processed == len(listed(sheet))


def test_what_is_closed_meanwhile_cannot_be_taken_up(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    form = client.get("/werkvoorraad/letters").form("/werkvoorraad/letters/oppakken")
    mine = "state = 'open' AND household_id = (SELECT household_id FROM cases WHERE id = %s)"
    cases = rows(office, f"SELECT id FROM cases WHERE {mine}", dict(form.fields)["case"])
    with transaction(office.engine) as cursor:
        close(cursor, [case for (case,) in cases], "no-contact", Actor("colleague", "Sam Voorbeeld"))
    refused = client.send(form, status=409)
    assert "Dit huishouden heeft geen open zaak meer." in refused.words


def someone(office: RunningOffice) -> tuple[str, str, int]:
    """A resident with a case: surname, postcode, number."""
    (found,) = rows(
        office,
        """SELECT surname, postcode, number FROM persons JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id
        WHERE surname ~ '^[A-Z][a-z]{5,}$' AND households.municipality = '0141' ORDER BY persons.id LIMIT 1""",
    )
    return found


def ask(client: PageClient, *, status: int = 200, **typed: str | int) -> Sheet:
    return client.send(client.get("/zoeken").form("/zoeken"), "Zoek", status=status, **typed)


def test_a_resident_is_found_by_street_and_by_case(office: RunningOffice) -> None:
    surname, _, number = someone(office)
    ((street, case),) = rows(
        office,
        """SELECT street, case_id FROM reports JOIN persons ON persons.id = person_id
        WHERE surname = %s AND street IS NOT NULL AND case_id IS NOT NULL ORDER BY event_id LIMIT 1""",
        surname,
    )
    client = office.signed_in(Role.SPECIALIST)
    client.private = [street, surname]
    found = ask(client, street=street.upper(), number=number)
    assert surname in found.words
    assert surname in ask(client, case=case).words
    assert "Vul ten minste drie letters van de straat in." in ask(client, status=422, street="Wi").words
    assert "Een zaaknummer heeft alleen cijfers" in ask(client, status=422, case="12a").words


def test_a_resident_is_found_by_name_and_address(office: RunningOffice) -> None:
    surname, postcode, number = someone(office)
    client = office.signed_in(Role.SPECIALIST)
    client.private = (surname, postcode)
    found = ask(client, name=surname.upper(), postcode=f"{postcode[:4]} {postcode[4:].lower()}", number=number)
    assert surname in " ".join(text_of(one) for one in found.all("li"))
    assert [form for form in found.forms() if form.action == "/zoeken"]
    ((detail,),) = rows(office, "SELECT subject || detail::text FROM audit WHERE action = 'search'")
    assert surname not in str(detail)
    assert postcode not in str(detail)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Vul ten minste één veld in."),
        ({"name": "--"}, "Vul ten minste één letter van de naam in."),
        ({"postcode": "76"}, "Vul een postcode in als 7607 GC"),
        ({"number": "12"}, "Vul bij het huisnummer ook de postcode of de straat in."),
        ({"postcode": "7607GC", "number": "a"}, "Vul een huisnummer in dat met een cijfer begint"),
        ({"born": "2026-02-31"}, "Vul een datum in die bestaat, bijvoorbeeld 2-11-1985."),
    ],
)
def test_a_question_that_cannot_be_answered(shared_office: RunningOffice, typed: dict[str, str], sentence: str) -> None:
    sheet = ask(shared_office.signed_in(Role.SPECIALIST), status=422, **typed)
    assert sentence in sheet.words
    assert {name: value for name, value in sheet.form("/zoeken").fields if name in typed} == typed


def test_nobody_is_found(shared_office: RunningOffice) -> None:
    client, whole = shared_office.signed_in(Role.SPECIALIST), "Een naam van minder dan drie letters moet helemaal"
    words = ask(client, reference="no such reference").words
    assert ("Niemand gevonden" in words, whole in words) == (True, False)
    short = ask(client, name="Xx", born="1938-03-30").words
    assert whole in short
    assert "U zocht op: Xx, 30-03-1938" in short


def test_nobody_asks_without_end(shared_office: RunningOffice) -> None:
    eager = person(Role.SPECIALIST, 77)
    client = shared_office.signed_in(eager)
    there = ask(client, name="Jansen")
    for _ in range(search_pages.RATE.burst - 1):
        search_pages.LIMITER.take(eager.id)
    ask(client, status=429, name="Jansen")
    client.get(there.url, status=429)  # coming back asks anew


@pytest.mark.parametrize(
    ("why", "words"), [("promised", "telefoon, op 2 januari 2030"), ("no-answer", "vanaf 2 januari")]
)
def test_an_appointment_is_on_its_day(office: RunningOffice, why: str, words: str) -> None:
    step = """INSERT INTO next_steps (household_id, kind, on_day, why) SELECT household_id, 'call', '2030-01-02', %s
        FROM cases WHERE state = 'open' AND waiting AND route = 'home-visit' AND municipality = '0141' LIMIT 1
        RETURNING household_id"""
    rows(office, step, why)
    client = office.signed_in(Role.SPECIALIST)
    said = client.get("/werkvoorraad/visits?team=all").words
    assert words in said


def test_by_keyboard(office: RunningOffice, browser: Browser) -> None:
    with window(browser, office, Role.SPECIALIST) as opened:
        page = opened.open("/werkvoorraad/visits")
        second = page.locator("[data-row]").nth(1).locator("[data-open]").get_attribute("href")
        for key in ("j", "j", "c"):
            page.keyboard.press(key)
        page.get_by_text("U hebt het huishouden opgepakt.").wait_for()
        assert (
            page.locator("[data-row]", has_text="U hebt dit opgepakt.").locator("[data-open]").get_attribute("href")
            == second
        )
        page.locator("[data-row][data-current]", has_text="U hebt dit opgepakt.").wait_for()
        assert page.url.endswith(f"#zaak-{second.rsplit('/', 1)[1]}" if second else "")
        page.keyboard.press("Enter")  # the keys go on from the row where one was
        page.wait_for_url(f"**{second}")
