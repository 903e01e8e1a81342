"""`signals score evaluate`: how good is a model on what it has not learned from, and does it treat all alike?

What is found is kept with the model; activation asks for it. Only counts and figures are printed.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.errors import WrongUseError

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Engine

    from signals.outreach.learning.evaluating import Beside, Findings
    from signals.outreach.learning.reach_learning import ReachFindings
    from signals.outreach.learning.registry import RegisteredModel, Target
    from signals.scoring.plots import Language, Suffix
    from signals.store.database import Cursor

_SUFFIXES: Final[dict[str, Suffix]] = {".svg": "svg", ".png": "png"}
_TARGETS: Final[dict[str, Target]] = {"escalation": "escalation", "reached": "reached"}
_LANGUAGES: Final[dict[str, Language]] = {"nl": "nl", "en": "en"}


class _Wish(NamedTuple):
    """What is to be judged, and by what."""

    municipality: str | None
    target: Target
    model: int | None
    since: date | None
    pairs: int
    beside: Beside | None


def evaluate(  # noqa: PLR0913 - its options
    *,
    municipality: Municipality = None,
    model: Annotated[
        int | None, typer.Option(min=1, help="its number  [default: the active one, else the newest]")
    ] = None,
    target: Annotated[str, typer.Option(help="escalation or reached, where no model is named")] = "escalation",
    since: Annotated[str | None, typer.Option(help="only cases of this day or later, such as 2026-10-31")] = None,
    truth: Annotated[Path | None, typer.Option(help="what `signals simulate --truth` wrote of this town")] = None,
    pairs: Annotated[int, typer.Option(min=1, max=1000, help="visiting pairs, of eight households a day each")] = 1,
    plot: Annotated[Path | None, typer.Option(help="also draw it in this file, .svg or .png")] = None,
    language: Annotated[str, typer.Option("--lang", help="of what is printed and drawn: nl or en")] = "nl",
    as_json: AsJson = False,
) -> None:
    """How good a model is on what it did not learn from, what a pair finds with it, and how it treats groups.

    Ends with 1 when there is too little to judge it by.
    """
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.commands.score_evaluated import document_of, show_document
    from signals.commands.score_history import day_of
    from signals.commands.score_truth import read_truth
    from signals.simulation.files import require_writable

    told, suffix = _language(language), _suffix(plot)
    if plot is not None:
        require_writable(plot)
    beside = None if truth is None else read_truth(truth)
    wish = _Wish(municipality, _target(target), model, None if since is None else day_of(since), pairs, beside)
    with engine_here(settings_here()) as engine:
        chosen, found = _judged(engine, wish, plot)
    if plot is not None and suffix is not None:
        _draw(plot, found, suffix, told)
    document = document_of(chosen, found)
    if as_json:
        show.print_json(document)
    else:
        show_document(document, told)


def _target(text: str) -> Target:
    if text not in _TARGETS:
        raise WrongUseError(f"there is no target {text[:40]!r}; there are {', '.join(_TARGETS)}")
    return _TARGETS[text]


def _language(text: str) -> Language:
    if text not in _LANGUAGES:
        raise WrongUseError(f"no such language: {text[:40]}; it is one of {', '.join(_LANGUAGES)}")
    return _LANGUAGES[text]


def _suffix(plot: Path | None) -> Suffix | None:
    if plot is None:
        return None
    if plot.suffix not in _SUFFIXES:
        raise WrongUseError(f"{plot}: a plot is a file that ends with {' or '.join(_SUFFIXES)}")
    return _SUFFIXES[plot.suffix]


def _judged(engine: Engine, wish: _Wish, plot: Path | None) -> tuple[RegisteredModel, Findings | ReachFindings]:
    """Judge in one view of the tables, then keep what was found."""
    from signals.commands.connection import actor
    from signals.outreach.learning import registry
    from signals.outreach.learning.history import in_one_view
    from signals.store.database import transaction

    with transaction(engine) as cursor:
        in_one_view(cursor)
        chosen = _chosen(cursor, wish)
        _refuse_what_it_has_not(chosen, wish, plot)
        found = _evaluated(cursor, chosen, wish)
    with transaction(engine) as cursor:
        registry.add_review(cursor, chosen.id, "evaluation", found.evaluation, by=actor())
        registry.add_review(cursor, chosen.id, "fairness", found.fairness, by=actor())
    return chosen, found


def _chosen(cursor: Cursor, wish: _Wish) -> RegisteredModel:
    """The model that was asked for; else the active one, else the newest. Raises WrongUseError."""
    from signals.commands.score_history import whose_history
    from signals.outreach.learning import registry

    if wish.model is not None:
        found = registry.model(cursor, wish.model)
        if found is None or wish.municipality not in {None, found.municipality}:
            raise WrongUseError(f"there is no model {wish.model} here; see `signals score list`")
        return found
    whose = whose_history(cursor, wish.municipality)
    models = registry.models(cursor, whose, wish.target)
    if not models:
        raise WrongUseError(f"municipality {whose} has no model yet: run `signals score train --target {wish.target}`")
    active = registry.standing(cursor, whose, wish.target).active
    return next((one for one in models if one.id == active), models[-1])


def _evaluated(cursor: Cursor, chosen: RegisteredModel, wish: _Wish) -> Findings | ReachFindings:
    from signals.commands import show
    from signals.commands.score_history import day_of, read_lessons, read_reach_lessons
    from signals.outreach.learning.evaluating import STEPS, Subject, evaluate, knows
    from signals.outreach.learning.history import backgrounds
    from signals.outreach.learning.reach_learning import evaluate_reach
    from signals.outreach.learning.registry import read_model
    from signals.outreach.queues import policy_book

    today, whose = day_of(None), chosen.municipality
    choice = policy_book(cursor).in_force(whose, today).choice
    margin = choice.fairness_margin / 100
    subject = Subject(
        kind="boosting" if chosen.kind == "boosting" else "scorecard",
        seed=chosen.seed,
        window_to=chosen.window_to,
        model=read_model(cursor, chosen.id).model,
        percent=choice.model_percent if choice.by == "blend" else None,
    )
    if chosen.target == "reached":
        attempts = read_reach_lessons(cursor, whose, today)
        return evaluate_reach(subject, attempts, backgrounds(cursor, whose), margin=margin, since=wish.since)
    lessons = read_lessons(cursor, whose, today)
    if wish.beside is not None and not knows(wish.beside, lessons):
        raise WrongUseError("the truth file is of another simulation: it knows none of these events")
    groups = backgrounds(cursor, whose)
    with show.progress("judging", STEPS) as step:
        return evaluate(
            subject,
            lessons,
            groups,
            margin=margin,
            since=wish.since,
            pairs=wish.pairs,
            beside=wish.beside,
            step=step,
        )


def _refuse_what_it_has_not(chosen: RegisteredModel, wish: _Wish, plot: Path | None) -> None:
    if chosen.target == "reached" and (plot is not None or wish.beside is not None):
        raise WrongUseError("a model of who is reached has no plot and no truth file: leave --plot and --truth out")


def _draw(plot: Path, found: Findings | ReachFindings, suffix: Suffix, language: Language) -> None:
    from signals.outreach.learning.evaluating import Evaluation
    from signals.scoring.plots import evaluation_plot

    one = found.evaluation
    if not isinstance(one, Evaluation):
        return
    drawn = evaluation_plot(one.measures, one.calibration, one.lift, suffix=suffix, language=language)
    try:
        plot.write_bytes(drawn)
    except OSError as fault:
        raise WrongUseError(f"{plot} cannot be written ({fault.strerror})") from fault
