"""An auditor answers somebody who asks what was done with their data, and learns no more than that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from signals.contract.partners import partner_name
from signals.reports import subjects
from signals.store.database import transaction
from signals.store.processing import note_processing, processing_of
from signals.web.office import processing, processing_answer
from signals.web.office.actions import ACTIONS
from signals.web.people import Role
from signals.web.signin.limits import Limiter, Rate
from tests.web.client import text_of
from tests.web.office import HENGELO, person
from tests.web.route_table import token_of

if TYPE_CHECKING:
    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@dataclass(frozen=True)
class Home:
    """A household of two people, each with a partner of their own that signalled about them."""

    household: int
    case: int
    postcode: str
    number: int
    her: Any
    him: Any


@dataclass(frozen=True)
class Person:
    """One of them."""

    id: int
    surname: str
    partner: str
    event: int


@pytest.fixture
def home(office: RunningOffice) -> Home:
    """Two of the town, made to live together: the second is given the first one's address and case."""
    with transaction(office.engine) as cursor:
        rows = cursor.execute(
            """SELECT DISTINCT ON (cases.household_id) cases.household_id, cases.id, persons.id, surname, partner_id,
                event_id, postcode, number
            FROM persons JOIN cases ON cases.household_id = persons.household_id
                JOIN reports ON person_id = persons.id AND case_id = cases.id
                JOIN arrears ON arrears.id = arrears_id JOIN households ON households.id = cases.household_id
                JOIN addresses ON addresses.id = address_id
            WHERE cases.municipality = '0141' AND state = 'open' AND waiting AND NOT held AND arrears_count = 1
                AND length(surname) > 3 AND reports.withdrawn IS NULL ORDER BY cases.household_id, cases.id"""
        ).fetchall()
        one = rows[0]
        other = next(row for row in rows if row[4] != one[4] and row[3] != one[3] and one[3][:3] != row[3][:3])
        person_of = "UPDATE reports SET household_id = %s, case_id = %s WHERE person_id = %s AND event_id = %s"
        cursor.execute("UPDATE persons SET household_id = %s WHERE id = %s", (one[0], other[2]))
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(person_of, (one[0], one[1], other[2], other[5]))
        cursor.execute("SET LOCAL session_replication_role = origin")
    return Home(one[0], one[1], one[6], one[7], Person(*one[2:6]), Person(*other[2:6]))


def found(browser: PageClient, home: Home, who: Person, **typed: str) -> Sheet:
    form = browser.get("/verwerkingen").form("/inzage")
    asked = {"who": who.surname, "postcode": home.postcode, "house": str(home.number), **typed}
    return browser.send(form, **asked)  # type: ignore[arg-type]  # no field is named as one of its own arguments


def cells(page: Sheet, caption: str) -> list[list[str]]:
    """The rows of the table of this caption."""
    (table,) = [one for one in page.all("table") if text_of(next(one.iter("caption"))) == caption]
    return [[text_of(cell) for cell in row.iter("td")] for row in table.iter("tr") if list(row.iter("td"))]


def answered(browser: PageClient, home: Home, who: Person, language: str = "Nederlands") -> Sheet:
    page = browser.send(found(browser, home, who).form("/inzage/persoon"))
    return browser.send(page.form("/inzage/antwoord"), f"Antwoord in het {language}")


