"""Signs of life: what a run writes for whoever follows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flow_project import NAME, FlowProject

from flows.context import Context, SilentReporter, use_context
from flows.progress import StoreReporter
from pipeline.errors import WorkError
from store.progress import CODING, LISTENING, STARTING, Progress, progress_of
from store.projects import project_named


def said(context: Context) -> dict[str, tuple[str, float, float]]:
    """What the store has of each interview under way: stage, done and total."""
    with context.sessions.begin() as session:
        found: dict[str, Progress] = progress_of(session, project_named(session, NAME).id)
    return {name: (one.stage, one.done, one.total) for name, one in found.items()}


class Watch(SilentReporter):
    """Notes what the store holds whenever the run reports."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.seen: list[dict[str, tuple[str, float, float]]] = []

    def sound(self, name: str, done: float, total: float) -> None:
        self.seen.append(said(self.context))

    def coding_started(self, name: str) -> None:
        self.seen.append(said(self.context))


def test_run_leaves_signs_while_it_goes_on_and_none_after(project: FlowProject) -> None:
    """An interview under way is in the store, whoever else is told, and gone when the run is over."""
    watch = Watch(project.context)
    use_context(replace(project.context, reporter=watch))
    project.add_sound("kari")
    project.run()
    assert watch.seen[0] == {"kari": (STARTING, 0, 0)}
    assert [list(seen) for seen in watch.seen] == [["kari"]] * len(watch.seen)
    assert said(project.context) == {}


def test_failed_interview_leaves_no_sign(project: FlowProject) -> None:
    """What failed is not under way any more."""
    project.add_sound("stille", loud=False)
    assert project.run().failed
    assert said(project.context) == {}


def test_signs_are_written_once_a_second(project: FlowProject) -> None:
    """Sound is told no more than once a second, but its end always."""
    now = [100.0]
    project.add_sound("kari")
    reporter = StoreReporter(project.context.sessions, project.id, lambda: now[0])
    reporter.interview_started("kari", "audio")
    reporter.sound("kari", 1, 12)
    assert said(project.context) == {"kari": (STARTING, 0, 0)}
    now[0] += 1.0
    reporter.sound("kari", 2, 12)
    assert said(project.context) == {"kari": (LISTENING, 2, 12)}
    reporter.sound("kari", 12, 12)
    assert said(project.context) == {"kari": (LISTENING, 12, 12)}
    reporter.coding_started("kari")
    assert said(project.context) == {"kari": (CODING, 0, 0)}


def test_interrupted_run_clears_up(project: FlowProject) -> None:
    """A run that is stopped half-way leaves no interview under way."""
    project.add_sound("kari")
    with pytest.raises(KeyboardInterrupt), StoreReporter(project.context.sessions, project.id) as reporter:
        reporter.interview_started("kari", "audio")
        raise KeyboardInterrupt
    assert said(project.context) == {}


def test_sign_that_cannot_be_written_stops_nothing(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy database costs a sign of life, not the interview."""

    def busy(*_about: object) -> None:
        raise WorkError("databasen er opptatt av noen andre", "test", "Vent litt.")

    monkeypatch.setattr("flows.progress.report", busy)
    project.add_text("kari")
    assert project.run().done == ("kari",)
