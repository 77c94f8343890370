"""What is known of an interview beside its content. It may be changed; who changed what when is kept, append-only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.choices import check_person
from store.interviews import Interview
from store.projection import lock_interviews
from store.tables import InterviewChangeRow, InterviewRow

KNOWN_BY = ("role", "chain")  # what the key of a transcript holds of these


@dataclass(frozen=True)
class Details:
    """What people know of an interview; `consent` is a date or reference, `held` the day of the interview."""

    role: str = ""
    chain: str = ""
    interviewer: str = ""
    pseudonym: str = ""
    consent: str = ""
    held: date | None = None


@dataclass(frozen=True)
class Change:
    """One field of `Details` that a person changed, as text; a date as `2026-11-02`. `created` in UTC."""

    id: int
    field: str
    before: str
    after: str
    person: str
    created: datetime


def details_of(interview: Interview) -> Details:
    """What is known of the interview now."""
    return Details(**{field.name: getattr(interview, field.name) for field in fields(Details)})


def change_details(session: Session, interview: Interview, details: Details, person: str) -> tuple[Change, ...]:
    """From now on this is what is known; what changed, which may be nothing. InputError: nobody is named.

    No transcript is made anew by it: `as_added` tells what the one there is was made with.
    """
    check_person(person)
    lock_interviews(session, [interview.id])
    row = session.get_one(InterviewRow, interview.id, populate_existing=True)
    rows = []
    for name, value in asdict(details).items():
        if (before := getattr(row, name)) != value:
            told = {"before": _text(before), "after": _text(value)}
            rows.append(InterviewChangeRow(interview_id=row.id, field=name, person=person.strip(), **told))
    session.add_all(rows)
    session.execute(update(InterviewRow).where(InterviewRow.id == row.id).values(**asdict(details)))
    session.flush()
    return tuple(map(_change, rows))


def known_values(session: Session, project_id: int, field: str) -> tuple[str, ...]:
    """What the project's interviews have in this field of `Details` that is text, each once."""
    column = getattr(InterviewRow, field)
    found = select(column).where(InterviewRow.project_id == project_id, column != "").distinct()
    return tuple(session.scalars(found))


def changes_of(session: Session, interview_id: int) -> tuple[Change, ...]:
    """Every change of the interview's details, oldest first."""
    rows = select(InterviewChangeRow).where(InterviewChangeRow.interview_id == interview_id)
    return tuple(map(_change, session.scalars(rows.order_by(InterviewChangeRow.id))))


def last_change(session: Session, interview_id: int) -> int:
    """The number of the latest change of the interview's details, or 0."""
    row = InterviewChangeRow
    return session.scalar(select(func.max(row.id)).where(row.interview_id == interview_id)) or 0


def as_added(session: Session, interview: Interview) -> Interview:
    """The interview with the role and chain that it was added with, by which its transcript is known."""
    row = InterviewChangeRow
    rows = select(row.field, row.before).where(row.interview_id == interview.id, row.field.in_(KNOWN_BY))
    first = {field: before for field, before in session.execute(rows.order_by(row.id.desc()))}
    role, chain = (first.get(name, getattr(interview, name)) for name in KNOWN_BY)
    return replace(interview, role=role, chain=chain)


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _change(row: InterviewChangeRow) -> Change:
    return Change(row.id, row.field, row.before, row.after, row.person, row.created)
