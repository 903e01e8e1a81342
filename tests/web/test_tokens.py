"""Each page has the token of its own visitor, also when many are made at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from signals.web import cookies
from signals.web.guard import is_token_of
from signals.web.people import Role
from tests.web.office import person

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
VISITORS: Final = 6


def test_a_page_has_the_token_of_who_asked_for_it(shared_office: RunningOffice) -> None:
    jar = shared_office.office.jar
    sessions = [shared_office.session(person(Role.SPECIALIST, 40 + number)) for number in range(VISITORS)]
    bindings = [jar.read(session, cookies.SESSION) or "" for session in sessions]

    def tokens(number: int) -> list[str]:
        client = shared_office._client(sessions[number], "nl" if number % 2 else "en")
        return [dict(client.get("/zoeken").form("/zoeken").fields)["csrf_token"] for _ in range(8)]

    with ThreadPoolExecutor(VISITORS) as pool:
        found = list(pool.map(tokens, range(VISITORS)))
    for number, own in enumerate(found):
        assert all(is_token_of(bindings[number], token) for token in own)
        assert not any(is_token_of(bindings[number - 1], token) for token in own)
