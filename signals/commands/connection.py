"""Which services does this command talk to, and who is asking?

The settings say it; where they are silent, the services of a `signals up` that runs in this folder answer.
"""

from __future__ import annotations

import getpass
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy.exc import DBAPIError

from signals.embedded import running_services
from signals.errors import SignalsError, WrongUseError
from signals.settings import PREFIX, Settings, load_settings
from signals.store.database import engine_for, is_again_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from signals.embedded import Services


def settings_here() -> Settings:
    """The settings, completed with the running services of this folder where no address is set."""
    settings = load_settings()
    if settings.database_url or settings.ddl_database_url or settings.kafka_bootstrap:
        return settings
    services = running_services(settings.folder)
    if services is None:
        raise WrongUseError(
            f"no services to talk to: set SIGNALS_DATABASE_URL and SIGNALS_KAFKA_BOOTSTRAP, "
            f"or start `signals up` here first (nothing runs in {settings.folder})"
        )
    return settings_of(services)


def settings_of(services: Services) -> Settings:
    """The settings for embedded services, whatever the environment says of others."""
    given = {name.removeprefix(PREFIX).lower(): value or None for name, value in services.environment().items()}
    return load_settings(**given)


@contextmanager
def engine_here(settings: Settings) -> Iterator[Engine]:
    """An engine on the database of the settings; says in words when it is away. Raises SignalsError."""
    engine = engine_for(settings.database)
    try:
        with database_errors():
            yield engine
    finally:
        engine.dispose()


@contextmanager
def database_errors() -> Iterator[None]:
    """Say in words what the database raises in the `with` block. Raises SignalsError."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        raise SignalsError(_in_words(error)) from error


def _in_words(error: DBAPIError | psycopg.Error) -> str:
    kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
    if is_again_later(error):
        return f"the database cannot be used ({kind}): check SIGNALS_DATABASE_URL and that it runs"
    if kind == psycopg.errors.InsufficientPrivilege.__name__:
        return (
            "the database refused: the role of SIGNALS_DATABASE_URL may not do this; see docs/operations.md, Database"
        )
    return f"the database refused ({kind}): run `signals db upgrade`, then try again"


def actor() -> str:
    """Who is asking, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # no name for this user id
        return "cli"
