"""What do the models say of the cases of a batch? One call per model, however many cases (borders.md section 4.10).

Pure. `scored` comes by here where there is a model at all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from signals.outreach.cases import JudgedCase, Shadow
from signals.outreach.learning.in_use import ModelsInUse, NumberedModel
from signals.scoring.explain import blended, explained
from signals.scoring.features import rows
from signals.scoring.model import contributions, points

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from signals.outreach.policy import PolicyBook

    Judged = Mapping[int, dict[str, JudgedCase]]


_NONE: Final = ModelsInUse()


class _Place(NamedTuple):
    household: int
    period: str


_Places = dict[NumberedModel, list[_Place]]


def score_by(judged: Judged, book: PolicyBook, models: Mapping[str, ModelsInUse]) -> None:
    """Score the cases of these households, by period label, as policies and activated models say; in place."""
    active: _Places = {}
    shadow: _Places = {}
    for household, cases in judged.items():
        for period, case in cases.items():
            policy = book.by_id[case.policy_id]
            used = models.get(policy.municipality, _NONE) if case.facts.arrears else _NONE
            if used.active is not None and policy.choice.by != "framework":
                active.setdefault(used.active, []).append(_Place(household, period))
            if used.shadow is not None:
                shadow.setdefault(used.shadow, []).append(_Place(household, period))
    for model, places in active.items():
        _each(judged, places, partial(_scored, by=model, book=book))
    for model, places in shadow.items():
        _each(judged, places, partial(_shadowed, by=model))


def _each(judged: Judged, places: Sequence[_Place], change: Callable[[list[JudgedCase]], list[JudgedCase]]) -> None:
    changed = change([judged[household][period] for household, period in places])
    for (household, period), case in zip(places, changed, strict=True):
        judged[household][period] = case


def _scored(cases: list[JudgedCase], by: NumberedModel, book: PolicyBook) -> list[JudgedCase]:
    values = rows([case.facts for case in cases], by.model.usual)
    given = contributions(by.model, values).tolist()
    scored = []
    for case, row, parts in zip(cases, values.tolist(), given, strict=True):
        choice = book.by_id[case.policy_id].choice
        score = explained(row, parts)
        if choice.by == "blend":
            score = blended(score, case.score, choice.model_percent)
        scored.append(replace(case, score=score, scored_by=by.id))
    return scored


def _shadowed(cases: list[JudgedCase], by: NumberedModel) -> list[JudgedCase]:
    told = points(by.model, rows([case.facts for case in cases], by.model.usual)).tolist()
    return [replace(case, shadow=Shadow(by.id, score)) for case, score in zip(cases, told, strict=True)]
