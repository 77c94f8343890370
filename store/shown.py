"""What pages show of phrases beside the phrases: full labels, and the turns around them, no more than is shown."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from pipeline.records import Label, Turn
from store.interviews import AUDIO
from store.results import label_in, turn_in
from store.review_items import ReviewItem
from store.tables import CodingRow, InterviewRow, ReviewItemRow, SuggestionRow, TranscriptRow, TurnRow


def labels_of(session: Session, items: Collection[ReviewItem]) -> dict[int, Label]:
    """The full label, with grounds, of the phrases that the newest coding knows, by the id of the item."""
    row, item = SuggestionRow, ReviewItemRow
    same = and_(row.coding_id == item.coding_id, row.ordinal == item.ordinal)
    rows = select(item.id, row).join(row, same).where(item.id.in_([one.id for one in items]))
    return {item_id: label_in(suggestion) for item_id, suggestion in session.execute(rows)}


def turns_around(session: Session, items: Collection[ReviewItem]) -> dict[int, dict[int, Turn]]:
    """By the id of each item: its turn and the one before, by their numbers, without the words' times.

    They are of the transcript that the item's span counts in: its coding's, or else the interview's newest.
    """
    item, row = ReviewItemRow, TurnRow
    newest = select(func.max(TranscriptRow.id)).where(TranscriptRow.interview_id == item.interview_id)
    here = and_(
        row.transcript_id == func.coalesce(CodingRow.transcript_id, newest.scalar_subquery()),
        row.ordinal.in_((item.turn, item.turn - 1)),
    )
    columns = select(item.id, row.ordinal, row.speaker, row.text, row.start, row.end)
    rows = columns.select_from(item).outerjoin(CodingRow, CodingRow.id == item.coding_id).join(row, here)
    found = session.execute(rows.where(item.id.in_([one.id for one in items])))
    turns: dict[int, dict[int, Turn]] = {one.id: {} for one in items}
    for item_id, ordinal, speaker, text, start, end in found:
        turns[item_id][ordinal] = Turn(speaker, text, start, end)
    return turns


def sounding_turns(session: Session, items: Collection[ReviewItem]) -> dict[int, Turn]:
    """The turn, with the words' times, of those of the items whose interview is a recording, by the id of the item."""
    item, row, interview = ReviewItemRow, TurnRow, InterviewRow
    here = and_(row.transcript_id == CodingRow.transcript_id, row.ordinal == item.turn)
    rows = select(item.id, row).join(CodingRow, CodingRow.id == item.coding_id).join(row, here)
    rows = rows.join(interview, and_(interview.id == item.interview_id, interview.kind == AUDIO))
    found = session.execute(rows.where(item.id.in_([one.id for one in items])))
    return {item_id: turn_in(turn) for item_id, turn in found}


def turns_at(session: Session, transcript_id: int, ordinals: Collection[int]) -> dict[int, Turn]:
    """These turns of a transcript, by their number, without those that it lacks; the rest of it is not read."""
    rows = select(TurnRow).where(TurnRow.transcript_id == transcript_id, TurnRow.ordinal.in_(ordinals))
    return {row.ordinal: turn_in(row) for row in session.scalars(rows)}
