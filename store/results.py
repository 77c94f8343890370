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

from pipeline.records import Grounds, Label, Phrase, Placement, Proxy, Suggestion, Transcript, Turn
from store.clusterings import CandidateLine as CandidateLine
from store.clusterings import CandidateLines as CandidateLines
from store.clusterings import StoredClustering as StoredClustering
from store.clusterings import find_clustering as find_clustering
from store.clusterings import latest_candidates as latest_candidates
from store.clusterings import latest_clustering as latest_clustering
from store.clusterings import save_clustering as save_clustering
from store.database import insert_once
from store.interviews import solve_problems
from store.projection import refresh_interview
from store.tables import CodingRow, InterviewRow, SuggestionRow, TranscriptRow, TurnRow

TRANSCRIPT = TypeAdapter(Transcript)
TURN = TypeAdapter(Turn)
PLACEMENTS = TypeAdapter(tuple[Placement, ...])
GROUNDS = TypeAdapter(Grounds)
PROXY = TypeAdapter(Proxy | None)
Ordered = SuggestionRow | TurnRow
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
    """All suggestions for one transcript, in the step's order, by the model `revision`; `created` in UTC.

    `attention` names what a person should look at, as `pipeline.attention` does.
    """

    id: int
    transcript_id: int
    key: str
    revision: str
    suggestions: tuple[Suggestion, ...]
    created: datetime
    attention: tuple[str, ...] = ()


def find_transcript(session: Session, interview_id: int, key: str) -> StoredTranscript | None:
    """The interview's transcript made from `key`, or None."""
    return _transcript(session, session.scalar(_transcripts(interview_id).where(TranscriptRow.key == key)))


def latest_transcript(session: Session, interview_id: int) -> StoredTranscript | None:
    """The interview's newest version, or None."""
    return _transcript(session, session.scalar(_transcripts(interview_id).limit(1)))


def transcript_of(session: Session, coding: StoredCoding) -> StoredTranscript:
    """The transcript that the coding's spans count in; not the latest, where that is still to be coded."""
    stored = _transcript(session, session.get(TranscriptRow, coding.transcript_id))
    assert stored is not None, "a foreign key keeps it"
    return stored


def save_transcript(session: Session, interview_id: int, key: str, transcript: Transcript) -> StoredTranscript:
    """The interview's next version, or this key's first. ValueError where `transcript.id` is not its name."""
    _check_name(session, interview_id, transcript.id)
    data = TRANSCRIPT.dump_python(transcript, mode="json")
    turns = data.pop("turns")
    transcript_id = add_version(session, interview_id, key, data)
    if transcript_id is not None:
        _insert_all(session, TurnRow, turns, transcript_id=transcript_id)
    stored = find_transcript(session, interview_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def add_version(session: Session, interview_id: int, key: str, data: dict[str, Any]) -> int | None:
    """Within `store`: the id of the interview's next version, without turns yet; None where there is one of the key."""
    newest = select(func.coalesce(func.max(TranscriptRow.version), 0))
    version = newest.where(TranscriptRow.interview_id == interview_id).scalar_subquery() + 1
    known = select(TranscriptRow.id).where(TranscriptRow.interview_id == interview_id, TranscriptRow.key == key)
    for _ in range(ATTEMPTS):
        values = {"interview_id": interview_id, "version": version, "key": key, "data": data}
        transcript_id = insert_once(session, TranscriptRow, **values)
        if transcript_id is not None:
            solve_problems(session, interview_id)
            return transcript_id
        if session.scalar(known):
            return None
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


def newest_coding(session: Session) -> int:
    """The number of the newest coding of all, 0 where there is none: what is coded later has a higher one."""
    return session.scalar(select(func.max(CodingRow.id))) or 0


def save_coding(
    session: Session,
    transcript_id: int,
    key: str,
    revision: str,
    suggestions: Sequence[Suggestion],
    attention: Sequence[str] = (),
) -> StoredCoding:
    """The transcript's coding for this key, the first saved. ValueError for a phrase of another interview."""
    interview = session.scalar(_name_of_transcript(transcript_id))
    rows = [_suggestion_values(interview, suggestion) for suggestion in suggestions]
    values = {"transcript_id": transcript_id, "key": key, "revision": revision, "attention": list(attention)}
    coding_id = insert_once(session, CodingRow, **values)
    if coding_id is not None:
        _insert_all(session, SuggestionRow, rows, coding_id=coding_id)
        interview_id = _interview_of(session, transcript_id)
        refresh_interview(session, interview_id)
        solve_problems(session, interview_id)
    stored = find_coding(session, transcript_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def _check_name(session: Session, interview_id: int, name: str) -> None:
    """Phrases are found by the interview's name: under another one they would lose their decisions."""
    known = session.scalar(select(InterviewRow.name).where(InterviewRow.id == interview_id))
    if known != name:
        raise ValueError(f"transcript {name!r} is saved for interview {known!r}; give it that id first")


def _insert_all(session: Session, table: type[Ordered], rows: list[dict[str, Any]], **owner: int) -> None:
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


def _transcripts(interview_id: int) -> Select[TranscriptRow]:
    rows = select(TranscriptRow).where(TranscriptRow.interview_id == interview_id)
    return rows.order_by(TranscriptRow.version.desc())


def _interview_of(session: Session, transcript_id: int) -> int:
    owner = select(TranscriptRow.interview_id).where(TranscriptRow.id == transcript_id)
    return session.scalars(owner).one()


def _name_of_transcript(transcript_id: int) -> Select[str]:
    names = select(InterviewRow.name).join(TranscriptRow, TranscriptRow.interview_id == InterviewRow.id)
    return names.where(TranscriptRow.id == transcript_id)


def _transcript(session: Session, row: TranscriptRow | None) -> StoredTranscript | None:
    if row is None:
        return None
    turns = session.scalars(select(TurnRow).where(TurnRow.transcript_id == row.id).order_by(TurnRow.ordinal))
    transcript = TRANSCRIPT.validate_python(row.data | {"turns": tuple(map(turn_in, turns))})
    return StoredTranscript(row.id, row.interview_id, row.version, row.key, transcript, row.created)


def turn_in(row: TurnRow) -> Turn:
    """Within `store`: the turn that a row keeps."""
    known = {"speaker": row.speaker, "text": row.text, "start": row.start, "end": row.end, "words": row.words}
    return TURN.validate_python(known)


def _coding(session: Session, row: CodingRow | None) -> StoredCoding | None:
    if row is None:
        return None
    interview = session.scalars(_name_of_transcript(row.transcript_id)).one()
    rows = session.scalars(
        select(SuggestionRow).where(SuggestionRow.coding_id == row.id).order_by(SuggestionRow.ordinal)
    )
    suggestions = tuple(_suggestion(interview, suggestion) for suggestion in rows)
    attention = tuple(row.attention)
    return StoredCoding(row.id, row.transcript_id, row.key, row.revision, suggestions, row.created, attention)


def _suggestion(interview: str, row: SuggestionRow) -> Suggestion:
    return Suggestion(Phrase(interview, row.turn, row.start, row.end, row.text), label_in(row))


def label_in(row: SuggestionRow) -> Label:
    """Within `store`: the label that a row keeps."""
    return Label(
        category=row.category,
        probability=row.probability,
        positions=PLACEMENTS.validate_python(row.positions),
        proxy=PROXY.validate_python(row.proxy),
        grounds=GROUNDS.validate_python(row.grounds),
    )
