"""What people did to candidates: edits, added and never changed or removed. An undo is one more, naming another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pipeline.edits import Edit, Part, Taken
from pipeline.errors import InputError
from pipeline.records import Identity
from store.database import insert_once
from store.tables import CandidateDecisionRow

UNDO = "undo"


@dataclass(frozen=True)
class CandidateDecision:
    """An edit by a person, or with `undoes` the undoing of one; `stands` unless undone; `created` in UTC."""

    id: int
    project_id: int
    edit: Edit
    person: str
    note: str
    undoes: int | None
    stands: bool
    created: datetime


def decide_candidates(session: Session, project_id: int, edit: Edit, person: str, note: str = "") -> CandidateDecision:
    """Writes the edit down as a new decision. InputError: nobody is named."""
    parts = [_part_values(part) for part in edit.parts]
    return _add(session, project_id, person, action=edit.action, parts=parts, name=edit.name, note=note)


def undo_candidates(session: Session, project_id: int, undoes: int, person: str) -> CandidateDecision:
    """Undoes a decision. InputError: nobody is named, there is none such, or it is undone or itself an undo."""
    undone = next((one for one in candidate_history(session, project_id) if one.id == undoes), None)
    if undone is None:
        raise InputError("prosjektet har ingen slik avgjørelse", str(undoes), "Se dem med candidates list.")
    if undone.undoes is not None:
        raise InputError("en angring kan ikke angres", str(undoes), "Ta avgjørelsen på nytt i stedet.")
    return _add(session, project_id, person, action=UNDO, parts=[], name="", note="", undoes=undoes)


def candidate_history(session: Session, project_id: int) -> tuple[CandidateDecision, ...]:
    """Every decision on the project's candidates, undone ones and undos included, oldest first."""
    rows = session.scalars(_decisions(project_id)).all()
    undone = {row.undoes for row in rows if row.undoes is not None}
    return tuple(_decision(row, row.id not in undone) for row in rows)


def edits_taken(history: Iterable[CandidateDecision]) -> tuple[Taken, ...]:
    """The edits of a history, and which of them stand."""
    return tuple(Taken(one.edit, one.stands) for one in history if one.undoes is None)


def _add(session: Session, project_id: int, person: str, **values: Any) -> CandidateDecision:
    if not person.strip():
        raise InputError("avgjørelsen mangler navn", repr(person), "Oppgi hvem som avgjør.")
    added = insert_once(session, CandidateDecisionRow, project_id=project_id, person=person.strip(), **values)
    if added is None:  # only the unique `undoes` can be taken
        raise InputError("avgjørelsen er alt angret", str(values["undoes"]), "Se dem med candidates list.")
    return next(one for one in candidate_history(session, project_id) if one.id == added)


def _decisions(project_id: int) -> Select[CandidateDecisionRow]:
    of_project = select(CandidateDecisionRow).where(CandidateDecisionRow.project_id == project_id)
    return of_project.order_by(CandidateDecisionRow.id)


def _part_values(part: Part) -> dict[str, Any]:
    """A part with its spans gathered by interview, since a split remembers every phrase of the project."""
    spans: dict[str, list[list[int]]] = {}
    for interview, *span in part.phrases:
        spans.setdefault(interview, []).append(span)
    return {"id": part.id, "name": part.name, "phrases": spans}


def _decision(row: CandidateDecisionRow, stands: bool) -> CandidateDecision:
    edit = Edit(row.action, _parts(row.parts), row.name)
    return CandidateDecision(row.id, row.project_id, edit, row.person, row.note, row.undoes, stands, row.created)


def _parts(values: Sequence[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            value["id"],
            value["name"],
            tuple(Identity(interview, *span) for interview, spans in value["phrases"].items() for span in spans),
        )
        for value in values
    )
