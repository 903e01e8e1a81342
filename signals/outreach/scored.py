"""Are there models that score the cases of a batch? Then these do, after every household was judged by itself.

Pure. `cases` gives every case the points of the framework; where the policy of a case chose a model and a person
activated one, its score and words take their place, and a model on trial only speaks beside it. What computes is loaded
with the first model that is met (`learning.in_use` says why).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.outreach.cases import JudgedCase
    from signals.outreach.learning.in_use import ModelsInUse
    from signals.outreach.policy import PolicyBook

    Judged = Mapping[int, dict[str, JudgedCase]]


def score_by_models(judged: Judged, book: PolicyBook, models: Mapping[str, ModelsInUse]) -> None:
    """Score the cases of these households, by period label, as policies and activated models say; in place."""
    if not models:
        return
    from signals.outreach.model_scores import score_by  # noqa: PLC0415

    score_by(judged, book, models)
