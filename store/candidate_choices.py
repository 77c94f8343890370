"""Which candidates people chose as key competences, with why and what: added, never changed; the newest holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store.choices import check_person
from store.tables import CandidateChoiceRow


@dataclass(frozen=True)
class CandidateChoice:
    """Whether a person chose the candidate; `why` it matters and `what` it is may be empty. `created` in UTC.

    `follows` is the decision on candidates that it follows from, None where somebody made it by itself.
    """

    id: int
    project_id: int
    candidate: str
    chosen: bool
    why: str
    what: str
    person: str
    created: datetime
    follows: int | None = None


def choose(
    session: Session,
    project_id: int,
    candidate: str,
    chosen: bool,
    person: str,
    why: str = "",
    what: str = "",
    follows: int | None = None,
) -> CandidateChoice:
    """Writes down whether the candidate of this id is a key competence, and its texts. InputError: nobody is named."""
    check_person(person)
    row = CandidateChoiceRow(
        project_id=project_id,
        cid=candidate,
        chosen=chosen,
        why=why,
        what=what,
        person=person.strip(),
        follows=follows,
    )
    session.add(row)
    session.flush()
    return _choice(row)


def choose_merged(session: Session, project_id: int, candidates: Sequence[str], person: str, decision: int) -> None:
    """The candidates are one, by this decision: the first is chosen where one of them was, with the texts of all."""
    known = choices_of(session, project_id)
    first, *others = candidates
    there = [known[one] for one in candidates if one in known]
    if not any(other in known for other in others):
        return
    why, what = _joined(one.why for one in there), _joined(one.what for one in there)
    choose(session, project_id, first, any(one.chosen for one in there), person, why, what, decision)
    for other in others:
        if other in known and known[other].chosen:
            choose(session, project_id, other, False, person, known[other].why, known[other].what, decision)


def choose_as_before(session: Session, project_id: int, undone: int, person: str, decision: int) -> None:
    """What followed from the decision `undone`, and still holds, is as it was before, by this decision."""
    for candidate, choice in choices_of(session, project_id).items():
        if choice.follows == undone:
            earlier = [one for one in choice_history(session, project_id, candidate) if one.id < choice.id]
            chosen, why, what = (earlier[-1].chosen, earlier[-1].why, earlier[-1].what) if earlier else (False, "", "")
            choose(session, project_id, candidate, chosen, person, why, what, decision)


def choices_of(session: Session, project_id: int) -> dict[str, CandidateChoice]:
    """What holds for each candidate that somebody chose, or chose no longer, by its id."""
    newest = select(func.max(CandidateChoiceRow.id)).group_by(CandidateChoiceRow.cid)
    rows = _choices(project_id).where(
        CandidateChoiceRow.id.in_(newest.where(CandidateChoiceRow.project_id == project_id))
    )
    return {row.cid: _choice(row) for row in session.scalars(rows)}


def choice_history(session: Session, project_id: int, candidate: str = "") -> tuple[CandidateChoice, ...]:
    """Every choice in the project, or of one candidate, oldest first."""
    rows = _choices(project_id)
    if candidate:
        rows = rows.where(CandidateChoiceRow.cid == candidate)
    return tuple(map(_choice, session.scalars(rows)))


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(filter(None, dict.fromkeys(texts)))


def _choices(project_id: int) -> Select[CandidateChoiceRow]:
    rows = select(CandidateChoiceRow).where(CandidateChoiceRow.project_id == project_id)
    return rows.order_by(CandidateChoiceRow.id)


def _choice(row: CandidateChoiceRow) -> CandidateChoice:
    return CandidateChoice(
        row.id, row.project_id, row.cid, row.chosen, row.why, row.what, row.person, row.created, row.follows
    )
