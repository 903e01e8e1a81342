"""Reading an extract of the address register: headings, forms, and every fault with its lines and no content."""

from __future__ import annotations

import io
from itertools import count
from typing import TYPE_CHECKING

import pytest

from signals.errors import FaultsError
from signals.outreach.visits.extract import COLUMNS, Findings, Located, read_extract

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = "postcode,house_number,house_letter,house_number_addition,bag_id,x,y"
GOOD = "7607GC,12,A,bis,0141200000000001,241900.5,486200.25"
IN_DUTCH = """Postcode;Huisnummer;Huisletter;Huisnummertoevoeging;Nummeraanduiding;RD X;RD-Y
7607 gc;12;A;bis;141200000000001;241900,5;486200.25
"""
# more columns than are asked, RD and degrees beside each other
BY_NLEXTRACT = """openbareruimte;huisnummer;huisletter;huisnummertoevoeging;postcode;woonplaats;gemeente;provincie;\
nummeraanduiding;object_id;object_type;nevenadres;x;y;lon;lat
Weversstraat;12;A;bis;7607GC;"Almelo";Almelo;Overijssel;0141200000000001;0141010000000001;VBO;f;\
241900.5;486200.25;6.66;52.36
"""
LOCATED = Located("7607GC", 12, "ABIS", "0141200000000001", 241_900.5, 486_200.25)


def read(text: str, *, skip_faulty: bool = False) -> tuple[list[Located], Findings]:
    findings = Findings()
    lines = io.StringIO(text, newline="")
    return list(read_extract(lines, findings, file="bag.csv", skip_faulty=skip_faulty)), findings


def faults(text: str) -> list[str]:
    with pytest.raises(FaultsError) as refused:
        read(text)
    assert refused.value.where == "bag.csv"
    return refused.value.faults


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{GOOD}\n",
        f"\ufeff{HEADER}\r\n{GOOD}\r\n\r\n , ,,,,,\r\n",
        f"{HEADER.replace(',', ';')}\n{GOOD.replace(',', ';').replace('.', ',')}",
        IN_DUTCH,
        BY_NLEXTRACT,
    ],
)
def test_one_address_in_many_forms(text: str) -> None:
    located, findings = read(text)
    assert located == [LOCATED]
    assert (findings.rows, findings.without_postcode, findings.faults) == (1, 0, [])


@pytest.mark.parametrize("column", COLUMNS)
def test_every_heading_that_is_named_is_known(column: str) -> None:
    given = {"postcode": "7607GC", "house number": "12", "x": "241900", "y": "486200"}
    if column in {"lat", "lon"}:
        given = {"postcode": "7607GC", "house number": "12", "lat": "52.3567", "lon": "6.6625"}
    for heading in COLUMNS[column]:
        headings = [heading if name == column else name for name in ({column: ""} | given)]
        cells = ["1" if name == "BAG id" else value for name, value in ({column: ""} | given).items()]
        ((one,), _) = read(f"{','.join(headings)}\n{','.join(cells)}\n")
        assert (one.postcode, one.number, one.bag_id) == ("7607GC", 12, "0" * 15 + "1" if column == "BAG id" else None)


def test_degrees_are_converted() -> None:
    located, _ = read(
        "postcode,huisnummer,lat,lon\n3811XX,1,52.155172897,5.387203657\n3811XX,2,52.155172897,5.387203657"
    )
    assert [(one.number, round(one.x), round(one.y)) for one in located] == [
        (1, 155_000, 463_000),
        (2, 155_000, 463_000),
    ]


