"""What the pages say: every sentence in two languages, and how days, moments and amounts are written."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from signals.web import texts
from tests.web import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from babel.messages.catalog import Message

NBSP = "\N{NO-BREAK SPACE}"
PLACE = re.compile(r"\{(\w+)\}")


def english() -> dict[str, list[tuple[str, Message]]]:
    """Every sentence with its English and the file that has it."""
    found = defaultdict(list)
    for path in sorted((texts.FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale="en", abort_invalid=True)
        for message in catalog:
            if message.id:
                found[str(message.id)].append((path.name, message))
    return found


def test_every_sentence_has_its_english() -> None:
    said = sentences.of_templates() | sentences.of_code()
    assert len(said) > 40
    known = english()
    assert {sentence: place for sentence, place in said.items() if sentence not in known} == {}


def test_no_english_is_left_over() -> None:
    said = sentences.of_templates() | sentences.of_code()
    assert {one: [file for file, _ in found] for one, found in english().items() if one not in said} == {}


def test_who_reads_is_spoken_to_in_one_way() -> None:
    """With "u hebt", not "u heeft" here and there; and never with "je"."""
    said = sentences.of_templates() | sentences.of_code()
    assert [one for one in said if re.search(r"\b[Uu] heeft\b|\bheeft u\b|\b[Jj](e|ij|ouw)\b", one)] == []


def test_the_same_sentence_has_the_same_english_everywhere() -> None:
    differing = {
        one: found for one, found in english().items() if len({str(message.string) for _, message in found}) > 1
    }
    assert differing == {}


def test_the_english_has_the_same_values_and_is_not_empty() -> None:
    for dutch, found in english().items():
        for file, message in found:
            assert message.string, (file, dutch)
            assert not message.fuzzy, (file, dutch)
            assert sorted(set(PLACE.findall(dutch))) == sorted(set(PLACE.findall(str(message.string)))), (file, dutch)


@pytest.mark.parametrize(
    ("wish", "accepted", "language"),
    [
        (None, "", "nl"),
        (None, "nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de,en;q=0.5", "en"),
        (None, "de-DE,fr", "nl"),
        ("en", "nl", "en"),
        ("nl", "en", "nl"),
        ("fr", "en", "en"),
        (None, ";;,,*;q=x," * 1000, "nl"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers_else_dutch(
    wish: str | None, accepted: str, language: str
) -> None:
    assert texts.choose_language(wish, accepted) == language


@pytest.mark.parametrize(
    ("shown", "value", "dutch", "english"),
    [
        (texts.day, date(2026, 11, 2), "2 november 2026", "2 November 2026"),
        (texts.day, datetime(2026, 11, 1, 23, 30, tzinfo=UTC), "2 november 2026", "2 November 2026"),
        (
            texts.moment,
            datetime(2026, 11, 2, 13, 5, tzinfo=UTC),
            "2 november 2026 om 14:05",
            "2 November 2026 at 14:05",
        ),
        (texts.moment, datetime(2026, 7, 2, 22, 5, tzinfo=UTC), "3 juli 2026 om 00:05", "3 July 2026 at 00:05"),
        (texts.euros, 61250, f"€{NBSP}612,50", "€612.50"),
        (texts.euros, 1, f"€{NBSP}0,01", "€0.01"),
        (texts.euros, 123456789, f"€{NBSP}1.234.567,89", "€1,234,567.89"),
        (texts.days, 1, "1 dag", "1 day"),
        (texts.days, 0, "0 dagen", "0 days"),
        (texts.days, 14, "14 dagen", "14 days"),
        (texts.number, 12345.5, "12.345,5", "12,345.5"),
    ],
)
def test_how_it_is_written(shown: Callable[[object, str], str], value: object, dutch: str, english: str) -> None:
    assert (shown(value, "nl"), shown(value, "en")) == (dutch, english)


@pytest.mark.parametrize("written", ["2026-11-02", "2-11-2026", "02-11-2026", "2/11/2026", "2.11.2026", "2 11 2026"])
def test_a_day_as_browsers_send_it_and_as_people_write_it(written: str) -> None:
    assert texts.day_of(written) == date(2026, 11, 2)


@pytest.mark.parametrize(
    "written", ["", "2026", "31-2-2026", "11-2026", "2-11-26", "morgen", "2-11-20266", "٢-11-2026"]
)
def test_what_is_no_day(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        texts.day_of(written)


def test_values_stand_in_their_places_and_are_never_read_as_places() -> None:
    assert texts.translate("nl", "Zaak {number}", number="{days}") == "Zaak {days}"
    assert texts.translate("en", "staat nergens") == "staat nergens"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ALMELO", "Almelo"),
        ("DEN HAAG", "Den Haag"),
        ("'S-GRAVENHAGE", "'s-Gravenhage"),
        ("IJSSELSTRAAT", "IJsselstraat"),
        ("Almelo", "Almelo"),
        ("de Riet", "de Riet"),
        ("", ""),
    ],
)
def test_a_place_is_not_shouted(written: str, shown: str) -> None:
    assert texts.place(written) == shown
