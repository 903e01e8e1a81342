"""Caseload and exclusion lists: reading them with all faults at once, and who is meant by a line."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from signals.errors import FaultsError
from signals.households.address import HouseholdAddress
from signals.households.identity import PersonIdentity
from signals.households.listings import (
    COLUMNS,
    ListedPerson,
    ListingKind,
    index_of,
    listed,
    matching_entry,
    read_listing,
)

HEADER = ",".join(COLUMNS)
SAFE_AT = ListedPerson("0141", postcode="7607GC", number=12, suffix="ABIS", reason="safety")
ANNA = ListedPerson(
    "0141",
    bsn="123456782",
    date_of_birth=date(1985, 6, 12),
    surname="berg",
    initials="AM",
    postcode="7607GC",
    number=12,
    suffix="ABIS",
    reason="objection",
)


def faults_of(text: str, kind: ListingKind) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        read_listing(text, kind, file="list.csv")
    assert caught.value.where == "list.csv"
    return caught.value.faults


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n0141,123456782,van den Berg,A.M.,1985-06-12,7607 gc,12,A,bis,objection\n",
        f"\ufeff{HEADER}\r\n0141,123456782,Berg,AM,12-06-1985,7607GC,12A,,bis,Objection\r\n\r\n",
        f"{HEADER.replace(',', ';')}\n0141;1234.56.782;Berg, v.d.;a.m.;19850612;7607GC;12 a bis;;;objection",
        f"{HEADER.upper()}\n,,,,,,,,,\n0141, 123456782 ,Berg,AM,1985-06-12,7607GC,0012,a,-bis,OBJECTION\n",
    ],
    ids=["commas", "byte order mark, Windows line ends", "semicolons", "capitals, blank row, spaces"],
)
def test_a_line_is_read_however_it_is_written(text: str) -> None:
    assert read_listing(text, "exclusions") == [ANNA]
    assert read_listing(text.splitlines(keepends=True), "exclusions") == [ANNA]


def test_only_what_identifies_is_needed() -> None:
    assert read_listing("bsn,municipality\n123456782,0141\n", "caseload") == [ListedPerson("0141", bsn="123456782")]
    assert read_listing("municipality,surname,date_of_birth\n0141,de Boer,1985-00-00\n", "caseload") == [
        ListedPerson("0141", date_of_birth=date(1985, 1, 1), surname="boer")
    ]
    assert read_listing("municipality,postcode,house_number\n0141,7607GC,12\n", "exclusions") == [
        ListedPerson("0141", postcode="7607GC", number=12, reason="other")
    ]
    assert read_listing("municipality\n", "caseload") == []


def test_a_caseload_has_no_reasons() -> None:
    text = "municipality,bsn,reason\n0141,123456782,whatever\n"
    assert read_listing(text, "caseload") == [ListedPerson("0141", bsn="123456782")]


LINE_FAULTS = [
    ("141,123456782,,,,,,,,", ["line 2, municipality: "]),
    (",123456782,,,,,,,,", ["line 2, municipality: "]),
    ("0141,123456789,,,,,,,,", ["line 2, bsn: "]),
    ("0141,12345672,,,,,,,,", ["line 2, bsn: "]),
    ("0141,,Boer,,31-02-1985,,,,,", ["line 2, date_of_birth: "]),
    ("0141,,123,,1985-06-12,,,,,", ["line 2, surname: "]),
    ("0141,123456782,,,,0607GC,12,,,", ["line 2, postcode: "]),
    ("0141,123456782,,,,7607GC,A12,,,", ["line 2, house_number: "]),
    ("0141,123456782,,,,7607GC,0,,,", ["line 2, house_number: "]),
    ("0141,123456782,,,,7607GC,,A,,", ["line 2, house_number: "]),
    ("0141,123456782,,,,,,,,danger", ["line 2, reason: "]),
    ("0141,,Boer,,,,,,,", ["line 2: it is not clear who"]),
    ("0141,,,,1985-06-12,,,,,", ["line 2: it is not clear who"]),
    ("0141,,,,,7607GC,,,,", ["line 2: it is not clear who"]),
    ("0141,,Boer,,,7607GC,12,,,", ["line 2: it is not clear who"]),
    ("0141,,,A.,,7607GC,12,,,", ["line 2: it is not clear who"]),
    ("0141,123456782", ["line 2: 2 cells where the header has 10"]),
    ("0141,123456782,,,,,,,,,", ["line 2: 11 cells where the header has 10"]),
    ('0141,"12345678"2,,,,,,,,', ["line 2: no readable CSV"]),
    ("x,1,,,1,1,x,,,x", [f"line 2, {column}: " for column in
     ("house_number", "municipality", "bsn", "date_of_birth", "postcode", "reason")]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "starts"), LINE_FAULTS, ids=[line for line, _ in LINE_FAULTS])
def test_each_fault_names_line_and_column(line: str, starts: list[str]) -> None:
    faults = faults_of(f"{HEADER}\n{line}\n", "exclusions")
    assert len(faults) == len(starts)
    for fault, start in zip(faults, starts, strict=True):
        assert fault.startswith(start)


def test_a_whole_address_is_no_line_of_a_caseload() -> None:
    (fault,) = faults_of(f"{HEADER}\n0141,,,,,7607GC,12,,,\n", "caseload")
    assert fault.startswith("line 2: it is not clear who")


@pytest.mark.parametrize(
    ("header", "starts"),
    [
        ("bsn,surname", ["line 1: column municipality is missing"]),
        ("municipality,bsn,bsn", ["line 1: column bsn is given twice"]),
        ("municipality,birth_date", ["line 1: a column is unknown; "]),
        ("municipality,postcod", ["line 1: a column is unknown; did you mean postcode?"]),
        ("", ["line 1: column municipality is missing"]),
    ],
)
def test_faults_of_the_header(header: str, starts: list[str]) -> None:
    faults = faults_of(f"{header}\n0141,1,1\n", "caseload") if header else faults_of("", "caseload")
    assert [fault.startswith(start) for fault, start in zip(faults, starts, strict=True)] == [True] * len(starts)


def test_the_faults_of_all_lines_come_at_once_and_a_flood_is_counted() -> None:
    text = HEADER + "\n" + "141,123456789,,,,,,,,\n" * 40
    faults = faults_of(text, "caseload")
    assert faults[3].startswith("line 3, bsn")
    assert len(faults) == 51
    assert faults[-1].startswith("and 30 more")


@given(
    secret=st.sampled_from(["Zwanenburg", "987654321", "1066-10-14", "zwaan@example.nl"]),
    at=st.integers(0, 9),
)
def test_faults_never_repeat_what_a_line_says(secret: str, at: int) -> None:
    cells = ["0141", "123456789", "1", "", "x", "1", "x", "", "", "x"]
    cells[at] = secret
    assert secret.lower() not in " ".join(faults_of(f"{HEADER}\n{','.join(cells)}", "exclusions")).lower()
    assert secret.lower() not in " ".join(faults_of(f"{secret},municipalty\n{secret}", "exclusions")).lower()


@given(
    text=st.text(max_size=60) | st.lists(st.sampled_from([*COLUMNS, ",", ";", "\n", '"', "\0", "0141"])).map("".join)
)
def test_whatever_the_file_holds_only_faults_are_raised(text: str) -> None:
    people: list[ListedPerson] = []
    with suppress(FaultsError):
        people = read_listing(text, "exclusions")
    assert all(person.municipality.isdecimal() for person in people)


HOME = HouseholdAddress("0141", "7607GC", 12, "ABIS")
ELSEWHERE = HouseholdAddress("0141", "7611AB", 3)
BY_NAME = replace(ANNA, bsn=None)
ANYWHERE = replace(BY_NAME, postcode=None, number=None, suffix="")
IDENTITY = PersonIdentity(("berg",), "AM", date(1985, 6, 12))


@pytest.mark.parametrize(
    ("entry", "identity", "address", "means"),
    [
        (ANNA, PersonIdentity(bsn="123456782"), ELSEWHERE, True),
        (ANNA, structs.replace(IDENTITY, bsn="111222333"), HOME, False),
        (ANNA, IDENTITY, HOME, True),
        (ANNA, IDENTITY, ELSEWHERE, False),
        (BY_NAME, structs.replace(IDENTITY, bsn="111222333"), HOME, True),
        (ANYWHERE, IDENTITY, ELSEWHERE, True),
        (BY_NAME, IDENTITY, structs.replace(HOME, suffix=""), True),
        (BY_NAME, IDENTITY, structs.replace(HOME, number=13), False),
        (BY_NAME, structs.replace(IDENTITY, date_of_birth=date(1985, 6, 13)), HOME, False),
        (BY_NAME, structs.replace(IDENTITY, date_of_birth=None), HOME, False),
        (BY_NAME, structs.replace(IDENTITY, names=("jansen",)), HOME, False),
        (BY_NAME, structs.replace(IDENTITY, names=("berg", "jansen")), HOME, True),
        (replace(BY_NAME, surname="berg jansen"), IDENTITY, HOME, True),
        (replace(BY_NAME, surname="berg vries"), structs.replace(IDENTITY, names=("berg", "jansen")), HOME, False),
        (BY_NAME, structs.replace(IDENTITY, names=()), HOME, False),
        (BY_NAME, structs.replace(IDENTITY, initials="A"), HOME, True),
        (BY_NAME, structs.replace(IDENTITY, initials=""), HOME, True),
        (BY_NAME, structs.replace(IDENTITY, initials="B"), HOME, False),
        (replace(BY_NAME, initials=""), structs.replace(IDENTITY, initials="B"), HOME, True),
        (SAFE_AT, PersonIdentity(), HOME, True),
        (SAFE_AT, IDENTITY, HOME, True),
        (SAFE_AT, PersonIdentity(), structs.replace(HOME, suffix=""), False),
        (SAFE_AT, PersonIdentity(), ELSEWHERE, False),
        (ANNA, PersonIdentity(), HOME, False),
    ],
)  # fmt: skip
def test_whom_a_line_means(
    entry: ListedPerson, identity: PersonIdentity, address: HouseholdAddress, *, means: bool
) -> None:
    index = index_of([entry])
    assert listed(index, "0141", identity, address) is means
    assert matching_entry(index, "0141", identity, address) == (entry if means else None)


@pytest.mark.parametrize("entry", [ANNA, BY_NAME, SAFE_AT])
def test_a_municipality_is_a_wall(entry: ListedPerson) -> None:
    identity = structs.replace(IDENTITY, bsn=entry.bsn)
    assert listed(index_of([entry]), "0141", identity, HOME)
    assert not listed(index_of([entry]), "0164", identity, structs.replace(HOME, municipality="0164"))


def test_the_first_line_that_means_the_person_is_found_among_others() -> None:
    others = [
        replace(BY_NAME, surname="jansen"),
        replace(BY_NAME, initials="B"),
        replace(ANNA, bsn="111222333"),
    ]
    assert matching_entry(index_of([*others, BY_NAME, ANYWHERE]), "0141", IDENTITY, HOME) == others[2]
    assert matching_entry(index_of([*others[:2], BY_NAME, ANYWHERE]), "0141", IDENTITY, HOME) == BY_NAME
    assert not listed(index_of([]), "0141", IDENTITY, HOME)
