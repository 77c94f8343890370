"""Expected change: which competences grow, which fade and which are new, with quotes behind every number."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from review.change_view import AskedChange, change_page
from review.dependencies import Sessions, Someone
from review.material import find_project_or_refuse
from review.pages import page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/prosjekt/{name:path}/endring")
def show_change(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedChange) -> Response:
    with sessions.begin() as session:
        view = change_page(session, find_project_or_refuse(session, name), asked)
    return page(request, "change.html", visitor, view=view)
