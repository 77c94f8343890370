"""Checkpoints inside a recording: the words of each finished window, until the transcript that they become is saved.

They belong to the key of that transcript: what another model or other settings heard is never mixed in.
"""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pipeline.records import Word
from pipeline.transcribe import Span, Words
from store.tables import HeardRow

WORDS = TypeAdapter(tuple[Word, ...])


def heard_windows(session: Session, interview_id: int, key: str) -> dict[Span, Words]:
    """The windows heard so far on the way to the transcript of this key, by the samples they span."""
    rows = session.scalars(select(HeardRow).where(HeardRow.interview_id == interview_id, HeardRow.key == key))
    return {(row.start, row.end): WORDS.validate_python(row.words) for row in rows}


def keep_window(session: Session, interview_id: int, key: str, span: Span, words: Words) -> None:
    """Keeps a finished window; one that is kept already stays as it is."""
    start, end = span
    said = WORDS.dump_python(words, mode="json")
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(HeardRow).values(interview_id=interview_id, key=key, start=start, end=end, words=said)
    session.execute(row.on_conflict_do_nothing())


def forget_windows(session: Session, interview_id: int, but_of: str = "") -> None:
    """Removes the interview's windows, save those on the way to the transcript of a key that is named."""
    session.execute(delete(HeardRow).where(HeardRow.interview_id == interview_id, HeardRow.key != but_of))
