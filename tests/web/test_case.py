"""The page of a case: what it shows, what its forms say, and what happens when two people work at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.work.acts import ACTS
from tests.conftest import create_database, drop_database
from tests.web.chromium import PHONE, PICTURES, WIDE, window
from tests.web.office import HENGELO, office_on, person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
COLLEAGUE = person(Role.SPECIALIST, 2)
LONG = 'Mevrouw wil graag hulp.\n\nBelt liever na 18 uur; <b>let op</b> & "groet".'


def rows(office: RunningOffice, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        return cursor.execute(sql.encode(), parameters or None).fetchall()


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """One office for this module: every test takes a case that nobody touched."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        yield running
    drop_database(postgres, url)


def a_case(office: RunningOffice, which: str = "route = 'letter' AND waiting") -> int:
    """The number of an open case that nobody touched yet, of a household that has no other one."""
    ((number,),) = rows(
        office,
        f"""SELECT min(id) FROM cases WHERE state = 'open' AND {which} AND NOT EXISTS (
            SELECT 1 FROM case_history WHERE case_id = cases.id AND actor <> 'signals') AND household_id IN (
            SELECT household_id FROM cases WHERE state = 'open' GROUP BY household_id HAVING count(*) = 1)""",
    )
    return int(number)


def opened(client: PageClient, case: int) -> Sheet:
    return client.get(f"/zaak/{case}")


def sent(client: PageClient, sheet: Sheet, act: str, *, status: int = 200, **typed: object) -> Sheet:
    """What follows when a form of the page is filled in and sent."""
    case = sheet.url.partition("/zaak/")[2].partition("/")[0]
    return client.send(sheet.form(f"/zaak/{case}/{act}"), None, status=status, **typed)


def audited(office: RunningOffice, case: int) -> list[tuple[str, str]]:
    """Who did what with the case, by the audit log."""
    return [(actor, act) for actor, act in rows(
        office, "SELECT actor, action FROM audit WHERE subject = %s ORDER BY id", f"case {case}"
    )]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_one_screen_in_the_order_of_the_work(shared_office: RunningOffice, language: str) -> None:
    case = a_case(shared_office)
    client = shared_office.signed_in(Role.SPECIALIST, language)
    sheet = opened(client, case)
    expected = {
        "nl": ["Wie", "Wat", "Waarom", "Wanneer", "Gedaan", "Notities", "Afloop", "Aan de deur"],
        "en": ["Who", "What", "Why", "When", "Done", "Notes", "Outcome", "At the door"],
    }[language]
    assert sheet.texts("h2") == expected
    assert sheet.heading == {"nl": f"Zaak {case}", "en": f"Case {case}"}[language]


def test_nobody_is_named_in_the_title_or_an_address(shared_office: RunningOffice) -> None:
    case = a_case(shared_office)
    people = rows(
        shared_office,
        """SELECT surname, street, house_number_text || ' ' || postcode FROM persons
        JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
        JOIN reports ON person_id = persons.id WHERE reports.case_id = %s AND surname IS NOT NULL""",
        case,
    )
    client = shared_office.signed_in(Role.SPECIALIST)
    client.private = [text for row in people for text in row if text]  # looked for on every page
    assert people
    assert people[0][0] in opened(client, case).words


def test_a_case_of_another_municipality_is_not_there(shared_office: RunningOffice) -> None:
    case = a_case(shared_office)
    stranger = shared_office.signed_in(person(Role.SPECIALIST, municipalities=frozenset({HENGELO})))
    stranger.get(f"/zaak/{case}", status=404)
    stranger.get("/zaak/999999999", status=404)


def test_every_look_is_logged_with_the_user_and_without(office: RunningOffice) -> None:
    case = a_case(office)
    ((before,),) = rows(office, "SELECT count(*) FROM processing_log")
    opened(office.signed_in(Role.SPECIALIST), case)
    assert audited(office, case) == [("specialist-1", "view-case")]
    ((household, activity),) = rows(
        office, "SELECT household_id, activity FROM processing_log ORDER BY id DESC LIMIT 1"
    )
    assert (household, activity) == (
        *rows(office, "SELECT household_id FROM cases WHERE id = %s", case)[0],
        "view-case",
    )
    assert rows(office, "SELECT count(*) FROM processing_log") == [(before + 1,)]


