"""What people did to candidates, append-only; coverage, weight and the grounds for a number of candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

JSON = sa.JSON(none_as_null=True)

# OR REPLACE removes the old row without asking the DELETE trigger, so SQLite needs the third one too.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER candidate_decisions_no_update BEFORE UPDATE ON candidate_decisions
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
    """CREATE TRIGGER candidate_decisions_no_delete BEFORE DELETE ON candidate_decisions
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
    """CREATE TRIGGER candidate_decisions_no_replace BEFORE INSERT ON candidate_decisions
    WHEN EXISTS (SELECT 1 FROM candidate_decisions WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'candidate decisions are append-only'); END""",
)
# The first migration made the function that refuses.
POSTGRESQL_TRIGGERS = (
    """CREATE TRIGGER candidate_decisions_no_change BEFORE UPDATE OR DELETE ON candidate_decisions
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse()""",
    """CREATE TRIGGER candidate_decisions_no_truncate BEFORE TRUNCATE ON candidate_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse()""",
)


def upgrade() -> None:
    op.add_column("clusterings", sa.Column("tried", JSON, nullable=False, server_default="[]"))
    op.add_column("clusterings", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("clusterings", sa.Column("shift", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("candidates", sa.Column("chains", JSON, nullable=False, server_default="[]"))
    op.add_column("candidates", sa.Column("weight", sa.Double(), nullable=False, server_default="0"))
    candidate_decisions()
    sqlite = op.get_context().dialect.name == "sqlite"
    for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def candidate_decisions() -> None:
    op.create_table(
        "candidate_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "note", "person")),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_candidate_decisions"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_candidate_decisions_project_id"),
        sa.ForeignKeyConstraint(["undoes"], ["candidate_decisions.id"], name="fk_candidate_decisions_undoes"),
        sa.UniqueConstraint("undoes", name="uq_candidate_decisions_undoes"),
        sa.CheckConstraint(
            "action IN ('merge', 'split', 'rename', 'undo')", name=op.f("ck_candidate_decisions_action")
        ),
        sa.CheckConstraint("person <> ''", name=op.f("ck_candidate_decisions_person")),
        sa.CheckConstraint("(action = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_candidate_decisions_undoes")),
    )
    op.create_index("ix_candidate_decisions_project_id", "candidate_decisions", ["project_id"])
