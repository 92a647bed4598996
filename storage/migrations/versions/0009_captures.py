"""What was answered when a version was read: captures in a chain, the pages themselves, and time stamps."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("is_rendered", sa.Boolean(), nullable=False),
        sa.Column("page_sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("extractor", sa.Integer(), nullable=False),
        sa.Column("reread_of", sa.Integer()),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("link", sa.Integer()),
        sa.Column("chain", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_capture_article_id_article")),
        sa.ForeignKeyConstraint(["reread_of"], ["capture.id"], name=op.f("fk_capture_reread_of_capture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("link", name=op.f("uq_capture_link")),
    )
    op.create_index("ix_capture_article", "capture", ["article_id", "number"])
    unlinked = sa.text("link IS NULL")
    op.create_index("ix_capture_unlinked", "capture", ["id"], sqlite_where=unlinked, postgresql_where=unlinked)
    op.create_table(
        "raw_page",
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("base", sa.Integer()),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_raw_page_capture_id_capture")),
        sa.ForeignKeyConstraint(["base"], ["raw_page.capture_id"], name=op.f("fk_raw_page_base_raw_page")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_raw_page")),
    )
    op.create_index("ix_raw_page_base", "raw_page", ["base"])
    alone = sa.text("base IS NULL")
    op.create_index("ix_raw_page_alone", "raw_page", ["host", "capture_id"], sqlite_where=alone, postgresql_where=alone)
    op.create_table(
        "stamp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamp")),
    )
    op.create_index("ix_stamp_link", "stamp", ["link"])


def downgrade() -> None:
    for table in ("stamp", "raw_page", "capture"):
        op.drop_table(table)
