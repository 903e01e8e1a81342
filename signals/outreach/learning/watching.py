"""Do the cases of today still look like those that the active model learned from, and does what it expects come true?

Read from the tables, changing nothing, for `/metrics`, the model card and its alerts. Cases are looked at as at a
training: on the last day of their period, by what was known then (`examples`). Looked at are the newest ones only, so
that it takes seconds however long the history is; of one day those whose numbers happen to hash low, since the numbers
of households rise with time. How far anything has moved is said within sectors (`scoring.drift`), so that a partner
that is silent for a month, or catches up, is no alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import numpy as np

from signals.outreach.learning import registry
from signals.outreach.learning.examples import examples_of, last_day
from signals.outreach.learning.history import histories_of, known_through
from signals.outreach.learning.labels import known_on, outcome_of
from signals.outreach.periods import Period
from signals.outreach.queues import policy_book
from signals.scoring.drift import DriftReport, Reference, drift, reference
from signals.scoring.features import rows
from signals.scoring.model import points, probability

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from signals.outreach.learning.examples import Example
    from signals.outreach.learning.registry import RegisteredModel
    from signals.outreach.policy import PolicyBook
    from signals.scoring.model import Model
    from signals.store.database import Cursor

SEEN: Final = "seen"
"""Under this name the figures of a registered model hold what it learned from (`drift.Reference`)."""
LATEST: Final = timedelta(days=92)
"""How far back cases are looked at for drift: a month of silence is made good within it."""
MOST: Final = 1_000
"""So many cases are looked at for drift, and twice as many for what came true."""
_LONGEST: Final = timedelta(days=31)  # a matching period
_SURE: Final = 1.96  # standard deviations: what chance exceeds once in twenty times


class CameTrue(NamedTuple):
    """What the active model expected of cases that came after its time, and what came of them.

    Attributes:
        cases: how many have had their 90 days.
        expected: the share that it expected to escalate.
        came: the share that did.
        by_chance: how far the two may lie apart by chance.
    """

    cases: int
    expected: float
    came: float
    by_chance: float

    @property
    def gap(self) -> float:
        """Expected minus real."""
        return self.expected - self.came


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of the active model of a municipality.

    Attributes:
        model: its number.
        drift: of the latest cases; None when it was registered without what it learned from.
        came_true: None while no case has had its 90 days.
    """

    model: int
    drift: DriftReport | None
    came_true: CameTrue | None


def seen(model: Model, examples: Sequence[Example]) -> dict[str, Any]:
    """What a model learned from, counted: to be registered with it under `SEEN`.

    At the beginning of a history old arrears are heard of for the first time, with more days and money than a first
    signal has later: these months are left out as long as they are the lesser part.
    """
    begun = min((one.day for one in examples), default=None)
    settled = [one for one in examples if begun is not None and one.day > begun + LATEST]
    counted = settled if 2 * len(settled) >= len(examples) else examples
    found: dict[str, Any] = msgspec.to_builtins(reference(model.features, *_as_scored(model, counted)))
    return found


def watch(cursor: Cursor, municipality: str, today: date) -> Watched | None:
    """Look at the active model of a municipality; None when none is.

    Raises:
        ModelError: its parameters are not as they were registered.
    """
    active = registry.standing(cursor, municipality).active
    registered = None if active is None else registry.model(cursor, active)
    if registered is None:
        return None
    model = registry.read_model(cursor, registered.id).model
    through = known_through(cursor, municipality, today)
    if through is None:
        return Watched(registered.id, None, None)
    looking = _Looking(municipality, policy_book(cursor), through)
    latest = [example for example, _ in looking.at(cursor, through - LATEST, through, MOST)]
    return Watched(
        registered.id,
        _drift(registered, model, latest),
        _came_true(model, looking.at(cursor, registered.window_to, known_by(through), 2 * MOST)),
    )


def known_by(through: date) -> date:
    """The last day of which the outcome of an example is known at the end of `through`."""
    return through - (known_on(through) - through)


@dataclass(frozen=True, slots=True)
class _Looking:
    """A look at the history of a municipality, up to a day."""

    municipality: str
    book: PolicyBook
    through: date

    def at(self, cursor: Cursor, after: date, until: date, most: int) -> Iterator[tuple[Example, bool | None]]:
        """The newest examples after one day and until another, with whether it escalated where that is known."""
        chosen = self._chosen(cursor, after, until, most)
        for history in histories_of(cursor, self.municipality, sorted({place[0] for place in chosen}), self.through):
            for example, known in examples_of(history, self.book, until):
                if (history.id, example.period) in chosen:
                    over = known_on(example.day) <= self.through
                    came = outcome_of(history, example, known, self.book).escalated if over else None
                    yield example, came

    def _chosen(self, cursor: Cursor, after: date, until: date, most: int) -> Collection[tuple[int, str]]:
        """Cases by household and period, of periods whose last day lies there; the newest, as many as asked for."""
        cursor.execute(
            """SELECT household_id, period FROM cases
            WHERE municipality = %s AND state <> 'removed' AND period = ANY(%s)
            ORDER BY period_start DESC, hashint8(household_id), household_id LIMIT %s""",
            (self.municipality, self._periods(cursor, after, until), most),
        )
        return set(cursor.fetchall())

    def _periods(self, cursor: Cursor, after: date, until: date) -> list[str]:
        cursor.execute(
            """SELECT DISTINCT period_start, period FROM cases
            WHERE municipality = %s AND state <> 'removed' AND period_start > %s AND period_start <= %s""",
            (self.municipality, after - _LONGEST, until),
        )
        found = [Period(*row) for row in cursor]
        kinds = {period: self.book.in_force(self.municipality, period.start).period for period in found}
        return [period.label for period, kind in kinds.items() if after < last_day(kind, period) <= until]


def _drift(registered: RegisteredModel, model: Model, latest: Sequence[Example]) -> DriftReport | None:
    try:
        trained_on = msgspec.convert(registered.metrics.get(SEEN), Reference)
    except msgspec.ValidationError:
        return None
    return drift(model.features, *_as_scored(model, latest), trained_on) if latest else None


def _as_scored(model: Model, examples: Sequence[Example]) -> tuple[NDArray[np.float64], NDArray[np.int64], list[str]]:
    """Features, scores and sectors of examples."""
    values = rows([one.facts for one in examples], model.usual)
    return values, points(model, values), [one.sector for one in examples]


def _came_true(model: Model, over: Iterable[tuple[Example, bool | None]]) -> CameTrue | None:
    known = [(example, came) for example, came in over if came is not None]
    if not known:
        return None
    chances = probability(model, rows([example.facts for example, _ in known], model.usual))
    deviation = float(np.sqrt((chances * (1 - chances)).sum())) / len(known)
    came = float(np.mean([came for _, came in known]))
    return CameTrue(len(known), float(chances.mean()), came, _SURE * deviation)
