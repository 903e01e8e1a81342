"""`signals score activate | rollback | list`: which model orders the work, and which ones there are.

To activate is a person's act, and going back is one command. Both score anew what stands in the queues before they end;
whoever stops them gives the same command again, or `signals score rescore`.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.contract.moments import AMSTERDAM
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from signals.outreach.learning.activation import Act
    from signals.outreach.learning.registry import RegisteredModel, Standing, Target
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

Reason = Annotated[str, typer.Option(help="why, for colleagues and for the register; nothing about residents")]
LONGEST_REASON = 500


def activate(
    model: Annotated[int, typer.Argument(metavar="MODEL", min=1, help="its number, as `signals score list` shows it")],
    *,
    municipality: Municipality = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="on trial: it scores beside, and orders nothing")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let a model order the work of its municipality, after it was evaluated; then score what waits by it."""
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.learning import activation
    from signals.store.database import transaction

    act = _act(reason)
    with engine_here(settings_here()) as engine:
        with transaction(engine) as cursor:
            found = _found(cursor, model, municipality)
            policy = _policy(cursor, found.municipality)
            if shadow:
                new = activation.put_on_trial(cursor, found, act)
            else:
                new = activation.activate(cursor, found, policy, act)
            orders = _orders(cursor, found.municipality)
        told = {
            "municipality": found.municipality,
            "target": found.target,
            "role": "shadow" if shadow else "active",
            "model": model,
            "new": new,
            "policy_by": policy.choice.by,
        }
        lines = [_activated(found, shadow=shadow, new=new)]
        if found.target == "escalation" and not shadow and not orders:
            lines.append(
                'the policy says by = "framework": it will order nothing until a policy says "model" or "blend"'
            )
        _finish(engine, told, lines, as_json=as_json)


def rollback(
    *,
    municipality: Municipality = None,
    target: Annotated[str, typer.Option(help="escalation or reached")] = "escalation",
    framework: Annotated[bool, typer.Option("--to-framework", help="let no model order the work any more")] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="end the trial of the model beside")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Go back to what was active before; once more goes on backwards. Then score what waits by it."""
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.learning import activation
    from signals.store.database import transaction

    act, kind = _act(reason), _target(target)
    if framework and shadow:
        raise WrongUseError("--to-framework and --shadow are two things: give one of them")
    told: dict[str, Any] = {"target": kind, "role": "shadow" if shadow else "active"}
    with engine_here(settings_here()) as engine:
        with transaction(engine) as cursor:
            here = municipality or _only_municipality(cursor)
            told |= {"municipality": here, "model": None}
            if shadow:
                ended = activation.end_trial(cursor, here, act)
                line = f"model {ended} is on trial no more"
            elif framework:
                ended = activation.to_framework(cursor, here, kind, act)
                line = f"model {ended} is active no more; {_FRAMEWORK[kind]}"
            else:
                told["model"] = activation.roll_back(cursor, here, kind, _policy(cursor, here), act)
                line = _FRAMEWORK[kind] if told["model"] is None else f"model {told['model']} is active again"
        _finish(engine, told, [f"{here}: {line}"], as_json=as_json)


def rescore(*, municipality: Municipality = None, as_json: AsJson = False) -> None:
    """Score what waits by what is in use now, where an activation or a roll-back was stopped before its end."""
    from signals.commands.connection import engine_here, settings_here
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine:
        with transaction(engine) as cursor:
            here = municipality or _only_municipality(cursor)
            _policy(cursor, here)
        _finish(engine, {"municipality": here, "target": "escalation"}, [], as_json=as_json)


def list_models(*, municipality: Municipality = None, as_json: AsJson = False) -> None:
    """The models that were trained: from what, how good, and which one is in use."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.learning import registry
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        rows = [_row(cursor, one) for one in registry.models(cursor, municipality)]
    if as_json:
        show.print_json({"models": rows})
        return
    columns = ("model", "municipality", "target", "kind", "window", "examples", "auc", "state", "trained")
    show.table(f"models: {len(rows)}", columns, [_cells(row) for row in rows], right=("model", "examples", "auc"))


_FRAMEWORK = {
    "escalation": "the decision framework orders the work",
    "reached": "no model says when somebody is reached",
}


def _act(reason: str) -> Act:
    from signals.commands.connection import actor
    from signals.outreach.learning.activation import Act

    if len(reason) > LONGEST_REASON:
        raise WrongUseError(f"the reason is too long: at most {LONGEST_REASON} characters")
    return Act(actor(), reason.strip())


