"""What people decided: events, added and never changed or removed. An undo is one more, naming another.

Each brings the projection of what there is to review in step (`store.projection`), in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, and_, func, insert, select
from sqlalchemy.orm import Session, aliased

from pipeline.errors import InputError
from pipeline.records import Identity as Identity  # what decisions are looked up by
from pipeline.records import Phrase
from pipeline.records import identity_of as identity_of
from store.choices import ACTIONS as ACTIONS
from store.choices import APPROVE as APPROVE
from store.choices import COMPETENCE as COMPETENCE
from store.choices import MOVE as MOVE
from store.choices import REJECT as REJECT
from store.choices import RELABEL as RELABEL
from store.choices import UNDO as UNDO
from store.choices import Choice as Choice
from store.choices import can_decide as can_decide
from store.choices import check_decision as check_decision
from store.choices import check_person as check_person
from store.database import insert_once
from store.interviews import interview_ids_of
from store.projection import AT_ONCE, Span, batches, lock_interviews, refresh_phrases, span_of, standing_decisions
from store.tables import DecisionRow, InterviewRow, ReviewItemRow

Made = tuple[Phrase, Choice]


@dataclass(frozen=True)
class Decision:
    """A choice on a phrase, as it was written down; `created` in UTC. `batch` names those made with one act."""

    id: int
    project_id: int
    phrase: Phrase
    choice: Choice
    created: datetime
    batch: str | None = None

    @property
    def identity(self) -> Identity:
        return identity_of(self.phrase)


@dataclass(frozen=True)
class Undone:
    """What became of the undoing of a batch: the undos written, and where another decision holds since: left alone."""

    undos: tuple[Decision, ...]
    decided_since: tuple[Decision, ...]


def decide(session: Session, project_id: int, phrase: Phrase, choice: Choice) -> Decision:
    """Writes the choice down as a new decision.

    InputError: the choice makes no sense, the project has no such interview, or what is to be undone is not a
    decision in force on this phrase.
    """
    check_decision(choice)
    interview_id = interview_ids_of(session, project_id, [phrase.interview])[phrase.interview]
    lock_interviews(session, [interview_id])
    if choice.undoes is not None:
        _check_undone(session, project_id, phrase, choice.undoes)
    values = _values(project_id, interview_id, phrase, choice)
    decision_id = insert_once(session, DecisionRow, **values)
    if decision_id is None:  # only the unique `undoes` can be taken
        raise InputError("avgjørelsen er alt angret", str(choice.undoes), "Last siden på nytt.")
    refresh_phrases(session, [span_of(interview_id, phrase)])
    return decisions_numbered(session, project_id, [decision_id])[decision_id]


def decide_all(session: Session, project_id: int, made: Sequence[Made]) -> str:
    """Writes the choices down as one batch, whose name it gives back; all of them or, with an InputError, none.

    InputError: as for `decide`; an undo is no part of a batch.
    """
    for _, choice in made:
        check_decision(choice)
        if choice.action == UNDO:
            raise InputError("en angring kan ikke være med her", choice.action, "Angre hele gruppen i stedet.")
    batch = uuid4().hex
    write_batch(session, project_id, made, batch)
    return batch


def undo_batch(session: Session, project_id: int, batch: str, person: str) -> Undone:
    """Undoes, as a batch of its own, what of the batch nobody has undone; what was decided since holds all the same.

    InputError: nobody is named, or the project has no such batch.
    """
    check_person(person)
    in_batch = (DecisionRow.project_id == project_id, DecisionRow.batch == batch)
    lock_interviews(session, session.scalars(select(DecisionRow.interview_id).where(*in_batch).distinct()).all())
    standing = tuple(_read(session, _decisions(project_id).where(*in_batch, standing_decisions())))
    if not standing and not history(session, project_id, batch=batch, limit=1):
        raise InputError("det finnes ingen slik gruppe av avgjørelser", batch, "Last siden på nytt.")
    since = _decided_since(session, project_id, batch)
    undos = [(one.phrase, Choice(UNDO, person, undoes=one.id)) for one in standing]
    ids = write_batch(session, project_id, undos, uuid4().hex)
    return Undone(tuple(decisions_numbered(session, project_id, ids).values()), since)


def history(
    session: Session,
    project_id: int,
    *,
    person: str = "",
    interview: str = "",
    batch: str = "",
    limit: int | None = None,
    offset: int = 0,
    newest_first: bool = False,
) -> tuple[Decision, ...]:
    """The project's decisions, undone ones and undos included, oldest first unless asked otherwise.

    Those of a person, an interview or a batch where one is given, and a page of them where there is a limit.
    """
    given = {DecisionRow.person: person, InterviewRow.name: interview, DecisionRow.batch: batch}
    query = _decisions(project_id).where(*(column == value for column, value in given.items() if value))
    if newest_first:
        query = query.order_by(None).order_by(DecisionRow.id.desc())
    return tuple(_read(session, query.limit(limit).offset(offset)))


def history_of(session: Session, project_id: int, identity: Identity) -> tuple[Decision, ...]:
    """The decisions on one phrase, undone ones and undos included, oldest first."""
    return tuple(_read(session, _on(_decisions(project_id), identity)))


def undone_by(session: Session, decision_ids: Collection[int]) -> dict[int, int]:
    """Those of the decisions that are undone, and the undo of each."""
    undos = select(DecisionRow.undoes, DecisionRow.id).where(DecisionRow.undoes.in_(decision_ids))
    return {undone: undo for undone, undo in session.execute(undos) if undone is not None}


def decisions_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, Decision]:
    """The project's decisions with these numbers, without those that it lacks."""
    found = (
        decision
        for some in batches(ids, AT_ONCE)
        for decision in _read(session, _decisions(project_id).where(DecisionRow.id.in_(some)))
    )
    return {decision.id: decision for decision in found}


