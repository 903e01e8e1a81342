"""How does a municipality's history become a model? Load, make examples, look for leaks, learn, try in order of time.

Nothing of the future reaches a feature: of a part of the examples the history is cut off after their day, by another
hand than the one that made them, and their features must come out the same; or nothing is trained.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import numpy as np

from signals.contract.moments import amsterdam_day
from signals.errors import SignalsError
from signals.outreach.arrears import ReportFact
from signals.outreach.learning.enough import TRIES, Enough, enough
from signals.outreach.learning.examples import examples_of
from signals.outreach.learning.history import history_of, known_through
from signals.outreach.learning.labels import PARTS, Outcome, known_on, outcome_of
from signals.outreach.learning.watching import SEEN, seen
from signals.scoring.features import COLUMNS, USUAL_CENTS, rows
from signals.scoring.measures import Measures, measures
from signals.scoring.model import decode, digest, encode
from signals.scoring.table import Column, Table
from signals.scoring.train import train, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from signals.outreach.learning.examples import Example
    from signals.outreach.learning.history import HouseholdHistory
    from signals.outreach.policy import PolicyBook
    from signals.scoring.model import Model
    from signals.store.database import Cursor

Kind = Literal["scorecard", "boosting"]
FEWEST_SIGNALS: Final = 30
"""Of a sector; with fewer its usual amount is that of `features.USUAL_CENTS`."""
_LOOKED_AT: Final = 300  # examples of a training are made again with the future cut off
_ONE_IN: Final = 5  # households, so that those looked at lie over the whole history


class LeakError(SignalsError):
    """A feature knew what came after its moment; nothing was trained. This is a fault of ours, never of the data."""


class ColumnsError(SignalsError):
    """What was to be learned from are not exactly the listed features; nothing was trained."""


class TooLittleError(SignalsError):
    """There is not enough history yet; the decision framework goes on ordering the work."""

    def __init__(self, short: Enough) -> None:
        self.short: Final = short
        when = f"; at this pace probably enough by {short.when}" if short.when else ""
        lacks = "; ".join(map(str, short.lacks))
        super().__init__(
            f"not enough history to train a model: {lacks}{when}. Until then the decision framework orders the work"
        )


@dataclass(slots=True)
class Lessons:
    """The examples of one municipality; those whose 90 days are over have an outcome.

    Attributes:
        municipality: its code.
        through: the last day of its history.
        examples: in no order that matters.
        outcomes: of each; None where it is not known yet.
        usual: what each sector usually signals at first, in cents.
    """

    municipality: str
    through: date
    examples: list[Example] = field(default_factory=list)
    outcomes: list[Outcome | None] = field(default_factory=list)
    usual: Mapping[str, float] = field(default_factory=lambda: dict(USUAL_CENTS))

    def known(self) -> tuple[list[Example], list[Outcome]]:
        """The examples whose outcome is known."""
        both = [(e, o) for e, o in zip(self.examples, self.outcomes, strict=True) if o is not None]
        return [example for example, _ in both], [outcome for _, outcome in both]

    def table(self) -> Table:
        """What a model learns from: those whose outcome is known."""
        examples, outcomes = self.known()
        return table_of(examples, outcomes, self.usual)


def table_of(examples: Sequence[Example], outcomes: Sequence[Outcome], usual: Mapping[str, float]) -> Table:
    """Examples with their outcomes, as features."""
    day = np.array([one.day.toordinal() for one in examples], dtype=np.int64)
    return Table(
        columns=COLUMNS,
        values=rows([one.facts for one in examples], usual),
        outcome=np.array([one.escalated for one in outcomes], dtype=np.bool_),
        day=day,
        known_on=np.array([known_on(one.day).toordinal() for one in examples], dtype=np.int64),
        group=np.array([one.place for one in examples], dtype=np.int64),
    )


def load_lessons(
    cursor: Cursor,
    municipality: str,
    book: PolicyBook,
    until: date,
    *,
    read: Callable[[int, int], None] = lambda *_: None,
) -> Lessons | None:
    """The examples of a municipality, as known by the end of `until`; None when there is no history.

    Raises LeakError.
    """
    through = known_through(cursor, municipality, until)
    if through is None:
        return None
    return lessons_from(history_of(cursor, municipality, through, read=read), municipality, book, through)


def lessons_from(histories: Iterable[HouseholdHistory], municipality: str, book: PolicyBook, through: date) -> Lessons:
    """The examples in these histories. Raises LeakError."""
    lessons = Lessons(municipality, through)
    first: dict[str, dict[int, int]] = {}
    looked_at = 0
    for history in histories:
        _note_first(first, history)
        made = list(examples_of(history, book, through))
        for example, known in made:
            over = known_on(example.day) <= through
            lessons.examples.append(example)
            lessons.outcomes.append(outcome_of(history, example, known, book) if over else None)
        if looked_at < _LOOKED_AT and (history.id % _ONE_IN == 0 or not looked_at):
            refuse_leaks(history, [example for example, _ in made], book, through)
            looked_at += len(made)
    lessons.usual = _usual(first)
    return lessons


def _note_first(first: dict[str, dict[int, int]], history: HouseholdHistory) -> None:
    """Note, by sector and arrears, the amount of its first report."""
    for arrears in history.arrears:
        report = min(
            (fact for fact in arrears.facts if isinstance(fact, ReportFact)), key=lambda fact: fact.place, default=None
        )
        if report is not None:
            first.setdefault(arrears.sector, {})[arrears.id] = report.amount


def _usual(first: Mapping[str, Mapping[int, int]]) -> dict[str, float]:
    """The middle first amount of each sector, in whole cents."""
    amounts = {sector: list(first.get(sector, {}).values()) for sector in USUAL_CENTS}
    return {
        sector: float(round(median(amounts[sector]))) if len(amounts[sector]) >= FEWEST_SIGNALS else float(cents)
        for sector, cents in USUAL_CENTS.items()
    }


def refuse_leaks(history: HouseholdHistory, examples: Sequence[Example], book: PolicyBook, through: date) -> None:
    """Make these examples again from a history that ends with their day. Raises LeakError when one differs."""
    for example in examples:
        again = {one.period: one for one, _ in examples_of(_cut_off(history, example.day), book, through)}
        if again.get(example.period) != example:
            raise LeakError(
                f"the features of an example of {example.day} change when what came after that day is left out; "
                "nothing was trained; please report this fault"
            )


def _cut_off(history: HouseholdHistory, day: date) -> HouseholdHistory:
    """The history as if nothing had come after that day; by the calendar, not by what makes the examples."""
    arrears = (
        msgspec.structs.replace(
            one, facts=tuple(fact for fact in one.facts if amsterdam_day(fact.place.time_us) <= day)
        )
        for one in history.arrears
    )
    return msgspec.structs.replace(history, arrears=tuple(one for one in arrears if one.facts))


def refuse_columns(columns: Sequence[Column], allowed: Sequence[Column] = COLUMNS) -> None:
    """Let through only a table whose columns are exactly the listed features. Raises ColumnsError."""
    if tuple(columns) != tuple(allowed):
        strange = [one.name for one in columns if one not in allowed]
        missing = [one.name for one in allowed if one not in columns]
        words = {"not listed": strange, "left out": missing}
        told = "; ".join(f"{what}: {', '.join(names)}" for what, names in words.items() if names) or "another order"
        raise ColumnsError(f"a model learns from the listed features only ({told}); nothing was trained")


class Learned(msgspec.Struct, frozen=True):
    """A trained model with where it comes from, ready to be registered.

    Attributes:
        kind: of the model.
        seed: with which it was trained.
        body: its parameters as text; `digest` is of these.
        digest: what it is approved by.
        window: the first and the last day of its examples.
        examples: how many.
        positives: of how many the outcome came true.
        metrics: of trials in order of time: figures of a score like it on what came later, with the base rates of the
            parts of the outcome, and what its examples looked like (`watching`).
    """

    kind: str
    seed: int
    body: str
    digest: str
    window: tuple[date, date]
    examples: int
    positives: int
    metrics: dict[str, Any]


def learn(lessons: Lessons, kind: Kind, *, seed: int, step: Callable[[int], None] = lambda _: None) -> Learned:
    """Train a model on these lessons and try the trainer in order of time.

    Args:
        lessons: the examples.
        kind: of model.
        seed: the same lessons and seed give the same model, byte for byte.
        step: is told how many of the three steps (look, train, try) are done.

    Raises:
        TooLittleError: by the rule of `enough`.
        ColumnsError: the examples have other features than those listed.
    """
    table, outcomes = lessons.table(), lessons.known()[1]
    parts = {part: sum(getattr(one, part) for one in outcomes) / max(1, len(outcomes)) for part in PARTS}
    more = {"parts": parts}
    learned = learn_from(table, kind, lessons.through, seed=seed, usual=lessons.usual, more=more, step=step)
    known = {SEEN: seen(decode(learned.body), lessons.known()[0])}
    return msgspec.structs.replace(learned, metrics=learned.metrics | known)


def learn_from(
    table: Table,
    kind: Kind,
    through: date,
    *,
    seed: int,
    allowed: Sequence[Column] = COLUMNS,
    usual: Mapping[str, float] | None = None,
    more: Mapping[str, Any] | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> Learned:
    """The same of a table; its columns must be the `allowed` ones."""
    refuse_columns(table.columns, allowed)
    short = enough(table, through)
    if short.lacks:
        raise TooLittleError(short)
    step(1)
    model = train(table, kind, seed=seed, usual=usual)
    step(2)
    figures = _tried(table, kind, seed)
    step(3)
    return _learned(table, kind, seed, model, {**msgspec.to_builtins(figures), **(more or {})})


def _tried(table: Table, kind: Kind, seed: int) -> Measures:
    tested = trial(table, kind, seed=seed, folds=TRIES)
    return measures(tested.probability, table.outcome[tested.tested], table.group[tested.tested], seed=seed)


def _learned(table: Table, kind: Kind, seed: int, model: Model, metrics: dict[str, Any]) -> Learned:
    body = encode(model)
    first, last = (date.fromordinal(int(edge)) for edge in (table.day.min(), table.day.max()))
    return Learned(kind, seed, body, digest(body), (first, last), len(table.outcome), int(table.outcome.sum()), metrics)
