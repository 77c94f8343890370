"""What interviews tell of change, and the competence that each change concerns.

A reading is kept by transcript and key, as a coding is. A change is tied to a phrase, and concerns the candidate that
has the phrase now: what people merge, split or move takes its changes along, and no tie is made anew for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, insert, select
from sqlalchemy.orm import Session

from pipeline.change import Change
from pipeline.change_ties import Tie
from pipeline.corrections import Correction, correct_phrases
from pipeline.records import Identity, Phrase, identity_of
from store.clusterings import candidate_rows, newest_row, places_of
from store.database import insert_once
from store.tables import (
    ChangeReadingRow,
    ChangeRow,
    ChangeTieRow,
    ChangeTyingRow,
    InterviewRow,
    MemberRow,
    TranscriptRow,
)


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes: those told in interviews of the role and the chain, where these are given."""

    role: str = ""
    chain: str = ""


class ChangeLine(NamedTuple):
    """A change without its words, to be counted; `candidate` and `way` as in `ToldChange`."""

    reading_id: int
    ordinal: int
    direction: str
    interview: str
    role: str
    chain: str
    candidate: str = ""
    way: str = ""


@dataclass(frozen=True)
class ToldChange:
    """A change with where it is told and what it concerns: `candidate` and `way` are empty, and `tied_to` None, where
    it is tied to nothing, or to what is in no candidate any more.
    """

    change: Change
    role: str
    chain: str
    candidate: str = ""
    way: str = ""
    tied_to: Identity | None = None

    @property
    def direction(self) -> str:
        return self.change.direction

    @property
    def interview(self) -> str:
        return self.change.phrase.interview


EVERY_CHANGE = ChangeFilter()


def is_read(session: Session, transcript_id: int, key: str) -> bool:
    """Whether the transcript's newest reading is by the rules of this key."""
    newest = _newest_reading(session, transcript_id)
    return newest is not None and newest.key.startswith(key)


def save_reading(session: Session, transcript_id: int, key: str, changes: Sequence[Change]) -> None:
    """What the transcript tells of change by this key; in force from then on, were there an older one by it too."""
    newest = _newest_reading(session, transcript_id)
    reading_id = insert_once(session, ChangeReadingRow, transcript_id=transcript_id, key=key)
    if reading_id is None and newest and not newest.key.startswith(key):
        again = f"{key} after {newest.id}"
        reading_id = insert_once(session, ChangeReadingRow, transcript_id=transcript_id, key=again)
    if reading_id is None or not changes:
        return
    rows = [
        {"reading_id": reading_id, "ordinal": i, "direction": one.direction, "cues": list(one.cues)} | _span(one.phrase)
        for i, one in enumerate(changes)
    ]
    session.execute(insert(ChangeRow), rows)


def carry_reading(
    session: Session, transcript_id: int, new_id: int, key: str, correction: Correction, text: str
) -> None:
    """The newest reading of a transcript for its corrected version, each change at its new place."""
    newest = _newest_reading(session, transcript_id)
    if newest is None:
        return
    known = [change for _number, change in _changes_in(session, {newest.id: ""})]
    moved = correct_phrases([one.phrase for one in known], correction, text)
    changes = [Change(phrase, one.direction, one.cues) for one, phrase in zip(known, moved, strict=True) if phrase]
    save_reading(session, new_id, key, changes)


def readings_of(session: Session, project_id: int) -> tuple[int, ...]:
    """The numbers of the project's readings in force: what the ties of its changes depend on."""
    return tuple(_readings(session, project_id, EVERY_CHANGE))


def changes_of(session: Session, project_id: int) -> tuple[Change, ...]:
    """All changes that the project's interviews tell of, interview for interview."""
    names = {number: about[0] for number, about in _readings(session, project_id, EVERY_CHANGE).items()}
    return tuple(change for _number, change in _changes_in(session, names))


def is_tied(session: Session, project_id: int, key: str) -> bool:
    """Whether the newest ties of the project are those of this key."""
    newest = _newest_tying(session, project_id)
    return newest is not None and newest.key == key


def save_ties(session: Session, project_id: int, key: str, ties: Mapping[Identity, Tie]) -> None:
    """The project's ties by this key, by the identity of the changes. From then on they are in force."""
    tying_id = insert_once(session, ChangeTyingRow, project_id=project_id, key=key)
    if tying_id is None:
        return
    names = {number: about[0] for number, about in _readings(session, project_id, EVERY_CHANGE).items()}
    rows = [
        {"tying_id": tying_id, "reading_id": reading_id, "ordinal": ordinal, "way": tie.way} | tie.phrase._asdict()
        for (reading_id, ordinal), change in _changes_in(session, names)
        if (tie := ties.get(identity_of(change.phrase)))
    ]
    if rows:
        session.execute(insert(ChangeTieRow), rows)


def change_lines(session: Session, project_id: int, wanted: ChangeFilter = EVERY_CHANGE) -> tuple[ChangeLine, ...]:
    """The changes that fit, interview for interview, each with the newest candidate that it concerns."""
    readings, ties = _readings(session, project_id, wanted), _ties_in_force(session, project_id)
    row = ChangeRow.__table__.c
    rows = select(row.reading_id, row.ordinal, row.direction).where(row.reading_id.in_(list(readings)))
    told: dict[int, list[ChangeLine]] = {reading_id: [] for reading_id in readings}
    for reading_id, ordinal, direction in session.execute(rows.order_by(row.reading_id, row.ordinal)):
        tie = ties.get((reading_id, ordinal), ("", ""))
        told[reading_id].append(ChangeLine(reading_id, ordinal, direction, *readings[reading_id], *tie))
    return tuple(line for lines in told.values() for line in lines)


