"""A project's interviews for a list: what is known of each, and how far it has come, in one indexed question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from store.interviews import CODED, FAILED, QUEUED, TRANSCRIBED
from store.projection import OPEN
from store.tables import CodingRow, InterviewRow, ProblemRow, ReviewItemRow, TranscriptRow


@dataclass(frozen=True)
class InterviewLine:
    """An interview in a list. `what` and `next` only where it failed; `decided` of its `phrases` are settled.

    `state` is one of those of `store.interviews`; `seconds` its length, where known; `added` in UTC. `attention` names
    what a person should look at where it is coded, as `pipeline.attention` does.
    """

    id: int
    name: str
    kind: str
    role: str
    chain: str
    interviewer: str
    pseudonym: str
    consent: str
    held: date | None
    seconds: float | None
    added: datetime
    state: str
    what: str
    next: str
    phrases: int
    decided: int
    attention: tuple[str, ...]


def interview_lines(session: Session, project_id: int) -> tuple[InterviewLine, ...]:
    """Every interview of the project, in the order they were added."""
    counts = _counts(ReviewItemRow.project_id == project_id)
    return tuple(map(_line, session.execute(_lines(counts, InterviewRow.project_id == project_id))))


def lines_of_all(session: Session) -> dict[int, list[InterviewLine]]:
    """The interviews of every project that has any, by its id."""
    found: dict[int, list[InterviewLine]] = defaultdict(list)
    for *line, project_id in session.execute(_lines(_counts()).add_columns(InterviewRow.project_id)):
        found[project_id].append(_line(line))
    return found


def lines_named(session: Session, project_id: int, names: Collection[str]) -> tuple[InterviewLine, ...]:
    """The project's interviews of these names, those that there are; no others are looked at."""
    here = select(InterviewRow.id).where(InterviewRow.project_id == project_id, InterviewRow.name.in_(names))
    ids = session.scalars(here).all()
    counts = _counts(ReviewItemRow.project_id == project_id, ReviewItemRow.interview_id.in_(ids))
    return tuple(map(_line, session.execute(_lines(counts, InterviewRow.id.in_(ids)))))


def _line(row: Sequence[Any]) -> InterviewLine:
    line = InterviewLine(*row)
    return replace(line, attention=tuple(line.attention or ()) if line.state == CODED else ())


def _lines(counts: Any, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row, problem = InterviewRow, ProblemRow
    newest = select(func.max(TranscriptRow.id)).where(TranscriptRow.interview_id == row.id).correlate(row)
    transcript_id = newest.scalar_subquery()
    latest = select(func.max(problem.id)).where(problem.interview_id == row.id).correlate(row).scalar_subquery()
    failed = and_(problem.id.is_not(None), ~problem.solved)
    state = case(
        (failed, FAILED),
        (exists().where(CodingRow.transcript_id == transcript_id), CODED),
        (exists().where(TranscriptRow.interview_id == row.id), TRANSCRIBED),
        else_=QUEUED,
    )
    about = (row.id, row.name, row.kind, row.role, row.chain, row.interviewer, row.pseudonym, row.consent)
    why = (case((failed, text), else_=literal("")) for text in (problem.what, problem.next))
    tally = (func.coalesce(counts.c.phrases, 0), func.coalesce(counts.c.decided, 0))
    coding = select(func.max(CodingRow.id)).where(CodingRow.transcript_id == transcript_id).scalar_subquery()
    attention = select(CodingRow.attention).where(CodingRow.id == coding).scalar_subquery()
    lines = select(*about, row.held, row.seconds, row.created, state, *why, *tally, attention)
    lines = lines.outerjoin(problem, problem.id == latest).outerjoin(counts, counts.c.interview_id == row.id)
    return lines.where(*which).order_by(row.id)


def _counts(*which: ColumnElement[bool]) -> Any:
    """The phrases of each interview, and how many of them somebody decided on."""
    row = ReviewItemRow
    decided = func.sum(case((row.state == OPEN, 0), else_=1)).label("decided")
    counts = select(row.interview_id, func.count().label("phrases"), decided)
    # By the project too, which is where the index begins.
    return counts.where(*which).group_by(row.project_id, row.interview_id).subquery()
