"""Interviews of a project: what was added, how far each has come, and what went wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.database import insert_once
from store.decisions import current_decisions
from store.tables import CodingRow, InterviewRow, ProblemRow, SuggestionRow, TranscriptRow

AUDIO, TRANSCRIPT = "audio", "transcript"
QUEUED, TRANSCRIBED, CODED, FAILED = "queued", "transcribed", "coded", "failed"


@dataclass(frozen=True)
class Source:
    """What is added: `stem` of the file's name, `kind` audio or transcript, and what is known of it."""

    stem: str
    kind: str
    sha256: str
    extension: str
    role: str = ""
    chain: str = ""
    interviewer: str = ""
    pseudonym: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Interview:
    """A source in a project. `name` is unique there, and the `id` of its transcripts; `added` in UTC."""

    id: int
    project_id: int
    name: str
    kind: str
    sha256: str
    extension: str
    role: str
    chain: str
    interviewer: str
    pseudonym: str
    consent: str
    added: datetime


@dataclass(frozen=True)
class Added:
    """The interview, and whether the project had the same content already; then nothing was changed."""

    interview: Interview
    duplicate: bool


@dataclass(frozen=True)
class Problem:
    """Why a step failed: `what` is wrong and what to do `next`, in Norwegian; `created` in UTC."""

    id: int
    interview_id: int
    step: str
    what: str
    next: str
    created: datetime


@dataclass(frozen=True)
class InterviewState:
    """How far it has come. `what` and `next` only where it failed; `decisions` counts decided phrases."""

    name: str
    role: str
    chain: str
    kind: str
    state: str
    what: str
    next: str
    suggestions: int
    decisions: int


@dataclass(frozen=True)
class _Done:
    """When a step's result was made, and of what."""

    id: int
    transcript_id: int
    created: datetime


def add_interview(session: Session, project_id: int, source: Source) -> Added:
    """The interview with this content: the one there is, or a new one named `butikk`, `butikk-2`, …"""
    values = {name: value for name, value in asdict(source).items() if name != "stem"}
    for name in _names(source.stem):
        interview_id = insert_once(session, InterviewRow, project_id=project_id, name=name, **values)
        row = session.scalar(_interviews(project_id).where(InterviewRow.sha256 == source.sha256))
        if row is not None:
            return Added(_interview(row), duplicate=interview_id is None)
    raise AssertionError("names never run out")


def find_interview(session: Session, project_id: int, name: str) -> Interview | None:
    """The project's interview of this name, or None."""
    row = session.scalar(_interviews(project_id).where(InterviewRow.name == name))
    return _interview(row) if row else None


def interview_named(session: Session, project_id: int, name: str) -> Interview:
    """The project's interview of this name. InputError where there is none."""
    interview = find_interview(session, project_id, name)
    if interview is None:
        raise InputError("intervjuet finnes ikke i prosjektet", name, "Se navnene med balansekunst status.")
    return interview


def project_id_of(session: Session, interview_id: int) -> int:
    """The project that an interview belongs to."""
    return session.scalars(select(InterviewRow.project_id).where(InterviewRow.id == interview_id)).one()


def list_interviews(session: Session, project_id: int) -> tuple[Interview, ...]:
    """All interviews of the project, in the order they were added."""
    return tuple(_interview(row) for row in session.scalars(_interviews(project_id)))


def record_problem(session: Session, interview_id: int, step: str, what: str, next: str) -> Problem:
    """Keeps why a step failed. It shows until a newer result is saved for the interview."""
    row = ProblemRow(interview_id=interview_id, step=step, what=what, next=next)
    session.add(row)
    session.flush()
    return Problem(row.id, row.interview_id, row.step, row.what, row.next, row.created)


def interview_states(session: Session, project_id: int) -> tuple[InterviewState, ...]:
    """Where each interview stands, derived from the newest facts, in the order they were added."""
    transcripts = _newest_transcripts(session, project_id)
    codings = _newest_codings(session, project_id)
    problems = _newest_problems(session, project_id)
    suggestions = _suggestion_counts(session, [coding.id for coding in codings.values()])
    decided = Counter(identity.interview for identity in current_decisions(session, project_id))
    states = []
    for interview in list_interviews(session, project_id):
        transcript, coding = transcripts.get(interview.id), codings.get(interview.id)
        problem = _unsolved(problems.get(interview.id), transcript, coding)
        states.append(
            InterviewState(
                name=interview.name,
                role=interview.role,
                chain=interview.chain,
                kind=interview.kind,
                state=FAILED if problem else _state(transcript, coding),
                what=problem.what if problem else "",
                next=problem.next if problem else "",
                suggestions=suggestions.get(coding.id, 0) if coding else 0,
                decisions=decided[interview.name],
            )
        )
    return tuple(states)


def _state(transcript: _Done | None, coding: _Done | None) -> str:
    """A coding of an older transcript does not count: the newest one is still to be coded."""
    if transcript is None:
        return QUEUED
    return CODED if coding and coding.transcript_id == transcript.id else TRANSCRIBED


def _unsolved(problem: Problem | None, *results: _Done | None) -> Problem | None:
    """The problem, unless something has succeeded since."""
    solved = problem is not None and any(result.created >= problem.created for result in results if result)
    return None if solved else problem


def _newest_transcripts(session: Session, project_id: int) -> dict[int, _Done]:
    found = session.execute(
        select(TranscriptRow.interview_id, TranscriptRow.id, TranscriptRow.created)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(InterviewRow.project_id == project_id)
        .order_by(TranscriptRow.version)
    )
    return {
        interview_id: _Done(transcript_id, transcript_id, created) for interview_id, transcript_id, created in found
    }


def _newest_codings(session: Session, project_id: int) -> dict[int, _Done]:
    found = session.execute(
        select(TranscriptRow.interview_id, CodingRow.id, CodingRow.transcript_id, CodingRow.created)
        .join(TranscriptRow, TranscriptRow.id == CodingRow.transcript_id)
        .join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
        .where(InterviewRow.project_id == project_id)
        .order_by(TranscriptRow.version, CodingRow.id)
    )
    return {
        interview_id: _Done(coding_id, transcript_id, created)
        for interview_id, coding_id, transcript_id, created in found
    }


def _newest_problems(session: Session, project_id: int) -> dict[int, Problem]:
    rows = session.scalars(
        select(ProblemRow)
        .join(InterviewRow, InterviewRow.id == ProblemRow.interview_id)
        .where(InterviewRow.project_id == project_id)
        .order_by(ProblemRow.id)
    )
    return {
        row.interview_id: Problem(row.id, row.interview_id, row.step, row.what, row.next, row.created) for row in rows
    }


def _suggestion_counts(session: Session, codings: list[int]) -> dict[int, int]:
    found = session.execute(
        select(SuggestionRow.coding_id, func.count())
        .where(SuggestionRow.coding_id.in_(codings))
        .group_by(SuggestionRow.coding_id)
    )
    return {coding_id: number for coding_id, number in found}


def _names(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _interviews(project_id: int) -> Select[InterviewRow]:
    return select(InterviewRow).where(InterviewRow.project_id == project_id).order_by(InterviewRow.id)


def _interview(row: InterviewRow) -> Interview:
    return Interview(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        kind=row.kind,
        sha256=row.sha256,
        extension=row.extension,
        role=row.role,
        chain=row.chain,
        interviewer=row.interviewer,
        pseudonym=row.pseudonym,
        consent=row.consent,
        added=row.created,
    )
