"""What people did to candidates: edits, added and never changed or removed. An undo is one more, naming another.

What follows from an edit is written with it: the candidates as it leaves them (`store.candidate_edits`), and whether
they are chosen (`store.candidate_choices`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from pipeline.edits import MERGE, RENAME, SPLIT, Edit, Part, Taken
from pipeline.errors import InputError
from pipeline.records import Candidate, Identity
from pipeline.regroup import touched
from store.candidate_choices import choose_as_before, choose_merged
from store.candidate_edits import Working, load_working, show_edit
from store.choices import check_person
from store.clusterings import phrases_in
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


@dataclass(frozen=True)
class EditLine:
    """An edit in a list: what it made, under which name, by whom, and who undid it, None where it stands."""

    id: int
    action: str
    name: str
    person: str
    undone_by: str | None
    created: datetime


def decide_candidates(session: Session, project_id: int, edit: Edit, person: str, note: str = "") -> CandidateDecision:
    """Writes the edit down as a new decision, and shows it. InputError: nobody is named."""
    return _decide(session, project_id, edit, load_working(session, project_id, touched(edit)), person, note)


def edit_candidates(
    session: Session, project_id: int, ids: Collection[str], make: Callable[[Sequence[Candidate]], Edit], person: str
) -> CandidateDecision:
    """The same for the edit that is made of the newest candidates, of which those with these ids have phrases."""
    working = load_working(session, project_id, ids)
    return _decide(session, project_id, make(working.candidates if working else ()), working, person, "")


def _decide(
    session: Session, project_id: int, edit: Edit, working: Working | None, person: str, note: str
) -> CandidateDecision:
    parts = _parts_values(edit, working.newest.id if working else None)
    values = {"action": edit.action, "parts": parts, "name": edit.name, "note": note}
    made = _add(session, project_id, person, **values)
    if working:
        show_edit(session, project_id, working, made.id, edit)
    if edit.action == MERGE:
        choose_merged(session, project_id, [part.id for part in edit.parts], person, made.id)
    return CandidateDecision(made.id, project_id, edit, made.person, made.note, None, True, made.created)


def undo_candidates(session: Session, project_id: int, undoes: int, person: str) -> CandidateDecision:
    """Undoes a decision, and shows it undone.

    InputError: nobody is named, there is none such, or it is undone or itself an undo.
    """
    undone = decision_numbered(session, project_id, undoes)
    if undone.undoes is not None:
        raise InputError("en angring kan ikke angres", str(undoes), "Ta avgjørelsen på nytt i stedet.")
    made = _add(session, project_id, person, action=UNDO, parts=[], name="", note="", undoes=undoes)
    working = load_working(session, project_id, touched(undone.edit))
    if working:
        show_edit(session, project_id, working, made.id, undone.edit, undone=True)
    choose_as_before(session, project_id, undoes, person, made.id)
    return _decision(made, stands=True)


def decision_numbered(session: Session, project_id: int, number: int) -> CandidateDecision:
    """The project's decision of this number, a split without the phrases of others. InputError where there is none."""
    row = session.scalar(_decisions(project_id).where(CandidateDecisionRow.id == number))
    if row is None:
        raise InputError("prosjektet har ingen slik avgjørelse", str(number), "Se dem med candidates list.")
    undone = session.scalar(select(CandidateDecisionRow.id).where(CandidateDecisionRow.undoes == number))
    return _decision(row, undone is None)


def latest_edits(session: Session, project_id: int, limit: int = 10) -> tuple[EditLine, ...]:
    """The newest edits, undone ones included, without their parts, which may be large."""
    row, undo = CandidateDecisionRow, aliased(CandidateDecisionRow)
    columns = select(row.id, row.action, row.name, row.person, undo.person, row.created)
    rows = columns.outerjoin(undo, undo.undoes == row.id).where(row.project_id == project_id, row.undoes.is_(None))
    found = session.execute(rows.order_by(row.id.desc()).limit(limit))
    return tuple(EditLine(*values) for values in found)


