"""A letter on paper: nothing is markup, the file is accessible, and the same letters are the same bytes."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]  # it brings no types
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.outreach.letters.letter import KINDS, LANGUAGES, Announced, Letter, LetterError
from signals.outreach.letters.typeface import printable
from signals.outreach.letters.typeset import picture, side_by_side, typeset, typeset_one
from tests.outreach.letters.samples import (
    BARE,
    LETTERS,
    SENDER,
    characters_of,
    letter,
    tags_of,
    to,
)

PICTURES = Path(__file__).parents[3] / "artefacts" / "letters"


CODES = [
    "#",
    "@bron",
    "$x^2$",
    "*vet*",
    "_scheef_",
    "<b>",
    "\\n",
    "`raw`",
    "//",
    "/* x */",
    '"',
    "'",
    "#let a = 1",
    "= Kop",
]


CODES += [
    "- punt",
    "~",
    "--",
    "...",
    "[x]",
    "{partners}",
    "{answer_by}",
    "{",
    "https://x.example",
    "#panic()",
    "&amp;",
    "1.",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_letter_is_one_sheet_and_can_be_looked_at(kind: str, language: str) -> None:
    made = typeset_one(letter(kind, language))
    assert (made.pages, made.sheets) == ((1,), (1,))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with pypdfium2.PdfDocument(made.pdf) as opened:
        page = opened[0].render(scale=1.5)
        page.to_pil().save(PICTURES / f"{kind}-{language}.png")
        sizes = {"card": (148, 105)}
        width, height = (round(points / 72 * 25.4) for points in opened[0].get_size())
        assert (width, height) == sizes.get(kind, (210, 297))


def test_nothing_that_was_sent_is_markup() -> None:
    letters = [
        letter(block=replace(to(text), street=text), salutation=f"Beste {text},", partners=(text, "Vitens"))
        for text in CODES
    ]
    pages = characters_of(typeset(letters).pdf)
    for text, page in zip(CODES, pages, strict=True):
        assert f"{text}{text} 12 A7607 GC  ALMELO" in page
        assert f"Beste {text}," in page
        assert f"bericht van {text} en Vitens." in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("text", ["אברהם כהן", "محمد علي", "Jan 😀", "漢字", "a\x00b", "\ue000", "x\u0951"])
def test_what_the_typeface_lacks_is_a_code_before_anything_is_printed(text: str) -> None:
    for made in (letter(block=to(text)), letter(salutation=f"Beste {text},"), letter(partners=(text,))):
        assert made.fault == "unprintable"
        with pytest.raises(LetterError) as refused:
            typeset([letter(), made])
        assert (refused.value.code, refused.value.number) == ("unprintable", made.number)
        assert text not in str(refused.value)
        with pytest.raises(LetterError):
            picture(made)


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_name_is_printed_or_has_a_code(name: str, partner: str) -> None:
    made = letter("card", block=to(name), salutation=f"Beste {name},", partners=(partner,))
    if made.fault is None:
        assert typeset_one(made).pages == (1,)
    else:
        with pytest.raises(LetterError, match=made.fault):
            typeset_one(made)


def test_every_letter_of_the_typeface_can_be_printed() -> None:
    letters = "".join(one for one in map(chr, range(0x21, 0x10000)) if printable(one))
    assert len(letters) > 1000
    made = typeset_one(letter(salutation=letters, partners=(letters,)))
    assert sum(made.pages) <= 2


@pytest.mark.parametrize("text", ["Zoë", "Jose\u0301", "Nguyễn Thị Ánh", "ĲsbrandĳẞßŁşğ", "ff fi ffi"])
def test_letters_with_marks_are_printed(text: str) -> None:
    made = letter(block=to(text))
    assert made.fault is None
    assert made.block.name.replace(" ", "") in characters_of(typeset_one(made).pdf)[0].replace(" ", "")


@pytest.mark.parametrize(("kind", "language"), [("first", "nl"), ("card", "en"), ("announced-visit", "en")])
def test_the_file_is_accessible(kind: str, language: str) -> None:
    made = letter(kind, language)
    pdf = typeset_one(made).pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf  # typst checked it against PDF/UA-1, or would have refused
    with pdfplumber.open(BytesIO(pdf)) as opened:
        catalogue = opened.doc.catalog
        assert catalogue["Lang"].decode().startswith(language)
        assert catalogue["MarkInfo"]["Marked"] is True
        assert catalogue["ViewerPreferences"]["DisplayDocTitle"] is True
        assert opened.metadata["Title"].endswith("Almelo")
        assert not any(
            "Berg" in str(value) for value in opened.metadata.values()
        )  # no names in what describes the file


def test_it_is_read_in_the_order_of_a_letter() -> None:
    found = tags_of(typeset_one(letter()).pdf)
    order = [
        "Gemeente Almelo",
        "Retouradres",
        "A.M. van der Berg",
        "dinsdag 1 december",
        "Kunnen wij u helpen",
        "Beste",
    ]
    order += [
        "Wij kregen bericht",
        "U kunt kiezen",
        "Ik wil hulp",
        "Bel: ",
        "Ik los het zelf op",
        "Hoe komt u",
        "Met vriendelijke",
    ]
    said = " ".join(text for _, text in found)
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)
    headings = [(kind, text) for kind, text in found if kind.startswith("H")]
    assert headings == [
        ("H1", "Kunnen wij u helpen met uw rekeningen?"),
        ("H2", "Ik wil hulp"),
        ("H2", "Ik los het zelf op"),
        ("H2", "Hoe komt u aan mijn gegevens?"),
    ]


def run_of(count: int) -> list[Letter]:
    return [letter(number=f"12-{place:04}") for place in range(count)]


def test_many_letters_are_one_file_with_a_bookmark_for_each() -> None:
    letters = [letter(kind, language, number=f"12-{kind}-{language}") for kind in LETTERS for language in LANGUAGES]
    made = typeset(letters)
    assert made.pages == (1,) * len(letters)
    with pypdfium2.PdfDocument(made.pdf) as opened:
        assert len(opened) == len(letters)
        marks = [(one.get_title(), one.get_dest().get_index()) for one in opened.get_toc()]
    assert marks == [(one.number, page) for page, one in enumerate(letters)]
    with pdfplumber.open(BytesIO(made.pdf)) as opened_again:
        for page, one in zip(opened_again.pages, letters, strict=True):
            assert one.salutation in page.extract_text()


LONG_TEXT = {
    "nl": {"first": {"closing": "\n\n".join(["Dit is een zin die de gemeente toevoegt aan haar brief."] * 40)}}
}


def test_a_letter_of_several_pages_is_counted_and_each_page_has_its_mark() -> None:
    long = replace(SENDER, texts=LONG_TEXT)
    letters = [letter(sender=long, number="12-1"), letter("reminder", sender=long, number="12-2")]
    made = typeset(letters)
    assert (made.pages, made.sheets) == ((2, 1), (2, 1))
    assert [marks for marks, _ in codes_in(made.pdf)] == [["12-1/1/2"], ["12-1/2/2"], ["12-2/1/1"]]


def test_double_sided_each_letter_begins_on_a_new_sheet() -> None:
    both = replace(SENDER, texts=LONG_TEXT, double_sided=True)
    letters = [
        letter("reminder", sender=both, number="1"),
        letter(sender=both, number="2"),
        letter("final", sender=both),
    ]
    made = typeset(letters)
    assert (made.pages, made.sheets) == ((1, 2, 1), (1, 1, 1))
    with pypdfium2.PdfDocument(made.pdf) as opened:
        assert len(opened) == 5
        assert [one.get_dest().get_index() for one in opened.get_toc()] == [0, 2, 4]
    with pdfplumber.open(BytesIO(made.pdf)) as opened_again:
        assert opened_again.pages[1].extract_text() == ""
        assert not opened_again.pages[1].rects  # nor a mark


def codes_in(pdf: bytes) -> list[tuple[list[str], list[str]]]:
    """What somebody else's reader sees on each page as an office printer prints it: the marks, and the other codes."""
    with pypdfium2.PdfDocument(pdf) as opened:
        pictures = [page.render(scale=200 / 72, grayscale=True).to_numpy() for page in opened]
    read = [zxingcpp.read_barcodes(drawn) for drawn in pictures]
    return [
        (
            [one.text for one in found if one.format == zxingcpp.BarcodeFormat.MicroQRCode],
            [one.text for one in found if one.format == zxingcpp.BarcodeFormat.QRCode],
        )
        for found in read
    ]


