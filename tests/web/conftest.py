"""The office as fixtures: one of a test's own, and one for all tests that only read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from signals.web import routes, templating
from signals.web.office import processing
from signals.web.signin.limits import Limiter
from signals.web.work import openings
from tests.conftest import create_database, database_name, drop_database
from tests.web import trial_pages
from tests.web.chromium import chromium
from tests.web.compiled import RememberingEnvironment
from tests.web.office import RunningOffice, office_on, take_in_months, take_in_neighbours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


EVENING: Final = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # after the simulated months


@pytest.fixture(autouse=True)
def _room_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with all openings of cases: the same few people work in hundreds of tests a minute."""
    monkeypatch.setattr(openings, "LIMITER", Limiter(openings.RATE, name="openings of cases"))
    monkeypatch.setattr(processing, "LIMITER", Limiter(processing.RATE, name="searches for a data subject"))


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Hundreds of offices show the same pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templating, "FoldingEnvironment", RememberingEnvironment)
        yield


@pytest.fixture(scope="session")
def months_template(postgres: str, migrated_template: str) -> str:
    """The name of a database with two simulated months, to make others from."""
    url = create_database(postgres, migrated_template)
    take_in_months(url)
    return database_name(url)


@pytest.fixture
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office on a database of this test alone."""
    yield from _opened(postgres, months_template)


@pytest.fixture(scope="session")
def shared_office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office whose residents no test changes."""
    yield from _opened(postgres, months_template)


@pytest.fixture(scope="session")
def two_towns(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    """An office on 20 November 2026 where Hengelo works too; no test closes a case here."""
    url = create_database(postgres, months_template)
    take_in_neighbours(url)
    with office_on(url, clock=lambda: EVENING) as running:
        yield running
    drop_database(postgres, url)


def _opened(server: str, template: str) -> Iterator[RunningOffice]:
    url = create_database(server, template)
    with office_on(url) as running:
        yield running
    drop_database(server, url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; `window(browser, office, who)` opens a window of somebody (tests/web/chromium.py).

    Ends with its module: as long as Playwright is there, no test of the same process can run an event loop of its own.
    """
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def desks(postgres: str, migrated_template: str) -> Iterator[RunningOffice]:
    """An office with some pages of the tests' own beside the real ones."""
    url = create_database(postgres, migrated_template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routes, "MODULES", (*routes.MODULES, trial_pages))
        with office_on(url) as running:
            yield running
    drop_database(postgres, url)
