from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from store_examples import CHEERFUL, SEES, phrase_of

from pipeline.errors import InputError
from pipeline.records import identity_of
from store.interviews import Interview
from store.projects import Project, create_project
from store.proxy_verdicts import judge_proxy, undo_verdict, verdict_history, verdicts_of


@pytest.fixture(autouse=True)
def known(interview: Interview) -> None:
    """Every verdict here is on the interview `kari`."""


def test_newest_verdict_holds(session: Session, project: Project) -> None:
    """Of a phrase the newest verdict holds, with what it stands for, and the older one stays."""
    first = judge_proxy(session, project.id, phrase_of(CHEERFUL), "not_proxy", "Kari")
    last = judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Ola", "service", note="Hun mener det.")
    assert (last.phrase, last.verdict, last.stands_for, last.note) == (
        phrase_of(CHEERFUL),
        "proxy",
        "service",
        "Hun mener det.",
    )
    assert verdicts_of(session, project.id) == {last.identity: last}
    assert verdict_history(session, project.id) == (first, last)


def test_verdicts_of_some_phrases(session: Session, project: Project) -> None:
    """The verdicts are asked for of a page's phrases, or of an interview, alone."""
    one, other = (judge_proxy(session, project.id, phrase_of(words), "proxy", "Kari") for words in (SEES, CHEERFUL))
    assert verdicts_of(session, project.id, [one.identity]) == {one.identity: one}
    assert verdicts_of(session, project.id, []) == {}
    assert set(verdicts_of(session, project.id, interview="kari")) == {one.identity, other.identity}
    assert verdicts_of(session, project.id, interview="per") == {}


def test_projects_do_not_see_each_others_verdicts(session: Session, project: Project) -> None:
    """Verdicts belong to their project."""
    judge_proxy(session, project.id, phrase_of(SEES), "proxy", "Kari")
    assert verdicts_of(session, create_project(session, "Sykehjem", ()).id) == {}


@pytest.mark.parametrize(
    ("verdict", "person", "interview", "match"),
    [("kanskje", "Kari", "kari", "kanskje"), ("proxy", " ", "kari", "navn"), ("proxy", "Kari", "per", "per")],
)
def test_unusable_verdict_is_refused(
    session: Session, project: Project, verdict: str, person: str, interview: str, match: str
) -> None:
    """A verdict is one of two, by somebody, on an interview of the project."""
    with pytest.raises(InputError, match=match):
        judge_proxy(session, project.id, replace(phrase_of(SEES), interview=interview), verdict, person)
    assert verdicts_of(session, project.id) == {}


def test_identity_is_the_phrases(session: Session, project: Project) -> None:
    """A verdict is found by the identity of its phrase."""
    made = judge_proxy(session, project.id, phrase_of(SEES), "proxy", "Kari")
    assert verdicts_of(session, project.id)[identity_of(phrase_of(SEES))] == made


def test_undo_brings_back_what_was_found_before(session: Session, project: Project) -> None:
    """An undone verdict no longer holds: the one before it does, or none; all of it stays in the history."""
    first = judge_proxy(session, project.id, phrase_of(CHEERFUL), "not_proxy", "Kari")
    last = judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Ola", "service", "Hun mener det.")
    undo = undo_verdict(session, project.id, last.id, "Per")
    assert (undo.undoes, undo.person, undo.verdict, undo.stands_for) == (last.id, "Per", "proxy", "service")
    assert verdicts_of(session, project.id) == {first.identity: first}
    undo_verdict(session, project.id, first.id, "Per")
    assert verdicts_of(session, project.id) == {}
    assert [one.undoes for one in verdict_history(session, project.id)] == [None, None, last.id, first.id]


def test_verdict_is_undone_once(session: Session, project: Project) -> None:
    """Who undoes what somebody has undone gets the first undo."""
    made = judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Kari")
    first = undo_verdict(session, project.id, made.id, "Ola")
    assert undo_verdict(session, project.id, made.id, "Per") == first
    assert len(verdict_history(session, project.id)) == 2


def test_verdict_that_is_not_there_is_not_undone(session: Session, project: Project) -> None:
    """No undo of an undo, of another project's verdict, or by nobody."""
    made = judge_proxy(session, project.id, phrase_of(CHEERFUL), "proxy", "Kari")
    other = create_project(session, "Sykehjem", ()).id
    undo = undo_verdict(session, project.id, made.id, "Ola")
    for project_id, verdict_id in ((project.id, undo.id), (other, made.id), (project.id, 99)):
        with pytest.raises(InputError, match=str(verdict_id)):
            undo_verdict(session, project_id, verdict_id, "Ola")
    with pytest.raises(InputError, match="navn"):
        undo_verdict(session, project.id, made.id, " ")
