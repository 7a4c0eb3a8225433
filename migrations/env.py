"""Runs the migrations on the engine that the caller gave (see ``training.kit.migrate``)."""

from alembic import context
from sqlalchemy import Engine

from training.models import Base

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # On both databases DDL is transactional: a migration happens whole or not at all.
        transactional_ddl=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
