"""The balance model: the figure with cards to move, and the figure as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, can_take_out, check_decide, check_take_out
from review.addresses import balance_address
from review.balance_acts import act, after_act, refused
from review.balance_cards import Visit, phrase_column
from review.balance_picture import picture_for, picture_name
from review.balance_query import AskedBalance, BalanceForm, BalanceQuery, SentBalance, filter_from
from review.balance_view import FORMATS, balance_page
from review.dependencies import Sessions, Someone
from review.downloads import attached
from review.errors import Conflict, NotFound
from review.figure import png_of
from review.language import _
from review.material import find_project_or_refuse
from review.pages import is_part, page

router = APIRouter(default_response_class=HTMLResponse)
HERE = "/prosjekt/{name:path}/balanse"


@dataclass(frozen=True)
class Asker:
    """Who asks, for which selection of which project."""

    request: Request
    sessions: sessionmaker[Session]
    visitor: Visitor
    name: str
    asked: BalanceQuery

    def visit(self, session: Session) -> Visit:
        wanted = filter_from(self.asked)
        return Visit(session, find_project_or_refuse(session, self.name), self.asked, wanted, self.visitor.person)


def asker_of(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedBalance) -> Asker:
    return Asker(request, sessions, visitor, name, asked)


Here = Annotated[Asker, Depends(asker_of)]


@router.get(f"{HERE}/bilde.{{format}}")
def take_out(here: Here, format: str) -> Response:
    check_take_out(here.visitor)
    if format not in FORMATS:
        raise NotFound(_("formatet kan ikke tas ut"), format, _("Bruk svg eller png."))
    with here.sessions.begin() as session:
        visit, today = here.visit(session), date.today()
        picture, file = picture_for(visit, today), picture_name(visit, today, format)
    content = png_of(picture) if format == "png" else picture
    return Response(content, media_type=FORMATS[format], headers=attached(file))


@router.get(HERE)
def show_balance(here: Here) -> Response:
    with here.sessions.begin() as session:
        visit = here.visit(session)
        if is_part(here.request) and here.asked.plass:
            column = phrase_column(visit, here.asked.plass)
            return page(here.request, "_balance_cards.html", here.visitor, column=column)
        view = balance_page(visit)
    return page(here.request, "balance.html", here.visitor, view=view, can_take_out=can_take_out(here.visitor))


@router.post(HERE)
def decide(here: Here, form: SentBalance) -> Response:
    check_decide(here.visitor)
    try:
        with here.sessions.begin() as session:
            done = act(session, here.visit(session).project.id, here.visitor.person, form)
    except Conflict as conflict:
        if not is_part(here.request):
            raise
        return _show_conflict(here, form, conflict)
    if not is_part(here.request):
        return RedirectResponse(balance_address(here.name, **here.asked.asked()), 303)
    with here.sessions.begin() as session:
        answer = after_act(here.visit(session), done)
    return page(here.request, "_balance_answer.html", here.visitor, answer=answer)


def _show_conflict(here: Asker, form: BalanceForm, conflict: Conflict) -> Response:
    """Both decisions, and the phrase as it stands now."""
    with here.sessions.begin() as session:
        answer = refused(here.visit(session), form, conflict)
    return page(here.request, "_balance_answer.html", here.visitor, conflict.status, answer=answer)
