"""A project's interviews: the list, what is known of each, and new ones handed in whole or in parts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from balansekunst.file_errors import as_input_error
from review.access import check_add
from review.addresses import new_interviews_address, upload_address, upload_part_address
from review.dependencies import Background, Sessions, Someone
from review.details_form import DetailsForm, SentDetails, read_details
from review.errors import Stale
from review.handing_in import Desk, check_files, new_interviews
from review.interview_view import find_interview_or_refuse
from review.interviews_query import AskedListed
from review.interviews_view import details_page, listed_page
from review.language import _
from review.limits import takes
from review.material import find_project_or_refuse
from review.pages import is_part, page
from review.upload_view import followed, new_page, told
from review.uploads import LARGEST, PART, Upload, Uploads, check_room
from store.interview_details import change_details, last_change

router = APIRouter(default_response_class=HTMLResponse)
LIST = "/prosjekt/{name:path}/intervjuer"
IN_PARTS = f"{LIST}/opplasting/{{upload}}"
MOST_FILES = 200  # of one plain form
FORM_FIELDS = 64 * 1024  # bytes


def desk_of(request: Request, sessions: Sessions, visitor: Someone, name: str) -> Desk:
    """Where this visitor hands in files of this project. Nameless: nobody said who they are."""
    check_add(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
    return Desk(sessions, request.app.state.settings, project, visitor.person)


AtDesk = Annotated[Desk, Depends(desk_of)]


def upload_of(desk: AtDesk, upload: str) -> Upload:
    """The upload that the address names. NotFound: the project has none such."""
    return desk.uploads.find(desk.project.id, upload)


Underway = Annotated[Upload, Depends(upload_of)]


async def part_of(request: Request) -> bytes:
    """A part of a file, which is all that the request brings."""
    return await request.body()


async def sent_files(request: Request, desk: AtDesk) -> FormData:
    """A form with files, let in only where there is room for them on the disk."""
    length = request.headers.get("content-length", "")
    check_room(desk.settings.home, int(length) if length.isdigit() else 0, _("filene"))
    try:
        return await request.form(max_files=MOST_FILES, max_part_size=FORM_FIELDS)
    except OSError as error:
        raise as_input_error(error, _("filene")) from error


@router.get(f"{LIST}/om/{{interview}}")
def show_details(request: Request, sessions: Sessions, visitor: Someone, name: str, interview: str) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = details_page(session, project, find_interview_or_refuse(session, project, interview))
    return page(request, "interview_details.html", visitor, view=view)


@router.post(f"{LIST}/om/{{interview}}")
def save_details(sessions: Sessions, visitor: Someone, name: str, interview: str, form: SentDetails) -> Response:
    check_add(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        found = find_interview_or_refuse(session, project, interview)
        details = read_details(form, (*project.roles, found.role))
        if form.sett != str(last_change(session, found.id)):
            what, after = _("noen andre har endret opplysningene imens"), _("Last siden på nytt, og endre igjen.")
            raise Stale(what, found.name, after)
        change_details(session, found, details, visitor.person)
    return RedirectResponse(upload_address(project.name, lagret=found.name), 303)


@router.get(f"{LIST}/nye")
def show_new(request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str) -> Response:
    uploads = _uploads(request)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        form = DetailsForm(intervjuer=visitor.person)
        view = new_page(session, project, uploads.unfinished(project.id), form, background)
    return page(request, "upload.html", visitor, view=view, told="")


@router.post(f"{LIST}/nye")
@takes(LARGEST)
def take_files(
    request: Request,
    desk: AtDesk,
    visitor: Someone,
    background: Background,
    sent: Annotated[FormData, Depends(sent_files)],
) -> Response:
    form = DetailsForm(**{name: value for name, value in sent.items() if isinstance(value, str)})
    details = read_details(form, desk.project.roles)
    files = [file for file in sent.getlist("filer") if isinstance(file, UploadFile) and file.filename]
    check_files(files)
    handed = [desk.take(file.filename or "", file.file, file.size or 0, details) for file in files]
    if new_interviews(handed):
        background.ask_for(desk.project.name)
    with desk.sessions.begin() as session:
        view = new_page(session, desk.project, desk.uploads.unfinished(desk.project.id), form, background, handed)
    return page(request, "upload.html", visitor, view=view, told=told(handed))


@router.post(f"{LIST}/opplasting")
def begin(
    desk: AtDesk,
    merke: Annotated[str, Form()],
    navn: Annotated[str, Form()],
    storrelse: Annotated[int, Form(ge=0, le=2**62)],
) -> Response:
    return _underway(desk, desk.uploads.begin(desk.project.id, merke, navn, storrelse, desk.person))


@router.get(IN_PARTS)
def show_how_far(desk: AtDesk, underway: Underway) -> Response:
    return _underway(desk, underway)


@router.put(IN_PARTS)
@takes(PART)
def take_part(
    desk: AtDesk, underway: Underway, fra: Annotated[int, Query(ge=0)], part: Annotated[bytes, Depends(part_of)]
) -> Response:
    return _underway(desk, desk.uploads.take(underway, fra, part))


@router.post(IN_PARTS)
def finish(
    request: Request, desk: AtDesk, visitor: Someone, background: Background, underway: Underway, form: SentDetails
) -> Response:
    handed = desk.finish(underway, read_details(form, desk.project.roles))
    if new_interviews([handed]):
        background.ask_for(desk.project.name)
    return page(request, "_upload_handed.html", visitor, handed=handed)


@router.post(f"{IN_PARTS}/forkast")
def forget(request: Request, desk: AtDesk, underway: Underway) -> Response:
    desk.uploads.forget(underway)
    # What HTMX asked for takes the place of the line, and there is nothing to take it.
    return HTMLResponse("") if is_part(request) else RedirectResponse(new_interviews_address(desk.project.name), 303)


@router.get(f"{LIST}/framdrift")
def follow(
    request: Request,
    sessions: Sessions,
    visitor: Someone,
    background: Background,
    name: str,
    intervju: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = followed(session, project, intervju, background)
    return page(request, "_upload_followed.html", visitor, followed=view)


@router.get(LIST)
def show_list(
    request: Request, sessions: Sessions, visitor: Someone, background: Background, name: str, asked: AskedListed
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = listed_page(session, project, asked, background)
    return page(request, "interviews.html", visitor, view=view)


def _uploads(request: Request) -> Uploads:
    settings = request.app.state.settings
    return Uploads(settings.home, settings.database)


def _underway(desk: Desk, upload: Upload) -> Response:
    address = upload_part_address(desk.project.name, upload.id)
    return JSONResponse({"adresse": address, "mottatt": upload.received, "ferdig": bool(upload.interview)})
