"""What all tests share: an embedded PostgreSQL, the broker of `tests.brokers`, and the bounds of generated tests."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, LiteralString
from urllib.parse import urlsplit

import hypothesis
import psycopg
import pytest

from signals.embedded import embedded_postgres
from signals.store import migrate
from signals.store.database import engine_for
from tests.scratch import folder_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine


pytest_plugins = ["tests.brokers.fixtures"]

SOAK: Final = bool(os.environ.get("SIGNALS_SOAK"))
IN_MEMORY: Final = pytest.StashKey[Path]()
LONGEST: Final = "test_every_page_chromium.py"  # begun first, so that no process is alone with it at the end
WAITING: Final = frozenset({"commands", "consumers", "embedded", "faults", "walk"})
"""Their tests wait for other processes a good part of the time: a core is free then for those that only compute."""

hypothesis.settings.register_profile("default", max_examples=100, deadline=None, print_blob=True)
hypothesis.settings.register_profile("soak", max_examples=20_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("soak" if SOAK else "default")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what is thrown away in memory, for the whole run; whoever names a TMPDIR has chosen a place already."""
    gc.disable()  # until all is collected: modules and items are made by the hundred thousand, and they stay
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in `make test &`; what tests start would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput"):
        return
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the programs that tests start are the same ones a hundred times
    folder = None if "TMPDIR" in os.environ else folder_in_memory()
    if folder:
        os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
        config.stash[IN_MEMORY] = folder


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Give the memory back, unless there is something to look at."""
    folder = session.config.stash.get(IN_MEMORY, None)
    if folder and exitstatus == pytest.ExitCode.OK:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs to `make soak`; begin with what takes longest, and spread what waits over the run."""
    turns = _turns([*dict.fromkeys(item.path for item in items)])
    items.sort(key=lambda item: turns[item.path])
    if SOAK:
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=soak)
    items[:] = [item for item in items if item not in soak]


def _turns(files: Sequence[Path]) -> dict[Path, float]:
    """When the tests of each file have their turn; what waits is begun before the end, so that nobody waits for it."""
    waiting = [file for file in files if file.parent.name in WAITING]
    others = [file for file in files if file.parent.name not in WAITING]
    turns = {file: 0.9 * place / len(waiting) for place, file in enumerate(waiting)}
    turns |= {file: place / len(others) for place, file in enumerate(others)}
    return {file: -1.0 if file.name == LONGEST else turn for file, turn in turns.items()}


def pytest_collection_finish() -> None:
    """Look no more at what was collected when garbage is looked for."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The libpq URI of a PostgreSQL of this test session, without fsync."""
    with embedded_postgres(tmp_path_factory.mktemp("postgres"), fresh=True) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres: str) -> str:
    """The name of a database with all tables and nothing in them, to make others from."""
    url = create_database(postgres)
    migrate.upgrade(url)
    return database_name(url)


@pytest.fixture
def database(postgres: str, migrated_template: str) -> Iterator[str]:
    """The libpq URI of a database of this test alone: all tables, no rows."""
    url = create_database(postgres, migrated_template)
    yield url
    drop_database(postgres, url)


@pytest.fixture
def empty_database(postgres: str) -> Iterator[str]:
    """The libpq URI of a database of this test alone, without any table."""
    url = create_database(postgres)
    yield url
    drop_database(postgres, url)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on `database`."""
    engine = engine_for(database)
    yield engine
    engine.dispose()


def create_database(server: str, template: str = "template1") -> str:
    name = f"test_{secrets.token_hex(6)}"
    _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')  # the log holds no copy of it
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def drop_database(server: str, url: str) -> None:
    _run(server, f'DROP DATABASE "{database_name(url)}" WITH (FORCE)')


def database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _run(server: str, statement: LiteralString) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)
