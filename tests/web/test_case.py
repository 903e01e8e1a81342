"""The page of a case: what it shows, what its forms say, and what happens when two people work at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.contract.moments import AMSTERDAM
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.policies import shipped
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.texts import day, translate
from signals.web.work.acts import ACTS
from tests.web.case_office import COLLEAGUE, LONG, a_case, audited, fresh_office, opened, rows, sent
from tests.web.client import text_of
from tests.web.office import HENGELO, person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """One office for this module: every test takes a case that nobody touched."""
    yield from fresh_office(postgres, months_template)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_one_screen_in_the_order_of_the_work(shared_office: RunningOffice, language: str) -> None:
    case = a_case(shared_office)
    client = shared_office.signed_in(Role.SPECIALIST, language)
    sheet = opened(client, case)
    expected = {
        "nl": ["Wie", "Wat", "Waarom", "Wanneer", "Gedaan", "Notities", "Afloop"],
        "en": ["Who", "What", "Why", "When", "Done", "Notes", "Outcome"],
    }[language]
    on_paper = [text_of(one) for part in sheet.all("section", class_="signals-print-only") for one in part.iter("h2")]
    assert sheet.texts("h2") == [*expected, *on_paper]
    assert translate(language, "Aan de deur") in on_paper
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


def test_what_somebody_looked_at_is_no_longer_on_top_of_review(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    first = client.get("/werkvoorraad/review").all("a", data_open="")[0].get("href", "")
    page = client.get(first)
    case = int(first.rpartition("/")[2])
    looked = sent(client, page, "bekeken")
    assert "U hebt de zaak bekeken: hij staat niet meer bovenaan bij Beoordelen." in looked.words
    assert "Sanne de Vries heeft dit bekeken op" in looked.words
    assert ("specialist-1", "look") in audited(office, case)
    queue = client.get("/werkvoorraad/review")
    assert queue.all("a", data_open="")[0].get("href") != first
    assert f"/zaak/{case}/bekeken" not in {form.action for form in looked.forms()}
    back = sent(client, looked, "toch-bekijken")
    assert ("specialist-1", "undo-look") in audited(office, case)
    assert client.get("/werkvoorraad/review").all("a", data_open="")[0].get("href") == first
    assert f"/zaak/{case}/bekeken" in {form.action for form in back.forms()}


@pytest.mark.parametrize(
    ("form", "never"), [("afspraak", {"letter", "administrative", "unknown", "card"}), ("contact", {"unknown"})]
)
def test_only_kinds_of_contact_that_make_sense_are_offered(
    shared_office: RunningOffice, form: str, never: set[str]
) -> None:
    page = opened(shared_office.signed_in(Role.SPECIALIST), a_case(shared_office))
    (chosen,) = [one for one in page.all("form") if one.get("action", "").endswith(f"/{form}")]
    offered = {one.get("value") for one in chosen.iter("option")}
    assert {"home-visit", "call", "appointment"} <= offered
    assert not offered & never


def test_an_appointment_is_on_its_day(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    ahead = (datetime.now(AMSTERDAM) + timedelta(days=3)).date()
    page = sent(client, opened(client, case), "afspraak", kind="appointment", on_day=ahead.isoformat(), part="morning")
    assert f"Volgende stap: afspraak op locatie, op {day(ahead)}, ochtend (afgesproken met de inwoner)." in page.words


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
    lead, before = office.signed_in(Role.TEAM_LEAD), opened(theirs, case)
    sent(mine, opened(mine, case), "oppakken")
    assert f"/zaak/{case}/overdragen" not in {form.action for form in opened(theirs, case).forms()}
    hand_over = before.form(f"/zaak/{case}/overdragen")
    both = theirs.send(hand_over, status=409, to=person(Role.TEAM_LEAD).id, reason="Wil ik niet.")
    assert "Opgepakt om aan te werken" in both.words
    refused = theirs.send(both.form(f"/zaak/{case}/overdragen"), status=409)
    assert "Sanne de Vries heeft deze zaak al opgepakt." in refused.words
    assert refused.all("textarea", id="hand-over-reason")[0].text == "Wil ik niet."
    faulty = theirs.send(both.form(f"/zaak/{case}/overdragen"), status=422, to="", reason="Wil ik niet.")
    assert faulty.all("textarea", id="hand-over-reason")[0].text == "Wil ik niet."  # its form is on no other page now
    assert "U hebt deze zaak opgepakt." in opened(mine, case).words
    sheet = sent(lead, opened(lead, case), "overdragen", to=COLLEAGUE.id, reason="Sanne is ziek.")
    assert "De zaak is overgedragen." in sheet.words
    assert f"{person(Role.TEAM_LEAD).name} heeft deze zaak aan u overgedragen." in opened(theirs, case).words
    assert "U hebt deze zaak opgepakt." in opened(theirs, case).words


def test_a_team_lead_is_not_sent_to_the_team_lead(office: RunningOffice) -> None:
    case, mine, lead = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(Role.TEAM_LEAD)
    before = opened(lead, case).form(f"/zaak/{case}/oppakken")
    sent(mine, opened(mine, case), "oppakken")
    refused = lead.send(before, status=409)
    assert "Sanne de Vries heeft deze zaak al opgepakt. Overleg met elkaar, of draag hem zelf over." in refused.words
    assert "teamleider" not in refused.words


def test_pressed_twice_it_is_so_already_and_nothing_is_written(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    before = opened(client, case)
    held = sent(client, before, "oppakken")
    assert "U had deze zaak al opgepakt." in sent(client, before, "oppakken").words
    sent(client, held, "teruggeven")
    assert "Niemand had deze zaak nog opgepakt." in sent(client, held, "teruggeven").words
    lines = rows(office, "SELECT kind FROM case_history WHERE case_id = %s AND actor <> 'signals' ORDER BY id", case)
    assert lines == [("claimed",), ("let-go",)]
    assert [act for _, act in audited(office, case) if act != "view-case"] == ["claim", "let-go"]


def test_an_attempt_can_be_struck_out_the_same_day_by_its_author(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    sheet = sent(mine, opened(mine, case), "contact", kind="home-visit", part="evening", reached="no")
    assert "Volgende stap:" in sheet.words
    assert f"/zaak/{case}/contact-doorhalen" not in {form.action for form in opened(theirs, case).forms()}
    ((attempt,),) = rows(office, "SELECT id FROM contact_attempts WHERE case_id = %s", case)
    asked = sent(mine, sheet, "contact-doorhalen", status=422, attempt=attempt)  # one is asked whether it is certain
    assert "krijgt de partner daar bericht van" in asked.words
    assert rows(office, "SELECT undone_at FROM contact_attempts WHERE case_id = %s", case) == [(None,)]
    sheet = sent(mine, asked, "contact-doorhalen", certain="yes")
    assert "Doorgehaald door Sanne de Vries." in sheet.words
    assert "Volgende stap:" not in sheet.words
    assert sheet.texts("s") == ["Huisbezoek: niet bereikt"]
    mine.post(f"/zaak/{case}/contact-doorhalen", status=403, attempt="1")  # without a token


def test_an_attempt_of_another_household_is_not_there(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "contact", kind="home-visit", part="evening", reached="no")
    client.send(sheet.form(f"/zaak/{case}/contact-doorhalen"), status=422, attempt=999, certain="yes")


def test_a_note_keeps_its_lines_and_can_be_struck_out(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "notitie", note=LONG)
    (note,) = sheet.all("span", class_="signals-note")
    assert note.text == LONG
    ((number,),) = rows(office, "SELECT id FROM notes WHERE case_id = %s", case)
    asked = sent(client, sheet, "notitie-doorhalen", status=422, note=number)  # one is asked whether it is certain
    sheet = sent(client, asked, "notitie-doorhalen", certain="yes")
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
    asked = sent(client, opened(client, case), "afsluiten", status=422, outcome="self-reliant", certain="yes")
    sheet = sent(client, asked, "afsluiten", spoken="none")
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
    asked = sent(client, sheet, "afsluiten", status=422, outcome="no-contact", certain="yes", cases=second)
    sent(client, asked, "afsluiten", unsought="yes")
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
    assert sheet.link("Terug naar de werkvoorraad") == f"/werkvoorraad/review#zaak-{case}"  # at its row again
    sheet = sent(client, sheet, "vrijgeven", certain="yes")
    assert "Er is een overlijden gemeld" not in sheet.words


# If there are teams; the others: test_undo and test_links.
ELSEWHERE = {"team", "afspraak-afzeggen", "overdracht-terugnemen", "dezelfde-persoon", "verschillende-personen"} | {
    "persoon-terugnemen"
}


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
    threatened = opened(client, a_case(office, "crisis IS NOT NULL AND waiting"))
    seen |= {form.action for page in (threatened, sent(client, threatened, "bekeken")) for form in page.forms()}
    assert {act.path for act in ACTS} - {path.rpartition("/")[2] for path in seen} <= ELSEWHERE
