"""Cleaning of names and personal details: the tables, and the laws that hold for any text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signals.households.address import HouseholdAddress, house_number_forms
from signals.households.names import (
    clean_business_name,
    clean_initials,
    clean_surname,
    fold,
    is_business_name,
    surname_words,
)
from signals.households.personal import (
    _parsed_phone,
    clean_bsn,
    clean_date_of_birth,
    clean_email,
    clean_phone,
    plausible_birth,
)
from tests.households.tables import rows

if TYPE_CHECKING:
    from collections.abc import Callable

# Any text, and text out of what names are made of, so that rules meet each other.
ANY_TEXT = st.text(max_size=40)
WRITTEN = (
    "van de 't ’s - . ' IJ ij ĳ ÿ i J ss ß s é İ ı Ø æ ŉ ϒ ᾳ Berg Th B. V. h.o.d.n. hodn vof BV & / Jansen "
    "d' l O' @ a.nl 06 12345678 +31 1"
)
MARKS = (" ", "e\u0301", "\u0345", "\u00ad", "\u2019", "\u00b4", "\u1fbd")
NAME_TEXT = st.lists(st.sampled_from([*WRITTEN.split(), *MARKS]), max_size=8).map("".join)
TEXT = ANY_TEXT | NAME_TEXT


@pytest.mark.parametrize(("written", "cleaned"), rows("surnames"))
def test_surnames(written: str | None, cleaned: str) -> None:
    assert clean_surname(written) == cleaned


@pytest.mark.parametrize(("written", "cleaned"), rows("initials"))
def test_initials(written: str | None, cleaned: str) -> None:
    assert clean_initials(written) == cleaned


@pytest.mark.parametrize(("written", "cleaned", "shows"), rows("business_names"))
def test_business_names(written: str | None, cleaned: str, *, shows: bool) -> None:
    assert clean_business_name(written) == cleaned
    assert is_business_name(written) is shows


@pytest.mark.parametrize(("written", "meant"), rows("birth_dates"))
def test_birth_dates(written: str | None, meant: str | None) -> None:
    assert clean_date_of_birth(written) == (date.fromisoformat(meant) if meant else None)


@pytest.mark.parametrize(("written", "cleaned"), rows("phones"))
def test_phones(written: str | None, cleaned: str | None) -> None:
    assert clean_phone(written) == cleaned


@pytest.mark.parametrize(("written", "cleaned"), rows("emails"))
def test_emails(written: str | None, cleaned: str | None) -> None:
    assert clean_email(written) == cleaned


@pytest.mark.parametrize(("written", "cleaned"), rows("bsns"))
def test_bsns(written: str | None, cleaned: str | None) -> None:
    assert clean_bsn(written) == cleaned


@pytest.mark.parametrize(("number", "letter", "addition", "shown"), rows("house_numbers"))
def test_house_numbers(number: int | str, letter: str | None, addition: str | None, shown: str | None) -> None:
    forms = house_number_forms(number, letter, addition)
    assert (None if forms is None else f"{forms[0]} {forms[1]}".rstrip()) == shown


def test_dates_that_stand_for_unknown_are_not_plausible() -> None:
    assert plausible_birth(date(1900, 1, 1)) is None
    assert plausible_birth(date(1985, 6, 12)) == date(1985, 6, 12)
    assert plausible_birth(None) is None


@pytest.mark.parametrize(
    "clean", [fold, clean_surname, clean_initials, clean_business_name, clean_phone, clean_email, clean_bsn]
)
@given(text=TEXT)
def test_cleaning_twice_is_cleaning_once(clean: Callable[[str], str | None], text: str) -> None:
    once = clean(text)
    assert once is None or clean(once) == once


@given(text=TEXT)
def test_cleaning_a_date_of_birth_twice_is_cleaning_it_once(text: str) -> None:
    once = clean_date_of_birth(text)
    assert once is None or clean_date_of_birth(once.isoformat()) == once


@given(born=st.dates(min_value=date(1900, 1, 2)))
def test_every_way_to_write_a_date_is_the_same_date(born: date) -> None:
    forms = (
        born.isoformat(),
        f"{born.year:04}{born.month:02}{born.day:02}",
        f"{born.day}-{born.month}-{born.year}",
    )
    assert {clean_date_of_birth(form) for form in forms} == {born}


@example(text="\U000109c0")  # a number that is no digit
@given(text=TEXT)
def test_a_cleaned_name_holds_letters_and_single_spaces_only(text: str) -> None:
    cleaned = clean_surname(text)
    assert all(word.isalpha() for word in cleaned.split(" ")) or cleaned == ""
    assert "ss" not in cleaned
    assert "ij" not in cleaned


@given(own=NAME_TEXT, partner=NAME_TEXT)
def test_the_order_of_a_double_name_does_not_matter(own: str, partner: str) -> None:
    assert surname_words(f"Jansen {own} - Visser {partner}") == surname_words(f"Visser {partner} - Jansen {own}")


@given(digits=st.text("0123456789", min_size=9, max_size=9), place=st.integers(0, 7))
def test_one_wrong_digit_never_passes_the_eleven_test(digits: str, place: int) -> None:
    valid = next((c for c in (digits[:8] + last for last in "0123456789") if clean_bsn(c)), None)
    if valid is None:
        return  # a remainder of 10: no last digit makes this one a BSN
    wrong = str((int(valid[place]) + 1) % 10)
    assert clean_bsn(valid[:place] + wrong + valid[place + 1 :]) is None


PLAIN_PHONES = st.from_regex(r"(?:\+31|0)[ -]?[0-9](?:[ -]?[0-9]){7,9}", fullmatch=True)


@given(PLAIN_PHONES)
def test_a_plainly_written_phone_is_what_the_library_reads_in_it(text: str) -> None:
    assert clean_phone(text) == _parsed_phone(text)


@pytest.mark.parametrize("first", range(100))
def test_the_plan_of_plain_phones_is_the_librarys(first: int) -> None:
    for rest in range(0, 10_000_000, 98_765):
        written = f"0{first:02}{rest:07}"
        assert clean_phone(written) == _parsed_phone(written)


@given(st.text("abcdefghijklmnopqrstuvwxyzIJS", min_size=1, max_size=12))
def test_a_plain_word_folds_as_any_text_does(word: str) -> None:
    # A full stop keeps a word from the short way.
    assert fold(word) == fold(f"{word}.")
    assert is_business_name(word) is is_business_name(f"{word} ")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("7607GC12", ("7607GC", 12, "")),
        ("7607 gc, 12 a", ("7607GC", 12, "A")),
        ("7601AA 2 2HG", ("7601AA", 2, "2HG")),
        ("Dorpsstraat 2", None),
        ("7601AA", None),
        ("0601AA 2", None),
        ("7601AA straat 2", None),
    ],
)
def test_an_address_is_read_as_one_writes_it(written: str, found: tuple[str, int, str] | None) -> None:
    expected = None if found is None else HouseholdAddress("0141", *found)
    assert HouseholdAddress.written("0141", written) == expected
