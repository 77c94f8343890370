"""What a run does with decisions. The flow runs as plain functions, on fake models."""

from __future__ import annotations

import pytest
from flow_project import FlowProject

from pipeline.records import Phrase, identity_of
from store import lessons
from store.decisions import Choice, Decision, decide, history
from store.projects import create_project, learn_from
from store.results import StoredCoding, latest_coding

TRAIT = Choice("relabel", "Kari", "trait")


@pytest.fixture(autouse=True)
def everything_teaches(monkeypatch: pytest.MonkeyPatch) -> None:
    """No phrase of the tests happens to be in the random tenth."""
    monkeypatch.setattr(lessons, "is_unbiased", lambda *_: False)


@pytest.fixture
def coded(project: FlowProject) -> FlowProject:
    """A project with two interviews, coded, that tell of the same."""
    project.add_text("kari", "Jeg rydder lageret.")
    project.add_text("ola", "Jeg rydder lageret hver dag.")
    project.run()
    return project


def coding(project: FlowProject, interview: int) -> StoredCoding:
    with project.context.sessions.begin() as session:
        found = latest_coding(session, interview)
    assert found is not None
    return found


def decided(project: FlowProject, choice: Choice = TRAIT) -> Decision:
    with project.context.sessions.begin() as session:
        return decide(session, project.id, coding(project, 1).suggestions[0].phrase, choice)


def traits(project: FlowProject, interview: int) -> float:
    """How likely a trait the interview's phrase is found, where the model says what is likeliest."""
    label = coding(project, interview).suggestions[0].label
    return label.probability if label.category == "trait" else 1 - label.probability


def test_decision_teaches_every_interview(coded: FlowProject) -> None:
    """After a decision the run codes again, and what is like the decided phrase is suggested otherwise."""
    before = traits(coded, 2)
    decided(coded)
    assert coded.run().done == ("kari", "ola")
    assert traits(coded, 2) > before
    assert coding(coded, 2).suggestions[0].label.grounds.precedents[0].category == "trait"


def test_run_after_learning_does_nothing(coded: FlowProject) -> None:
    """What was learnt once is not learnt again: the next run loads no model."""
    decided(coded)
    coded.run()
    coded.fakes.forbid()
    assert coded.run().unchanged == ("kari", "ola")


def test_undone_decision_is_unlearnt_without_models(coded: FlowProject) -> None:
    """After an undo the suggestions are the earlier ones again, which are kept and need no model."""
    before = coding(coded, 2).suggestions
    made = decided(coded)
    coded.run()
    assert coding(coded, 2).suggestions != before
    with coded.context.sessions.begin() as session:
        decide(session, coded.id, made.phrase, Choice("undo", "Kari", undoes=made.id))
    coded.fakes.since()
    coded.run()
    assert coding(coded, 2).suggestions == before
    assert "load_splitter" not in coded.fakes.since()
    coded.fakes.forbid()
    assert coded.run().unchanged == ("kari", "ola")


def test_learning_touches_no_decision(coded: FlowProject) -> None:
    """Decisions and the phrases they are on are the same after a run that learnt from them."""
    made = decided(coded)
    coded.run()
    with coded.context.sessions.begin() as session:
        assert history(session, coded.id) == (made,)
    assert identity_of(coding(coded, 1).suggestions[0].phrase) == made.identity


def test_project_learns_from_another_only_when_asked(coded: FlowProject) -> None:
    """Decisions of another project change nothing until the project is told to learn from it."""
    from store.interviews import Source, add_interview

    with coded.context.sessions.begin() as session:
        other = create_project(session, "Lager", ())
        add_interview(session, other.id, Source("per", "transcript", "0" * 64, ".txt"))
        decide(session, other.id, Phrase("per", 1, 0, 14, "rydder lageret"), TRAIT)
    assert coded.run().done == ()
    with coded.context.sessions.begin() as session:
        learn_from(session, "Butikk", ("Lager",))
    before = traits(coded, 2)
    assert coded.run().done == ("kari", "ola")
    assert traits(coded, 2) > before


def test_random_tenth_changes_nothing(coded: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision on the random tenth, which is kept for measuring, codes nothing again."""
    monkeypatch.setattr(lessons, "is_unbiased", lambda *_: True)
    decided(coded)
    assert coded.run().done == ()
