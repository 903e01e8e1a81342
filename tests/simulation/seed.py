"""The figures of the fixed seed, measured once for all tests that read them."""

from __future__ import annotations

from functools import cache

from signals.simulation.calibration import FIXED_SEED, figures_of


@cache
def figures_of_the_fixed_seed() -> dict[str, float]:
    """What the fixed seed gives; it takes some seconds."""
    return figures_of(FIXED_SEED)
