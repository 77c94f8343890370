"""Corrections of transcripts by people: added, never changed. Each makes a version; what was decided comes along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from pipeline.corrections import Correction, correct_phrase, correct_phrases, correct_turn
from pipeline.errors import InputError
from pipeline.records import Phrase, Turn
from store.changes import carry_reading
from store.choices import UNDO, Choice, check_person
from store.corrected import newest_coding_of, phrases_coded, save_coding_with, save_with_turn
from store.decisions import Made, standing_on, write_batch
from store.interviews import Interview
from store.projection import lock_interviews
from store.proxy_verdicts import judge_proxy, undo_verdict, verdicts_of
from store.shown import turns_at
from store.spoken import Version, newest_version
from store.tables import TranscriptEditRow, TranscriptRow, TurnRow


@dataclass(frozen=True)
class TranscriptEdit:
    """A correction of the interview's transcript of this version, and why, if somebody said so."""

    from_version: int
    correction: Correction
    note: str = ""


@dataclass(frozen=True)
class Edited:
    """A correction as it was written down; `created` in UTC."""

    id: int
    edit: TranscriptEdit
    person: str
    created: datetime


def correct(session: Session, interview: Interview, edit: TranscriptEdit, person: str) -> int:
    """The number of the interview's next version, with the newest coding and all that holds at the phrases' new places.

    A decision on a phrase that moves, or gets other words, is undone and made again there, by the same person: all in
    one batch. Where no word of the phrase is left it is undone alone. InputError: nobody is named, there is no
    transcript, it has been changed since, or the span is none of it.
    """
    check_person(person)
    lock_interviews(session, [interview.id])
    newest, correction = newest_version(session, interview.id), edit.correction
    turn = _checked(session, newest, interview, edit)
    assert newest is not None, "it was checked"
    row = _write(session, interview.id, edit, person.strip())
    corrected = correct_turn(turn, correction)
    new_id = save_with_turn(session, newest.transcript_id, f"edit {row.id}", correction.turn, corrected)
    _carry_coding(session, newest.transcript_id, new_id, f"edit {row.id}", correction, corrected.text)
    carry_reading(session, newest.transcript_id, new_id, f"edit {row.id}", correction, corrected.text)
    _carry_decisions(session, interview, correction, turn.text, corrected.text, person)
    _carry_verdicts(session, interview, correction, turn.text, corrected.text, person)
    return newest.version + 1


def edits_of(session: Session, interview_id: int) -> tuple[Edited, ...]:
    """Every correction of the interview, oldest first."""
    rows = select(TranscriptEditRow).where(TranscriptEditRow.interview_id == interview_id)
    return tuple(map(_edited, session.scalars(rows.order_by(TranscriptEditRow.id))))


def replaced_words(session: Session, interview_id: int) -> dict[int, str]:
    """By the number of each correction of the interview: what stood there before it."""
    row, said = TranscriptEditRow, TranscriptRow
    of_version = and_(said.interview_id == row.interview_id, said.version == row.from_version)
    of_turn = and_(TurnRow.transcript_id == said.id, TurnRow.ordinal == row.turn)
    rows = select(row.id, row.start, row.end, TurnRow.text).join(said, of_version).join(TurnRow, of_turn)
    found = session.execute(rows.where(row.interview_id == interview_id))
    return {edit_id: text[start:end] for edit_id, start, end, text in found}


def _checked(session: Session, newest: Version | None, interview: Interview, edit: TranscriptEdit) -> Turn:
    """The turn that the edit is about."""
    if newest is None:
        raise InputError("intervjuet er ikke skrevet ut ennå", interview.name, "Vent til det er skrevet ut.")
    if newest.version != edit.from_version:
        raise InputError("utskriften er endret siden", interview.name, "Last siden på nytt, og rett igjen.")
    one, which = edit.correction, f"replikk {edit.correction.turn}"
    turn = turns_at(session, newest.transcript_id, [one.turn]).get(one.turn)
    if turn is None or not 0 <= one.start <= one.end <= len(turn.text):
        raise InputError("stedet finnes ikke i utskriften", which, "Last siden på nytt.")
    if not one.replacement.isprintable():
        raise InputError("teksten har tegn som ikke kan vises", which, "Skriv vanlige tegn.")
    if one.replacement == turn.text[one.start : one.end]:
        raise InputError("rettelsen endrer ingenting", which, "Skriv hva som ble sagt.")
    if not (turn.text[: one.start] + one.replacement + turn.text[one.end :]).strip():
        raise InputError("replikken blir tom", which, "La noe av den stå.")
    return turn


def _write(session: Session, interview_id: int, edit: TranscriptEdit, person: str) -> TranscriptEditRow:
    one = edit.correction
    row = TranscriptEditRow(
        interview_id=interview_id,
        from_version=edit.from_version,
        turn=one.turn,
        start=one.start,
        end=one.end,
        replacement=one.replacement,
        note=edit.note,
        person=person,
    )
    session.add(row)
    session.flush()
    return row


def _carry_coding(
    session: Session, transcript_id: int, new_id: int, key: str, correction: Correction, text: str
) -> None:
    """The newest coding of the transcript for its new version; of suggestions for the same phrase the first stays."""
    coding_id = newest_coding_of(session, transcript_id)
    if coding_id is None:
        return
    known = phrases_coded(session, coding_id, correction.turn)
    moved = dict(zip(known, correct_phrases(list(known.values()), correction, text), strict=True))
    save_coding_with(session, coding_id, new_id, key, correction.turn, moved)


def _carry_decisions(
    session: Session, interview: Interview, correction: Correction, said: str, text: str, person: str
) -> None:
    """All that stands on the phrases that move is undone, lest it hold at the old place; what held is made anew."""
    standing = [
        decision
        for decision in standing_on(session, interview.id, correction.turn)
        if _moves(decision.phrase, correction, said, text)
    ]
    in_force = {decision.identity: decision for decision in standing}
    undos: list[Made] = [(one.phrase, Choice(UNDO, person, undoes=one.id)) for one in standing]
    moved = sorted(in_force.values(), key=lambda decision: decision.id)
    anew = [(phrase, one.choice) for one in moved if (phrase := correct_phrase(one.phrase, correction, text))]
    write_batch(session, interview.project_id, [*undos, *anew], uuid4().hex)


def _carry_verdicts(
    session: Session, interview: Interview, correction: Correction, said: str, text: str, person: str
) -> None:
    """What holds on the phrases that move is undone, and found anew by the same person at the new place."""
    verdicts = verdicts_of(session, interview.project_id, interview=interview.name).values()
    for one in sorted(verdicts, key=lambda verdict: verdict.id):
        if not _moves(one.phrase, correction, said, text):
            continue
        undo_verdict(session, interview.project_id, one.id, person)
        if phrase := correct_phrase(one.phrase, correction, text):
            about = (one.verdict, one.person, one.stands_for, one.note)
            judge_proxy(session, interview.project_id, phrase, *about)


def _moves(phrase: Phrase, correction: Correction, said: str, text: str) -> bool:
    """Whether the phrase is one of this version's that gets another place or other words."""
    here = phrase.turn == correction.turn and said[phrase.start : phrase.end] == phrase.text
    return here and correct_phrase(phrase, correction, text) != phrase


def _edited(row: TranscriptEditRow) -> Edited:
    correction = Correction(row.turn, row.start, row.end, row.replacement)
    return Edited(row.id, TranscriptEdit(row.from_version, correction, row.note), row.person, row.created)
