"""The auditor's pages: who saw and did what, its export, and the processing log of a household."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from signals.store.audit import AuditLine, note
from signals.store.database import transaction
from signals.web.office.actions import subject_codes
from signals.web.office.audit import as_csv
from signals.web.people import Role
from signals.web.texts import utc_now
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, person
from tests.web.spoken import SPOKEN

if TYPE_CHECKING:
    import httpx

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

LINES: list[tuple[str, str, str, dict[str, object], str | None]] = [
    ("u1", "sign-in", "session", {"name": "Sanne de Vries"}, ALMELO),
    ("u1", "view-case", "case 12", {"households": 1}, ALMELO),
    ("u2", "view-case", "case 900", {}, HENGELO),
    ("root", "release", "12,13", {"reviewed": False}, None),
    ("=cmd", "no-longer-known", "case 12", {}, ALMELO),
]


@pytest.fixture
def log(office: RunningOffice) -> RunningOffice:
    """An office whose audit log holds these lines, of one day each from 1 November 2020 on."""
    with transaction(office.engine) as cursor:
        cursor.execute("SET LOCAL signals.erasing = 'on'")
        cursor.execute("DELETE FROM audit")
        for n, (actor, action, subject, detail, municipality) in enumerate(LINES, start=1):
            note(cursor, actor, action, subject, detail, municipality=municipality)
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE audit SET at = %s WHERE id = (SELECT max(id) FROM audit)", (f"2020-11-0{n}T23:30:00+01:00",)
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
    return office


def listed(page: Sheet) -> list[list[str]]:
    """Who, what and about what of each line."""
    return [[text_of(cell) for cell in row.iter("td")][1:4] for row in page.all("tr") if list(row.iter("td"))]


def asked(browser: PageClient, **typed: str) -> list[list[str]]:
    """The lines that answer, without those of the auditor itself."""
    form = browser.get("/logboek").form("/logboek")
    page = browser.send(form, **typed)  # type: ignore[arg-type]  # no field is named as one of its own arguments
    return [line for line in listed(page) if not line[0].startswith("auditor")]


SANNE = "Sanne de Vries (u1)"
VIEWED = [SANNE, "Zaak bekeken", "zaak 12"]
SIGNED_IN = [SANNE, "Aangemeld", "sessie"]
RELEASED = ["root", "Vrijgegeven", "12, 13"]
UNKNOWN = ["=cmd", "no-longer-known", "zaak 12"]


def test_the_newest_line_comes_first_and_those_of_another_municipality_are_not_there(log: RunningOffice) -> None:
    browser = log.signed_in(Role.AUDITOR)
    assert listed(browser.get("/logboek")) == [UNKNOWN, RELEASED, VIEWED, SIGNED_IN]
    elsewhere = log.signed_in(person(Role.AUDITOR, 2, frozenset({HENGELO})))
    assert listed(elsewhere.get("/logboek")) == [RELEASED, ["u2", "Zaak bekeken", "zaak 900"]]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"person": "u1"}, [VIEWED, SIGNED_IN]),
        ({"person": "sanne de vries"}, [VIEWED, SIGNED_IN]),
        ({"action": "view-case"}, [VIEWED]),
        ({"subject": "zaak 12"}, [UNKNOWN, VIEWED]),
        ({"subject": "case 12", "person": "u1"}, [VIEWED]),
        ({"first": "2020-11-02"}, [UNKNOWN, RELEASED, VIEWED]),
        ({"last": "2020-11-02"}, [VIEWED, SIGNED_IN]),
        ({"first": "2020-11-02", "last": "2020-11-02"}, [VIEWED]),
        ({"first": "2-11-2020", "last": "02-11-2020"}, [VIEWED]),
        ({"subject": "zaak 900"}, []),
        ({"subject": "sessie"}, [SIGNED_IN]),
        ({"subject": "12"}, [UNKNOWN, VIEWED]),
    ],
)
def test_filters(log: RunningOffice, typed: dict[str, str], found: list[list[str]]) -> None:
    assert asked(log.signed_in(Role.AUDITOR), **typed) == found


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"person": "Niemand"}, "#person"),
        ({"first": "2 november"}, "#first"),
        ({"last": "9999-12-31"}, "#last"),
        ({"first": "2020-11-03", "last": "2020-11-02"}, "#last"),
    ],
)
@pytest.mark.parametrize("path", ["/logboek", "/logboek/export"])
def test_what_cannot_be_asked_is_said(log: RunningOffice, path: str, typed: dict[str, str], field: str) -> None:
    browser = log.signed_in(Role.AUDITOR)
    token = dict(browser.get("/logboek").form("/logboek").fields)["csrf_token"]
    page = browser.post(path, 422, csrf_token=token, **typed)
    assert [one.get("href") for one in page.all("a") if one.get("href", "").startswith(field)] == [field]
    assert listed(page) == []


@pytest.mark.parametrize(
    ("subject", "unread"), [("7607 JB", True), ("huishouden x", True), ("zaak 12; x", True), ("zaak 9999", False)]
)
def test_what_is_in_no_line_is_not_said_to_have_been_seen_by_nobody(
    log: RunningOffice, subject: str, *, unread: bool
) -> None:
    browser = log.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/logboek").form("/logboek"), "Zoeken", subject=subject)
    assert ("Op een adres of op de naam van een inwoner kunt u hier niet zoeken." in page.words) == unread
    assert "Geen regels gevonden." in page.words


def test_looking_is_written_down_without_what_was_looked_for(log: RunningOffice) -> None:
    browser = log.signed_in(Role.AUDITOR)
    asked(browser, person="u1", subject="zaak 12")
    newest = browser.get("/logboek")
    assert listed(newest)[:2] == [["auditor-1", "Logboek bekeken", "logboek"]] * 2
    with transaction(log.engine) as cursor:
        cursor.execute("SELECT detail FROM audit WHERE action = 'view-audit' ORDER BY id")
        assert [detail for (detail,) in cursor] == [{}, {"filters": ["person", "subject"]}, {}]


def test_pages_go_on_where_the_last_one_ended_with_the_same_filter(log: RunningOffice) -> None:
    with transaction(log.engine) as cursor:
        cursor.execute(
            """INSERT INTO audit (at, actor, action, subject, municipality)
            SELECT now() + n * interval '1 ms', 'u3', 'view-case', 'case ' || n, '0141'
            FROM generate_series(0, 119) AS n ORDER BY n"""
        )
    browser = log.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/logboek").form("/logboek"), person="u3")
    seen = [line[2] for line in listed(page)]
    for _ in range(2):
        (older,) = [form for form in page.forms() if any(button[0] == "Oudere regels" for button in form.buttons)]
        page = browser.send(older)
        seen += [line[2] for line in listed(page)]
    assert seen == [f"zaak {n}" for n in reversed(range(120))]
    assert not any(button[0] == "Oudere regels" for form in page.forms() for button in form.buttons)
    (first,) = [form for form in page.forms() if any(button[0] == "Naar het begin" for button in form.buttons)]
    assert listed(browser.send(first))[0][2] == "zaak 119"


def pressed(browser: PageClient, page: Sheet, button: str) -> Sheet:
    """The page behind the one form that has this button."""
    (form,) = [one for one in page.forms() if any(text == button for text, *_ in one.buttons)]
    return browser.send(form)


def test_one_act_on_many_cases_is_one_line_that_opens_to_all_of_them(
    log: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.web.office.audit.ROWS", 3)  # fewer than the act has
    with transaction(log.engine) as cursor:
        cursor.execute(
            """INSERT INTO audit (actor, action, subject, detail, municipality, households)
            SELECT 'u1', 'release', 'case ' || n, '{"reviewed": false}', '0141', ARRAY[least(n, 13)]
            FROM generate_series(10, 14) AS n ORDER BY n"""
        )
    browser = log.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/logboek").form("/logboek"), action="release")
    assert with_numbers(page) == [
        [SANNE, "Vrijgegeven", "5 zaken Elke zaak tonen", "4"],
        [*RELEASED, "–"],
    ]
    first = pressed(browser, page, "Elke zaak tonen")
    assert "Alle regels van één handeling: wat iemand in één keer met meer zaken deed." in first.words
    second = pressed(browser, first, "Oudere regels")
    assert [line[2:] for line in with_numbers(first) + with_numbers(second)] == [
        [f"zaak {n}", "1"] for n in (14, 13, 12, 11, 10)
    ]
    assert with_numbers(pressed(browser, second, "Terug naar alle regels")) == with_numbers(page)
    assert len(exported(browser, "jsonl", action="release").text.splitlines()) == 6  # the export keeps each
    about_one = browser.send(browser.get("/logboek").form("/logboek"), subject="zaak 12")
    assert listed(about_one)[0] == [SANNE, "Vrijgegeven", "zaak 12"]


def exported(browser: PageClient, how: str, **typed: str) -> httpx.Response:
    token = dict(browser.get("/logboek").form("/logboek").fields)["csrf_token"]
    origin = {"origin": str(browser.http.base_url).rstrip("/")}
    return browser.http.post("/logboek/export", data={"csrf_token": token, "format": how, **typed}, headers=origin)


def test_the_export_has_every_line_oldest_first_and_is_itself_in_the_log(log: RunningOffice) -> None:
    browser = log.signed_in(Role.AUDITOR)
    answer = exported(browser, "jsonl", last="2020-11-05")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["actor"], line["subject"]) for line in lines] == [
        ("u1", "session"), ("u1", "case 12"), ("root", "12,13"), ("=cmd", "case 12")
    ]  # fmt: skip
    assert lines[1]["at"] == "2020-11-02T22:30:00+00:00"
    assert (lines[1]["detail"], lines[1]["municipality"]) == ({"households": 1}, ALMELO)
    assert "attachment" in answer.headers["content-disposition"]
    assert listed(browser.get("/logboek"))[0] == ["auditor-1", "Logboek geëxporteerd", "logboek"]


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows as a Dutch spreadsheet reads them; it takes the text for UTF-8 by the mark before it."""
    assert text.startswith("\N{BYTE ORDER MARK}")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";"))


