"""docs/asvs.md goes through every item of ASVS 5.0.0, levels 1 and 2, and each test that it names is there."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest

from tests.docs.pages import ROOT, links, table_rows

PAGE: Final = ROOT / "docs" / "asvs.md"
# Reference texts stand beside the project, not in it.
STANDARD: Final = ROOT.parent / "shared" / "reference" / "asvs" / "asvs-5.0.0.csv"
STATES: Final = ("done", "not applicable", "open")
ITEMS: Final = 253  # of levels 1 and 2, in 5.0.0
NUMBER: Final = re.compile(r"V\d{1,2}\.\d{1,2}\.\d{1,2}")
NODE: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True)
class Item:
    """A row: its number, our words, its state, and what shows or explains that."""

    number: str
    words: str
    state: str
    why: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests it names, by file and name."""
        return NODE.findall(self.why)


def items() -> list[Item]:
    """All rows with a number."""
    rows = [row for row in table_rows(PAGE.read_text("utf-8")) if NUMBER.fullmatch(row[0])]
    assert {len(row) for row in rows} == {4}
    return [Item(*row) for row in rows]


@cache
def collected_from(path: str) -> frozenset[str]:
    """The tests that pytest collects from this file: its functions, where it is named so."""
    file = ROOT / path
    if not file.is_file() or not file.name.startswith("test_"):
        return frozenset()
    body = ast.parse(file.read_text("utf-8")).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_every_item_of_both_levels_is_there_once_and_no_other() -> None:
    if not STANDARD.is_file():
        pytest.skip(f"the standard is not at {STANDARD.parent}: only the form of the table was tried")
    with STANDARD.open(encoding="utf-8", newline="") as file:
        asked = [row["req_id"] for row in csv.DictReader(file) if row["L"] in {"1", "2"}]
    assert len(asked) == ITEMS
    assert [item.number for item in items()] == asked


def test_each_item_stands_once_in_order() -> None:
    numbers = [item.number for item in items()]
    assert len(numbers) == len(set(numbers)) == ITEMS
    parts = [tuple(int(part) for part in number[1:].split(".")) for number in numbers]
    assert parts == sorted(parts)


def test_what_is_done_names_tests_that_are_there() -> None:
    assert [item.number for item in items() if bool(item.tests) != (item.state == "done")] == []
    named = [(item.number, path, name) for item in items() for path, name in item.tests]
    assert [one for one in named if one[2] not in collected_from(one[1])] == []
    files = {path for item in items() for path in re.findall(r"tests/[\w/]+\.py", item.why)}
    assert [path for path in sorted(files) if not (ROOT / path).is_file()] == []


def test_what_is_not_done_says_why_in_sentences() -> None:
    for item in items():
        assert item.state in STATES, item.number
        assert len(item.words) > 2, item.number
        if item.state == "not applicable":
            assert re.fullmatch(r"[A-Z].{10,}\.", item.why), item.number
        if item.state == "open":
            assert re.fullmatch(r"[A-Z`].{10,}\. Meanwhile[, ].{10,}\.", item.why), item.number


def test_the_page_counts_its_states_rightly() -> None:
    text = PAGE.read_text("utf-8")
    counts = Counter(item.state for item in items())
    for state in STATES:
        assert re.search(rf"\b{counts[state]} are\s+\*\*{state}\*\*", text), f"{counts[state]} are {state}"


def test_nothing_of_the_standard_is_copied() -> None:
    """Only its numbers: our words are too few to be its sentences."""
    assert all(len(item.words.split()) <= 16 for item in items())
    if STANDARD.is_file():
        with STANDARD.open(encoding="utf-8", newline="") as file:
            theirs = " ".join(" ".join(row["req_description"].lower().split()) for row in csv.DictReader(file))
        long_ones = [item.words.lower() for item in items() if len(item.words.split()) >= 5]
        assert not [words for words in long_ones if words in theirs]


def test_its_links_lead_to_pages_beside_it() -> None:
    assert {link.partition("#")[0] for link in links(PAGE.read_text("utf-8"))} >= {"security.md", "data-protection.md"}


@pytest.mark.parametrize(
    ("path", "name", "there"),
    [
        ("tests/docs/test_asvs.py", "test_the_page_counts_its_states_rightly", True),
        ("tests/docs/test_asvs.py", "test_of_nothing", False),
        ("tests/docs/test_asvs.py", "collected_from", False),
        ("tests/docs/pages.py", "documents", False),
        ("tests/docs/test_gone.py", "test_of_nothing", False),
    ],
)
def test_a_test_that_is_not_there_would_be_seen(path: str, name: str, *, there: bool) -> None:
    assert (name in collected_from(path)) is there
