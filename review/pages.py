"""Fills the templates. Everything put in is escaped, and a missing name is an error, not a blank."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.errors import InputError
from review.access import Visitor, can_correct, can_decide
from review.addresses import safe_back, who_address
from review.language import LANGUAGES, N_, _, language, ngettext
from review.navigation import project_frame
from review.static_files import static_address

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    extensions=["jinja2.ext.i18n"],
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined] # by the extension
TEMPLATES.globals["static"] = static_address
TEMPLATES.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
HEADINGS = {
    400: N_("Dette kunne ikke brukes"),
    403: N_("Det har du ikke tilgang til"),
    404: N_("Dette finnes ikke"),
    405: N_("Siden kan ikke brukes på den måten"),
    409: N_("Noe er endret siden du åpnet siden"),
    413: N_("Det var for mye på én gang"),
    500: N_("Noe gikk galt hos oss"),
    503: N_("Det går ikke akkurat nå"),
}
READING = ("GET", "HEAD")


def page(request: Request, template: str, visitor: Visitor, status: int = 200, **content: object) -> HTMLResponse:
    """The template with its content, and what every page's frame shows. Content may replace parts of the frame."""
    here = came_from(request)
    frame = {
        "visitor": visitor,
        "can_decide": can_decide(visitor),
        "can_correct": can_correct(visitor),
        "here": here,
        "who_address": who_address(here),
        "language": language(),
        "languages": LANGUAGES,
        "frame": project_frame(request),
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(frame | content), status)


def error_page(request: Request, visitor: Visitor, status: int, error: InputError, back: str = "/") -> HTMLResponse:
    """What is wrong, with which value, and what to do next; a message alone where HTMX asked for a part of a page."""
    heading = _(HEADINGS.get(status, HEADINGS[400]))
    template = "error_message.html" if is_part(request) else "error.html"
    # Without the project's frame: it may be the project that is not there.
    content: dict[str, object] = {"heading": heading, "error": error, "back": back, "code": status, "frame": None}
    return page(request, template, visitor, status, **content)


def is_part(request: Request) -> bool:
    """Whether HTMX asks, to put the answer into a page that is already there."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def came_from(request: Request) -> str:
    """Where the visitor is, to come back to: the page itself, or the one that a form was sent from."""
    if request.url.path == "/hvem":
        return safe_back(request.query_params.get("tilbake", "/"))
    if request.method in READING and not is_part(request):
        return _address(request.url.path, request.url.query)
    sender = urlsplit(request.headers.get("referer", ""))
    if sender.netloc and sender.netloc == request.headers.get("host"):
        return safe_back(_address(sender.path, sender.query))
    # Without a sender: the lists have the same address as their forms.
    return safe_back(_address(request.url.path, request.url.query)) if "name" in request.path_params else "/"


def _address(path: str, query: str) -> str:
    return path + (f"?{query}" if query else "")
