"""How good is a registered model on what it has not learned from, and does it treat all alike?

On later examples where there are enough of them: their moments lie after the last day by which an outcome that it
learned from was known. Else by trials in order of time of the same kind of model, which say what such a model is worth.
All that comes out are counts and figures; of groups under ten households none is told (`scoring.fairness`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from signals.errors import SignalsError
from signals.outreach.clocks import is_working_day
from signals.outreach.learning.enough import TRIES
from signals.outreach.learning.history import age_band
from signals.outreach.learning.labels import PARTS, known_on
from signals.outreach.learning.training import table_of
from signals.scoring.explain import blended_points
from signals.scoring.fairness import FairnessReport, check
from signals.scoring.lift import Came, Lift, lift
from signals.scoring.measures import Bin, Estimate, Measures, by, calibration_table, measures
from signals.scoring.model import points, probability
from signals.scoring.table import Column, Table
from signals.scoring.train import trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from signals.outreach.learning.examples import Example
    from signals.outreach.learning.history import Background
    from signals.outreach.learning.labels import Outcome
    from signals.outreach.learning.training import Kind, Lessons
    from signals.scoring.model import Model

ENOUGH_LATER: Final = 200
"""With fewer examples after its window a model is judged by trials in time."""
FEWEST: Final = 50
STEPS: Final = 4
_SEED: Final = 1  # of intervals only

How = Literal["later", "trials"]


class NothingToJudgeError(SignalsError):
    """There are too few examples with a known outcome to judge a model by."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that is to be evaluated, as it stands in the registry.

    `percent` is how much of the points would be its, where the policy blends it with the framework; else None.
    """

    kind: Kind
    seed: int
    window_to: date
    model: Model
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What only a simulation knows, by the last event known of an example: (source, id of the event).

    Attributes:
        groups: by kind the group of each household.
        oracle: hidden facts as numbers.
    """

    groups: Mapping[tuple[str, str], Mapping[str, str | int]] = field(default_factory=dict)
    oracle: Mapping[tuple[str, str], Sequence[float]] = field(default_factory=dict)


class Part(msgspec.Struct, frozen=True):
    """One part of the outcome: how often it came, and how well the score puts it first."""

    share: float
    auc: Estimate | None


class Evaluation(msgspec.Struct, frozen=True):
    """What was found of a model.

    Attributes:
        how: on `later` examples, or by `trials` of the same kind of model.
        since: the first and
        until: the last moment of the examples.
        measures: the figures, with intervals.
        calibration: what became of the chances.
        lift: what a pair finds in its first eight a day, by model, blend (where the policy blends), framework, amount
            and arrival.
        orders: the AUC of the blend, of the framework's points and of the amount, on the same examples.
        by_sector: the figures by the sector of the heaviest arrears.
        by_month: the figures by the month of the moment.
        parts: of the outcome.
        oracle: the AUC of a model that is told the hidden truth as well; only of a simulated town.
    """

    how: How
    since: date
    until: date
    measures: Measures
    calibration: list[Bin]
    lift: Lift
    orders: dict[str, Estimate | None]
    by_sector: dict[str, Measures]
    by_month: dict[str, Measures]
    parts: dict[str, Part]
    oracle: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """An evaluation, and how the model treats groups."""

    evaluation: Evaluation
    fairness: FairnessReport


@dataclass(frozen=True, slots=True)
class _Tested:
    """The examples that a model is judged by, with what it said of each."""

    how: How
    examples: list[Example]
    outcomes: list[Outcome]
    chance: NDArray[np.float64]
    score: NDArray[np.int64]
    group: NDArray[np.int64]

    @property
    def came(self) -> NDArray[np.bool_]:
        """Whether each escalated."""
        return np.array([one.escalated for one in self.outcomes], dtype=np.bool_)


