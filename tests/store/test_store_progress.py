from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from store.interviews import Interview
from store.progress import ALIVE, at_work, clear, progress_of, report
from store.projects import Project, create_project
from store.tables import ProgressRow, now


def test_progress_is_what_was_said_last(session: Session, project: Project, interview: Interview) -> None:
    """A later report takes the place of the earlier one."""
    report(session, interview.id, "transcribe", 10, 100)
    report(session, interview.id, "code", 30, 60)
    said = progress_of(session, project.id)["kari"]
    assert (said.stage, said.done, said.total, said.share) == ("code", 30, 60, 0.5)


def test_share_is_within_bounds(session: Session, project: Project, interview: Interview) -> None:
    """Before the total is known the share is 0, and more than all is all."""
    report(session, interview.id, "transcribe", 10, 0)
    assert progress_of(session, project.id)["kari"].share == 0
    report(session, interview.id, "transcribe", 101, 100)
    assert progress_of(session, project.id)["kari"].share == 1


def test_cleared_progress_is_gone(session: Session, project: Project, interview: Interview) -> None:
    """What is over is no longer under way, and clearing it again does no harm."""
    report(session, interview.id, "transcribe", 10, 100)
    clear(session, interview.id)
    clear(session, interview.id)
    assert progress_of(session, project.id) == {}


def test_projects_do_not_see_each_others_progress(session: Session, project: Project, interview: Interview) -> None:
    """Progress is of a project's own interviews."""
    report(session, interview.id, "transcribe", 10, 100)
    assert progress_of(session, create_project(session, "Sykehjem", ()).id) == {}


def test_old_sign_is_of_a_run_that_was_cut_off(session: Session, project: Project, interview: Interview) -> None:
    """Whoever has been silent for longer than any step takes is at it no more; a new report is one again."""
    report(session, interview.id, "listening", 10, 100)
    session.execute(update(ProgressRow).values(updated=now() - 2 * ALIVE))
    assert progress_of(session, project.id) == {}
    report(session, interview.id, "listening", 11, 100)
    assert list(progress_of(session, project.id)) == ["kari"]


def test_interviews_at_work_are_of_all_projects(session: Session, project: Project, interview: Interview) -> None:
    """Who looks at every project at once sees which interviews a run is busy with, not those of one cut off."""
    assert at_work(session) == frozenset()
    report(session, interview.id, "listening", 10, 100)
    assert at_work(session) == {interview.id}
    session.execute(update(ProgressRow).values(updated=now() - 2 * ALIVE))
    assert at_work(session) == frozenset()
