"""Letter sets of a municipality's own: only what differs, and a fault is told without anything of a letter."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pdfplumber
import pytest

from signals.errors import WrongUseError
from signals.outreach.letters.typeset import texts_version, typeset_one
from tests.outreach.letters.samples import (
    LONGEST,
    SENDER,
    letter,
    tags_of,
    text_of,
    to,
)


def own_set(folder: Path, files: dict[str, str]) -> Path:
    (folder / "almelo").mkdir()
    for name, text in files.items():
        (folder / "almelo" / name).write_text(text, "utf-8")
    return folder


SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10h-10z"/></svg>'


ALMELO = replace(SENDER, letter_set="almelo")


def test_a_set_of_ones_own_holds_only_what_differs(tmp_path: Path) -> None:
    folder = own_set(tmp_path, {"logo.svg": SQUARE})
    with_logo = replace(ALMELO, logo="logo.svg")
    pdf = typeset_one(letter(sender=with_logo), folder).pdf
    assert "Kunnen wij u helpen" in text_of(pdf)
    with pdfplumber.open(BytesIO(pdf)) as opened:
        assert any(one["top"] < 80 for one in (*opened.pages[0].rects, *opened.pages[0].curves))
    assert ("Figure", "") in tags_of(pdf)[:1]
    before = texts_version(with_logo, folder)
    card = (Path(__file__).parents[3] / "signals/outreach/letters/sets/standaard/nl.toml").read_text("utf-8")
    (tmp_path / "almelo" / "nl.toml").write_text(card.replace("Kunnen wij u helpen", "Mogen wij u helpen"), "utf-8")
    assert "Mogen wij u helpen" in text_of(typeset_one(letter(sender=with_logo), folder).pdf)
    assert texts_version(with_logo, folder) != before
    assert texts_version(replace(SENDER, phone="1"), None) != texts_version(SENDER, None) == texts_version(SENDER, None)


def test_a_set_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="SIGNALS_LETTER_SETS names no folder"):
        typeset_one(letter(sender=ALMELO))
    with pytest.raises(WrongUseError, match="holds no folder almelo"):
        texts_version(ALMELO, tmp_path)


@pytest.mark.parametrize("kind", ["first", "card"])
def test_a_template_that_typst_refuses_is_told_without_anything_of_the_letter(tmp_path: Path, kind: str) -> None:
    folder = own_set(tmp_path, {f"{'card' if kind == 'card' else 'letter'}.typ": '#panic("no " + sys.inputs.run)'})
    with pytest.raises(WrongUseError) as refused:
        typeset_one(letter(kind, sender=ALMELO, block=to("Zacharias")), folder)
    assert str(refused.value).startswith("letter set almelo: typst cannot make the letters")
    assert "Zacharias" not in str(refused.value)


def test_a_template_that_fails_with_one_letter_only_says_so(tmp_path: Path) -> None:
    broken = (
        '#import "parts.typ": *\n'
        '#let card(one, ..) = { if one.lines.len() > 3 { panic(one.lines) }; subject("1", "x") }'
    )
    with pytest.raises(WrongUseError) as refused:
        typeset_one(letter("card", sender=ALMELO, block=LONGEST), own_set(tmp_path, {"card.typ": broken}))
    assert "made-up letters can be printed" in str(refused.value)
    assert "Westerveld" not in str(refused.value)
