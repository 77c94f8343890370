"""The flow in Prefect: what is tried again, and what Prefect keeps. One server for all of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_project import FlowProject

from flows.start import start_project
from pipeline.errors import InputError, WorkError


class Stumbling:
    """A step that fails as many times as it is told to, and then goes well."""

    def __init__(self, error: Exception, times: int, step: object) -> None:
        self.error, self.times, self.step, self.calls = error, times, step, 0

    def __call__(self, *arguments: object) -> object:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return self.step(*arguments)


@pytest.fixture
def stumble(monkeypatch: pytest.MonkeyPatch, real_project: FlowProject) -> object:
    """Makes the transcript step fail."""

    def make(error: Exception, times: int) -> Stumbling:
        import flows.project as flow

        step = Stumbling(error, times, flow.transcript_step)
        monkeypatch.setattr(flow, "transcript_step", step)
        return step

    return make


@pytest.mark.parametrize(
    "error",
    [WorkError("databasen er opptatt", "x", "Vent."), ConnectionError("gone"), TimeoutError("slow")],
    ids=lambda error: type(error).__name__,
)
def test_fault_that_may_pass_is_tried_again(real_project: FlowProject, stumble: object, error: Exception) -> None:
    """A fault outside the input is tried twice more, and leaves no trace where it passes."""
    step = stumble(error, 2)
    real_project.add_text("kari")
    assert real_project.run().done == ("kari",)
    assert step.calls == 3
    assert real_project.states()["kari"].state == "coded"


def test_fault_that_stays_is_given_up(real_project: FlowProject, stumble: object) -> None:
    """After three tries the interview fails with the reason."""
    step = stumble(WorkError("disken er full", "x", "Frigjør plass."), 99)
    real_project.add_text("kari")
    assert real_project.run().failed == {"kari": "disken er full. Frigjør plass."}
    assert step.calls == 3


@pytest.mark.parametrize(
    "error",
    [InputError("ingen tale ble funnet", "x", "Hør etter."), ValueError("odd")],
    ids=lambda error: type(error).__name__,
)
def test_fault_that_would_come_again_is_not_tried_again(
    real_project: FlowProject, stumble: object, error: Exception
) -> None:
    """Bad input and faults of the program are tried once, and the next interview is coded."""
    step = stumble(error, 1)
    real_project.add_text("kari")
    real_project.add_text("ola")
    summary = real_project.run()
    assert list(summary.failed) == ["kari"]
    assert summary.done == ("ola",)
    assert step.calls == 2


def test_prefect_keeps_no_words(real_project: FlowProject, stumble: object, prefect_home: Path) -> None:
    """What was said is in the project's own database only: Prefect's files hold none of it, after faults either."""
    stumble(ValueError("hemmeligfeil"), 1)
    real_project.add_text("kari", "Jeg rydder hemmeligord.")
    real_project.add_text("ola", "Jeg teller hemmeligord.")
    assert real_project.run().done == ("ola",)
    content = b"".join(path.read_bytes() for path in prefect_home.rglob("*") if path.is_file())
    assert b"run_project" in content or b"project" in content
    assert b"hemmeligord" not in content
    assert b"hemmeligfeil" not in content


def test_start_runs_in_prefect_and_says_how_it_went(real_project: FlowProject) -> None:
    """The command's way in does the same as the flow."""
    real_project.add_text("kari")
    real_project.add_sound("stille", loud=False)
    summary = start_project(real_project.context, "Butikk")
    assert summary.done == ("kari",)
    assert list(summary.failed) == ["stille"]
    assert summary.candidates > 0
