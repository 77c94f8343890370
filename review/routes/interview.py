"""An interview: its transcript beside the sound, and what is decided and corrected there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, check_correct, check_decide
from review.addresses import interview_address
from review.dependencies import Sessions, Someone
from review.errors import NotFound
from review.forms import SentForm
from review.interview_acts import add_missed, correct_borders, correct_words, decide_phrase, name_speakers, take_back
from review.interview_forms import (
    AskedInterview,
    InterviewQuery,
    SentBorders,
    SentNew,
    SentSpeakers,
    SentWord,
    read_mark,
)
from review.interview_view import (
    Answer,
    answer_of,
    corrections_page,
    find_interview_or_refuse,
    interview_page,
    times_page,
)
from review.language import _
from review.material import find_project_or_refuse
from review.pages import is_part, page
from review.sound import sound_answer
from store.interviews import AUDIO, Interview
from store.projects import Project
from store.recordings import find
from store.speakers import swap_speakers

router = APIRouter(default_response_class=HTMLResponse)
INTERVIEW = "/prosjekt/{name:path}/intervju/{interview}"
Act = Callable[[Session, Project, Interview], Answer]


@router.api_route(f"{INTERVIEW}/lyd", methods=["GET", "HEAD"])
def play(
    request: Request,
    sessions: Sessions,
    name: str,
    interview: str,
    range: Annotated[str, Header()] = "",
    if_range: Annotated[str, Header()] = "",
) -> Response:
    with sessions.begin() as session:
        found = find_interview_or_refuse(session, find_project_or_refuse(session, name), interview)
    if found.kind != AUDIO:
        raise NotFound(_("intervjuet har ikke noe opptak"), interview, _("Les utskriften i stedet."))
    kept = find(found.sha256, request.app.state.settings.recordings)
    return sound_answer(kept, f'"{found.sha256}"', range, if_range, request.method == "GET")


@router.get(f"{INTERVIEW}/tider")
def tell_times(sessions: Sessions, name: str, interview: str, versjon: int) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        times = times_page(session, find_interview_or_refuse(session, project, interview), versjon)
    return JSONResponse(times)


@router.post(f"{INTERVIEW}/utsagn")
def decide(
    request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentForm
) -> Response:
    check_decide(visitor)
    act = partial(decide_phrase, form=form, person=visitor.person)
    return _do(request, sessions, visitor, name, interview, act)


@router.post(f"{INTERVIEW}/nytt")
def add(request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentNew) -> Response:
    check_decide(visitor)
    act = partial(add_missed, form=form, person=visitor.person)
    return _do(request, sessions, visitor, name, interview, act)


@router.post(f"{INTERVIEW}/grenser")
def move(
    request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentBorders
) -> Response:
    check_decide(visitor)
    act = partial(correct_borders, form=form, person=visitor.person)
    return _do(request, sessions, visitor, name, interview, act)


@router.post(f"{INTERVIEW}/angre")
def undo(
    request: Request,
    sessions: Sessions,
    visitor: Someone,
    name: str,
    interview: str,
    gruppe: Annotated[str, Form()] = "",
) -> Response:
    check_decide(visitor)
    act = partial(take_back, batch=gruppe, person=visitor.person)
    return _do(request, sessions, visitor, name, interview, act)


@router.post(f"{INTERVIEW}/rett")
def correct(
    request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentWord
) -> Response:
    check_correct(visitor)
    act = partial(correct_words, form=form, person=visitor.person)
    return _do(request, sessions, visitor, name, interview, act)


@router.post(f"{INTERVIEW}/bytt")
def exchange(
    sessions: Sessions, visitor: Someone, name: str, interview: str, versjon: Annotated[int, Form()]
) -> Response:
    check_correct(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        swap_speakers(session, find_interview_or_refuse(session, project, interview), versjon, visitor.person)
    return RedirectResponse(interview_address(project.name, interview), 303)


@router.post(f"{INTERVIEW}/talere")
def call_speakers(sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentSpeakers) -> Response:
    check_correct(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        name_speakers(session, find_interview_or_refuse(session, project, interview), form, visitor.person)
    return RedirectResponse(interview_address(project.name, interview), 303)


@router.get(f"{INTERVIEW}/rettelser")
def show_corrections(request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = corrections_page(session, project, find_interview_or_refuse(session, project, interview))
    return page(request, "interview_corrections.html", visitor, view=view)


@router.get(INTERVIEW)
def show_interview(
    request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str, asked: AskedInterview
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        found = find_interview_or_refuse(session, project, interview)
        if is_part(request):
            answer = _opened(session, project, found, asked)
            return page(request, "_interview_answer.html", visitor, it=answer)
        view = interview_page(session, project, found, asked)
    return page(request, "interview.html", visitor, view=view)


def _opened(session: Session, project: Project, interview: Interview, asked: InterviewQuery) -> Answer:
    phrase = read_mark(interview.name, asked.utsagn)
    return answer_of(session, project, interview, phrase, [phrase.turn] if phrase and asked.frisk else [])


def _do(
    request: Request, sessions: sessionmaker[Session], visitor: Visitor, name: str, interview: str, act: Act
) -> Response:
    """What the act changes on the page; for a form sent without a script, the page itself."""
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        answer = act(session, project, find_interview_or_refuse(session, project, interview))
    if is_part(request):
        return page(request, "_interview_answer.html", visitor, it=answer)
    mark = answer.panel.mark if answer.panel else ""
    anchor = answer.panel.card.anchor if answer.panel else "innhold"
    return RedirectResponse(interview_address(project.name, interview, anchor, utsagn=mark), 303)
