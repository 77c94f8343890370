"""The routes: each reads the request, asks one function for a view or a decision, and answers with a page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException

from balansekunst.settings import Settings
from pipeline.errors import InputError, WorkError
from review.access import Visitor, can_name, check_decide, check_name
from review.addresses import CERTAIN, Place, category_place, list_address, position_place, safe_back
from review.cards import conflict_page, list_page
from review.deciding import record
from review.errors import Conflict, Nameless, NotFound, Refused
from review.forms import AskedList, DecisionForm, ListQuery, SentForm, identity_from, read_asked
from review.guards import Guard
from review.material import find_item_or_refuse, find_project_or_refuse
from review.pages import HERE, error_page, page
from review.views import front_page, project_page

COOKIE = "hvem"
# FastAPI's own telemetry would take in exceptions and forms, which quote what people said.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def sessions_of(request: Request) -> sessionmaker[Session]:
    """The sessions that the application was made with."""
    sessions: sessionmaker[Session] = request.app.state.sessions
    return sessions


def visitor_of(request: Request) -> Visitor:
    """Who the cookie says it is; nobody where it says nothing usable."""
    name = unquote(request.cookies.get(COOKIE, ""))
    return Visitor(name if can_name(name) else "")


Sessions = Annotated[sessionmaker[Session], Depends(sessions_of)]
Someone = Annotated[Visitor, Depends(visitor_of)]
routes = APIRouter(default_response_class=HTMLResponse)


def create_app(sessions: sessionmaker[Session], settings: Settings) -> FastAPI:
    """The web application on an open database."""
    app = FastAPI(
        telemetry=NO_TELEMETRY,
        title="Balansekunst",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.sessions, app.state.settings = sessions, settings
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(routes)
    app.add_exception_handler(Conflict, _show_conflict)
    app.add_exception_handler(Nameless, _ask_who)
    app.add_exception_handler(InputError, _show_error)
    app.add_exception_handler(RequestValidationError, _show_invalid)
    app.add_exception_handler(HTTPException, _show_http_error)
    app.add_middleware(Guard, refuse=_refuse)
    return app


@routes.get("/")
def show_projects(request: Request, sessions: Sessions, visitor: Someone) -> Response:
    with sessions.begin() as session:
        projects = front_page(session)
    return page(request, "projects.html", visitor, projects=projects)


@routes.get("/hvem")
def ask_who(request: Request, visitor: Someone, tilbake: str = "/") -> Response:
    return page(request, "who.html", visitor, back=safe_back(tilbake), error=None)


@routes.post("/hvem")
def say_who(
    request: Request,
    visitor: Someone,
    navn: Annotated[str, Form()] = "",
    tilbake: Annotated[str, Form()] = "/",
) -> Response:
    name, back = " ".join(navn.split()), safe_back(tilbake)
    try:
        check_name(name)
    except Refused as error:
        return page(request, "who.html", visitor, error.status, back=back, error=error)
    answer = RedirectResponse(back, 303)
    # Gone when the browser closes: on a shared machine nobody should decide in another's name.
    answer.set_cookie(COOKIE, quote(name), httponly=True, samesite="strict")
    return answer


# A project's name may hold a slash, so the longer addresses come before the project's own.
@routes.get("/prosjekt/{name:path}/plass/{position}")
def show_position(
    request: Request, sessions: Sessions, visitor: Someone, name: str, position: str, asked: AskedList
) -> Response:
    return _show_list(request, sessions, visitor, name, position_place(position), asked)


@routes.post("/prosjekt/{name:path}/plass/{position}")
def decide_at_position(
    sessions: Sessions, visitor: Someone, name: str, position: str, form: SentForm, asked: AskedList
) -> Response:
    return _decide(sessions, visitor, name, position_place(position), form, asked)


@routes.get("/prosjekt/{name:path}/kategori/{category}")
def show_category(
    request: Request, sessions: Sessions, visitor: Someone, name: str, category: str, asked: AskedList
) -> Response:
    return _show_list(request, sessions, visitor, name, category_place(category), asked)


@routes.post("/prosjekt/{name:path}/kategori/{category}")
def decide_in_category(
    sessions: Sessions, visitor: Someone, name: str, category: str, form: SentForm, asked: AskedList
) -> Response:
    return _decide(sessions, visitor, name, category_place(category), form, asked)


@routes.get("/prosjekt/{name:path}")
def show_project(request: Request, sessions: Sessions, visitor: Someone, name: str) -> Response:
    with sessions.begin() as session:
        view = project_page(session, find_project_or_refuse(session, name))
    return page(request, "project.html", visitor, project=view)


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


def _refuse(request: Request, status: int, error: InputError) -> Response:
    return error_page(request, visitor_of(request), status, error, _back(request))


def _show_error(request: Request, error: Exception) -> Response:
    """What was asked for cannot be done, or the database is full or busy just now."""
    assert isinstance(error, InputError)
    status = 503 if isinstance(error, WorkError) else getattr(error, "status", 400)
    return _refuse(request, status, error)


def _show_conflict(request: Request, error: Exception) -> Response:
    assert isinstance(error, Conflict)
    view = conflict_page(error, f"{_back(request)}#{error.anchor}")
    return page(request, "conflict.html", visitor_of(request), error.status, conflict=view)


def _ask_who(request: Request, error: Exception) -> Response:
    assert isinstance(error, Nameless)
    return page(request, "who.html", visitor_of(request), error.status, back=_back(request), error=error)


def _show_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(str(fault["loc"][-1]) for fault in error.errors())
    what = "noe mangler eller har en verdi som ikke kan brukes"
    return _refuse(request, 400, Refused(what, fields, "Gå tilbake, last siden på nytt og prøv igjen."))


def _show_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    which = f"{request.method} {request.url.path}"
    words = {
        404: NotFound("siden finnes ikke", request.url.path, "Begynn på forsiden."),
        405: Refused("siden tar ikke imot dette", which, "Bruk lenkene og knappene på sidene."),
    }
    otherwise = Refused("forespørselen kan ikke brukes", which, "Last siden på nytt og prøv igjen.")
    answer = _refuse(request, error.status_code, words.get(error.status_code, otherwise))
    answer.headers.update(error.headers or {})
    return answer


def _back(request: Request) -> str:
    """Where a refused form came from: the list has the same address as its forms."""
    if request.method != "POST" or not request.url.path.startswith("/prosjekt/"):
        return "/"
    return safe_back(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
