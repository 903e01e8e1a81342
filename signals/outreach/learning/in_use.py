"""Which models score the cases of each municipality? As a person activated them (`registry`).

Read with the configuration of a batch and kept until its revision rises, so that every worker scores by the same model
from its next batch on. Where there is none, nothing is loaded that computes: a worker is back sooner after a kill, and
no thread of another's is there before its own say which signals they hear (`consumers.worker.run_worker`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.scoring.model import Model
    from signals.store.database import Cursor

ESCALATION: Final = "escalation"
"""What a model foretells that scores cases."""
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)  # one is itself: its numbers are many
class NumberedModel:
    """A model with its number in the registry."""

    id: int
    model: Model


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """What scores one municipality's cases beside the decision framework."""

    active: NumberedModel | None = None
    shadow: NumberedModel | None = None


def models_in_use(cursor: Cursor) -> dict[str, ModelsInUse]:
    """The models of every municipality that has any, as this transaction sees them.

    One that cannot be used (`reading.numbered_model`) scores nothing, and the log says why: the decision framework
    orders in its place, for every worker alike, and nobody's signals wait for it.

    Names `revisions` too, although it asks nothing of it: who activates a model waits for all that did (`activation`).
    """
    cursor.execute(
        """SELECT last.municipality, last.role, last.model_id, score_models.body, score_models.digest
        FROM (SELECT DISTINCT ON (municipality, role) municipality, role, model_id FROM score_activations
            WHERE target = 'escalation' ORDER BY municipality, role, id DESC) AS last
        JOIN score_models ON score_models.id = last.model_id LEFT JOIN revisions ON name = 'models'"""
    )
    rows = cursor.fetchall()
    return _read(rows) if rows else {}


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[str, ModelsInUse]:
    from signals.outreach.learning.reading import numbered_model  # noqa: PLC0415 - see above
    from signals.scoring.model import ModelError  # noqa: PLC0415

    found: dict[str, dict[str, NumberedModel]] = {}
    for municipality, role, number, body, registered in rows:
        try:
            model = numbered_model(number, ESCALATION, body, registered)
        except ModelError as error:
            words = "; ".join(error.faults)
            _LOG.error("model %d (%s) of %s is left out of use: %s", number, role, municipality, words)
        else:
            found.setdefault(municipality, {})[role] = model
    return {municipality: ModelsInUse(**roles) for municipality, roles in found.items()}
