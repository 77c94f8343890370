"""What people decided: events, added and never changed or removed. An undo is one more, naming another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES, Phrase
from pipeline.records import Identity as Identity  # what decisions are looked up by
from pipeline.records import identity_of as identity_of
from store.database import insert_once
from store.tables import DecisionRow, InterviewRow

APPROVE, MOVE, RELABEL, REJECT, UNDO = ACTIONS = ("approve", "move", "relabel", "reject", "undo")
COMPETENCE = CATEGORIES[0]


@dataclass(frozen=True)
class Choice:
    """What a person chose: category and positions from now on. `undoes` is the id of a decision."""

    action: str
    person: str
    category: str = ""
    positions: tuple[str, ...] = ()
    note: str = ""
    undoes: int | None = None


@dataclass(frozen=True)
class Decision:
    """A choice on a phrase, as it was written down; `created` in UTC."""

    id: int
    project_id: int
    phrase: Phrase
    choice: Choice
    created: datetime

    @property
    def identity(self) -> Identity:
        return identity_of(self.phrase)


def check_decision(choice: Choice) -> None:
    """InputError, saying what to choose instead, where the choice makes no sense by itself."""
    if choice.action not in ACTIONS:
        raise InputError("ukjent handling", repr(choice.action), f"Velg en av {', '.join(ACTIONS)}.")
    if not choice.person.strip():
        raise InputError("avgjørelsen mangler navn", repr(choice.person), "Oppgi hvem som avgjør.")
    if choice.action == UNDO and choice.undoes is None:
        raise InputError("angringen viser ikke til noen avgjørelse", choice.action, "Velg hva som angres.")
    if choice.action != UNDO and choice.undoes is not None:
        raise InputError("bare en angring kan vise til en avgjørelse", choice.action, f"Bruk {UNDO}.")
    _check_category(choice)
    _check_positions(choice)


def can_decide(choice: Choice) -> bool:
    """Whether `check_decision` accepts the choice."""
    try:
        check_decision(choice)
    except InputError:
        return False
    return True


def decide(session: Session, project_id: int, phrase: Phrase, choice: Choice) -> Decision:
    """Writes the choice down as a new decision.

    InputError: the choice makes no sense, the project has no such interview, or what is to be undone is not a
    decision in force on this phrase.
    """
    check_decision(choice)
    interview_id = _interview_id(session, project_id, phrase.interview)
    if choice.undoes is not None:
        _check_undone(session, project_id, phrase, choice.undoes)
    decision_id = insert_once(
        session,
        DecisionRow,
        project_id=project_id,
        interview_id=interview_id,
        turn=phrase.turn,
        start=phrase.start,
        end=phrase.end,
        text=phrase.text,
        action=choice.action,
        category=choice.category,
        positions=list(choice.positions),
        note=choice.note,
        person=choice.person.strip(),
        undoes=choice.undoes,
    )
    if decision_id is None:  # only the unique `undoes` can be taken
        raise InputError("avgjørelsen er alt angret", str(choice.undoes), "Last siden på nytt.")
    return next(_read(session, _decisions(project_id).where(DecisionRow.id == decision_id)))


def history(session: Session, project_id: int) -> tuple[Decision, ...]:
    """Every decision of the project, undone ones and undos included, oldest first."""
    return tuple(_read(session, _decisions(project_id)))


def current_decisions(session: Session, project_id: int) -> dict[Identity, Decision]:
    """The decision in force for each phrase that has one: the newest that is neither undone nor an undo."""
    undos = select(DecisionRow.undoes).where(DecisionRow.project_id == project_id, DecisionRow.action == UNDO)
    standing = _decisions(project_id).where(DecisionRow.action != UNDO, DecisionRow.id.not_in(undos))
    return {decision.identity: decision for decision in _read(session, standing)}


def _check_category(choice: Choice) -> None:
    hint = f"Velg en av {', '.join(CATEGORIES)}."
    if choice.category and choice.category not in CATEGORIES:
        raise InputError("ukjent kategori", repr(choice.category), hint)
    if not choice.category and choice.action in (APPROVE, MOVE, RELABEL):
        raise InputError("avgjørelsen mangler kategori", choice.action, hint)


def _check_positions(choice: Choice) -> None:
    hint = f"Velg blant {', '.join(POSITIONS)}."
    for position in choice.positions:
        if position not in POSITIONS:
            raise InputError("ukjent plass i balansemodellen", repr(position), hint)
    if choice.positions and choice.category != COMPETENCE:
        raise InputError("bare kompetanser har plass i modellen", repr(choice.category), "Fjern plassene.")
    if choice.action == MOVE and not choice.positions:
        raise InputError("flyttingen mangler plass", choice.action, hint)


def _check_undone(session: Session, project_id: int, phrase: Phrase, undoes: int) -> None:
    undone = next(_read(session, _decisions(project_id).where(DecisionRow.id == undoes)), None)
    if undone is None or undone.identity != identity_of(phrase):
        raise InputError("utsagnet har ingen slik avgjørelse", str(undoes), "Last siden på nytt.")
    if undone.choice.action == UNDO:
        raise InputError("en angring kan ikke angres", str(undoes), "Ta avgjørelsen på nytt i stedet.")


def _interview_id(session: Session, project_id: int, name: str) -> int:
    found = session.scalar(
        select(InterviewRow.id).where(InterviewRow.project_id == project_id, InterviewRow.name == name)
    )
    if found is None:
        raise InputError("intervjuet finnes ikke i prosjektet", name, "Velg et annet utsagn.")
    return found


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
    return Decision(row.id, row.project_id, phrase, choice, row.created)
