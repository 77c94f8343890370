from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from pipeline.records import Phrase, Suggestion, Transcript
from store.decisions import (
    Choice,
    current_decisions,
    decide,
    history,
    identity_of,
)
from store.interviews import Interview
from store.projects import Project, create_project
from store.results import save_coding, save_transcript

APPROVE = Choice("approve", "Kari", "competence", ("people", "pace+presence"), note="tydelig")


@pytest.fixture(autouse=True)
def added(interview: Interview) -> None:
    """Every decision here is on the interview `kari`."""


def test_decision_is_kept_as_it_was_made(session: Session, project: Project, phrase: Phrase) -> None:
    """A decision comes back with its phrase, choice and person."""
    decision = decide(session, project.id, phrase, APPROVE)
    session.expire_all()
    assert (decision.phrase, decision.choice) == (phrase, APPROVE)
    assert history(session, project.id) == (decision,)
    assert current_decisions(session, project.id) == {identity_of(phrase): decision}


def test_newest_decision_is_in_force(session: Session, project: Project, phrase: Phrase) -> None:
    """The newest decision on a phrase is in force, and the older one stays in the history."""
    first = decide(session, project.id, phrase, APPROVE)
    second = decide(session, project.id, phrase, Choice("reject", "Ola"))
    assert current_decisions(session, project.id) == {second.identity: second}
    assert history(session, project.id) == (first, second)


def test_undo_brings_back_the_one_before(session: Session, project: Project, phrase: Phrase) -> None:
    """Undoing the newest decision puts the one before in force again; undoing that too leaves none."""
    first = decide(session, project.id, phrase, APPROVE)
    second = decide(session, project.id, phrase, Choice("reject", "Ola"))
    undo = decide(session, project.id, phrase, Choice("undo", "Ola", undoes=second.id))
    assert current_decisions(session, project.id) == {first.identity: first}
    decide(session, project.id, phrase, Choice("undo", "Ola", undoes=first.id))
    assert current_decisions(session, project.id) == {}
    assert history(session, project.id)[:3] == (first, second, undo)


def test_undo_of_an_older_decision_leaves_the_newest(session: Session, project: Project, phrase: Phrase) -> None:
    """Undoing an older decision does not touch the newer one."""
    first = decide(session, project.id, phrase, APPROVE)
    second = decide(session, project.id, phrase, Choice("reject", "Ola"))
    decide(session, project.id, phrase, Choice("undo", "Ola", undoes=first.id))
    assert current_decisions(session, project.id) == {second.identity: second}


def test_undoing_twice_is_refused(session: Session, project: Project, phrase: Phrase) -> None:
    """A decision can be undone once, and the session can go on after the second try."""
    first = decide(session, project.id, phrase, APPROVE)
    undo = Choice("undo", "Ola", undoes=first.id)
    decide(session, project.id, phrase, undo)
    with pytest.raises(InputError, match="alt angret"):
        decide(session, project.id, phrase, undo)
    assert len(history(session, project.id)) == 2


def test_undo_of_an_undo_is_refused(session: Session, project: Project, phrase: Phrase) -> None:
    """An undo stands: who regrets it decides anew."""
    first = decide(session, project.id, phrase, APPROVE)
    undo = decide(session, project.id, phrase, Choice("undo", "Ola", undoes=first.id))
    with pytest.raises(InputError, match="på nytt"):
        decide(session, project.id, phrase, Choice("undo", "Ola", undoes=undo.id))


def test_undo_on_another_phrase_is_refused(session: Session, project: Project, phrase: Phrase) -> None:
    """An undo must be on the phrase of the decision that it undoes, and that decision must be there."""
    first = decide(session, project.id, phrase, APPROVE)
    with pytest.raises(InputError, match="ingen slik"):
        decide(session, project.id, replace(phrase, turn=7), Choice("undo", "Ola", undoes=first.id))
    with pytest.raises(InputError, match="ingen slik"):
        decide(session, project.id, phrase, Choice("undo", "Ola", undoes=first.id + 1))


def test_decision_on_an_unknown_interview_is_refused(session: Session, project: Project, phrase: Phrase) -> None:
    """A phrase of an interview that the project lacks cannot be decided."""
    with pytest.raises(InputError, match="per"):
        decide(session, project.id, replace(phrase, interview="per"), APPROVE)


def test_projects_do_not_see_each_others_decisions(session: Session, project: Project, phrase: Phrase) -> None:
    """Decisions belong to their project."""
    decide(session, project.id, phrase, APPROVE)
    other = create_project(session, "Sykehjem", ())
    assert history(session, other.id) == ()
    assert current_decisions(session, other.id) == {}


def test_coding_again_keeps_the_decisions(
    session: Session,
    project: Project,
    interview: Interview,
    phrase: Phrase,
    transcript: Transcript,
    suggestion: Suggestion,
) -> None:
    """A new model's coding, and a new transcript, leave every decision as it was."""
    stored = save_transcript(session, interview.id, "t1", transcript)
    save_coding(session, stored.id, "c1", "m1", [suggestion])
    decision = decide(session, project.id, phrase, APPROVE)
    save_coding(session, stored.id, "c2", "m2", [])
    save_transcript(session, interview.id, "t2", transcript)
    assert current_decisions(session, project.id) == {identity_of(phrase): decision}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET person = 'Per'",
        "DELETE FROM decisions",
        "DELETE FROM decisions WHERE action = 'approve'",
    ],
)
def test_database_refuses_to_change_or_remove_decisions(
    session: Session, project: Project, phrase: Phrase, statement: str
) -> None:
    """UPDATE and DELETE on decisions fail in the database itself, and the decision stays."""
    decision = decide(session, project.id, phrase, APPROVE)
    session.commit()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement))
    session.rollback()
    assert history(session, project.id) == (decision,)


def test_database_refuses_to_replace_or_empty(session: Session, project: Project, phrase: Phrase) -> None:
    """The engine's own way around UPDATE and DELETE, REPLACE or TRUNCATE, fails as well."""
    decision = decide(session, project.id, phrase, APPROVE)
    session.commit()
    sqlite = session.get_bind().dialect.name == "sqlite"
    around = "INSERT OR REPLACE INTO decisions SELECT * FROM decisions" if sqlite else "TRUNCATE decisions CASCADE"
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(around))
    session.rollback()
    assert history(session, project.id) == (decision,)


def test_database_refuses_a_decision_by_nobody(session: Session, project: Project, interview: Interview) -> None:
    """A decision without a person is refused by the database, not only by the program."""
    insert = """INSERT INTO decisions (created, project_id, interview_id, turn, start, "end", text, action,
        category, positions, note, person) VALUES ('2024-01-01', :project, :interview, 0, 0, 1, 'a', 'reject',
        '', '[]', '', '')"""
    with pytest.raises(IntegrityError, match="person"):
        session.execute(text(insert), {"project": project.id, "interview": interview.id})


def test_senseless_choice_is_not_written(session: Session, project: Project, phrase: Phrase) -> None:
    """A choice that is refused leaves nothing in the history."""
    with pytest.raises(InputError):
        decide(session, project.id, phrase, Choice("relabel", "Kari", "dyd"))
    assert history(session, project.id) == ()