def test_a_reader_of_codes_reads_the_mark_and_the_address_on_every_kind_of_letter() -> None:
    kinds = [(kind, language) for kind in KINDS for language in LANGUAGES]
    letters = [letter(kind, language, number=f"9{place:05}") for place, (kind, language) in enumerate(kinds)]
    opens = "https://www.almelo.example"
    assert codes_in(typeset(letters).pdf) == [
        ([f"{one.number}/1/1"], [] if one.kind == "card" else [opens]) for one in letters
    ]
    calls = replace(SENDER, website="")
    assert codes_in(typeset_one(letter(sender=calls)).pdf) == [(["000000-0001/1/1"], ["tel:0000123456"])]


def test_the_same_letters_are_the_same_bytes_also_in_another_process() -> None:
    letters = run_of(3)
    first = typeset(letters).pdf
    assert typeset(letters).pdf == first
    program = (
        "import sys; from tests.outreach.letters.test_typeset import run_of; "
        "from signals.outreach.letters.typeset import typeset; sys.stdout.buffer.write(typeset(run_of(3)).pdf)"
    )
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert again.stdout == first
    assert typeset([*letters[:2], replace(letters[2], date=dt.date(2026, 12, 2))]).pdf != first


def test_letters_made_side_by_side_are_the_same_bytes_in_the_same_order() -> None:
    letters = run_of(12)
    assert list(side_by_side(typeset_one, letters)) == [typeset_one(one) for one in letters]
    wrong = replace(letters[1], block=to(""))
    with pytest.raises(LetterError):
        list(side_by_side(typeset_one, [letters[0], wrong, letters[2]]))


def test_letters_of_two_senders_and_no_letters_are_refused() -> None:
    for letters in ([], [letter(), letter(sender=BARE)]):
        with pytest.raises(ValueError, match="of one sender"):
            typeset(letters)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "second"}, "is no kind of letter"),
        ({"language": "fr"}, "is no language of letters"),
        ({"kind": "announced-visit"}, "an announced visit, and only that"),
        ({"visit": Announced(dt.date(2026, 12, 22), "morning")}, "an announced visit, and only that"),
    ],
)
def test_a_letter_that_makes_no_sense_cannot_be_made(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(letter(), **changes)


def test_a_visit_is_in_a_part_of_the_day() -> None:
    with pytest.raises(ValueError, match="is no part of the day"):
        Announced(dt.date(2026, 12, 22), "night")


def test_a_page_can_be_looked_at_and_one_that_is_not_there_cannot() -> None:
    drawn = picture(letter(sender=replace(SENDER, texts=LONG_TEXT)), 2)
    assert drawn.startswith(b"\x89PNG")
    assert picture(letter()).startswith(b"\x89PNG")
    for page in (0, 2):
        with pytest.raises(ValueError, match="has 1 pages"):
            picture(letter(), page)
