"""The queue of what needs a look first says where the rest of it is done, and leads nobody to a closed door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role, User
from tests.web.office import ALMELO

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

QUARANTINE = "Berichten van partners die niet verwerkt konden worden"
SURE = "Of signalen bij dezelfde persoon horen, en hoe zeker dat is, staat bij elke zaak onder ‘Wie’."


@pytest.mark.parametrize(
    ("roles", "leads"),
    [
        ({Role.SPECIALIST}, False),
        ({Role.TEAM_LEAD}, False),
        ({Role.SPECIALIST, Role.PARTNER_MANAGER}, True),
    ],
)
def test_who_may_look_at_quarantine_is_led_there_and_others_read_who_does(
    shared_office: RunningOffice, roles: set[Role], *, leads: bool
) -> None:
    client = shared_office.signed_in(User("u-9", "Sanne de Vries", frozenset(roles), frozenset({ALMELO})))
    page = client.get("/werkvoorraad/review")
    assert SURE in page.texts("p")
    assert (f"{QUARANTINE}, bekijkt een partnerbeheerder." in page.texts("p")) is not leads
    assert (QUARANTINE in page.texts("a")) is leads
    if leads:
        assert client.get(page.link(QUARANTINE)).heading == "Partners"


def test_other_queues_do_not_say_it(shared_office: RunningOffice) -> None:
    assert SURE not in shared_office.signed_in(Role.SPECIALIST).get("/werkvoorraad/letters").texts("p")
