"""Grouped, held and operator's alerts; how channels fare; copies; outlets whose pages changed shape."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_of", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_article_copy_of"), "article", ["copy_of"], ["id"])
        batch_op.create_index(batch_op.f("ix_article_copy_of"), ["copy_of"], unique=False)
        batch_op.create_index("ix_article_outlet", ["outlet", "last_read_at"], unique=False)
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copies", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("untold", sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.alter_column("article_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("content", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_alert_group_id"), "alert", ["group_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_alert_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index("ix_alert_queue", ["channel", "state", "article_id"], unique=False)
    # What was claimed or tried before may be known to its receiver: it is never told under another id.
    op.execute("UPDATE alert SET offered_at = created_at WHERE attempts > 0 OR claimed_by <> ''")
    with op.batch_alter_table("channel_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reported", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "outlet_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_hold")),
    )
    with op.batch_alter_table("outlet_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outlet_hold_outlet"), ["outlet"], unique=False)


def downgrade() -> None:
    op.drop_table("outlet_hold")
    with op.batch_alter_table("channel_state", schema=None) as batch_op:
        for column in ("reported", "paused_until", "failures", "failing_since"):
            batch_op.drop_column(column)
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_queue")
        batch_op.drop_index(batch_op.f("ix_alert_sent_at"))
        batch_op.drop_index(batch_op.f("ix_alert_group_id"))
        batch_op.drop_constraint(batch_op.f("fk_alert_group_id"), type_="foreignkey")
        for column in ("offered_at", "content", "group_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_column("untold")
        batch_op.drop_column("copies")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_column("failing_since")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_outlet")
        batch_op.drop_index(batch_op.f("ix_article_copy_of"))
        batch_op.drop_constraint(batch_op.f("fk_article_copy_of"), type_="foreignkey")
        batch_op.drop_column("copy_of")