def test_an_auditor_finds_a_person_and_what_their_data_were_used_for(office: RunningOffice, home: Home) -> None:
    worker = office.signed_in(Role.SPECIALIST)
    mark = worker.get(f"/zaak/{home.case}").form(f"/zaak/{home.case}/niet-oppakken")
    sent = {"event": str(home.him.event), "verdict": "wrongful", "reason": "Was betaald.", "certain": "yes"}
    worker.send(mark, "Niet oppakken", **sent)  # type: ignore[arg-type]  # no field is named as one of its own arguments
    browser = office.signed_in(Role.AUDITOR)
    browser.private = (home.her.surname, home.postcode)
    page = found(browser, home, home.her)
    assert home.her.surname in page.words
    assert home.him.surname not in page.words
    assert f"zaak {home.case}" not in page.words.lower()
    uses = cells(browser.send(page.form("/inzage/persoon")), "Verwerkingen, nieuwste eerst")
    both = ", ".join(str(one) for one in sorted((home.her.id, home.him.id)))
    assert [(one[1], one[4]) for one in uses] == [
        ("Verwerkingen bekeken", str(home.her.id)), ("Persoon opgezocht voor inzage", str(home.her.id)),
        ("Zaak bekeken", both), ("Zaak bekeken", both)
    ]  # fmt: skip
    assert [one[2] for one in uses] == ["verantwoording en inzage"] * 2 + ["vroegsignalering"] * 2
    his = cells(browser.send(found(browser, home, home.him).form("/inzage/persoon")), "Verwerkingen, nieuwste eerst")
    assert [one[1] for one in his][2:] == ["Zaak bekeken", "Signaal niet opgepakt", "Zaak bekeken"]


def test_the_search_is_in_the_audit_log_without_what_was_typed(office: RunningOffice, home: Home) -> None:
    browser = office.signed_in(Role.AUDITOR)
    answered(browser, home, home.her)
    with transaction(office.engine) as cursor:
        cursor.execute(
            "SELECT action, subject, households, detail::text FROM audit WHERE actor = 'auditor-1' ORDER BY id"
        )
        lines = cursor.fetchall()
        assert all(line.persons == [home.her.id] for line in processing_of(cursor, home.household))
    about = f"person {home.her.id}"
    assert [line[:3] for line in lines] == [
        ("find-person", "search", [home.household]), ("view-processing", about, [home.household]),
        ("answer-access", about, [home.household])
    ]  # fmt: skip
    assert not any(home.her.surname in str(line) or home.postcode in str(line) for line in lines)


def test_the_answer_names_no_user_nobody_else_and_only_their_own_partners(office: RunningOffice, home: Home) -> None:
    specialist = office.signed_in(Role.SPECIALIST)
    sheet = specialist.get(f"/zaak/{home.case}")
    specialist.send(sheet.form(f"/zaak/{home.case}/notitie"), "Notitie bewaren", note="Belt liever na zes uur.")
    with transaction(office.engine) as cursor:
        note_processing(cursor, [home.household], "refer", persons=[home.her.id])
        note_processing(cursor, [home.household], "mark", persons=[home.him.id])
    page = answered(office.signed_in(Role.AUDITOR), home, home.her)
    assert page.heading == "Wat wij met uw gegevens hebben gedaan"
    assert [row[0] for row in cells(page, "Wie iets over u meldde")] == [partner_name(home.her.partner)]
    used = {row[1]: row[2] for row in cells(page, "Waarvoor uw gegevens zijn gebruikt")}
    assert used["U doorverwezen naar hulp"] == "1"
    assert used["Aan de zaak van uw adres gewerkt"] == "1"  # the note: it may be about either of them
    assert used["De zaak van uw adres bekeken"] == "2"
    assert "Besloten om een melding over u niet op te pakken" not in used
    for hidden in (home.him.surname, partner_name(home.him.partner), "specialist", "na zes uur"):
        assert hidden not in page.words, hidden
    assert str(home.him.id) not in re.sub(r"\d+ \w+ 20\d\d|\d\d-\d\d-20\d\d|20\d\d", "", page.words).split()
    assert str(home.him.id) not in {value for one in page.root.iter() for value in one.attrib.values()}


def test_in_english_the_answer_is_english_and_the_visitor_stays_dutch(office: RunningOffice, home: Home) -> None:
    browser = office.signed_in(Role.AUDITOR)
    page = answered(browser, home, home.her, "Engels")
    assert (page.root.get("lang"), page.heading) == ("en", "What we did with your data")
    assert cells(page, "For what your data were used")[0][1] == "Made this answer for you"
    assert browser.get("/verwerkingen").root.get("lang") == "nl"