def _target(text: str) -> Target:
    if text == "escalation":
        return "escalation"
    if text == "reached":
        return "reached"
    raise WrongUseError(f"there is no target {text[:40]!r}; there are escalation and reached")


def _found(cursor: Cursor, number: int, municipality: str | None) -> RegisteredModel:
    from signals.outreach.learning import registry

    found = registry.model(cursor, number)
    if found is None:
        raise SignalsError(f"there is no model {number}; `signals score list` shows those that are there")
    if municipality is not None and municipality != found.municipality:
        raise SignalsError(
            f"model {number} learned from municipality {found.municipality} and scores no cases of {municipality}: "
            f"train one there with `signals score train --municipality {municipality}`"
        )
    return found


def _policy(cursor: Cursor, municipality: str) -> Policy:
    from signals.outreach.queues import policy_book

    book = policy_book(cursor)
    if municipality not in book.municipalities:
        raise WrongUseError(
            f"there is no policy for municipality {municipality[:40]}; `signals policy list` shows them"
        )
    return book.in_force(municipality, datetime.now(AMSTERDAM).date())


def _orders(cursor: Cursor, municipality: str) -> bool:
    """Whether the policy in force today, or a later one, lets a model speak."""
    from signals.outreach.queues import policy_book

    book = policy_book(cursor)
    now = book.in_force(municipality, datetime.now(AMSTERDAM).date())
    later = [one for one in book.versions() if one.municipality == municipality and one.valid_from >= now.valid_from]
    return any(one.choice.by != "framework" for one in later)


def _only_municipality(cursor: Cursor) -> str:
    """The one that has models; whoever has several says which."""
    from signals.outreach.learning import registry

    here = sorted({one.municipality for one in registry.models(cursor)})
    if len(here) == 1:
        return here[0]
    if not here:
        raise SignalsError("there are no models yet: `signals score train` makes one")
    raise WrongUseError(f"say of which municipality with --municipality: {', '.join(here)}")


def _activated(model: RegisteredModel, *, shadow: bool, new: bool) -> str:
    now = "from now on" if new else "already"
    doing = {
        True: f"is on trial {now}: it scores beside, and orders nothing",
        False: f"is active {now}",
    }
    return f"{model.municipality}: model {model.id} ({model.kind}, {model.target}) {doing[shadow]}"


def _finish(engine: Engine, told: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Say what was done, score anew what waits, and say how much that was."""
    from signals.commands import show
    from signals.outreach.learning import rescore as again
    from signals.store.database import transaction

    for line in lines:
        (show.note if as_json else show.line)(line)
    if told["target"] == "escalation":
        here = told["municipality"]
        with transaction(engine) as cursor:
            total = again.waiting(cursor, here)
        with show.progress("scoring anew", total) as done:
            found = again.rescore(engine, here, done)
        told["rescored"] = {"households": found.households, "changed": found.changed}
        lines = [f"{found.households} households were scored anew; {found.changed} cases have another score"]
    if as_json:
        show.print_json(told)
    elif told["target"] == "escalation":
        show.line(lines[0])


def _row(cursor: Cursor, model: RegisteredModel) -> dict[str, Any]:
    from signals.outreach.learning import registry

    kind = _target(model.target)
    approved = [one for one in registry.activations(cursor, model.municipality, kind) if one.model_id == model.id]
    return {
        "model": model.id,
        "municipality": model.municipality,
        "target": model.target,
        "kind": model.kind,
        "window": [model.window_from.isoformat(), model.window_to.isoformat()],
        "examples": model.examples,
        "positives": model.positives,
        "auc": _auc(model),
        "state": _state(registry.standing(cursor, model.municipality, kind), model.id),
        "digest": model.digest,
        "trained_by": model.trained_by,
        "trained_at": model.trained_at.isoformat(timespec="seconds"),
        "approved_by": approved[-1].by_name if approved else None,
        "reason": approved[-1].reason if approved else None,
    }


def _auc(model: RegisteredModel) -> float | None:
    """Of its trials in time; alone, or with its interval."""
    found = model.metrics.get("auc")
    return found.get("value") if isinstance(found, dict) else found


def _state(standing: Standing, number: int) -> str:
    if number == standing.active:
        return "active"
    if number == standing.shadow:
        return "shadow"
    return "before" if number in standing.before else ""


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    auc = "" if row["auc"] is None else f"{row['auc']:.3f}"
    plain = (row[name] for name in ("model", "municipality", "target", "kind"))
    return (*plain, " – ".join(row["window"]), row["examples"], auc, row["state"], row["trained_by"])
