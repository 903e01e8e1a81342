"""The address block: what was sent is normalised once, and what cannot be right has a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.outreach.letters.block import FAULTS, LINES_AT_MOST, AddressBlock, cleaned
from signals.outreach.letters.typeface import printable, width
from tests.outreach.letters.samples import LONGEST

GOOD: dict[str, Any] = {
    "name": "A.M. van der Berg",
    "street": "Wierdensestraat",
    "number": 12,
    "suffix": "A bis",
    "postcode": "7607GC",
    "city": "Almelo",
}


def block(**changes: Any) -> AddressBlock:  # noqa: ANN401 - also what is no text
    return AddressBlock.of(**(GOOD | changes))


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, ("A.M. van der Berg", "Wierdensestraat 12 A bis", "7607 GC  ALMELO")),
        ({"suffix": None}, ("A.M. van der Berg", "Wierdensestraat 12", "7607 GC  ALMELO")),
        ({"postcode": " 7607\u00a0gc"}, ("A.M. van der Berg", "Wierdensestraat 12 A bis", "7607 GC  ALMELO")),
        ({"name": "  José\t \nde  Boer "}, ("José de Boer", "Wierdensestraat 12 A bis", "7607 GC  ALMELO")),
        ({"name": "Jose\u0301 de Boer"}, ("José de Boer", "Wierdensestraat 12 A bis", "7607 GC  ALMELO")),
        ({"name": "de\u202e Boer\u200b"}, ("de Boer", "Wierdensestraat 12 A bis", "7607 GC  ALMELO")),
        ({"city": "'s-Hertogenbosch"}, ("A.M. van der Berg", "Wierdensestraat 12 A bis", "7607 GC  'S-HERTOGENBOSCH")),
        (
            {"care_of": "Stichting Bewind"},
            ("A.M. van der Berg", "p/a Stichting Bewind", "Wierdensestraat 12 A bis", "7607 GC  ALMELO"),
        ),
    ],
)
def test_a_block_is_normalised_and_printed_line_by_line(changes: dict[str, object], lines: tuple[str, ...]) -> None:
    assert block(**changes).lines == lines
    assert block(**changes).fault is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": None}, "no-name"),
        ({"name": " \u200b "}, "no-name"),
        ({"street": None}, "no-street"),
        ({"number": None}, "no-street"),
        ({"city": ""}, "no-city"),
        ({"postcode": None}, "postcode"),
        ({"postcode": "0607GC"}, "postcode"),
        ({"postcode": "7607 GCX"}, "postcode"),
        ({"postcode": "48529"}, "postcode"),
        ({"postcode": "D-48529", "city": "Nordhorn"}, "abroad"),
        ({"country": "Duitsland"}, "abroad"),
        ({"country": "BE"}, "abroad"),
        ({"country": "Nederland"}, None),
        ({"country": "NL"}, None),
        ({"street": "Zonder vaste woon- of verblijfplaats"}, "no-fixed-abode"),
        ({"street": "ZVWOV", "number": None}, "no-fixed-abode"),
        *(
            ({"street": written}, "no-fixed-abode")
            for written in (
                *("z.v.w.o.v.", "zwov", "z.w.o.v.", "Z W O V", "z.v.w. of v.", "zvwofv", "zbwov", "ZVWP"),
                *(
                    "z.v.w.o.v.p.",
                    "zonder woon- of verblijfplaats",
                    "Zonder vast adres",
                    "zonder vaste w.o.v.",
                    "Geen adres",
                ),
                *("zonder vaste w.o.v.", "zonder bekende woonplaats", "dak- en thuisloos", "Dakloos", "thuisloos"),
            )
        ),
        *(
            ({"street": written}, None)
            for written in ("Zwovlaan", "Zuidwestvaart", "Zonderstraat", "Geenhovenweg", "Z.W. Overweg", "Dakpansteeg")
        ),
        ({"city": "Geen vaste woonplaats"}, "no-fixed-abode"),
        ({"name": "Erven van A. Jansen"}, "died"),
        ({"name": "De erfgenamen van mw. P. de Boer"}, "died"),
        *(({"name": f"J. {name}"}, "died") for name in ("Erven van Dam", "de erven Dam", "wijlen Dam", "Dam (erven)")),
        *(({"name": name}, None) for name in ("A. van Ervenne", "A. van Erven", "J. Erven", "B. Nalatenschapper")),
        ({"street": "No fixed abode"}, "no-fixed-abode"),
        ({"street": "Vastewoonstraat"}, None),
        ({"name": "אברהם כהן"}, "unprintable"),
        ({"name": "محمد"}, "unprintable"),
        ({"name": "Jan 😀"}, "unprintable"),
        ({"name": "Jan\x00Piet"}, "unprintable"),
        ({"street": "漢字街"}, "unprintable"),
        ({"name": "x\u0308\u0330y\u0951"}, "unprintable"),
        ({"name": "Łukasz Żółć"}, None),
        ({"name": "Şükrü Öztürk-ĳsbrandĲ"}, None),
        ({"name": "Nguyễn Thị Ánh"}, None),
        ({"street": "a" * 200}, "too-long"),
        ({"name": "a" * 200}, "too-long"),
        ({"name": "Jan " * 50}, "too-many-lines"),
        ({"city": "Gasselterboerveenschemond" * 2}, "too-long"),
        ({"name": "#let x = 1 *vet* _scheef_ $x^2$ @bron <b> \\ `raw` //"}, None),
    ],
)
def test_what_cannot_be_right_has_a_code(changes: dict[str, object], code: str | None) -> None:
    assert block(**changes).fault == code
    assert code is None or code in FAULTS


def test_the_questions_are_asked_one_by_one() -> None:
    nothing = AddressBlock.of(name=None, street=None, number=None, postcode=None, city=None)
    assert (nothing.lines, nothing.has_enough_lines, nothing.has_valid_postcode) == ((), False, False)
    assert block().has_enough_lines
    assert block(country="België").is_abroad
    assert not block(name="😀").is_printable
    assert block(street="Zonder vaste woonplaats").has_no_fixed_abode


def test_the_longest_address_takes_five_lines_and_one_more_is_too_many() -> None:
    assert LONGEST.fault is None
    assert len(LONGEST.lines) == LINES_AT_MOST
    more = replace(LONGEST, care_of="Stichting Bewind")
    assert (more.fault, more.has_too_many_lines, len(more.lines)) == ("too-many-lines", True, 6)


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert once == once.strip()


@given(st.text(max_size=250), st.text(max_size=250), st.text(max_size=10))
def test_any_text_makes_a_block_that_can_be_printed_or_has_a_code(name: str, street: str, city: str) -> None:
    made = block(name=name, street=street, city=city)
    if made.fault is None:
        assert 3 <= len(made.lines) <= LINES_AT_MOST
        assert all(printable(line) and width(line, 11) <= 70 for line in made.lines)
    else:
        assert made.fault in FAULTS


def test_a_line_is_as_wide_as_its_letters() -> None:
    assert width("", 11) == 0
    assert width("ab", 10) == pytest.approx(width("a", 10) + width("b", 10))
    assert width("a", 20) == pytest.approx(2 * width("a", 10))
    assert width("😀", 10) == 0
    assert (printable("Zoë"), printable("😀"), printable("\t")) == (True, False, False)
