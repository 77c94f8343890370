"""The tables. Rows stay inside `store`, all others get frozen records. A change needs a migration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, Double, ForeignKey, Index, MetaData, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """ValueError for a moment without a time zone: nobody could tell which one was meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """This moment in UTC, by this machine's clock."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        float: Double,
        datetime: UtcDateTime,
        # Without none_as_null an absent value is kept as the JSON text `null`, which IS NULL does not find.
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class Numbered(Base):
    """A row with a number of its own and the moment it was made."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    created: Mapped[datetime] = mapped_column(default=now, sort_order=1)


class ProjectRow(Numbered):
    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[Any]]
    learns_from: Mapped[list[Any]] = mapped_column(default=list)


class InterviewRow(Numbered):
    """One source in one project; the file itself is in `recordings`, found by `sha256`."""

    __tablename__ = "interviews"
    __table_args__ = (
        Unique("project_id", "name"),
        Unique("project_id", "sha256"),
        CheckConstraint("kind IN ('audio', 'transcript')", name="kind"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str]
    extension: Mapped[str]
    role: Mapped[str]
    chain: Mapped[str]
    interviewer: Mapped[str]
    pseudonym: Mapped[str]
    consent: Mapped[str]


class TranscriptRow(Numbered):
    """One version of an interview as text, never changed. `key` names all that it was made from."""

    __tablename__ = "transcripts"
    __table_args__ = (Unique("interview_id", "key"), Unique("interview_id", "version"))

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    version: Mapped[int]
    key: Mapped[str]
    data: Mapped[dict[str, Any]]


class CodingRow(Numbered):
    """All suggestions for one transcript by one model, never changed."""

    __tablename__ = "codings"
    __table_args__ = (Unique("transcript_id", "key"),)

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    key: Mapped[str]
    revision: Mapped[str]


class SuggestionRow(Base):
    __tablename__ = "suggestions"

    coding_id: Mapped[int] = mapped_column(ForeignKey("codings.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    category: Mapped[str]
    probability: Mapped[float]
    positions: Mapped[list[Any]]
    proxy: Mapped[dict[str, Any] | None]
    grounds: Mapped[dict[str, Any]]


class ClusteringRow(Numbered):
    """All candidates for one project from one set of codings, never changed, and the grounds for their number."""

    __tablename__ = "clusterings"
    __table_args__ = (Unique("project_id", "key"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    key: Mapped[str]
    tried: Mapped[list[Any]]
    reason: Mapped[str]
    shift: Mapped[int]


class CandidateRow(Base):
    __tablename__ = "candidates"

    clustering_id: Mapped[int] = mapped_column(ForeignKey("clusterings.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    cid: Mapped[str]
    name: Mapped[str]
    positions: Mapped[list[Any]]
    interviews: Mapped[list[Any]]
    phrases: Mapped[list[Any]]
    chains: Mapped[list[Any]]
    weight: Mapped[float]


class ProblemRow(Numbered):
    """A step that failed for an interview, in words for people. It holds until something newer succeeds."""

    __tablename__ = "problems"
    __table_args__ = (Index(None, "interview_id"),)

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    step: Mapped[str]
    what: Mapped[str]
    next: Mapped[str]


class DecisionRow(Numbered):
    """What a person decided on a phrase. Triggers in the migration refuse every change and removal."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(None, "project_id", "interview_id"),
        CheckConstraint("action IN ('approve', 'move', 'relabel', 'reject', 'undo')", name="action"),
        CheckConstraint("person <> ''", name="person"),
        CheckConstraint("(action = 'undo') = (undoes IS NOT NULL)", name="undoes"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    action: Mapped[str]
    category: Mapped[str]
    positions: Mapped[list[Any]]
    note: Mapped[str]
    person: Mapped[str]
    # Unique, so that two people who undo the same decision at once do it once.
    undoes: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), unique=True)


class CandidateDecisionRow(Numbered):
    """What a person did to candidates. Triggers in the migration refuse every change and removal.

    `parts` are the candidates as they were, by id, name and the spans of their phrases, without a word of them.
    """

    __tablename__ = "candidate_decisions"
    __table_args__ = (
        Index(None, "project_id"),
        CheckConstraint("action IN ('merge', 'split', 'rename', 'undo')", name="action"),
        CheckConstraint("person <> ''", name="person"),
        CheckConstraint("(action = 'undo') = (undoes IS NOT NULL)", name="undoes"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    action: Mapped[str]
    parts: Mapped[list[Any]]
    name: Mapped[str]
    note: Mapped[str]
    person: Mapped[str]
    # Unique, so that two people who undo the same decision at once do it once.
    undoes: Mapped[int | None] = mapped_column(ForeignKey("candidate_decisions.id"), unique=True)
