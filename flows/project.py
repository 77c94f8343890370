"""The flows: one interview, and a project of many. One server start pays for a whole run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.context import Context, current_context, use_context
from flows.limits import TimeLimit, within
from flows.progress import Both, StoreReporter
from flows.steps import (
    Fault,
    RunSummary,
    coding_step,
    explain,
    gather_step,
    reading_step,
    transcript_step,
    unfinished,
)
from models.loaders import drop_speech
from pipeline.errors import InputError, WorkError
from store.interviews import AUDIO, Interview, interview_named, list_interviews, record_problem, solve_problems
from store.projects import project_named
from store.results import StoredTranscript

RETRY_SECONDS: list[float] = [2, 10]
LONG = 2 * 3600.0  # seconds


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
        context = current_context()
        return within(context.settings.seconds_for(_length(interview)), transcript_step, context, interview)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_may_help)
def code(transcript: StoredTranscript) -> int:
    """Transcript → number of suggestions; and what it tells of change."""
    with _wordless():
        context = current_context()
        last = max((turn.end or 0.0 for turn in transcript.transcript.turns), default=0.0)
        coding = within(context.settings.seconds_for(last), coding_step, context, transcript)
        within(context.settings.seconds_for(last), reading_step, context, transcript)
        return len(coding.suggestions)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=_may_help)
def gather(project_id: int) -> int:
    """All codings → number of candidate key competences; and which of them each change concerns."""
    with _wordless():
        context = current_context()
        return len(within(context.settings.seconds_for(0.0), gather_step, context, project_id).candidates)


def _length(interview: Interview) -> float:
    """Seconds of sound; a guess for a recording that was added before its length was kept."""
    return interview.seconds or (LONG if interview.kind == AUDIO else 0.0)


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
    with _followed(context, project_id):
        ended = dict(_all(project_id))
    failed = {name: problem for name, problem in ended.items() if problem}
    done = [name for name in ended if name not in failed]
    names = [interview.name for interview in _listed(context, project_id)]
    unchanged = tuple(name for name in names if name not in failed and name not in done)
    return RunSummary(tuple(done), unchanged, failed, gather(project_id))


@contextmanager
def _followed(context: Context, project_id: int) -> Iterator[None]:
    """Who asks the store sees how far what runs within has come, beside whoever the context tells."""
    with StoreReporter(context.sessions, project_id) as signs:
        use_context(replace(context, reporter=Both(context.reporter, signs)))
        try:
            yield
        finally:
            use_context(context)


def _all(project_id: int) -> Iterator[tuple[str, str]]:
    """Runs the interviews one by one; for each its name, and why it failed where it did."""
    context = current_context()
    for interview in _todo(context, project_id):
        context.reporter.interview_started(interview.name, interview.kind)
        problem = _one(context, interview)
        context.reporter.interview_done(interview.name, problem)
        yield interview.name, problem


def _todo(context: Context, project_id: int) -> Iterator[Interview]:
    """The interviews that are not done, then those that were added while the run went on."""
    seen: set[int] = set()
    while new := {interview.id for interview in _listed(context, project_id)} - seen:
        seen |= new
        yield from (interview for interview in unfinished(context, project_id) if interview.id in new)


def _listed(context: Context, project_id: int) -> tuple[Interview, ...]:
    with context.sessions.begin() as session:
        return list_interviews(session, project_id)


def _one(context: Context, interview: Interview) -> str:
    """Run both steps; the one place where a failure, or that it is solved, is written down. Empty where all is well."""
    step = "transcribe"
    try:
        transcript = transcribe(interview)
        step = "code"
        context.reporter.coding_started(interview.name)
        code(transcript)
        with context.sessions.begin() as session:
            solve_problems(session, interview.id)
    except Exception as error:  # noqa: BLE001 - the rest of the batch goes on; the reason is kept with the interview
        if isinstance(error, TimeLimit):
            drop_speech()
        what, next_step = explain(error)
        with context.sessions.begin() as session:
            record_problem(session, interview.id, step, what, next_step)
        return f"{what}. {next_step}"
    return ""
