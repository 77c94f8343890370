"""Second coding: what a round is drawn from, answers that may be changed while it is open, who closed it, the pairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

JSON = sa.JSON(none_as_null=True)
TABLE = "second_codings"
SPAN = ("round_id", "interview_id", "turn", "start", "end", "person")

# As in 0004: OR REPLACE removes the old row without asking the DELETE trigger, so SQLite needs the third one too.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END""",
    """CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END""",
    """CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END""",
)
# The first migration made the function that refuses.
POSTGRESQL_TRIGGERS = (
    """CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse()""",
    """CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse()""",
)


def upgrade() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    for name in ("role", "chain", "interview"):
        op.add_column("coding_rounds", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    if sqlite:
        second_codings_on_sqlite()
    else:
        # PostgreSQL cuts names at 63 bytes; this one has 61.
        op.drop_constraint(op.f(f"uq_{TABLE}_{'_'.join(SPAN)}"), TABLE, type_="unique")
    op.create_index(f"ix_{TABLE}_{'_'.join(SPAN)}", TABLE, list(SPAN))
    round_closings()
    coded_pairs()
    for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(trigger.format(table="round_closings"))


def second_codings_on_sqlite() -> None:
    """SQLite drops no constraint: the codings wait in a table without rules while theirs is made anew."""
    op.execute(f"CREATE TABLE kept AS SELECT * FROM {TABLE}")
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        *numbered(TABLE),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SPAN[:-1]),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "category")),
        sa.Column("positions", JSON, nullable=False),
        reference(TABLE, "round_id", "coding_rounds"),
        reference(TABLE, "interview_id", "interviews"),
        somebody(TABLE),
    )
    columns = ", ".join(f'"{name}"' for name in ("id", "created", *SPAN, "category", "positions"))
    op.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM kept ORDER BY id")
    op.execute("DROP TABLE kept")
    for trigger in SQLITE_TRIGGERS:
        op.execute(trigger.format(table=TABLE))


def round_closings() -> None:
    op.create_table(
        "round_closings",
        *numbered("round_closings"),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        reference("round_closings", "round_id", "coding_rounds"),
        sa.UniqueConstraint("round_id", name="uq_round_closings_round_id"),
        somebody("round_closings"),
    )


def coded_pairs() -> None:
    """Made when a round is closed: before this there are no closed ones."""
    said = ("first_category", "first_position", "second_category", "second_position")
    op.create_table(
        "coded_pairs",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("assignment_id", "round_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in said),
        sa.Column("alike", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", name="pk_coded_pairs"),
        reference("coded_pairs", "assignment_id", "assignments"),
        reference("coded_pairs", "round_id", "coding_rounds"),
    )
    op.create_index(
        "ix_coded_pairs_round_id_alike_assignment_id", "coded_pairs", ["round_id", "alike", "assignment_id"]
    )
    op.create_index("ix_coded_pairs_said", "coded_pairs", ["round_id", *said])


def numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    number = sa.Column("id", sa.Integer(), nullable=False)
    created = sa.Column("created", sa.DateTime(timezone=True), nullable=False)
    return number, created, sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def somebody(table: str) -> sa.CheckConstraint:
    return sa.CheckConstraint("person <> ''", name=op.f(f"ck_{table}_person"))