def read_changes(session: Session, project_id: int, lines: Sequence[ChangeLine]) -> tuple[ToldChange, ...]:
    """These changes with their words, and the phrases that they are tied to."""
    known = dict(_changes_in(session, {line.reading_id: line.interview for line in lines}))
    phrases = _tied_phrases(session, project_id, {line.reading_id for line in lines})
    return tuple(
        ToldChange(
            known[place := (line.reading_id, line.ordinal)],
            line.role,
            line.chain,
            line.candidate,
            line.way,
            phrases.get(place) if line.candidate else None,
        )
        for line in lines
    )


def told_changes(session: Session, project_id: int, wanted: ChangeFilter = EVERY_CHANGE) -> tuple[ToldChange, ...]:
    """All changes that fit, with their words: for a file or the terminal, not for a page."""
    return read_changes(session, project_id, change_lines(session, project_id, wanted))


def _readings(session: Session, project_id: int, wanted: ChangeFilter) -> dict[int, tuple[str, str, str]]:
    """By the number of each interview's newest reading, of the newest transcript that has one: name, role and chain."""
    reading, transcript, interview = ChangeReadingRow, TranscriptRow, InterviewRow
    rows = select(interview.id, reading.id, interview.name, interview.role, interview.chain)
    rows = rows.join(transcript, transcript.interview_id == interview.id)
    rows = rows.join(reading, reading.transcript_id == transcript.id).where(interview.project_id == project_id)
    given = {name: value for name, value in vars(wanted).items() if value}
    rows = rows.where(*(getattr(interview, name) == value for name, value in given.items()))
    newest: dict[int, tuple[int, tuple[str, str, str]]] = {}
    for interview_id, reading_id, *about in session.execute(
        rows.order_by(interview.id, transcript.version, reading.id)
    ):
        newest[interview_id] = (reading_id, (about[0], about[1], about[2]))
    return dict(newest.values())


def _changes_in(session: Session, readings: Mapping[int, str]) -> list[tuple[tuple[int, int], Change]]:
    """The changes of these readings, each with reading and number; `readings` has the interview's name of each."""
    row = ChangeRow.__table__.c
    columns = (row.reading_id, row.ordinal, row.turn, row.start, row.end, row.text, row.direction, row.cues)
    rows = select(*columns).where(row.reading_id.in_(list(readings))).order_by(row.reading_id, row.ordinal)
    found = {
        (reading_id, ordinal): Change(Phrase(readings[reading_id], *span), direction, tuple(cues))
        for reading_id, ordinal, *span, direction, cues in session.execute(rows)
    }
    places = {reading_id: place for place, reading_id in enumerate(readings)}
    return sorted(found.items(), key=lambda one: (places[one[0][0]], one[0][1]))


def _ties_in_force(session: Session, project_id: int) -> dict[tuple[int, int], tuple[str, str]]:
    """By reading and number of a change: its candidate, and how it is tied to a phrase of that."""
    tying, clustering = _newest_tying(session, project_id), newest_row(session, project_id)
    if tying is None or clustering is None:
        return {}
    homes = {
        place.rows: (row.cid, frozenset(place.without))
        for row in candidate_rows(session, clustering.id)
        for place in places_of(row)
    }
    tie, member = ChangeTieRow.__table__.c, MemberRow.__table__.c
    same = and_(*(tie[name] == member[name] for name in Identity._fields))
    rows = select(tie.reading_id, tie.ordinal, tie.way, member.clustering_id, member.candidate, member.ordinal)
    rows = rows.join_from(ChangeTieRow.__table__, MemberRow.__table__, same).where(tie.tying_id == tying.id)
    found = {}
    for reading_id, number, way, clustering_id, candidate, ordinal in session.execute(rows):
        home = homes.get((clustering_id, candidate))
        if home and ordinal not in home[1]:
            found[reading_id, number] = (home[0], way)
    return found


def _tied_phrases(session: Session, project_id: int, readings: Collection[int]) -> dict[tuple[int, int], Identity]:
    """By reading and number of a change: the phrase that it is tied to."""
    tying, tie = _newest_tying(session, project_id), ChangeTieRow
    if tying is None:
        return {}
    rows = select(tie.reading_id, tie.ordinal, tie.interview, tie.turn, tie.start, tie.end)
    found = session.execute(rows.where(tie.tying_id == tying.id, tie.reading_id.in_(readings)))
    return {
        (reading_id, ordinal): Identity(interview, turn, start, end)
        for reading_id, ordinal, interview, turn, start, end in found
    }


def _newest_reading(session: Session, transcript_id: int) -> ChangeReadingRow | None:
    rows = select(ChangeReadingRow).where(ChangeReadingRow.transcript_id == transcript_id)
    return session.scalar(rows.order_by(ChangeReadingRow.id.desc()).limit(1))


def _newest_tying(session: Session, project_id: int) -> ChangeTyingRow | None:
    rows = select(ChangeTyingRow).where(ChangeTyingRow.project_id == project_id)
    return session.scalar(rows.order_by(ChangeTyingRow.id.desc()).limit(1))


def _span(phrase: Phrase) -> dict[str, Any]:
    return {"turn": phrase.turn, "start": phrase.start, "end": phrase.end, "text": phrase.text}
