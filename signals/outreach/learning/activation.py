"""Which model orders the work? A person decides, by how good it is and how it treats groups; and can go back at once.

Whoever judges cases has read `revisions` in the same transaction (`configuration`, `in_use`), so an activation that
holds that table alone knows that nobody judges by the old model any more, and all who come after judge by the new one.
What stands in the queues is then scored anew (`rescore`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from psycopg import errors as pg

from signals.errors import SignalsError
from signals.outreach.configuration import raise_revision
from signals.outreach.learning import registry
from signals.scoring.fairness import CHANCE, FairnessReport, Group
from signals.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from signals.outreach.learning.registry import RegisteredModel, Review, Target
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

PATIENCE: Final = "10s"  # for batches that are under way; those behind it wait as long
OLDEST: Final = timedelta(days=183)
"""How old a report on groups may be when a model is activated."""


class NotActivatedError(SignalsError):
    """Nothing was changed; the text says why, all of it at once."""

    def __init__(self, model: int, reasons: Sequence[str]) -> None:
        self.reasons: Final = tuple(reasons)
        super().__init__("\n".join([f"model {model} is not activated:", *(f"  - {reason}" for reason in reasons)]))


class NothingBeforeError(SignalsError):
    """There is nothing to go back to, or to end."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, and why."""

    by: str
    reason: str = ""


def activate(cursor: Cursor, model: RegisteredModel, policy: Policy, act: Act) -> bool:
    """From now on this model orders the work of its municipality, as far as its policies say so.

    Args:
        cursor: of the transaction.
        model: one of the registry.
        policy: of its municipality, in force today: how far it may be off for a group.
        act: who does it.

    Returns:
        False when it is active already.

    Raises:
        NotActivatedError: it was not evaluated, nobody looked at how it treats groups, or it is off for one.
        ModelError: its parameters are not as they were registered.
    """
    _hold(cursor)
    standing = registry.standing(cursor, model.municipality, _target(model))
    if standing.active == model.id:
        return False
    _refuse(cursor, model, policy)
    if standing.shadow == model.id:
        _write(cursor, model.municipality, _target(model), ("shadow", "end", None), act)
    _write(cursor, model.municipality, _target(model), ("active", "activate", model.id), act)
    return True


def put_on_trial(cursor: Cursor, model: RegisteredModel, act: Act) -> bool:
    """From now on this model scores beside what orders the work; nothing goes by it. False when it does already.

    Raises:
        NotActivatedError: it does not score cases, or orders the work already.
        ModelError: its parameters are not as they were registered.
    """
    _hold(cursor)
    if model.target != "escalation":
        raise NotActivatedError(model.id, ["only a model that scores cases can be on trial beside another one"])
    standing = registry.standing(cursor, model.municipality)
    if standing.active == model.id:
        raise NotActivatedError(model.id, ["it orders the work already: there is nothing to try beside it"])
    if standing.shadow == model.id:
        return False
    registry.read_model(cursor, model.id)
    _write(cursor, model.municipality, "escalation", ("shadow", "shadow", model.id), act)
    return True


def end_trial(cursor: Cursor, municipality: str, act: Act) -> int:
    """Let no model score beside the one in use any more; the one that did. Raises NothingBeforeError."""
    _hold(cursor)
    shadow = registry.standing(cursor, municipality).shadow
    if shadow is None:
        raise NothingBeforeError(f"municipality {municipality}: no model is on trial")
    _write(cursor, municipality, "escalation", ("shadow", "end", None), act)
    return shadow


def roll_back(cursor: Cursor, municipality: str, target: Target, policy: Policy, act: Act) -> int | None:
    """Go back to what was active before: that model, or None for the decision framework.

    Once more goes on backwards: what was rolled back is not come back to.

    Raises:
        NothingBeforeError: no model is active.
        NotActivatedError: the model of before must not be used, as was found since.
    """
    _hold(cursor)
    standing = _active(cursor, municipality, target)
    before = standing.before[-1] if standing.before else None
    if before is not None:
        _refuse(cursor, _registered(cursor, before), policy, back=True)
    _write(cursor, municipality, target, ("active", "rollback", before), act)
    return before


def to_framework(cursor: Cursor, municipality: str, target: Target, act: Act) -> int:
    """Let no model order the work any more; the one that did. Raises NothingBeforeError."""
    _hold(cursor)
    standing = _active(cursor, municipality, target)
    _write(cursor, municipality, target, ("active", "end", None), act)
    return standing.active or 0


def _active(cursor: Cursor, municipality: str, target: Target) -> registry.Standing:
    standing = registry.standing(cursor, municipality, target)
    if standing.active is None:
        instead = "; the decision framework orders the work" if target == "escalation" else ""
        raise NothingBeforeError(
            f"municipality {municipality}: no model is active, so there is nothing to go back to{instead}"
        )
    return standing


