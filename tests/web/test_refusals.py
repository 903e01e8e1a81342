"""Who asked for what they may not see? Each refusal leaves a line, however it came about, and many leave few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.audit import AuditFilter, audit_page
from signals.store.database import engine_for, transaction
from signals.web.people import Role
from signals.web.refusals import EACH, Trails, note_refusal
from tests.conftest import create_database, drop_database
from tests.web.office import ALMELO, HENGELO, office_on, person
from tests.web.route_table import ask, token_of, town_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.store.audit import AuditLine
    from signals.web.people import User
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """One office for this module: every test has a user of its own."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        yield running
    drop_database(postgres, url)


def refusals(office: RunningOffice, who: User, municipality: str = ALMELO) -> list[AuditLine]:
    """The lines of this user's refusals, oldest first."""
    wanted = AuditFilter(frozenset({municipality}), actors=(who.id,), action="refused")
    with transaction(office.engine) as cursor:
        return audit_page(cursor, wanted)[::-1]


def told(office: RunningOffice, who: User) -> list[tuple[str, object, object]]:
    return [(line.subject, line.detail["page"], line.detail["code"]) for line in refusals(office, who)]


class Ticking:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def trails() -> Trails:
    """Of an office where nobody was refused yet."""
    return Trails(EACH, doubling=True)


# Which refusals have a line


def test_some_a_minute_have_a_line_of_their_own_and_of_many_the_number_is_kept() -> None:
    trails = Trails(3, doubling=True, clock=Ticking())
    assert [trails.next("anna-1") for _ in range(13)] == [
        0, 0, 0, None, None, 2, None, None, None, None, None, 5, None
    ]  # fmt: skip
    assert trails.next("bram-2") == 0


def test_what_had_no_line_is_told_by_the_first_of_the_next_minute() -> None:
    clock = Ticking()
    trails = Trails(2, doubling=False, clock=clock)
    assert [trails.next("anna-1") for _ in range(9)] == [0, 0, *[None] * 7]
    clock.now = 60.0
    assert [trails.next("anna-1") for _ in range(3)] == [7, 0, None]


# What they say


def test_a_page_of_another_role_leaves_a_line(office: RunningOffice) -> None:
    who = person(Role.AUDITOR, 21)
    browser = office.signed_in(who)
    assert browser.http.get("/zoeken").status_code == 403
    assert told(office, who) == [("page", "search", 403)]


def test_a_case_of_another_municipality_leaves_a_line_with_its_number(office: RunningOffice) -> None:
    who, values = person(Role.SPECIALIST, 22, frozenset({HENGELO})), town_of(office).values(Role.SPECIALIST)
    browser = office.signed_in(who)
    assert browser.http.get(f"/zaak/{values['case']}").status_code == 404
    (line,) = refusals(office, who, HENGELO)
    assert (line.subject, line.detail) == (f"case {values['case']}", {"page": "case", "code": 404})
    assert (line.municipality, line.households) == (HENGELO, [])


def test_a_form_of_another_site_or_session_leaves_a_line(office: RunningOffice) -> None:
    who, values = person(Role.SPECIALIST, 23), town_of(office).values(Role.SPECIALIST)
    browser = office.signed_in(who)
    assert ask(browser, "case-claim", values, None).status_code == 403
    sent = {"csrf_token": token_of(browser)}
    foreign = browser.http.post("/zoeken", data=sent, headers={"origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert told(office, who) == [(f"case {values['case']}", "case-claim", 403), ("page", "search-found", 403)]


def test_who_searches_without_end_leaves_a_line(office: RunningOffice) -> None:
    who = person(Role.SPECIALIST, 24)
    browser = office.signed_in(who)
    form = browser.get("/zoeken").form("/zoeken").filled(postcode="7607")
    origin = {"origin": str(browser.http.base_url).rstrip("/")}
    statuses = [browser.http.post("/zoeken", data=dict(form), headers=origin).status_code for _ in range(25)]
    assert 429 in statuses
    assert set(told(office, who)) == {("page", "search-found", 429)}


def test_who_tries_a_hundred_cases_leaves_a_trail_of_which_the_length_is_known(office: RunningOffice) -> None:
    who = person(Role.SPECIALIST, 25, frozenset({HENGELO}))
    browser = office.signed_in(who)
    for number in range(1, 81):
        browser.http.get(f"/zaak/{number}")
    lines = refusals(office, who, HENGELO)
    assert [line.subject for line in lines] == [f"case {n}" for n in (*range(1, EACH + 1), 20, 40, 80)]
    assert sum(1 + int(str(line.detail.get("more", 0))) for line in lines) == 80


def test_what_was_typed_wrong_is_no_refusal(office: RunningOffice) -> None:
    who = person(Role.SPECIALIST, 26)
    browser = office.signed_in(who)
    browser.send(browser.get("/zoeken").form("/zoeken"), status=422)
    assert told(office, who) == []


# By itself


def test_each_municipality_of_the_user_has_its_line(office: RunningOffice) -> None:
    who = person(Role.SPECIALIST, 27, frozenset({ALMELO, HENGELO}))
    note_refusal(office.engine, trails(), who, "case", 404, {"case": 12})
    assert [[line.municipality for line in refusals(office, who, one)] for one in (ALMELO, HENGELO)] == [
        [ALMELO], [HENGELO]
    ]  # fmt: skip


@pytest.mark.parametrize("status", [200, 303, 400, 409, 422, 500, 503])
def test_other_answers_are_no_refusal(office: RunningOffice, status: int) -> None:
    who = person(Role.SPECIALIST, 28)
    note_refusal(office.engine, trails(), who, "case", status, {"case": 12})
    note_refusal(office.engine, trails(), None, "case", 404, {"case": 12})
    assert told(office, who) == []


@pytest.mark.parametrize("path", [{}, {"case": 2**80}, {"partner": "Jansen"}])
def test_nothing_that_somebody_can_make_up_is_kept(office: RunningOffice, path: dict[str, object]) -> None:
    who = person(Role.PARTNER_MANAGER, 30 + len(str(path)))
    note_refusal(office.engine, trails(), who, "partner", 404, path)
    assert told(office, who) == [("page", "partner", 404)]


def test_the_visitor_is_refused_also_when_the_log_cannot_be_written(caplog: pytest.LogCaptureFixture) -> None:
    away = engine_for("postgresql://127.0.0.1:1/nowhere")
    note_refusal(away, trails(), person(Role.SPECIALIST, 29), "case", 404, {"case": 12})
    away.dispose()
    assert [record.message for record in caplog.records] == [
        "a refusal could not be noted in the audit log (OperationalError)"
    ]
