"""Another version of a transcript and its coding, alike but for one turn.

Copied within the database: a long interview has megabytes of words, and only one of them is corrected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from pipeline.records import Phrase, Turn
from store.projection import refresh_interview, refresh_turn
from store.results import TURN, add_version
from store.tables import CodingRow, InterviewRow, SuggestionRow, TranscriptRow, TurnRow

TURN_COLUMNS = ("speaker", "text", "start", "end", "words")
LABEL_COLUMNS = ("turn", "start", "end", "text", "category", "probability", "positions", "proxy", "grounds")


def save_with_turn(session: Session, transcript_id: int, key: str, number: int, turn: Turn) -> int:
    """The interview's next version: this transcript with another turn of this number. The id of the new one."""
    row = TranscriptRow
    known = select(row.interview_id, row.data).where(row.id == transcript_id)
    interview_id, data = session.execute(known).one()
    new_id = add_version(session, interview_id, key, data)
    assert new_id is not None, "a correction has a key of its own"
    others = select(literal(new_id), TurnRow.ordinal, *(getattr(TurnRow, name) for name in TURN_COLUMNS))
    others = others.where(TurnRow.transcript_id == transcript_id, TurnRow.ordinal != number)
    session.execute(insert(TurnRow).from_select(["transcript_id", "ordinal", *TURN_COLUMNS], others))
    corrected = TURN.dump_python(turn, mode="json")
    session.execute(insert(TurnRow), [{"transcript_id": new_id, "ordinal": number} | corrected])
    return new_id


def phrases_coded(session: Session, coding_id: int, turn: int) -> dict[int, Phrase]:
    """The phrases of a turn that a coding has suggestions for, by the number of the suggestion, in order."""
    row = SuggestionRow
    rows = select(row.ordinal, InterviewRow.name, row.start, row.end, row.text)
    rows = rows.join(CodingRow, CodingRow.id == row.coding_id)
    rows = rows.join(TranscriptRow, TranscriptRow.id == CodingRow.transcript_id)
    rows = rows.join(InterviewRow, InterviewRow.id == TranscriptRow.interview_id)
    found = session.execute(rows.where(row.coding_id == coding_id, row.turn == turn).order_by(row.ordinal))
    return {ordinal: Phrase(name, turn, start, end, text) for ordinal, name, start, end, text in found}


def newest_coding_of(session: Session, transcript_id: int) -> int | None:
    """The id of the transcript's newest coding, or None."""
    return session.scalar(select(func.max(CodingRow.id)).where(CodingRow.transcript_id == transcript_id))


def save_coding_with(
    session: Session, coding_id: int, transcript_id: int, key: str, turn: int, moved: Mapping[int, Phrase | None]
) -> None:
    """The same coding for another version of its transcript, with these suggestions at other phrases, or left out."""
    known = session.get_one(CodingRow, coding_id)
    coding = CodingRow(transcript_id=transcript_id, key=key, revision=known.revision, attention=known.attention)
    session.add(coding)
    session.flush()
    gone = [ordinal for ordinal, phrase in moved.items() if phrase is None]
    _copy(session, coding_id, coding.id, gone)
    for ordinal, phrase in moved.items():
        if phrase:
            _move(session, coding.id, ordinal - sum(one < ordinal for one in gone), phrase)
    interview_id = session.scalars(select(TranscriptRow.interview_id).where(TranscriptRow.id == transcript_id)).one()
    if gone:  # the others have other numbers now
        refresh_interview(session, interview_id)
    else:
        refresh_turn(session, interview_id, turn, coding_id, coding.id)


def _copy(session: Session, coding_id: int, new_id: int, gone: Sequence[int]) -> None:
    """Numbered without gaps, as suggestions are."""
    row = SuggestionRow
    number = func.row_number().over(order_by=row.ordinal) - 1
    kept = select(literal(new_id), number, *(getattr(row, name) for name in LABEL_COLUMNS))
    kept = kept.where(row.coding_id == coding_id, row.ordinal.not_in(gone))
    session.execute(insert(row).from_select(["coding_id", "ordinal", *LABEL_COLUMNS], kept))


def _move(session: Session, coding_id: int, ordinal: int, phrase: Phrase) -> None:
    row = SuggestionRow
    place = update(row).where(row.coding_id == coding_id, row.ordinal == ordinal)
    session.execute(place.values(start=phrase.start, end=phrase.end, text=phrase.text))
