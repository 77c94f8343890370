"""Key competences: the candidates side by side, what people do with them, and the 10–15 that they choose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, check_decide
from review.addresses import compare_address, competences_address
from review.background import BackgroundWork
from review.competence_acts import Done, choose_candidate, give_grounds, merge, move, rename, split, split_in_two, undo
from review.competence_forms import AskedBoard, AskedCompare, EditForm, SentChoice, SentEdit, order_in
from review.competences_view import board_page, compare_page, decided_part, grouping_part, to_compare
from review.dependencies import Background, Sessions, Someone
from review.errors import NotFound
from review.language import _
from review.material import find_project_or_refuse
from review.pages import is_part, page
from review.running import is_running

router = APIRouter(default_response_class=HTMLResponse)
HERE = "/prosjekt/{name:path}/nokkelkompetanser"
ACTS: dict[str, Callable[[Session, int, str, EditForm], Done]] = {
    "sla-sammen": merge,
    "navn": rename,
    "flytt": move,
    "del": split,
    "del-i-to": split_in_two,
    "angre": undo,
}


@dataclass(frozen=True)
class Visit:
    """Who asks, for which project, and what answers are made of."""

    request: Request
    sessions: sessionmaker[Session]
    visitor: Visitor
    background: BackgroundWork
    name: str


def visit_of(request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str) -> Visit:
    return Visit(request, sessions, visitor, background, name)


Here = Annotated[Visit, Depends(visit_of)]


@router.get(HERE)
def show_board(here: Here, asked: AskedBoard) -> Response:
    return _board(here, asked.order, "competences.html")


@router.get(f"{HERE}/sammenlign")
def show_comparison(here: Here, asked: AskedCompare) -> Response:
    if not asked.ids:
        return RedirectResponse(competences_address(here.name), 303)
    return _comparison(here, asked.ids, asked.fra, "competences_compare.html")


@router.get(f"{HERE}/avgjort")
def show_decided(here: Here, asked: AskedCompare) -> Response:
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        decided = decided_part(session, project, "".join(asked.ids[:1]))
    return page(here.request, "_competences_decided.html", here.visitor, decided=decided)


@router.get(f"{HERE}/gruppering")
def show_grouping(here: Here, vist: int = 0) -> Response:
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        view = grouping_part(session, project, is_running(session, project, here.background), vist)
    return page(here.request, "_competences_grouping.html", here.visitor, grouping=view)


@router.post(f"{HERE}/velg")
def choose(here: Here, form: SentChoice) -> Response:
    check_decide(here.visitor)
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        done = choose_candidate(session, project.id, here.visitor.person, form)
    if not is_part(here.request):
        return RedirectResponse(competences_address(here.name, f"k-{done.focus}"), 303)
    return _board(here, order_in(form.rekkefolge), "_competences_board.html", done)


@router.post(f"{HERE}/begrunn")
def ground(here: Here, form: SentChoice) -> Response:
    check_decide(here.visitor)
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        choice = give_grounds(session, project.id, here.visitor.person, form)
    if not is_part(here.request):
        return RedirectResponse(competences_address(here.name, f"k-{choice.candidate}"), 303)
    return page(here.request, "_competences_saved.html", here.visitor, choice=choice)


@router.post(f"{HERE}/{{act}}")
def edit(here: Here, act: str, form: SentEdit) -> Response:
    if act not in ACTS:
        raise NotFound(_("siden finnes ikke"), here.request.url.path, _("Begynn på forsiden."))
    check_decide(here.visitor)
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        done = ACTS[act](session, project.id, here.visitor.person, form)
        compared = to_compare(session, project, form.compared, done.focus)
    if not is_part(here.request):
        back = compare_address(here.name, compared) if compared else competences_address(here.name, f"k-{done.focus}")
        return RedirectResponse(back, 303)
    if form.compared and not compared:  # nothing is left of what the page compared
        return Response(headers={"HX-Redirect": competences_address(here.name)})
    if compared:
        return _comparison(here, compared, form.fra, "_competences_columns.html", done)
    return _board(here, order_in(form.rekkefolge), "_competences_board.html", done)


def _board(here: Visit, order: str, template: str, done: Done | None = None) -> Response:
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        view = board_page(session, project, order, is_running(session, project, here.background))
    return page(here.request, template, here.visitor, view=view, done=done)


def _comparison(here: Visit, ids: tuple[str, ...], skipped: int, template: str, done: Done | None = None) -> Response:
    with here.sessions.begin() as session:
        project = find_project_or_refuse(session, here.name)
        view = compare_page(session, project, ids, skipped, is_running(session, project, here.background))
    return page(here.request, template, here.visitor, view=view, done=done)
