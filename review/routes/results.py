"""What the project has come to, and the files that it is taken out as."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.export import WRITERS
from review.access import can_take_out, check_take_out
from review.dependencies import Sessions, Someone
from review.downloads import attached
from review.errors import NotFound
from review.language import _
from review.material import find_project_or_refuse
from review.pages import page
from review.results_view import MEDIA, results_page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/prosjekt/{name:path}/resultat/{format}")
def take_out(sessions: Sessions, visitor: Someone, name: str, format: str) -> Response:
    check_take_out(visitor)
    if format not in WRITERS:
        which = _("Bruk %(formats)s.", formats=_(" eller ").join(WRITERS))
        raise NotFound(_("formatet kan ikke tas ut"), format, which)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
    headers = attached(f"{project.name}.{format}")
    return StreamingResponse(_written(sessions, name, format), media_type=MEDIA[format], headers=headers)


@router.get("/prosjekt/{name:path}/resultat")
def show_results(request: Request, sessions: Sessions, visitor: Someone, name: str) -> Response:
    with sessions.begin() as session:
        view = results_page(session, find_project_or_refuse(session, name))
    return page(request, "results.html", visitor, view=view, can_take_out=can_take_out(visitor))


def _written(sessions: sessionmaker[Session], name: str, format: str) -> Iterator[str]:
    """The file as it is written, all of it of one moment."""
    with sessions.begin() as session:
        yield from WRITERS[format](session, find_project_or_refuse(session, name))
