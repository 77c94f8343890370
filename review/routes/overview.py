"""A project's own page, the run that is started there, and what follows it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from review.access import can_start, check_start
from review.addresses import project_address
from review.dependencies import Background, Sessions, Someone
from review.events import Look, follow
from review.material import find_project_or_refuse
from review.pages import came_from, page
from review.running import check_runnable, interviews_at_work, is_running
from review.views import interviews_view, project_page
from store.activity import mark_of
from store.interview_lines import interview_lines

router = APIRouter(default_response_class=HTMLResponse)
INTERVIEWS = "intervjuer"  # the part of the page that follows a run


@router.post("/prosjekt/{name:path}/kjor")
def run(request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str) -> Response:
    check_start(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        check_runnable(session, project)
    background.start(project.name)  # where one goes on already, that is the one
    back = came_from(request)
    return RedirectResponse(project_address(project.name) if back == request.url.path else back, 303)


@router.get("/prosjekt/{name:path}/hendelser")
async def follow_run(
    request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str
) -> Response:
    def look() -> Look:
        with sessions.begin() as session:
            project = find_project_or_refuse(session, name)
            at_work = interviews_at_work(session, project)
            mark, running = mark_of(session, project.id), is_running(session, project, background)
        answer = page(request, "_project_progress.html", visitor, at_work=at_work, running=running)
        return Look(bytes(answer.body).decode(), mark, running)

    await run_in_threadpool(look)  # a project that is not there gets its page before anything is streamed
    return StreamingResponse(follow(look), media_type="text/event-stream")


@router.get("/prosjekt/{name:path}")
def show_project(request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        if request.headers.get("hx-target") == INTERVIEWS:
            view = interviews_view(session, project, interview_lines(session, project.id))
            return page(request, "_project_interviews.html", visitor, interviews=view)
        overview = project_page(session, project, background)
    return page(request, "project.html", visitor, project=overview, can_start=can_start(visitor))
