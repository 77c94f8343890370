"""Positions are counted by interview without reading what is counted."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

BEFORE = ["project_id", "interview_id", "state"]


def upgrade() -> None:
    op.drop_index("ix_review_items_project_id_interview_id_state", "review_items")
    op.create_index("ix_review_items_interview", "review_items", [*BEFORE, "category", "positions"])
