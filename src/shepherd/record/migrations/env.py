"""Runs the migrations over the connection that is handed in; used by ``shepherd.record.migrate`` alone."""

from alembic import context

from shepherd.record.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
