"""By what does a municipality order its work: the decision framework, a learned model, or both? Its policy says so.

Keys of the `[scoring]` table beside the points of `framework`. Without a model that a person activated it is the
framework, whatever the policy says: a score needs a history to learn from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS: Final = ("framework", "model", "blend")
KEYS: Final = ("by", "model_percent", "fairness_margin")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the score is made of.

    Attributes:
        by: one of WAYS.
        model_percent: how much of a blend is the model's; the rest is the framework's.
        fairness_margin: how many percentage points what a model expects of a group may differ from what came of it;
            beyond that it cannot be activated.
    """

    by: str = "framework"
    model_percent: int = 50
    fairness_margin: int = 5


def choice_from(table: Mapping[str, object]) -> tuple[Choice, list[str]]:
    """Read these keys of `[scoring]`; the default wherever one is absent or wrong, and every fault in words."""
    faults: list[str] = []
    default = Choice()
    by = table.get("by", default.by)
    if by not in WAYS:
        faults.append(f"scoring.by: must be one of {', '.join(WAYS)}, between quotes")
        by = default.by
    return (
        Choice(
            str(by),
            _whole(table, "model_percent", default.model_percent, (1, 99), faults),
            _whole(table, "fairness_margin", default.fairness_margin, (1, 50), faults),
        ),
        faults,
    )


def _whole(table: Mapping[str, object], key: str, default: int, within: tuple[int, int], faults: list[str]) -> int:
    value = table.get(key, default)
    low, high = within
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    faults.append(f"scoring.{key}: must be a whole number from {low} to {high}, without quotes")
    return default
