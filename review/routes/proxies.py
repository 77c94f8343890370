"""What stands in for a competence over the project, the verdicts on it, and questions for the next interview."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import can_judge, check_judge
from review.addresses import proxies_address
from review.dependencies import Sessions, Someone
from review.material import find_project_or_refuse
from review.pages import is_part, page
from review.proxies_acts import act
from review.proxies_query import AskedProxies, AskedQuestions, SentProxy
from review.proxies_view import answer_of, proxies_page
from review.questions_files import questions_file
from review.questions_view import questions_page, read_questions

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/prosjekt/{name:path}/erstatningsord/sporsmal")
def show_questions(
    request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedQuestions
) -> Response:
    with sessions.begin() as session:
        view = questions_page(session, find_project_or_refuse(session, name), asked)
    return page(request, "proxies_questions.html", visitor, view=view)


@router.post("/prosjekt/{name:path}/erstatningsord/sporsmal")
async def take_out_questions(request: Request, sessions: Sessions, name: str, asked: AskedQuestions) -> Response:
    questions, format = read_questions(await request.form())
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
    return questions_file(project.name, asked.rolle, questions, format)


@router.get("/prosjekt/{name:path}/erstatningsord")
def show_proxies(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedProxies) -> Response:
    with sessions.begin() as session:
        view = proxies_page(session, find_project_or_refuse(session, name), asked)
    return page(request, "proxies.html", visitor, view=view, can_judge=can_judge(visitor))


@router.post("/prosjekt/{name:path}/erstatningsord")
def judge(
    request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedProxies, form: SentProxy
) -> Response:
    check_judge(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        answer = answer_of(session, project, asked, act(session, project.id, visitor.person, form))
    if is_part(request):
        return page(request, "_proxies_answer.html", visitor, answer=answer, can_judge=True)
    here = asked.asked(etter=asked.etter, foer=asked.foer)
    return RedirectResponse(f"{proxies_address(name, **here)}#{answer.card.anchor}", 303)
