"""The database folds names as `households.names` does: what the walk holds for one name, the search finds as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signals.households.names import fold
from tests.conftest import create_database, drop_database
from tests.households.tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.rows import TupleRow

pytestmark = pytest.mark.database

WRITTEN = "van de 't ’s d'Hondt IJ ij Dĳk Dÿk Groß Gross s é İpek Øye Æbel Łódź B.V. h.o.d.n. & / J. Küpers Noë"
LATIN = st.lists(st.sampled_from([*WRITTEN.split(), " ", "-", "'", "´", ".", "e\u0301"]), max_size=6).map("".join)


@pytest.fixture(scope="module")
def connection(postgres: str, migrated_template: str) -> Iterator[psycopg.Connection[TupleRow]]:
    """A database with the function."""
    url = create_database(postgres, migrated_template)
    with psycopg.connect(url, autocommit=True) as connected:
        yield connected
    drop_database(postgres, url)


def folded_there(connection: psycopg.Connection[TupleRow], names: list[str]) -> list[list[str]]:
    found = connection.execute(
        "SELECT tsvector_to_array(name_words(name)) FROM unnest(%s::text[]) WITH ORDINALITY AS one(name, n) ORDER BY n",
        (names,),
    )
    return [sorted(words) for (words,) in found]


@pytest.mark.parametrize("table", ["surnames", "business_names"])
def test_names_of_the_tables(connection: psycopg.Connection[TupleRow], table: str) -> None:
    names = [str(row[0]) for row in rows(table) if row[0] is not None]
    assert len(names) > 20
    here = [sorted(set(fold(name).split())) for name in names]
    assert dict(zip(names, folded_there(connection, names), strict=True)) == dict(zip(names, here, strict=True))


@given(LATIN)
@example("")
@example("Jansen")
def test_whatever_is_written_with_latin_letters(connection: psycopg.Connection[TupleRow], name: str) -> None:
    assert folded_there(connection, [name]) == [sorted(set(fold(name).split()))]
