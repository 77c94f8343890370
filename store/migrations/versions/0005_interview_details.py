"""When an interview was held, how long it is and who added it; what people changed of what is known, append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# OR REPLACE removes the old row without asking the DELETE trigger, so SQLite needs the third one too.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER interview_changes_no_update BEFORE UPDATE ON interview_changes
    BEGIN SELECT RAISE(ABORT, 'interview_changes are append-only'); END""",
    """CREATE TRIGGER interview_changes_no_delete BEFORE DELETE ON interview_changes
    BEGIN SELECT RAISE(ABORT, 'interview_changes are append-only'); END""",
    """CREATE TRIGGER interview_changes_no_replace BEFORE INSERT ON interview_changes
    WHEN EXISTS (SELECT 1 FROM interview_changes WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'interview_changes are append-only'); END""",
)
# The first migration made the function that refuses.
POSTGRESQL_TRIGGERS = (
    """CREATE TRIGGER interview_changes_no_change BEFORE UPDATE OR DELETE ON interview_changes
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse()""",
    """CREATE TRIGGER interview_changes_no_truncate BEFORE TRUNCATE ON interview_changes
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse()""",
)
# Where the text has times, its last turn tells how long the interview is.
SECONDS = """UPDATE interviews SET seconds = (
    SELECT max(turns."end") FROM turns JOIN transcripts ON transcripts.id = turns.transcript_id
    WHERE transcripts.interview_id = interviews.id)"""


def upgrade() -> None:
    op.add_column("interviews", sa.Column("held", sa.Date(), nullable=True))
    op.add_column("interviews", sa.Column("seconds", sa.Double(), nullable=True))
    op.add_column("interviews", sa.Column("added_by", sa.Text(), nullable=False, server_default=""))
    op.execute(SECONDS)
    interview_changes()
    sqlite = op.get_context().dialect.name == "sqlite"
    for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def interview_changes() -> None:
    op.create_table(
        "interview_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("interview_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("field", "before", "after", "person")),
        sa.PrimaryKeyConstraint("id", name="pk_interview_changes"),
        sa.ForeignKeyConstraint(["interview_id"], ["interviews.id"], name="fk_interview_changes_interview_id"),
        sa.CheckConstraint("person <> ''", name=op.f("ck_interview_changes_person")),
    )
    op.create_index("ix_interview_changes_interview_id", "interview_changes", ["interview_id"])
