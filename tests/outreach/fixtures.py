"""The `desk` fixture: one database for the whole session, emptied before each test. A plugin of its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import engine_for
from tests.conftest import create_database, drop_database
from tests.laws.system import System

from .desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def desk_database(postgres: str, migrated_template: str) -> Iterator[str]:
    """The libpq URI of the database on which all desks of this session stand, one after the other."""
    url = create_database(postgres, migrated_template)
    yield url
    drop_database(postgres, url)


@pytest.fixture
def desk(desk_database: str) -> Iterator[Desk]:
    """A desk with nothing on it yet, the shipped policies and all partners of the stories."""
    engine = engine_for(desk_database)
    desk = Desk(System(engine))
    desk.begin()
    yield desk
    engine.dispose()
