"""The migrations make what the models say, can be run twice, and leave nothing when taken back."""

from __future__ import annotations

import psycopg
import pytest
from alembic import command
from sqlalchemy.exc import ProgrammingError

from signals.store import migrate
from signals.store.database import engine_for
from signals.store.models import Base
from tests.conftest import create_database, drop_database

from .catalog import Catalog, catalog_of

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def models_catalog(postgres: str) -> Catalog:
    """What the models make by themselves."""
    url = create_database(postgres)
    engine = engine_for(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    found = catalog_of(url)
    drop_database(postgres, url)
    return found


@pytest.mark.parametrize("part", ["columns", "constraints", "indexes", "relations", "types", "functions", "triggers"])
def test_migrating_an_empty_database_equals_the_models(postgres: str, models_catalog: Catalog, part: str) -> None:
    url = create_database(postgres)
    migrate.upgrade(url)
    migrated = catalog_of(url)
    drop_database(postgres, url)
    assert migrated[part] == models_catalog[part]


def test_the_catalog_sees_the_tables(models_catalog: Catalog) -> None:
    tables = {row[0] for row in models_catalog["columns"]}
    assert tables == set(Base.metadata.tables)
    assert ("cases", "period", "text", True, "", "", None, "C") in models_catalog["columns"]
    assert ("cases", "id", "bigint", True, "d", "", None, None) in models_catalog["columns"]


def test_upgrading_twice_changes_nothing(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    once = catalog_of(empty_database)
    migrate.upgrade(empty_database)
    assert catalog_of(empty_database) == once


def test_partitions_that_were_read_before_begin_where_their_books_close(empty_database: str) -> None:
    migrate.upgrade(empty_database, "0001")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO progress (log_id, topic, partition, next_offset, stored, duplicates, quarantined)
            VALUES ('log', 't', 0, 0, 0, 0, 0), ('log', 't', 1, 6, 3, 2, 1), ('log', 't', 2, 106, 3, 2, 1)"""
        )
        migrate.upgrade(empty_database)
        counts = connection.execute("SELECT first_offset, passed_over FROM progress ORDER BY partition").fetchall()
    assert counts == [(0, 0), (0, 0), (100, 0)]


def test_a_database_is_current_only_after_the_upgrade(empty_database: str) -> None:
    engine = engine_for(empty_database)
    try:
        assert not migrate.is_current(engine)
        migrate.upgrade(empty_database)
        assert migrate.is_current(engine)
    finally:
        engine.dispose()


def test_taken_back_to_the_base_nothing_is_left(empty_database: str) -> None:
    before = catalog_of(empty_database)
    migrate.upgrade(empty_database)
    engine = engine_for(empty_database)
    try:
        command.downgrade(migrate._config(engine), "base")
    finally:
        engine.dispose()
    assert catalog_of(empty_database) == before


def test_what_was_taken_in_beyond_the_next_offset_is_not_forgotten(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("INSERT INTO progress (log_id, topic, partition, ahead) VALUES ('log', 't', 0, '{1}')")
    engine = engine_for(empty_database)
    try:
        with pytest.raises(ProgrammingError, match="beyond their next offset"):
            command.downgrade(migrate._config(engine), "0005")
    finally:
        engine.dispose()


def test_visiting_lists_that_were_there_begin_as_was_usual(empty_database: str) -> None:
    migrate.upgrade(empty_database, "0012")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO visit_lists (municipality, on_day, part, state, pair, pair_ids, start_x, start_y, minutes,
                minutes_per_visit, area, urgent_within, by_id, by_name)
            SELECT '0141', '2026-11-20', part, 'proposed', '{X}', '{x}', 1, 1, 60, 20, '{}', 7, 'x', 'X'
            FROM unnest(ARRAY['morning', 'afternoon', 'evening']) AS part"""
        )
        migrate.upgrade(empty_database)
        found = connection.execute("SELECT begins::text, announced FROM visit_lists ORDER BY id").fetchall()
    assert found == [("09:00:00", False), ("13:00:00", False), ("18:00:00", False)]


def test_the_contact_of_a_partner_becomes_that_of_each_of_its_municipalities_and_back(empty_database: str) -> None:
    migrate.upgrade(empty_database, "0006")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO policy_versions (municipality, name, valid_from, body)
            SELECT code, code, '2020-01-01', '' FROM unnest(ARRAY['0141', '0164', '0150']) AS code"""
        )
        connection.execute(
            """INSERT INTO partners (id, sector, sources, municipalities, contact_name, contact_phone) VALUES
            ('all', 'water', '{}', NULL, 'Balie', NULL), ('two', 'water', '{}', '{0141,0164}', NULL, '074 123 45 67'),
            ('none', 'water', '{}', NULL, NULL, NULL)"""
        )
        migrate.upgrade(empty_database)
        kept = connection.execute(
            "SELECT partner_id, municipality, name, phone FROM partner_contacts ORDER BY 1, 2"
        ).fetchall()
        assert kept == [
            *(("all", code, "Balie", None) for code in ("0141", "0150", "0164")),
            *(("two", code, None, "074 123 45 67") for code in ("0141", "0164")),
        ]
        connection.execute("UPDATE partner_contacts SET name = 'Anders' WHERE municipality = '0164'")
        engine = engine_for(empty_database)
        try:
            command.downgrade(migrate._config(engine), "0006")
        finally:
            engine.dispose()
        back = connection.execute("SELECT id, contact_name, contact_phone FROM partners ORDER BY id").fetchall()
    assert back == [("all", "Balie", None), ("none", None, None), ("two", None, "074 123 45 67")]
