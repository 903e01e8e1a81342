"""Nothing typed is lost: session ended, page of an older one, too often, database away. And nobody else sees it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from playwright.sync_api import expect

from signals.outreach.work import referrals
from signals.store.database import transaction
from signals.web import answering, cookies
from signals.web.desk import TooManyError
from signals.web.guard import TOKEN
from signals.web.people import Role
from signals.web.work import search
from tests.web.chromium import PHONE, WIDE, window
from tests.web.client import text_of
from tests.web.office import HENGELO, person
from tests.web.route_table import town_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from sqlalchemy import Engine

    from signals.store.database import Cursor
    from signals.web.people import User
    from tests.web.client import FormOnPage, PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

WRITTEN = 'De buurvrouw, mevrouw Verzonnen, belt liever.\n\nNa zes uur is er iemand "thuis" <nooit eerder> & daarna.'
ENDED = "U bent niet meer aangemeld"
OF_ANOTHER = "Dit is ingevuld door iemand anders"
RENEWED = "U hebt u intussen opnieuw aangemeld"


@pytest.fixture
def case(office: RunningOffice) -> int:
    """An open case."""
    return town_of(office).cases[0][0]


@pytest.fixture
def client(office: RunningOffice) -> PageClient:
    return office.signed_in(Role.SPECIALIST)


def note_form(client: PageClient, case: int) -> FormOnPage:
    return client.get(f"/zaak/{case}").form(f"/zaak/{case}/notitie")


def notes(office: RunningOffice) -> list[tuple[Any, ...]]:
    with transaction(office.engine) as cursor:
        return cursor.execute("SELECT text, by_id FROM notes ORDER BY id").fetchall()


def end_sessions(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("DELETE FROM sessions")


def sign_in_again(office: RunningOffice, client: PageClient, who: Role | User) -> None:
    """In another tab of the same browser."""
    client.http.cookies.delete(cookies.SESSION)
    client.http.cookies.update(office.session(who))


def shown(page: Sheet) -> list[str]:
    """The texts that the page shows as what was filled in."""
    return ["".join(one.itertext()) for one in page.all("textarea")]


def test_a_note_is_kept_over_the_end_of_the_session(office: RunningOffice, client: PageClient, case: int) -> None:
    form = note_form(client, case)
    end_sessions(office)
    held = client.send(form, note=WRITTEN, status=403)
    assert held.heading == ENDED
    assert shown(held) == [WRITTEN]
    (link,) = held.all("a", target="_blank")
    assert (link.get("href"), link.get("rel")) == ("/aanmelden", "noopener")
    assert notes(office) == []
    sign_in_again(office, client, Role.SPECIALIST)
    assert "De notitie is bewaard." in client.send(held.form(f"/zaak/{case}/notitie")).words
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_also_when_the_browser_forgot_the_session(office: RunningOffice, client: PageClient, case: int) -> None:
    form = note_form(client, case)
    client.http.cookies.clear()
    held = client.send(form, note=WRITTEN, status=403)
    assert (held.heading, shown(held)) == (ENDED, [WRITTEN])
    sign_in_again(office, client, Role.SPECIALIST)
    client.send(held.form(f"/zaak/{case}/notitie"))
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_a_page_of_an_older_session_is_sent_once_more(office: RunningOffice, client: PageClient, case: int) -> None:
    form = note_form(client, case)
    sign_in_again(office, client, Role.SPECIALIST)
    held = client.send(form, note=WRITTEN, status=403)
    assert (held.heading, shown(held)) == (RENEWED, [WRITTEN])
    assert notes(office) == []
    client.send(held.form(f"/zaak/{case}/notitie"))
    assert notes(office) == [(WRITTEN, "specialist-1")]


@pytest.mark.parametrize("ended", [True, False], ids=["held", "never-held"])
def test_another_user_sends_nothing_of_it(office: RunningOffice, client: PageClient, case: int, *, ended: bool) -> None:
    form, path = note_form(client, case), f"/zaak/{case}/notitie"
    typed: dict[str, Any] = {"note": WRITTEN}
    if ended:
        end_sessions(office)
        form, typed = client.send(form, **typed, status=403).form(path), {}
    sign_in_again(office, client, person(Role.TEAM_LEAD, 2))
    told = client.send(form, **typed, status=403)
    assert told.heading == OF_ANOTHER
    assert "Verzonnen" not in told.words
    assert "".join(shown(told)) == ""
    again = client.send(told.form(path), status=403)  # however often
    assert again.heading == OF_ANOTHER
    assert notes(office) == []
    sign_in_again(office, client, Role.SPECIALIST)
    client.send(again.form(path))
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_what_was_held_is_of_one_browser(office: RunningOffice, client: PageClient, case: int) -> None:
    form = note_form(client, case)
    end_sessions(office)
    held = client.send(form, note=WRITTEN, status=403).form(f"/zaak/{case}/notitie")
    elsewhere = office.signed_in(Role.SPECIALIST)
    elsewhere.send(held, status=403)
    assert notes(office) == []


def test_a_form_that_is_not_ours_is_not_shown_to_anyone(office: RunningOffice, client: PageClient, case: int) -> None:
    path, sent = f"/zaak/{case}/notitie", note_form(client, case).filled(note=WRITTEN)
    ours = dict(sent)[TOKEN]
    seal = ours.partition(".")[2]
    assert seal
    end_sessions(office)
    for token in ("", ours.partition(".")[0], f"{ours}x", f".{seal[:-2]}", "made up"):
        answer = client.http.post(path, data={**dict(sent), TOKEN: token})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/aanmelden"), token
    for headers in ({"origin": "https://elders.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.http.post(path, data=dict(sent), headers=headers)
        assert answer.status_code == 303
    sign_in_again(office, client, Role.SPECIALIST)
    answer = client.http.post(path, data=dict(sent), headers={"origin": "https://elders.example"})
    assert answer.status_code == 403
    assert "Dit formulier komt van een ander adres" in answer.text
    assert office.address in answer.text
    assert "Verzonnen" not in answer.text


def test_too_often_is_told_with_what_was_asked(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    form = client.get("/zoeken").form("/zoeken")

    def refuse(_: str) -> None:
        raise TooManyError(7)

    with monkeypatch.context() as patch:
        patch.setattr(search.LIMITER, "take", refuse)
        held = client.send(form, name="van der Verzonnen", postcode="7607 GC", status=429)
    assert held.headers["retry-after"] == "7"
    assert "Wacht 7 seconden" in held.words
    assert shown(held) == ["van der Verzonnen", "7607 GC"]
    found = client.send(held.form("/zoeken"))
    assert dict(found.form("/zoeken").fields)["name"] == "van der Verzonnen"


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [(psycopg.OperationalError("away"), 503, "Even niet bereikbaar"), (KeyError("x"), 500, "Er ging iets mis")],
)
def test_what_fails_says_that_nothing_was_kept_and_holds_it(
    office: RunningOffice,
    client: PageClient,
    case: int,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    heading: str,
) -> None:
    form = note_form(client, case)

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(referrals, "add_note", fail)
        held = client.send(form, note=WRITTEN, status=status)
    assert held.heading == heading
    assert "Er is niets bewaard of gedaan." in held.words
    assert shown(held) == [WRITTEN]
    assert notes(office) == []
    client.send(held.form(f"/zaak/{case}/notitie"))
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_while_the_database_is_away_nobody_is_known_and_it_is_held_all_the_same(
    office: RunningOffice, client: PageClient, case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = note_form(client, case)

    def away(_: Engine) -> None:
        raise psycopg.OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "transaction", away)
        held = client.send(form, note=WRITTEN, status=503)
        assert "niets verloren" not in client.get("/toetsen", status=503).words
    assert shown(held) == [WRITTEN]
    client.send(held.form(f"/zaak/{case}/notitie"))
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_a_failure_of_the_keeping_itself_does_not_say_that_nothing_was_kept(
    office: RunningOffice, client: PageClient, case: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = note_form(client, case)

    @contextmanager
    def lost_in_the_end(engine: Engine) -> Iterator[Cursor]:
        with transaction(engine) as cursor:
            yield cursor
        raise psycopg.OperationalError("the answer to COMMIT was lost")

    with monkeypatch.context() as patch:
        patch.setattr(answering, "transaction", lost_in_the_end)
        held = client.send(form, note=WRITTEN, status=503)
    assert "Misschien is het toch bewaard" in held.words
    assert "niets bewaard" not in held.words
    assert shown(held) == [WRITTEN]
    assert notes(office) == [(WRITTEN, "specialist-1")]


def test_what_may_not_be_done_any_more_can_be_copied(office: RunningOffice, client: PageClient, case: int) -> None:
    form, path = note_form(client, case), f"/zaak/{case}/notitie"
    sign_in_again(office, client, person(Role.SPECIALIST, 1, frozenset({HENGELO})))
    held = client.send(form, note=WRITTEN, status=403)
    gone = client.send(held.form(path), status=404)
    assert (gone.heading, shown(gone)) == ("Deze pagina bestaat niet", [WRITTEN])
    assert [one.action for one in gone.forms()] == ["/afmelden"]
    assert notes(office) == []


def test_what_was_typed_is_in_that_one_page_and_nowhere_else(
    office: RunningOffice, client: PageClient, case: int, caplog: pytest.LogCaptureFixture
) -> None:
    form = note_form(client, case)
    end_sessions(office)
    with caplog.at_level(logging.DEBUG):
        held = client.send(form, note=WRITTEN, status=403)
    assert held.headers["cache-control"] == "no-store"
    assert "Verzonnen" not in str(dict(held.headers)) + held.url + text_of(held.all("title")[0])
    assert "Verzonnen" not in "".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    assert set(client.http.cookies) == {cookies.SESSION, cookies.BEFORE}
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM audit AS a WHERE a::text LIKE '%Verzonnen%')")
        assert cursor.fetchone() == (0,)


def test_from_an_answer_to_a_form_the_language_is_not_switched(
    office: RunningOffice, client: PageClient, case: int
) -> None:
    wrong = client.send(note_form(client, case), note="", status=422)
    assert not [one for one in wrong.forms() if one.action == "/taal"]
    assert "Met de knop onder het formulier" in " ".join(wrong.texts("p", class_="signals-header-note"))
    english = office.signed_in(Role.SPECIALIST, "en")
    page = english.send(note_form(english, case), note="", status=422)
    assert "With the button below the form" in " ".join(page.texts("p", class_="signals-header-note"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_in_a_browser_one_signs_in_beside_it_and_sends_it_again(
    office: RunningOffice, browser: Browser, case: int, size: tuple[int, int], *, scripts: bool
) -> None:
    with window(browser, office, None, size=size, scripts=scripts) as opened:
        page = opened.open("/aanmelden")
        page.get_by_role("button", name="Aanmelden als Samira de Boer").click()
        opened.open(f"/zaak/{case}")
        page.locator("details", has=page.locator("#note-note")).locator("summary").click()
        page.locator("#note-note").fill(WRITTEN)
        end_sessions(office)
        page.locator(f"form[action='/zaak/{case}/notitie'] button:not([name=language])").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(ENDED)
        if scripts:
            opened.check(f"held-{size[0]}")
        with page.context.expect_page() as beside:
            page.get_by_role("link", name="Meld u aan in een nieuw tabblad").click()
        beside.value.get_by_role("button", name="Aanmelden als Samira de Boer").click()
        expect(beside.value.get_by_text("Samira de Boer")).to_be_visible()
        page.get_by_role("button", name="Opnieuw versturen").click()
        expect(page.get_by_text("De notitie is bewaard.")).to_be_visible()
    assert notes(office) == [(WRITTEN, "demo-specialist")]
