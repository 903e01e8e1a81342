"""`signals score train`: a model from the municipality's own history, registered for a person to judge.

Training changes no score: a model orders nothing until somebody activates it.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, TypeVar

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.errors import WrongUseError

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.learning.registry import Target
    from signals.outreach.learning.training import Kind, Learned
    from signals.store.database import Cursor

KINDS: Final[tuple[Kind, ...]] = ("scorecard", "boosting")
TARGETS: Final[tuple[Target, ...]] = ("escalation", "reached")
MOST_SEED: Final = 2**32 - 1  # scikit-learn takes no larger one
_Word = TypeVar("_Word", bound=str)
_KINDS: Final = {"scorecard": "puntenkaart", "boosting": "bomen"}


def train(
    *,
    municipality: Municipality = None,
    kind: Annotated[
        str, typer.Option(help="scorecard (points that add up) or boosting (its challenger)")
    ] = "scorecard",
    target: Annotated[str, typer.Option(help="escalation (within 90 days) or reached (by a contact)")] = "escalation",
    until: Annotated[str | None, typer.Option(help="only what was known by this day  [default: today]")] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="the same history and seed give the same model")] = 1,
    save: Annotated[Path | None, typer.Option(help="also write its parameters to this file, as JSON")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn a score from the history, try it in order of time and register it; it orders nothing until activated.

    Ends with 1 when there is not enough history yet.
    """
    from signals.commands import show
    from signals.commands.connection import actor, engine_here, settings_here
    from signals.commands.score_history import day_of
    from signals.outreach.learning.registry import register
    from signals.simulation.files import require_writable
    from signals.store.database import transaction

    chosen, wanted, last = _known(kind, KINDS, "kind of model"), _known(target, TARGETS, "target"), day_of(until)
    if save is not None:
        require_writable(save)
    with engine_here(settings_here()) as engine:
        with transaction(engine) as cursor:
            whose, learned = _learn(cursor, _Wish(municipality, chosen, wanted, last, seed))
        with transaction(engine) as cursor:
            number, new = register(
                cursor,
                municipality=whose,
                target=wanted,
                kind=chosen,
                body=learned.body,
                seed=seed,
                window=learned.window,
                examples=learned.examples,
                positives=learned.positives,
                metrics=learned.metrics,
                by=actor(),
            )
    if save is not None:
        _save(save, learned.body)
    document = _document(number, whose, wanted, learned, new=new)
    if as_json:
        show.print_json(document)
    else:
        _show(document)


def _save(path: Path, body: str) -> None:
    try:
        path.write_text(body, encoding="utf-8")
    except OSError as fault:
        raise WrongUseError(f"{path} cannot be written ({fault.strerror}); the model is registered") from fault


def _known(word: str, words: tuple[_Word, ...], what: str) -> _Word:
    for one in words:
        if one == word:
            return one
    raise WrongUseError(f"there is no {what} {word[:40]!r}; there are {', '.join(words)}")


class _Wish(NamedTuple):
    """What is to be learned, from whose history."""

    municipality: str | None
    kind: Kind
    target: Target
    until: date
    seed: int


def _learn(cursor: Cursor, wish: _Wish) -> tuple[str, Learned]:
    """Whose history it is, and what was learned from it, in one view of the tables."""
    from signals.commands import show
    from signals.commands.score_history import read_lessons, read_reach_lessons, whose_history
    from signals.outreach.learning.history import in_one_view
    from signals.outreach.learning.reach_learning import learn_reach
    from signals.outreach.learning.training import learn

    in_one_view(cursor)
    whose = whose_history(cursor, wish.municipality)
    if wish.target == "reached":
        attempts = read_reach_lessons(cursor, whose, wish.until)
        with show.progress("training", 3) as step:
            return whose, learn_reach(attempts, wish.kind, seed=wish.seed, step=step)
    lessons = read_lessons(cursor, whose, wish.until)
    with show.progress("training", 3) as step:
        return whose, learn(lessons, wish.kind, seed=wish.seed, step=step)


def _document(number: int, municipality: str, target: Target, learned: Learned, *, new: bool) -> dict[str, Any]:
    from signals.outreach.learning.watching import SEEN

    return {
        "model": number,
        "new": new,
        "municipality": municipality,
        "target": target,
        "kind": learned.kind,
        "digest": learned.digest,
        "seed": learned.seed,
        "window": {"from": learned.window[0].isoformat(), "to": learned.window[1].isoformat()},
        "examples": learned.examples,
        "positives": learned.positives,
        "trials": {name: found for name, found in learned.metrics.items() if name != SEEN},
    }


def _show(document: dict[str, Any]) -> None:
    from signals.commands import show
    from signals.commands.score_figures import columns, figure_rows

    number, window = document["model"], document["window"]
    known = "" if document["new"] else " (was er al: dezelfde geschiedenis en dezelfde seed)"
    show.line(f"Model {number}: {_KINDS[document['kind']]}, gemeente {document['municipality']}{known}")
    share = document["positives"] / document["examples"]
    show.line(
        f"Geleerd van {document['examples']} voorbeelden van {window['from']} tot en met {window['to']}; "
        f"van {document['positives']} ({100 * share:.0f} procent) kwam de uitkomst"
    )
    show.line()
    rows = [[cell.replace(".", ",") for cell in row] for row in figure_rows(document["trials"])]
    show.table("Proeven in de tijd: wat later kwam", columns(), rows)
    show.line()
    show.line(f"Verder: signals score evaluate --model {number}, en daarna signals score activate {number}")
