"""Alembic's entry: runs migrations on the connection handed over by `storage.database`."""

from alembic import context

from storage import tables  # noqa: F401 (fills the metadata)
from sqlmodel import SQLModel

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("migrations run through `storage.database.open_database`")
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
