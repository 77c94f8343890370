"""What there is to review, kept ready to ask; turns as rows; decisions in batches; more that people do, append-only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

JSON = sa.JSON(none_as_null=True)
APPEND_ONLY = (
    "candidate_choices",
    "proxy_verdicts",
    "coding_rounds",
    "assignments",
    "second_codings",
    "transcript_edits",
    "speaker_swaps",
)
SPAN = ("turn", "start", "end")

# OR REPLACE removes the old row without asking the DELETE trigger, so SQLite needs the third one too.
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
    turns()
    candidate_members()
    decisions()
    candidate_choices()
    proxy_verdicts()
    second_coding()
    transcript_edits()
    speaker_swaps()
    progress()
    review_items()
    item_positions()
    sqlite = op.get_context().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        for trigger in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
            op.execute(trigger.format(table=table))


def turns() -> None:
    """Moves the turns of every transcript there is into rows, one transcript at a time: each may be megabytes."""
    table = op.create_table(
        "turns",
        integer("transcript_id"),
        integer("ordinal"),
        text("speaker"),
        text("text"),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("start", "end")),
        sa.Column("words", JSON, nullable=False),
        sa.PrimaryKeyConstraint("transcript_id", "ordinal", name="pk_turns"),
        reference("turns", "transcript_id", "transcripts"),
    )
    transcripts = sa.table("transcripts", sa.column("id", sa.Integer()), sa.column("data", JSON))
    connection = op.get_bind()
    for transcript_id in connection.scalars(sa.select(transcripts.c.id)).all():
        data = connection.scalars(sa.select(transcripts.c.data).where(transcripts.c.id == transcript_id)).one()
        rows = list(turn_rows(transcript_id, data.pop("turns", [])))
        if rows:
            connection.execute(sa.insert(table), rows)
        connection.execute(sa.update(transcripts).where(transcripts.c.id == transcript_id).values(data=data))


def turn_rows(transcript_id: int, said: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for ordinal, turn in enumerate(said):
        known = {"start": turn.get("start"), "end": turn.get("end"), "words": turn.get("words", [])}
        yield {
            "transcript_id": transcript_id,
            "ordinal": ordinal,
            "speaker": turn["speaker"],
            "text": storable(turn["text"]),
            **known,
        }


def candidate_members() -> None:
    """Moves the phrases of every candidate there is into rows, one candidate at a time."""
    table = op.create_table(
        "candidate_members",
        *(integer(name) for name in ("clustering_id", "candidate", "ordinal")),
        text("interview"),
        *(integer(name) for name in SPAN),
        text("text"),
        sa.PrimaryKeyConstraint("clustering_id", "candidate", "ordinal", name="pk_candidate_members"),
        reference("candidate_members", "clustering_id", "clusterings"),
    )
    candidates = sa.table("candidates", sa.column("clustering_id"), sa.column("ordinal"), sa.column("phrases", JSON))
    connection = op.get_bind()
    for clustering_id, candidate in connection.execute(
        sa.select(candidates.c.clustering_id, candidates.c.ordinal)
    ).all():
        here = (candidates.c.clustering_id == clustering_id, candidates.c.ordinal == candidate)
        phrases = connection.scalars(sa.select(candidates.c.phrases).where(*here)).one()
        owner = {"clustering_id": clustering_id, "candidate": candidate}
        rows = [
            owner | {"ordinal": ordinal} | phrase | {"text": storable(phrase["text"])}
            for ordinal, phrase in enumerate(phrases)
        ]
        if rows:
            connection.execute(sa.insert(table), rows)
    op.drop_column("candidates", "phrases")


def storable(said: str) -> str:
    """As `store.tables.AnyText` keeps it: JSON took NUL, PostgreSQL's text takes none."""
    return said.replace("\ue000", "\ue000e").replace("\0", "\ue0000")


def decisions() -> None:
    op.add_column("decisions", sa.Column("batch", sa.Text(), nullable=True))
    index("decisions", "project_id", "id")
    index("decisions", "project_id", "person", "id")
    index("decisions", "project_id", "batch")
    index("decisions", "interview_id", *SPAN)


def candidate_choices() -> None:
    op.create_table(
        "candidate_choices",
        *numbered("candidate_choices"),
        integer("project_id"),
        text("cid"),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        *(text(name) for name in ("why", "what", "person")),
        reference("candidate_choices", "project_id", "projects"),
        somebody("candidate_choices"),
    )
    index("candidate_choices", "project_id", "cid")


def proxy_verdicts() -> None:
    op.create_table(
        "proxy_verdicts",
        *numbered("proxy_verdicts"),
        *(integer(name) for name in ("project_id", "interview_id", *SPAN)),
        *(text(name) for name in ("text", "verdict", "stands_for", "note", "person")),
        reference("proxy_verdicts", "project_id", "projects"),
        reference("proxy_verdicts", "interview_id", "interviews"),
        check("proxy_verdicts", "verdict", "verdict IN ('proxy', 'not_proxy')"),
        somebody("proxy_verdicts"),
    )
    index("proxy_verdicts", "project_id", "interview_id", *SPAN)


