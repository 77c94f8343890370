"""Phrases moved between candidates; candidates that share their phrases' rows; choices that follow from an edit."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

JSON = sa.JSON(none_as_null=True)
TABLE = "candidate_decisions"
ACTIONS = "action IN ('merge', 'split', 'rename', 'move', 'undo')"

# As in 0003: SQLite drops a table's triggers with the table.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER candidate_decisions_no_update BEFORE UPDATE ON candidate_decisions
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
    """CREATE TRIGGER candidate_decisions_no_delete BEFORE DELETE ON candidate_decisions
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
    """CREATE TRIGGER candidate_decisions_no_replace BEFORE INSERT ON candidate_decisions
    WHEN EXISTS (SELECT 1 FROM candidate_decisions WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
)


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        widen_on_sqlite()
    else:
        op.drop_constraint(op.f("ck_candidate_decisions_action"), TABLE, type_="check")
        op.create_check_constraint(op.f("ck_candidate_decisions_action"), TABLE, ACTIONS)
    # Written out: Alembic adds no column with a reference on SQLite.
    reference = f"CONSTRAINT fk_candidate_choices_follows REFERENCES {TABLE} (id)"
    op.execute(f"ALTER TABLE candidate_choices ADD COLUMN follows INTEGER {reference}")
    op.add_column("candidates", sa.Column("titles", JSON, nullable=False, server_default="[]"))
    op.add_column("candidates", sa.Column("places", JSON, nullable=False, server_default="[]"))
    op.add_column("candidate_members", sa.Column("share", sa.Double(), nullable=False, server_default="0"))
    op.add_column("candidate_members", sa.Column("half", sa.Integer(), nullable=False, server_default="0"))
    shares()


def widen_on_sqlite() -> None:
    """SQLite changes no constraint: the decisions wait in a table without references while theirs is made anew."""
    op.execute(f"CREATE TABLE kept AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "note", "person")),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_candidate_decisions"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_candidate_decisions_project_id"),
        sa.ForeignKeyConstraint(["undoes"], [f"{TABLE}.id"], name="fk_candidate_decisions_undoes"),
        sa.UniqueConstraint("undoes", name="uq_candidate_decisions_undoes"),
        sa.CheckConstraint(ACTIONS, name=op.f("ck_candidate_decisions_action")),
        sa.CheckConstraint("person <> ''", name=op.f("ck_candidate_decisions_person")),
        sa.CheckConstraint("(action = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_candidate_decisions_undoes")),
    )
    columns = "id, created, project_id, action, parts, name, note, person, undoes"
    op.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")
    op.create_index("ix_candidate_decisions_project_id", TABLE, ["project_id"])
    for trigger in SQLITE_TRIGGERS:
        op.execute(trigger)


def shares() -> None:
    """Each phrase's share of the words that its interview spends on competences, one clustering at a time."""
    members = sa.table("candidate_members", *(sa.column(name) for name in ("interview", "text", "share")), *keys())
    here = members.c.clustering_id == sa.bindparam("c")
    one = here & (members.c.candidate == sa.bindparam("k")) & (members.c.ordinal == sa.bindparam("o"))
    connection = op.get_bind()
    for clustering in connection.scalars(sa.select(sa.table("clusterings", sa.column("id")).c.id)).all():
        columns = (members.c.candidate, members.c.ordinal, members.c.interview, members.c.text)
        rows = connection.execute(sa.select(*columns).where(here), {"c": clustering}).all()
        spent: Counter[str] = Counter()
        for row in rows:
            spent[row.interview] += len(row.text.split())
        found = [
            {"c": clustering, "k": row.candidate, "o": row.ordinal, "s": len(row.text.split()) / spent[row.interview]}
            for row in rows
            if spent[row.interview]
        ]
        if found:
            connection.execute(sa.update(members).where(one).values(share=sa.bindparam("s")), found)


def keys() -> tuple[sa.ColumnClause[int], ...]:
    return tuple(sa.column(name, sa.Integer()) for name in ("clustering_id", "candidate", "ordinal"))
