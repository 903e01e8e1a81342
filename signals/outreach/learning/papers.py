"""Which papers are there about the score of a municipality? The model card and the entry of the Algorithm Register.

Reading only: what the policy in force, the registry and the acts of people say at this moment becomes what
`scoring.card` and `scoring.register_entry` tell. No resident is in it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from signals.contract.moments import AMSTERDAM
from signals.errors import WrongUseError
from signals.outreach.learning import enough, registry
from signals.outreach.learning.watching import watch
from signals.scoring.card import Act, CardFacts
from signals.scoring.card_model import ModelFacts, Reviewed
from signals.scoring.model import ModelError

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.learning.registry import RegisteredModel, Review
    from signals.outreach.policy import Policy, PolicyBook
    from signals.scoring.drift import DriftReport
    from signals.store.database import Cursor


def card_facts(
    cursor: Cursor, municipality: str, book: PolicyBook, today: date, number: int | None = None, *, drift: bool = False
) -> CardFacts:
    """What the card of a municipality tells.

    Args:
        cursor: of the transaction.
        municipality: its code.
        book: the policies.
        today: the day of the card.
        number: of the model; None: of the active one where the policy lets it order, else of the decision framework.
        drift: whether to look at today's cases too, which takes seconds.

    Raises:
        WrongUseError: The municipality has no such model.
        ModelError: its parameters are not as they were registered.
    """
    policy = book.in_force(municipality, today)
    acts = registry.activations(cursor, municipality)
    standing = registry.standing_after(acts)
    active = standing.active if _is_usable(cursor, standing.active) else None
    ordering = active if policy.choice.by != "framework" else None
    model = _model(cursor, municipality, ordering if number is None else number)
    watching = drift and model is not None and model.number == active
    return CardFacts(
        municipality=policy.name,
        today=today,
        policy=(policy.id, policy.valid_from),
        choice=policy.choice,
        framework=policy.scoring,
        model=model,
        active=active,
        shadow=standing.shadow,
        acts=tuple(
            Act(one.at.astimezone(AMSTERDAM).date(), one.by_name, one.role, one.how, one.model_id, one.reason)
            for one in acts
        ),
        enough=(enough.EXAMPLES, enough.OF_EACH, enough.SPAN),
        contact=_contact(policy),
        agreement=None if standing.shadow is None else _agreement(cursor, municipality, standing.shadow),
        drift=_drift(cursor, municipality, today) if watching else None,
    )


def _is_usable(cursor: Cursor, number: int | None) -> bool:
    """Whether a model may score: what is not as it was registered is left out of use (`in_use`)."""
    with suppress(ModelError):
        return number is not None and registry.read_model(cursor, number).id == number
    return False


def _model(cursor: Cursor, municipality: str, number: int | None) -> ModelFacts | None:
    if number is None:
        return None
    found = registry.model(cursor, number)
    if found is None or found.municipality != municipality:
        raise WrongUseError(f"municipality {municipality} has no model {number}; `signals score list` shows them")
    return _facts(cursor, found)


def _facts(cursor: Cursor, found: RegisteredModel) -> ModelFacts:
    return ModelFacts(
        number=found.id,
        kind=found.kind,
        target=found.target,
        window=(found.window_from, found.window_to),
        examples=found.examples,
        positives=found.positives,
        seed=found.seed,
        digest=found.digest,
        trained_by=found.trained_by,
        trained_on=found.trained_at.astimezone(AMSTERDAM).date(),
        parameters=registry.read_model(cursor, found.id).model,
        trials=found.metrics.get("trials", found.metrics),
        evaluation=_reviewed(registry.last_review(cursor, found.id, "evaluation")),
        fairness=_reviewed(registry.last_review(cursor, found.id, "fairness")),
    )


def _reviewed(review: Review | None) -> Reviewed | None:
    return None if review is None else Reviewed(review.report, review.by_name, review.at.astimezone(AMSTERDAM).date())


def _contact(policy: Policy) -> str:
    """Where one can ask, as the letters say it: by mail, else on a page."""
    sender = policy.sender
    return sender.email or (sender.link or "" if sender.website else "")


def _agreement(cursor: Cursor, municipality: str, shadow: int) -> tuple[int, float] | None:
    """At how many open cases the model on trial spoke, and how far it is off on average."""
    cursor.execute(
        """SELECT count(*), avg(abs(score - shadow_score))::float8 FROM cases
        WHERE municipality = %s AND state = 'open' AND shadow_by = %s""",
        (municipality, shadow),
    )
    count, apart = cursor.fetchall()[0]
    return (count, apart) if count else None


def _drift(cursor: Cursor, municipality: str, today: date) -> DriftReport | None:
    watched = watch(cursor, municipality, today)
    return watched.drift if watched else None
