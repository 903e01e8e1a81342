"""What does a database say of its own tables? Its catalog as sets of lines, so that two databases can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.store.database import engine_for, transaction

if TYPE_CHECKING:
    from signals.store.database import Cursor

# The order of columns is left out: a later migration adds at the end what the model shows elsewhere.
_CATALOG = {
    "columns": """
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text, attgenerated::text,
            pg_get_expr(adbin, adrelid), collname
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        LEFT JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": """
        SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), indisunique, indisvalid
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace""",
    "relations": """
        SELECT relname, relkind::text, reloptions::text FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "types": """
        SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype <> 'c' AND typcategory <> 'A'""",
    "functions": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
}

Catalog = dict[str, set[tuple[Any, ...]]]


def catalog_of(url: str) -> Catalog:
    """The catalog of the database at `url`, without Alembic's own table."""
    engine = engine_for(url)
    try:
        with transaction(engine) as cursor:
            return {part: _rows(cursor, sql) for part, sql in _CATALOG.items()}
    finally:
        engine.dispose()


def _rows(cursor: Cursor, sql: str) -> set[tuple[Any, ...]]:
    cursor.execute(sql)
    return {row for row in cursor if not str(row[0]).startswith("alembic_version")}
