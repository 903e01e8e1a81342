"""Which tables hold the models of the score: how each came to be, what was found of it, and which one orders the work?

A part of `models`; from there one gets all of them. Parameters and figures, no residents. All three are written once:
what is different later is a further row.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - SQLAlchemy reads the annotations when the tables are made
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from signals.store.base import CODE_POINTS, Base, moment_of_writing, numbered

TARGETS = "('escalation', 'reached')"


class ScoreModel(Base):
    """A trained model, with the history that it learned from."""

    __tablename__ = "score_models"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    target: Mapped[str]
    kind: Mapped[str]
    body: Mapped[str] = mapped_column(CODE_POINTS)  # its parameters, as `scoring.model.encode` writes them
    digest: Mapped[str] = mapped_column(CODE_POINTS)  # of the body: what is activated is what was evaluated
    seed: Mapped[int]
    window_from: Mapped[date] = mapped_column(Date)  # the first and the last moment of its examples
    window_to: Mapped[date] = mapped_column(Date)
    examples: Mapped[int] = mapped_column(Integer)
    positives: Mapped[int] = mapped_column(Integer)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSONB)  # of its trials in time
    trained_by: Mapped[str]
    trained_at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        UniqueConstraint("municipality", "target", "digest"),
        UniqueConstraint("id", "municipality", "target"),  # so that no other municipality can work with it
        CheckConstraint(f"target IN {TARGETS}", name="target"),
        CheckConstraint("kind IN ('scorecard', 'boosting')", name="kind"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("positives BETWEEN 0 AND examples", name="positives"),
        CheckConstraint("window_from <= window_to", name="window"),
    )


class ScoreReview(Base):
    """What was found of a model later: an evaluation, or how it treats groups."""

    __tablename__ = "score_reviews"
    id: Mapped[int] = numbered()
    model_id: Mapped[int] = mapped_column(ForeignKey("score_models.id"))
    kind: Mapped[str]
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        CheckConstraint("kind IN ('evaluation', 'fairness')", name="kind"),
        Index("ix_score_reviews_model", "model_id", "kind", "id"),  # the last word on a model
    )


class ScoreActivation(Base):
    """A person's act: from now on this model orders the work, or is on trial beside it; none is the framework."""

    __tablename__ = "score_activations"
    id: Mapped[int] = numbered()
    municipality: Mapped[str] = mapped_column(CODE_POINTS)
    target: Mapped[str]
    role: Mapped[str]
    model_id: Mapped[int | None]
    how: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    by_name: Mapped[str]
    at: Mapped[datetime] = moment_of_writing()
    __table_args__ = (
        ForeignKeyConstraint(
            ["model_id", "municipality", "target"],
            ["score_models.id", "score_models.municipality", "score_models.target"],
        ),
        CheckConstraint(f"target IN {TARGETS}", name="target"),
        CheckConstraint("role IN ('active', 'shadow')", name="role"),
        CheckConstraint("how IN ('activate', 'rollback', 'shadow', 'end')", name="how"),
        CheckConstraint("(how = 'end') <= (model_id IS NULL)", name="end"),
        Index("ix_score_activations_last", "municipality", "target", "role", "id"),  # which one it is now
    )
