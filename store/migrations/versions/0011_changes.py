"""Expected change: what each transcript tells of it, and the phrases of candidates that it is tied to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

JSON = sa.JSON(none_as_null=True)
SPAN = ("turn", "start", "end")


def upgrade() -> None:
    for table, owner, of in (
        ("change_readings", "transcript_id", "transcripts"),
        ("change_tyings", "project_id", "projects"),
    ):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column(owner, sa.Integer(), nullable=False),
            sa.Column("key", sa.Text(), nullable=False),
            sa.Column("created", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            reference(table, owner, of),
            sa.UniqueConstraint(owner, "key", name=op.f(f"uq_{table}_{owner}_key")),
        )
    op.create_table(
        "changes",
        *numbers("reading_id", "ordinal", *SPAN),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("text", "direction")),
        sa.Column("cues", JSON, nullable=False),
        sa.PrimaryKeyConstraint("reading_id", "ordinal", name=op.f("pk_changes")),
        reference("changes", "reading_id", "change_readings"),
        sa.CheckConstraint("direction IN ('grows', 'fades', 'new')", name=op.f("ck_changes_direction")),
    )
    op.create_table(
        "change_ties",
        *numbers("tying_id", "reading_id", "ordinal"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("way", "interview")),
        *numbers(*SPAN),
        sa.PrimaryKeyConstraint("tying_id", "reading_id", "ordinal", name=op.f("pk_change_ties")),
        reference("change_ties", "tying_id", "change_tyings"),
        reference("change_ties", "reading_id", "change_readings"),
        sa.CheckConstraint("way IN ('within', 'beside', 'nearest')", name=op.f("ck_change_ties_way")),
    )
    # By which the candidate of a phrase is found.
    op.create_index("ix_candidate_members_phrase", "candidate_members", ["interview", *SPAN])


def numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))
