"""Help accepted while something threatens: the closed case says what is to be done, and can be worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.web.case_office import a_case, audited, opened, rows, sent

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
ALERT = "Hulp is geaccepteerd terwijl er iets ergs dreigt."


def test_the_closed_case_stays_in_follow_up_until_there_was_a_conversation(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    rows(office, "UPDATE cases SET crisis = 'eviction' WHERE id = %s RETURNING id", case)
    asked = sent(client, opened(client, case), "afsluiten", status=422, outcome="follow-up-help", certain="yes")
    sheet = sent(client, asked, "afsluiten", spoken="contact", spoken_kind="call")
    assert ALERT in sheet.words  # the conversation in which it was accepted is not the one that is asked for
    assert rows(office, "SELECT kind, reached FROM contact_attempts WHERE case_id = %s", case) == [("call", True)]
    assert [act for _, act in audited(office, case) if act != "view-case"] == ["attempt", "close"]
    (clock,) = [one for one in sheet.texts("li") if one.startswith("Gesprek bij een bedreigende situatie")]
    assert clock.endswith("Nog 3 werkdagen")
    queue = client.get("/werkvoorraad/follow-up")
    assert "Hulp is geaccepteerd: houd een gesprek of verwijs door." in queue.words
    sheet = sent(client, client.get(queue.all("a", data_open="")[0].get("href", "")), "oppakken")
    sheet = sent(client, sheet, "contact", kind="call", reached="yes")
    assert ALERT not in sheet.words
    assert "Hier wacht nu niets." in client.get("/werkvoorraad/follow-up").words
