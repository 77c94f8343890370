"""The steps' results: found by the key of all that they were made from, added once, never changed.

Saving under a key that is there gives back the first result, whoever saved it. `latest_…` gives the newest
made, not today's, where somebody went back to older settings: ask `find_…` with the key for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from pipeline.records import (
    Candidate,
    Clustering,
    Grounds,
    Label,
    Phrase,
    Placement,
    Proxy,
    Suggestion,
    Transcript,
    Trial,
)
from store.database import insert_once
from store.tables import CandidateRow, ClusteringRow, CodingRow, InterviewRow, SuggestionRow, TranscriptRow

TRANSCRIPT = TypeAdapter(Transcript)
PLACEMENTS = TypeAdapter(tuple[Placement, ...])
PHRASES = TypeAdapter(tuple[Phrase, ...])
TRIALS = TypeAdapter(tuple[Trial, ...])
GROUNDS = TypeAdapter(Grounds)
PROXY = TypeAdapter(Proxy | None)
ATTEMPTS = 100  # each one lost means that another writer saved a version of the same interview


@dataclass(frozen=True)
class StoredTranscript:
    """A version, from 1, of an interview as text; `created` in UTC."""

    id: int
    interview_id: int
    version: int
    key: str
    transcript: Transcript
    created: datetime


@dataclass(frozen=True)
class StoredCoding:
    """All suggestions for one transcript, in the step's order, by the model `revision`; `created` in UTC."""

    id: int
    transcript_id: int
    key: str
    revision: str
    suggestions: tuple[Suggestion, ...]
    created: datetime


@dataclass(frozen=True)
class StoredClustering:
    """All candidates for a project, in the order the step gave them; `created` in UTC."""

    id: int
    project_id: int
    key: str
    clustering: Clustering
    created: datetime

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.clustering.candidates


def find_transcript(session: Session, interview_id: int, key: str) -> StoredTranscript | None:
    """The interview's transcript made from `key`, or None."""
    return _transcript(session.scalar(_transcripts(interview_id).where(TranscriptRow.key == key)))


def latest_transcript(session: Session, interview_id: int) -> StoredTranscript | None:
    """The interview's newest version, or None."""
    return _transcript(session.scalar(_transcripts(interview_id).limit(1)))


def transcript_of(session: Session, coding: StoredCoding) -> StoredTranscript:
    """The transcript that the coding's spans count in; not the latest, where that is still to be coded."""
    stored = _transcript(session.get(TranscriptRow, coding.transcript_id))
    assert stored is not None, "a foreign key keeps it"
    return stored


def save_transcript(session: Session, interview_id: int, key: str, transcript: Transcript) -> StoredTranscript:
    """The interview's next version, or this key's first. ValueError where `transcript.id` is not its name."""
    _check_name(session, interview_id, transcript.id)
    data = TRANSCRIPT.dump_python(transcript, mode="json")
    newest = select(func.coalesce(func.max(TranscriptRow.version), 0))
    version = newest.where(TranscriptRow.interview_id == interview_id).scalar_subquery() + 1
    for _ in range(ATTEMPTS):
        insert_once(session, TranscriptRow, interview_id=interview_id, version=version, key=key, data=data)
        stored = find_transcript(session, interview_id, key)
        if stored:
            return stored
    raise RuntimeError(f"no free version for interview {interview_id} in {ATTEMPTS} attempts")


def find_coding(session: Session, transcript_id: int, key: str) -> StoredCoding | None:
    """The transcript's coding made from `key`, or None."""
    codings = select(CodingRow).where(CodingRow.transcript_id == transcript_id)
    return _coding(session, session.scalar(codings.where(CodingRow.key == key)))


def latest_coding(session: Session, interview_id: int) -> StoredCoding | None:
    """The newest coding of the newest transcript that has one, or None."""
    codings = select(CodingRow).join(TranscriptRow, TranscriptRow.id == CodingRow.transcript_id)
    newest_first = codings.order_by(TranscriptRow.version.desc(), CodingRow.id.desc())
    of_interview = newest_first.where(TranscriptRow.interview_id == interview_id)
    return _coding(session, session.scalar(of_interview.limit(1)))


