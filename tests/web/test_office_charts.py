"""Where the bars of a chart stand: laws of the geometry."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.web.office.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    LYING_LEFT,
    RIGHT,
    ROW,
    TICKS,
    TOP,
    WIDTH,
    lying,
    round_up,
    stacked,
)

COLUMNS = st.integers(1, 5).flatmap(
    lambda series: st.lists(st.lists(st.integers(0, 5000), min_size=series, max_size=series), min_size=1, max_size=30)
)


@given(COLUMNS)
def test_bars_stay_in_the_picture_and_are_as_high_as_their_counts(columns: list[list[int]]) -> None:
    chart = stacked(columns, [str(n) for n in range(len(columns))])
    top = int(chart.scale[-1].text)
    counts = [(series, count) for column in columns for series, count in enumerate(column) if count]
    assert [bar.series for bar in chart.bars] == [series for series, _ in counts]
    for bar, (_, count) in zip(chart.bars, counts, strict=True):
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH + 0.2
        assert TOP - 0.1 <= bar.y <= bar.y + bar.height <= HEIGHT - BOTTOM + 0.2
        assert bar.height == pytest.approx((HEIGHT - TOP - BOTTOM) * count / top, abs=0.06)


@given(COLUMNS)
def test_the_parts_of_a_column_stand_on_each_other(columns: list[list[int]]) -> None:
    bars = stacked(columns, ["" for _ in columns]).bars
    for lower, upper in pairwise(bars):
        if lower.x == upper.x:
            assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)


@given(COLUMNS)
def test_lying_bars_follow_each_other_in_their_row_and_are_as_long_as_their_counts(rows: list[list[int]]) -> None:
    chart = lying(rows, [str(n) for n in range(len(rows))])
    top = int(chart.scale[-1].text)
    counts = [(n, series, count) for n, row in enumerate(rows) for series, count in enumerate(row) if count]
    assert len(chart.bars) == len(counts)
    for bar, (n, series, count) in zip(chart.bars, counts, strict=True):
        assert bar.series == series
        assert LYING_LEFT <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 0.2
        assert bar.width == pytest.approx((WIDTH - LYING_LEFT - RIGHT) * count / top, abs=0.06)
        assert TOP + ROW * n <= bar.y <= bar.y + bar.height <= TOP + ROW * (n + 1)
    for first, second in pairwise(chart.bars):
        if first.y == second.y:
            assert first.x + first.width == pytest.approx(second.x, abs=0.2)
    assert [mark.text for mark in chart.names] == [str(n) for n in range(len(rows))]
    assert all(TOP <= mark.at <= chart.floor for mark in chart.names)
    assert (chart.scale[0].at, chart.floor) == (LYING_LEFT, TOP + ROW * len(rows))


@given(st.integers(0, 10**7))
def test_a_scale_holds_its_counts_in_whole_quarters_and_not_far_too_wide(most: int) -> None:
    top = round_up(most)
    assert top >= most
    assert top % TICKS == 0
    assert top <= max(TICKS, 2 * most)


def test_of_many_names_only_some_are_written() -> None:
    names = [f"week {n}" for n in range(24)]
    chart = stacked([[1]] * 24, names)
    assert [mark.text for mark in chart.names] == names[::2]
    assert len(stacked([[1]] * 12, names[:12]).names) == 12


def test_without_columns_there_is_an_empty_picture() -> None:
    chart = stacked([], [])
    assert (chart.bars, chart.names) == ((), ())
    assert chart.floor == HEIGHT - BOTTOM
