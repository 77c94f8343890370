"""The tables. Rows stay inside `store`, all others get frozen records. A change needs a migration."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, DateTime, Dialect, Double, ForeignKey, Index, MetaData, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

ESCAPE = "\ue000"  # for private use: no letter of any language


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


class AnyText(TypeDecorator[str]):
    """Text that may hold NUL, as a transcript's may, where PostgreSQL takes none: then it is kept behind an escape."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace(ESCAPE, ESCAPE + "e").replace("\0", ESCAPE + "0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or ESCAPE not in value:
            return value
        return value.replace(ESCAPE + "0", "\0").replace(ESCAPE + "e", ESCAPE)


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
    """One source in one project; the file itself is in `recordings`, found by `sha256`. It was `held` on that day."""

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
    held: Mapped[date | None]
    seconds: Mapped[float | None]
    added_by: Mapped[str] = mapped_column(default="")


class InterviewChangeRow(Numbered):
    """That a person changed what is known of an interview, one row a field: append-only."""

    __tablename__ = "interview_changes"
    __table_args__ = (Index(None, "interview_id"), CheckConstraint("person <> ''", name="person"))

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    field: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    person: Mapped[str]


class TranscriptRow(Numbered):
    """One version of an interview as text, never changed. `key` names all that it was made from.

    Its turns are rows of their own, so that a page may read the few that it shows.
    """

    __tablename__ = "transcripts"
    __table_args__ = (Unique("interview_id", "key"), Unique("interview_id", "version"))

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    version: Mapped[int]
    key: Mapped[str]
    data: Mapped[dict[str, Any]]


class TurnRow(Base):
    """A turn of a transcript, never changed."""

    __tablename__ = "turns"

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    speaker: Mapped[str]
    text: Mapped[str] = mapped_column(AnyText)
    start: Mapped[float | None]
    end: Mapped[float | None]
    words: Mapped[list[Any]]


class CodingRow(Numbered):
    """All suggestions for one transcript by one model, never changed; `attention` is what people should look at."""

    __tablename__ = "codings"
    __table_args__ = (Unique("transcript_id", "key"),)

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    key: Mapped[str]
    revision: Mapped[str]
    attention: Mapped[list[Any]] = mapped_column(default=list)


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


class ChangeReadingRow(Numbered):
    """All that one transcript tells of change by the rules that `key` names, never changed."""

    __tablename__ = "change_readings"
    __table_args__ = (Unique("transcript_id", "key"),)

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcripts.id"))
    key: Mapped[str]


