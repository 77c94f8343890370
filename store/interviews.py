"""Interviews of a project: what was added, how far each has come, and what went wrong on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import count

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.database import insert_once
from store.progress import progress_of
from store.projection import DECIDED
from store.tables import CodingRow, InterviewRow, ProblemRow, ReviewItemRow, SuggestionRow, TranscriptRow

AUDIO, TRANSCRIPT = "audio", "transcript"
QUEUED, TRANSCRIBED, CODED, FAILED = "queued", "transcribed", "coded", "failed"
RUNNING = "running"  # whatever else it is, a run is busy with it


@dataclass(frozen=True)
class Source:
    """What is added: `stem` of the file's name, `kind` audio or transcript, and what is known of it.

    `held` is the day of the interview, `seconds` its length, `added_by` who adds it, where they are known.
    """

    stem: str
    kind: str
    sha256: str
    extension: str
    role: str = ""
    chain: str = ""
    interviewer: str = ""
    pseudonym: str = ""
    consent: str = ""
    held: date | None = None
    seconds: float | None = None
    added_by: str = ""


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
    held: date | None
    seconds: float | None
    added_by: str
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
    """How far it has come. `what` and `next` only where it failed.

    `suggestions` counts all of the newest coding, `to_review` the phrases there are to review, `decisions` those of
    them that are decided. `attention` names what a person should look at where it is coded, as `pipeline.attention`
    does; `share` is how much of the stage that runs is done, 0–1, where that is known.
    """

    name: str
    role: str
    chain: str
    kind: str
    state: str
    what: str
    next: str
    suggestions: int
    decisions: int
    to_review: int = 0
    attention: tuple[str, ...] = ()
    share: float | None = None


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


def interview_ids_of(session: Session, project_id: int, names: Collection[str]) -> dict[str, int]:
    """The numbers of the project's interviews of these names. InputError where one of them is not there."""
    rows = select(InterviewRow.name, InterviewRow.id).where(InterviewRow.project_id == project_id)
    found = {name: known for name, known in session.execute(rows.where(InterviewRow.name.in_(names)))}
    for name in names:
        if name not in found:
            raise InputError("intervjuet finnes ikke i prosjektet", name, "Velg et annet utsagn.")
    return found


def abouts_of(session: Session, project_id: int) -> tuple[tuple[str, str, str], ...]:
    """Name, role and chain of each interview of the project, in the order they were added."""
    rows = select(InterviewRow.name, InterviewRow.role, InterviewRow.chain).where(InterviewRow.project_id == project_id)
    return tuple((name, role, chain) for name, role, chain in session.execute(rows.order_by(InterviewRow.id)))


def list_interviews(session: Session, project_id: int) -> tuple[Interview, ...]:
    """All interviews of the project, in the order they were added."""
    return tuple(_interview(row) for row in session.scalars(_interviews(project_id)))


def record_problem(session: Session, interview_id: int, step: str, what: str, next: str) -> Problem:
    """Keeps why a step failed. It shows until `solve_problems`, which every newer result calls."""
    row = ProblemRow(interview_id=interview_id, step=step, what=what, next=next)
    session.add(row)
    session.flush()
    return Problem(row.id, row.interview_id, row.step, row.what, row.next, row.created)


def solve_problems(session: Session, interview_id: int) -> None:
    """What failed for the interview has succeeded since."""
    open_ones = update(ProblemRow).where(ProblemRow.interview_id == interview_id, ~ProblemRow.solved)
    session.execute(open_ones.values(solved=True))


def troubled(session: Session, project_id: int) -> frozenset[int]:
    """The ids of the project's interviews that failed, with nothing done about it yet."""
    return frozenset(_open_problems(session, project_id))


