"""How does a model of who is reached come about, and how good is it?

The same trainer, rule of enough and trials in time as the score. What it advises stands in `advice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from signals.outreach.learning.enough import TRIES
from signals.outreach.learning.evaluating import ENOUGH_LATER, FEWEST, How, NothingToJudgeError, Subject
from signals.outreach.learning.history import age_band
from signals.outreach.learning.reach import REACH_COLUMNS, ReachExample, ReachLessons, table_of
from signals.outreach.learning.training import Kind, Learned, learn_from
from signals.scoring.fairness import FairnessReport, check
from signals.scoring.measures import Bin, Measures, by, calibration_table, measures
from signals.scoring.model import probability
from signals.scoring.train import trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from signals.outreach.learning.history import Background

_NO_PART: Final = "–"
_SEED: Final = 1  # of intervals only


def learn_reach(
    lessons: ReachLessons, kind: Kind, *, seed: int, step: Callable[[int], None] = lambda _: None
) -> Learned:
    """Train a model of who is reached. Raises TooLittleError."""
    return learn_from(lessons.table(), kind, lessons.through, seed=seed, allowed=REACH_COLUMNS, step=step)


class ReachEvaluation(msgspec.Struct, frozen=True):
    """What was found of it: figures on all attempts, by channel and by part of the day.

    Attributes:
        how: on `later` attempts, or by `trials` of the same kind of model.
        since: the first and
        until: the last day of the attempts.
        measures: the figures, with intervals.
        calibration: what became of the chances.
        by_channel: the figures by channel.
        by_part: the figures by part of the day.
    """

    how: How
    since: date
    until: date
    measures: Measures
    calibration: list[Bin]
    by_channel: dict[str, Measures]
    by_part: dict[str, Measures]


class ReachFindings(NamedTuple):
    """An evaluation, and how the model treats groups."""

    evaluation: ReachEvaluation
    fairness: FairnessReport


def evaluate_reach(
    subject: Subject,
    lessons: ReachLessons,
    backgrounds: Mapping[int, Background],
    *,
    margin: float,
    since: date | None = None,
) -> ReachFindings:
    """Judge a model of who is reached. Raises NothingToJudgeError."""
    how, examples, chance = _tested(subject, lessons, since)
    table = table_of(examples)
    came, group = table.outcome, table.group
    days = [one.attempt.on_day for one in examples]
    found = ReachEvaluation(
        how=how,
        since=min(days),
        until=max(days),
        measures=measures(chance, came, group, seed=_SEED),
        calibration=calibration_table(chance, came),
        by_channel=by([one.attempt.channel for one in examples], chance, came, group, seed=_SEED),
        by_part=by([one.attempt.part or _NO_PART for one in examples], chance, came, group, seed=_SEED),
    )
    return ReachFindings(found, check(chance, came, _groups(examples, backgrounds), group, margin=margin, seed=_SEED))


def _tested(
    subject: Subject, lessons: ReachLessons, since: date | None
) -> tuple[How, list[ReachExample], NDArray[np.float64]]:
    later = [
        one
        for one in lessons.examples
        if one.attempt.on_day > subject.window_to and (since is None or one.attempt.on_day >= since)
    ]
    if len(later) >= ENOUGH_LATER:
        return "later", later, probability(subject.model, table_of(later).values)
    if len(lessons.examples) >= FEWEST:
        found = trial(lessons.table(), subject.kind, seed=subject.seed, folds=TRIES)
        tested = [lessons.examples[row] for row in found.tested]
        chosen = np.array([since is None or one.attempt.on_day >= since for one in tested], dtype=np.bool_)
        if chosen.sum() >= FEWEST:
            picked = [one for one, wanted in zip(tested, chosen, strict=True) if wanted]
            return "trials", picked, found.probability[chosen]
    raise NothingToJudgeError(f"there are too few contact attempts to judge a model by; {FEWEST} are needed")


def _groups(examples: Sequence[ReachExample], backgrounds: Mapping[int, Background]) -> dict[str, list[str | None]]:
    groups: dict[str, list[str | None]] = {"neighbourhood": [], "age_band": []}
    for one in examples:
        background = backgrounds.get(one.attempt.household)
        born = background.born.get(one.newest_report) if background else None
        groups["neighbourhood"].append(background.neighbourhood if background else None)
        groups["age_band"].append(None if born is None else age_band(born, one.attempt.on_day.year))
    return groups
