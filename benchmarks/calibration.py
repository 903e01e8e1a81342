"""Do the simulated figures still stand beside the national ones? Twenty seeds, a table in the documents and a plot.

`python -m benchmarks.calibration` takes some minutes. It writes the tables between their marks in docs/calibration.md
and README.md, draws docs/year.png, and ends with code 1 when the mean of a figure lies outside its bounds.
"""

from __future__ import annotations

import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from signals.simulation.calibration import FIGURES, FIXED_SEED, YEARS, figures_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from signals.simulation.calibration import Figure

SEEDS: Final = (FIXED_SEED, *(seed for seed in range(1, 21) if seed != FIXED_SEED))
WORKERS: Final = 2
ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {"full": ROOT / "docs" / "calibration.md", "short": ROOT / "README.md"}
PLOT: Final = ROOT / "docs" / "year.png"
BEGIN: Final = "<!-- calibration: written by `python -m benchmarks.calibration` -->"
END: Final = "<!-- calibration: end -->"
_DECIMALS: Final = {"per 1,000": 2, "ratio": 2, "%": 1, "a month": 0}

Figures = dict[str, float]


def shown(figure: Figure, value: float | None) -> str:
    """A value of the figure as the tables print it."""
    if value is None:
        return "–"
    return f"{value:.{_DECIMALS[figure.unit]}f}" + ("%" if figure.unit == "%" else "")


def means(runs: Sequence[Mapping[str, float]]) -> Figures:
    """The mean of every figure over the seeds."""
    return {figure.key: statistics.fmean(run[figure.key] for run in runs) for figure in FIGURES}


def full_table(runs: Sequence[Mapping[str, float]]) -> list[str]:
    """Every figure with target, bounds, mean, lowest and highest seed, and the first run (the fixed seed) by itself."""
    lines = [f"| figure | year | target | bounds | mean | lowest | highest | seed {FIXED_SEED} |", "|" + " --- |" * 8]
    average = means(runs)
    for figure in FIGURES:
        seeds = [run[figure.key] for run in runs]
        values = (average[figure.key], min(seeds), max(seeds), seeds[0])
        cells = [figure.words, str(figure.year), shown(figure, figure.target), _bounds(figure)]
        lines.append(_row([*cells, *(shown(figure, value) for value in values)]))
    return lines


def _bounds(figure: Figure) -> str:
    return "–" if figure.target is None else f"{shown(figure, figure.low)} to {shown(figure, figure.high)}"


def short_table(runs: Sequence[Mapping[str, float]]) -> list[str]:
    """The figures that have a target by year: the mean that came out, and the target in brackets."""
    lines = [_row(["simulated (and published)", *map(str, YEARS)]), "|" + " --- |" * (1 + len(YEARS))]
    average = means(runs)
    for words, years in _by_words().items():
        cells = [_cell(years[year], average) if year in years else "" for year in YEARS]
        lines.append(_row([words, *cells]))
    return lines


def _by_words() -> dict[str, dict[int, Figure]]:
    found: dict[str, dict[int, Figure]] = {}
    for figure in FIGURES:
        if figure.target is not None:
            found.setdefault(figure.words, {})[figure.year] = figure
    return found


def _cell(figure: Figure, average: Figures) -> str:
    return f"{shown(figure, average[figure.key])} ({shown(figure, figure.target)})"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def between_marks(page: str, lines: Sequence[str]) -> str:
    """The page with its table replaced by `lines`.

    Raises:
        ValueError: the page has no marks, or not once each.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page must hold the lines {BEGIN!r} and {END!r} once each, around its table")
    before, _, rest = page.partition(BEGIN)
    return "\n".join([before + BEGIN, *lines, END + rest.partition(END)[2]])


def measured_seeds() -> Iterator[Figures]:
    """The figures of each seed, in the order of the seeds; progress on a terminal."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for seed, figures in zip(SEEDS, pool.map(figures_of, SEEDS), strict=True):
            if sys.stderr.isatty():
                print(f"seed {seed} of {len(SEEDS)}", file=sys.stderr)
            yield figures


def main() -> int:
    """Measure, print and write; 1 when the mean of a figure is outside its bounds."""
    from benchmarks.year import draw, simulated_year  # noqa: PLC0415 - matplotlib is slow to load, and the workers need none of it

    runs = list(measured_seeds())
    table = full_table(runs)
    print("\n".join(table))
    for kind, lines in (("full", table), ("short", short_table(runs))):
        page = PAGES[kind]
        page.write_text(between_marks(page.read_text("utf-8"), lines), "utf-8")
    draw(simulated_year(), PLOT)
    outside = within(means(runs))
    print(f"\noutside: {', '.join(outside)}" if outside else "\nall within their bounds", file=sys.stderr)
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
