"""How does a database come to have the tables of `models`?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from signals.store.database import engine_for, transaction

if TYPE_CHECKING:
    from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`; a second call changes nothing."""
    engine = engine_for(url)
    try:
        command.upgrade(_config(engine), revision)
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest tables."""
    newest = ScriptDirectory.from_config(_config(engine)).get_current_head()
    with transaction(engine) as cursor:
        cursor.execute("SELECT to_regclass('alembic_version') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return False
        return cursor.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest,)]
