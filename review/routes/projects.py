"""The front page: every project, and a new one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import can_start, check_start
from review.addresses import project_address
from review.dependencies import Sessions, Someone
from review.errors import Refused
from review.pages import page
from review.projects_view import ProjectForm, SentProject, front_page, make_project

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/")
def show_projects(request: Request, sessions: Sessions, visitor: Someone) -> Response:
    return _front(request, sessions, visitor, ProjectForm())


@router.post("/")
def new_project(request: Request, sessions: Sessions, visitor: Someone, form: SentProject) -> Response:
    check_start(visitor)
    try:
        with sessions.begin() as session:
            project = make_project(session, form)
    except Refused as error:
        return _front(request, sessions, visitor, form, error)
    return RedirectResponse(project_address(project.name), 303)


def _front(
    request: Request, sessions: Sessions, visitor: Someone, form: ProjectForm, error: Refused | None = None
) -> Response:
    with sessions.begin() as session:
        projects = front_page(session)
    content = {"projects": projects, "form": form, "error": error, "can_start": can_start(visitor)}
    return page(request, "projects.html", visitor, error.status if error else 200, **content)