def _registered(cursor: Cursor, number: int) -> RegisteredModel:
    found = registry.model(cursor, number)
    if found is None:  # a foreign key keeps it there
        raise SignalsError(f"there is no model {number}")
    return found


def _target(model: RegisteredModel) -> Target:
    return "escalation" if model.target == "escalation" else "reached"


def _hold(cursor: Cursor) -> None:
    """Wait until nobody judges, and let nobody begin before this transaction ends."""
    cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    try:
        cursor.execute("LOCK TABLE revisions IN ACCESS EXCLUSIVE MODE")
    except pg.LockNotAvailable as error:
        raise SignalsError("others are at work that takes long; nothing was changed: try again in a minute") from error


def _write(cursor: Cursor, municipality: str, target: Target, what: tuple[str, str, int | None], act: Act) -> None:
    role, how, number = what
    cursor.execute(
        """INSERT INTO score_activations (municipality, target, role, how, model_id, reason, by_name)
        VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        (municipality, target, role, how, number, act.reason, act.by),
    )
    raise_revision(cursor, "models")
    subject = "framework" if number is None else f"model {number}"
    note(cursor, act.by, _ACTIONS[role, how], subject, municipality=municipality)


_ACTIONS: Final = {
    ("active", "activate"): "score-activate",
    ("active", "rollback"): "score-rollback",
    ("active", "end"): "score-to-framework",
    ("shadow", "shadow"): "score-trial",
    ("shadow", "end"): "score-trial-end",
}


def _refuse(cursor: Cursor, model: RegisteredModel, policy: Policy, *, back: bool = False) -> None:
    """Why this model may not be used, all of it at once. Raises NotActivatedError and ModelError.

    Whoever goes back is in a hurry: a report that finds nothing is enough then, however old it is.
    """
    registry.read_model(cursor, model.id)
    reasons = []
    if registry.last_review(cursor, model.id, "evaluation") is None:
        reasons.append(f"it was never evaluated: `signals score evaluate --model {model.id}` does that")
    reviews = registry.reviews(cursor, model.id, "fairness")
    if reviews:
        reasons += _unequal(model, reviews, policy.choice.fairness_margin, back=back)
    elif model.target == "escalation":  # the other one only advises when to come by
        reasons.append(
            f"nobody looked at how it treats groups: `signals score evaluate --model {model.id}` does that too"
        )
    if reasons:
        raise NotActivatedError(model.id, reasons)


def _unequal(model: RegisteredModel, reviews: Sequence[Review], margin: int, *, back: bool) -> list[str]:
    """What the reports on groups, newest first, have against it; or that they are none to go by."""
    again = f"run `signals score evaluate --model {model.id}` again"
    reports = [_report(one) for one in reviews]
    if reports[0] is None:
        return [f"its report on groups is not of this version: {again}"]
    judged = _newest_by_kind(reports)
    found = [
        f"it is off for the group {one.value} ({one.kind}), {one.measures.n} cases: it expects {one.predicted:.1%} to "
        f"escalate, and {one.predicted - one.gap.value:.1%} did; the policy allows a difference of {margin} points"
        for kind, report in judged.items()
        for one in off(report, margin / 100)
        if one.kind == kind
    ]
    if found or back:
        return found
    return [f"{weak}: {again}" for weak in _weaknesses(model, reviews[0], judged, margin)]


def _weaknesses(
    model: RegisteredModel, last: Review, judged: Mapping[str, FairnessReport], margin: int
) -> Iterator[str]:
    """Why nobody should go by these reports any more."""
    if last.at < datetime.now(UTC) - OLDEST:
        yield f"how it treats groups was last looked at on {last.at:%Y-%m-%d}, more than {OLDEST.days} days ago"
    if not judged and model.target == "escalation":
        yield "no group in its report on groups was large enough to judge"
    widest = max((round(report.margin * 100, 6) for report in judged.values()), default=0)
    if widest > margin:  # up to its own margin, a report takes off of every group what all share
        yield f"its report on groups is by a margin of {widest:g} points, and the policy allows {margin}"


def _report(review: Review) -> FairnessReport | None:
    try:
        return msgspec.convert(review.report, FairnessReport)
    except msgspec.ValidationError:
        return None


def _newest_by_kind(reports: Iterable[FairnessReport | None]) -> dict[str, FairnessReport]:
    """By kind of group the newest report that judged one of that kind.

    What a report found with `--truth` is so not undone by a later one without, nor by one over a few cases.
    """
    found: dict[str, FairnessReport] = {}
    for report in reports:
        for one in report.groups if report else ():
            if one.chance is not None and report:
                found.setdefault(one.kind, report)
    return found


def off(report: FairnessReport, margin: float) -> list[Group]:
    """The groups for which a model is off by this margin, which may be another one than when the report was made."""
    return [
        one
        for one in report.groups
        if one.chance is not None and round(abs(one.gap.value), 9) > margin and one.chance * report.tested < CHANCE
    ]
