"""The office as fixtures: one of a test's own, and one for all tests that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.web import routes
from tests.conftest import create_database, database_name, drop_database
from tests.web import trial_pages
from tests.web.chromium import chromium
from tests.web.office import RunningOffice, office_on, take_in_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


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


def _opened(server: str, template: str) -> Iterator[RunningOffice]:
    url = create_database(server, template)
    with office_on(url) as running:
        yield running
    drop_database(server, url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; `window(browser, office, who)` opens a window of somebody (tests/web/chromium.py)."""
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
