from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipeline.edits import Edit, Part
from pipeline.errors import InputError
from pipeline.records import Identity
from store.candidate_decisions import candidate_history, decide_candidates, edits_taken, undo_candidates
from store.projects import Project, create_project

SEE = Part("see", "Se folk", (Identity("kari", 1, 4, 32), Identity("kari", 2, 0, 9), Identity("ola", 1, 0, 7)))
CALM = Part("calm", "Roe ned", (Identity("ola", 3, 0, 12),))
MERGE = Edit("merge", (SEE, CALM), "Se folk")
RENAME = Edit("rename", (SEE,), "Møte folk")


def test_edit_is_kept_as_it_was_made(session: Session, project: Project) -> None:
    """An edit comes back with its parts, name and person, and stands."""
    made = decide_candidates(session, project.id, MERGE, " Kari ", note="sa det samme")
    session.expire_all()
    assert candidate_history(session, project.id) == (made,)
    assert (made.edit, made.person, made.note, made.undoes, made.stands) == (MERGE, "Kari", "sa det samme", None, True)


def test_undone_edit_stands_no_more(session: Session, project: Project) -> None:
    """An undo is one more decision; the edit is still in the history, and the others stand."""
    first = decide_candidates(session, project.id, MERGE, "Kari")
    decide_candidates(session, project.id, RENAME, "Kari")
    undo = undo_candidates(session, project.id, first.id, "Ola")
    history = candidate_history(session, project.id)
    assert [one.stands for one in history] == [False, True, True]
    assert (undo.undoes, undo.person) == (first.id, "Ola")
    assert [(one.edit, one.stands) for one in edits_taken(history)] == [(MERGE, False), (RENAME, True)]


def test_undoing_twice_is_refused(session: Session, project: Project) -> None:
    """A decision can be undone once, and the session can go on after the second try."""
    first = decide_candidates(session, project.id, MERGE, "Kari")
    undo_candidates(session, project.id, first.id, "Kari")
    with pytest.raises(InputError, match="alt angret"):
        undo_candidates(session, project.id, first.id, "Ola")
    assert len(candidate_history(session, project.id)) == 2


def test_undo_of_an_undo_is_refused(session: Session, project: Project) -> None:
    """An undo stands: who regrets it decides anew."""
    first = decide_candidates(session, project.id, MERGE, "Kari")
    undo = undo_candidates(session, project.id, first.id, "Kari")
    with pytest.raises(InputError, match="på nytt"):
        undo_candidates(session, project.id, undo.id, "Kari")


def test_undo_of_another_projects_edit_is_refused(session: Session, project: Project) -> None:
    """Decisions belong to their project: another can neither see nor undo them."""
    first = decide_candidates(session, project.id, MERGE, "Kari")
    other = create_project(session, "Sykehjem", ())
    assert candidate_history(session, other.id) == ()
    with pytest.raises(InputError, match="ingen slik"):
        undo_candidates(session, other.id, first.id, "Kari")


def test_edit_by_nobody_is_refused(session: Session, project: Project) -> None:
    """A decision needs a person's name; nothing is written without one."""
    with pytest.raises(InputError, match="navn"):
        decide_candidates(session, project.id, MERGE, "  ")
    assert candidate_history(session, project.id) == ()


@pytest.mark.parametrize(
    "statement", ["UPDATE candidate_decisions SET person = 'Per'", "DELETE FROM candidate_decisions"]
)
def test_database_refuses_to_change_or_remove(session: Session, project: Project, statement: str) -> None:
    """UPDATE and DELETE fail in the database itself, and the decision stays."""
    made = decide_candidates(session, project.id, MERGE, "Kari")
    session.commit()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement))
    session.rollback()
    assert candidate_history(session, project.id) == (made,)


def test_database_refuses_to_replace_or_empty(session: Session, project: Project) -> None:
    """The engine's own way around UPDATE and DELETE, REPLACE or TRUNCATE, fails as well."""
    made = decide_candidates(session, project.id, MERGE, "Kari")
    session.commit()
    sqlite = session.get_bind().dialect.name == "sqlite"
    replace = "INSERT OR REPLACE INTO candidate_decisions SELECT * FROM candidate_decisions"
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(replace if sqlite else "TRUNCATE candidate_decisions CASCADE"))
    session.rollback()
    assert candidate_history(session, project.id) == (made,)
