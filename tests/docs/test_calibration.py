"""The tables of figures in the documents are those that the benchmark wrote, and all of them hold."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from benchmarks.calibration import BEGIN, END, PAGES, PLOT, between_marks, full_table, short_table, shown
from signals.simulation.calibration import FIGURES, YEARS
from tests.docs.calibrated import recorded

if TYPE_CHECKING:
    from signals.simulation.calibration import Figure


def value(cell: str) -> float:
    return float(cell.removesuffix("%"))


def test_the_table_has_every_figure_with_its_target() -> None:
    assert [row[:3] for row in recorded("full")] == [
        [figure.words, str(figure.year), shown(figure, figure.target)] for figure in FIGURES
    ]


@pytest.mark.parametrize("figure", FIGURES, ids=[figure.key for figure in FIGURES])
def test_the_mean_of_all_seeds_is_within_the_bounds(figure: Figure) -> None:
    (row,) = [row for row in recorded("full") if row[:2] == [figure.words, str(figure.year)]]
    mean, lowest, highest, first = map(value, row[4:])
    assert figure.holds(mean)
    assert lowest <= mean <= highest
    assert lowest <= first <= highest


def test_the_short_table_is_the_long_one_in_brief() -> None:
    means = {(row[0], int(row[1])): (row[4], row[2]) for row in recorded("full") if row[2] != "–"}
    cells = {
        (row[0], year): tuple(cell.rstrip(")").split(" ("))
        for row in recorded("short")
        for year, cell in zip(YEARS, row[1:], strict=True)
        if cell
    }
    assert cells == means


def test_a_table_is_written_between_its_marks_and_nowhere_else() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert between_marks(page, ["| new |"]) == f"before\n{BEGIN}\n| new |\n{END}\nafter\n"
    assert between_marks(between_marks(page, ["a"]), ["b"]) == between_marks(page, ["b"])
    for wrong in ("", page + page, f"{BEGIN} only"):
        with pytest.raises(ValueError, match="once each"):
            between_marks(wrong, ["| new |"])


def test_the_tables_show_mean_and_extremes() -> None:
    low = {figure.key: 1.0 for figure in FIGURES}
    high = {figure.key: 3.0 for figure in FIGURES}
    first = full_table([low, high])[2]
    assert first.endswith("| 2.00 | 1.00 | 3.00 | 1.00 |")
    assert (
        short_table([low, high])[2]
        == "| signals per 1,000 inhabitants a month | 2.00 (3.30) | 2.00 (4.00) | 2.00 (4.40) |"
    )


def test_the_plot_is_a_small_png_that_a_page_can_show() -> None:
    head = PLOT.read_bytes()
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(head) < 150_000
    width, height = struct.unpack(">II", head[16:24])
    assert 700 <= width <= 1400
    assert 400 <= height <= 1400
    shown_in = [page for page in (PAGES["full"], PAGES["short"]) if "year.png" in page.read_text("utf-8")]
    assert PAGES["full"] in shown_in
