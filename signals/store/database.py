"""How does one get a connection, and which errors mean "again, later"?

The engine is SQLAlchemy's; the address is a libpq URI, a socket folder included.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg
from psycopg import errors as pg
from psycopg.pq import ExecStatus
from psycopg.types.json import set_json_loads
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.pool import PoolProxiedConnection

Cursor = psycopg.Cursor[tuple[Any, ...]]
# Freshly filled tables have no statistics yet: a plan that looks up each row by its key is right at every size, and one
# that was made on small tables and kept must not read them whole when they have grown (docs/decisions/0026).
_ROW_BY_ROW = (
    "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan"
)
WORKER_OPTIONS = f"-c jit=off {_ROW_BY_ROW} -c lock_timeout=20s -c statement_timeout=60s"
# Ours or the machine's fault, never the event's: connection, shutdown, locks, resources, disk.
AGAIN_LATER = (
    psycopg.InterfaceError,
    pg.OperationalError,
    pg.TransactionRollback,
    pg.LockNotAvailable,
    pg.QueryCanceled,
    pg.InsufficientResources,
    pg.ReadOnlySqlTransaction,
)
# The tables are not those this version was written for, or may not be used: every event would fail alike.
OUT_OF_DATE = (pg.UndefinedTable, pg.UndefinedColumn, pg.UndefinedFunction, pg.InsufficientPrivilege)
# A network that silently swallows everything is noticed within some seconds, not after the hours the system allows, and
# is tried anew: the system itself would wait ever longer between its attempts, also when the network is back.
NOTICES_SILENCE: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_PROGRAM_LIMITS = "54"  # this class of errors psycopg counts as operational, but an event can be the reason


def is_again_later(error: BaseException) -> bool:
    """Whether the same work may succeed later: the database, not the event, is the reason."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, AGAIN_LATER) and not (cause.sqlstate or "").startswith(_PROGRAM_LIMITS)


def is_out_of_date(error: BaseException) -> bool:
    """Whether the database lacks what this version needs, so that no event can be stored."""
    return isinstance(error.orig if isinstance(error, DBAPIError) else error, OUT_OF_DATE)


def engine_for(url: str, *, options: str = "-c jit=off", pool_size: int = 4) -> Engine:
    """An engine for the libpq URI `url`; every connection runs in UTC. Use it with `transaction`."""

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            url, **NOTICES_SILENCE, options=f"{options} -c TimeZone=UTC", cursor_factory=AllAtOnce
        )
        set_json_loads(msgspec.json.decode, connection)
        return connection

    # The connection that was used last knows its statements and has its tables at hand: it is taken first again.
    return create_engine(
        "postgresql+psycopg://", creator=connect, pool_size=pool_size, max_overflow=2, pool_use_lifo=True
    )


class AllAtOnce(psycopg.Cursor[Any]):
    """A cursor over which one goes row by row as over a list: the rows are here already, and made together."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # psycopg says Self
        """The rows that were not fetched yet."""
        return iter(self.fetchall())


@contextmanager
def transaction(engine: Engine) -> Iterator[Cursor]:
    """One transaction as a psycopg cursor: committed at the end, rolled back on any error."""
    pooled = _begun(engine)
    connection = _driver(pooled)
    try:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()
    except BaseException:
        _give_up(pooled)
        raise
    finally:
        pooled.close()


def _begun(engine: Engine) -> PoolProxiedConnection:
    """A connection on which a transaction has begun.

    To begin is also the question whether the server is still there: what waited in the pool over a restart is dropped,
    all of it, and a new connection is made.
    """
    pooled = engine.raw_connection()
    if _begins(_driver(pooled)):
        return pooled
    pooled.invalidate()
    pooled.close()
    engine.dispose()
    pooled = engine.raw_connection()
    if not _begins(_driver(pooled)):
        pooled.invalidate()
        pooled.close()
        raise pg.OperationalError("the database closed a new connection at once: look in its log")
    return pooled


def _begins(connection: psycopg.Connection[Any]) -> bool:
    return connection.pgconn.exec_(b"BEGIN").status == ExecStatus.COMMAND_OK


def _driver(pooled: PoolProxiedConnection) -> psycopg.Connection[Any]:
    connection: Any = pooled.driver_connection
    return connection  # type: ignore[no-any-return]  # the pool knows it only as anything


def _give_up(pooled: PoolProxiedConnection) -> None:
    """Take back what was done; a connection on which that cannot be said is not used again."""
    try:
        _driver(pooled).rollback()
    except psycopg.Error:
        pooled.invalidate()
