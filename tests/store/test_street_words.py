"""The database writes the last part of a street's name out: the short and the full one are found as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.store.street_words import ABBREVIATED, FUNCTION
from tests.conftest import create_database, drop_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.rows import TupleRow

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def connection(postgres: str, migrated_template: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """A database with the function."""
    url = create_database(postgres, migrated_template)
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected
    drop_database(postgres, url)


def folded(connection: psycopg.Connection[TupleRow], *streets: str) -> list[str]:
    asked = "SELECT street_words(street) FROM unnest(%s::text[]) WITH ORDINALITY AS one(street, n) ORDER BY n"
    return [street for (street,) in connection.execute(asked, (list(streets),))]


@pytest.mark.parametrize(("short", "full"), ABBREVIATED)
def test_the_last_part_is_written_out_with_or_without_a_dot(
    connection: psycopg.Connection[TupleRow], short: str, full: str
) -> None:
    short = short.replace("\\", "")
    ways = [f"Spoel{short}", f"spoel {short}", f"SPOEL-{short.upper()}", f"Spoel{short} 12", f"1e {short}"]
    ways += [] if short.endswith(".") else [f"Spoel{short}.", f"Spoel {short}. 12", f"1e {short}."]
    found = {way: one.removesuffix("12") for way, one in zip(ways, folded(connection, *ways), strict=True)}
    assert found == {way: f"1e{full}" if way.startswith("1e") else f"spoel{full}" for way in ways}


@pytest.mark.parametrize(
    ("street", "words"),
    [
        ("Kerkepad", "kerkepad"),
        ("Dreef", "dreef"),
        ("Spoelplein", "spoelplein"),
        ("Nieuwstr. Noord", "nieuwstraatnoord"),
        ("Gr. Markt", "grmarkt"),
        ("Dk", "dk"),
        ("Oude Gr. Houtweg", "oudegrhoutweg"),
        ("Abraham Lincolnstr.", "abrahamlincolnstraat"),
        ("Rijksstrwg.", "rijksstraatweg"),
        ("Rijksstraatwg", "rijksstraatweg"),
        ("Schüsslerln.", "schusslerlaan"),
        ("Spoelpl", "spoelpl"),  # the beginning of a plantsoen as well
        ("Ln.", "ln"),
        ("", ""),
    ],
)
def test_other_names_stay_what_they_are(connection: psycopg.Connection[TupleRow], street: str, words: str) -> None:
    assert folded(connection, street) == [words]


def test_the_migration_makes_the_function_of_the_tables(connection: psycopg.Connection[TupleRow]) -> None:
    [(source,)] = connection.execute("SELECT prosrc FROM pg_proc WHERE proname = 'street_words'").fetchall()
    assert source.strip() == FUNCTION.split("$$")[1].strip()
