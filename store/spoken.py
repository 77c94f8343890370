"""The newest transcript of an interview as its page shows it: all turns with the words' times, read without detours."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from store.tables import CodingRow, TranscriptRow, TurnRow


@dataclass(frozen=True)
class Version:
    """An interview's newest transcript: its id, which version it is, from 1, and whether it has been coded."""

    transcript_id: int
    version: int
    coded: bool


@dataclass(frozen=True)
class SpokenTurn:
    """A turn by its number; `words` are wording, start and end, in seconds."""

    number: int
    speaker: str
    text: str
    start: float | None
    end: float | None
    words: tuple[tuple[str, float, float], ...]


def newest_version(session: Session, interview_id: int) -> Version | None:
    """The interview's newest transcript without its turns, or None where it is not written out yet."""
    coded = exists().where(CodingRow.transcript_id == TranscriptRow.id)
    rows = select(TranscriptRow.id, TranscriptRow.version, coded).where(TranscriptRow.interview_id == interview_id)
    found = session.execute(rows.order_by(TranscriptRow.version.desc()).limit(1)).first()
    return Version(*found) if found else None


def turns_without_words(session: Session, transcript_id: int) -> tuple[SpokenTurn, ...]:
    """All turns of a transcript, in order; when each word is said, which is most of it, is not read."""
    row = TurnRow
    rows = select(row.ordinal, row.speaker, row.text, row.start, row.end).where(row.transcript_id == transcript_id)
    found = session.execute(rows.order_by(row.ordinal))
    return tuple(SpokenTurn(number, who, text, start, end, ()) for number, who, text, start, end in found)


def spoken_turns(
    session: Session, transcript_id: int, numbers: Collection[int] | None = None
) -> tuple[SpokenTurn, ...]:
    """All turns of a transcript, or those with these numbers, in order."""
    row = TurnRow
    rows = select(row.ordinal, row.speaker, row.text, row.start, row.end, row.words)
    rows = rows.where(row.transcript_id == transcript_id).order_by(row.ordinal)
    if numbers is not None:
        rows = rows.where(row.ordinal.in_(numbers))
    return tuple(
        SpokenTurn(number, who, text, start, end, tuple((one["text"], one["start"], one["end"]) for one in words))
        for number, who, text, start, end, words in session.execute(rows)
    )
