"""Which models score the cases of each municipality? As a person activated them (`registry`).

Read with the configuration of a batch and kept until its revision rises, so that every worker scores by the same model
from its next batch on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from signals.contract.partners import SECTORS
from signals.outreach.learning.reach import REACH_COLUMNS
from signals.scoring.features import COLUMNS
from signals.scoring.model import ModelError, decode, digest

if TYPE_CHECKING:
    from signals.scoring.model import Model
    from signals.store.database import Cursor

ESCALATION: Final = "escalation"
"""What a model foretells that scores cases."""
_MODELS_KEPT: Final = 64
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

    One that cannot be used (`numbered_model`) scores nothing, and the log says why: the decision framework orders in
    its place, for every worker alike, and nobody's signals wait for it.

    Names `revisions` too, although it asks nothing of it: who activates a model waits for all that did (`activation`).
    """
    cursor.execute(
        """SELECT last.municipality, last.role, last.model_id, score_models.body, score_models.digest
        FROM (SELECT DISTINCT ON (municipality, role) municipality, role, model_id FROM score_activations
            WHERE target = 'escalation' ORDER BY municipality, role, id DESC) AS last
        JOIN score_models ON score_models.id = last.model_id LEFT JOIN revisions ON name = 'models'"""
    )
    found: dict[str, dict[str, NumberedModel]] = {}
    for municipality, role, number, body, registered in cursor:
        try:
            model = numbered_model(number, ESCALATION, body, registered)
        except ModelError as error:
            words = "; ".join(error.faults)
            _LOG.error("model %d (%s) of %s is left out of use: %s", number, role, municipality, words)
        else:
            found.setdefault(municipality, {})[role] = model
    return {municipality: ModelsInUse(**roles) for municipality, roles in found.items()}


@lru_cache(maxsize=_MODELS_KEPT)
def numbered_model(number: int, target: str, body: str, registered: str) -> NumberedModel:
    """A model never changes: its text is read once, not for every page.

    Raises:
        ModelError: it is not the text with the `registered` digest, no sound model, or knows what is not listed.
    """
    if digest(body) != registered:
        raise ModelError(f"model {number}", ["its parameters are not those that were registered; nothing is scored"])
    found = decode(body)
    refuse_strange_features(found, target)
    return NumberedModel(number, found)


def refuse_strange_features(model: Model, target: str) -> None:
    """What scores cases may know what `scoring.features` lists, what advises when to try what `reach` does; no more.

    Raises ModelError.
    """
    faults = []
    columns = COLUMNS if target == ESCALATION else REACH_COLUMNS
    given = [(one.name, one.categories) for one in model.features]
    listed = [(one.name, one.categories) for one in columns]
    if given != listed:
        strange = ", ".join(sorted({name for name, _ in given} - {name for name, _ in listed})) or "none"
        faults.append(f"its features are not those that are listed (unlisted: {strange}); train it anew")
    if target == ESCALATION:
        unsaid = [sector for sector in SECTORS if model.usual.get(sector, 0) <= 0]
        faults += [f"usual.{sector}: it does not know what is usual there" for sector in unsaid]
    if faults:
        raise ModelError("model", faults)