def peoples_titles(session: Session, project_id: int) -> frozenset[str]:
    """Every name that somebody gave a candidate."""
    row = CandidateDecisionRow
    named = select(row.name).where(row.project_id == project_id, row.action.in_((MERGE, SPLIT, RENAME)))
    return frozenset(session.scalars(named.distinct())) - {""}


def show_later(session: Session, project_id: int, seen: Collection[int]) -> None:
    """Shows on a clustering that was just saved what was decided while it was made: it was made by the decisions
    `seen`."""
    later = select(CandidateDecisionRow.id).where(CandidateDecisionRow.project_id == project_id)
    for number in session.scalars(later.order_by(CandidateDecisionRow.id)).all():
        if number not in seen:
            made = decision_numbered(session, project_id, number)
            edit = decision_numbered(session, project_id, made.undoes).edit if made.undoes else made.edit
            working = load_working(session, project_id, touched(edit))
            assert working is not None, "it was saved just now"
            show_edit(session, project_id, working, number, edit, undone=made.undoes is not None)


def candidate_history(session: Session, project_id: int) -> tuple[CandidateDecision, ...]:
    """Every decision on the project's candidates, undone ones and undos included, oldest first."""
    rows = session.scalars(_decisions(project_id)).all()
    undone = {row.undoes for row in rows if row.undoes is not None}
    return tuple(_whole(session, row, _decision(row, row.id not in undone)) for row in rows)


def edits_taken(history: Iterable[CandidateDecision]) -> tuple[Taken, ...]:
    """The edits of a history, and which of them stand."""
    return tuple(Taken(one.edit, one.stands) for one in history if one.undoes is None)


def _add(session: Session, project_id: int, person: str, **values: Any) -> CandidateDecisionRow:
    check_person(person)
    added = insert_once(session, CandidateDecisionRow, project_id=project_id, person=person.strip(), **values)
    if added is None:  # only the unique `undoes` can be taken
        raise InputError("avgjørelsen er alt angret", str(values["undoes"]), "Se dem med candidates list.")
    return session.scalars(_decisions(project_id).where(CandidateDecisionRow.id == added)).one()


def _decisions(project_id: int) -> Select[CandidateDecisionRow]:
    of_project = select(CandidateDecisionRow).where(CandidateDecisionRow.project_id == project_id)
    return of_project.order_by(CandidateDecisionRow.id)


def _parts_values(edit: Edit, clustering_id: int | None) -> list[dict[str, Any]]:
    """What the edit is about. All other phrases of the time, in a split, are the rest of the clustering then."""
    if edit.action != SPLIT or clustering_id is None:
        return [_part_values(part) for part in edit.parts]
    return [*(_part_values(part) for part in edit.parts[:2]), {"id": "", "name": "", "rest_of": clustering_id}]


def _part_values(part: Part) -> dict[str, Any]:
    """A part with its spans gathered by interview."""
    spans: dict[str, list[list[int]]] = {}
    for interview, *span in part.phrases:
        spans.setdefault(interview, []).append(span)
    return {"id": part.id, "name": part.name, "phrases": spans}


def _decision(row: CandidateDecisionRow, stands: bool) -> CandidateDecision:
    edit = Edit(row.action, _parts(row.parts), row.name)
    return CandidateDecision(row.id, row.project_id, edit, row.person, row.note, row.undoes, stands, row.created)


def _parts(values: Sequence[dict[str, Any]]) -> tuple[Part, ...]:
    """Without the phrases of a split's last part, where those are the rest of a clustering."""
    return tuple(
        Part(
            value["id"],
            value["name"],
            tuple(
                Identity(interview, *span) for interview, spans in value.get("phrases", {}).items() for span in spans
            ),
        )
        for value in values
    )


def _whole(session: Session, row: CandidateDecisionRow, decision: CandidateDecision) -> CandidateDecision:
    """The decision with the rest of the clustering that a split was made in."""
    last = row.parts[-1] if row.parts else {}
    if "rest_of" not in last:
        return decision
    parts = decision.edit.parts[:2]
    known = {phrase for part in parts for phrase in part.phrases}
    rest = tuple(phrase for phrase in phrases_in(session, last["rest_of"]) if phrase not in known)
    return replace(decision, edit=replace(decision.edit, parts=(*parts, Part("", "", rest))))
