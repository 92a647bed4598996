"""Boxes many articles carry, and the lines a page showed when its text was read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passage",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_passage_article_id")),
        sa.PrimaryKeyConstraint("key", "article_id", name=op.f("pk_passage")),
    )
    with op.batch_alter_table("passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passage_article_id"), ["article_id"], unique=False)
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("box_key", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("box_articles", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("told_with", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_change_told_with"), "change", ["told_with"], ["id"])
        batch_op.create_index(batch_op.f("ix_change_box_key"), ["box_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_told_with"), ["told_with"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_told_with"))
        batch_op.drop_index(batch_op.f("ix_change_box_key"))
        batch_op.drop_constraint(batch_op.f("fk_change_told_with"), type_="foreignkey")
        batch_op.drop_column("told_with")
        batch_op.drop_column("box_articles")
        batch_op.drop_column("box_key")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_column("seen")
    op.drop_table("passage")
