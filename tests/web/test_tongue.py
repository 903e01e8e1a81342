"""Whoever changes the language while filling in a form keeps what was typed, without a script and with the token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.web.case_office import LONG, a_case, fresh_office, opened, rows, sent
from tests.web.chromium import PHONE, window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
ENGLISH, DUTCH = "Continue in English", "Verder in het Nederlands"


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    yield from fresh_office(postgres, months_template)


def test_a_note_that_is_being_written_stays_and_is_not_saved(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    form = opened(client, case).form(f"/zaak/{case}/notitie")
    english = client.send(form, ENGLISH, note=LONG)
    assert (english.heading, english.root.get("lang")) == (f"Case {case}", "en")
    assert english.all("textarea", id="note-note")[0].text == LONG
    assert rows(office, "SELECT count(*) FROM notes WHERE case_id = %s", case) == [(0,)]
    assert client.get(f"/zaak/{case}").heading == f"Case {case}"  # it stays so
    dutch = client.send(english.form(f"/zaak/{case}/notitie"), DUTCH)
    assert dutch.all("textarea", id="note-note")[0].text == LONG
    assert "De notitie is bewaard." in client.send(dutch.form(f"/zaak/{case}/notitie"), "Notitie bewaren").words
    assert rows(office, "SELECT text FROM notes WHERE case_id = %s", case) == [(LONG,)]


def test_choices_stay_and_nothing_is_called_wrong_yet(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    form = opened(client, case).form(f"/zaak/{case}/afsluiten")
    english = client.send(form, ENGLISH, outcome="self-reliant")
    assert dict(english.form(f"/zaak/{case}/afsluiten").fields)["outcome"] == "self-reliant"
    assert not english.all("div", role="alert")
    assert rows(office, "SELECT state FROM cases WHERE id = %s", case) == [("open",)]


def test_what_is_typed_stays_also_when_the_case_changed_meanwhile(office: RunningOffice) -> None:
    case, mine, lead = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(Role.TEAM_LEAD)
    form = opened(mine, case).form(f"/zaak/{case}/route")
    sent(lead, opened(lead, case), "notitie", note="Buurvrouw gesproken.")
    both = mine.send(form, ENGLISH, reason=LONG)
    assert both.root.get("lang") == "en"
    assert both.all("textarea", id="change-route-reason")[0].text == LONG


def test_without_the_token_nothing_is_shown_again(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    refused = client.post(f"/zaak/{a_case(office)}/notitie", status=403, note=LONG, language="en")
    assert refused.root.get("lang") == "nl"
    assert LONG not in refused.text


def test_a_question_stays_in_the_form_of_the_search(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    english = client.send(client.get("/zoeken").form("/zoeken"), ENGLISH, name="Jansen", street="Dorp")
    fields = dict(english.form("/zoeken").fields)
    assert (english.heading, fields["name"], fields["street"]) == ("Search", "Jansen", "Dorp")
    assert rows(office, "SELECT count(*) FROM audit WHERE action = 'search'") == [(0,)]


def test_the_button_is_never_the_first_of_its_form(office: RunningOffice) -> None:
    """Enter in a field presses the first one."""
    client = office.signed_in(Role.SPECIALIST)
    forms = [form for page in (opened(client, a_case(office)), client.get("/zoeken")) for form in page.forms()]
    with_it = [form for form in forms if ENGLISH in {text for text, *_ in form.buttons}]
    assert len(with_it) > 8
    assert not [form.action for form in with_it if form.buttons[0][0] == ENGLISH]


def test_where_it_would_be_lost_the_page_says_so_before(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    notes = {path: client.get(path).texts("p", class_="signals-header-note--filling") for path in (
        f"/zaak/{a_case(office)}", "/zoeken", "/brievenronde"
    )}  # fmt: skip
    assert [notes[path] for path in list(notes)[:2]] == [["Iets ingevuld? Wissel dan onder het formulier."]] * 2
    assert notes["/brievenronde"] == ["Wat u invulde, raakt u dan kwijt."]


def test_it_is_said_only_while_there_is_something_to_lose(office: RunningOffice, browser: Browser) -> None:
    with window(browser, office, Role.SPECIALIST, size=PHONE, scripts=False) as opened:
        note = opened.page.locator(".signals-header-note--filling")
        for path in ("/werkvoorraad/visits", "/beleid", "/toetsen"):  # a filter is no form that one fills in
            opened.open(path)
            assert not note.is_visible()
        opened.open(f"/zaak/{a_case(office)}")
        assert not note.is_visible()
        opened.page.locator("summary", has_text="Notitie toevoegen").click()
        assert note.is_visible()
        assert (note.bounding_box() or {"height": 99})["height"] < 30  # one line
