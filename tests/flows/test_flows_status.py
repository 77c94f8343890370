"""Status tells the truth: what waits, runs, is done, has failed, and what a person should look at."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flow_project import NAME, FlowProject

from flows.context import SilentReporter, use_context
from store.interview_lines import interview_lines
from store.interviews import InterviewState, interview_states
from store.projects import project_named

LONG = "Jeg hjelper kunden. Jeg rydder lageret. " * 12


class Watching(SilentReporter):
    """Looks at the project while the recording is half heard, and when coding starts."""

    def __init__(self, project: FlowProject) -> None:
        self.project, self.seen = project, list[tuple[InterviewState, ...]]()

    def look(self) -> None:
        with self.project.context.sessions.begin() as session:
            self.seen.append(interview_states(session, project_named(session, NAME).id))

    def sound(self, name: str, done: float, total: float) -> None:
        self.look()

    def coding_started(self, name: str) -> None:
        self.look()


def test_interview_is_running_while_it_runs(project: FlowProject) -> None:
    """The one that is worked on is running, the one after it queued, and both are coded in the end."""
    project.add_sound("lyd")
    project.add_text("tekst", LONG)
    watching = Watching(project)
    use_context(replace(project.context, reporter=watching))
    project.run()
    assert [state.state for state in watching.seen[0]] == ["running", "queued"]
    assert [state.state for state in watching.seen[-1]] == ["coded", "running"]
    assert {state.state for state in project.states().values()} == {"coded"}


def test_failed_interview_is_running_when_it_is_tried_again(
    project: FlowProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reason from an earlier run is not told while a new run may do better."""
    project.add_text("tekst", LONG)
    with monkeypatch.context() as patch:
        patch.setattr("flows.steps.code", lambda *_: 1 / 0)
        project.run()
    assert project.states()["tekst"].state == "failed"
    watching = Watching(project)
    use_context(replace(project.context, reporter=watching))
    project.run()
    ((state,),) = watching.seen
    assert (state.state, state.what, state.next) == ("running", "", "")


@pytest.mark.parametrize(
    ("answer", "attention"), [(LONG, ()), ("Ja.", ("few_words", "no_competence"))], ids=["a whole interview", "a word"]
)
def test_odd_interview_is_to_be_looked_at(project: FlowProject, answer: str, attention: tuple[str, ...]) -> None:
    """What is odd of a coded interview is told by both ways of asking."""
    project.add_text("tekst", answer)
    project.run()
    assert project.states()["tekst"].attention == attention
    with project.context.sessions.begin() as session:
        (line,) = interview_lines(session, project.id)
    assert (line.state, line.attention) == ("coded", attention)


def test_recording_of_one_voice_is_to_be_looked_at(project: FlowProject) -> None:
    """Nine words by one voice: too few, and nobody asks."""
    project.add_sound("lyd")
    project.run()
    assert project.states()["lyd"].attention == ("few_words", "one_speaker")
