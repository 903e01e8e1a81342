"""The frame of all pages, over HTTP: header and menu, languages, who gets in, what a form needs."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from signals.store import audit
from signals.store.database import transaction
from signals.store.processing import processing_of
from signals.web import routes, templating
from signals.web.guard import FORM_BYTES, TOKEN, form_token
from signals.web.people import Role, User
from tests.web.office import ALMELO, HENGELO, person
from tests.web.plain import raw, token_in

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

KILOBYTE = 1024


def actions(office: RunningOffice, user: str) -> list[str]:
    """What the audit log says of somebody, sessions left out."""
    with transaction(office.engine) as cursor:
        return [
            line.action for line in audit.audit_page(cursor, audit.AuditFilter(frozenset({ALMELO}), actors=(user,)))
        ]


# The header


def test_the_header_tells_who_is_signed_in_and_leads_everywhere(desks: RunningOffice) -> None:
    sheet = desks.signed_in(Role.SPECIALIST).get("/proef")
    assert sheet.texts("p", class_="signals-user") == ["Sanne de Vries specialist"]
    assert {form.action for form in sheet.forms()} == {"/taal", "/afmelden", "/toetsen"}
    assert sheet.link("Sneltoetsen") == "/toetsen"


def test_who_is_not_signed_in_sees_no_menu(desks: RunningOffice) -> None:
    sheet = desks.visitor().get("/bestaat-niet", status=404)
    assert sheet.all("nav") == []
    assert {form.action for form in sheet.forms()} == {"/taal"}


def test_the_menu_is_that_of_the_roles_and_marks_where_one_is(shared_office: RunningOffice) -> None:
    for role in Role:
        sheet = shared_office.signed_in(role).get("/toetsen")
        expected = [item.label for item in routes.MENU if role in item.roles]
        assert sheet.texts("a", class_="utrecht-nav-list__link") == expected


@pytest.mark.parametrize(
    ("roles", "begins"),
    [
        ({Role.SPECIALIST}, "Huisbezoeken"),
        ({Role.TEAM_LEAD}, "Overzicht"),
        ({Role.PARTNER_MANAGER}, "Partners"),
        ({Role.AUDITOR}, "Logboek"),
        ({Role.SPECIALIST, Role.TEAM_LEAD}, "Overzicht"),
        ({Role.SPECIALIST, Role.PARTNER_MANAGER, Role.AUDITOR}, "Huisbezoeken"),
    ],
)
def test_everyone_begins_with_what_is_theirs(shared_office: RunningOffice, roles: set[Role], begins: str) -> None:
    someone = User("begins-1", "Sanne de Vries", frozenset(roles), frozenset({ALMELO}))
    assert shared_office.signed_in(someone).get("/").texts("a", aria_current="page") == [begins]


@pytest.mark.parametrize(
    ("path", "href", "beside", "mark"),
    [
        ("/partners", "/partners", None, "page"),
        ("/partners/welbions/contact", "/partners", None, "true"),
        ("/partnersuche", "/partners", None, None),
        ("/inzage", "/verwerkingen", "/inzage", "true"),
        ("/inzage/antwoord", "/verwerkingen", "/inzage", "true"),
        ("/werkvoorraad/visits/oppakken", "/werkvoorraad/visits", None, "true"),
        ("/werkvoorraad/visits", "/werkvoorraad/letters", "/brievenronde", None),
        ("/brievenronde", "/werkvoorraad/letters", "/brievenronde", "true"),
    ],
)
def test_what_belongs_to_a_link_of_the_menu_marks_it(
    path: str, href: str, beside: str | None, mark: str | None
) -> None:
    assert templating._mark(path, href, beside) == mark


def test_what_an_auditor_looks_up_stands_under_its_link(shared_office: RunningOffice) -> None:
    client = shared_office.signed_in(Role.AUDITOR)
    sheet = client.send(client.get("/verwerkingen").form("/inzage"), who="Niemand", born="1901-01-01")
    assert sheet.texts("a", aria_current="true") == ["Verwerkingen"]


# Languages


def test_the_language_is_switched_and_one_stays_on_the_page(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    dutch = client.get("/proef?a=1")
    english = client.send(dutch.form("/taal"))
    assert (english.heading, english.root.get("lang")) == ("Keyboard shortcuts", "en")
    assert english.url.endswith("/proef?a=1")
    assert client.send(english.form("/taal")).root.get("lang") == "nl"


def test_before_signing_in_it_is_the_browsers_language_and_can_be_switched(desks: RunningOffice) -> None:
    client = desks.visitor("en")
    sheet = client.get("/bestaat-niet", status=404)
    assert sheet.heading == "This page does not exist"
    assert client.send(sheet.form("/taal"), status=404).heading == "Deze pagina bestaat niet"


@pytest.mark.parametrize("back", ["//elders.example/", "https://elders.example/", "/\\elders.example", "javascript:x"])
def test_the_switch_leads_nowhere_else(desks: RunningOffice, back: str) -> None:
    client = desks.signed_in(Role.AUDITOR)
    answer = raw(client, "POST", "/taal", data={TOKEN: token_in(client, "/proef"), "language": "en", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# Who gets in


def test_who_is_not_signed_in_is_sent_to_the_sign_in_and_back_afterwards(desks: RunningOffice) -> None:
    answer = raw(desks.visitor(), "GET", "/proef?a=1&b=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/aanmelden?naar=%2Fproef%3Fa%3D1%26b%3D2")
    assert raw(desks.visitor(), "POST", "/proef").headers["location"] == "/aanmelden"


def test_a_role_that_has_no_business_there_is_told_so(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.AUDITOR)
    answer = raw(client, "POST", "/proef", data={TOKEN: token_in(client, "/proef")})
    assert answer.status_code == 403
    assert "Dit mag u niet doen" in answer.text


def test_the_switch_of_the_keys_is_kept_by_the_browser(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.AUDITOR)
    page = client.get("/toetsen")
    for button, kept in (("Sneltoetsen uitzetten", "off"), ("Sneltoetsen aanzetten", None)):
        page = client.send(page.form("/toetsen"), button)
        assert [one.get("data-keys") for one in page.all("body")] == [kept]
        assert [one.get("data-keys") for one in client.get("/proef").all("body")] == [kept]


def test_another_municipality_is_not_there(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    client.get(f"/proef/gemeente?municipality={ALMELO}")
    assert client.get(f"/proef/gemeente?municipality={HENGELO}", status=404).heading == "Deze pagina bestaat niet"


def test_what_a_page_logs_is_kept_and_what_a_failed_page_logs_is_not(desks: RunningOffice) -> None:
    who = person(Role.SPECIALIST, 7)
    client = desks.signed_in(who)
    client.get("/proef")
    client.get("/proef/stuk", status=500)
    client.get("/proef/nee?status=404", status=404)
    assert actions(desks, who.id) == ["refused", "shown", "shown"]  # newest first; the refusal by itself


def test_who_was_looked_at_is_in_both_logs_and_the_user_in_one(desks: RunningOffice) -> None:
    who = person(Role.TEAM_LEAD, 8, frozenset({ALMELO, HENGELO}))
    desks.signed_in(who).get("/proef/huishoudens?of=101,102")
    with transaction(desks.engine) as cursor:
        (line,) = audit.audit_page(cursor, audit.AuditFilter(frozenset({ALMELO}), actors=(who.id,)))
        uses = [processing_of(cursor, household) for household in (101, 102)]
    assert (line.action, line.subject, line.municipality) == ("test-viewed", "case 12", ALMELO)
    assert line.households == [101, 102]
    assert [[use.activity for use in found] for found in uses] == [["test-viewed"], ["test-viewed"]]
    assert who.id not in str(uses)


# Forms


def test_a_form_needs_the_token_of_this_visitor(desks: RunningOffice) -> None:
    client, other = desks.signed_in(Role.SPECIALIST), desks.signed_in(person(Role.SPECIALIST, 2))
    tokens = {
        "": 403,
        "AAAA": 403,
        token_in(other, "/proef"): 403,
        form_token(""): 403,
        token_in(client, "/proef"): 303,
    }
    for token, status in tokens.items():
        assert raw(client, "POST", "/proef", data={TOKEN: token}).status_code == status
    assert raw(client, "POST", "/proef").status_code == 403


def test_before_signing_in_a_form_is_bound_to_a_cookie(desks: RunningOffice) -> None:
    client = desks.visitor()
    token = token_in(client, "/bestaat-niet")
    assert raw(client, "POST", "/proef/open", data={TOKEN: token, "note": "abc"}).text == "3"
    client.http.cookies.clear()
    assert raw(client, "POST", "/proef/open", data={TOKEN: token}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elders.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_also_with_a_token(desks: RunningOffice, headers: dict[str, str]) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    sent = {TOKEN: token_in(client, "/proef")}
    assert raw(client, "POST", "/proef", data=sent, headers=headers).status_code == 403
    ours = {"origin": desks.address, "sec-fetch-site": "same-origin"}
    assert raw(client, "POST", "/proef", data=sent, headers=ours).status_code == 303


def test_a_form_may_have_a_quarter_of_a_megabyte_and_no_more(desks: RunningOffice) -> None:
    client = desks.visitor()
    fields = {TOKEN: token_in(client, "/bestaat-niet"), "note": ""}
    room = FORM_BYTES - len(urlencode(fields))
    assert raw(client, "POST", "/proef/open", data={**fields, "note": "a" * room}).text == str(room)
    answer = raw(client, "POST", "/proef/open", data={**fields, "note": "a" * (room + 1)})
    assert answer.status_code == 413
    assert "Dit formulier is te groot" in answer.text


@pytest.mark.parametrize("body", [b"a=%FF", b"a=%00", b"\xff"])
def test_a_form_that_cannot_be_read_is_told_so(desks: RunningOffice, body: bytes) -> None:
    answer = raw(desks.visitor(), "POST", "/proef/open", content=body)
    assert answer.status_code == 400
    assert "kon niet worden gelezen" in answer.text


def test_a_notice_is_said_once(desks: RunningOffice) -> None:
    client = desks.signed_in(Role.SPECIALIST)
    answer = raw(client, "POST", "/proef", data={TOKEN: token_in(client, "/proef")})
    assert answer.headers["location"] == "/proef"
    assert client.get("/proef").texts("div", role="status") == ["Sneltoetsen"]
    assert client.get("/proef").texts("div", role="status") == []


def test_a_visitor_who_leaves_while_sending_is_no_failure(
    desks: RunningOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", int(desks.address.rpartition(":")[2]))) as visitor:
        visitor.sendall(b"POST /proef/open HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nnote=")
        visitor.shutdown(socket.SHUT_WR)
        visitor.settimeout(10)
        assert visitor.recv(1) == b""
    desks.visitor().get("/bestaat-niet", status=404)
    assert "Exception" not in caplog.text
