"""How does a model come out of the registry? Read strictly, and only if it is the one that was registered."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from signals.contract.partners import SECTORS
from signals.outreach.learning.in_use import ESCALATION, NumberedModel
from signals.outreach.learning.reach import REACH_COLUMNS
from signals.scoring.features import COLUMNS
from signals.scoring.model import ModelError, decode, digest

if TYPE_CHECKING:
    from signals.scoring.model import Model

_MODELS_KEPT: Final = 64


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
