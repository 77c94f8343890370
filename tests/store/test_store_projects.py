from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.projects import Project, create_project, find_project, list_projects, project_named


def test_project_is_found_by_name(session: Session, project: Project) -> None:
    """A project is found by its name, with its roles in order, and is None under another name."""
    assert find_project(session, "Butikk") == project == project_named(session, "Butikk")
    assert project.roles == ("butikksjef", "butikkmedarbeider")
    assert find_project(session, "Sykehjem") is None


def test_projects_are_listed_by_name(session: Session, project: Project) -> None:
    """Projects are listed in the order of their names."""
    other = create_project(session, "Barnehage", ())
    assert list_projects(session) == (other, project)


def test_taken_name_is_refused(session: Session, project: Project) -> None:
    """A second project of the same name is an InputError that names it, and the session can go on."""
    with pytest.raises(InputError, match="Butikk"):
        create_project(session, " Butikk ", ())
    assert list_projects(session) == (project,)


def test_empty_name_is_refused(session: Session) -> None:
    """A project needs a name."""
    with pytest.raises(InputError, match="navn"):
        create_project(session, "  ", ())


def test_unknown_name_lists_the_projects(session: Session, project: Project) -> None:
    """Asking for a project that is not there is an InputError that lists those that are."""
    with pytest.raises(InputError, match="Prosjektene er: Butikk"):
        project_named(session, "butikker")


def test_dates_are_utc(session: Session, project: Project) -> None:
    """A moment comes back as UTC, within the minute it was written."""
    session.expire_all()
    created = project_named(session, "Butikk").created
    assert created.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)
    assert created == project.created
