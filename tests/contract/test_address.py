from __future__ import annotations

import pytest

from signals.contract.address import (
    POSTCODE,
    clean_postcode,
    house_number_text,
    split_house_number,
    suffix_of,
)


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("7607GC", "7607GC"),
        ("7607gc", "7607GC"),
        (" 76\t07\ngC ", "7607GC"),
        ("7607\u00a0GC", "7607GC"),
        ("7607\u2003\u3000GC", "7607GC"),
        ("7607\x1c\x85GC", "7607GC"),
    ],
)
def test_a_postcode_is_cleaned(text: str, postcode: str) -> None:
    assert clean_postcode(text) == postcode
    assert POSTCODE.fullmatch(clean_postcode(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0607GC",
        "760GC",
        "76070GC",
        "7607G",
        "7607GCA",
        "7607-GC",
        "GC7607",
        "7607ıı",
        "7607ß",
        "7607\u200bGC",
        "7607\ufeffGC",
        "７６０７GC",
        "7607ＧＣ",
        "7607éa",
        "7607ﬁ",
    ],
)
def test_what_is_no_postcode(text: str) -> None:
    assert POSTCODE.fullmatch(clean_postcode(text)) is None


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        (12, (12, "")),
        (1, (1, "")),
        (99_999, (99_999, "")),
        (0, None),
        (-1, None),
        (100_000, None),
        (10**40, None),
        ("12", (12, "")),
        ("0012", (12, "")),
        ("12A", (12, "A")),
        ("12-a", (12, "-a")),
        ("12 a bis", (12, " a bis")),
        ("12 1hg", (12, " 1hg")),
        ("12.0", (12, ".0")),
        ("12٣", (12, "٣")),
        ("99999", (99_999, "")),
        ("100000", None),
        ("9" * 5000, None),
        ("0", None),
        ("000A", None),
        ("", None),
        (" 12", None),
        ("A12", None),
        ("-12", None),
        ("１２", None),
        ("²", None),
    ],
)
def test_a_house_number_and_its_rest(sent: int | str, parts: tuple[int, str] | None) -> None:
    assert split_house_number(sent) == parts


@pytest.mark.parametrize(
    ("rest", "letter", "addition", "suffix"),
    [
        ("", None, None, ""),
        ("", "", "", ""),
        ("A", None, None, "A"),
        ("-a", None, None, "A"),
        (" a bis", None, None, "ABIS"),
        ("", "A", "bis", "ABIS"),
        ("A", "A", None, "AA"),
        ("", None, "1hg", "1HG"),
        ("-2", "b", "/3", "2B3"),
        ("é", "ß", "ı", ""),
        ("ﬁ", "٣", "a\u0301", "A"),
    ],
)
def test_a_suffix_is_ascii_letters_and_digits_of_the_three_parts(
    rest: str, letter: str | None, addition: str | None, suffix: str
) -> None:
    assert suffix_of(rest, letter, addition) == suffix


@pytest.mark.parametrize(
    ("number", "letter", "addition", "text"),
    [
        (12, None, None, "12"),
        (12, "A", None, "12A"),
        (12, "A", "bis", "12A bis"),
        (12, None, "2", "12 2"),
        ("12 a  bis", None, None, "12 a bis"),
        ("12A", "A", None, "12A A"),
        ("12-", "", " \n ", "12-"),
    ],
)
def test_a_house_number_as_on_an_envelope(
    number: int | str, letter: str | None, addition: str | None, text: str
) -> None:
    assert house_number_text(number, letter, addition) == text
