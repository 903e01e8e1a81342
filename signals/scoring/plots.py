"""What does an evaluation look like? One picture: whether chances come true, and what the first eight a day find.

The same figures give the same bytes on one machine: no date, no random names. An SVG has its letters as shapes, so
that it looks the same everywhere, and says in words what it shows.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from signals.scoring.lift import Lift, OrderLift
    from signals.scoring.measures import Bin, Estimate, Measures

Suffix = Literal["svg", "png"]
Language = Literal["nl", "en"]

_SIZE: Final = (9.6, 5.4)  # inches: the width of an A4 page on its side, with margins
_DPI: Final = 150
# Of Okabe and Ito's colours, which the colour-blind can tell apart; of different lightness, for a print in grey.
_BLUE, _GREY, _INK = "#0072B2", "#9A9A9A", "#222222"
STYLE: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 9.0,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "signals",  # else the names of shapes are random
}
_NO_DATE: Final[dict[Suffix, dict[str, None]]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of a picture in one language."""

    point: str
    title: str
    calibration: str
    calibration_none: str
    predicted: str
    observed: str
    ideal: str
    bins: str
    cases: str
    orders: str
    share: str
    base: str
    lift: str
    none: str
    figures: str
    described: str
    names: dict[str, str]


_TEXTS: Final[dict[Language, _Words]] = {
    "nl": _Words(
        point=",",
        title="Hoe goed is de score?",
        calibration="Komen de kansen uit?",
        calibration_none="Geen zaken met een bekende afloop",
        predicted="verwachte kans dat het erger wordt",
        observed="werd erger",
        ideal="precies zoals verwacht",
        bins="groep zaken, met 95%-interval",
        cases="zaken",
        orders="De eerste {a_day} per koppel per dag",
        share="daarvan werd erger (95%-interval)",
        base="alle zaken: {share}",
        lift="{lift}× zo veel",
        none="geen bezoek",
        figures="{n} zaken, waarvan {positives} erger werden. AUC {auc}. Brier {brier}. Kalibratiefout (ECE) {ece}.",
        described="Links: de verwachte kans en wat ervan uitkwam. "
        "Rechts: hoeveel van de eerste {a_day} per koppel per dag erger werd: {shares}.",
        names={
            "model": "model",
            "blend": "mengvorm",
            "framework": "afwegings-\nkader",
            "amount": "hoogste\nbedrag",
            "arrival": "oudste\neerst",
        },
    ),
    "en": _Words(
        point=".",
        title="How good is the score?",
        calibration="Do the chances come true?",
        calibration_none="No cases with a known outcome",
        predicted="expected chance to get worse",
        observed="got worse",
        ideal="exactly as expected",
        bins="group of cases, with 95% interval",
        cases="cases",
        orders="The first {a_day} per pair per day",
        share="of which got worse (95% interval)",
        base="all cases: {share}",
        lift="{lift}× as many",
        none="no visit",
        figures="{n} cases, of which {positives} got worse. AUC {auc}. Brier {brier}. Calibration error (ECE) {ece}.",
        described="Left: the expected chance and what came of it. "
        "Right: how many of the first {a_day} per pair per day got worse: {shares}.",
        names={
            "model": "model",
            "blend": "blend",
            "framework": "decision\nframework",
            "amount": "highest\namount",
            "arrival": "oldest\nfirst",
        },
    ),
}


def evaluation_plot(
    measures: Measures,
    table: Sequence[Bin],
    lift: Lift,
    *,
    suffix: Suffix,
    language: Language = "nl",
    a_day: int = 8,
) -> bytes:
    """Draw an evaluation as a picture of `suffix`.

    Args:
        measures: The figures, told below the title.
        table: The calibration table.
        lift: The orders, drawn in their order; the first stands out.
        suffix: `svg` or `png`.
        language: Of all texts.
        a_day: Households that a pair sees in a day, as the lift was played with.
    """
    # Drawing is slow to load, and the worker never draws.
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    words = _TEXTS[language]
    with mpl.rc_context(STYLE):
        canvas = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
        canvas.suptitle(f"{words.title}\n", fontsize=12, fontweight="bold")
        canvas.text(0.5, 0.925, _figures(measures, words), ha="center", fontsize=8.5)
        places = canvas.subplot_mosaic([["chances", "orders"], ["counts", "orders"]], height_ratios=(4, 1))
        _draw_chances(places["chances"], table, words)
        _draw_counts(places["counts"], table, words)
        _draw_orders(places["orders"], lift, words, a_day)
        drawn = _saved(canvas, suffix)
    if suffix == "png":
        return drawn
    shares = ", ".join(_order_told(one, words) for one in lift.orders)
    text = f"{_figures(measures, words)} {words.described.format(a_day=a_day, shares=shares)}"
    return _described(drawn, words.title, text)


def _saved(canvas: Figure, suffix: Suffix) -> bytes:
    held = io.BytesIO()
    canvas.savefig(held, format=suffix, metadata=_NO_DATE[suffix])
    return held.getvalue()


