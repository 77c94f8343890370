"""History: who did what when, of a project, an interview or a phrase, and the undoing of what still holds."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from review.addresses import safe_back
from review.dependencies import Sessions, Someone
from review.downloads import attached
from review.history_acts import undo
from review.history_query import AskedHistory, SentUndo, wanted_from
from review.history_view import history_page, history_table
from review.language import _
from review.material import find_project_or_refuse
from review.pages import is_part, page

router = APIRouter(default_response_class=HTMLResponse)
HISTORY = "/prosjekt/{name:path}/historikk"


@router.get(f"{HISTORY}/csv")
def take_out(sessions: Sessions, name: str, asked: AskedHistory) -> Response:
    wanted_from(asked)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
    headers = attached(f"{project.name} {_('historikk')}.csv")
    table = history_table(sessions, project.name, asked)
    return StreamingResponse(table, media_type="text/csv; charset=utf-8", headers=headers)


@router.post(f"{HISTORY}/angre")
def undo_one(sessions: Sessions, visitor: Someone, name: str, form: SentUndo) -> Response:
    with sessions.begin() as session:
        undo(session, find_project_or_refuse(session, name), form.hva, visitor)
    back = safe_back(form.tilbake)
    return RedirectResponse(f"{back}{'&' if '?' in back else '?'}gjort=1", 303)


@router.get(HISTORY)
def show_history(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedHistory) -> Response:
    with sessions.begin() as session:
        view = history_page(session, find_project_or_refuse(session, name), asked)
    return page(request, "_history_days.html" if is_part(request) else "history.html", visitor, view=view)
