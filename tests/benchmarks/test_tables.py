"""What a benchmark found is shown as it should be, and comes to stand where the pages have their marks."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import TABLES
from benchmarks.tables import (
    AIM_LIST,
    AIMS,
    PAGE,
    QUOTE,
    Aim,
    Table,
    aims_table,
    between,
    marks,
    with_earlier,
    with_table,
)

MOST = Aim("m", "memory", 300, 200, "MiB", most=True)
ONLY_AIM = Aim("c", "c", None, 1, most=True)
LEAST = Aim("s", "speed", 0.35, 0.5)


@pytest.mark.parametrize(
    ("aim", "value", "verdict"),
    [
        (LEAST, 0.5, "as aimed"),
        (LEAST, 0.49, "as it must be"),
        (LEAST, 0.35, "as it must be"),
        (LEAST, 0.34, "**not enough**"),
        (MOST, 200, "as aimed"),
        (MOST, 201, "as it must be"),
        (MOST, 300, "as it must be"),
        (ONLY_AIM, 1.0, "as aimed"),
        (ONLY_AIM, 1.1, "**less than aimed**"),
        (MOST, 301, "**not enough**"),
    ],
)
def test_a_figure_is_held_beside_its_aim(aim: Aim, value: float, verdict: str) -> None:
    assert aim.verdict(value) == verdict


def test_only_what_was_measured_stands_in_the_table_of_aims() -> None:
    table = aims_table({"memory": 150.4, "nobody asks": 1.0})
    memory = "memory of a worker over a national year, most"
    assert table.rows == [(memory, "300 MiB", "200 MiB", "150 MiB", "as aimed")]
    assert len(aims_table({aim.figure: 1.0 for aim in AIM_LIST}).rows) == len(AIM_LIST)


def test_a_table_is_written_with_what_is_said_of_it() -> None:
    table = Table("t", ("a", "b"), [("1", "2")], "So it is.")
    assert table.lines() == ["| a | b |", "| --- | --- |", "| 1 | 2 |", "", "So it is."]


def test_a_table_takes_the_place_of_the_one_before() -> None:
    begin, end = marks("t")
    page = f"before\n{begin}\nold\n{end}\nafter\n"
    once = with_table(page, "t", ["new"])
    assert once == f"before\n{begin}\nnew\n{end}\nafter\n"
    assert with_table(once, "t", ["new"]) == once


@pytest.mark.parametrize("page", ["", "{0}\n{1}\n{0}\n{1}\n"])
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        with_table(page.format(*marks("t")), "t", [])


@pytest.mark.parametrize("name", [*TABLES, AIMS])
def test_the_page_has_a_place_for_every_table(name: str) -> None:
    assert with_table(PAGE.read_text("utf-8"), name, [])


def test_the_readme_quotes_the_aims_as_they_stand_in_the_benchmarks() -> None:
    there = between(PAGE.read_text("utf-8"), AIMS).strip().rpartition("\n\n")[0]
    assert there.count("\n") > 2
    assert between(QUOTE.read_text("utf-8"), AIMS).strip() == there


def test_what_was_not_measured_now_stays_and_tells_its_day() -> None:
    first = aims_table({"hot": 0.8, "memory": 150, "two ÷ one": 1.5})
    stood = "\n".join([*first.lines(), "", "*2026-01-02, a machine*"])
    second = with_earlier(aims_table({"two ÷ one": 1.7}), stood)
    assert [(cells[0].partition(" (measured")[2], cells[3]) for cells in second.rows] == [
        ("", "1.70"),
        (" on 2026-01-02)", "0.80"),
        (" on 2026-01-02)", "150 MiB"),
    ]
    stood = "\n".join([*second.lines(), "", "*2026-01-05, a machine*"])
    third = with_earlier(aims_table({"memory": 160}), stood)
    assert [cells[0].partition(" (measured on ")[2] for cells in third.rows] == ["2026-01-05)", "2026-01-02)", ""]


def test_without_a_table_before_only_what_was_measured_is_told() -> None:
    found = aims_table({"hot": 0.8})
    assert with_earlier(found, "").rows == found.rows
