"""The page where interviews are handed in, and how far those have come that were: records ready to print."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.transcript_files import SUFFIXES
from review.addresses import (
    events_address,
    followed_address,
    new_interviews_address,
    queue_address,
    run_address,
    upload_address,
    upload_part_address,
)
from review.background import BackgroundWork
from review.details_form import DetailsForm
from review.handing_in import Handed, new_interviews
from review.interviews_query import staged
from review.interviews_view import FieldsView, LineView, fields_view, line_view
from review.language import _
from review.stages import ON_THE_WAY
from review.uploads import LARGEST, PART, Upload
from store.interview_details import Details
from store.interview_lines import lines_named
from store.progress import progress_of
from store.projects import Project

# What a browser's dialog offers first; whatever has sound in it can be read.
ACCEPTED = ("audio/*", "video/*", *SUFFIXES)
MOST_FOLLOWED = 200  # interviews


@dataclass(frozen=True)
class UnfinishedView:
    """A file of which some has come, `42 %`."""

    name: str
    share: int
    address: str


@dataclass(frozen=True)
class FollowedView:
    """How far interviews have come; `goes_on` by a run, or `waits` for one."""

    run_address: str
    lines: tuple[LineView, ...]
    goes_on: bool
    waits: bool
    queue: str


@dataclass(frozen=True)
class NewView:
    """The page where files are handed in; `part` is how many bytes are sent at once."""

    address: str
    list_address: str
    begin_address: str
    fields: FieldsView
    accepted: str
    part: int
    largest: str
    followed_address: str
    events: str
    unfinished: tuple[UnfinishedView, ...]
    handed: tuple[Handed, ...]
    followed: FollowedView | None
    form: DetailsForm


def new_page(
    session: Session,
    project: Project,
    unfinished: Sequence[Upload],
    form: DetailsForm,
    work: BackgroundWork,
    handed: Sequence[Handed] = (),
) -> NewView:
    """The page with an empty form, or with what became of the files that were sent."""
    fields = fields_view(session, project, Details(role=form.rolle or _only(project.roles)))
    names = new_interviews(handed)
    return NewView(
        address=new_interviews_address(project.name),
        list_address=upload_address(project.name),
        begin_address=upload_part_address(project.name),
        fields=fields,
        accepted=",".join(ACCEPTED),
        part=PART,
        largest=f"{LARGEST / 1024**3:.0f} GB",
        unfinished=tuple(_unfinished(project.name, one) for one in unfinished),
        handed=tuple(handed),
        followed_address=followed_address(project.name),
        events=events_address(project.name),
        followed=followed(session, project, names, work) if names else None,
        form=form,
    )


def followed(session: Session, project: Project, names: Collection[str], work: BackgroundWork) -> FollowedView:
    """How far these interviews have come, those of them that there are."""
    said = progress_of(session, project.id)
    running = bool(said) or work.is_running(project.name)
    lines = lines_named(session, project.id, [name for name in names if "\x00" not in name][:MOST_FOLLOWED])
    found = staged(lines, set(said))
    is_work = any(one.stage in ON_THE_WAY for one in found)
    return FollowedView(
        run_address=run_address(project.name),
        lines=tuple(line_view(project.name, one, said.get(one.line.name)) for one in found),
        goes_on=running,  # candidates are gathered when all interviews are coded
        waits=is_work and not running,
        queue=queue_address(project.name),
    )


def told(handed: Sequence[Handed]) -> str:
    """How many files became interviews, for the page's message."""
    added = len(new_interviews(handed))
    return _("%(added)s av %(files)s filer er lagt til.", added=added, files=len(handed))


def _only(roles: Sequence[str]) -> str:
    return roles[0] if len(roles) == 1 else ""


def _unfinished(project: str, upload: Upload) -> UnfinishedView:
    share = int(100 * upload.received / upload.size)
    return UnfinishedView(upload.name, share, upload_part_address(project, upload.id))
