"""Decisions are found by when they were made."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index("ix_decisions_project_id_created", "decisions", ["project_id", "created"])
