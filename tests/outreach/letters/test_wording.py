"""The texts that ship: complete, alike in both languages, short, and without the words that frighten."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from signals.errors import FaultsError
from signals.outreach.letters.letter import KINDS, LANGUAGES
from signals.outreach.letters.sender import PLACES, TEXT_KEYS
from signals.outreach.letters.sets import set_folder
from signals.outreach.letters.typeface import printable
from signals.outreach.letters.wording import CARD_KEYS, in_pieces, told, wording
from tests.outreach.letters.samples import letter

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = set_folder("standaard", None)
TEXTS = wording(SHIPPED, "standaard")
LONGEST_SENTENCE = 20
"""Words: what Dutch at level B1 has at most, nearly everywhere (domain.md section 9)."""


def every_text(language: str) -> list[str]:
    return [text for kind in KINDS for text in TEXTS[language][kind].values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_says_what_frightens_or_names_an_amount(language: str) -> None:
    for text in every_text(language):
        assert not re.search(r"schuld|debt|incasso|deurwaarder|bailiff|€|\d", text, re.IGNORECASE), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language: str) -> None:
    for text in every_text(language):
        for sentence in re.split(r"(?<=[.?!:])\s+", text):
            assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


def test_dutch_letters_say_u() -> None:
    for text in every_text("nl"):
        assert not re.search(r"\b(je|jij|jou|jouw|jullie)\b", text, re.IGNORECASE), text


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_have_the_same_texts_with_the_same_places(kind: str) -> None:
    dutch, english = (TEXTS[language][kind] for language in LANGUAGES)
    assert set(dutch) == set(english)
    assert set(CARD_KEYS if kind == "card" else TEXT_KEYS) <= set(dutch)
    for key, text in dutch.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "card"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_letter_has_what_domain_asks(kind: str, language: str) -> None:
    texts = TEXTS[language][kind]
    assert "{answer_by}" in texts["choose"]
    assert "{partners}" in texts["opening"]
    assert "{partners}" not in texts["opening_unnamed"] + texts["self_unnamed"] + texts["source_unnamed"]
    assert re.search("gratis|free", texts["opening"])
    assert "Wgs" in texts["source"]
    assert re.match("Ik |I ", texts["help_heading"])  # the resident's own words
    assert re.match("Ik |I ", texts["self_heading"])
    assert ("{visit_day}" in texts["opening"]) == (kind == "announced-visit")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_can_be_printed(language: str) -> None:
    assert all(
        printable(text.replace("\n", "")) for text in (*every_text(language), *TEXTS[language]["words"].values())
    )


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    values = dict.fromkeys(PLACES, "x") | {"partners": "{date} {answer_by}"}
    found = told(letter(), TEXTS, values)
    assert any("{date} {answer_by}" in "".join(one) for one in found["opening"])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kijk op www.geldfit.nl of bel 0800 - 8115.", ["www.geldfit.nl", "0800 - 8115"]),
        (
            "Uiterlijk dinsdag 15 december 2026, of https://a.example/b?c=d.",
            ["15 december 2026", "https://a.example/b?c=d"],
        ),
        ("Een brief, 12 zinnen.", []),
        ("", []),
    ],
)
def test_addresses_numbers_and_dates_are_not_broken(text: str, kept: list[str]) -> None:
    pieces = in_pieces(text)
    assert "".join(pieces) == text
    assert pieces[1::2] == kept


def changed(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(SHIPPED, folder / "set")
    file = folder / "set" / "en.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return folder / "set"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("help_heading", "help_headings", "en.toml: [first] has no text help_heading"),
        ("{partners}", "{parners}", "en.toml: {parners} is not known; write one of sender, partners"),
        ('call = "Call: "', "", "en.toml: [words] has no text call"),
        ("[card]", "[cart]", "en.toml: [card] has no text subject"),
        ("[first]", "[first", "cannot be read as TOML"),
    ],
)
def test_a_set_with_a_fault_says_which(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(FaultsError) as refused:
        wording(changed(tmp_path, old, new), "almelo")
    assert any(fault in one for one in refused.value.faults), refused.value.faults
