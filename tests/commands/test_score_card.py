"""`signals score card`: the papers of a municipality's score, on the terminal, in a file and for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.store.database import engine_for, transaction
from tests.conftest import create_database, drop_database
from tests.walk.terminal import typed
from tests.web.scored import evaluated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.walk.terminal import Said

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def url(postgres: str, migrated_template: str) -> Iterator[str]:
    """A migrated database with the shipped policies; a model of Almelo is active there after the first test."""
    database = create_database(postgres, migrated_template)
    assert typed("policy", "load", settings={"SIGNALS_DATABASE_URL": database}).code == 0
    yield database
    drop_database(postgres, database)


def card(url: str, *words: object) -> Said:
    return typed("score", "card", *words, settings={"SIGNALS_DATABASE_URL": url})


def test_the_card_is_of_the_framework_until_a_model_is_active(url: str, tmp_path: Path) -> None:
    first = card(url, "--municipality", "0164", "--lang", "en")
    assert first.code == 0
    assert first.out.startswith("# Score card of the decision framework, municipality of Hengelo\n")
    engine = engine_for(url)
    with transaction(engine) as cursor:
        number = evaluated(cursor)
    engine.dispose()
    kept = card(url, "--municipality", "0141", "--json").document  # the policy does not let it order
    assert kept["title"]["nl"] == "Scorekaart van het afwegingskader, gemeente Almelo"
    document = card(url, "--municipality", "0141", "--model", number, "--json").document
    assert document["title"]["nl"] == f"Modelkaart van model {number}, gemeente Almelo"
    page = tmp_path / "kaart.html"
    assert card(url, "--model", number, "--out", page).code == 0
    assert "Komen de kansen uit?" in page.read_text("utf-8")
    assert card(url, "--municipality", "0164", "--model", number).code == 2


def test_the_entry_of_the_register_is_complete_but_for_what_the_municipality_says(url: str) -> None:
    said = card(url, "--municipality", "0141", "--register", "--json")
    assert said.document["values"]["Schema"] == "1.0.0"
    assert "Leverancier" in said.document["to_fill_in"]
    assert (
        "Naam: Huishoudens met betalingsachterstanden ordenen" in card(url, "--municipality", "0141", "--register").out
    )


@pytest.mark.parametrize(
    "words",
    [
        (),  # of two municipalities
        ("--municipality", "9999"),
        ("--municipality", "0141", "--lang", "de"),
        ("--municipality", "0141", "--out", "card.pdf"),
        ("--municipality", "0141", "--out", "/nowhere/card.md"),
        ("--municipality", "0141", "--out", "card.md", "--json"),
        ("--municipality", "0141", "--model", "77"),
    ],
)
def test_what_cannot_be_made_is_said_in_words(url: str, words: tuple[str, ...]) -> None:
    said = card(url, *words)
    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err
