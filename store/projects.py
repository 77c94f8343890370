"""Projects: a name, the roles whose competence it describes, and which other projects it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from store.database import insert_once
from store.tables import ProjectRow


@dataclass(frozen=True)
class Project:
    """`created` in UTC."""

    id: int
    name: str
    roles: tuple[str, ...]
    created: datetime


def create_project(session: Session, name: str, roles: tuple[str, ...]) -> Project:
    """A new project. InputError where the name is empty or taken."""
    name = name.strip()
    if not name:
        raise InputError("prosjektet mangler navn", repr(name), "Gi prosjektet et navn.")
    if insert_once(session, ProjectRow, name=name, roles=list(roles)) is None:
        raise InputError("det finnes alt et prosjekt med dette navnet", name, "Velg et annet navn.")
    return project_named(session, name)


def find_project(session: Session, name: str) -> Project | None:
    """The project of this name, or None."""
    row = session.scalar(select(ProjectRow).where(ProjectRow.name == name))
    return _project(row) if row else None


def project_named(session: Session, name: str) -> Project:
    """The project of this name. InputError, with the names there are, where there is none."""
    project = find_project(session, name)
    if project is None:
        names = ", ".join(project.name for project in list_projects(session)) or "ingen"
        raise InputError("prosjektet finnes ikke", name, f"Prosjektene er: {names}.")
    return project


def list_projects(session: Session) -> tuple[Project, ...]:
    """All projects, by name."""
    return tuple(_project(row) for row in session.scalars(select(ProjectRow).order_by(ProjectRow.name)))


def learn_from(session: Session, name: str, others: tuple[str, ...]) -> None:
    """From now on the project learns from these beside itself, and from no others. InputError for one it cannot."""
    project = project_named(session, name)
    if project.name in others:
        raise InputError("prosjektet lærer alltid av seg selv", project.name, "Oppgi et annet prosjekt.")
    ids = sorted({project_named(session, other).id for other in others})
    session.execute(update(ProjectRow).where(ProjectRow.id == project.id).values(learns_from=ids))


def learns_from(session: Session, project_id: int) -> tuple[int, ...]:
    """The ids of the projects whose decisions teach this one, beside its own."""
    return tuple(session.scalars(select(ProjectRow.learns_from).where(ProjectRow.id == project_id)).one())


def _project(row: ProjectRow) -> Project:
    return Project(row.id, row.name, tuple(row.roles), row.created)
