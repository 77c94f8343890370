"""What has happened in a project: who decided how much, when, and what is newer than its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select, true
from sqlalchemy.orm import Session

from store.clusterings import gathered_at
from store.tables import (
    CandidateDecisionRow,
    ClusteringRow,
    CodingRow,
    DecisionRow,
    InterviewRow,
    ProblemRow,
    ProjectRow,
    TranscriptRow,
)


class Mark(NamedTuple):
    """The numbers of a project's newest transcript, coding, problem and clustering: another one, and a run did more."""

    transcript: int
    coding: int
    problem: int
    clustering: int


def mark_of(session: Session, project_id: int) -> Mark:
    """How far runs have come; 0 for what there is none of."""
    rows = (
        _of_interviews(select(func.max(TranscriptRow.id)).join(InterviewRow), project_id),
        _of_interviews(select(func.max(CodingRow.id)).join(TranscriptRow).join(InterviewRow), project_id),
        _of_interviews(select(func.max(ProblemRow.id)).join(InterviewRow), project_id),
        select(func.max(ClusteringRow.id)).where(ClusteringRow.project_id == project_id),
    )
    return Mark(*(session.scalar(row) or 0 for row in rows))


def last_activities(session: Session) -> dict[int, datetime]:
    """By each project's id when something was decided, added, transcribed, coded or gathered last, or it was made."""
    project = ProjectRow.id
    transcripts = select(func.max(TranscriptRow.created)).join(InterviewRow)
    codings = select(func.max(CodingRow.created)).join(TranscriptRow).join(InterviewRow)
    moments = (
        select(func.max(InterviewRow.created)).where(InterviewRow.project_id == project),
        select(func.max(DecisionRow.created)).where(DecisionRow.project_id == project),
        select(func.max(ClusteringRow.created)).where(ClusteringRow.project_id == project),
        *(made.where(InterviewRow.project_id == project) for made in (transcripts, codings)),
    )
    rows = select(project, ProjectRow.created, *(one.correlate(ProjectRow).scalar_subquery() for one in moments))
    return {known: max(filter(None, found)) for known, *found in session.execute(rows)}


def decisions_by_person(session: Session, project_id: int) -> dict[str, int]:
    """How many decisions each person has made, undos among them, most first."""
    number, row = func.count(), DecisionRow
    rows = select(row.person, number).where(row.project_id == project_id).group_by(row.person)
    return {person: made for person, made in session.execute(rows.order_by(number.desc(), row.person))}


def decisions_between(session: Session, project_id: int, moments: Sequence[datetime]) -> tuple[int, ...]:
    """How many were made, undos among them, from each of the moments to the next, and from the last one on."""
    created, of_project = DecisionRow.created, DecisionRow.project_id == project_id
    counts = [
        select(func.count()).where(of_project, created >= start, created < end if end else true()).scalar_subquery()
        for start, end in pairwise([*moments, None])
    ]
    return tuple(session.execute(select(*counts)).one()) if counts else ()


def decided_since_run(session: Session, project_id: int) -> int:
    """How many decisions, undos too, are newer than what runs made: on phrases than any of it, on candidates than the
    candidates. All where nothing is made.

    A decision that a run learns nothing from counts till a run makes something new.
    """
    gathered = gathered_at(session, project_id)
    coded = session.scalar(select(CodingRow.created).where(CodingRow.id == mark_of(session, project_id).coding))
    made = max((moment for moment in (gathered, coded) if moment), default=None)
    on_candidates = _newer(session, CandidateDecisionRow, project_id, gathered)
    return _newer(session, DecisionRow, project_id, made) + on_candidates


def coded_by(session: Session, project_id: int, moment: datetime) -> tuple[str, ...]:
    """The names of the interviews that had a coding by then, in the order they were added."""
    of_interview = TranscriptRow.interview_id == InterviewRow.id
    coding = exists().where(of_interview, CodingRow.transcript_id == TranscriptRow.id, CodingRow.created <= moment)
    names = select(InterviewRow.name).where(InterviewRow.project_id == project_id, coding)
    return tuple(session.scalars(names.order_by(InterviewRow.id)))


def _newer(
    session: Session, table: type[DecisionRow] | type[CandidateDecisionRow], project_id: int, moment: datetime | None
) -> int:
    since = table.created > moment if moment else true()
    return session.scalars(select(func.count()).select_from(table).where(table.project_id == project_id, since)).one()


def _of_interviews(query: Select[Any], project_id: int) -> Select[Any]:
    return query.where(InterviewRow.project_id == project_id)
