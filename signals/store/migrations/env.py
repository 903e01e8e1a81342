"""Alembic's entrance: runs the migrations on the engine that `signals.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from signals.store import models

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=models.Base.metadata, compare_type=True)
    with context.begin_transaction():
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(727001)")  # one migration at a time
        context.run_migrations()
