"""A care home is one address: its case shows a part of hundreds of people and of years of work, and all when asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from signals.outreach.review import DOUBTS_AT_MOST
from signals.outreach.search import PEOPLE_AT_MOST
from signals.outreach.work.lengths import REASON_LENGTH
from signals.web.office.processing import WHOM
from signals.web.people import Role
from signals.web.work.extent import LINES, PEOPLE, extent_of
from tests.web.case_office import LONG, a_case, opened, rows
from tests.web.client import text_of
from tests.web.crowd import LAST, SURNAME, crowd_in
from tests.web.dossiers import made_dossier

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

MANY = 310
WRITTEN = 120
APART = "/verschillende-personen"


def lines_in(sheet: Sheet, section: str) -> int:
    """The lines of the time line in a section."""
    (found,) = [one for one in sheet.all("section") if one.get("aria-labelledby") == section]
    return len(list(found.iter("li")))


def drawer(sheet: Sheet) -> Element:
    (history,) = sheet.all("details", id="geschiedenis")
    return history


@pytest.mark.database
def test_a_home_of_hundreds_and_years_of_work_has_a_page_of_bounded_size(office: RunningOffice) -> None:
    case = a_case(office)
    client = office.signed_in(Role.SPECIALIST)
    plain = opened(client, case)
    assert "Toon alles van deze zaak" not in plain.texts("a")
    crowd_in(office.engine, case, people=MANY, lines=WRITTEN)
    sheet = opened(client, case)
    people = sum(one.startswith(f"Q. {SURNAME}") for one in sheet.texts("h3"))
    assert 20 < people <= PEOPLE
    assert len(list(drawer(sheet).iter("li"))) == LINES
    assert lines_in(sheet, "notities") == LINES
    for told in (
        "Hier staan 25 van de 31",
        "Hier staan de laatste 50 van de 120 notities",
        "Hier staan de laatste 50 van de 31",
    ):
        assert told in sheet.words, told
    assert len(client.http.get(f"{office.address}/zaak/{case}").content) < 160_000
    assert sum(SURNAME in one for one in sheet.texts("label")) <= 2 * PEOPLE
    whole = client.get(f"/zaak/{case}?toon=alles")
    assert sum(SURNAME in one for one in whole.texts("label")) == 2 * MANY  # who accepted help, and whose signal
    assert sum(one.startswith(f"Q. {SURNAME}") for one in whole.texts("h3")) == MANY
    assert lines_in(whole, "notities") == WRITTEN
    assert len(list(drawer(whole).iter("li"))) > WRITTEN
    assert {one.get("href") for one in sheet.all("a") if "toon=" in one.get("href", "")} == {
        f"/zaak/{case}?toon=alles#{place}" for place in ("wie", "wat", "notities", "geschiedenis")
    }
    assert "Toon alles van deze zaak" not in whole.texts("a")
    asked = client.get("/zoeken").form("/zoeken")
    (found,) = client.send(asked, name=f"{SURNAME}{LAST}").all("li", class_="signals-work__item")
    assert f"Q. {SURNAME}{LAST} (" in text_of(found)
    named, _, rest = text_of(found).partition("; en nog ")
    assert named.count(";") == PEOPLE_AT_MOST - 1
    assert int(rest.split()[0]) >= MANY - PEOPLE_AT_MOST
    auditor = office.signed_in(Role.AUDITOR)
    asked = auditor.get("/verwerkingen").form("/inzage")
    chosen = auditor.send(asked, who=f"{SURNAME}{LAST}", born="1940-01-01").form("/inzage/persoon")
    lines = auditor.send(chosen)
    (seen,) = {text_of(row[4]) for row in lines.root.iter("tr") if len(row) > 4 and text_of(row[1]) == "Zaak bekeken"}
    assert dict(chosen.fields)["person"] in seen.split(", ")  # whose lines they are, whoever else is named
    assert seen.count(",") == WHOM
    assert (
        "De zaak van uw adres bekeken"
        in auditor.send(lines.form("/inzage/antwoord"), "Antwoord in het Nederlands").words
    )


@pytest.mark.database
def test_of_hundreds_anybody_can_be_chosen_and_nothing_typed_is_lost(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    crowd_in(office.engine, case, people=MANY)
    ((event, person),) = rows(
        office,
        """SELECT event_id, person_id FROM reports JOIN persons ON persons.id = person_id
        WHERE case_id = %s AND surname = %s""",
        case,
        f"{SURNAME}1",
    )
    plain = opened(client, case)
    mark, close = f"/zaak/{case}/niet-oppakken", f"/zaak/{case}/afsluiten"
    assert str(event) not in offered(plain, mark, "event")
    everybody = client.send(plain.form(mark), "Toon alle 311 signalen", verdict="other-reason", reason=LONG)
    assert str(event) in offered(everybody, mark, "event")
    assert dict(everybody.form(mark).fields)["reason"] == LONG
    assert not everybody.all("div", role="alert")
    typed = {"event": event, "reason": "x" * (REASON_LENGTH + 1), "certain": "yes"}
    wrong = client.send(everybody.form(mark), "Niet oppakken", status=422, **typed)
    kept = [value for name, value in wrong.form(mark).fields if name in {"event", "verdict", "reason"} and value]
    assert kept == [str(event), "other-reason", "x" * (REASON_LENGTH + 1)]
    assert len(offered(wrong, mark, "event")) == PEOPLE + 1
    # Who accepted help, likewise; and each signal by itself, where that is what is asked for.
    everybody = client.send(plain.form(close), "Toon alle 311 namen", outcome="quick-fix")
    assert len(offered(everybody, close, "persons")) == MANY + 1
    wrong = client.send(everybody.form(close), "Zaak afsluiten", status=422, persons=person)
    assert ("persons", str(person)) in wrong.form(close).fields
    apart = client.send(plain.form(close), "Zaak afsluiten", status=422, outcome="deceased", certain="yes")
    forms = [form for form in apart.forms() if form.action == mark]
    assert len(forms) == PEOPLE + 2  # one each, the way to the others, and that of the page
    others = client.send(forms[-2])
    assert (len(offered(others, mark, "event")), dict(others.form(mark).fields)["reason"]) == (MANY + 1, "")
    assert ("verdict", "deceased") in others.form(mark).fields
    assert rows(office, "SELECT FROM reports WHERE case_id = %s AND person_verdict IS NOT NULL", case) == []
    # And the lists that grow with the years.
    rows(
        office,
        """WITH said AS (UPDATE reports SET status = 'wrongful', case_id = NULL, person_verdict = 'wrongful',
                person_verdict_through = event_id
            WHERE case_id = %s AND event_id %% 10 = 0)
        INSERT INTO referrals (household_id, case_id, target, target_name, by_id, by_name)
        SELECT household_id, id, 'nsr', 'NSR', 'specialist-2', 'Tom' FROM cases, generate_series(1, 30) WHERE id = %s
        RETURNING 1""",
        case,
        case,
    )
    plain = opened(client, case)
    back, result = f"/zaak/{case}/toch-oppakken", f"/zaak/{case}/doorverwezen"
    assert (len(offered(plain, back, "event")), len(offered(plain, result, "referral"))) == (PEOPLE, PEOPLE)
    referrals = client.send(plain.form(result), "Toon alle 30 doorverwijzingen")
    assert (len(offered(referrals, back, "event")), len(offered(referrals, result, "referral"))) == (PEOPLE, 30)


@pytest.mark.database
def test_what_is_typed_of_somebody_who_is_not_among_the_first_stays(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    crowd_in(office.engine, case, people=MANY)
    told_twice(office, case)
    last = [form for form in client.get(f"/zaak/{case}?toon=alles").forms() if form.action.endswith(APART)][-1]
    (person,) = (value for name, value in last.fields if name == "person")
    assert ("person", person) not in [field for form in opened(client, case).forms() for field in form.fields]
    reason = "y" * (REASON_LENGTH + 1)
    wrong = client.send(last, "Verschillende personen", status=422, reason=reason)
    (text,) = wrong.all("textarea", id="different-persons-reason")
    assert text.text == reason
    assert [field for form in wrong.forms() for field in form.fields].count(("person", person)) == 2
    # Nor where it is not asked any more, by what came in since.
    rows(office, "UPDATE persons SET date_of_birth = '1940-02-02' WHERE id = %s RETURNING id", int(person))
    (text,) = client.send(last, "Verschillende personen", status=422, reason=reason).all("textarea")
    assert text.text == reason


@pytest.mark.database
def test_the_row_of_a_home_of_hundreds_is_as_short_as_any(office: RunningOffice) -> None:
    ((case,),) = rows(
        office,
        """SELECT max(id) FROM cases WHERE state = 'open' GROUP BY household_id HAVING count(*) = 2
        ORDER BY household_id LIMIT 1""",
    )
    first_of_all = """UPDATE cases SET crisis = 'eviction', score = 100, arrears_count = 2, waiting = true,
        waiting_since = now(), held = false, earliest_on = '2020-01-01' WHERE id = %s RETURNING id"""
    rows(office, first_of_all, case)
    client = office.signed_in(Role.SPECIALIST)
    before = text_of(row_of(client.get("/werkvoorraad/review"), case))
    assert "2 open zaken" in before
    crowd_in(office.engine, case, people=MANY)
    told_twice(office, case)
    page = client.get("/werkvoorraad/review")
    assert text_of(row_of(page, case)) == before
    doubtful = next(one for one in page.all("li", class_="signals-work__item") if SURNAME in text_of(one))
    asked = [one for one in doubtful.iter("form") if one.get("action", "").endswith(APART)]
    assert len(asked) == DOUBTS_AT_MOST
    assert re.search(r"zijn er nog 1[0-9]{2} vragen", text_of(doubtful))


def row_of(sheet: Sheet, case: int) -> Element:
    """The row of this case in a queue."""
    return next(one for one in sheet.all("li") if any(a.get("id") == f"zaak-{case}" for a in one.iter("a")))


def offered(sheet: Sheet, action: str, name: str) -> list[str]:
    """What there is to choose from in this field of the form."""
    (form,) = (one for one in sheet.all("form") if one.get("action") == action and one.get("id"))
    return [one.get("value", "") for one in form.iter("input") if one.get("name") == name]


def told_twice(office: RunningOffice, case: int) -> None:
    """Of every second of the crowd the next one's signal too, by another partner, with a part of the date of birth."""
    rows(
        office,
        """UPDATE arrears SET partner_id = (SELECT max(id) FROM partners WHERE id <> arrears.partner_id) FROM reports
        WHERE arrears_id = arrears.id AND case_id = %s AND reference LIKE 'crowd %%' AND arrears.id %% 2 = 0
        RETURNING 1""",
        case,
    )
    rows(
        office,
        """UPDATE reports SET person_id = person_id - 1 FROM persons
        WHERE case_id = %s AND persons.id = person_id AND initials = 'Q.' AND surname <> %s AND arrears_id %% 2 = 0
        RETURNING 1""",
        case,
        f"{SURNAME}1",
    )
    rows(
        office,
        """UPDATE persons SET date_of_birth = '1940-00-00' FROM reports
        WHERE case_id = %s AND persons.id = person_id AND initials = 'Q.' RETURNING 1""",
        case,
    )


def test_of_a_home_that_is_not_large_all_is_shown() -> None:
    found = made_dossier()
    shown = extent_of(found, whole=False)
    assert (shown.persons, shown.signals, shown.notes, shown.history, shown.of) == (
        *(found.persons, found.signals, found.notes, found.history),
        {},
    )
