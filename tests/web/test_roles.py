"""Who may open what? Every route for every role and for nobody, with the status each of them gets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from signals.web.people import Role
from tests.conftest import create_database, drop_database
from tests.web.office import HENGELO, office_on, person
from tests.web.route_table import PAGES, TABLE, ask, token_of, town_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.client import PageClient
    from tests.web.office import RunningOffice
    from tests.web.route_table import Town

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def asked_office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office of this module alone: its requests change things."""
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        yield running
    drop_database(postgres, url)


@pytest.fixture(scope="module")
def town(asked_office: RunningOffice) -> Town:
    return town_of(asked_office)


@pytest.fixture(scope="module")
def browsers(asked_office: RunningOffice) -> dict[Role | None, PageClient]:
    """The browser of one person of each role, and of nobody."""
    found: dict[Role | None, PageClient] = {role: asked_office.signed_in(role) for role in Role}
    return {None: asked_office.visitor(), **found}


@pytest.fixture(scope="module")
def tokens(browsers: dict[Role | None, PageClient]) -> dict[Role | None, str]:
    """A form's token for each who is signed in."""
    return {role: token_of(browser) for role, browser in browsers.items() if role}


def test_every_page_has_its_line() -> None:
    assert list(TABLE) == list(PAGES)


def test_the_table_and_the_pages_know_the_same_roles() -> None:
    assert {name: asked.roles for name, asked in TABLE.items()} == {name: page.roles for name, page in PAGES.items()}


def test_no_page_for_everybody_shows_a_person() -> None:
    assert not [name for name, page in PAGES.items() if page.shows_person and page.roles is None]


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
@pytest.mark.parametrize("name", [name for name, asked in TABLE.items() if asked.roles is not None])
def test_route_and_role(
    name: str,
    role: Role | None,
    town: Town,
    browsers: dict[Role | None, PageClient],
    tokens: dict[Role | None, str],
) -> None:
    answer = ask(browsers[role], name, town.values(role), tokens.get(role))
    if role is None:
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/aanmelden")
    else:
        assert answer.status_code == (TABLE[name].status if role in (TABLE[name].roles or ()) else 403)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
@pytest.mark.parametrize("name", [name for name, asked in TABLE.items() if asked.roles is None])
def test_route_for_everybody(name: str, role: Role | None, town: Town, asked_office: RunningOffice) -> None:
    browser = asked_office.signed_in(role) if role else asked_office.visitor()
    token = token_of(browser) if role else None
    answer = ask(browser, name, town.values(role), token)
    without_token = PAGES[name].method == "POST" and not token
    status = TABLE[name].status if role else TABLE[name].nobody or TABLE[name].status
    assert answer.status_code == (403 if without_token else status)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.method == "POST" and page.roles])
def test_a_form_without_its_token_changes_nothing(
    name: str, town: Town, browsers: dict[Role | None, PageClient], tokens: dict[Role | None, str]
) -> None:
    for role in sorted(TABLE[name].roles or ()):
        for token in (None, "", tokens[_other(role)]):
            assert ask(browsers[role], name, town.values(role), token).status_code == 403


@pytest.mark.parametrize("name", [name for name, asked in TABLE.items() if "case" in asked.path])
def test_a_case_of_another_municipality_is_not_there(name: str, town: Town, asked_office: RunningOffice) -> None:
    for role in sorted(TABLE[name].roles or ()):
        browser = asked_office.signed_in(person(role, 2, frozenset({HENGELO})))
        assert ask(browser, name, town.values(role), token_of(browser)).status_code == 404


def _other(role: Role) -> Role:
    return Role.AUDITOR if role != Role.AUDITOR else Role.SPECIALIST


def test_every_page_is_in_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "pages.md").read_text("utf-8")
    paths = {page.path.replace(":int", "") for page in PAGES.values() if not page.path.startswith("/zaak/{case:int}/")}
    told = {one for cell in re.findall(r"^\| (`/.+?) \|", text, re.MULTILINE) for one in re.findall(r"`(.+?)`", cell)}
    told |= {f"/werkvoorraad/{{queue}}{one[1:]}" for one in told if one.startswith("…")}
    assert {one for one in told if one.startswith("/")} == paths