def interview_states(session: Session, project_id: int) -> tuple[InterviewState, ...]:
    """Where each interview stands, derived from the newest facts, in the order they were added."""
    transcripts = _newest_transcripts(session, project_id)
    codings = _newest_codings(session, project_id)
    problems = _open_problems(session, project_id)
    suggestions = _suggestion_counts(session, [coding.id for coding in codings.values()])
    to_review, busy = _to_review(session, project_id), progress_of(session, project_id)
    states = []
    for interview in list_interviews(session, project_id):
        transcript, coding = transcripts.get(interview.id), codings.get(interview.id)
        phrases = to_review.get(interview.id, {})
        problem, progress = problems.get(interview.id), busy.get(interview.name)
        state = RUNNING if progress else FAILED if problem else _state(transcript, coding)
        told = problem if state == FAILED else None
        states.append(
            InterviewState(
                name=interview.name,
                role=interview.role,
                chain=interview.chain,
                kind=interview.kind,
                state=state,
                what=told.what if told else "",
                next=told.next if told else "",
                suggestions=suggestions.get(coding.id, 0) if coding else 0,
                decisions=sum(phrases.get(one, 0) for one in DECIDED),
                to_review=sum(phrases.values()),
                attention=tuple(coding.attention) if coding and state == CODED else (),
                share=progress.share if progress and progress.total else None,
            )
        )
    return tuple(states)


def _state(transcript: int | None, coding: CodingRow | None) -> str:
    """A coding of an older transcript does not count: the newest one is still to be coded."""
    if transcript is None:
        return QUEUED
    return CODED if coding and coding.transcript_id == transcript else TRANSCRIBED


def _newest_transcripts(session: Session, project_id: int) -> dict[int, int]:
    """The newest transcript's id of each interview that has one."""
    of_project = select(TranscriptRow.interview_id, TranscriptRow.id).join(InterviewRow)
    found = session.execute(of_project.where(InterviewRow.project_id == project_id).order_by(TranscriptRow.version))
    return {interview_id: transcript_id for interview_id, transcript_id in found}


def _newest_codings(session: Session, project_id: int) -> dict[int, CodingRow]:
    """The newest coding of the newest transcript that has one, for each interview."""
    rows = select(TranscriptRow.interview_id, CodingRow)
    rows = rows.join(TranscriptRow, TranscriptRow.id == CodingRow.transcript_id).join(InterviewRow)
    of_project = rows.where(InterviewRow.project_id == project_id).order_by(TranscriptRow.version, CodingRow.id)
    return {interview_id: coding for interview_id, coding in session.execute(of_project)}


def _open_problems(session: Session, project_id: int) -> dict[int, Problem]:
    """The newest problem of each interview that nothing has solved."""
    rows = session.scalars(
        select(ProblemRow)
        .join(InterviewRow, InterviewRow.id == ProblemRow.interview_id)
        .where(InterviewRow.project_id == project_id, ~ProblemRow.solved)
        .order_by(ProblemRow.id)
    )
    return {
        row.interview_id: Problem(row.id, row.interview_id, row.step, row.what, row.next, row.created) for row in rows
    }


def _suggestion_counts(session: Session, codings: Collection[int]) -> dict[int, int]:
    """Suggestions are numbered from 0 without gaps, so the last one's number says how many there are."""
    last = select(func.max(SuggestionRow.ordinal)).where(SuggestionRow.coding_id == CodingRow.id).scalar_subquery()
    found = session.execute(select(CodingRow.id, last).where(CodingRow.id.in_(codings)))
    return {coding_id: 0 if ordinal is None else ordinal + 1 for coding_id, ordinal in found}


def _to_review(session: Session, project_id: int) -> dict[int, dict[str, int]]:
    """By interview and state, how many phrases there are to review."""
    row = ReviewItemRow
    counts = select(row.interview_id, row.state, func.count()).where(row.project_id == project_id)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for interview_id, state, number in session.execute(counts.group_by(row.interview_id, row.state)):
        found[interview_id][state] = number
    return found


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
        held=row.held,
        seconds=row.seconds,
        added_by=row.added_by,
        added=row.created,
    )
