"""Where articles stand on their pages, for an unchanged page to be known early."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "region",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_region_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_region")),
    )


def downgrade() -> None:
    op.drop_table("region")
