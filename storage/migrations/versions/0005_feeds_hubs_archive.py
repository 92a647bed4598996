"""When feeds are polled and why, their hubs, where versions come from, and live blogs learned of by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feed", schema=None) as batch_op:
        for name in ("due_why", "hub", "topic_url"):
            batch_op.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
        for name in ("ttl_seconds", "turnover_seconds"):
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))
        for name in ("news", "watched", "follow_ups"):
            batch_op.add_column(sa.Column(name, sa.Float(), server_default="0", nullable=False))
        for name in ("skip_hours", "skip_days", "hours"):
            batch_op.add_column(sa.Column(name, sa.JSON(), nullable=True))
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(), server_default="visit", nullable=False))
        batch_op.add_column(sa.Column("archive_url", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("submit_error", sa.String(), server_default="", nullable=False))
        batch_op.create_index("ix_version_captured", ["captured_at"], unique=False)
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="article", nullable=False))
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="article", nullable=False))
        batch_op.drop_constraint("pk_outlet", type_="primary")
        batch_op.create_primary_key("pk_outlet", ["name", "kind"])
    op.create_table(
        "subscription",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("topic_url", sa.String(), nullable=False),
        sa.Column("callback", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pushes", sa.Integer(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_subscription_feed_id_feed")),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
    )


def downgrade() -> None:
    op.drop_table("subscription")
    op.execute("DELETE FROM outlet WHERE kind <> 'article'")
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.drop_constraint("pk_outlet", type_="primary")
        batch_op.drop_column("kind")
        batch_op.create_primary_key("pk_outlet", ["name"])
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_column("kind")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index("ix_version_captured")
        for name in ("submit_error", "submitted_at", "archive_url", "source"):
            batch_op.drop_column(name)
    with op.batch_alter_table("feed", schema=None) as batch_op:
        for name in (
            "hours",
            "skip_days",
            "skip_hours",
            "follow_ups",
            "watched",
            "news",
            "turnover_seconds",
            "ttl_seconds",
            "topic_url",
            "hub",
            "due_why",
        ):
            batch_op.drop_column(name)