def test_a_spreadsheet_takes_no_cell_for_a_formula(log: RunningOffice) -> None:
    answer = exported(log.signed_in(Role.AUDITOR), "csv", last="2020-11-05")
    rows = rows_of(answer.text)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["actor"] for row in rows] == ["u1", "u1", "root", "'=cmd"]
    assert json.loads(rows[0]["detail"]) == {"name": "Sanne de Vries"}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("  =1", "'  =1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("case 12;=1+1", "case 12;'=1+1"),  # a Dutch spreadsheet begins a cell there
        ("case 12,=1+1", "case 12,'=1+1"),  # and another country's there
        ("case 12\n=1+1", "case 12\n'=1+1"),
        ("queue follow-up", "queue follow-up"),
        ("a=b", "a=b"),
    ],
)
def test_no_cell_of_a_spreadsheet_reckons(typed: str, written: str) -> None:
    line = AuditLine(1, utc_now(), typed, "view-case", typed, {"name": typed}, ALMELO, [])
    (row,) = rows_of("".join(as_csv([line])))
    assert (row["actor"], row["subject"]) == (written, written)
    assert json.loads(row["detail"]) == {"name": typed}
    assert ";" not in row["detail"]
    assert ",=" not in row["detail"]


def test_an_export_larger_than_the_memory_it_may_take_is_whole(
    log: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signals.web.office.audit.IN_MEMORY", 10)
    monkeypatch.setattr("signals.store.audit._EXPORTED_AT_ONCE", 2)
    assert len(exported(log.signed_in(Role.AUDITOR), "jsonl", last="2020-11-05").text.splitlines()) == 4


# Who looked at whom


@pytest.fixture
def seen(log: RunningOffice) -> tuple[RunningOffice, int, int]:
    """The log, and a case and its household that stand in lists of it; the list of another town has them too."""
    with transaction(log.engine) as cursor:
        cursor.execute(
            """SELECT max(id), household_id FROM cases WHERE municipality = '0141' AND state = 'open'
            GROUP BY household_id ORDER BY household_id DESC LIMIT 1"""
        )
        case, household = cursor.fetchone() or (0, 0)
        note(cursor, "u1", "search", "search", municipality=ALMELO, households=[household - 1, household])
        note(cursor, "u3", "search", "search", municipality=ALMELO, households=[household - 1])
        note(cursor, "u3", "attempt", f"case {case}", municipality=ALMELO, households=[household])
        note(cursor, "els", "search", "search", municipality=HENGELO, households=[household])
    return log, case, household


def with_numbers(page: Sheet) -> list[list[str]]:
    """Who, what, about what, and how many households."""
    cells = [[text_of(cell) for cell in row.iter("td")] for row in page.all("tr") if list(row.iter("td"))]
    return [line[1:5] for line in cells]


@pytest.mark.parametrize("written", ["zaak {case}", "case {case}", "{case}", "Huishouden {household}"])
def test_a_case_finds_every_list_in_which_its_household_stood(
    seen: tuple[RunningOffice, int, int], written: str
) -> None:
    office, case, household = seen
    browser = office.signed_in(Role.AUDITOR)
    form = browser.get("/logboek").form("/logboek")
    page = browser.send(form, subject=written.format(case=case, household=household))
    assert with_numbers(page) == [
        ["u3", "Contactpoging vastgelegd", f"zaak {case}", "1"],
        [SANNE, "Gezocht", "zoekvraag", "2, ook dit huishouden"],
    ]
    assert f"Alle regels over huishouden {household} en zijn zaken." in page.words
    mine = browser.send(page.form("/logboek"), person="u3")
    assert [line[0] for line in with_numbers(mine)] == ["u3"]


def test_a_case_of_another_municipality_gives_only_who_was_refused_there(seen: tuple[RunningOffice, int, int]) -> None:
    office, case, _ = seen
    with transaction(office.engine) as cursor:
        note(cursor, "els", "refused", f"case {case}", {"page": "case", "code": 404}, municipality=HENGELO)
    browser = office.signed_in(person(Role.AUDITOR, 2, frozenset({HENGELO})))
    page = browser.send(browser.get("/logboek").form("/logboek"), subject=f"zaak {case}")
    assert with_numbers(page) == [["els", "Toegang geweigerd", f"zaak {case}", "–"]]
    (row,) = [row for row in page.all("tr") if list(row.iter("td"))]
    assert text_of(list(row.iter("td"))[5]) == (
        "pagina: /zaak/… antwoord: is er niet, of van een andere gemeente (404)"
    )


def test_the_other_way_round_which_households_somebody_saw(seen: tuple[RunningOffice, int, int]) -> None:
    office, case, household = seen
    browser = office.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/logboek").form("/logboek"), person="u3")
    page = browser.send(page.form("/logboek/huishoudens"))
    assert page.heading == "Welke huishoudens iemand zag"
    cells = [[text_of(cell) for cell in row.iter("td")] for row in page.all("tr") if list(row.iter("td"))]
    assert [(one[0], one[2]) for one in cells] == [(str(household - 1), "1"), (str(household), "1")]
    assert str(case) in cells[1][1].split(", ")
    back = browser.send(page.form("/logboek"))
    assert {line[0] for line in with_numbers(back)} == {"u3"}
    assert ["auditor-1", "Opgevraagd welke huishoudens iemand zag", "logboek"] in listed(browser.get("/logboek"))
    assert not browser.get("/logboek").all("form", action="/logboek/huishoudens")  # nobody is asked for


def test_the_households_of_a_period_go_on_over_pages(
    seen: tuple[RunningOffice, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _, household = seen
    monkeypatch.setattr("signals.web.office.audit.ROWS", 1)
    browser = office.signed_in(Role.AUDITOR)
    token = dict(browser.get("/logboek").form("/logboek").fields)["csrf_token"]
    first = browser.post("/logboek/huishoudens", csrf_token=token, person="u3")
    assert [text_of(next(row.iter("td"))) for row in first.all("tr") if list(row.iter("td"))] == [str(household - 1)]
    second = browser.send(first.form("/logboek/huishoudens"))
    assert [text_of(next(row.iter("td"))) for row in second.all("tr") if list(row.iter("td"))] == [str(household)]
    assert [one[0] for form in second.forms() for one in form.buttons if form.action == "/logboek/huishoudens"] == [
        "Naar het begin"
    ]
    old = browser.post("/logboek/huishoudens", csrf_token=token, person="u3", last="2020-01-01")
    assert "In deze regels staat geen huishouden." in old.words


def test_whose_households_must_be_said(log: RunningOffice) -> None:
    browser = log.signed_in(Role.AUDITOR)
    token = dict(browser.get("/logboek").form("/logboek").fields)["csrf_token"]
    page = browser.post("/logboek/huishoudens", 422, csrf_token=token)
    assert "Schrijf van wie u de huishoudens wilt zien." in page.words


def test_people_of_one_name_are_all_found_and_can_be_told_apart(log: RunningOffice) -> None:
    with transaction(log.engine) as cursor:
        note(cursor, "u7", "sign-in", "session", {"name": "Sanne de Vries"}, municipality=ALMELO)
        note(cursor, "u7", "view-case", "case 5", municipality=ALMELO)
        note(cursor, "u8", "sign-in", "session", {"name": "Sanne de Vries"}, municipality=HENGELO)
    browser = log.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/logboek").form("/logboek"), person="sanne de vries")
    assert [line[0] for line in listed(page)] == ["Sanne de Vries (u7)"] * 2 + [SANNE] * 2
    (choice,) = page.all("select", name="chosen")
    assert [one.get("value") for one in choice.iter("option")] == ["", "u1", "u7"]
    assert [text_of(one) for one in choice.iter("option")][1] == "Sanne de Vries (u1), 1 november 2020"
    one = browser.send(page.form("/logboek"), chosen="u7")
    assert {line[0] for line in listed(one)} == {"Sanne de Vries (u7)"}
    assert browser.send(one.form("/logboek"), person="u1").all("select", name="chosen") == []


def test_an_auditor_of_several_towns_sees_of_which_a_line_is(log: RunningOffice) -> None:
    browser = log.signed_in(person(Role.AUDITOR, 4, frozenset({ALMELO, HENGELO})))
    page = browser.send(browser.get("/logboek").form("/logboek"), action="view-case")
    assert [text_of(list(row.iter("td"))[4]) for row in page.all("tr") if list(row.iter("td"))] == ["Hengelo", "Almelo"]


def test_the_export_has_the_numbers_of_the_households(seen: tuple[RunningOffice, int, int]) -> None:
    office, case, household = seen
    browser = office.signed_in(Role.AUDITOR)
    lines = [json.loads(line) for line in exported(browser, "jsonl", subject=f"zaak {case}").text.splitlines()]
    assert [line["households"] for line in lines] == [[household - 1, household], [household]]
    rows = rows_of(exported(browser, "csv", subject=f"zaak {case}").text)
    assert [row["households"] for row in rows] == [f"{household - 1} {household}", str(household)]


# In words


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_line_is_said_in_the_language_of_the_page(log: RunningOffice, language: str) -> None:
    with transaction(log.engine) as cursor:
        for one in SPOKEN:
            note(cursor, "u9", one.action, one.subject, one.detail, municipality=ALMELO)
    browser = log.signed_in(Role.AUDITOR, language)
    page = browser.send(browser.get("/logboek").form("/logboek"), person="u9")
    cells = [[text_of(cell) for cell in row.iter("td")] for row in page.all("tr") if list(row.iter("td"))]
    said = [(line[3], line[5]) for line in reversed(cells)]
    assert said == [one.nl if language == "nl" else one.en for one in SPOKEN]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("brievenronde", "letter run"),
        ("Letter run", "letter run"),
        ("werkvoorraad huisbezoeken", "queue visits"),
        ("queue visits", "queue visits"),
        ("partner welbions", "welbions"),  # as commands write it
        ("partner welbions", "partner welbions"),  # as pages do
        ("bericht in quarantaine 17", "17"),
        ("aanlevering arrears.housing.welbions", "arrears.housing.welbions"),
        ("partner menzis, vitens", "partner menzis,vitens"),
        ("12, 13", "12,13"),
        ("partners", "partners"),
        ("0141 2020-01-01", "0141 2020-01-01"),
    ],
)
def test_a_subject_is_meant_as_it_is_shown_in_either_language(written: str, meant: str) -> None:
    assert meant in subject_codes(written)


# The processing log


def test_the_processing_of_a_household_is_found_by_its_case_and_its_number(office: RunningOffice) -> None:
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT id, household_id FROM cases WHERE municipality = '0141' ORDER BY id LIMIT 1")
        case, household = cursor.fetchone() or (0, 0)
    worker = office.signed_in(Role.SPECIALIST)
    origin = {"origin": str(worker.http.base_url).rstrip("/")}
    sent = dict(worker.get(f"/zaak/{case}").form(f"/zaak/{case}/oppakken").filled())
    for act in ("oppakken", "teruggeven"):  # what is done is a use too, not only a look
        assert worker.http.post(f"/zaak/{case}/{act}", data=sent, headers=origin).status_code == 303
    browser = office.signed_in(Role.AUDITOR)
    form = browser.get("/verwerkingen").form("/verwerkingen")
    page = browser.send(form, number=case)
    activities = [text_of(list(row.iter("td"))[1]) for row in page.all("tr") if list(row.iter("td"))]
    assert activities == ["Verwerkingen bekeken", "Zaak teruggegeven", "Zaak opgepakt", "Zaak bekeken"]
    assert "specialist" not in page.words
    again = browser.send(form, kind="household", number=household)
    assert f"Huishouden {household}" in again.texts("h3")


@pytest.mark.parametrize("number", ["0", "12345678", "x", "-1", "", "1" * 30])
def test_a_number_that_is_not_there(shared_office: RunningOffice, number: str) -> None:
    browser = shared_office.signed_in(Role.AUDITOR)
    page = browser.send(browser.get("/verwerkingen").form("/verwerkingen"), status=422, number=number)
    assert "#number" in [one.get("href") for one in page.all("a")]


def test_a_household_of_another_municipality_is_as_one_that_is_not_there(shared_office: RunningOffice) -> None:
    browser = shared_office.signed_in(person(Role.AUDITOR, 3, frozenset({HENGELO})))
    page = browser.send(browser.get("/verwerkingen").form("/verwerkingen"), status=422, number="1")
    assert (page.texts("h2")[0], page.all("table")) == ("Dit klopt nog niet", [])
    tried = [one for one in listed(browser.get("/logboek")) if one[:2] == ["auditor-3", "Toegang geweigerd"]]
    assert tried == [["auditor-3", "Toegang geweigerd", "zaak 1"]]