def latest_wordings(session: Session, project_id: int, limit: int) -> tuple[str, ...]:
    """What the project's latest standing decisions are on, the newest first."""
    rows = select(DecisionRow.text).where(DecisionRow.project_id == project_id, standing_decisions())
    return tuple(session.scalars(rows.order_by(DecisionRow.id.desc()).limit(limit)))


def latest_by(session: Session, project_id: int, person: str) -> Decision | None:
    """What the person decided last, one by one, of what is in force still."""
    row = ReviewItemRow
    in_force = and_(
        row.decision_id == DecisionRow.id, *(getattr(row, n) == getattr(DecisionRow, n) for n in Span._fields)
    )
    query = _decisions(project_id).join(row, in_force).where(DecisionRow.person == person, DecisionRow.batch.is_(None))
    newest = query.order_by(None).order_by(DecisionRow.id.desc())
    return next(_read(session, newest.limit(1)), None)


def people_of(session: Session, project_id: int) -> tuple[str, ...]:
    """Everybody who has decided something in the project, by name."""
    people = select(DecisionRow.person).where(DecisionRow.project_id == project_id).distinct()
    return tuple(session.scalars(people.order_by(DecisionRow.person)))


def standing_in(session: Session, project_id: int, batch: str) -> int:
    """How many of the batch's decisions are neither undone nor undos."""
    here = (DecisionRow.project_id == project_id, DecisionRow.batch == batch, standing_decisions())
    return session.scalars(select(func.count()).select_from(DecisionRow).where(*here)).one()


def standing_on(session: Session, interview_id: int, turn: int) -> tuple[Decision, ...]:
    """Every decision on phrases of the turn that is neither undone nor an undo, oldest first."""
    rows = select(DecisionRow, InterviewRow.name).join(InterviewRow, InterviewRow.id == DecisionRow.interview_id)
    here = (DecisionRow.interview_id == interview_id, DecisionRow.turn == turn, standing_decisions())
    return tuple(_read(session, rows.where(*here).order_by(DecisionRow.id)))


