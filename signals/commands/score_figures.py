"""How are the figures of a model shown on the terminal? One table of figures, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.scoring.plots import Language

_NAMES: Final = {
    "auc": ("AUC (0,5 is toeval, 1 is altijd goed)", "AUC (0.5 is chance, 1 is always right)"),
    "average_precision": ("gemiddelde precisie", "average precision"),
    "brier": ("Brier-score (lager is beter)", "Brier score (lower is better)"),
    "ece": ("kalibratiefout (ECE, lager is beter)", "calibration error (ECE, lower is better)"),
    "base_rate": ("deel met de uitkomst", "share with the outcome"),
}


def columns(language: Language = "nl") -> tuple[str, ...]:
    """The heads of a table of figures."""
    return ("maat", "waarde", "van", "tot") if language == "nl" else ("figure", "value", "from", "to")


def figure_rows(measures: Mapping[str, Any], language: Language = "nl") -> list[tuple[str, ...]]:
    """The figures of `scoring.measures.Measures` as a document, in rows of a table."""
    at = 0 if language == "nl" else 1
    return [(texts[at], *estimate_cells(measures[name])) for name, texts in _NAMES.items()]


def estimate_cells(estimate: Mapping[str, float] | None, *, percent: bool = False) -> tuple[str, ...]:
    """A figure and its interval; a dash where it says nothing."""
    if estimate is None:
        return ("–", "", "")
    return tuple(written(estimate[name], percent=percent) for name in ("value", "low", "high"))


def written(value: float, *, percent: bool = False) -> str:
    """A figure as one reads it: a share in percent, anything else with three decimals."""
    return f"{100 * value:.1f}%" if percent else f"{value:.3f}"


def in_one_cell(estimate: Mapping[str, float] | None) -> str:
    """A figure with its interval behind it."""
    value, low, high = estimate_cells(estimate)
    return f"{value} ({low}–{high})" if low else value