def test_a_long_answer_goes_on_after_a_whole_day(
    office: RunningOffice, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing_answer, "ROWS", 4)
    with transaction(office.engine) as cursor:
        for day, activity in [("02", "claim"), ("02", "close"), ("03", "claim"), ("03", "close")]:
            cursor.execute(
                """INSERT INTO processing_log (at, household_id, activity, purpose, basis, persons)
                VALUES (%s, %s, %s, 'vroegsignalering', 'Wgs', %s)""",
                (f"2026-03-{day}T10:00Z", home.household, activity, [home.her.id]),
            )
    browser = office.signed_in(Role.AUDITOR)
    page = answered(browser, home, home.her)
    assert {row[0] for row in cells(page, "Waarvoor uw gegevens zijn gebruikt")}.isdisjoint({"3 maart 2026"})
    assert "wat er vóór" in page.words
    rest = browser.send(page.form("/inzage/antwoord"), "Naar het vervolg")
    assert [row[0] for row in cells(rest, "Waarvoor uw gegevens zijn gebruikt")] == ["3 maart 2026"] * 2 + [
        "2 maart 2026"
    ] * 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "#who"),
        ({"who": "Jansen"}, "#who"),
        ({"who": "Jansen", "postcode": "7607 GC"}, "#who"),
        ({"born": "1985-06-12"}, "#who"),
        ({"who": "Jansen", "born": "31-2-1985"}, "#born"),
        ({"who": "Jansen", "postcode": "x", "house": "1"}, "#postcode"),
        ({"who": "Jansen", "postcode": "7607 GC", "house": "x"}, "#house"),
        ({"who": "--", "born": "1985-06-12"}, "#who"),
    ],
)
def test_who_says_too_little_finds_nobody(shared_office: RunningOffice, typed: dict[str, str], field: str) -> None:
    browser = shared_office.signed_in(person(Role.AUDITOR, 8))
    page = browser.send(browser.get("/verwerkingen").form("/inzage"), status=422, **typed)
    assert field in [one.get("href") for one in page.all("a")]
    assert not page.all("form", action="/inzage/persoon")


def test_more_people_than_one_can_be_are_none(
    office: RunningOffice, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "AT_MOST", 0)
    monkeypatch.setattr(processing, "AT_MOST", 0)
    page = found(office.signed_in(Role.AUDITOR), home, home.her)
    assert "Zoveel mensen voldoen hieraan, dat u niemand ziet." in page.words
    with transaction(office.engine) as cursor:
        assert processing_of(cursor, home.household) == []


def test_a_person_of_another_municipality_is_not_there(office: RunningOffice, home: Home) -> None:
    browser = office.signed_in(person(Role.AUDITOR, 2, frozenset({HENGELO})))
    assert "Niemand gevonden." in found(browser, home, home.her).words
    for path in ("/inzage/persoon", "/inzage/antwoord"):
        browser.post(path, 404, csrf_token=token_of(browser), person=str(home.her.id))
    with transaction(office.engine) as cursor:
        assert processing_of(cursor, home.household) == []


def test_nobody_chosen_is_said(shared_office: RunningOffice) -> None:
    browser = shared_office.signed_in(Role.AUDITOR)
    page = browser.post("/inzage/persoon", 422, csrf_token=token_of(browser))
    assert "U koos niemand." in page.words


def test_nobody_copies_the_register_by_asking(shared_office: RunningOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "LIMITER", Limiter(Rate(burst=2, per_minute=0.5)))
    browser = shared_office.signed_in(Role.AUDITOR)
    form = browser.get("/verwerkingen").form("/inzage")
    for status in (200, 200, 429):
        browser.send(form, status=status, who="Jansen", born="1985-06-12")


def test_what_is_said_to_a_person_is_said_of_activities_that_there_are() -> None:
    assert set(processing_answer._WHOLE | processing_answer._ALONE) <= set(ACTIONS)


def test_what_was_said_at_a_door_is_told_to_nobody_who_shares_it() -> None:
    """A housemate may have opened it, or called to say that no visit is wanted."""
    assert {"attempt", "record-visit", "opt-out-visit", "lift-unsafe"} <= set(processing_answer._ALONE)
