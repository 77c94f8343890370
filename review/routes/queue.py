"""The queue: one suggestion at a time, and many at once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session, sessionmaker

from review.access import Visitor, check_decide
from review.addresses import bulk_address, queue_address
from review.dependencies import Sessions, Someone
from review.errors import Conflict
from review.forms import identity_from
from review.material import find_item_or_refuse, find_project_or_refuse
from review.pages import is_part, page
from review.queue_acts import act
from review.queue_bulk import act_together, bulk_page
from review.queue_cards import Visit, conflict_card
from review.queue_order import read_skipped, write_skipped
from review.queue_query import AskedBulk, AskedQueue, BulkQuery, QueueForm, QueueQuery, SentBulk, SentQueue, plain
from review.queue_view import address_after, after_act, queue_page, refused

router = APIRouter(default_response_class=HTMLResponse)
SKIPPED = "hoppet"  # a cookie


@router.get("/prosjekt/{name:path}/ko/samlet")
def show_bulk(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedBulk) -> Response:
    with sessions.begin() as session:
        view = bulk_page(_visit(request, session, visitor, name, asked), asked)
    return page(request, "queue_bulk.html", visitor, view=view)


@router.post("/prosjekt/{name:path}/ko/samlet")
def decide_together(
    request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedBulk, form: SentBulk
) -> Response:
    if form.page:
        with sessions.begin() as session:
            view = bulk_page(_visit(request, session, visitor, name, asked), asked, form)
        return page(request, "queue_bulk.html", visitor, view=view)
    check_decide(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        told = act_together(session, project.id, visitor.person, form)
    return RedirectResponse(bulk_address(name, **asked.asked(**told)), 303)


@router.get("/prosjekt/{name:path}/ko")
def show_queue(request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedQueue) -> Response:
    with sessions.begin() as session:
        view = queue_page(_visit(request, session, visitor, name, asked))
    return page(request, "queue.html", visitor, view=view)


@router.post("/prosjekt/{name:path}/ko")
def decide_one(
    request: Request, sessions: Sessions, visitor: Someone, name: str, asked: AskedQueue, form: SentQueue
) -> Response:
    check_decide(visitor)
    try:
        with sessions.begin() as session:
            done = act(session, find_project_or_refuse(session, name).id, visitor.person, form)
    except Conflict as conflict:
        return _show_conflict(request, sessions, visitor, name, asked, form, conflict)
    skipped = _skipped(request)
    if done.skipped:
        skipped = (*(one for one in skipped if one != done.before.id), done.before.id)
    with sessions.begin() as session:
        visit = _visit(request, session, visitor, name, asked, skipped)
        if is_part(request):
            answer: Response = page(request, "_queue_answer.html", visitor, answer=after_act(visit, done, form.neste))
        else:
            answer = RedirectResponse(address_after(visit, done), 303)
    if done.skipped:
        answer.set_cookie(SKIPPED, write_skipped(skipped), path=queue_address(name), httponly=True, samesite="strict")
    return answer


def _show_conflict(
    request: Request,
    sessions: sessionmaker[Session],
    visitor: Visitor,
    name: str,
    asked: QueueQuery,
    form: QueueForm,
    conflict: Conflict,
) -> Response:
    """Both decisions, and the choice between them, in the place of the card."""
    with sessions.begin() as session:
        visit = _visit(request, session, visitor, name, asked)
        item = find_item_or_refuse(session, visit.project.id, identity_from(form))
        card = conflict_card(visit, item.known, plain(form), conflict)
        if is_part(request):
            answer = refused(visit, card)
            return page(request, "_queue_answer.html", visitor, conflict.status, answer=answer)
        view = queue_page(visit, card)
    return page(request, "queue.html", visitor, conflict.status, view=view)


def _visit(
    request: Request,
    session: Session,
    visitor: Visitor,
    name: str,
    asked: QueueQuery,
    skipped: tuple[int, ...] | None = None,
) -> Visit:
    return Visit(
        session=session,
        project=find_project_or_refuse(session, name),
        asked=asked,
        person=visitor.person,
        skipped=_skipped(request) if skipped is None else skipped,
        sounding="interview" in request.app.state.pages,
        page=bulk_address if isinstance(asked, BulkQuery) else queue_address,
    )


def _skipped(request: Request) -> tuple[int, ...]:
    return read_skipped(request.cookies.get(SKIPPED, ""))
