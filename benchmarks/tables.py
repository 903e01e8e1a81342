"""How is what was measured shown, and written between the marks of a page?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "benchmarks" / "README.md"
QUOTE: Final = ROOT / "README.md"
AIMS: Final = "aims"
DATED: Final = " (measured on "
_STAMP: Final = re.compile(r"^\*(\d{4}-\d\d-\d\d),", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """What one benchmark found; `figures` are those of its numbers that `AIM_LIST` or a reader asks for by name."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    said: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The table as it stands on a page, with what is to be said of it below."""
        found = [row(self.header), "|" + " --- |" * len(self.header), *(row(cells) for cells in self.rows)]
        return [*found, "", self.said] if self.said else found


def row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return "| " + " | ".join(cells) + " |"


@dataclass(frozen=True)
class Aim:
    """What a figure must be (None: nothing), and what we would like it to be; `most` tells that less is better."""

    figure: str
    words: str
    must: float | None
    aim: float
    unit: str = ""
    most: bool = False

    def shown(self, value: float | None) -> str:
        """The value as the table prints it."""
        if value is None:
            return "–"
        return f"{value:.0f} {self.unit}" if self.unit else f"{value:.2f}"

    def verdict(self, value: float) -> str:
        """Whether the value is as it should be."""
        sign = -1 if self.most else 1
        if sign * value >= sign * self.aim:
            return "as aimed"
        if self.must is None:
            return "**less than aimed**"
        return "as it must be" if sign * value >= sign * self.must else "**not enough**"


AIM_LIST: Final = (
    Aim("faust ÷ floor", "one Faust worker ÷ floor (committing batch by batch), median of 5 runs", 0.35, 0.5),
    Aim("aiokafka4 ÷ floor", "the same core behind aiokafka (four connections) ÷ the same floor", 0.6, 0.8),
    Aim(
        "aiokafka4 ÷ quix",
        "the same core behind aiokafka (four connections) ÷ behind Quix Streams with a batching sink (one)",
        1.05,
        1.3,
    ),
    Aim("two ÷ one", "two workers ÷ one", 1.4, 1.6),
    Aim("stored", "cost per signal at 1,000,000 stored ÷ at 10,000", 1.25, 1.1, most=True),
    Aim("hot", "cost per signal, household with 10,000 signals ÷ ordinary", 3, 1.5, most=True),
    Aim("memory", "memory of a worker over a national year, most", 300, 200, "MiB", most=True),
    Aim("latency p99", "publish → committed at 20 events/s, p99", 300, 100, "ms", most=True),
    Aim("queue ÷ allowed", "queue page p95 ÷ what is allowed, 8 users, a million signals", None, 1, most=True),
    Aim("case ÷ allowed", "case page p95 ÷ what is allowed, likewise", None, 1, most=True),
    Aim("letters merged ÷ weasyprint", "letters a second in one file ÷ WeasyPrint making the same", None, 8),
    Aim(
        "letters single ÷ weasyprint",
        "letters a second in a file each, on both cores ÷ WeasyPrint in its one process",
        None,
        8,
    ),
    Aim("visits ÷ bound", "points of a visiting day's plan ÷ those of a long search, 100 days", None, 0.97),
    Aim("visits seconds", "seconds for a plan of 200 candidates, the longest of 100", None, 2, most=True),
    Aim("score ÷ oracle", "AUC of the score ÷ an oracle's, learned from a year of a town × 5", 0.97, 0.97),
    Aim("score ÷ oracle, small", "the same, learned from a year of one town", 0.90, 0.95),
    Aim("score ece", "expected calibration error of the score, the larger of both", 0.03, 0.02, most=True),
    Aim("score lift ÷ amount", "what pairs find in their first 8 a day by score ÷ by amount", None, 1.05),
    Aim("score of a batch", "scoring by a scorecard, of the time of a batch of 500", 5, 3, "%", most=True),
    Aim("first load", "first load of a queue with styles and script, compressed", None, 60, "KiB", most=True),
)


def aims_table(figures: Mapping[str, float]) -> Table:
    """What was asked beside what was measured; only of what was measured."""
    rows = [
        (aim.words, aim.shown(aim.must), aim.shown(aim.aim), aim.shown(value), aim.verdict(value))
        for aim in AIM_LIST
        if (value := figures.get(aim.figure)) is not None
    ]
    return Table(AIMS, ("what", "must", "aim", "measured", ""), rows)


def marks(name: str) -> tuple[str, str]:
    """The lines around the table of that name."""
    return f"<!-- bench {name}: written by `python -m benchmarks --write` -->", f"<!-- bench {name}: end -->"


def with_table(page: str, name: str, lines: Sequence[str]) -> str:
    """The page with what stands between the marks of `name` replaced.

    Raises:
        ValueError: the page does not hold these marks, once each.
    """
    begin, end = marks(name)
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page must hold the lines {begin!r} and {end!r} once each")
    before, _, rest = page.partition(begin)
    return "\n".join([before + begin, *lines, end + rest.partition(end)[2]])


def between(page: str, name: str) -> str:
    """What stands between the marks of `name`."""
    begin, end = marks(name)
    return page.partition(begin)[2].partition(end)[0]


def with_earlier(aims: Table, before: str) -> Table:
    """The table of aims with the rows of `before` that were not measured now; each of these tells its day."""
    now = {cells[0]: cells for cells in aims.rows}
    then = {cells[0].partition(DATED)[0]: cells for cells in map(_cells, before.splitlines()) if cells}
    day = _STAMP.search(before)
    rows = []
    for aim in AIM_LIST:
        if aim.words in now:
            rows.append(now[aim.words])
        elif day and (cells := then.get(aim.words)):
            first = cells[0] if DATED in cells[0] else f"{cells[0]}{DATED}{day[1]})"
            rows.append((first, *cells[1:]))
    return replace(aims, rows=rows)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|")) if line.startswith("|") else ()


def write(tables: Sequence[Table], measured_on: str) -> None:
    """Put each table where it belongs; the aims, with the earlier rows of what was not measured now, on both pages."""
    page = PAGE.read_text("utf-8")
    for table in tables:
        shown = with_earlier(table, between(page, AIMS)) if table.name == AIMS else table
        page = with_table(page, shown.name, [*shown.lines(), "", f"*{measured_on}*"])
        if table.name == AIMS:
            QUOTE.write_text(with_table(QUOTE.read_text("utf-8"), AIMS, shown.lines()), "utf-8")
    PAGE.write_text(page, "utf-8")
