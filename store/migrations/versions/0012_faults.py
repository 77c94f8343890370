"""Windows of a recording that were heard, problems that are solved by what was done and not by a clock, and what of a
coding a person should look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

JSON = sa.JSON(none_as_null=True)
SOLVED = """
UPDATE problems SET solved = :yes
WHERE EXISTS (
    SELECT 1 FROM transcripts t LEFT JOIN codings c ON c.transcript_id = t.id
    WHERE t.interview_id = problems.interview_id
    AND (t.created >= problems.created OR c.created >= problems.created)
)
"""


def upgrade() -> None:
    op.create_table(
        "heard_windows",
        sa.Column("interview_id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_heard_windows_interview_id"),
        sa.PrimaryKeyConstraint("interview_id", "key", "start", "end", name="pk_heard_windows"),
    )
    op.add_column("problems", sa.Column("solved", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(sa.text(SOLVED).bindparams(yes=True))
    op.add_column("codings", sa.Column("attention", JSON, nullable=False, server_default="[]"))