class ChangeRow(Base):
    """A sentence that tells of change; `cues` are the words that tell it."""

    __tablename__ = "changes"
    __table_args__ = (CheckConstraint("direction IN ('grows', 'fades', 'new')", name="direction"),)

    reading_id: Mapped[int] = mapped_column(ForeignKey("change_readings.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str] = mapped_column(AnyText)
    direction: Mapped[str]
    cues: Mapped[list[Any]]


class ChangeTyingRow(Numbered):
    """All ties of a project's changes to phrases of its candidates, from one set of both, never changed."""

    __tablename__ = "change_tyings"
    __table_args__ = (Unique("project_id", "key"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    key: Mapped[str]


class ChangeTieRow(Base):
    """The phrase by which a change concerns the candidate that has it, and how that was found."""

    __tablename__ = "change_ties"
    __table_args__ = (CheckConstraint("way IN ('within', 'beside', 'nearest')", name="way"),)

    tying_id: Mapped[int] = mapped_column(ForeignKey("change_tyings.id"), primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("change_readings.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    way: Mapped[str]
    interview: Mapped[str]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]


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
    """A candidate of a clustering. `places` say where its phrases are where these are not its own rows alone:
    clustering, number of the candidate there, and the half that all of them are in, or null."""

    __tablename__ = "candidates"

    clustering_id: Mapped[int] = mapped_column(ForeignKey("clusterings.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    cid: Mapped[str]
    name: Mapped[str]
    positions: Mapped[list[Any]]
    interviews: Mapped[list[Any]]
    chains: Mapped[list[Any]]
    weight: Mapped[float]
    titles: Mapped[list[Any]] = mapped_column(default=list)
    places: Mapped[list[Any]] = mapped_column(default=list)


class MemberRow(Base):
    """A phrase of a candidate, the most typical first; rows of their own, so that a page may read the few it shows.

    `share` is that of the words that its interview spends on competences; `half`, 0 or 1, where it would go if the
    candidate was divided in two.
    """

    __tablename__ = "candidate_members"
    __table_args__ = (Index("ix_candidate_members_phrase", "interview", "turn", "start", "end"),)

    clustering_id: Mapped[int] = mapped_column(ForeignKey("clusterings.id"), primary_key=True)
    candidate: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    interview: Mapped[str]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str] = mapped_column(AnyText)
    share: Mapped[float] = mapped_column(default=0.0)
    half: Mapped[int] = mapped_column(default=0)


class ProblemRow(Numbered):
    """A step that failed for an interview, in words for people. It holds until something succeeds: no clock tells."""

    __tablename__ = "problems"
    __table_args__ = (Index(None, "interview_id"),)

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    step: Mapped[str]
    what: Mapped[str]
    next: Mapped[str]
    solved: Mapped[bool] = mapped_column(default=False)


class DecisionRow(Numbered):
    """What a person decided on a phrase. Triggers in the migration refuse every change and removal."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(None, "project_id", "interview_id"),
        Index(None, "project_id", "id"),
        Index(None, "project_id", "person", "id"),
        Index(None, "project_id", "created"),
        Index(None, "project_id", "batch"),
        Index(None, "interview_id", "turn", "start", "end"),
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
    batch: Mapped[str | None]


class CandidateDecisionRow(Numbered):
    """What a person did to candidates. Triggers in the migration refuse every change and removal.

    `parts` are the candidates as they were, by id, name and the spans of their phrases, without a word of them.
    """

    __tablename__ = "candidate_decisions"
    __table_args__ = (
        Index(None, "project_id"),
        CheckConstraint("action IN ('merge', 'split', 'rename', 'move', 'undo')", name="action"),
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


class CandidateChoiceRow(Numbered):
    """That a person chose a candidate as a key competence, or no longer does, and why and what it is: append-only."""

    __tablename__ = "candidate_choices"
    __table_args__ = (Index(None, "project_id", "cid"), CheckConstraint("person <> ''", name="person"))

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    cid: Mapped[str]
    chosen: Mapped[bool]
    why: Mapped[str]
    what: Mapped[str]
    person: Mapped[str]
    # The edit that a choice follows from, where nobody made it by itself.
    follows: Mapped[int | None] = mapped_column(ForeignKey("candidate_decisions.id"))


class ProxyVerdictRow(Numbered):
    """What a person found of a phrase that may stand in for a competence: append-only, the newest that stands holds.

    With `undoes` it is the undoing of a verdict, whose words it repeats.
    """

    __tablename__ = "proxy_verdicts"
    __table_args__ = (
        Index(None, "project_id", "interview_id", "turn", "start", "end"),
        # Unique, so that two people who undo the same verdict at once do it once; of undos only, lest SQLite look for
        # what is none in it.
        Index(
            None,
            "undoes",
            unique=True,
            sqlite_where=sql("undoes IS NOT NULL"),
            postgresql_where=sql("undoes IS NOT NULL"),
        ),
        CheckConstraint("verdict IN ('proxy', 'not_proxy')", name="verdict"),
        CheckConstraint("person <> ''", name="person"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    verdict: Mapped[str]
    stands_for: Mapped[str]
    note: Mapped[str]
    person: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("proxy_verdicts.id"))


class CodingRoundRow(Numbered):
    """A share of a project's phrases that two people code anew, each blind to all others: append-only.

    Drawn from all, or from those of a role, a chain or an interview where one is named.
    """

    __tablename__ = "coding_rounds"
    __table_args__ = (
        Index(None, "project_id"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("first <> '' AND second <> '' AND first <> second", name="two"),
        CheckConstraint("person <> ''", name="person"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    share: Mapped[float]
    first: Mapped[str]
    second: Mapped[str]
    seed: Mapped[str]
    person: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    chain: Mapped[str] = mapped_column(default="")
    interview: Mapped[str] = mapped_column(default="")


class RoundClosingRow(Numbered):
    """That a person closed a round: from then on nobody codes in it, and what was coded may be seen. Append-only."""

    __tablename__ = "round_closings"
    __table_args__ = (CheckConstraint("person <> ''", name="person"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"), unique=True)
    person: Mapped[str]


class AssignmentRow(Numbered):
    """A phrase of a round, the same for both people: append-only."""

    __tablename__ = "assignments"
    __table_args__ = (Unique("round_id", "interview_id", "turn", "start", "end"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]


class SecondCodingRow(Numbered):
    """What one of the two said of a phrase of the round: append-only, the newest of each holds."""

    __tablename__ = "second_codings"
    __table_args__ = (
        Index(None, "round_id", "interview_id", "turn", "start", "end", "person"),
        CheckConstraint("person <> ''", name="person"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    person: Mapped[str]
    category: Mapped[str]
    positions: Mapped[list[Any]]


class CodedPairRow(Base):
    """What the two said of a phrase by the time that the round was closed, and whether `alike`: made then, once.

    It follows from the codings, which no longer change: kept since many pages count it.
    """

    __tablename__ = "coded_pairs"
    __table_args__ = (
        Index(None, "round_id", "alike", "assignment_id"),
        Index(
            "ix_coded_pairs_said",
            "round_id",
            "first_category",
            "first_position",
            "second_category",
            "second_position",
        ),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("coding_rounds.id"))
    first_category: Mapped[str]
    first_position: Mapped[str]
    second_category: Mapped[str]
    second_position: Mapped[str]
    alike: Mapped[bool]


class TranscriptEditRow(Numbered):
    """Other words at a span of a turn of version `from_version`, by a person: append-only."""

    __tablename__ = "transcript_edits"
    __table_args__ = (Index(None, "interview_id"), CheckConstraint("person <> ''", name="person"))

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    from_version: Mapped[int]
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    replacement: Mapped[str]
    note: Mapped[str]
    person: Mapped[str]


class SpeakerSwapRow(Numbered):
    """Interviewer and respondent exchanged in all of version `from_version`, by a person: append-only."""

    __tablename__ = "speaker_swaps"
    __table_args__ = (Index(None, "interview_id"), CheckConstraint("person <> ''", name="person"))

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    from_version: Mapped[int]
    person: Mapped[str]


class HeardRow(Base):
    """What was heard in a window of a recording, from sample `start` to before `end`, on the way to a transcript."""

    __tablename__ = "heard_windows"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    end: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    words: Mapped[list[Any]]


class ProgressRow(Base):
    """A sign of life from a running flow: how much of a stage is done for an interview. No fact."""

    __tablename__ = "progress"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"), primary_key=True)
    stage: Mapped[str]
    done: Mapped[float]
    total: Mapped[float]
    updated: Mapped[datetime] = mapped_column(default=now)


class ProjectionRow(Base):
    """By which version of its rules a projection was made last; another version makes it anew."""

    __tablename__ = "projections"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]


# What may stand in for a competence, as things stand. Only a query that says it word for word gets the index.
STANDING_IN = sql("category IN ('trait', 'task', 'education') AND state <> 'rejected'")


class ReviewItemRow(Base):
    """A phrase that there is to review: a projection of the newest coding and the decisions, never a fact.

    What the model says: `suggested`, `probability`, `suggested_position`, `position_probability`, `unsure`, `safe`,
    `proxy`, `stands_for`, and the suggestion itself by `coding_id` and `ordinal`. What holds: `category`, `position`
    (the first), `positions` (all, with spaces between), `state`. `support` is how probable the model finds that
    category. `drawn` is the random tenth, in the order of `draw`; `teaches` is how much a decision teaches.
    """

    __tablename__ = "review_items"
    __table_args__ = (
        Unique("interview_id", "turn", "start", "end"),
        Index(None, "project_id", "category", "positions", "state"),
        Index("ix_review_items_interview", "project_id", "interview_id", "state", "category", "positions"),
        Index(None, "project_id", "state", "teaches"),
        Index(None, "project_id", "support"),
        Index(None, "project_id", "category", "state", "teaches"),
        Index(None, "project_id", "category", "support"),
        Index(
            "ix_review_items_drawn",
            "project_id",
            "category",
            "state",
            "draw",
            sqlite_where=sql("drawn = 1"),
            postgresql_where=sql("drawn"),
        ),
        Index(
            "ix_review_items_measured",
            "project_id",
            "state",
            "category",
            "positions",
            "suggested",
            "suggested_position",
            sqlite_where=sql("drawn = 1"),
            postgresql_where=sql("drawn"),
        ),
        Index(
            "ix_review_items_proxy",
            "project_id",
            "state",
            "teaches",
            "proxy",
            sqlite_where=sql("proxy <> ''"),
            postgresql_where=sql("proxy <> ''"),
        ),
        Index(
            "ix_review_items_sure",
            "project_id",
            "state",
            "safe",
            "probability",
            sqlite_where=sql("drawn = 0"),
            postgresql_where=sql("NOT drawn"),
        ),
        Index(
            "ix_review_items_person",
            "project_id",
            "person",
            "state",
            sqlite_where=sql("person <> ''"),
            postgresql_where=sql("person <> ''"),
        ),
        Index(
            "ix_review_items_standing_in",
            "project_id",
            "stands_for",
            "category",
            "proxy",
            "suggested",
            "interview_id",
            "turn",
            "start",
            "end",
            sqlite_where=STANDING_IN,
            postgresql_where=STANDING_IN,
        ),
        CheckConstraint("state IN ('open', 'approved', 'moved', 'relabelled', 'rejected')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id"))
    turn: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    coding_id: Mapped[int | None] = mapped_column(ForeignKey("codings.id"))
    ordinal: Mapped[int | None]
    suggested: Mapped[str]
    probability: Mapped[float]
    suggested_position: Mapped[str]
    position_probability: Mapped[float]
    unsure: Mapped[bool]
    safe: Mapped[bool]
    proxy: Mapped[str]
    stands_for: Mapped[str]
    drawn: Mapped[bool]
    draw: Mapped[int] = mapped_column(BigInteger)
    teaches: Mapped[float]
    category: Mapped[str]
    position: Mapped[str]
    positions: Mapped[str]
    support: Mapped[float]
    state: Mapped[str]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"))
    person: Mapped[str]
    decided: Mapped[datetime | None]


class ItemPositionRow(Base):
    """A position that a phrase to review holds, with what lists of the position are sorted by.

    `support` is how probable the model finds that position.
    """

    __tablename__ = "item_positions"
    __table_args__ = (
        Index(None, "project_id", "position", "state", "teaches"),
        Index(None, "project_id", "position", "support"),
        Index(
            "ix_item_positions_drawn",
            "project_id",
            "position",
            "state",
            "draw",
            sqlite_where=sql("drawn = 1"),
            postgresql_where=sql("drawn"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    state: Mapped[str]
    drawn: Mapped[bool]
    draw: Mapped[int] = mapped_column(BigInteger)
    teaches: Mapped[float]
    support: Mapped[float]