def test_letter_and_addition_are_joined_as_in_a_signal() -> None:
    rows = ("12,,", "12,A,", "12A,,", "12,,1hg", "12-a,,bis", "0012,,")
    located, _ = read(f"{HEADER}\n" + "\n".join(f"7607GC,{row},,241900,486200" for row in rows))
    assert [one.suffix for one in located] == ["", "A", "A", "1HG", "ABIS", ""]
    located, _ = read("postcode,house number,letter,addition,BAG id,x,y\n7607GC,12,a,bis,,241900,486200\n")
    assert [one.suffix for one in located] == ["ABIS"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("", ["postcode", "house number", "x", "y"]),
        ("postcode,x,y", ["house number (house number or huisnummer) is missing"]),
        ("postcode,huisnummer,x", ["y (y or rd y or"]),
        ("postcode,huisnummer", ["lat and lon instead of x and y", "lat and lon instead of x and y"]),
        ("postcode,huisnummer,lat", ["lon (lon or lng"]),
        ("postcode,huisnummer,house-number,X,x,y", ["house number is given twice", "x is given twice"]),
        ("7607GC,12,241900,486200", ["postcode", "house number", "x", "y"]),
    ],
)
def test_a_header_that_lacks_something_is_refused_before_any_row(header: str, told: list[str]) -> None:
    found = faults(f"{header}\nnonsense\n")
    assert len(found) == len(told)
    assert all(fault.startswith("line 1: column ") and part in fault for fault, part in zip(found, told, strict=True))
    assert not any("7607GC" in fault for fault in found)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("7607GC,12,241900", "not as many cells"),
        ("7607GC,12,241900,486200,", "not as many cells"),
        ("0607GC,12,241900,486200", "a postcode such as"),
        ("7607GC,,241900,486200", "house number"),
        ("7607GC,A12,241900,486200", "house number"),
        ("7607GC,100000,241900,486200", "house number"),
        ("7607GC,12,,", "x and y are numbers"),
        ("7607GC,12,241.900.5,486200", "x and y are numbers"),
        ("7607GC,12,486200,241900", "swapped"),
        ("7607GC,12,52.36,6.66", "degrees"),
        ("7607GC,12,nan,486200", "not in the Netherlands"),
        ("7607GC,12,0,0", "not in the Netherlands"),
    ],
)
def test_a_faulty_row_is_told_by_its_line_and_not_by_its_content(row: str, told: str) -> None:
    (fault,) = faults(f"postcode,huisnummer,x,y\n7607GC,11,241900,486200\n\n{row}\n")
    assert fault.startswith("line 4: ")
    assert told in fault
    assert not any(cell in fault for cell in row.split(",") if len(cell) > 3)


@pytest.mark.parametrize(
    ("row", "told"), [("6.66,52.36", "swapped"), ("241900,486200", "metres"), ("50.71,3.21", "not in")]
)
def test_degrees_that_cannot_be_here_are_told(row: str, told: str) -> None:
    (fault,) = faults(f"postcode,huisnummer,lat,lon\n7607GC,12,{row}\n")
    assert told in fault


def test_a_bag_id_that_a_spreadsheet_spoilt_is_told() -> None:
    (fault,) = faults("postcode,huisnummer,bag_id,x,y\n7607GC,12,1.41E+14,241900,486200\n")
    assert "16 digits" in fault


def test_all_faults_of_a_row_are_told_and_equal_ones_once() -> None:
    rows = ["7607GC,11,241900,486200", *("7607,12,486200,241900" for _ in range(20_000)), "7607GC,x,241900,486200"]
    found = faults("postcode,huisnummer,x,y\n" + "\n".join(rows))
    assert [fault.partition(":")[0] for fault in found] == [
        "lines 3, 4, 5, 6, 7 and 19,995 more",
        "lines 3, 4, 5, 6, 7 and 19,995 more",
        "line 20003",
    ]


def test_faulty_rows_may_be_left_out() -> None:
    text = f"{HEADER}\n{GOOD}\n7607GC,0,,,,241900,486200\n{GOOD.replace(',12,', ',13,')}\n"
    located, findings = read(text, skip_faulty=True)
    assert located == [LOCATED, LOCATED._replace(number=13)]
    assert findings.faults == ["line 3: the house number must begin with a number of 1 to 99999"]


def test_what_the_register_gives_no_postcode_is_counted_and_left_out() -> None:
    located, findings = read(f"{HEADER}\n,7,,,,241900,486200\n{GOOD}\n")
    assert (located, findings.rows, findings.without_postcode) == ([LOCATED], 2, 1)


@pytest.mark.parametrize("skip_faulty", [False, True])
def test_an_open_quotation_mark_is_always_refused(*, skip_faulty: bool) -> None:
    with pytest.raises(FaultsError, match="close every quotation mark"):
        read(f'{HEADER}\n{GOOD}\n"7607GC,12\n', skip_faulty=skip_faulty)


def test_the_first_rows_are_given_before_the_last_ones_are_read() -> None:
    read_so_far = count()

    def endless() -> Iterator[str]:
        yield f"{HEADER}\n"
        while True:
            next(read_so_far)
            yield f"{GOOD}\n"

    assert next(read_extract(endless(), Findings())) == LOCATED
    assert next(read_so_far) < 10_000
