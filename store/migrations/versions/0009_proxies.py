"""Verdicts on proxies can be undone, and what may stand in for a competence is found by what it stands for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

SPAN = ("interview_id", "turn", "start", "end")


def upgrade() -> None:
    # As SQL, since Alembic adds no column to SQLite that refers to its own table.
    reference = "CONSTRAINT fk_proxy_verdicts_undoes REFERENCES proxy_verdicts (id)"
    op.execute(f"ALTER TABLE proxy_verdicts ADD COLUMN undoes INTEGER {reference}")
    # Of undos only, lest SQLite look for what is none in it.
    undos = sa.text("undoes IS NOT NULL")
    op.create_index(
        "ix_proxy_verdicts_undoes",
        "proxy_verdicts",
        ["undoes"],
        unique=True,
        sqlite_where=undos,
        postgresql_where=undos,
    )
    standing_in = sa.text("category IN ('trait', 'task', 'education') AND state <> 'rejected'")
    op.create_index(
        "ix_review_items_standing_in",
        "review_items",
        ["project_id", "stands_for", "category", "proxy", "suggested", *SPAN],
        sqlite_where=standing_in,
        postgresql_where=standing_in,
    )
