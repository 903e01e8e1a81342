"""Which models are there, where does each come from, and what was found of it?

Models, reviews and activations are only ever added. A model is read back whole or not at all: its text must be the one
that was registered, to the letter, and a sound model; one that scores cases must have exactly the listed features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from signals.outreach.learning.reading import numbered_model, refuse_strange_features
from signals.scoring.model import decode, digest
from signals.store.audit import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from signals.outreach.learning.in_use import NumberedModel
    from signals.store.database import Cursor

Target = Literal["escalation", "reached"]
ReviewKind = Literal["evaluation", "fairness"]
_COLUMNS: Final = (
    "id, municipality, target, kind, digest, seed, window_from, window_to, examples, positives, metrics, trained_by, "
    "trained_at"
)


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model as the registry knows it, without its parameters; those are read by `read_model`."""

    id: int
    municipality: str
    target: str
    kind: str
    digest: str
    seed: int
    window_from: date
    window_to: date
    examples: int
    positives: int
    metrics: dict[str, Any]
    trained_by: str
    trained_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What was found of a model: an evaluation, or how it treats groups."""

    id: int
    model_id: int
    kind: str
    report: dict[str, Any]
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Activation:
    """A person's act: since then this model has this role; no model means that nothing has."""

    id: int
    role: str
    model_id: int | None
    how: str
    reason: str
    by_name: str
    at: datetime


class Registered(NamedTuple):
    """The number of a model, and whether it was not there yet."""

    number: int
    new: bool


def register(  # noqa: PLR0913 - a row of its table
    cursor: Cursor,
    *,
    municipality: str,
    target: Target,
    kind: str,
    body: str,
    seed: int,
    window: tuple[date, date],
    examples: int,
    positives: int,
    metrics: Mapping[str, Any],
    by: str,
) -> Registered:
    """Add a trained model; the very same one of the same municipality is there once.

    Args:
        cursor: of the transaction.
        municipality: whose history it learned from, and whose cases alone it may score.
        target: what it foretells.
        kind: "scorecard" or "boosting".
        body: its parameters, as `scoring.model.encode` writes them.
        seed: with which it was trained.
        window: the first and the last moment of its examples.
        examples: how many there were.
        positives: of how many of these the outcome came true.
        metrics: of its trials in time; figures only.
        by: who trained it.

    Raises:
        ModelError: it is no sound model, or has features that are not listed.
    """
    refuse_strange_features(decode(body), target)
    cursor.execute(
        """INSERT INTO score_models (municipality, target, kind, body, digest, seed, window_from, window_to, examples,
            positives, metrics, trained_by) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (municipality, target, digest) DO NOTHING RETURNING id""",
        (municipality, target, kind, body, digest(body), seed, *window, examples, positives, Jsonb(dict(metrics)), by),
    )
    if row := cursor.fetchone():
        note(cursor, by, "score-train", f"model {row[0]}", municipality=municipality)
        return Registered(int(row[0]), new=True)
    cursor.execute(
        "SELECT id FROM score_models WHERE (municipality, target, digest) = (%s, %s, %s)",
        (municipality, target, digest(body)),
    )
    (number,) = cursor.fetchall()[0]
    return Registered(int(number), new=False)


def models(cursor: Cursor, municipality: str | None = None, target: Target | None = None) -> list[RegisteredModel]:
    """The models that are there, oldest first."""
    sql = f"""SELECT {_COLUMNS} FROM score_models
        WHERE (%(municipality)s::text IS NULL OR municipality = %(municipality)s)
            AND (%(target)s::text IS NULL OR target = %(target)s) ORDER BY id"""  # noqa: S608 - our own column names
    with cursor.connection.cursor(row_factory=class_row(RegisteredModel)) as reading:
        return reading.execute(sql, {"municipality": municipality, "target": target}).fetchall()


def model(cursor: Cursor, number: int) -> RegisteredModel | None:
    """The model with this number."""
    with cursor.connection.cursor(row_factory=class_row(RegisteredModel)) as reading:
        return reading.execute(f"SELECT {_COLUMNS} FROM score_models WHERE id = %s", (number,)).fetchone()  # noqa: S608


def read_model(cursor: Cursor, number: int) -> NumberedModel:
    """The parameters of the model with this number, ready to score with.

    Raises:
        ModelError: they are not as they were registered, no sound model, or have features that are not listed.
    """
    cursor.execute("SELECT target, body, digest FROM score_models WHERE id = %s", (number,))
    target, body, registered = cursor.fetchall()[0]
    return numbered_model(number, target, body, registered)


def add_review(cursor: Cursor, number: int, kind: ReviewKind, report: object, *, by: str) -> int:
    """Add what was found of a model, as a mapping or a struct of figures; the number of the review."""
    cursor.execute(
        "INSERT INTO score_reviews (model_id, kind, report, by_name) VALUES (%s, %s, %s, %s) RETURNING id",
        (number, kind, Jsonb(msgspec.to_builtins(report)), by),
    )
    return int(cursor.fetchall()[0][0])


def last_review(cursor: Cursor, number: int, kind: ReviewKind) -> Review | None:
    """The last word of this kind on a model."""
    return next(iter(reviews(cursor, number, kind, most=1)), None)


def reviews(cursor: Cursor, number: int, kind: ReviewKind, *, most: int | None = None) -> list[Review]:
    """All that was found of this kind of a model, newest first; so many at `most`."""
    with cursor.connection.cursor(row_factory=class_row(Review)) as reading:
        return reading.execute(
            """SELECT id, model_id, kind, report, by_name, at FROM score_reviews
            WHERE model_id = %s AND kind = %s ORDER BY id DESC LIMIT %s""",
            (number, kind, most),
        ).fetchall()


@dataclass(frozen=True, slots=True)
class Standing:
    """How the acts of people left a municipality: what is active now, what is on trial, and what was active before.

    `before` are the models to which one can go back, the last one last; without any it is the decision framework.
    """

    active: int | None = None
    shadow: int | None = None
    before: tuple[int, ...] = ()


def standing(cursor: Cursor, municipality: str, target: Target = "escalation") -> Standing:
    """What is active there, what is on trial, and to what one can go back."""
    return standing_after(activations(cursor, municipality, target))


def standing_after(acts: Iterable[Activation]) -> Standing:
    """The same of these acts: a roll-back takes away the last activation, so that a second one goes on backwards."""
    in_turn: list[int] = []
    shadow = None
    for act in acts:
        if act.role == "shadow":
            shadow = act.model_id
        elif act.how == "activate" and act.model_id is not None:
            in_turn.append(act.model_id)
        elif act.how == "rollback":
            in_turn = in_turn[:-1]
        else:
            in_turn = []
    return Standing(in_turn[-1] if in_turn else None, shadow, tuple(in_turn[:-1]))


def activations(cursor: Cursor, municipality: str, target: Target = "escalation") -> list[Activation]:
    """What people activated, tried, rolled back and ended there, oldest first."""
    with cursor.connection.cursor(row_factory=class_row(Activation)) as reading:
        return reading.execute(
            """SELECT id, role, model_id, how, reason, by_name, at FROM score_activations
            WHERE municipality = %s AND target = %s ORDER BY id""",
            (municipality, target),
        ).fetchall()
