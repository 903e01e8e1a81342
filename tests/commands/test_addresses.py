"""`signals addresses import` as it is typed: what it says, what it leaves out, and what it refuses whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from signals.commands import up
from signals.settings import load_settings
from signals.simulation.homes import home
from signals.simulation.towns import town_of
from tests.walk.terminal import Said, typed

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.database
GOOD = "postcode;huisnummer;x;y\n7607GC;12;241900,5;486200\n7607GC;14;241910,5;486200\n;9;241900;486200\n"
FAULTY = GOOD + "7607GC;16;486200;241900\n7607GC;0;241900;486200\n"


@pytest.fixture
def import_of(database: str, tmp_path: Path) -> Callable[..., Said]:
    """Types the command for a file that holds `content`."""

    def typing(content: str | bytes, *options: str) -> Said:
        file = tmp_path / "bag.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return typed("addresses", "import", file, *options, settings={"SIGNALS_DATABASE_URL": database})

    return typing


def numbers(database: str) -> list[int]:
    with psycopg.connect(database) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM address_places ORDER BY 1, postcode")]


def test_a_file_is_read_and_what_was_left_out_is_said(import_of: Callable[..., Said], database: str) -> None:
    said = import_of(GOOD)
    assert said == Said(
        0, "addresses: 2; postcodes: 1; rows read: 3\n", "left out, as the register gives them no postcode: 1\n"
    )
    assert numbers(database) == [12, 14]


def test_a_faulty_file_changes_nothing_unless_it_is_asked_to(import_of: Callable[..., Said], database: str) -> None:
    said = import_of(FAULTY)
    assert (said.code, said.out) == (2, "")
    assert "bag.csv: 2 faults\n" in said.err
    assert "line 5: x and y are swapped" in said.err
    assert "line 6: the house number" in said.err
    assert numbers(database) == []
    said = import_of(FAULTY, "--skip-faulty")
    assert (said.code, said.out) == (0, "addresses: 2; postcodes: 1; rows read: 5\n")
    assert "left out: line 5: x and y are swapped" in said.err
    assert numbers(database) == [12, 14]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.partition("\n")[0], "holds no address that can be used"),
        (GOOD.partition("\n")[0] + "\n;9;241900;486200\n", "holds no address that can be used"),
        ("", "column postcode"),
        (GOOD.replace("huisnummer", "número").encode("latin-1"), "is not UTF-8 text"),
        (GOOD.encode() + b"7607GC;\xe9;1;1\n", "is not UTF-8 text"),
        ("x;y\n1;2\n", "column postcode (postcode or postal code) is missing"),
    ],
)
def test_a_file_that_is_no_extract_is_refused(
    import_of: Callable[..., Said], database: str, content: str | bytes, told: str
) -> None:
    import_of(GOOD)
    said = import_of(content, "--skip-faulty")
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert numbers(database) == [12, 14]


def test_a_folder_is_no_file(database: str, tmp_path: Path) -> None:
    said = typed("addresses", "import", tmp_path, settings={"SIGNALS_DATABASE_URL": database})
    assert (said.code, "cannot be read" in said.err) == (2, True)


def test_what_the_simulation_writes_is_taken_in(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = ("--municipality", "0164", "--inhabitants", 2000)
    assert typed("simulate", *place, "--events", "e", "--addresses", "bag.csv").code == 0
    events = Path("e").read_bytes()
    assert typed("simulate", *place, "--events", "e").code == 0
    assert Path("e").read_bytes() == events
    said = typed("addresses", "import", "bag.csv", settings={"SIGNALS_DATABASE_URL": database})
    assert said.out.startswith("addresses: 1")
    assert said.err == ""
    first = home(town_of("0164", 2000), 0)
    with psycopg.connect(database) as connection:
        query = "SELECT x, y FROM address_places WHERE (postcode, number, suffix) = (%s, %s, '')"
        (at,) = connection.execute(query, (first.postcode, first.number)).fetchall()
    assert at == pytest.approx((251_000, 476_200), abs=5_000)


def test_the_demonstration_knows_where_its_homes_lie(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "ALMELO", town_of("0141", 2000))
    settings = load_settings(database_url=database)
    up._import_addresses(settings)
    known = numbers(database)
    assert len(known) > 900
    up._import_addresses(settings)  # an import of one's own stays: this is done once
    with psycopg.connect(database) as connection:
        lines = connection.execute("SELECT actor, detail FROM audit WHERE action = 'addresses-import'").fetchall()
    assert lines == [("signals up", {"rows": len(known)})]


@pytest.mark.parametrize("other", ["--events", "--truth", "--caseload"])
def test_addresses_go_to_a_file_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.chdir(tmp_path)
    said = typed("simulate", "--inhabitants", 2000, other, "same", "--addresses", "same")
    assert (said.code, "go to the same place" in said.err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_addresses_that_have_no_place_are_told_before_the_work(tmp_path: Path) -> None:
    said = typed("simulate", "--events", tmp_path / "events", "--addresses", tmp_path / "no" / "bag.csv")
    assert (said.code, "cannot be written" in said.err) == (2, True)
    assert not list(tmp_path.iterdir())
