"""Texts compressed, lines to be searched, the ledger of statements, and changes found by outlet, kind and speaker.

Lines and statements of what is recorded already are entered by the service (`storage.ledger.catch_up`), which knows
the speakers.
"""

import sqlalchemy as sa
from alembic import op

from revisions.topic import speaker_key
from storage import fulltext
from storage.texts import CHAIN, compress, decompress

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
FACETS = {"change_kind": "kind", "change_speaker": "speaker"}
TOGETHER = 1000  # rows written at once

_version = sa.table("version", sa.column("article_id"), sa.column("number"), sa.column("content"))
_text = sa.table(
    "version_text", sa.column("article_id"), sa.column("number"), sa.column("chain_from"), sa.column("content")
)


def upgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spoken", sa.String(), server_default="", nullable=False))
        batch_op.create_index("ix_article_spoken", ["spoken"], unique=False)
        batch_op.create_index("ix_article_changed", ["changed_at", "id"], unique=False)
    _compress_texts()
    _find_changes()
    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        *_standing(),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_line_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_line_article", "line", ["article_id", "last_version"])
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("speaker_key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("quoted", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("became", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        *_standing(),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_statement_article_id_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_statement_speaker", "statement", ["speaker_key", "since", "id"])
    op.create_index("ix_statement_since", "statement", ["since", "id"])
    op.create_index("ix_statement_article", "statement", ["article_id"])
    op.create_index(op.f("ix_statement_group_id"), "statement", ["group_id"])
    op.create_table(
        "statement_mark",
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "statement_id", name=op.f("pk_statement_mark")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_statement_mark_statement_id"), "statement_mark", ["statement_id"])
    fulltext.make(op.get_bind())


def downgrade() -> None:
    fulltext.drop(op.get_bind())
    for table in ("statement_mark", "statement", "line"):
        op.drop_table(table)
    _find_changes_no_more()
    _spread_texts()
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_changed")
        batch_op.drop_index("ix_article_spoken")
        batch_op.drop_column("spoken")


def _standing() -> list[sa.Column]:
    return [
        sa.Column("first_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=True),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
    ]


def _compress_texts() -> None:
    op.create_table(
        "version_text",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chain_from", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_version_text_article_id_article")),
        sa.PrimaryKeyConstraint("article_id", "number", name=op.f("pk_version_text")),
    )
    bind = op.get_bind()
    articles = bind.execute(sa.select(_version.c.article_id).distinct()).scalars().all()
    for article in articles:
        of_article = sa.select(_version).where(_version.c.article_id == article).order_by(_version.c.number)
        chain_from, last, base = 0, -1, b""
        for number, content in [(row.number, row.content.encode()) for row in bind.execute(of_article)]:
            if number != last + 1 or number - 1 - chain_from >= CHAIN:
                chain_from, base = number, b""
            kept = {"article_id": article, "number": number, "chain_from": chain_from}
            bind.execute(_text.insert().values(content=compress(content, base), **kept))
            last, base = number, content
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_column("content")


def _spread_texts() -> None:
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.String(), server_default="", nullable=False))
    bind, base = op.get_bind(), b""
    for row in bind.execute(sa.select(_text).order_by(_text.c.article_id, _text.c.number)).all():
        base = decompress(row.content, base if row.chain_from != row.number else b"")
        own = (_version.c.article_id == row.article_id) & (_version.c.number == row.number)
        bind.execute(_version.update().where(own).values(content=base.decode()))
    op.drop_table("version_text")


def _find_changes() -> None:
    stealth = sa.text("stealth")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("outlet", sa.String(), server_default="", nullable=False))
        batch_op.drop_index(op.f("ix_change_detected_at"))
        batch_op.drop_index(op.f("ix_change_told_with"))
    op.execute("UPDATE change SET outlet = (SELECT outlet FROM article WHERE article.id = change.article_id)")
    op.create_index("ix_change_detected", "change", ["detected_at", "id"])
    op.create_index("ix_change_outlet", "change", ["outlet", "detected_at", "id"])
    op.create_index("ix_change_significance", "change", ["significance", "detected_at", "id"])
    op.create_index(
        "ix_change_stealth", "change", ["detected_at", "id"], postgresql_where=stealth, sqlite_where=stealth
    )
    told = sa.text("told_with IS NOT NULL")
    op.create_index("ix_change_told_with", "change", ["told_with"], postgresql_where=told, sqlite_where=told)
    for table, column in FACETS.items():
        rows = _rows(table, column)
        op.drop_table(table)
        op.create_table(
            table,
            sa.Column(column, sa.String(), nullable=False),
            sa.Column("detected_at", TIME, nullable=False),
            sa.Column("change_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f(f"fk_{table}_change_id_change")),
            sa.PrimaryKeyConstraint(column, "detected_at", "change_id", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
        _fill(table, column, sorted({(speaker_key(v) if column == "speaker" else v, at, n) for v, at, n in rows}))


def _find_changes_no_more() -> None:
    for table, column in FACETS.items():
        rows = _rows(table, column)
        op.drop_table(table)
        op.create_table(
            table,
            sa.Column(column, sa.String(), nullable=False),
            sa.Column("change_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f(f"fk_{table}_change_id_change")),
            sa.PrimaryKeyConstraint(column, "change_id", name=op.f(f"pk_{table}")),
        )
        _fill(table, column, rows, timed=False)
    with op.batch_alter_table("change", schema=None) as batch_op:
        for name in ("told_with", "stealth", "significance", "outlet", "detected"):
            batch_op.drop_index(f"ix_change_{name}")
        batch_op.drop_column("outlet")
        batch_op.create_index(op.f("ix_change_detected_at"), ["detected_at"], unique=False)
        batch_op.create_index(op.f("ix_change_told_with"), ["told_with"], unique=False)


def _rows(table: str, column: str) -> list[tuple]:
    facet = sa.table(table, sa.column(column), sa.column("change_id"))
    change = sa.table("change", sa.column("id"), sa.column("detected_at", TIME))
    dated = sa.select(facet.c[column], change.c.detected_at, facet.c.change_id)
    return [tuple(row) for row in op.get_bind().execute(dated.join(change, change.c.id == facet.c.change_id))]


def _fill(table: str, column: str, rows: list[tuple], *, timed: bool = True) -> None:
    columns = [sa.column(column), sa.column("detected_at", TIME), sa.column("change_id")]
    target = sa.table(table, *(c for c in columns if timed or c.name != "detected_at"))
    for start in range(0, len(rows), TOGETHER):
        values = [dict(zip((column, "detected_at", "change_id"), row, strict=True)) for row in rows[start:][:TOGETHER]]
        op.bulk_insert(target, [{k: v for k, v in row.items() if k in target.c} for row in values])