def evaluate(
    subject: Subject,
    lessons: Lessons,
    backgrounds: Mapping[int, Background],
    *,
    margin: float,
    since: date | None = None,
    pairs: int = 1,
    beside: Beside | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> Findings:
    """Judge a model.

    Args:
        subject: the model.
        lessons: the examples of its municipality.
        backgrounds: the groups of each household, as the tables have them.
        margin: how far it may be off for a group, 0 to 1.
        since: only examples from this day on.
        pairs: how many pairs go out each working day.
        beside: what only a simulation knows.
        step: is told how many of the STEPS are done.

    Raises:
        NothingToJudgeError: there are too few examples with a known outcome.
    """
    tested = _tested(subject, lessons, since)
    step(1)
    beside = beside or Beside()
    groups = _groups(tested.examples, backgrounds, beside)
    fairness = check(tested.chance, tested.came, groups, tested.group, margin=margin, seed=_SEED)
    step(2)
    oracle = _oracle(lessons, subject, tested, beside)
    step(3)
    return Findings(_evaluation(tested, subject.percent, pairs, oracle), fairness)


def _tested(subject: Subject, lessons: Lessons, since: date | None) -> _Tested:
    examples, outcomes = lessons.known()
    first = known_on(subject.window_to)
    later = [n for n, one in enumerate(examples) if one.day > first and (since is None or one.day >= since)]
    if len(later) >= ENOUGH_LATER:
        some = [examples[n] for n in later], [outcomes[n] for n in later]
        table = table_of(*some, subject.model.usual)
        said = probability(subject.model, table.values), points(subject.model, table.values)
        return _Tested("later", *some, *said, table.group)
    return _tried(subject, lessons, since)


def _tried(subject: Subject, lessons: Lessons, since: date | None) -> _Tested:
    examples, outcomes = lessons.known()
    table = lessons.table()
    if len(examples) < FEWEST:
        raise NothingToJudgeError(
            f"there are {len(examples)} examples with a known outcome; {FEWEST} are needed to judge a model"
        )
    found = trial(table, subject.kind, seed=subject.seed, folds=TRIES)
    chosen = [n for n, row in enumerate(found.tested) if since is None or examples[row].day >= since]
    if len(chosen) < FEWEST:
        raise NothingToJudgeError(
            f"since {since} there are {len(chosen)} examples to judge a model by; {FEWEST} are needed"
        )
    at = found.tested[chosen]
    some = [examples[row] for row in at], [outcomes[row] for row in at]
    return _Tested("trials", *some, found.probability[chosen], found.points[chosen], table.group[at])


def knows(beside: Beside, lessons: Lessons) -> bool:
    """Whether the truth is about these examples at all."""
    return any(one.latest in beside.groups for one in lessons.examples)


def _groups(
    examples: Sequence[Example], backgrounds: Mapping[int, Background], beside: Beside
) -> dict[str, list[str | None]]:
    """By kind the group of each example; neighbourhood and age as the tables have them."""
    groups: dict[str, list[str | None]] = {"neighbourhood": [], "age_band": []}
    for one in examples:
        background = backgrounds.get(one.household)
        born = background.born.get(one.newest_report) if background else None
        groups["neighbourhood"].append(background.neighbourhood if background else None)
        groups["age_band"].append(None if born is None else age_band(born, one.day.year))
    kinds = {kind for known in beside.groups.values() for kind in known} - groups.keys()
    for kind in sorted(kinds):
        told = [beside.groups.get(one.latest, {}).get(kind) for one in examples]
        groups[kind] = [None if value is None else str(value) for value in told]
    return groups


def _evaluation(tested: _Tested, percent: int | None, pairs: int, oracle: Estimate | None) -> Evaluation:
    came, chance = tested.came, tested.chance
    days = [one.day for one in tested.examples]
    orders = {
        "framework": np.array([one.framework for one in tested.examples], dtype=np.float64),
        "amount": np.array([one.amount_cents for one in tested.examples], dtype=np.float64),
    }
    if percent is not None:
        beside = zip(tested.score.tolist(), tested.examples, strict=True)
        both = [blended_points(score, one.framework, percent) for score, one in beside]
        orders = {"blend": np.array(both, dtype=np.float64), **orders}
    return Evaluation(
        how=tested.how,
        since=min(days),
        until=max(days),
        measures=measures(chance, came, tested.group, seed=_SEED),
        calibration=calibration_table(chance, came),
        lift=_lift(tested, {"model": tested.score.astype(np.float64), **orders}, pairs),
        orders={name: _auc(value, came, tested.group) for name, value in orders.items()},
        by_sector=by([one.sector for one in tested.examples], chance, came, tested.group, seed=_SEED),
        by_month=by([one.month for one in tested.examples], chance, came, tested.group, seed=_SEED),
        parts={part: _part(tested, part) for part in PARTS},
        oracle=oracle,
    )


def _lift(tested: _Tested, orders: Mapping[str, NDArray[np.float64]], pairs: int) -> Lift:
    """Cases come on the list the day after their moment, and equal ones stand as their signals came."""
    arrived = sorted(range(len(tested.examples)), key=lambda n: _arrival(tested.examples[n]))
    key = np.empty(len(arrived), dtype=np.int64)
    key[arrived] = np.arange(len(arrived))
    came = Came(np.array([one.day.toordinal() + 1 for one in tested.examples], dtype=np.int64), tested.came, key)
    return lift(came, orders, works=is_working_day, pairs=pairs, seed=_SEED)


def _arrival(one: Example) -> tuple[date, int, str]:
    """Oldest first; of one day in an order that says nothing (Knuth's multiplicative hash of the place)."""
    return one.earliest_on, one.place * 2_654_435_761 % 2**32, one.period


def _part(tested: _Tested, part: str) -> Part:
    came = np.array([getattr(one, part) for one in tested.outcomes], dtype=np.bool_)
    return Part(float(came.mean()), _auc(tested.chance, came, tested.group))


def _auc(value: NDArray[np.float64], came: NDArray[np.bool_], group: NDArray[np.int64]) -> Estimate | None:
    """Of any value; the order alone counts."""
    _, rank = np.unique(value, return_inverse=True)
    return measures(rank / max(1, int(rank.max(initial=0))), came, group, seed=_SEED).auc


def _oracle(lessons: Lessons, subject: Subject, tested: _Tested, beside: Beside) -> Estimate | None:
    """The AUC of the same kind of model that is told the hidden facts too, on the examples that both were tried on."""
    hidden = [beside.oracle.get(one.latest) for one in tested.examples]
    if not any(one is not None for one in hidden):
        return None
    examples, outcomes = lessons.known()
    known = [n for n, one in enumerate(examples) if one.latest in beside.oracle]
    table = table_of([examples[n] for n in known], [outcomes[n] for n in known], lessons.usual)
    facts = np.array([beside.oracle[examples[n].latest] for n in known], dtype=np.float64)
    columns = (*table.columns, *(Column(f"hidden_{place}") for place in range(facts.shape[1])))
    told = Table(columns, np.hstack([table.values, facts]), table.outcome, table.day, table.known_on, table.group)
    found = trial(told, subject.kind, seed=subject.seed, folds=TRIES)
    since = min(one.day for one in tested.examples).toordinal()
    at = found.tested[told.day[found.tested] >= since]
    chance = found.probability[told.day[found.tested] >= since]
    return measures(chance, told.outcome[at], told.group[at], seed=_SEED).auc
