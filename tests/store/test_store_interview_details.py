from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.interview_details import Change, as_added, change_details, changes_of, details_of, last_change
from store.interviews import Interview, interview_named
from store.projects import Project


def told(change: Change) -> tuple[str, str, str, str]:
    return change.field, change.before, change.after, change.person


def test_change_holds_and_is_kept_with_who(session: Session, project: Project, interview: Interview) -> None:
    """What a person changed holds from now on, and each changed field is kept with before, after and who."""
    new = replace(details_of(interview), role="butikkmedarbeider", held=date(2026, 11, 2))
    made = change_details(session, interview, new, " Kari ")
    assert details_of(interview_named(session, project.id, "kari")) == new
    expected = [("role", "butikksjef", "butikkmedarbeider", "Kari"), ("held", "", "2026-11-02", "Kari")]
    assert [told(change) for change in changes_of(session, interview.id)] == expected
    assert made == changes_of(session, interview.id)
    assert last_change(session, interview.id) == made[-1].id


def test_same_details_change_nothing(session: Session, interview: Interview) -> None:
    """Saving what is known already leaves no trace."""
    assert change_details(session, interview, details_of(interview), "Kari") == ()
    assert (changes_of(session, interview.id), last_change(session, interview.id)) == ((), 0)


def test_change_is_measured_against_what_is_kept(session: Session, interview: Interview) -> None:
    """A record read before somebody else's change does not hide it: before is what the database holds."""
    change_details(session, interview, replace(details_of(interview), chain="Sør"), "Kari")
    (change,) = change_details(session, interview, replace(details_of(interview), chain="Øst"), "Ola")
    assert told(change) == ("chain", "Sør", "Øst", "Ola")


def test_interview_is_known_as_it_was_added(session: Session, project: Project, interview: Interview) -> None:
    """After several changes the role and chain that it was added with are still told; nothing else goes back."""
    change_details(session, interview, replace(details_of(interview), role="a", chain="b", pseudonym="K2"), "Kari")
    change_details(session, interview, replace(details_of(interview), role="c"), "Kari")
    changed = interview_named(session, project.id, "kari")
    assert as_added(session, changed) == replace(changed, role=interview.role, chain=interview.chain)


def test_unchanged_interview_is_as_added(session: Session, interview: Interview) -> None:
    """Where nothing was changed it is the same."""
    assert as_added(session, interview) == interview


def test_change_needs_a_person(session: Session, interview: Interview) -> None:
    """Nobody's change is refused, and nothing is written."""
    with pytest.raises(InputError):
        change_details(session, interview, replace(details_of(interview), role="a"), " ")
    assert changes_of(session, interview.id) == ()


@pytest.mark.parametrize("change", ["UPDATE interview_changes SET person = 'Ola'", "DELETE FROM interview_changes"])
def test_changes_are_append_only(session: Session, interview: Interview, change: str) -> None:
    """The database refuses to alter or remove a change."""
    change_details(session, interview, replace(details_of(interview), role="a"), "Kari")
    with pytest.raises(DBAPIError):
        session.execute(text(change))
