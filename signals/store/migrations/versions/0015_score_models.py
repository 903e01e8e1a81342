"""Models of the score: what was trained and found, which one orders the work, and by which one a case is scored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WRITTEN_ONCE = ("score_models", "score_reviews", "score_activations")


def upgrade() -> None:
    op.create_table(
        "score_models",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.Text(collation="C"), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("positives", sa.Integer(), nullable=False),
        sa.Column("metrics", JSONB(), nullable=False),
        sa.Column("trained_by", sa.Text(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("target IN ('escalation', 'reached')", name=op.f("ck_score_models_target")),
        sa.CheckConstraint("kind IN ('scorecard', 'boosting')", name=op.f("ck_score_models_kind")),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_score_models_digest")),
        sa.CheckConstraint("positives BETWEEN 0 AND examples", name=op.f("ck_score_models_positives")),
        sa.CheckConstraint("window_from <= window_to", name=op.f("ck_score_models_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_models")),
        sa.UniqueConstraint(
            "municipality", "target", "digest", name=op.f("uq_score_models_municipality_target_digest")
        ),
        sa.UniqueConstraint("id", "municipality", "target", name=op.f("uq_score_models_id_municipality_target")),
    )
    op.create_table(
        "score_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("report", JSONB(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('evaluation', 'fairness')", name=op.f("ck_score_reviews_kind")),
        sa.ForeignKeyConstraint(["model_id"], ["score_models.id"], name=op.f("fk_score_reviews_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_reviews")),
    )
    op.create_index("ix_score_reviews_model", "score_reviews", ["model_id", "kind", "id"])
    op.create_table(
        "score_activations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("municipality", sa.Text(collation="C"), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("model_id", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("target IN ('escalation', 'reached')", name=op.f("ck_score_activations_target")),
        sa.CheckConstraint("role IN ('active', 'shadow')", name=op.f("ck_score_activations_role")),
        sa.CheckConstraint("how IN ('activate', 'rollback', 'shadow', 'end')", name=op.f("ck_score_activations_how")),
        sa.CheckConstraint("(how = 'end') <= (model_id IS NULL)", name=op.f("ck_score_activations_end")),
        sa.ForeignKeyConstraint(
            ["model_id", "municipality", "target"],
            ["score_models.id", "score_models.municipality", "score_models.target"],
            name=op.f("fk_score_activations_model_id_municipality_target"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_activations")),
    )
    op.create_index("ix_score_activations_last", "score_activations", ["municipality", "target", "role", "id"])
    for table in _WRITTEN_ONCE:
        op.execute(
            f"""CREATE TRIGGER stays_{table} AFTER UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION stays_as_written()"""
        )
        op.execute(
            f"CREATE TRIGGER keeps_{table} BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION stays_as_written()"
        )
    op.add_column("cases", sa.Column("scored_by", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("shadow_by", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("shadow_score", sa.Integer(), nullable=True))
    for column in ("scored_by", "shadow_by"):
        op.create_foreign_key(op.f(f"fk_cases_{column}"), "cases", "score_models", [column], ["id"])
    op.create_check_constraint(
        op.f("ck_cases_shadow"),
        "cases",
        "(shadow_by IS NULL) = (shadow_score IS NULL) AND shadow_score BETWEEN 0 AND 100",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_cases_shadow"), "cases", type_="check")
    for column in ("shadow_score", "shadow_by", "scored_by"):
        op.drop_column("cases", column)
    for table in reversed(_WRITTEN_ONCE):
        op.drop_table(table)