FAULTY: Mapping[str, dict[str, object]] = {
    "contact": {"part": None, "note": LONG},
    "afspraak": {"kind": "call", "on_day": "1-1-2020"},
    "vrijgeven": {},
    "doorverwijzen": {"target": "nsr"},
    "notitie": {"note": "a" * 4001},
    "afsluiten": {"outcome": "self-reliant"},
    "route": {"route": "letter"},
    "niet-oppakken": {"reason": LONG, "verdict": "wrongful"},
}


@pytest.mark.parametrize("act", FAULTY)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_cannot_be_saved_is_shown_as_typed_with_every_fault(
    shared_office: RunningOffice, act: str, language: str
) -> None:
    client = shared_office.signed_in(Role.SPECIALIST, language)
    sheet = sent(client, opened(client, a_case(shared_office)), act, status=422, **FAULTY[act])
    form = dict(sheet.form(f"/zaak/{a_case(shared_office)}/{act}").fields)
    text = sheet.all("textarea", id={"contact": "attempt-note", "niet-oppakken": "mark-reason"}.get(act, "note-note"))[
        0
    ]
    if "note" in FAULTY[act] or "reason" in FAULTY[act]:
        assert text.text == FAULTY[act].get("note", FAULTY[act].get("reason"))
    assert {name: form[name] for name in FAULTY[act] if name in {"kind", "on_day", "outcome"}} == {
        name: value for name, value in FAULTY[act].items() if name in {"kind", "on_day", "outcome"}
    }
    (alert,) = sheet.all("div", role="alert")
    assert [one.get("href", "")[1:] for one in alert.iter("a")]
    assert [one for one in sheet.all("details") if one.get("open") is not None]


