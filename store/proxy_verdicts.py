"""What people found of wordings that may stand in for a competence: added, never changed; the newest that stands holds.

An undo is one more, naming another: then what was found before it holds again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased

from pipeline.errors import InputError
from pipeline.records import Identity, Phrase, identity_of
from store.among import among
from store.choices import check_person
from store.database import insert_once
from store.interviews import interview_ids_of
from store.projection import Span, span_of
from store.tables import InterviewRow, ProxyVerdictRow

PROXY, NOT_PROXY = VERDICTS = ("proxy", "not_proxy")


@dataclass(frozen=True)
class ProxyVerdict:
    """What a person found of a phrase. `stands_for` is a key competence's id or free wording; `created` in UTC.

    With `undoes` it is the undoing of that verdict, whose words it repeats.
    """

    id: int
    project_id: int
    phrase: Phrase
    verdict: str
    stands_for: str
    note: str
    person: str
    created: datetime
    undoes: int | None = None

    @property
    def identity(self) -> Identity:
        return identity_of(self.phrase)


def judge_proxy(
    session: Session,
    project_id: int,
    phrase: Phrase,
    verdict: str,
    person: str,
    stands_for: str = "",
    note: str = "",
) -> ProxyVerdict:
    """Writes the verdict down. InputError: nobody is named, no such verdict, or no such interview in the project."""
    check_person(person)
    if verdict not in VERDICTS:
        raise InputError("ukjent vurdering", repr(verdict), f"Velg en av {', '.join(VERDICTS)}.")
    interview_id = interview_ids_of(session, project_id, [phrase.interview])[phrase.interview]
    row = ProxyVerdictRow(
        project_id=project_id,
        **span_of(interview_id, phrase)._asdict(),
        text=phrase.text,
        verdict=verdict,
        stands_for=stands_for,
        note=note,
        person=person.strip(),
    )
    session.add(row)
    session.flush()
    return verdict_in(row, phrase.interview)


def undo_verdict(session: Session, project_id: int, verdict_id: int, person: str) -> ProxyVerdict:
    """What was found before holds again; the undo, or the one that somebody was first with.

    InputError: nobody is named, or the project has no such verdict.
    """
    check_person(person)
    row = session.get(ProxyVerdictRow, verdict_id)
    if row is None or row.project_id != project_id or row.undoes is not None:
        raise InputError("vurderingen finnes ikke i prosjektet", str(verdict_id), "Last siden på nytt.")
    names = (*Span._fields, "text", "verdict", "stands_for", "note")
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    insert_once(session, ProxyVerdictRow, project_id=project_id, **values, person=person.strip(), undoes=row.id)
    found = _verdicts(project_id).where(ProxyVerdictRow.undoes == row.id)
    return next(verdict_in(undo, name) for undo, name in session.execute(found))


def verdicts_of(
    session: Session, project_id: int, of: Collection[Identity] | None = None, interview: str = ""
) -> dict[Identity, ProxyVerdict]:
    """The verdict that holds for each phrase of the project that has one, of these or of an interview where given."""
    row = ProxyVerdictRow
    rows = _verdicts(project_id).where(holding_verdicts())
    if of is not None:
        known = _ids_of_interviews(session, project_id, {one.interview for one in of})
        spans = [Span(known[one.interview], *one[1:]) for one in of if one.interview in known]
        rows = rows.join(*among([getattr(row, name) for name in Span._fields], spans))
    if interview:
        rows = rows.where(InterviewRow.name == interview)
    found = (verdict_in(verdict, name) for verdict, name in session.execute(rows))
    return {verdict.identity: verdict for verdict in found}


def verdict_history(session: Session, project_id: int) -> tuple[ProxyVerdict, ...]:
    """Every verdict and undo in the project, oldest first."""
    return tuple(verdict_in(row, interview) for row, interview in session.execute(_verdicts(project_id)))


@cache  # its aliases take longer to make than many a question to answer
def holding_verdicts() -> ColumnElement[bool]:
    """Within `store`, of `ProxyVerdictRow`: those that hold, one for each phrase that has any."""
    row, newer = ProxyVerdictRow, aliased(ProxyVerdictRow)
    same = [getattr(newer, name) == getattr(row, name) for name in ("project_id", *Span._fields)]
    return and_(_stands(row), ~exists().where(*same, newer.id > row.id, _stands(newer)))


def _stands(row: type[ProxyVerdictRow]) -> ColumnElement[bool]:
    undo = aliased(ProxyVerdictRow)
    return and_(row.undoes.is_(None), ~exists().where(undo.undoes == row.id))


def _ids_of_interviews(session: Session, project_id: int, names: Collection[str]) -> dict[str, int]:
    rows = select(InterviewRow.name, InterviewRow.id).where(InterviewRow.project_id == project_id)
    return {name: known for name, known in session.execute(rows.where(InterviewRow.name.in_(names)))}


def _verdicts(project_id: int) -> Select[ProxyVerdictRow, str]:
    rows = select(ProxyVerdictRow, InterviewRow.name).join(InterviewRow)
    return rows.where(ProxyVerdictRow.project_id == project_id).order_by(ProxyVerdictRow.id)


def verdict_in(row: ProxyVerdictRow, interview: str) -> ProxyVerdict:
    """Within `store`: the verdict that a row keeps."""
    return ProxyVerdict(
        id=row.id,
        project_id=row.project_id,
        phrase=Phrase(interview, row.turn, row.start, row.end, row.text),
        verdict=row.verdict,
        stands_for=row.stands_for,
        note=row.note,
        person=row.person,
        created=row.created,
        undoes=row.undoes,
    )
