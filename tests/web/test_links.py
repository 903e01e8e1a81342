"""Who may be several persons stands in the review queue, with what the partners wrote; what is decided is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.contract.partners import partner_name
from signals.web.people import Role
from tests.web.case_office import audited, opened, rows, sent
from tests.web.client import text_of

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
REVIEW = "/werkvoorraad/review"
SEVERAL = """
SELECT cases.id, min(person_id), cases.household_id FROM cases JOIN reports ON case_id = cases.id
JOIN arrears ON arrears.id = arrears_id WHERE cases.state = 'open' AND withdrawn IS NULL
    AND cases.municipality = '0141' AND cases.waiting AND NOT cases.held
GROUP BY cases.id HAVING count(DISTINCT partner_id) = 2 AND count(*) = 2 ORDER BY cases.id LIMIT 1
"""


@pytest.fixture
def doubtful(office: RunningOffice) -> tuple[int, int, int]:
    """The only doubtful one of the town: a case, its person whose bare surname two partners wrote, its household."""
    rows(office, "UPDATE persons SET initials = 'Q.', date_of_birth = (1900 + id % 100) || '-06-14' RETURNING id")
    ((case, person, household),) = rows(office, SEVERAL)
    rows(
        office,
        """UPDATE persons SET initials = NULL, prefix = NULL, partner_surname = NULL, surname = 'Zonderling',
            date_of_birth = NULL WHERE id = %s RETURNING id""",
        person,
    )
    rows(office, "UPDATE reports SET person_id = %s WHERE case_id = %s RETURNING event_id", person, case)
    rows(office, "UPDATE reports SET phone = '074 123 45 67' WHERE person_id = %s RETURNING event_id", person)
    return case, person, household


@pytest.fixture
def apart(office: RunningOffice, doubtful: tuple[int, int, int]) -> tuple[int, int, int]:
    """One resident whom two partners wrote as two persons, one without a date of birth: a case and both persons."""
    case, person, _ = doubtful
    ((other,),) = rows(
        office,
        """INSERT INTO persons (household_id, identity, initials, surname, date_of_birth, bsn)
        SELECT household_id, 'apart', 'Z.', surname, '1980-02-03', '111222333' FROM persons WHERE id = %s
        RETURNING id""",
        person,
    )
    rows(office, "UPDATE persons SET bsn = NULL WHERE id = %s RETURNING id", person)
    rows(
        office,
        """UPDATE reports SET person_id = %s WHERE person_id = %s AND event_id <> (
            SELECT max(event_id) FROM reports WHERE case_id = %s AND withdrawn IS NULL) RETURNING event_id""",
        other,
        person,
        case,
    )
    return case, person, other


def asks(sheet: Sheet) -> bool:
    return "Wat partners over Zonderling schreven" in sheet.texts("caption")


def test_both_writings_stand_there_and_the_same_person_is_said_at_once(
    office: RunningOffice, doubtful: tuple[int, int, int]
) -> None:
    case, person, household = doubtful
    client = office.signed_in(Role.SPECIALIST)
    page = client.get(REVIEW)
    (table,) = [one for one in page.all("table") if "Zonderling" in text_of(one)]
    cells = [[text_of(cell) for cell in row.findall(".//td")] for row in table.findall(".//tr")][1:]
    assert len(cells) == 2
    assert len({row[0] for row in cells}) == 2  # two partners
    assert [row[1:] for row in cells] == [["Zonderling", "niet bekend", "074 123 45 67"]] * 2
    assert "Alleen de naam is gelijk: er zijn geen voorletters en geen geboortedatum." in page.texts("p")
    before = rows(office, "SELECT route, score, arrears_count, state, multiple FROM cases ORDER BY id")
    address = text_of(next(one for one in page.all("a", href=f"/zaak/{case}") if text_of(one).endswith("Almelo")))
    client.private = (address.partition(",")[0],)  # in no address and no title
    after = client.send(page.form(f"/zaak/{case}/dezelfde-persoon"))
    assert after.heading == "Beoordelen"
    assert after.texts("p", role="status") == [f"Bewaard: dit is één persoon. {address}"]
    assert not asks(after)
    assert "Over niemand is nu twijfel." in after.texts("p")
    assert rows(office, "SELECT route, score, arrears_count, state, multiple FROM cases ORDER BY id") == before
    assert audited(office, case)[-1] == ("specialist-1", "same-person")
    seen = rows(office, "SELECT households FROM audit WHERE action = 'view-queue' ORDER BY id LIMIT 1")
    assert household in seen[0][0]
    back = client.send(after.form(f"/zaak/{case}/persoon-terugnemen"))  # there, without opening the case
    assert back.texts("p", role="status") == [f"Of dit dezelfde persoon is, staat weer open. {address}"]
    assert asks(back)
    assert not [one for one in back.forms() if one.action.endswith("/persoon-terugnemen")]
    assert client.get(REVIEW).texts("p", role="status") == []  # it is said once
    client.send(back.form(f"/zaak/{case}/dezelfde-persoon"))
    sheet = opened(client, case)
    assert "Dezelfde persoon, volgens Sanne de Vries." in sheet.words
    assert asks(client.get(REVIEW)) is False
    again = sent(client, sheet, "persoon-terugnemen", person=person)
    assert "Bedoelen deze partners dezelfde persoon?" in again.words
    assert asks(client.get(REVIEW))


def test_different_persons_need_a_reason_and_the_case_says_so(
    office: RunningOffice, doubtful: tuple[int, int, int]
) -> None:
    case, _, _ = doubtful
    client = office.signed_in(Role.SPECIALIST)
    refused = client.send(client.get(REVIEW).form(f"/zaak/{case}/verschillende-personen"), status=422)
    assert "Schrijf op waarom. Collega's lezen dit terug in de geschiedenis." in refused.words
    sheet = sent(client, refused, "verschillende-personen", reason="Vader en zoon.")
    assert "Verschillende personen met dezelfde naam, volgens Sanne de Vries" in sheet.words
    assert "Waarom: Vader en zoon." in sheet.words
    assert not asks(client.get(REVIEW))
    closing = sent(client, sheet, "afsluiten", status=422, outcome="known-to-debt-help", certain="yes")
    assert "en dat kunnen verschillende inwoners zijn" in closing.words
    closed = sent(client, closing, "afsluiten", outcome="already-paid", certain="yes")
    assert "Verschillende personen met dezelfde naam, volgens Sanne de Vries" in closed.words
    assert "Waarschijnlijk dezelfde" not in closed.words


def test_of_two_who_bear_one_name_the_one_who_lives_is_not_shown_as_dead(
    office: RunningOffice, doubtful: tuple[int, int, int]
) -> None:
    case, _, _ = doubtful
    told = rows(
        office,
        """SELECT event_id, partner_id FROM reports JOIN arrears ON arrears.id = arrears_id
        WHERE case_id = %s ORDER BY event_id""",
        case,
    )
    (event, dead), (_, living) = [(number, partner_name(partner)) for number, partner in told]
    client = office.signed_in(Role.SPECIALIST)
    sheet = sent(
        client, opened(client, case), "niet-oppakken", event=event, verdict="deceased", reason="x", certain="yes"
    )
    assert _resident(sheet) == f"Zonderling Overleden: klant van {dead}"
    assert "Zonderling" not in _script(sheet)  # nobody knows yet whether it is one person
    sheet = sent(client, sheet, "toch-oppakken", event=event, reason="Eerst kijken wie het is.")
    sheet = sent(client, sheet, "verschillende-personen", reason="Vader en zoon.")
    sheet = sent(client, sheet, "niet-oppakken", event=event, verdict="deceased", reason="x", certain="yes")
    assert _resident(sheet) == f"Zonderling Overleden: klant van {dead}"
    assert "Verschillende personen met dezelfde naam, volgens Sanne de Vries" in sheet.words
    assert f"Tegen Zonderling: ‘Uw gegevens komen van {living}." in _script(sheet)
    assert f"is overleden: de klant van {dead}. Noem die partner niet." in _script(sheet)
    of_the_dead = [one for one in sheet.all("li") if "is overleden: de klant van" in text_of(one)]
    assert {one.get("class") for one in of_the_dead} == {"signals-no-print"}  # on paper nobody who died is named
    assert sheet.form(f"/zaak/{case}/persoon-terugnemen").action
    assert "Zonderling, geboortedatum niet bekend, overleden" not in sheet.words


def _resident(sheet: Sheet) -> str:
    """The only one: name and badges."""
    (heading,) = [one for item in sheet.all("ul", **{"class": "signals-residents"}) for one in item.findall(".//h3")]
    return text_of(heading)


def _script(sheet: Sheet) -> str:
    return " ".join(text_of(one) for one in sheet.all("details", id="hoe-komt-u-aan"))


def test_who_comes_second_sees_what_the_first_decided(office: RunningOffice, doubtful: tuple[int, int, int]) -> None:
    case, _, _ = doubtful
    slow, quick = office.signed_in(Role.SPECIALIST), office.signed_in(Role.TEAM_LEAD)
    page = slow.get(REVIEW)
    sent(quick, opened(quick, case), "dezelfde-persoon")
    changed = slow.send(page.form(f"/zaak/{case}/verschillende-personen"), status=409, reason="Vader en zoon.")
    assert "Dezelfde persoon:" in changed.words
    assert "Vader en zoon." in changed.texts("textarea")[0]


def test_one_resident_written_as_two_persons_is_asked_decided_and_taken_back(
    office: RunningOffice, apart: tuple[int, int, int]
) -> None:
    case, person, other = apart
    client = office.signed_in(Role.SPECIALIST)
    page = client.get(REVIEW)
    (table,) = [one for one in page.all("table") if "Zonderling" in text_of(one)]
    cells = [[text_of(cell) for cell in row.findall(".//td")] for row in table.findall(".//tr")][1:]
    assert [cells[0][0], *cells[0][2:4]] == ["1", "Zonderling", "niet bekend"]
    assert [[one[0], *one[2:4]] for one in cells[1:]] == [["2", "Z. Zonderling", "03-02-1980"]] * (len(cells) - 1) != []
    partners = ", ".join(one[1] for one in cells)
    assert f'aria-label="Dezelfde persoon: Zonderling ({partners}), zaak {case}"' in page.text
    assert "111222333" not in page.text
    sheet = opened(client, case)
    assert "Hier tellen signalen van 2 inwoners mee." in sheet.words
    labels = [text for text in sheet.texts("label") if "Zonderling" in text and "(" in text]
    assert any("Z. Zonderling, geboren 03-02-1980 (" in text for text in labels)
    assert any("Zonderling, geboortedatum niet bekend (" in text for text in labels)
    after = client.send(page.form(f"/zaak/{case}/dezelfde-persoon"))
    assert not asks(after)
    assert asks(client.send(after.form(f"/zaak/{case}/persoon-terugnemen")))
    client.send(client.get(REVIEW).form(f"/zaak/{case}/dezelfde-persoon"))
    told = "SELECT detail ->> 'other', detail ->> 'person' FROM audit WHERE action = 'same-person' ORDER BY id DESC"
    assert rows(office, told)[:1] == [(str(person), str(other))]
    named = rows(office, "SELECT persons FROM processing_log WHERE activity = 'same-person' ORDER BY id DESC LIMIT 1")
    assert sorted(named[0][0]) == sorted((person, other))  # both of them, in the log of the data subjects
    sheet = opened(client, case)
    assert "Hier tellen signalen van 2 inwoners mee." not in sheet.words
    assert "Dezelfde persoon als Zonderling, geboortedatum niet bekend (" in sheet.words
    assert "Tegen Z. Zonderling:" in sheet.words
    assert "Tegen Zonderling:" not in sheet.words
    sheet = sent(client, sheet, "persoon-terugnemen")
    assert "Is dit dezelfde persoon als Zonderling, geboortedatum niet bekend (" in sheet.words
    refused = sent(client, sheet, "verschillende-personen", status=422)
    assert "Schrijf op waarom. Collega's lezen dit terug in de geschiedenis." in refused.words
    sheet = sent(client, refused, "verschillende-personen", reason="Vader en dochter.")
    assert "Een ander dan Zonderling, geboortedatum niet bekend (" in sheet.words
    assert not asks(client.get(REVIEW))


def test_how_much_lies_in_quarantine_is_said_so_far(office: RunningOffice) -> None:
    client = office.signed_in(Role.SPECIALIST)
    put = """INSERT INTO quarantine (log_id, topic, partition, "offset", code, message, received_at)
        SELECT 'log', 'arrears.housing.' || (SELECT min(id) FROM partners), 9, n, 'not-json', 'x', now()
        FROM generate_series(%s::int, %s) AS n RETURNING id"""
    rows(office, "DELETE FROM quarantine RETURNING id")
    for first, last, said in ((1, 0, "geen"), (1, 2, "2"), (3, 200, "meer dan 100")):
        rows(office, put, first, last)
        assert f"Dat zijn er nu {said}." in client.get(REVIEW).texts("p")
