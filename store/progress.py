"""Signs of life from a running flow: how much of a stage is done for an interview. No facts: the newest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.tables import InterviewRow, ProgressRow, now

STARTING, LISTENING, CODING = "starting", "listening", "coding"
ALIVE = timedelta(minutes=10)  # no step is silent for as long: an older sign is of a run that was cut off


@dataclass(frozen=True)
class Progress:
    """How much of a stage is done, in seconds of sound where it listens; `updated` in UTC."""

    stage: str
    done: float
    total: float
    updated: datetime

    @property
    def share(self) -> float:
        """0–1; 0 where the total is not known yet."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


def report(session: Session, interview_id: int, stage: str, done: float, total: float) -> None:
    """Says how far the stage has come, in place of what was said before."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"stage": stage, "done": done, "total": total, "updated": now()}
    said = insert(ProgressRow).values(interview_id=interview_id, **values)
    session.execute(said.on_conflict_do_update(index_elements=[ProgressRow.interview_id], set_=values))


def progress_of(session: Session, project_id: int) -> dict[str, Progress]:
    """What was said last of the project's interviews that a run is busy with, by their names."""
    rows = select(InterviewRow.name, ProgressRow).join(InterviewRow, InterviewRow.id == ProgressRow.interview_id)
    found = session.execute(rows.where(InterviewRow.project_id == project_id, *_alive()).order_by(InterviewRow.id))
    return {name: Progress(row.stage, row.done, row.total, row.updated) for name, row in found}


def at_work(session: Session) -> frozenset[int]:
    """The ids of the interviews, of any project, that a run is busy with."""
    return frozenset(session.scalars(select(ProgressRow.interview_id).where(*_alive())))


def _alive() -> tuple[ColumnElement[bool], ...]:
    """Neither long ago nor far ahead: that is of a run that was cut off before the clock was set back."""
    return ProgressRow.updated >= now() - ALIVE, ProgressRow.updated <= now() + ALIVE


def clear(session: Session, interview_id: int) -> None:
    """Forgets it: the work on the interview is over, well or not."""
    session.execute(delete(ProgressRow).where(ProgressRow.interview_id == interview_id))
