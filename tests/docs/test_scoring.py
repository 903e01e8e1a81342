"""docs/scoring.md and docs/dpia.md: what they say of features, limits and tables is what the code has."""

from __future__ import annotations

from typing import Final

from signals.outreach.learning import enough
from signals.outreach.learning.activation import OLDEST
from signals.outreach.learning.labels import DAYS
from signals.scoring.choice import Choice
from signals.scoring.drift import MOVED
from signals.scoring.fairness import FEWEST_EXAMPLES, FEWEST_HOUSEHOLDS
from signals.scoring.features import FEATURES
from tests.docs.pages import ROOT

SCORING: Final = ROOT / "docs" / "scoring.md"
DPIA: Final = ROOT / "docs" / "dpia.md"
_ARROW: Final = {1: "↑", 0: "–", -1: "↓"}


def as_table() -> str:
    """The table of the features, made from their list."""
    rows = [
        f"| `{one.name}` | {one.en} | {one.nl} | {one.allowed} | `{one.source.replace(', ', '`, `')}` "
        f"| {_ARROW[one.direction]} |"
        for one in FEATURES
    ]
    head = [
        "| feature | meaning | in Dutch | allowed fact | from | direction |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows]) + "\n"


def test_the_document_has_the_features_of_the_code() -> None:
    assert as_table() in SCORING.read_text("utf-8"), "replace its table by tests.docs.test_scoring.as_table()"


def test_the_document_has_the_limits_of_the_code() -> None:
    text = SCORING.read_text("utf-8")
    for words in (
        f"Within {DAYS} days",
        f"{enough.EXAMPLES} examples of which the outcome is known",
        f"{enough.OF_EACH} of either outcome",
        f"at least {enough.SPAN} days",
        f"fewer than {FEWEST_EXAMPLES} cases",
        f"fewer than {FEWEST_HOUSEHOLDS} households",
        f"above {MOVED} for two days",
        f"older than {OLDEST.days} days",
        f"`fairness_margin` of `[scoring]`, {Choice().fairness_margin} points as shipped",
    ):
        assert words in text, f"docs/scoring.md should say: {words}"


def test_the_dpia_speaks_of_every_allowed_fact() -> None:
    text = DPIA.read_text("utf-8")
    assert {one.allowed for one in FEATURES if one.allowed not in text} == set()
