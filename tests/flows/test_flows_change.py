"""A run also finds what is told of change, and which candidate it concerns."""

from __future__ import annotations

import pytest
from flow_project import FlowProject

from flows import steps
from store.changes import ToldChange, told_changes

ANSWER = "Det blir mer og mer netthandel. Jeg hjelper kunden med varene."


def told(project: FlowProject) -> tuple[ToldChange, ...]:
    with project.context.sessions.begin() as session:
        return told_changes(session, project.id)


def test_run_finds_and_ties_changes(project: FlowProject) -> None:
    """A change is found, with the candidate that has the phrase at the same place."""
    project.add_text("kari", ANSWER, role="butikksjef")
    project.run()
    (one,) = told(project)
    assert (one.change.direction, one.change.phrase.text) == ("grows", "Det blir mer og mer netthandel")
    assert (one.role, one.way, bool(one.candidate)) == ("butikksjef", "within", True)


def test_second_run_loads_nothing(project: FlowProject) -> None:
    """What was found and tied is kept."""
    project.add_text("kari", ANSWER)
    project.run()
    before = told(project)
    project.fakes.forbid()
    project.run()
    assert told(project) == before


def test_new_rules_for_change_code_nothing_anew(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other rules for change read every interview again with the grammar alone, and keep every coding."""
    project.add_text("kari", ANSWER)
    project.run()
    project.fakes.since()
    monkeypatch.setattr(steps, "CHANGE_RULES", "new")
    assert project.run().done == ("kari",)
    assert project.fakes.since() == {"load_grammar"}


def test_new_rules_for_phrases_keep_the_readings(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coding anew does not look for change anew."""
    project.add_text("kari", ANSWER)
    project.run()
    project.fakes.since()
    monkeypatch.setattr(steps, "RULES", "new")
    project.run()
    assert "load_grammar" not in project.fakes.since()


def test_change_far_from_any_phrase_is_tied_by_meaning(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no candidate's phrase stands near, the nearest in meaning is taken."""
    monkeypatch.setattr(steps, "tied_in_turn", lambda changes, candidates: {})
    project.add_text("kari", ANSWER)
    project.run()
    assert [one.way for one in told(project)] == ["nearest"]
