"""Models for tests that ask what becomes of one: of made-up examples, quick to train, and never the same twice."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from signals.outreach.learning import registry
from signals.outreach.learning.reach import PARTS, REACH_COLUMNS
from signals.scoring.fairness import check
from signals.scoring.features import COLUMNS, USUAL_CENTS
from signals.scoring.model import encode
from signals.scoring.table import Column, Table
from signals.scoring.train import train

if TYPE_CHECKING:
    from signals.store.database import Cursor

_EXAMPLES = 400


@cache
def made_up(
    seed: int, kind: Literal["scorecard", "boosting"] = "scorecard", columns: tuple[Column, ...] = COLUMNS
) -> str:
    """A model as it is written down; another seed is another one."""
    dice = np.random.default_rng(seed)
    values = dice.integers(0, 4 if columns == COLUMNS else len(PARTS), (_EXAMPLES, len(columns))).astype(float)
    weights = np.where([column.direction > 0 for column in columns], dice.uniform(0.2, 1.0, len(columns)), 0)
    margins = (values - 1.5) @ weights
    days = np.arange(_EXAMPLES) + date(2026, 1, 1).toordinal()
    outcome = margins + dice.logistic(size=_EXAMPLES) > 0
    table = Table(columns, values, outcome, days, days + 90, np.arange(_EXAMPLES))
    return encode(train(table, kind, seed=seed, usual=dict(USUAL_CENTS)))


def registered(cursor: Cursor, seed: int = 1, *, municipality: str = "0141", **cells: Any) -> int:  # noqa: ANN401
    """The number of such a model in the registry."""
    row: dict[str, Any] = {
        "municipality": municipality,
        "target": "escalation",
        "kind": "scorecard",
        "body": made_up(seed, columns=REACH_COLUMNS if cells.get("target") == "reached" else COLUMNS),
        "seed": seed,
        "window": (date(2026, 1, 31), date(2026, 8, 31)),
        "examples": _EXAMPLES,
        "positives": 200,
        "metrics": {"auc": 0.8},
        "by": "cli:anna",
    }
    return registry.register(cursor, **(row | cells)).number


def reviewed(
    cursor: Cursor,
    number: int,
    *,
    observed: float = 0.3,
    margin: float = 0.05,
    kind: str = "age_band",
    every: int = 400,
) -> int:
    """That model, evaluated: of each group it expects 30 of a hundred to escalate, and of the second `observed` do."""
    p = np.full(2 * every, 0.3)
    y = np.concatenate([np.arange(every) < 0.3 * every, np.arange(every) < observed * every])
    groups = {kind: ["18-24"] * every + ["25-34"] * every}
    report = check(p, y, groups, np.arange(2 * every), margin=margin, seed=1, rounds=2)
    registry.add_review(cursor, number, "evaluation", {"auc": 0.8}, by="cli:anna")
    registry.add_review(cursor, number, "fairness", report, by="cli:anna")
    return number