def second_coding() -> None:
    op.create_table(
        "coding_rounds",
        *numbered("coding_rounds"),
        integer("project_id"),
        sa.Column("share", sa.Double(), nullable=False),
        *(text(name) for name in ("first", "second", "seed", "person")),
        reference("coding_rounds", "project_id", "projects"),
        check("coding_rounds", "share", "share > 0 AND share <= 1"),
        check("coding_rounds", "two", "first <> '' AND second <> '' AND first <> second"),
        somebody("coding_rounds"),
    )
    index("coding_rounds", "project_id")
    op.create_table(
        "assignments",
        *numbered("assignments"),
        *(integer(name) for name in ("round_id", "interview_id", *SPAN)),
        text("text"),
        reference("assignments", "round_id", "coding_rounds"),
        reference("assignments", "interview_id", "interviews"),
        unique("assignments", "round_id", "interview_id", *SPAN),
    )
    op.create_table(
        "second_codings",
        *numbered("second_codings"),
        *(integer(name) for name in ("round_id", "interview_id", *SPAN)),
        *(text(name) for name in ("person", "category")),
        sa.Column("positions", JSON, nullable=False),
        reference("second_codings", "round_id", "coding_rounds"),
        reference("second_codings", "interview_id", "interviews"),
        unique("second_codings", "round_id", "interview_id", *SPAN, "person"),
        somebody("second_codings"),
    )


def transcript_edits() -> None:
    op.create_table(
        "transcript_edits",
        *numbered("transcript_edits"),
        *(integer(name) for name in ("interview_id", "from_version", *SPAN)),
        *(text(name) for name in ("replacement", "note", "person")),
        reference("transcript_edits", "interview_id", "interviews"),
        somebody("transcript_edits"),
    )
    index("transcript_edits", "interview_id")


def speaker_swaps() -> None:
    op.create_table(
        "speaker_swaps",
        *numbered("speaker_swaps"),
        *(integer(name) for name in ("interview_id", "from_version")),
        text("person"),
        reference("speaker_swaps", "interview_id", "interviews"),
        somebody("speaker_swaps"),
    )
    index("speaker_swaps", "interview_id")


def progress() -> None:
    op.create_table(
        "progress",
        integer("interview_id"),
        text("stage"),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("done", "total")),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", name="pk_progress"),
        reference("progress", "interview_id", "interviews"),
    )
    op.create_table(
        "projections", text("name"), integer("version"), sa.PrimaryKeyConstraint("name", name="pk_projections")
    )


def review_items() -> None:
    """Empty: `store.database` fills it when it opens a database whose projection is of another version."""
    op.create_table(
        "review_items",
        *(integer(name) for name in ("id", "project_id", "interview_id", *SPAN)),
        text("text"),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("coding_id", "ordinal", "decision_id")),
        *(text(name) for name in ("suggested", "suggested_position", "proxy", "stands_for")),
        *(text(name) for name in ("category", "position", "positions", "state", "person")),
        *(number(name) for name in ("probability", "position_probability", "teaches", "support")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("unsure", "safe", "drawn")),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
        reference("review_items", "project_id", "projects"),
        reference("review_items", "interview_id", "interviews"),
        reference("review_items", "coding_id", "codings"),
        reference("review_items", "decision_id", "decisions"),
        unique("review_items", "interview_id", *SPAN),
        check("review_items", "state", "state IN ('open', 'approved', 'moved', 'relabelled', 'rejected')"),
    )
    index("review_items", "project_id", "category", "positions", "state")
    index("review_items", "project_id", "interview_id", "state")
    index("review_items", "project_id", "state", "teaches")
    index("review_items", "project_id", "support")
    index("review_items", "project_id", "category", "state", "teaches")
    index("review_items", "project_id", "category", "support")
    drawn_alone("review_items", "ix_review_items_drawn", "category", "state", "draw")
    measured = ("state", "category", "positions", "suggested", "suggested_position")
    drawn_alone("review_items", "ix_review_items_measured", *measured)
    proxies = sa.text("proxy <> ''")
    op.create_index(
        "ix_review_items_proxy",
        "review_items",
        ["project_id", "state", "teaches", "proxy"],
        sqlite_where=proxies,
        postgresql_where=proxies,
    )
    columns, others = ["project_id", "state", "safe", "probability"], sa.text("drawn = 0")
    op.create_index(
        "ix_review_items_sure",
        "review_items",
        columns,
        sqlite_where=others,
        postgresql_where=sa.text("NOT drawn"),
    )
    people = sa.text("person <> ''")
    columns = ["project_id", "person", "state"]
    op.create_index("ix_review_items_person", "review_items", columns, sqlite_where=people, postgresql_where=people)


def item_positions() -> None:
    op.create_table(
        "item_positions",
        integer("item_id"),
        text("position"),
        integer("project_id"),
        text("state"),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("draw", sa.BigInteger(), nullable=False),
        *(number(name) for name in ("teaches", "support")),
        sa.PrimaryKeyConstraint("item_id", "position", name="pk_item_positions"),
        sa.ForeignKeyConstraint(["item_id"], ["review_items.id"], name="fk_item_positions_item_id", ondelete="CASCADE"),
        reference("item_positions", "project_id", "projects"),
    )
    index("item_positions", "project_id", "position", "state", "teaches")
    index("item_positions", "project_id", "position", "support")
    drawn_alone("item_positions", "ix_item_positions_drawn", "position", "state", "draw")


def drawn_alone(table: str, name: str, *columns: str) -> None:
    """Of the random tenth only, lest SQLite take it for lists of all the others too."""
    op.create_index(
        name,
        table,
        ["project_id", *columns],
        sqlite_where=sa.text("drawn = 1"),
        postgresql_where=sa.text("drawn"),
    )


def numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    created = sa.Column("created", sa.DateTime(timezone=True), nullable=False)
    return integer("id"), created, sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=False)


def reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def somebody(table: str) -> sa.CheckConstraint:
    return check(table, "person", "person <> ''")


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