def current_decisions(session: Session, project_id: int) -> dict[Identity, Decision]:
    """The decision in force for each phrase that has one: the newest that is neither undone nor an undo."""
    standing = _decisions(project_id).where(standing_decisions())
    return {decision.identity: decision for decision in _read(session, standing)}


def write_batch(session: Session, project_id: int, made: Sequence[Made], batch: str) -> list[int]:
    """Writes sensible choices down under the name of a batch; their numbers. Within `store`: `decide_all` checks."""
    interview_ids = interview_ids_of(session, project_id, {phrase.interview for phrase, _ in made})
    lock_interviews(session, interview_ids.values())
    rows = [
        _values(project_id, interview_ids[phrase.interview], phrase, choice) | {"batch": batch}
        for phrase, choice in made
    ]
    if not rows:
        return []
    added = insert(DecisionRow).returning(DecisionRow.id, sort_by_parameter_order=True)
    ids = list(session.scalars(added, rows))
    refresh_phrases(session, [span_of(interview_ids[phrase.interview], phrase) for phrase, _ in made])
    return ids


def _values(project_id: int, interview_id: int, phrase: Phrase, choice: Choice) -> dict[str, Any]:
    return {
        "project_id": project_id,
        **span_of(interview_id, phrase)._asdict(),
        "text": phrase.text,
        "action": choice.action,
        "category": choice.category,
        "positions": list(choice.positions),
        "note": choice.note,
        "person": choice.person.strip(),
        "undoes": choice.undoes,
    }


def _check_undone(session: Session, project_id: int, phrase: Phrase, undoes: int) -> None:
    undone = decisions_numbered(session, project_id, [undoes]).get(undoes)
    if undone is None or undone.identity != identity_of(phrase):
        raise InputError("utsagnet har ingen slik avgjørelse", str(undoes), "Last siden på nytt.")
    if undone.choice.action == UNDO:
        raise InputError("en angring kan ikke angres", str(undoes), "Ta avgjørelsen på nytt i stedet.")


def _decided_since(session: Session, project_id: int, batch: str) -> tuple[Decision, ...]:
    """What holds on the batch's phrases and is newer than the batch."""
    made, row = aliased(DecisionRow), ReviewItemRow
    same = [getattr(made, name) == getattr(row, name) for name in Span._fields]
    newer = _decisions(project_id).join(row, row.decision_id == DecisionRow.id).join(made, and_(*same))
    return tuple(_read(session, newer.where(made.batch == batch, row.decision_id > made.id)))


def _on(query: Select[DecisionRow, str], identity: Identity) -> Select[DecisionRow, str]:
    span = (DecisionRow.turn == identity.turn, DecisionRow.start == identity.start, DecisionRow.end == identity.end)
    # By the interview's number too, which stands with the span in an index.
    named = aliased(InterviewRow)
    number = select(named.id).where(named.project_id == DecisionRow.project_id, named.name == identity.interview)
    return query.where(DecisionRow.interview_id == number.scalar_subquery(), *span)


def _decisions(project_id: int) -> Select[DecisionRow, str]:
    return (
        select(DecisionRow, InterviewRow.name)
        .join(InterviewRow, InterviewRow.id == DecisionRow.interview_id)
        .where(DecisionRow.project_id == project_id)
        .order_by(DecisionRow.id)
    )


def _read(session: Session, query: Select[DecisionRow, str]) -> Iterator[Decision]:
    return (_decision(row, interview) for row, interview in session.execute(query))


def _decision(row: DecisionRow, interview: str) -> Decision:
    phrase = Phrase(interview, row.turn, row.start, row.end, row.text)
    choice = Choice(row.action, row.person, row.category, tuple(row.positions), row.note, row.undoes)
    return Decision(row.id, row.project_id, phrase, choice, row.created, row.batch)
