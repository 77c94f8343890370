"""Help for the tests of the store: coded interviews of few words, and all that a projection holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.records import Grounds, Label, Phrase, Placement, Proxy, Suggestion, Transcript, Turn
from store.interviews import Interview
from store.results import StoredTranscript, save_coding, save_transcript
from store.tables import Base, ItemPositionRow, ReviewItemRow

ANSWER = "Jeg ser kunden, rydder lageret og er blid hver dag."
SEES, TIDIES, CHEERFUL, DAY = "ser kunden", "rydder lageret", "er blid", "hver dag"


def phrase_of(words: str, answer: str = ANSWER, interview: str = "kari") -> Phrase:
    """The span of the words in the respondent's turn, which is the second."""
    start = answer.index(words)
    return Phrase(interview, 1, start, start + len(words), words)


def labels() -> dict[str, Label]:
    """A competence with two positions, a task, a trait that is a proxy, and nothing."""
    places = (Placement("people", 0.6), Placement("pace", 0.3))
    return {
        SEES: Label("competence", 0.9, places, None, Grounds(safe=True)),
        TIDIES: Label("task", 0.55, (), None, Grounds(unsure=True)),
        CHEERFUL: Label("trait", 0.8, (), Proxy("trait", "Yte service", "Hva gjorde du?")),
        DAY: Label("none", 0.7),
    }


def suggestions(interview: str = "kari") -> tuple[Suggestion, ...]:
    return tuple(Suggestion(phrase_of(words, interview=interview), label) for words, label in labels().items())


def transcribed(session: Session, interview: Interview, answer: str = ANSWER, key: str = "k") -> StoredTranscript:
    turns = (Turn("interviewer", "Hva gjør du?"), Turn("respondent", answer))
    return save_transcript(session, interview.id, key, Transcript(interview.name, turns))


def coded(session: Session, interview: Interview) -> StoredTranscript:
    """The transcript of an interview that was coded now."""
    stored = transcribed(session, interview)
    save_coding(session, stored.id, "k", "r", suggestions(interview.name))
    return stored


def projected(session: Session) -> list[tuple[Any, ...]]:
    """All rows of the projection, those of positions too, without the ids that each making gives anew."""
    names = {row.id: (row.interview_id, row.turn, row.start, row.end) for row in _rows(session, ReviewItemRow)}
    items = [_values(row, "id") for row in _rows(session, ReviewItemRow)]
    positions = [(names[row.item_id], *_values(row, "item_id")) for row in _rows(session, ItemPositionRow)]
    return sorted(items, key=repr) + sorted(positions, key=repr)


def _rows(session: Session, table: type[Any]) -> list[Any]:
    session.expire_all()
    return list(session.scalars(select(table)))


def _values(row: Base, without: str) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in row.__table__.columns if column.name != without)
