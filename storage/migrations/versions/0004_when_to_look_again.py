"""What visits taught of articles and outlets, why the next visit is when it is, and how hosts are to be treated."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ARTICLES = sa.table("article", sa.column("id", sa.Integer), sa.column("url", sa.String), sa.column("host", sa.String))
AT_ONCE = 1000


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        for name in ("host", "due_why", "signal"):
            batch_op.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
        for name in ("expected", "came"):
            batch_op.add_column(sa.Column(name, sa.Float(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("echoes", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("awaits_answer", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("ix_article_host", ["host", "status", "next_visit_at"], unique=False)
        batch_op.drop_index("ix_article_due")
        batch_op.create_index("ix_article_due", ["next_visit_at", "id"], unique=False)
    _fill_hosts(op.get_bind())
    op.create_table(
        "outlet",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("came", sa.Float(), nullable=False),
        sa.Column("signals_followed", sa.Integer(), nullable=False),
        sa.Column("signals_true", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outlet")),
    )
    op.create_table(
        "host",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("busy_until", sa.Float(), nullable=False),
        sa.Column("busy_answers", sa.Integer(), nullable=False),
        sa.Column("busy_why", sa.String(), nullable=False),
        sa.Column("latency", sa.Float(), nullable=False),
        sa.Column("crawl_delay", sa.Float(), nullable=False),
        sa.Column("dearness", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )


def _fill_hosts(connection: sa.Connection) -> None:
    last = 0
    while rows := connection.execute(
        sa.select(ARTICLES.c.id, ARTICLES.c.url).where(ARTICLES.c.id > last).order_by(ARTICLES.c.id).limit(AT_ONCE)
    ).all():
        last = rows[-1].id
        connection.execute(
            ARTICLES.update().where(ARTICLES.c.id == sa.bindparam("number")).values(host=sa.bindparam("of")),
            [{"number": row.id, "of": urlsplit(row.url).hostname or ""} for row in rows],
        )


def downgrade() -> None:
    op.drop_table("host")
    op.drop_table("outlet")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_due")
        batch_op.create_index("ix_article_due", ["status", "next_visit_at"], unique=False)
        batch_op.drop_index("ix_article_host")
        for name in ("awaits_answer", "echoes", "came", "expected", "signal", "due_why", "host"):
            batch_op.drop_column(name)