def _described(svg: bytes, title: str, text: str) -> bytes:
    """The picture with its title and description, for who does not see it."""
    opened = re.sub(r"<svg ", '<svg role="img" aria-labelledby="plot-title plot-text" ', svg.decode(), count=1)
    head = f'<title id="plot-title">{escape(title)}</title>\n <desc id="plot-text">{escape(text)}</desc>'
    return re.sub(r"(<svg [^>]*>)", lambda found: f"{found[0]}\n {head}", opened, count=1).encode()


def _figures(measures: Measures, words: _Words) -> str:
    told = {name: _told(getattr(measures, name), words) for name in ("auc", "brier", "ece")}
    return words.figures.format(n=measures.n, positives=measures.positives, **told)


def _told(estimate: Estimate | None, words: _Words) -> str:
    if estimate is None:
        return "–"
    text = f"{estimate.value:.3f} ({estimate.low:.3f}–{estimate.high:.3f})"
    return text.replace(".", words.point)


def _percent(share: float, words: _Words) -> str:
    return f"{100 * share:.1f}%".replace(".", words.point)


def _order_told(order: OrderLift, words: _Words) -> str:
    share = words.none if order.precision is None else _percent(order.precision.value, words)
    name = _name(order, words).replace("-\n", "").replace("\n", " ")
    return f"{name} {share}"


def _name(order: OrderLift, words: _Words) -> str:
    return words.names.get(order.order, order.order)


def _away(estimates: Sequence[Estimate]) -> list[list[float]]:
    """How far the ends of intervals lie from their middles, as an error bar wants it."""
    return [[one.value - one.low for one in estimates], [one.high - one.value for one in estimates]]


def _furthest(table: Sequence[Bin]) -> float:
    """Where the axes of the chances end."""
    return min(1.0, 1.08 * max((max(row.observed.high, row.end) for row in table), default=1.0))


def _in_percent(*axes: Axis) -> None:
    for axis in axes:
        axis.set_major_formatter(lambda share, _: f"{100 * share:.0f}%")


def _draw_chances(axes: Axes, table: Sequence[Bin], words: _Words) -> None:
    furthest = _furthest(table)
    axes.set_title(words.calibration, fontsize=10.5)
    axes.set(ylabel=words.observed, xlim=(0, furthest), ylim=(0, furthest), xticklabels=())
    _in_percent(axes.yaxis)
    if not table:
        axes.text(0.5, 0.5, words.calibration_none, ha="center", transform=axes.transAxes)
        return
    axes.plot([0, furthest], [0, furthest], color=_GREY, linestyle="--", linewidth=1.2, label=words.ideal)
    axes.errorbar(
        [row.predicted for row in table],
        [row.observed.value for row in table],
        yerr=_away([row.observed for row in table]),
        fmt="o",
        markersize=5,
        color=_BLUE,
        ecolor=_BLUE,
        capsize=2.5,
        linewidth=1.2,
        label=words.bins,
    )
    axes.legend(loc="upper left", frameon=False, fontsize=8)


def _draw_counts(axes: Axes, table: Sequence[Bin], words: _Words) -> None:
    """A bar per group, as wide as its chances lie apart, as high as it has cases per chance."""
    furthest = _furthest(table)
    widths = [max(row.end - row.start, furthest / 200) for row in table]
    heights = [row.n / width for row, width in zip(table, widths, strict=True)]
    axes.bar([row.start for row in table], heights, width=widths, align="edge", color=_BLUE, edgecolor="white")
    axes.set(xlabel=words.predicted, ylabel=words.cases, xlim=(0, furthest), yticks=())
    axes.spines["left"].set_visible(False)
    _in_percent(axes.xaxis)


def _draw_orders(axes: Axes, lift: Lift, words: _Words, a_day: int) -> None:
    axes.set_title(words.orders.format(a_day=a_day), fontsize=10.5)
    for place, order in enumerate(lift.orders):
        _draw_order(axes, place, order, words)
    axes.set_xticks(range(len(lift.orders)), [_name(one, words) for one in lift.orders])
    axes.set_ylabel(words.share)
    highest = max((one.precision.high for one in lift.orders if one.precision), default=0.0)
    axes.set_ylim(0, max(1.2 * highest, 0.05))
    _in_percent(axes.yaxis)
    if lift.came:
        base = lift.escalated / lift.came
        label = words.base.format(share=_percent(base, words))
        axes.axhline(base, color=_INK, linestyle="--", linewidth=1.2, label=label)
        axes.legend(loc="upper right", frameon=False, fontsize=8)


def _draw_order(axes: Axes, place: int, order: OrderLift, words: _Words) -> None:
    if order.precision is None:
        axes.text(place, 0.002, words.none, ha="center", va="bottom", fontsize=8)
        return
    share = order.precision
    axes.bar(place, share.value, width=0.66, color=_GREY if place else _BLUE)
    axes.errorbar(place, share.value, yerr=_away([share]), color=_INK, capsize=4, linewidth=1.2)
    told = _percent(share.value, words)
    if order.lift is not None:
        told += "\n" + words.lift.format(lift=f"{order.lift.value:.2f}".replace(".", words.point))
    axes.annotate(told, (place, share.high), (0, 3), textcoords="offset points", ha="center", fontsize=8)
