"""Where do the bars of a chart stand? Pure geometry; `templates/office/charts.html` draws it as SVG.

A picture beside a table that says the same: no script, and nothing that only the picture tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT: Final = 48  # room for the figures of the scale
TOP: Final = 10
BOTTOM: Final = 30  # room for the names of the columns
TICKS: Final = 4
FILLED: Final = 0.7  # of the room of a column; the rest keeps columns apart
NAMES_AT_MOST: Final = 12
LYING_LEFT: Final = 190  # room for the names of lying bars
RIGHT: Final = 24  # room for the last figure of their scale
ROW: Final = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a column; `series` counts from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A text and where it belongs: the place of a line of the scale, or the middle of a column or row."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns, or rows, of stacked bars, in a picture of `width` by `height`."""

    bars: tuple[Bar, ...]
    scale: tuple[Mark, ...]
    names: tuple[Mark, ...]
    left: int = LEFT
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def floor(self) -> int:
        """Where the columns stand, or the lines of the scale end."""
        return self.height - BOTTOM


def stacked(columns: Sequence[Sequence[int]], names: Sequence[str]) -> Chart:
    """A column for each of `columns`, named by `names`, with a bar for each of its counts, the first one lowest.

    Of many names only so many are written that they do not meet.
    """
    top = round_up(max((sum(column) for column in columns), default=0))
    room = (WIDTH - LEFT) / max(1, len(columns))
    height = HEIGHT - TOP - BOTTOM
    bars = []
    for n, column in enumerate(columns):
        below = 0
        for series, count in enumerate(column):
            below += count
            y = HEIGHT - BOTTOM - height * below / top
            if count:
                x = LEFT + room * (n + (1 - FILLED) / 2)
                bars.append(
                    Bar(round(x, 1), round(y, 1), round(room * FILLED, 1), round(height * count / top, 1), series)
                )
    step = -(-len(names) // NAMES_AT_MOST) or 1
    return Chart(
        bars=tuple(bars),
        scale=tuple(
            Mark(round(HEIGHT - BOTTOM - height * n / TICKS, 1), str(top * n // TICKS)) for n in range(TICKS + 1)
        ),
        names=tuple(Mark(round(LEFT + room * (n + 0.5), 1), name) for n, name in enumerate(names) if n % step == 0),
    )


def lying(rows: Sequence[Sequence[int]], names: Sequence[str]) -> Chart:
    """A row for each of `rows`, with its name of `names` before it, and a bar for each of its counts from the left."""
    top = round_up(max((sum(row) for row in rows), default=0))
    room = WIDTH - LYING_LEFT - RIGHT
    bars = []
    for n, row in enumerate(rows):
        before = 0
        for series, count in enumerate(row):
            if count:
                x, y = LYING_LEFT + room * before / top, TOP + ROW * (n + (1 - FILLED) / 2)
                bars.append(Bar(round(x, 1), round(y, 1), round(room * count / top, 1), round(ROW * FILLED, 1), series))
            before += count
    return Chart(
        bars=tuple(bars),
        scale=tuple(Mark(round(LYING_LEFT + room * n / TICKS, 1), str(top * n // TICKS)) for n in range(TICKS + 1)),
        names=tuple(Mark(round(TOP + ROW * (n + 0.5), 1), name) for n, name in enumerate(names)),
        left=LYING_LEFT,
        height=TOP + ROW * len(rows) + BOTTOM,
    )


def round_up(most: int) -> int:
    """The top of a scale for counts up to `most`: a round number of which each quarter is a whole one too."""
    if most <= TICKS:
        return TICKS
    power = 1
    while True:
        for round_one in (4, 8, 12, 20, 32):
            if most <= round_one * power:
                return round_one * power
        power *= 10
