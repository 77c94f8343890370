"""Start the flows from a program on this machine: no server to start by hand, nothing sent anywhere."""

from __future__ import annotations

import os

from flows.context import Context, use_context
from flows.steps import RunSummary, gather_step, unfinished
from store.interviews import list_interviews
from store.projects import project_named


def configure_prefect(context: Context) -> None:
    """Set before Prefect is imported: its own folder, no telemetry, no console of its own. What the user set stays."""
    defaults = {
        "PREFECT_HOME": str(context.settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def anything_to_do(context: Context, project: str) -> bool:
    """Whether a run would change anything; answered without Prefect and without models."""
    with context.sessions.begin() as session:
        project_id = project_named(session, project).id
    return bool(unfinished(context, project_id))


def start_project(context: Context, project: str) -> RunSummary:
    """Run a project's flow here and now."""
    configure_prefect(context)
    use_context(context)
    if not anything_to_do(context, project):
        with context.sessions.begin() as session:
            found = project_named(session, project)
            names = tuple(interview.name for interview in list_interviews(session, found.id))
        return RunSummary((), names, {}, len(gather_step(context, found.id).candidates))
    # Imported here: Prefect takes seconds, and must find its settings made.
    from flows.project import run_project

    return run_project(project)
