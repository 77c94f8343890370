"""What a visitor sees when a page cannot do what was asked: one handler for each kind of error."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from pipeline.errors import InputError, WorkError
from review.cards import conflict_page
from review.dependencies import visitor_of
from review.errors import Conflict, Nameless, NotFound, Refused
from review.language import _
from review.limits import TooLarge
from review.pages import READING, came_from, error_page, is_part, page


def add_refusals(app: FastAPI) -> None:
    """Every error that a route may raise gets its page."""
    app.add_exception_handler(Conflict, _show_conflict)
    app.add_exception_handler(Nameless, _ask_who)
    app.add_exception_handler(InputError, _show_error)
    app.add_exception_handler(RequestValidationError, _show_invalid)
    app.add_exception_handler(HTTPException, _show_http_error)


def refuse(request: Request, status: int, error: InputError) -> Response:
    """The error's page, which leads back to where a refused form came from."""
    back = "/" if request.method in READING and not is_part(request) else came_from(request)
    return error_page(request, visitor_of(request), status, error, back)


def _show_error(request: Request, error: Exception) -> Response:
    """What was asked for cannot be done, or the database is full or busy just now."""
    assert isinstance(error, InputError)
    status = 503 if isinstance(error, WorkError) else getattr(error, "status", 400)
    return refuse(request, status, error)


def _show_conflict(request: Request, error: Exception) -> Response:
    assert isinstance(error, Conflict)
    if is_part(request):
        return refuse(request, error.status, error)
    view = conflict_page(error, f"{came_from(request)}#{error.anchor}")
    return page(request, "conflict.html", visitor_of(request), error.status, conflict=view)


def _ask_who(request: Request, error: Exception) -> Response:
    assert isinstance(error, Nameless)
    if is_part(request):
        return refuse(request, error.status, error)
    return page(request, "who.html", visitor_of(request), error.status, back=came_from(request), error=error)


def _show_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(str(fault["loc"][-1]) for fault in error.errors())
    what = _("noe mangler eller har en verdi som ikke kan brukes")
    return refuse(request, 400, Refused(what, fields, _("Gå tilbake, last siden på nytt og prøv igjen.")))


def _show_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = refuse(request, error.status_code, _http_error(request, error))
    answer.headers.update(error.headers or {})
    return answer


def _http_error(request: Request, error: HTTPException) -> InputError:
    which, status = f"{request.method} {request.url.path}", error.status_code
    if isinstance(error, TooLarge):
        size = _("mer enn %(size)s MB", size=f"{error.most / 1024**2:.0f}")
        return Refused(_("det som ble sendt, er mer enn siden tar imot"), size, _("Del det opp, og prøv igjen."))
    if status == 404:
        return NotFound(_("siden finnes ikke"), request.url.path, _("Begynn på forsiden."))
    if status == 405:
        return Refused(_("siden tar ikke imot dette"), which, _("Bruk lenkene og knappene på sidene."))
    return Refused(_("forespørselen kan ikke brukes"), which, _("Last siden på nytt og prøv igjen."))
