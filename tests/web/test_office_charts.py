"""Where the bars of a chart stand: laws of the geometry."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.web.office.charts import BOTTOM, HEIGHT, LEFT, TICKS, TOP, WIDTH, round_up, stacked

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
