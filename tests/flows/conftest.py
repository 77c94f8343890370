"""A project with interviews in a database of the test's own, and the flow with or without Prefect's engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_models import FakeModels
from flow_project import FlowProject

from balansekunst.settings import Settings
from flows.context import Context, use_context
from store.database import open_database


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    """Surroundings of the test's own, also for the steps that ask for them."""
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'flows.db'}", str(tmp_path / "recordings"))
    context = Context(settings, open_database(settings.database))
    use_context(context)
    yield context
    context.sessions.kw["bind"].dispose()


@pytest.fixture
def project(
    context: Context,
    fakes: FakeModels,
    prefect_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> FlowProject:
    """An empty project whose flow runs as plain functions."""
    import flows.project as flow

    for task in ("transcribe", "code", "gather"):
        monkeypatch.setattr(flow, task, getattr(flow, task).fn)
    return FlowProject(context, fakes, tmp_path, flow.run_project.fn)


@pytest.fixture
def real_project(
    context: Context,
    fakes: FakeModels,
    prefect_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> FlowProject:
    """An empty project whose flow runs in Prefect, without a pause before a retry."""
    import flows.project as flow

    for task in (flow.transcribe, flow.code, flow.gather):
        monkeypatch.setattr(task, "retry_delay_seconds", [0, 0])
    return FlowProject(context, fakes, tmp_path, flow.run_project)
