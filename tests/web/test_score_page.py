"""What people read of a score: its reasons in the queue, all of it on the case's page, and how it works on /score."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.scoring.register_entry import FIELDS
from signals.store.database import transaction
from signals.web.people import Role
from tests.web.case_office import a_case, fresh_office, opened, rows
from tests.web.client import text_of
from tests.web.office import HENGELO, person
from tests.web.scored import advised, order_by_blend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def scored(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office that blends a model with the framework."""
    for office in fresh_office(postgres, months_template):
        order_by_blend(office.engine, date(2026, 9, 1))
        yield office


def test_a_model_of_who_is_reached_advises_when_to_go(scored: RunningOffice) -> None:
    case = a_case(scored)
    client = scored.signed_in(Role.SPECIALIST)
    assert "Wanneer contact waarschijnlijk is" not in opened(client, case).words
    with transaction(scored.engine) as cursor:
        advised(cursor)
    told = [text_of(one) for one in opened(client, case).all("ul", aria_labelledby="wanneer-contact")[0].iter("li")]
    assert len(told) == 3
    assert told[0].startswith("Huisbezoek, avond: van 100 zulke pogingen lukken er ongeveer ")


def points_of(text: str) -> int:
    return int(text.replace("\N{MINUS SIGN}", "-"))


def test_a_queue_tells_the_heaviest_reasons_and_has_all_of_them(scored: RunningOffice) -> None:
    sheet = scored.signed_in(Role.SPECIALIST).get("/werkvoorraad/letters")
    (row, *_) = sheet.all("li", data_row="")
    case = int(next(row.iter("a")).get("id", "").removeprefix("zaak-"))
    ((score, explanation),) = rows(scored, "SELECT score, explanation FROM cases WHERE id = %s", case)
    (why,) = [text_of(one) for one in row.iter("p") if one.get("class") == "signals-work__why"]
    heaviest = max(explanation, key=lambda one: -1 if one["criterion"].endswith("basis") else abs(one["points"]))
    assert why.startswith(f"Score {score}: ")
    assert heaviest["nl"] in why
    assert why.count("; ") == 2
    assert "Uitgangspunt" not in why
    (drawer,) = row.iter("details")
    others = [text_of(one) for one in drawer.iter("li")]
    assert text_of(next(drawer.iter("summary"))) == f"Overige redenen ({len(others)})"
    told = [*re.findall(r"\(([+\N{MINUS SIGN}]\d+)\)", why), *(one.rpartition("(")[2].rstrip(")") for one in others)]
    assert len(told) == len({one["nl"] for one in explanation})
    assert sum(points_of(one) for one in told) == score


def test_the_page_of_a_case_adds_its_points_up_and_says_what_they_mean(scored: RunningOffice) -> None:
    case = a_case(scored, "scored_by IS NOT NULL AND state = 'open'")
    ((score, number),) = rows(scored, "SELECT score, scored_by FROM cases WHERE id = %s", case)
    sheet = opened(scored.signed_in(Role.SPECIALIST), case)
    (table,) = [one for one in sheet.all("table") if text_of(one).startswith("Score van zaak")]
    cells = [[text_of(cell) for cell in row.iter("td")] for row in table.iter("tr")]
    *reasons, (last, total) = [row for row in cells if row]
    assert (last, int(total)) == ("Samen", score)
    assert sum(points_of(points) for _, points in reasons) == score
    assert {text.rpartition(" (")[2] for text, _ in reasons} == {"model)", "afwegingskader)"}
    assert f"voor 50% van model {number} van" in sheet.words
    assert "Van 100 zulke zaken wordt het volgens het model bij ongeveer" in sheet.words
    assert "iedereen krijgt een aanbod" in sheet.words
    changes = [text_of(one) for one in sheet.all("ul", aria_labelledby=f"verandert-{case}")[0].iter("li")]
    assert 0 < len(changes) <= 6
    assert all(one.startswith("Als ") for one in changes)
    assert sheet.link("Hoe de score werkt") == "/score"
    english = opened(scored.signed_in(Role.SPECIALIST, "en"), case)
    assert "What would change the score" in english.texts("h3")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_card_of_the_model_in_use(scored: RunningOffice, role: Role) -> None:
    sheet = scored.signed_in(role).get("/score")
    (title,) = sheet.texts("h2")
    assert title.startswith("Modelkaart van model ")
    assert "Waarvoor het niet gebruikt mag worden" in sheet.texts("h3")
    assert {"Wat telt hoeveel", "Kenmerken", "Komen de kansen uit?"} <= set(sheet.texts("caption"))
    assert sheet.text.count('class="signals-chances__dot"') == 10
    assert "het model ordent beter" in sheet.words


def test_the_entry_of_the_register_comes_as_a_file(scored: RunningOffice) -> None:
    client = scored.signed_in(Role.AUDITOR, "en")
    sheet = client.get("/score")
    assert sheet.texts("h2")[0].startswith("Model card of model ")
    answer = client.http.get(sheet.link("Fetch as a file (JSON)"))
    assert answer.headers["content-disposition"] == 'attachment; filename="algoritmeregister-0141.json"'
    found = json.loads(answer.text)
    assert list(found["values"]) == [field.name for field in FIELDS]
    assert found["values"]["Organisatie"] == "Gemeente Almelo"
    assert client.http.get("/score/algoritmeregister/0164").status_code == 404


def test_another_municipality_reads_of_its_own_score_only(scored: RunningOffice) -> None:
    with transaction(scored.engine) as cursor:
        cursor.execute("SELECT max(id) FROM score_models")
        (number,) = cursor.fetchall()[0]
    elsewhere = scored.signed_in(person(Role.TEAM_LEAD, 7, frozenset({HENGELO})))
    assert elsewhere.get("/score").texts("h2") == ["Scorekaart van het afwegingskader, gemeente Hengelo"]
    for wrong in (number, 10**6, "x"):
        elsewhere.get(f"/score?model={wrong}", status=404)
    assert scored.signed_in(Role.TEAM_LEAD).get(f"/score?model={number}").texts("h2")
