"""The flows: one interview, and a project of many. One server start pays for a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.context import Context, current_context
from flows.steps import Fault, RunSummary, clustering_step, coding_step, explain, transcript_step, unfinished
from pipeline.errors import InputError, WorkError
from store.interviews import Interview, interview_named, list_interviews, record_problem
from store.projects import project_named
from store.results import StoredTranscript

RETRY_SECONDS: list[float] = [2, 10]


@contextmanager
def _wordless() -> Iterator[None]:
    """Prefect writes an error's text into its own database, where no word of an interview belongs."""
    try:
        yield
    except (InputError, ConnectionError, TimeoutError):
        raise
    except Exception as error:  # noqa: BLE001 - raised again, by the name of its type alone
        raise Fault(type(error).__name__) from None


def _may_help(_task: object, _run: object, state: object) -> bool:
    """Only a fault that may pass is tried again: a busy database or a full disk, never a bad recording."""
    error = state.result(raise_on_failure=False) if hasattr(state, "result") else None
    return isinstance(error, (WorkError, ConnectionError, TimeoutError))


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_may_help)
def transcribe(interview: Interview) -> StoredTranscript:
    """Recording or file → transcript."""
    with _wordless():
        return transcript_step(current_context(), interview)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_may_help)
def code(transcript: StoredTranscript) -> int:
    """Transcript → number of suggestions."""
    with _wordless():
        return len(coding_step(current_context(), transcript).suggestions)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_may_help)
def gather(project_id: int) -> int:
    """All codings → number of candidate key competences."""
    with _wordless():
        return len(clustering_step(current_context(), project_id).candidates)


@flow(name="interview", validate_parameters=False)
def run_interview(project: str, name: str) -> int:
    """One interview from source to suggestions."""
    context = current_context()
    with context.sessions.begin() as session:
        interview = interview_named(session, project_named(session, project).id, name)
    return code(transcribe(interview))


@flow(name="project", validate_parameters=False)
def run_project(project: str) -> RunSummary:
    """Everything in a project that is not yet done, then its candidates. One bad interview does not stop the rest."""
    context = current_context()
    with context.sessions.begin() as session:
        project_id = project_named(session, project).id
        interviews = list_interviews(session, project_id)
    todo = unfinished(context, project_id)
    failed = {}
    for interview in todo:
        context.reporter.interview_started(interview.name, interview.kind)
        problem = _one(context, interview)
        context.reporter.interview_done(interview.name, problem)
        if problem:
            failed[interview.name] = problem
    done = tuple(i.name for i in todo if i.name not in failed)
    unchanged = tuple(i.name for i in interviews if i not in todo)
    return RunSummary(done, unchanged, failed, gather(project_id))


def _one(context: Context, interview: Interview) -> str:
    """Run both steps; the one place where a failure is written down. Empty where all went well."""
    step = "transcribe"
    try:
        transcript = transcribe(interview)
        step = "code"
        code(transcript)
    except Exception as error:  # noqa: BLE001 - the rest of the batch goes on; the reason is kept with the interview
        what, next_step = explain(error)
        with context.sessions.begin() as session:
            record_problem(session, interview.id, step, what, next_step)
        return f"{what}. {next_step}"
    return ""
