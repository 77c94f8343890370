"""A run as pages show it: whether one goes on, how far it has come, and whether there is anything for one to do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from review.addresses import events_address, run_address
from review.background import BackgroundWork
from review.errors import Refused
from review.language import N_, _, ngettext
from review.wording import clock
from store.activity import decided_since_run
from store.interview_lines import InterviewLine
from store.interviews import CODED, list_interviews
from store.progress import CODING, LISTENING, STARTING, Progress, progress_of
from store.projects import Project

# What listens has heard all when it is at its end.
STEPS = {STARTING: N_("gjør klar"), LISTENING: N_("skiller stemmene"), CODING: N_("koder")}


@dataclass(frozen=True)
class AtWork:
    """An interview that a run is busy with; `percent` is None where nobody knows how much is left."""

    name: str
    what: str
    percent: int | None


@dataclass(frozen=True)
class RunView:
    """`todo` says what a run would do, and is empty where nothing is known; `said` is what the last run wrote."""

    running: bool
    address: str
    events: str
    at_work: tuple[AtWork, ...]
    todo: tuple[str, ...]
    said: tuple[str, ...]


def run_view(session: Session, project: Project, lines: tuple[InterviewLine, ...], work: BackgroundWork) -> RunView:
    """The run of a project with these interviews."""
    at_work = interviews_at_work(session, project)
    running = bool(at_work) or work.is_running(project.name)
    return RunView(
        running=running,
        address=run_address(project.name),
        events=events_address(project.name),
        at_work=at_work,
        todo=() if running else _todo(session, project, lines),
        said=() if running else work.last_lines(project.name),
    )


def interviews_at_work(session: Session, project: Project) -> tuple[AtWork, ...]:
    """Those that a run is busy with, wherever it was started."""
    return tuple(_at_work(name, progress) for name, progress in progress_of(session, project.id).items())


def is_running(session: Session, project: Project, work: BackgroundWork) -> bool:
    """Whether a run goes on that was started here, or gives signs of life from elsewhere."""
    return work.is_running(project.name) or bool(progress_of(session, project.id))


def check_runnable(session: Session, project: Project) -> None:
    """Refused where the project has nothing to run on."""
    if not list_interviews(session, project.id):
        raise Refused(_("prosjektet har ingen intervjuer"), project.name, _("Legg til intervjuer først."))


def _at_work(name: str, progress: Progress) -> AtWork:
    if progress.stage == LISTENING and progress.done < progress.total:
        done, total = clock(progress.done), clock(progress.total)
        return AtWork(name, _("hørt %(done)s av %(total)s", done=done, total=total), int(100 * progress.share))
    return AtWork(name, _(STEPS[progress.stage]), None)


def _todo(session: Session, project: Project, lines: tuple[InterviewLine, ...]) -> tuple[str, ...]:
    """Told by what is quick to ask. A new model or prompt may give a run more to do than this tells of."""
    waiting = sum(line.state != CODED for line in lines)
    newer = decided_since_run(session, project.id) if lines else 0
    said = []
    if waiting:
        said.append(ngettext("%(num)s intervju venter.", "%(num)s intervjuer venter.", waiting))
    if newer:
        said.append(ngettext("%(num)s avgjørelse er ny siden sist.", "%(num)s avgjørelser er nye siden sist.", newer))
    return tuple(said)
