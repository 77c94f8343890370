"""A recording whose transcription was cut off goes on from its last finished window."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from fake_models import SAID, FakeRecogniser
from flow_project import FlowProject
from sqlalchemy import func, select

from flows import steps
from pipeline.transcribe import Window
from store.results import latest_transcript
from store.tables import HeardRow

WINDOWS = 3


class CutOff(FakeRecogniser):
    """Is stopped in the window after the first `whole` ones, as by Ctrl-C."""

    def __init__(self, whole: int) -> None:
        self.whole = whole

    def hear(self, samples: Any, window: Window, **options: Any) -> Iterable[Any]:
        if self.heard == self.whole:
            raise KeyboardInterrupt
        return super().hear(samples, window, **options)


def cut_off(project: FlowProject, whole: int) -> None:
    """A run that is stopped in its first recording; the recogniser after it counts from nothing."""
    project.fakes.made["load_speech"] = CutOff(whole)
    with pytest.raises(KeyboardInterrupt):
        project.run()
    project.fakes.made["load_speech"] = FakeRecogniser()


def windows_kept(project: FlowProject) -> int:
    with project.context.sessions() as session:
        return session.scalar(select(func.count()).select_from(HeardRow)) or 0


def said(project: FlowProject) -> str:
    with project.context.sessions() as session:
        stored = latest_transcript(session, 1)
    assert stored is not None
    return " ".join(turn.text for turn in stored.transcript.turns)


@pytest.mark.parametrize("whole", range(WINDOWS))
def test_run_goes_on_from_the_last_window(project: FlowProject, whole: int) -> None:
    """The next run hears only what is left, has all words, and leaves no window behind."""
    project.add_sound("lyd")
    cut_off(project, whole)
    assert windows_kept(project) == whole
    assert project.run().done == ("lyd",)
    assert project.fakes.made["load_speech"].heard == WINDOWS - whole
    assert said(project) == SAID
    assert windows_kept(project) == 0


def test_fault_after_the_last_window_costs_no_listening(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where telling the voices apart failed, everything that was heard is there for the next run."""
    project.add_sound("lyd")
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.interview.tell_apart", lambda *_: 1 / 0)
        assert list(project.run().failed) == ["lyd"]
    assert project.fakes.made["load_speech"].heard == WINDOWS
    assert project.run().done == ("lyd",)
    assert project.fakes.made["load_speech"].heard == WINDOWS


def test_other_model_hears_everything_anew(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that another revision of the model heard are left out and swept."""
    project.add_sound("lyd")
    cut_off(project, 2)
    monkeypatch.setattr(steps, "revision_of", lambda job, *_: f"new {job}")
    cut_off(project, 1)
    assert windows_kept(project) == 1
    assert project.run().done == ("lyd",)
    assert project.fakes.made["load_speech"].heard == WINDOWS - 1


def test_replaced_recording_is_refused(project: FlowProject) -> None:
    """Where the kept file is another than the one that was added nothing of it is heard, and the reason is told."""
    interview = project.add_sound("lyd")
    other = project.add_sound("annen")
    cut_off(project, 2)
    kept, strange = (kept_file(project, one.sha256) for one in (interview, other))
    kept.write_bytes(strange.read_bytes())
    assert list(project.run().failed) == ["lyd"]
    state = project.states()["lyd"]
    assert (state.state, state.what) == ("failed", "opptaket er skadet eller byttet ut siden det ble lagt til")
    assert state.next == "Hent filen fra en sikkerhetskopi."


def kept_file(project: FlowProject, sha256: str) -> Path:
    (path,) = Path(project.context.settings.recordings).rglob(f"{sha256}*")
    return path
