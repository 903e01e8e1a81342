"""What happened since a page was made, and what is not possible as the case stands: both versions, nothing lost."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.contract.codes import REPORTED_TYPE, WITHDRAWN_TYPE
from signals.web.people import Role
from tests.laws.system import LOG
from tests.web.case_office import COLLEAGUE, LONG, a_case, fresh_office, opened, rows, sent
from tests.web.chromium import PHONE, window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
OFFSETS = count(1_000_000)  # beyond what the topics of the template hold


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """One office for this module: every test takes a case that nobody touched."""
    yield from fresh_office(postgres, months_template)


def test_a_death_that_was_told_meanwhile_is_looked_at_before_the_release(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    old = opened(client, case)
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", case)
    told = "INSERT INTO case_history (case_id, actor, kind, detail) VALUES (%s, 'signals', 'held', %s) RETURNING id"
    rows(office, told, case, '{"reason": "deceased"}')
    both = sent(client, old, "vrijgeven", status=409, certain="yes")
    assert both.heading == f"Zaak {case} is intussen veranderd"
    assert rows(office, "SELECT held, waiting FROM cases WHERE id = %s", case) == [(True, True)]
    client.send(both.form(f"/zaak/{case}/vrijgeven"), certain="yes")
    assert rows(office, "SELECT held, waiting FROM cases WHERE id = %s", case) == [(False, False)]


def test_what_a_colleague_noted_meanwhile_is_there_to_read(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    lead = office.signed_in(Role.TEAM_LEAD)
    sent(lead, opened(lead, case), "notitie", note="Van vorige week: belt niet terug.")
    old = opened(mine, case)
    sent(theirs, opened(theirs, case), "notitie", note="Mevrouw is verhuisd, zegt de buurman.")
    both = sent(mine, old, "route", status=409, route="home-visit", reason="Ik ga langs.")
    assert "Mevrouw is verhuisd, zegt de buurman." in both.words
    assert "belt niet terug" not in both.words  # that was on the page already


def take_in(office: RunningOffice, topic: str, event: dict[str, object]) -> None:
    """An event comes in from a partner."""
    record = Record(topic, 0, next(OFFSETS), json.dumps({"specversion": "1.0"} | event).encode(), 0)
    BatchIntake(office.engine, LOG).store([record])


def reported_dead(office: RunningOffice, case: int, day: str) -> None:
    """The partner of a signal in the case tells that somebody of that arrears died."""
    ((partner, sector, reference, source, municipality),) = rows(
        office,
        """SELECT partner_id, sector, reference, source, arrears.municipality FROM reports
        JOIN arrears ON arrears.id = reports.arrears_id JOIN events ON events.id = reports.event_id
        WHERE case_id = %s ORDER BY reports.event_id LIMIT 1""",
        case,
    )
    told = {"municipality": municipality, "signalledOn": day, "reason": "deceased", "arrears": {"reference": reference}}
    event = {"id": f"dead-{case}-{day}", "source": source, "type": WITHDRAWN_TYPE, "time": f"{day}T08:00:00Z"}
    take_in(office, f"arrears.{sector}.{partner}", event | {"data": told})


def two_tenants(office: RunningOffice) -> int:
    """A case in which signals of two residents count: somebody called Tweede lives there too."""
    case = a_case(office)
    ((municipality, postcode, number, suffix, day),) = rows(
        office,
        """SELECT cases.municipality, postcode, number, suffix, earliest_on::text FROM cases
        JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
        WHERE cases.id = %s""",
        case,
    )
    ((partner, source),) = rows(
        office,
        """SELECT partner_id, source FROM arrears JOIN events ON arrears_id = arrears.id
        WHERE sector = 'housing' AND municipality = %s ORDER BY events.id LIMIT 1""",
        municipality,
    )
    told = {
        "municipality": municipality,
        "signalledOn": day,
        "arrears": {"reference": f"second-{case}", "kind": "rent", "amount": "900.00"},
        "person": {"surname": "Tweede"},
        "address": {"postcode": postcode, "houseNumber": number, "houseNumberAddition": suffix},
    }
    event = {"id": f"second-{case}", "source": source, "type": REPORTED_TYPE, "time": f"{day}T08:00:00Z"}
    take_in(office, f"arrears.housing.{partner}", event | {"data": told})
    assert rows(office, "SELECT arrears_count FROM cases WHERE id = %s", case) == [(2,)]
    return case


def test_a_late_death_is_never_passed_unseen(office: RunningOffice) -> None:
    case, client = two_tenants(office), office.signed_in(Role.SPECIALIST)
    old = opened(client, case)
    reported_dead(office, case, "2030-01-01")
    both = sent(client, old, "vrijgeven", status=409, certain="yes")
    assert "een inwoner is overleden" in both.words
    client.send(both.form(f"/zaak/{case}/vrijgeven"), status=422)  # the tick was for another sentence
    assert rows(office, "SELECT held, waiting FROM cases WHERE id = %s", case) == [(True, True)]
    old = opened(client, case)
    assert "Er is een overlijden gemeld op dit adres." in old.words
    before = rows(office, "SELECT count(*) FROM case_history WHERE case_id = %s", case)
    reported_dead(office, case, "2030-01-02")  # held already: no history line tells it
    assert rows(office, "SELECT count(*) FROM case_history WHERE case_id = %s", case) == before
    refused = sent(client, old, "vrijgeven", status=409, certain="yes")
    assert "Er is een overlijden gemeld dat uw pagina nog niet liet zien." in refused.words
    assert rows(office, "SELECT held, waiting, reviewed_through FROM cases WHERE id = %s", case) == [(True, True, None)]
    client.send(refused.form(f"/zaak/{case}/vrijgeven"), certain="yes")
    ((held, reviewed),) = rows(office, "SELECT held, reviewed_through::text FROM cases WHERE id = %s", case)
    assert (held, reviewed) == (False, "2030-01-02")


def test_an_ordinary_release_looks_at_no_death(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sent(client, opened(client, case), "vrijgeven", certain="yes")
    ((reviewed,),) = rows(
        office, "SELECT detail ->> 'reviewed' FROM audit WHERE action = 'release' AND subject = %s", f"case {case}"
    )
    assert reviewed == "false"


def test_what_came_of_a_referral_is_not_replaced_unseen(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    old = sent(mine, opened(mine, case), "doorverwijzen", target="nsr", certain="yes")
    referral = old.all("input", name="referral")[0].get("value")
    sent(theirs, opened(theirs, case), "doorverwezen", referral=referral, result="started")
    both = sent(mine, old, "doorverwezen", status=409, referral=referral, result="no-show")
    assert "hulp is begonnen" in both.words
    assert rows(office, "SELECT result FROM referrals WHERE case_id = %s", case) == [("started",)]
    assert ("result", "no-show") in both.form(f"/zaak/{case}/doorverwezen").fields  # what was chosen
    mine.send(both.form(f"/zaak/{case}/doorverwezen"))
    assert rows(office, "SELECT result FROM referrals WHERE case_id = %s", case) == [("no-show",)]


def test_the_route_that_the_case_has_is_said_to_be_so(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    refused = sent(client, opened(client, case), "route", status=409, route="letter", reason=LONG)
    assert "De zaak heeft deze route al." in refused.words
    assert refused.all("textarea", id="change-route-reason")[0].text == LONG


def test_a_death_of_one_tenant_is_told_signal_by_signal(office: RunningOffice) -> None:
    case, client = two_tenants(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "afsluiten", status=422, outcome="deceased", certain="yes")
    assert "(Tweede, geboortedatum niet bekend)" in sheet.words  # whose signal is whose
    marks = [
        form
        for form in sheet.forms()
        if form.action == f"/zaak/{case}/niet-oppakken" and ("verdict", "deceased") in form.fields
    ]
    assert len(marks) == 2
    assert rows(office, "SELECT state FROM cases WHERE id = %s", case) == [("open",)]
    sheet = client.send(marks[0], reason="Zei de buurvrouw.", certain="yes")
    assert "Inwoner is overleden" in sheet.words
    assert rows(office, "SELECT status FROM reports WHERE case_id = %s", case) == [("not-yet-picked-up",)]
    asked = sent(client, sheet, "afsluiten", status=422, outcome="quick-fix", certain="yes")
    assert "Er staat geen gesprek in dit dossier." in asked.words  # and not for whom: one tenant is left
    sheet = sent(client, asked, "afsluiten", spoken="none")
    assert rows(office, "SELECT given_result FROM reports WHERE case_id = %s", case) == [("accepted-help",)]


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


def test_what_is_sent_twice_is_kept_once(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    old = opened(client, case)
    sent(client, old, "notitie", note=LONG)
    twice = sent(client, old, "notitie", status=409, note=LONG)
    assert "Deze notitie hebt u al bewaard" in twice.words
    sent(client, opened(client, case), "contact", kind="call", part=None, reached="no")
    for seen in ("", "abc", "-5", None):  # no number: nothing was seen
        again = sent(client, old, "contact", status=409, kind="call", part=None, reached="no", seen=seen)
        assert "Contactpoging: Telefoon" in again.words
    ((notes, attempts),) = rows(
        office,
        """SELECT (SELECT count(*) FROM notes WHERE case_id = cases.id),
            (SELECT count(*) FROM contact_attempts WHERE case_id = cases.id) FROM cases WHERE id = %s""",
        case,
    )
    assert (notes, attempts) == (1, 1)


def test_what_is_not_possible_any_more_loses_nothing_either(office: RunningOffice) -> None:
    case, mine, theirs = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    old = opened(mine, case)
    asked = sent(theirs, opened(theirs, case), "afsluiten", status=422, outcome="no-contact", certain="yes")
    sent(theirs, asked, "afsluiten", unsought="yes")
    both = sent(mine, old, "route", status=409, route="letter", reason=LONG)
    assert "Definitief geen contact kunnen krijgen" in both.words
    refused = mine.send(both.form(f"/zaak/{case}/route"), status=409)
    assert refused.heading == f"Zaak {case}: dit kan nu niet"
    assert "Deze zaak is gesloten. Heropen hem eerst." in refused.words
    assert refused.all("textarea", id="change-route-reason")[0].text == LONG
    faulty = sent(mine, old, "contact", status=409, part=None, note=LONG)  # its form is not on the page any more
    assert faulty.all("textarea", id="attempt-note")[0].text == LONG


def test_two_tenants_in_chromium(office: RunningOffice, browser: Browser) -> None:
    case = two_tenants(office)
    with window(browser, office, Role.SPECIALIST) as opened_window:
        page = opened_window.open(f"/zaak/{case}")
        page.get_by_text("Zaak afsluiten").first.click()
        page.locator("#close-outcome").select_option("deceased")
        page.locator("#close-certain").check()
        page.locator("#form-close button:not([name=language])").click()
        assert page.get_by_role("alert").is_visible()
        opened_window.check("case-tenants-wide")
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        opened_window.check("case-tenants-phone")
        page.locator("#close-outcome").select_option("quick-fix")
        page.locator("#form-close button:not([name=language])").click()
        assert page.locator("#close-persons").get_by_text("Kies wie hulp heeft geaccepteerd").is_visible()
        page.locator("#form-close").get_by_label("Tweede").check()
        opened_window.check("case-conversation-phone")
        page.locator("#close-spoken").get_by_label("Nee, ik sluit toch zo af").check()
        page.locator("#form-close button:not([name=language])").click()
        assert page.get_by_text("De zaak is afgesloten.").is_visible()
        assert page.get_by_text("Hulp geaccepteerd door").inner_text().count("Tweede") == 1
        assert "Alleen hun partners" in page.get_by_text("Hulp geaccepteerd door").inner_text()
    told = rows(office, "SELECT given_result FROM reports WHERE case_id = %s ORDER BY given_result", case)
    assert told == [("accepted-help",), (None,)]


def test_a_changed_case_in_chromium(office: RunningOffice, browser: Browser) -> None:
    case = a_case(office)
    with window(browser, office, Role.SPECIALIST) as mine:
        page = mine.open(f"/zaak/{case}")
        theirs = office.signed_in(COLLEAGUE)
        sent(theirs, opened(theirs, case), "contact", kind="call", part=None, reached="yes")
        page.get_by_text("Route veranderen").first.click()
        page.locator("#form-change-route").get_by_label("Huisbezoek").check()
        page.locator("#change-route-reason").fill("Er is geen bel.")
        page.locator("#form-change-route button:not([name=language])").click()
        assert page.locator("#change-route-reason").input_value() == "Er is geen bel."
        mine.check("case-changed")
