"""One's own sessions: seen by their owner alone, ended by their owner alone, and only shortly after signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from signals.store import sessions
from signals.store.database import transaction
from signals.web import cookies
from signals.web.own_sessions import FRESH
from signals.web.people import Role
from signals.web.signin.sessions import _hashed
from tests.web.client import PageClient, text_of
from tests.web.office import person
from tests.web.signin_office import SignInOffice, sign_in_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.web.people import User
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
PATH = "/sessies"
END = "/sessies/beeindigen"
ANNA = person(Role.AUDITOR, 51)
BRAM = person(Role.SPECIALIST, 52)


@pytest.fixture
def office(database: str) -> Iterator[SignInOffice]:
    with sign_in_office(database, None) as office:
        yield office


def signed_in(office: SignInOffice, who: User, *, ago: timedelta = timedelta()) -> PageClient:
    """A browser of somebody who signed in some time ago and asked for a page a moment ago."""
    token_of = office.running.session(who)
    with transaction(office.running.engine) as cursor:
        jar = office.running.office.jar
        token = jar.read(token_of, cookies.SESSION) or ""
        cursor.execute("UPDATE sessions SET began_at = began_at - %s WHERE token_hash = %s", (ago, _hashed(token)))
    browser = PageClient(office.running.address, token_of)
    office.running.clients.callback(browser.http.close)
    return browser


def which(page: Sheet) -> list[str]:
    """The sessions as the page tells them apart."""
    (body,) = page.all("tbody")
    return ["this" if "Deze browser" in text_of(row) else "other" for row in body.iter("tr")]


def is_in(browser: PageClient) -> bool:
    return browser.http.get("/toetsen").status_code == 200


def test_one_sees_ones_own_sessions_and_ends_another(office: SignInOffice) -> None:
    here, elsewhere, of_bram = signed_in(office, ANNA), signed_in(office, ANNA), signed_in(office, BRAM)
    page = here.get(PATH)
    assert sorted(which(page)) == ["other", "this"]
    after = here.send(page.form(END), "Beëindigen")
    assert "Eén sessie is beëindigd." in after.words
    assert which(after) == ["this"]
    assert (is_in(here), is_in(elsewhere), is_in(of_bram)) == (True, False, True)
    assert "Deze sessie was al beëindigd." in here.send(page.form(END), "Beëindigen").words
    assert office.rows("SELECT actor, action, detail FROM audit") == [
        (ANNA.id, "end-sessions", {"of": ANNA.id, "sessions": 1})
    ]


def test_all_others_end_at_once_and_the_one_that_asks_stays(office: SignInOffice) -> None:
    here, *others = (signed_in(office, ANNA) for _ in range(4))
    after = here.send(here.get(PATH).form(END, 3), "Alle andere beëindigen")
    assert "3 sessies zijn beëindigd." in after.words
    assert [is_in(one) for one in (here, *others)] == [True, False, False, False]
    assert "U bent alleen in deze browser aangemeld." in after.words


def test_nobody_ends_the_session_of_somebody_else(office: SignInOffice) -> None:
    of_bram, attacker = signed_in(office, BRAM), signed_in(office, ANNA)
    [(mark,)] = office.rows(f"SELECT encode(token_hash, 'hex') FROM sessions WHERE user_id = '{BRAM.id}'")
    token = dict(attacker.get(PATH).form("/taal").fields)["csrf_token"]
    for wanted in (mark, "all", "", "zz", "' OR 1=1", mark.upper()):
        attacker.post(END, csrf_token=token, session=wanted)
    assert (is_in(of_bram), is_in(attacker)) == (True, True)
    with transaction(office.running.engine) as cursor:
        assert sessions.end_of(cursor, ANNA.id, [bytes.fromhex(mark)]) == 0
    assert mark not in attacker.get(PATH).text


def test_long_after_signing_in_one_signs_in_again_first(office: SignInOffice) -> None:
    here = signed_in(office, ANNA, ago=FRESH + timedelta(seconds=1))
    elsewhere = signed_in(office, ANNA, ago=timedelta(minutes=1))
    page = here.get(PATH)
    assert sorted(which(page)) == ["other", "this"]
    assert not [form for form in page.forms() if form.action == END]
    assert "Meld u af en opnieuw aan" in page.words
    token = dict(page.form("/taal").fields)["csrf_token"]
    for (mark,) in [*office.rows("SELECT encode(token_hash, 'hex') FROM sessions"), ("all",)]:
        here.post(END, status=403, csrf_token=token, session=mark)
    assert is_in(elsewhere)
    again = signed_in(office, ANNA)
    again.send(again.get(PATH).form(END, 2), "Alle andere beëindigen")
    assert (is_in(here), is_in(elsewhere), is_in(again)) == (False, False, True)


def test_what_ran_out_is_no_session_any_more(office: SignInOffice) -> None:
    signed_in(office, ANNA)
    office.clock.shift = timedelta(minutes=31)
    assert which(signed_in(office, ANNA).get(PATH)) == ["this"]


def test_a_session_is_known_by_the_browser_it_is_in(shared_office: RunningOffice) -> None:
    visitor = shared_office.visitor()
    visitor.http.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0; rv:132.0) Gecko/20100101 Firefox/132.0"
    door = visitor.get("/aanmelden")
    visitor.send(door.forms()[1])
    page = visitor.get(PATH)
    assert "Deze browser, Firefox (Windows)." in page.words
    assert "132" not in page.words


def test_every_page_leads_there(office: SignInOffice) -> None:
    assert signed_in(office, ANNA).get("/toetsen").link("Mijn sessies") == PATH


def test_one_signs_out_also_while_a_slow_page_holds_the_session(office: SignInOffice) -> None:
    """Another tab notes that the session was used, and its page waits for something: its row is locked meanwhile."""
    browser, other = signed_in(office, ANNA), signed_in(office, ANNA)
    end = browser.get("/toetsen").form("/afmelden").filled()
    kept = browser.http.cookies.get(cookies.SESSION)
    with transaction(office.running.engine) as slow:
        slow.execute("SELECT FROM sessions FOR UPDATE")
        assert browser.http.post("/afmelden", data=dict(end)).status_code == 303
        browser.http.cookies.set(cookies.SESSION, kept or "")
        assert not is_in(browser)
        assert is_in(other)
    assert not is_in(browser)
    assert which(other.get(PATH)) == ["this"]
