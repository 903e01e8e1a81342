"""The one database of a module of laws; `tests.outreach.learning` has it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import engine_for
from tests.conftest import create_database, drop_database

from .system import System

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def system(postgres: str, migrated_template: str) -> Iterator[System]:
    """One database for all tests of a module; whoever begins a set of events empties it."""
    url = create_database(postgres, migrated_template)
    engine = engine_for(url)
    yield System(engine)
    engine.dispose()
    drop_database(postgres, url)
