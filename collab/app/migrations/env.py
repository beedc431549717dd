"""How Alembic reaches the database: over the connection that `collab.app.schema` hands it."""

from alembic import context

from collab.app.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter a column in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
