"""The `town` fixture, one for the whole session, and one that is unequal. A plugin of its users."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from signals.policies import almelo_policy_text
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import Knobs, simulate
from signals.simulation.unequal import Unequal
from signals.store.database import engine_for
from tests.conftest import create_database, drop_database
from tests.laws.system import System, records_of

from .town import INHABITANTS, SEED, Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def town(postgres: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A year of 2025; nobody worked there. Tests may add models and attempts, and take them away again."""
    with _town(postgres, migrated_template, tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def unequal_town(postgres: str, migrated_template: str, tmp_path: Path) -> Iterator[Town]:
    """The same town, where of people who live alone little is told of what grows worse."""
    knobs = Knobs(unequal=(Unequal("household_size", "1", 90),))
    with _town(postgres, migrated_template, tmp_path, knobs) as town:
        yield town


@contextmanager
def _town(postgres: str, template: str, folder: Path, knobs: Knobs | None = None) -> Iterator[Town]:
    url = create_database(postgres, template)
    engine = engine_for(url)
    system = System(engine)
    system.begin([almelo_policy_text("0141", "Almelo")], PARTNERS)
    pairs = list(simulate("0141", INHABITANTS, "2025-01", 12, SEED, knobs=knobs))
    system.store(records_of(msgspec.json.encode(wire).decode() for wire, _ in pairs))
    file = folder / "truth.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(truth) + b"\n" for _, truth in pairs))
    truth = {(truth["source"], truth["id"]): truth for _, truth in pairs if truth["code"] is None}
    yield Town(system, url, truth, file)
    engine.dispose()
    drop_database(postgres, url)
