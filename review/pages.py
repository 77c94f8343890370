"""Fills the templates. Everything put in is escaped, and a missing name is an error, not a blank."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.errors import InputError
from review.access import Visitor, can_decide
from review.addresses import safe_back, who_address

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HEADINGS = {
    400: "Dette kunne ikke brukes",
    403: "Det har du ikke tilgang til",
    404: "Dette finnes ikke",
    405: "Siden kan ikke brukes på den måten",
    409: "Noe er endret siden du åpnet siden",
    500: "Noe gikk galt hos oss",
    503: "Det går ikke akkurat nå",
}


def page(request: Request, template: str, visitor: Visitor, status: int = 200, **content: object) -> HTMLResponse:
    """The template with its content, and what every page's frame shows."""
    frame = {
        "visitor": visitor,
        "can_decide": can_decide(visitor),
        "who_address": who_address(_here(request)),
    }
    return HTMLResponse(TEMPLATES.get_template(template).render(**frame, **content), status)


def error_page(request: Request, visitor: Visitor, status: int, error: InputError, back: str = "/") -> HTMLResponse:
    """What is wrong, with which value, and what to do next."""
    heading = HEADINGS.get(status, HEADINGS[400])
    return page(request, "error.html", visitor, status, heading=heading, error=error, back=back)


def _here(request: Request) -> str:
    """Where the visitor is, to come back to from «Hvem er du?»: not to that page itself."""
    if request.url.path == "/hvem":
        return safe_back(request.query_params.get("tilbake", "/"))
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
