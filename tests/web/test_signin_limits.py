"""Whoever knocks without end fills no log and keeps nobody out; an office in front of which a proxy stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from signals.embedded.broker import free_port
from signals.metrics import SIGN_INS_REFUSED
from signals.settings import load_settings
from signals.store.database import transaction
from signals.web.signin.entry import sign_in_for
from signals.web.signin.journey import COOKIE, new_journey
from signals.web.texts import utc_now
from tests.web.office import SECRET, office_on, signed_cookie

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.web.people import SignIn
    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
KNOCKS: Final = 320  # more than all answers together may be in a minute


def behind_a_proxy(address: str) -> SignIn:
    """The way in by a provider that is away; what the proxy on this machine says of addresses is believed."""
    settings = load_settings(
        oidc_issuer=f"http://127.0.0.1:{free_port()}",
        oidc_client_id="signals",
        oidc_roles='{"vs-specialist": "specialist"}',
        municipalities="0141",
        session_secret=SECRET,
        web_address=address,
        trusted_proxies="127.0.0.1",
    )
    entry = sign_in_for(settings, "127.0.0.1", address)
    assert entry is not None
    return entry


@pytest.fixture
def door(database: str) -> Iterator[RunningOffice]:
    with office_on(database, behind_a_proxy, utc_now) as running:
        yield running


def lines(office: RunningOffice) -> list[tuple[str, str, dict[str, object]]]:
    with transaction(office.engine) as cursor:
        return cursor.execute("SELECT actor, action, detail FROM audit ORDER BY id").fetchall()


def refused(why: str) -> float:
    """How many sign-ins the metric counts for this reason."""
    samples = next(iter(SIGN_INS_REFUSED.collect())).samples
    return sum(one.value for one in samples if one.labels["why"] == why and one.name.endswith("_total"))


def knock(browser: PageClient, number: int, query: str = "") -> int:
    """Come back, from the n-th of many addresses, without having gone."""
    told = {"x-forwarded-for": f"198.51.{number // 250}.{number % 250}"}
    return browser.http.get(f"/aanmelden/terug{query}", headers=told).status_code


def test_who_comes_back_without_having_gone_leaves_one_line_and_is_counted(door: RunningOffice) -> None:
    browser, before = door.visitor(), refused("no-journey")
    assert {knock(browser, number) for number in range(KNOCKS)} == {403}  # and never 429: no limit of all was used up
    assert lines(door) == [("nobody", "sign-in-refused", {"why": "no-journey"})]
    assert refused("no-journey") - before == KNOCKS


def test_an_answer_with_a_made_up_state_is_refused_before_the_provider_is_asked(door: RunningOffice) -> None:
    browser, before = door.visitor(), refused("state")
    journey = msgspec.json.encode([new_journey("/", utc_now())]).decode()
    for number in range(3):
        browser.http.cookies.clear()
        browser.http.cookies.update(signed_cookie(door.office, COOKIE, journey))
        assert knock(browser, number, "?code=made-up&state=made-up") == 403
    assert lines(door) == [("nobody", "sign-in-refused", {"why": "state"})]
    assert refused("state") - before == 3


def test_one_address_that_knocks_must_wait(door: RunningOffice) -> None:
    browser = door.visitor()
    statuses = [knock(browser, 1) for _ in range(70)]
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert knock(browser, 2) == 403
