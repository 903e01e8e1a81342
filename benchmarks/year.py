"""What does a year of the simulated town look like beside the national figures? Draws docs/year.png.

Above, what the partners send: signals a week by sector. Below, what becomes of it: cases a month by class, with the
national month beside them. The town of 150,000 and the year 2023, of which the monitor knows every figure drawn here.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from signals.scoring.plots import STYLE
from signals.simulation.calibration import AVERAGE_TOWN, FIGURES, START, percent, simulated
from signals.simulation.judged import with_register

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

    from signals.simulation.judged import Judgement

YEAR: Final = 2023
SEED: Final = 6
_FIRST_MONDAY: Final = date(2023, 1, 2)  # the 52 weeks from here end with the year
_MONTHS_TO_END: Final = 30  # from START to the end of YEAR
# Okabe and Ito's colours, which the colour-blind can tell apart; of different lightness, for a print in grey.
_SECTORS: Final = {"health": "#0072B2", "energy": "#E69F00", "housing": "#009E73", "water": "#56B4E9"}
_CLASSES: Final = {"single": "#56B4E9", "consecutive": "#0072B2", "multiple": "#D55E00"}
_INK: Final = "#222222"
_ON: Final = {"single": _INK, "consecutive": "white", "multiple": "white"}  # letters on those colours
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TARGETS: Final = {figure.key: figure.target for figure in FIGURES}


def simulated_year() -> Judgement:
    """The year that is drawn, with the months before it."""
    return simulated(*AVERAGE_TOWN, START, _MONTHS_TO_END, SEED, verdict=with_register)


def draw(judgement: Judgement, path: Path) -> None:
    """Draw `YEAR` of what was judged; the same figures give the same file on one machine."""
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(8.4, 6.4), dpi=110, layout="constrained")
        above, below = canvas.subplots(2, 1)
        _draw_weeks(above, judgement)
        _draw_months(below, judgement)
        title = (
            f"A simulated year in a town of {AVERAGE_TOWN[1]:,} (seed {SEED}), beside the national figures of {YEAR}"
        )
        canvas.suptitle(title, fontsize=10.5, fontweight="bold")
        canvas.savefig(path, metadata={"Software": None, "Title": title})


def weeks_of(judgement: Judgement) -> dict[str, list[int]]:
    """Signals per week of `YEAR` by sector."""
    counts = Counter(
        (signal.event.sector, (signal.event.signalled_on - _FIRST_MONDAY).days // 7) for signal in judgement.signals
    )
    return {sector: [counts[sector, week] for week in range(52)] for sector in _SECTORS}


def months_of(judgement: Judgement) -> dict[str, list[int]]:
    """Cases per month of `YEAR` by class."""
    counts = Counter((case.monitor_class, case.month) for case in judgement.cases)
    return {kind: [counts[kind, f"{YEAR}-{month:02}"] for month in range(1, 13)] for kind in _CLASSES}


def _national(key: str) -> float:
    target = _TARGETS[f"{key} {YEAR}"]
    assert target is not None, key
    return target


def _draw_weeks(axes: Axes, judgement: Judgement) -> None:
    places = [*range(52), 54]  # the national week stands a little apart
    national = _national("signals") * AVERAGE_TOWN[1] / 1000 * 12 / 365 * 7
    under = [0.0] * len(places)
    for sector, counts in weeks_of(judgement).items():
        heights = [*counts, national * _national(f"sector-{sector}") / 100]
        widths = [0.86] * 52 + [2.0]
        axes.bar(places, heights, bottom=under, width=widths, color=_SECTORS[sector], label=sector)
        under = [low + height for low, height in zip(under, heights, strict=True)]
    axes.axhline(national, color=_INK, linewidth=1.4, linestyle="--", label=f"national level ({national:.0f} a week)")
    axes.set_xticks([*_month_starts(), 54], [*_MONTHS, "national"])
    axes.set_xlim(-1.2, 56.2)
    axes.set_ylim(0, max(under) * 1.25)
    axes.set(title="Signals per week, by sector", xlabel="week, by the month it begins in", ylabel="signals")
    axes.legend(ncols=5, loc="upper center", frameon=False, fontsize=8)


def _month_starts() -> list[int]:
    """The first week of each month."""
    months = [(_FIRST_MONDAY + timedelta(weeks=week)).month for week in range(52)]
    return [months.index(month) for month in range(1, 13)]


def _draw_months(axes: Axes, judgement: Judgement) -> None:
    places = [*range(12), 13]  # the national month stands a little apart
    national = _national("cases") * AVERAGE_TOWN[1] / 1000
    stacks = {
        kind: [*counts, national * _national(f"class-{kind}") / 100] for kind, counts in months_of(judgement).items()
    }
    totals = [sum(parts) for parts in zip(*stacks.values(), strict=True)]
    under = [0.0] * len(places)
    for kind, heights in stacks.items():
        shares = [f"{percent(height, total):.0f}%" for height, total in zip(heights, totals, strict=True)]
        bars = axes.bar(places, heights, bottom=under, width=0.8, color=_CLASSES[kind], label=kind)
        axes.bar_label(bars, shares, label_type="center", fontsize=7.5, color=_ON[kind])
        under = [low + height for low, height in zip(under, heights, strict=True)]
    level = f"national level ({national:.0f} a month)"
    axes.axhline(national, color=_INK, linewidth=1.4, linestyle="--", label=level, zorder=0)  # behind the shares
    axes.set_xticks(places, [*_MONTHS, "national"])
    axes.set_ylim(0, max(totals) * 1.25)
    axes.set(title="Cases per month, by class of the national monitor", xlabel="month", ylabel="cases")
    axes.legend(ncols=4, loc="upper center", frameon=False, fontsize=8)
