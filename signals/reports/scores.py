"""Which figures of the learned score does `/metrics` show? What is quick at each scrape, what is slow once an hour.

Looking at a model (`outreach.learning.watching`) judges a thousand cases anew, which takes a second or two: a thread of
its own does that, and a scrape shows what was found last. Nothing of it stands in the way of pages or of other figures.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from datetime import datetime
from datetime import time as clock
from typing import TYPE_CHECKING, Final

from signals import metrics
from signals.contract.moments import AMSTERDAM
from signals.outreach.learning import registry
from signals.outreach.learning.history import in_one_view
from signals.outreach.learning.rescore import waiting
from signals.outreach.learning.watching import Watched, watch
from signals.outreach.queues import policy_book
from signals.scoring.model import ModelError
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Engine

    from signals.metrics import MetricEntry
    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor

    Labelled = dict[tuple[str, ...], float]

_LOG: Final = logging.getLogger(__name__)
EVERY: Final = 3600.0
"""Seconds between two looks at the models."""
LOOKING: Final = "look at the score"
"""The name of the thread that does so."""


def score_figures(cursor: Cursor, found: Mapping[str, Watched]) -> dict[MetricEntry, Labelled]:
    """The figures now; `found` is what was seen of the active models last, by municipality."""
    towns = _ever_active(cursor)
    standing = {town: registry.standing(cursor, town).active for town in towns}
    active = {town: number for town, number in standing.items() if number is not None}
    margins = _margins(policy_book(cursor), active)
    current = {town: seen for town, seen in found.items() if seen.model == active.get(town)}
    return {
        metrics.SCORE_CASES: _cases(cursor),
        metrics.SCORE_STALE: {(town,): float(waiting(cursor, town)) for town in towns},
        metrics.SCORE_LEARNED_UNTIL: _learned_until(cursor, active),
        metrics.SCORE_DRIFT: _drifts(current),
        metrics.SCORE_GAP: _gaps(current, margins),
        metrics.SCORE_MARGIN: {(town,): margin for town, margin in margins.items()},
    }


def _cases(cursor: Cursor) -> Labelled:
    cursor.execute(
        """SELECT municipality, CASE WHEN scored_by IS NULL THEN 'framework' ELSE 'model' END AS by, count(*) FROM cases
        WHERE state = 'open' AND arrears_count > 0 GROUP BY 1, 2"""
    )
    return {(town, by): float(count) for town, by, count in cursor}


def _ever_active(cursor: Cursor) -> list[str]:
    """Where a person ever let a model score; elsewhere there is nothing that could be unfinished."""
    cursor.execute("SELECT DISTINCT municipality FROM score_activations WHERE target = 'escalation' ORDER BY 1")
    return [town for (town,) in cursor]


def _learned_until(cursor: Cursor, active: Mapping[str, int]) -> Labelled:
    cursor.execute("SELECT municipality, window_to FROM score_models WHERE id = ANY(%s)", (list(active.values()),))
    return {(town,): datetime.combine(day, clock.max, AMSTERDAM).timestamp() for town, day in cursor}


def _margins(book: PolicyBook, towns: Iterable[str]) -> dict[str, float]:
    today = datetime.now(AMSTERDAM).date()
    return {town: book.in_force(town, today).choice.fairness_margin / 100 for town in towns}


def _drifts(found: Mapping[str, Watched]) -> Labelled:
    """What can be said: a figure of too few cases is none."""
    return {
        (town, one.name): one.psi
        for town, seen in found.items()
        if seen.drift is not None
        for one in (*seen.drift.columns, seen.drift.score)
        if one.psi is not None and one.level != "too-few"
    }


def _gaps(found: Mapping[str, Watched], margins: Mapping[str, float]) -> Labelled:
    """Only where chance alone stays within the margin: beyond it, the gap is then real."""
    told = {town: seen.came_true for town, seen in found.items()}
    return {(town,): one.gap for town, one in told.items() if one is not None and one.by_chance <= margins[town]}


class Watch:
    """What was seen of the active models last, looked at again once an hour while somebody asks."""

    def __init__(self, engine: Engine, *, every: float = EVERY) -> None:
        self._engine = engine
        self._every = every
        self._due = 0.0  # by the monotonic clock, of which every moment is later
        self._found: Mapping[str, Watched] = {}
        self._looking = threading.Lock()

    def found(self) -> Mapping[str, Watched]:
        """What was found last, at once; nothing before the first look is done."""
        if time.monotonic() >= self._due and self._looking.acquire(blocking=False):
            self._due = time.monotonic() + self._every
            threading.Thread(target=self._look_once, name=LOOKING, daemon=True).start()
        return self._found

    def _look_once(self) -> None:
        try:
            self._found = look(self._engine)
        except Exception as fault:  # noqa: BLE001 - the other figures stay; the next look is in an hour
            _LOG.warning("the learned score could not be looked at: %s", type(fault).__name__)
        finally:
            self._looking.release()


def look(engine: Engine) -> dict[str, Watched]:
    """Look at every active model now; a transaction each, so that none is open for long."""
    with transaction(engine) as cursor:
        towns = _ever_active(cursor)
    today = datetime.now(AMSTERDAM).date()
    found = {}
    for town in towns:
        with suppress(ModelError), transaction(engine) as cursor:  # it is out of use, and the log says so (`in_use`)
            in_one_view(cursor)
            if (seen := watch(cursor, town, today)) is not None:
                found[town] = seen
    return found