def test_taking_up_and_giving_back(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    before = opened(theirs, case)
    sheet = sent(mine, opened(mine, case), "oppakken")
    assert "U hebt deze zaak opgepakt." in sheet.words
    refused = sent(theirs, before, "oppakken", status=409)
    assert refused.texts("div", role="alert")[0].startswith("Sanne de Vries heeft deze zaak al opgepakt.")
    assert "Sanne de Vries heeft deze zaak sinds" in opened(theirs, case).words
    assert "Niemand heeft deze zaak opgepakt." in sent(mine, sheet, "teruggeven").words
    assert "U hebt deze zaak opgepakt." in sent(theirs, before, "oppakken").words


def test_only_a_team_lead_hands_over_what_a_colleague_holds(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    before = opened(theirs, case)
    sent(mine, opened(mine, case), "oppakken")
    assert f"/zaak/{case}/overdragen" not in {form.action for form in opened(theirs, case).forms()}
    theirs.send(before.form(f"/zaak/{case}/overdragen"), status=403, to="specialist-1", reason="Wil ik niet.")
    lead = office.signed_in(Role.TEAM_LEAD)
    sheet = sent(lead, opened(lead, case), "overdragen", to=COLLEAGUE.id, reason="Sanne is ziek.")
    assert "De zaak is overgedragen." in sheet.words
    assert "U hebt deze zaak opgepakt." in opened(theirs, case).words


def test_an_attempt_can_be_struck_out_the_same_day_by_its_author(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    sheet = sent(mine, opened(mine, case), "contact", kind="home-visit", part="evening", reached="no")
    assert "Volgende stap:" in sheet.words
    assert f"/zaak/{case}/contact-doorhalen" not in {form.action for form in opened(theirs, case).forms()}
    sheet = sent(mine, sheet, "contact-doorhalen")
    assert "Doorgehaald door Sanne de Vries." in sheet.words
    assert "Volgende stap:" not in sheet.words
    assert sheet.texts("s") == ["Huisbezoek: niet bereikt"]
    mine.post(f"/zaak/{case}/contact-doorhalen", status=403, attempt="1")  # without a token


def test_an_attempt_of_another_household_is_not_there(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "contact", kind="home-visit", part="evening", reached="no")
    client.send(sheet.form(f"/zaak/{case}/contact-doorhalen"), status=404, attempt=999)


def test_a_note_keeps_its_lines_and_can_be_struck_out(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "notitie", note=LONG)
    (note,) = sheet.all("span", class_="signals-note")
    assert note.text == LONG
    sheet = sent(client, sheet, "notitie-doorhalen")
    (struck,) = sheet.all("s")
    assert struck.text == LONG


def test_another_route_and_its_reason_are_in_the_history(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "route", route="home-visit", reason="Er woont een gevaarlijke hond.")
    assert "Benaderen met: huisbezoek" in sheet.words
    assert "Een collega koos die." in sheet.words
    assert "Er woont een gevaarlijke hond." in sheet.words
    ((detail,),) = rows(
        office, "SELECT detail::text FROM audit WHERE action = 'change-route' AND subject = %s", f"case {case}"
    )
    assert "hond" not in detail


def test_a_signal_that_is_not_picked_up_can_be_picked_up_after_all(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = opened(client, case)
    event = sheet.all("input", name="event")[0].get("value")
    sheet = sent(
        client, sheet, "niet-oppakken", event=event, verdict="wrongful", reason="Bedrag klopt niet.", certain="yes"
    )
    assert "Niet opgepakt: onterecht signaal" in sheet.words
    assert sheet.texts("p", class_="signals-badges")[0].startswith("Gesloten")
    sheet = sent(client, sheet, "toch-oppakken", event=event, reason="Toch wel.")
    assert sheet.texts("p", class_="signals-badges")[0].startswith("Open")


def test_closing_and_reopening(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "afsluiten", outcome="self-reliant", certain="yes")
    assert "Inwoner regelt het zelf/hoeft geen hulp vanuit vroegsignalering" in sheet.words
    sheet = sent(client, sheet, "heropenen", status=422)
    sheet = sent(client, sheet, "heropenen", reason="Belde terug.")
    assert "De zaak is weer open." in sheet.words
    assert [act for _, act in audited(office, case) if act != "view-case"] == ["close", "reopen"]


def test_two_open_cases_of_a_household_are_closed_as_one_or_one_by_one(office: RunningOffice) -> None:
    ((first, second),) = rows(
        office,
        """SELECT min(id), max(id) FROM cases WHERE state = 'open' AND waiting GROUP BY household_id
        HAVING count(*) = 2 ORDER BY 1 LIMIT 1""",
    )
    client = office.signed_in(Role.SPECIALIST)
    sheet = opened(client, first)
    assert "Dit huishouden heeft 2 open zaken." in sheet.words
    sent(client, sheet, "afsluiten", outcome="no-contact", certain="yes", cases=second)
    assert rows(office, "SELECT state FROM cases WHERE id IN (%s, %s) ORDER BY id", first, second) == [
        ("open",),
        ("closed",),
    ]


def test_release_asks_whether_it_is_certain(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "vrijgeven", status=422)
    sheet = sent(client, sheet, "vrijgeven", certain="yes")
    assert "De zaak is vrijgegeven." in sheet.words
    assert f"/zaak/{case}/vrijgeven" not in {form.action for form in sheet.forms()}


def test_a_death_that_was_told_meanwhile_is_looked_at_before_the_release(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    old = opened(client, case)
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", case)
    told = "INSERT INTO case_history (case_id, actor, kind, detail) VALUES (%s, 'signals', 'held', %s) RETURNING id"
    rows(office, told, case, '{"reason": "deceased"}')
    both = sent(client, old, "vrijgeven", status=409, certain="yes")
    assert both.heading == f"Zaak {case} is intussen veranderd"
    assert rows(office, "SELECT held, waiting FROM cases WHERE id = %s", case) == [(True, True)]
    client.send(both.form(f"/zaak/{case}/vrijgeven"))
    assert rows(office, "SELECT held, waiting FROM cases WHERE id = %s", case) == [(False, False)]


def test_saving_what_a_colleague_changed_shows_both_and_loses_nothing(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    old = opened(mine, case)
    sent(theirs, opened(theirs, case), "contact", kind="call", part=None, reached="yes")
    both = sent(mine, old, "contact", status=409, kind="home-visit", part="evening", reached="no", note=LONG)
    assert both.heading == f"Zaak {case} is intussen veranderd"
    assert "Sanne de Vries 2" in both.words  # who
    assert "Telefoon" in both.words  # and what
    assert both.all("textarea", id="attempt-note")[0].text == LONG
    assert rows(office, "SELECT count(*) FROM contact_attempts WHERE case_id = %s", case) == [(1,)]
    saved = mine.send(both.form(f"/zaak/{case}/contact"))
    assert "De contactpoging is bewaard." in saved.words
    assert rows(office, "SELECT note FROM contact_attempts WHERE case_id = %s ORDER BY id", case) == [
        (None,),
        (LONG,),
    ]


def test_what_is_not_possible_any_more_loses_nothing_either(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    old = opened(mine, case)
    sent(theirs, opened(theirs, case), "afsluiten", outcome="no-contact", certain="yes")
    both = sent(mine, old, "route", status=409, route="letter", reason=LONG)
    assert "Definitief geen contact kunnen krijgen" in both.words
    refused = mine.send(both.form(f"/zaak/{case}/route"), status=409)
    assert refused.heading == f"Zaak {case}: dit kan nu niet"
    assert refused.all("textarea", id="change-route-reason")[0].text == LONG
    faulty = sent(mine, old, "contact", status=409, part=None, note=LONG)  # its form is not on the page any more
    assert faulty.all("textarea", id="attempt-note")[0].text == LONG


def test_to_the_queue_of_a_team_and_back(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        body = shipped()["almelo.toml"].replace("2020-01-01", "2026-11-01", 1)
        team = '\n[[team]]\nkey = "noord"\nname = "Wijkteam Noord"\n'
        load_policy(cursor, parse_policy(body + team, "policy"), actor="test")
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "oppakken")
    sheet = sent(client, sheet, "team", team="noord", reason="Zij kennen de buurt.")
    assert "Wijkteam Noord" in sheet.texts("p", class_="signals-badges")[0]
    assert "Niemand heeft deze zaak opgepakt." in sheet.words
    sheet = sent(client, sent(client, sheet, "oppakken"), "team", team="-", reason="Toch niet.")
    assert "Wijkteam Noord" not in sheet.texts("p", class_="signals-badges")[0]
    assert "Niemand heeft deze zaak opgepakt." in sheet.words


def test_a_death_is_looked_at_before_anybody_is_approached(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", case)
    sheet = opened(client, case)
    assert "Er is een overlijden gemeld op dit adres." in sheet.words
    assert sheet.link("Terug naar de werkvoorraad") == "/werkvoorraad/review"
    sheet = sent(client, sheet, "vrijgeven", certain="yes")
    assert "Er is een overlijden gemeld" not in sheet.words


def test_every_act_is_a_form_of_the_page_or_of_a_state_of_it(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    office.signed_in(COLLEAGUE)
    sheet = sent(client, opened(client, case), "oppakken")
    seen = {form.action for form in opened(office.signed_in(COLLEAGUE), a_case(office)).forms()}
    seen |= {form.action for form in sheet.forms()}
    sheet = sent(client, sheet, "contact", kind="home-visit", part="evening", reached="no")
    sheet = sent(client, sent(client, sheet, "notitie", note="x"), "doorverwijzen", target="nsr", certain="yes")
    event = sheet.all("input", name="event")[0].get("value")
    seen |= {form.action for form in sheet.forms()}
    sheet = sent(client, sheet, "niet-oppakken", event=event, verdict="wrongful", reason="x", certain="yes")
    seen |= {form.action for form in sheet.forms()}
    assert {act.path for act in ACTS} - {path.rpartition("/")[2] for path in seen} <= {"team"}  # if it has teams


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_form_in_chromium(office: RunningOffice, browser: Browser, size: tuple[int, int]) -> None:
    name, case = "phone" if size == PHONE else "wide", a_case(office)
    client = office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "contact", kind="home-visit", part="evening", reached="no", note=LONG)
    sent(client, sent(client, sheet, "notitie", note=LONG), "doorverwijzen", target="nsr", certain="yes")
    with window(browser, office, Role.SPECIALIST, size=size) as opened_window:
        page = opened_window.open(f"/zaak/{case}")
        opened_window.check(f"case-{name}")
        if size == WIDE:
            page.emulate_media(media="print")
            page.screenshot(path=PICTURES / "case-paper.png", full_page=True)
            assert page.get_by_text("Aan de deur").is_visible()
            assert not page.get_by_text("Zaak afsluiten").first.is_visible()
            page.emulate_media(media="screen")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        opened_window.check(f"case-open-{name}")
        page.locator("#form-attempt button").click()
        assert page.get_by_role("alert").is_visible()
        opened_window.check(f"case-faults-{name}")


def test_a_changed_case_in_chromium(office: RunningOffice, browser: Browser) -> None:
    case = a_case(office)
    with window(browser, office, Role.SPECIALIST) as mine:
        page = mine.open(f"/zaak/{case}")
        theirs = office.signed_in(COLLEAGUE)
        sent(theirs, opened(theirs, case), "contact", kind="call", part=None, reached="yes")
        page.get_by_text("Route veranderen").first.click()
        page.locator("#form-change-route").get_by_label("Huisbezoek").check()
        page.locator("#change-route-reason").fill("Er is geen bel.")
        page.locator("#form-change-route button").click()
        assert page.locator("#change-route-reason").input_value() == "Er is geen bel."
        mine.check("case-changed")
