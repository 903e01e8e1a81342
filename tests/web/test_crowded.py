"""A care home is one address: its case shows a part of hundreds of people and of years of work, and all when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.search import PEOPLE_AT_MOST
from signals.web.office.processing import WHOM
from signals.web.people import Role
from signals.web.work.extent import LINES, PEOPLE, extent_of
from tests.web.case_office import a_case, opened
from tests.web.client import text_of
from tests.web.crowd import LAST, SURNAME, crowd_in
from tests.web.dossiers import made_dossier

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

MANY = 310
WRITTEN = 120


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
    # Nearly all of it is what one chooses from; the whole is more than twice as much.
    assert len(client.http.get(f"{office.address}/zaak/{case}").content) < 400_000
    # What is chosen from is there as a whole: who accepted help may be anybody who counts.
    assert sum(SURNAME in one for one in sheet.texts("label")) >= 2 * MANY
    whole = client.get(f"/zaak/{case}?toon=alles")
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


def test_of_a_home_that_is_not_large_all_is_shown() -> None:
    found = made_dossier()
    shown = extent_of(found, whole=False)
    assert (shown.persons, shown.signals, shown.notes, shown.history, shown.of) == (
        *(found.persons, found.signals, found.notes, found.history),
        {},
    )
