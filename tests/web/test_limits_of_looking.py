"""Nobody copies a town by opening one case after the other, whichever way; and who works does not notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import transaction
from signals.web.people import Role
from signals.web.signin.limits import Limiter, Rate
from signals.web.work import openings
from tests.web.office import person
from tests.web.route_table import ask, token_of, town_of

if TYPE_CHECKING:
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three openings, and no more for a long time."""
    monkeypatch.setattr(openings, "LIMITER", Limiter(Rate(burst=3, per_minute=0.5)))


def test_a_day_of_work_fits() -> None:
    """A case every ten seconds, each opened anew after four acts, begun at full speed."""
    assert openings.RATE.burst >= 100
    assert openings.RATE.per_minute >= 6 * 5


@pytest.mark.usefixtures("few")
def test_who_opens_case_after_case_must_wait_and_reads_why(shared_office: RunningOffice) -> None:
    cases = [case for case, _, _ in town_of(shared_office).cases]
    browser = shared_office.signed_in(person(Role.SPECIALIST, 41))
    for case in cases[:3]:
        browser.get(f"/zaak/{case}")
    refused = browser.get(f"/zaak/{cases[3]}", status=429)
    assert refused.heading == "U opende heel veel zaken achter elkaar"
    assert f"Over {refused.headers['retry-after']} seconden kunt u weer een zaak openen." in refused.words
    assert 100 < int(refused.headers["retry-after"]) <= 120
    browser.get("/werkvoorraad/letters")
    shared_office.signed_in(person(Role.SPECIALIST, 42)).get(f"/zaak/{cases[3]}")
    with transaction(shared_office.engine) as cursor:
        cursor.execute("SELECT action, subject FROM audit WHERE actor = 'specialist-41' ORDER BY id")
        seen = cursor.fetchall()
    assert seen == [*(("view-case", f"case {one}") for one in cases[:3]), ("refused", f"case {cases[3]}"), QUEUE]


QUEUE = ("view-queue", "queue letters")


@pytest.mark.usefixtures("few")
def test_a_form_of_a_case_is_no_way_round(shared_office: RunningOffice) -> None:
    """An empty note shows the case again, with what is wrong: that is a look too."""
    cases = [str(case) for case, _, _ in town_of(shared_office).cases]
    browser = shared_office.signed_in(person(Role.SPECIALIST, 43))
    token = token_of(browser)
    answers = [ask(browser, "case-note", {"case": case}, token) for case in cases[:4]]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert "utrecht-data-list" not in answers[3].text


@pytest.mark.usefixtures("few")
def test_the_refusal_is_in_english_too(shared_office: RunningOffice) -> None:
    case = town_of(shared_office).cases[0][0]
    browser = shared_office.signed_in(person(Role.SPECIALIST, 44), "en")
    for _ in range(3):
        browser.get(f"/zaak/{case}")
    assert browser.get(f"/zaak/{case}", status=429).heading == "You opened very many cases one after the other"
