"""The first tables, and the triggers that make decisions append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

JSON = sa.JSON(none_as_null=True)

# OR REPLACE removes the old row without asking the DELETE trigger, so SQLite needs the third one too.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions
    WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION decisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'decisions are append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    """CREATE TRIGGER decisions_no_change BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse()""",
    """CREATE TRIGGER decisions_no_truncate BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse()""",
)


def upgrade() -> None:
    projects_and_interviews()
    results()
    problems()
    decisions()
    sqlite = op.get_context().dialect.name == "sqlite"
    for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(trigger)


def projects_and_interviews() -> None:
    op.create_table(
        "projects",
        *numbered("projects"),
        text("name"),
        sa.Column("roles", JSON, nullable=False),
        sa.UniqueConstraint("name", name="uq_projects_name"),
    )
    op.create_table(
        "interviews",
        *numbered("interviews"),
        *reference("interviews", "project_id", "projects"),
        *(text(name) for name in ("name", "kind", "sha256", "extension", "role")),
        *(text(name) for name in ("chain", "interviewer", "pseudonym", "consent")),
        sa.UniqueConstraint("project_id", "name", name="uq_interviews_project_id_name"),
        sa.UniqueConstraint("project_id", "sha256", name="uq_interviews_project_id_sha256"),
        sa.CheckConstraint("kind IN ('audio', 'transcript')", name=op.f("ck_interviews_kind")),
    )


def results() -> None:
    op.create_table(
        "transcripts",
        *numbered("transcripts"),
        *reference("transcripts", "interview_id", "interviews"),
        integer("version"),
        text("key"),
        sa.Column("data", JSON, nullable=False),
        sa.UniqueConstraint("interview_id", "key", name="uq_transcripts_interview_id_key"),
        sa.UniqueConstraint("interview_id", "version", name="uq_transcripts_interview_id_version"),
    )
    op.create_table(
        "codings",
        *numbered("codings"),
        *reference("codings", "transcript_id", "transcripts"),
        text("key"),
        text("revision"),
        sa.UniqueConstraint("transcript_id", "key", name="uq_codings_transcript_id_key"),
    )
    op.create_table(
        "suggestions",
        *reference("suggestions", "coding_id", "codings"),
        *(integer(name) for name in ("ordinal", "turn", "start", "end")),
        text("text"),
        text("category"),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("positions", JSON, nullable=False),
        sa.Column("proxy", JSON, nullable=True),
        sa.Column("grounds", JSON, nullable=False),
        sa.PrimaryKeyConstraint("coding_id", "ordinal", name="pk_suggestions"),
    )
    op.create_table(
        "clusterings",
        *numbered("clusterings"),
        *reference("clusterings", "project_id", "projects"),
        text("key"),
        sa.UniqueConstraint("project_id", "key", name="uq_clusterings_project_id_key"),
    )
    op.create_table(
        "candidates",
        *reference("candidates", "clustering_id", "clusterings"),
        integer("ordinal"),
        text("cid"),
        text("name"),
        *(sa.Column(name, JSON, nullable=False) for name in ("positions", "interviews", "phrases")),
        sa.PrimaryKeyConstraint("clustering_id", "ordinal", name="pk_candidates"),
    )


def problems() -> None:
    op.create_table(
        "problems",
        *numbered("problems"),
        *reference("problems", "interview_id", "interviews"),
        *(text(name) for name in ("step", "what", "next")),
    )
    op.create_index("ix_problems_interview_id", "problems", ["interview_id"])


def decisions() -> None:
    op.create_table(
        "decisions",
        *numbered("decisions"),
        *reference("decisions", "project_id", "projects"),
        *reference("decisions", "interview_id", "interviews"),
        *(integer(name) for name in ("turn", "start", "end")),
        *(text(name) for name in ("text", "action", "category")),
        sa.Column("positions", JSON, nullable=False),
        text("note"),
        text("person"),
        *reference("decisions", "undoes", "decisions", nullable=True),
        sa.UniqueConstraint("undoes", name="uq_decisions_undoes"),
        sa.CheckConstraint(
            "action IN ('approve', 'move', 'relabel', 'reject', 'undo')", name=op.f("ck_decisions_action")
        ),
        sa.CheckConstraint("person <> ''", name=op.f("ck_decisions_person")),
        sa.CheckConstraint("(action = 'undo') = (undoes IS NOT NULL)", name=op.f("ck_decisions_undoes")),
    )
    op.create_index("ix_decisions_project_id_interview_id", "decisions", ["project_id", "interview_id"])


def numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        integer("id"),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def reference(table: str, column: str, to: str, nullable: bool = False) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column(column, sa.Integer(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}"),
    )


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)