def save_coding(
    session: Session, transcript_id: int, key: str, revision: str, suggestions: Sequence[Suggestion]
) -> StoredCoding:
    """The transcript's coding for this key, the first saved. ValueError for a phrase of another interview."""
    interview = session.scalar(_name_of_transcript(transcript_id))
    rows = [_suggestion_values(interview, suggestion) for suggestion in suggestions]
    coding_id = insert_once(session, CodingRow, transcript_id=transcript_id, key=key, revision=revision)
    if coding_id is not None:
        _insert_all(session, SuggestionRow, rows, coding_id=coding_id)
    stored = find_coding(session, transcript_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def find_clustering(session: Session, project_id: int, key: str) -> StoredClustering | None:
    """The project's clustering made from `key`, or None."""
    return _clustering(session, session.scalar(_clusterings(project_id).where(ClusteringRow.key == key)))


def latest_clustering(session: Session, project_id: int) -> StoredClustering | None:
    """The project's newest clustering, or None."""
    return _clustering(session, session.scalar(_clusterings(project_id).limit(1)))


def save_clustering(session: Session, project_id: int, key: str, clustering: Clustering) -> StoredClustering:
    """The project's clustering for this key, the first one saved."""
    rows = [_candidate_values(candidate) for candidate in clustering.candidates]
    tried = TRIALS.dump_python(clustering.tried, mode="json")
    grounds = {"tried": tried, "reason": clustering.reason, "shift": clustering.shift}
    clustering_id = insert_once(session, ClusteringRow, project_id=project_id, key=key, **grounds)
    if clustering_id is not None:
        _insert_all(session, CandidateRow, rows, clustering_id=clustering_id)
    stored = find_clustering(session, project_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def _check_name(session: Session, interview_id: int, name: str) -> None:
    """Phrases are found by the interview's name: under another one they would lose their decisions."""
    known = session.scalar(select(InterviewRow.name).where(InterviewRow.id == interview_id))
    if known != name:
        raise ValueError(f"transcript {name!r} is saved for interview {known!r}; give it that id first")


def _insert_all(
    session: Session, table: type[SuggestionRow | CandidateRow], rows: list[dict[str, Any]], **owner: int
) -> None:
    if rows:  # without rows SQLAlchemy would insert one of defaults
        numbered = [owner | row | {"ordinal": ordinal} for ordinal, row in enumerate(rows)]
        session.execute(insert(table), numbered)


def _suggestion_values(interview: str | None, suggestion: Suggestion) -> dict[str, Any]:
    phrase, label = suggestion.phrase, suggestion.label
    if phrase.interview != interview:
        raise ValueError(f"a phrase of {phrase.interview!r} is in the coding of {interview!r}")
    return {
        "turn": phrase.turn,
        "start": phrase.start,
        "end": phrase.end,
        "text": phrase.text,
        "category": label.category,
        "probability": label.probability,
        "positions": PLACEMENTS.dump_python(label.positions, mode="json"),
        "proxy": PROXY.dump_python(label.proxy, mode="json"),
        "grounds": GROUNDS.dump_python(label.grounds, mode="json"),
    }


def _candidate_values(candidate: Candidate) -> dict[str, Any]:
    return {
        "cid": candidate.id,
        "name": candidate.name,
        "positions": PLACEMENTS.dump_python(candidate.positions, mode="json"),
        "interviews": list(candidate.interviews),
        "phrases": PHRASES.dump_python(candidate.phrases, mode="json"),
        "chains": list(candidate.chains),
        "weight": candidate.weight,
    }


def _transcripts(interview_id: int) -> Select[TranscriptRow]:
    rows = select(TranscriptRow).where(TranscriptRow.interview_id == interview_id)
    return rows.order_by(TranscriptRow.version.desc())


def _clusterings(project_id: int) -> Select[ClusteringRow]:
    rows = select(ClusteringRow).where(ClusteringRow.project_id == project_id)
    return rows.order_by(ClusteringRow.id.desc())


def _name_of_transcript(transcript_id: int) -> Select[str]:
    names = select(InterviewRow.name).join(TranscriptRow, TranscriptRow.interview_id == InterviewRow.id)
    return names.where(TranscriptRow.id == transcript_id)


def _transcript(row: TranscriptRow | None) -> StoredTranscript | None:
    if row is None:
        return None
    transcript = TRANSCRIPT.validate_python(row.data)
    return StoredTranscript(row.id, row.interview_id, row.version, row.key, transcript, row.created)


def _coding(session: Session, row: CodingRow | None) -> StoredCoding | None:
    if row is None:
        return None
    interview = session.scalars(_name_of_transcript(row.transcript_id)).one()
    rows = session.scalars(
        select(SuggestionRow).where(SuggestionRow.coding_id == row.id).order_by(SuggestionRow.ordinal)
    )
    suggestions = tuple(_suggestion(interview, suggestion) for suggestion in rows)
    return StoredCoding(row.id, row.transcript_id, row.key, row.revision, suggestions, row.created)


def _suggestion(interview: str, row: SuggestionRow) -> Suggestion:
    label = Label(
        category=row.category,
        probability=row.probability,
        positions=PLACEMENTS.validate_python(row.positions),
        proxy=PROXY.validate_python(row.proxy),
        grounds=GROUNDS.validate_python(row.grounds),
    )
    return Suggestion(Phrase(interview, row.turn, row.start, row.end, row.text), label)


def _clustering(session: Session, row: ClusteringRow | None) -> StoredClustering | None:
    if row is None:
        return None
    rows = session.scalars(
        select(CandidateRow).where(CandidateRow.clustering_id == row.id).order_by(CandidateRow.ordinal)
    )
    candidates = tuple(_candidate(candidate) for candidate in rows)
    clustering = Clustering(candidates, TRIALS.validate_python(row.tried), row.reason, row.shift)
    return StoredClustering(row.id, row.project_id, row.key, clustering, row.created)


def _candidate(row: CandidateRow) -> Candidate:
    return Candidate(
        id=row.cid,
        name=row.name,
        positions=PLACEMENTS.validate_python(row.positions),
        interviews=tuple(row.interviews),
        phrases=PHRASES.validate_python(row.phrases),
        chains=tuple(row.chains),
        weight=row.weight,
    )
