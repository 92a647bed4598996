"""Leases, hosts at rest, hosts of feeds, and visits by month where the database is shared."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from storage import postgres

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("host", sa.String(), server_default="", nullable=False))
        batch_op.create_index(op.f("ix_feed_host"), ["host"], unique=False)
    _name_hosts()
    with op.batch_alter_table("host", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rest_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    signalled = sa.text("signal <> ''")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index("ix_article_fresh", ["first_seen_at", "next_visit_at"], unique=False)
        batch_op.create_index(
            "ix_article_signalled", ["next_visit_at"], postgresql_where=signalled, sqlite_where=signalled
        )
    if op.get_bind().dialect.name == "postgresql":
        postgres.part_visits_by_month(op.get_bind())
    else:
        op.create_index("ix_visit_at", "visit", ["at"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        postgres.join_visits(op.get_bind())
    else:
        op.drop_index("ix_visit_at", "visit")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_signalled")
        batch_op.drop_index("ix_article_fresh")
    op.drop_table("lease")
    with op.batch_alter_table("host", schema=None) as batch_op:
        batch_op.drop_column("rest_until")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_feed_host"))
        batch_op.drop_column("host")


def _name_hosts() -> None:
    feed = sa.table("feed", sa.column("id", sa.Integer), sa.column("url", sa.String), sa.column("host", sa.String))
    bind = op.get_bind()
    for number, url in bind.execute(sa.select(feed.c.id, feed.c.url)).all():
        host = urlsplit(url).hostname or ""
        bind.execute(sa.update(feed).where(feed.c.id == number).values(host=host))
