"""What docs/simulation.md says of the simulation is what the code has: rates of errors, keys of the truth, presets."""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import Final

import pytest

from signals.simulation.habits import HABITS
from signals.simulation.money import MONTHS
from signals.simulation.simulate import simulate
from signals.simulation.spelling import MISMATCHES, RATES
from signals.simulation.towns import ALMELO, PRESETS
from tests.docs.pages import ROOT, table_rows

TEXT: Final = (ROOT / "docs" / "simulation.md").read_text("utf-8")
CODE: Final = re.compile(r"`([^`]+)`")


def section(heading: str) -> str:
    """The text under a heading."""
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_rates_of_errors_are_those_of_the_code() -> None:
    rows = table_rows(section("What a partner writes"))[1:]
    shown = {CODE.findall(row[0])[0]: float(row[2].removesuffix("%")) / 100 for row in rows}
    assert shown == pytest.approx(dict(RATES))


def percents(cells: list[str]) -> list[float]:
    """The cells of a row that are shares, as numbers."""
    return [float(cell.removesuffix("%")) / 100 for cell in cells if cell.endswith("%")]


def test_what_a_month_in_each_state_does_is_as_in_the_code() -> None:
    rows = table_rows(section("Money"))[1:]
    for row, (state, chances) in zip(rows, MONTHS.items(), strict=True):
        *numbers, amounts, arisen = astuple(chances)
        assert CODE.findall(row[0]) == [state]
        assert percents(row[1:8]) == pytest.approx(numbers)
        assert percents(row[8].split(" to ")) == pytest.approx(amounts)
        assert tuple(map(int, row[9].split(" to "))) == arisen


def test_the_amounts_of_a_first_signal_are_as_in_the_code() -> None:
    named = {"housing": "rent", "energy": "energy", "water": "water", "health": "health insurance"}
    for sector, word in named.items():
        least, most = (cents // 100 for cents in HABITS[sector].first)
        assert re.search(rf"{word}\s+€ {least:,} to {most:,}", section("Money"))
        least, most = (cents // 100 for cents in HABITS[sector].bill)
        assert re.search(rf"€ {least} to {most}\s+of\s+{word}", section("Money"))


def test_what_the_partners_do_is_as_in_the_code() -> None:
    header, *rows = table_rows(section("What a partner tells, and when"))
    sectors = [CODE.findall(cell)[0] for cell in header[1:]]
    assert sectors == list(HABITS)
    names = ("again_risen", "again", "tells_change", "tells_payment", "late", "keeps_old_address", "silent")
    for name, row in zip(names, rows, strict=True):
        assert percents(row[1:]) == pytest.approx([getattr(HABITS[sector], name) for sector in sectors]), name


def test_the_level_of_almelo_is_as_in_the_code() -> None:
    assert f"{ALMELO.level} times the national one" in section("Money")


def test_the_errors_that_hide_somebody_are_marked() -> None:
    rows = table_rows(section("What a partner writes"))[1:]
    assert {CODE.findall(row[0])[0] for row in rows if row[0].endswith("*")} == MISMATCHES


def test_the_keys_of_the_truth_are_all_named_and_no_others() -> None:
    named = {key for row in table_rows(section("The truth file"))[1:] for key in CODE.findall(row[0])}
    _, truth = next(simulate("0141", 20_000, "2026-01", 1, 1))
    assert named == set(truth)


def test_the_groups_and_stories_of_the_truth_are_named() -> None:
    by_key = {row[0]: set(CODE.findall(row[1])) for row in table_rows(section("The truth file"))[1:]}
    truths = [truth for _, truth in simulate("0141", 30_000, "2026-01", 6, 1)]
    assert by_key["`groups`"] == set(truths[0]["groups"])
    assert {truth["story"] for truth in truths} <= by_key["`story`"]
    assert {truth["register"] for truth in truths} <= by_key["`register`"]
    assert {truth["type"] for truth in truths} == by_key["`type`"]


def test_the_presets_are_named() -> None:
    (row,) = [row for row in table_rows(section("What can be turned")) if row[0] == "`--preset`"]
    assert set(CODE.findall(row[1])) == set(PRESETS)
