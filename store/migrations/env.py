"""Run by Alembic, on the open connection that `store.database` has locked and commits afterwards."""

from alembic import context

from store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
