"""Is the trainer no toy? Our models on any table with a target of two values, beside untuned boosting of scikit-learn.

    .venv/bin/python benchmarks/score_trial.py TABLE.csv --target COLUMN [--true VALUE] [--seed N] [--json]

Five stratified folds. In each, our scorecard, our forest and the trainer's choice learn from four fifths (the choice is
made out of fold within those: the scorecard, unless the forest is better by more than 0.005), and so do the peers:
`HistGradientBoostingClassifier()`, which knows what is missing and which columns hold words, and
`GradientBoostingClassifier()`, given medians for what is missing and a column per word (of the hundred most frequent).
The AUC on the fifth that none saw is compared with that of the better peer. A wrong file ends with 2 and words; a worse
AUC ends with 0 and says so. Counted on one core: a second or two for 2,000 rows, five minutes for 100,000.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

from benchmarks.tabular import Asked, Tabular, read
from signals.errors import SignalsError
from signals.scoring.crossval import taken
from signals.scoring.model import margin
from signals.scoring.train import KINDS, trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from signals.scoring.table import Table
    from signals.scoring.train import Kind

FOLDS: Final = 5
BETTER: Final = 0.005
"""By so much must the forest be better before people are given something that they cannot read."""
WITHIN: Final = 0.01
PEERS: Final = ("HistGradientBoostingClassifier", "GradientBoostingClassifier")
_NATIVE: Final = 255
"""So many categories scikit-learn's histogram boosting takes; a column with more is given as numbers."""
_OWN_COLUMN: Final = 100
"""So many words, the most frequent, have a column of their own; the rest share one. A column for each of thousands of
towns would ask gigabytes."""


def tried(read_table: Tabular, seed: int) -> dict[str, Any]:
    """All figures of one table; the same seed gives the same ones."""
    table = read_table.table
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(table.values, table.outcome)
    with threadpool_limits(1):
        folds = [_fold(taken(table, learned), taken(table, tested), seed) for learned, tested in splits]
    auc = {name: _mean(folds, name) for name in (*KINDS, "chosen")}
    peer = {name: _mean(folds, name) for name in PEERS}
    difference = round(auc["chosen"] - max(peer.values()), 6)
    return {
        "rows": len(table.outcome),
        "columns": len(table.columns),
        "true": read_table.true,
        "true_rows": int(table.outcome.sum()),
        "folds": folds,
        "auc": {**auc, "peer": peer},
        "better_peer": max(PEERS, key=lambda name: peer[name]),
        "difference": difference,
        "within": difference >= -WITHIN,
        "notes": list(read_table.notes),
        "seed": seed,
    }


def _mean(folds: list[dict[str, Any]], name: str) -> float:
    return round(float(np.mean([fold["auc"][name] for fold in folds])), 6)


def _fold(learned: Table, tested: Table, seed: int) -> dict[str, Any]:
    ours = {kind: trained(learned, kind, seed=seed) for kind in KINDS}
    inner = {kind: _auc(learned.outcome, found.margin) for kind, found in ours.items()}
    chosen: Kind = "boosting" if inner["boosting"] > inner["scorecard"] + BETTER else "scorecard"
    auc = {kind: _auc(tested.outcome, margin(found.model, tested.values)) for kind, found in ours.items()}
    peers = {name: _auc(tested.outcome, said) for name, said in _peers(learned, tested, seed).items()}
    return {
        "rows": len(tested.outcome),
        "chosen": chosen,
        "inner": {kind: round(found, 6) for kind, found in inner.items()},
        "auc": {**dict(auc), "chosen": auc[chosen], **peers},
    }


def _auc(outcome: NDArray[np.bool_], told: NDArray[np.float64]) -> float:
    return round(float(roc_auc_score(outcome, told)), 6)


def _peers(learned: Table, tested: Table, seed: int) -> dict[str, NDArray[np.float64]]:
    words = [place for place, column in enumerate(learned.columns) if column.categories is not None]
    numbers = [place for place in range(len(learned.columns)) if place not in words]
    native = [place for place in words if len(learned.columns[place].categories or ()) <= _NATIVE]
    histogram = HistGradientBoostingClassifier(categorical_features=native or None, random_state=seed)
    plain = make_pipeline(
        make_column_transformer(
            (SimpleImputer(strategy="median", keep_empty_features=True), numbers),
            (OneHotEncoder(handle_unknown="ignore", sparse_output=False, max_categories=_OWN_COLUMN), words),
        ),
        GradientBoostingClassifier(random_state=seed),
    )
    return {
        name: peer.fit(learned.values, learned.outcome).predict_proba(tested.values)[:, 1]
        for name, peer in zip(PEERS, (histogram, plain), strict=True)
    }


def told(target: str, found: dict[str, Any]) -> str:
    """The figures for people."""
    auc, peer = found["auc"], found["auc"]["peer"]
    chosen = [fold["chosen"] for fold in found["folds"]]
    lines = [
        f"{found['rows']} rows, {found['columns']} columns; {target} is {found['true']} in {found['true_rows']}",
        *found["notes"],
        "",
        "AUC, mean of five folds",
        *(f"  {name + ' (ours)':40} {auc[name]:.4f}" for name in KINDS),
        f"  {'chosen (ours)':40} {auc['chosen']:.4f}   the scorecard in {chosen.count('scorecard')} of {FOLDS} folds",
        *(f"  {name + ' (peer)':40} {figure:.4f}" for name, figure in peer.items()),
        "",
        f"difference with {found['better_peer']}: {found['difference']:+.4f}, "
        + (f"within {WITHIN}" if found["within"] else f"NOT within {WITHIN}: the peer is better here"),
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command; 0 when it was measured, 2 when the file cannot be."""
    parser = argparse.ArgumentParser(prog="benchmarks/score_trial.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("table", type=Path, metavar="TABLE.csv", help="a file whose first line names the columns")
    parser.add_argument("--target", required=True, metavar="COLUMN", help="the column to tell; it has two values")
    parser.add_argument("--true", metavar="VALUE", help="which of the two is meant (default: the rarer)")
    parser.add_argument(
        "--without", action="append", default=[], metavar="COLUMN", help="leave this out; may be repeated"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the folds and the models (default: 1)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args(arguments)
    try:
        if not 0 <= given.seed < 2**32:
            parser.error("--seed must be a whole number from 0 to 4294967295")
        found = tried(read(given.table, Asked(given.target, given.true, tuple(given.without))), given.seed)
    except SignalsError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    found = {"target": given.target, **found}
    print(json.dumps(found, indent=2) if given.json else told(given.target, found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
