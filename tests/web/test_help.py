"""Help accepted while something threatens: the closed case says what is to be done, and can be worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.web.case_office import a_case, opened, rows, sent

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
ALERT = "Hulp is geaccepteerd terwijl er iets ergs dreigt."


def test_the_closed_case_stays_in_follow_up_until_there_was_a_conversation(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    rows(office, "UPDATE cases SET crisis = 'eviction' WHERE id = %s RETURNING id", case)
    sheet = sent(client, opened(client, case), "afsluiten", outcome="follow-up-help", certain="yes")
    assert ALERT in sheet.words
    (clock,) = [one for one in sheet.texts("li") if one.startswith("Gesprek bij een bedreigende situatie")]
    assert clock.endswith("Nog 3 werkdagen")
    queue = client.get("/werkvoorraad/follow-up")
    assert "Hulp is geaccepteerd: houd een gesprek of verwijs door." in queue.words
    sheet = sent(client, client.get(queue.link(queue.texts("h2")[0])), "oppakken")
    sheet = sent(client, sheet, "contact", kind="call", reached="yes")
    assert ALERT not in sheet.words
    assert "Hier wacht nu niets." in client.get("/werkvoorraad/follow-up").words
