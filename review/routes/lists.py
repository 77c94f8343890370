"""The lists of a project, by position and by category, and the decisions made there."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, check_decide
from review.addresses import CERTAIN, Place, category_place, list_address, position_place
from review.cards import list_page
from review.deciding import record
from review.dependencies import Sessions, Someone
from review.forms import AskedList, DecisionForm, ListQuery, SentForm, identity_from, read_asked
from review.material import find_item_or_refuse, find_project_or_refuse
from review.pages import page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/prosjekt/{name:path}/plass/{position}")
def show_position(
    request: Request, sessions: Sessions, visitor: Someone, name: str, position: str, asked: AskedList
) -> Response:
    return _show_list(request, sessions, visitor, name, position_place(position), asked)


@router.post("/prosjekt/{name:path}/plass/{position}")
def decide_at_position(
    sessions: Sessions, visitor: Someone, name: str, position: str, form: SentForm, asked: AskedList
) -> Response:
    return _decide(sessions, visitor, name, position_place(position), form, asked)


@router.get("/prosjekt/{name:path}/kategori/{category}")
def show_category(
    request: Request, sessions: Sessions, visitor: Someone, name: str, category: str, asked: AskedList
) -> Response:
    return _show_list(request, sessions, visitor, name, category_place(category), asked)


@router.post("/prosjekt/{name:path}/kategori/{category}")
def decide_in_category(
    sessions: Sessions, visitor: Someone, name: str, category: str, form: SentForm, asked: AskedList
) -> Response:
    return _decide(sessions, visitor, name, category_place(category), form, asked)


def _show_list(
    request: Request,
    sessions: sessionmaker[Session],
    visitor: Visitor,
    name: str,
    place: Place,
    asked: ListQuery,
) -> Response:
    with sessions.begin() as session:
        view = list_page(session, find_project_or_refuse(session, name), place, asked)
    return page(request, "list.html", visitor, view=view)


def _decide(
    sessions: sessionmaker[Session], visitor: Visitor, name: str, place: Place, form: DecisionForm, asked: ListQuery
) -> Response:
    check_decide(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        item = find_item_or_refuse(session, project.id, identity_from(form))
        made = record(session, project.id, item, read_asked(form, visitor.person, item))
    # Elsewhere the phrase has gone to the end. Without a `#` of our own the browser keeps the form's: what came next.
    anchor = item.anchor if asked.order == CERTAIN else ""
    return RedirectResponse(list_address(project.name, place, asked.side, anchor, made.id, asked.order), 303)
