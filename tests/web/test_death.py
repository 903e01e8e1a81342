"""A colleague marks that a resident died: the rest is for a person to look at, and nobody is told to name the dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.web.case_office import opened, rows, sent
from tests.web.client import text_of

if TYPE_CHECKING:
    from tests.web.client import Sheet
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
TWO_TENANTS = """
SELECT cases.id, min(event_id) FROM cases JOIN reports ON case_id = cases.id JOIN arrears ON arrears.id = arrears_id
WHERE cases.state = 'open' AND withdrawn IS NULL AND cases.municipality = '0141' AND waiting AND NOT held
    AND crisis IS NULL
GROUP BY cases.id HAVING count(DISTINCT partner_id) = 2 AND count(*) = 2 ORDER BY cases.id LIMIT 1
"""


@pytest.fixture
def shared(office: RunningOffice) -> tuple[int, int]:
    """A case in which signals of two tenants count: its number, and the signal of the one who is to die."""
    ((case, event),) = rows(office, TWO_TENANTS)
    ((person,),) = rows(office, "SELECT person_id FROM reports WHERE event_id = %s", event)
    rows(
        office,
        """UPDATE persons SET initials = 'D.', prefix = NULL, surname = 'Overmaat', partner_surname = NULL
        WHERE id = %s RETURNING id""",
        person,
    )
    ((other,),) = rows(
        office,
        """INSERT INTO persons (household_id, identity, initials, surname)
        SELECT household_id, 'other', 'L.', 'Levend' FROM cases WHERE id = %s RETURNING id""",
        case,
    )
    rows(
        office,
        "UPDATE reports SET person_id = %s WHERE case_id = %s AND event_id <> %s RETURNING event_id",
        other,
        case,
        event,
    )
    return case, event


def script(sheet: Sheet) -> str:
    return " ".join(text_of(one) for one in sheet.all("details", id="hoe-komt-u-aan"))


def test_what_a_colleague_marked_as_a_death_holds_the_household(office: RunningOffice, shared: tuple[int, int]) -> None:
    case, event = shared
    client = office.signed_in(Role.SPECIALIST)
    sheet = opened(client, case)
    assert "Tegen D. Overmaat:" in script(sheet)
    sheet = sent(
        client, sheet, "niet-oppakken", event=event, verdict="deceased", reason="Hoorde ik aan de deur.", certain="yes"
    )
    assert "Er is een overlijden gemeld op dit adres." in sheet.words
    assert "Overmaat" not in script(sheet)
    assert "Tegen L. Levend:" in script(sheet)
    assert "Hier is iemand overleden. Noem die naam niet" in script(sheet)
    (resident,) = [one for one in sheet.all("li") if "Overmaat" in text_of(one) and one.findall(".//h3")]
    assert "signals-no-print" in (resident.get("class") or "")
    assert "Overleden" in text_of(resident)
    assert f'/zaak/{case}"' in client.get("/werkvoorraad/review").text
    for queue in ("letters", "visits"):
        assert f'/zaak/{case}"' not in client.get(f"/werkvoorraad/{queue}").text
    assert f'value="{case}"' not in client.get("/brievenronde").text
    late = sent(client, opened(client, case), "vrijgeven", status=422)
    assert "Ja, ik heb gekeken wie er is overleden" in late.words
    sheet = sent(client, sheet, "toch-oppakken", event=event, reason="Verkeerde woning.")
    assert "Er is een overlijden gemeld" not in sheet.words
    assert "Tegen D. Overmaat:" in script(sheet)


def test_where_nobody_else_is_known_no_name_is_said(office: RunningOffice, shared: tuple[int, int]) -> None:
    case, event = shared
    whose = "SELECT person_id, household_id FROM reports WHERE event_id = %s"
    ((person, household),) = rows(office, whose, event)
    rows(office, "UPDATE reports SET person_id = %s WHERE household_id = %s RETURNING event_id", person, household)
    client = office.signed_in(Role.SPECIALIST)
    sheet = opened(client, case)
    sheet = sent(client, sheet, "niet-oppakken", event=event, verdict="deceased", reason="Aan de deur.", certain="yes")
    assert "Wie hier gemeld is, is overleden. Noem die naam niet" in script(sheet)
    assert "Overmaat" not in script(sheet)


def test_who_may_be_the_dead_one_as_another_partner_wrote_it_is_not_named(
    office: RunningOffice, shared: tuple[int, int]
) -> None:
    case, event = shared
    rows(office, "UPDATE persons SET initials = NULL, surname = 'Overmaat' WHERE surname = 'Levend' RETURNING id")
    client = office.signed_in(Role.SPECIALIST)
    sheet = opened(client, case)
    assert "Tegen Overmaat:" in script(sheet)
    sheet = sent(client, sheet, "niet-oppakken", event=event, verdict="deceased", reason="Aan de deur.", certain="yes")
    assert "Overmaat" not in script(sheet)
    residents = [one for one in sheet.all("li") if "Overmaat" in text_of(one) and one.findall(".//h3")]
    assert all("signals-no-print" in (one.get("class") or "") for one in residents)
    assert ["Misschien wie overleden is" in text_of(one) for one in residents].count(True) == 1
    rows(
        office,
        """INSERT INTO person_pairs (household_id, person_id, other_id, verdict, reason, by_id, by_name)
        SELECT household_id, min(id), max(id), 'different', 'Zoon.', 'x', 'Een collega' FROM persons
        WHERE surname = 'Overmaat' GROUP BY household_id RETURNING person_id""",
    )
    assert "Tegen Overmaat:" in script(opened(client, case))
