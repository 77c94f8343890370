"""The list of a project's interviews, and the page of what is known of one: records ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from sqlalchemy.orm import Session

from review.addresses import (
    details_address,
    events_address,
    interview_address,
    new_interviews_address,
    upload_address,
)
from review.background import BackgroundWork
from review.details_form import FIELDS
from review.interviews_query import ListedQuery, Staged, natural, staged, wanted
from review.language import N_, _, locale_name
from review.stages import STAGES, WORKING, stage_title, what_to_do
from review.wording import clock, day_and_time
from store.interview_details import Change, Details, changes_of, details_of, known_values, last_change
from store.interview_lines import interview_lines
from store.interviews import AUDIO, Interview
from store.progress import Progress, progress_of
from store.projects import Project

PAGE = 50  # interviews
SORTED_BY = {
    "navn": N_("Intervju"),
    "rolle": N_("Rolle"),
    "kjede": N_("Kjede"),
    "dato": N_("Dato"),
    "lengde": N_("Lengde"),
    "samtykke": N_("Samtykke"),
    "tilstand": N_("Tilstand"),
    "avgjort": N_("Avgjort"),
}
COLUMNS = (("navn",), ("rolle", "kjede"), ("dato", "lengde"), ("samtykke",), ("tilstand", "avgjort"))


@dataclass(frozen=True)
class Option:
    """A choice of a list: its value, its title, and whether it is chosen."""

    value: str
    title: str
    chosen: bool = False


@dataclass(frozen=True)
class Heading:
    """What a column shows, the address that sorts by it, and how it is sorted: `ascending`, `descending` or empty."""

    name: str
    title: str
    address: str
    sorted: str


@dataclass(frozen=True)
class LineView:
    """An interview in the list. `percent` is how much of the work on it is done, None where nobody works on it."""

    id: int
    name: str
    address: str
    details_address: str
    pseudonym: str
    sound: bool
    role: str
    chain: str
    held: str
    consent: str
    length: str
    stage: str
    stage_title: str
    percent: int | None
    problem: str
    phrases: int
    decided: int


@dataclass(frozen=True)
class ListedView:
    """A page of the list; `running`, that a run goes on, which `events` tells of. `all` are in the project."""

    address: str
    new_address: str
    all: int
    found: int
    columns: tuple[tuple[Heading, ...], ...]
    lines: tuple[LineView, ...]
    roles: tuple[Option, ...]
    chains: tuple[Option, ...]
    stages: tuple[Option, ...]
    asked: ListedQuery
    narrowed: bool
    running: bool
    events: str
    page: int
    pages: int
    previous: str
    next: str


@dataclass(frozen=True)
class ChangeView:
    """Who changed which field when; `before` may be empty."""

    title: str
    before: str
    after: str
    person: str
    moment: str


@dataclass(frozen=True)
class DetailsView:
    """The page of what is known of an interview, with every change of it, newest first."""

    name: str
    address: str
    interview_address: str
    list_address: str
    fields: FieldsView
    added: str
    added_by: str
    seen: int
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True)
class FieldsView:
    """The fields of an interview's details as a form shows them; `free` where any role may be written."""

    details: Details
    roles: tuple[Option, ...]
    chains: tuple[str, ...]
    interviewers: tuple[str, ...]
    today: str
    free: bool


def listed_page(session: Session, project: Project, asked: ListedQuery, work: BackgroundWork) -> ListedView:
    """The page of the list that is asked for, or its last one."""
    said = progress_of(session, project.id)
    every = staged(interview_lines(session, project.id), set(said))
    found = wanted(every, asked)
    pages = max(1, -(-len(found) // PAGE))
    page = min(asked.side, pages)
    here = found[(page - 1) * PAGE : page * PAGE]
    return ListedView(
        address=upload_address(project.name, **asked.asked(side=page if page > 1 else 0)),
        new_address=new_interviews_address(project.name),
        all=len(every),
        found=len(found),
        columns=tuple(tuple(_heading(project.name, name, asked) for name in names) for names in COLUMNS),
        lines=tuple(line_view(project.name, one, said.get(one.line.name)) for one in here),
        roles=_options((one.line.role for one in every), asked.rolle),
        chains=_options((one.line.chain for one in every), asked.kjede),
        stages=_stage_options(every, asked.tilstand),
        asked=asked,
        narrowed=bool(asked.rolle or asked.kjede or asked.tilstand or asked.sok.strip()),
        running=bool(said) or work.is_running(project.name),
        events=events_address(project.name),
        page=page,
        pages=pages,
        previous=upload_address(project.name, **asked.asked(side=page - 1)) if page > 1 else "",
        next=upload_address(project.name, **asked.asked(side=page + 1)) if page < pages else "",
    )


def line_view(project: str, one: Staged, progress: Progress | None) -> LineView:
    """An interview ready to print."""
    line = one.line
    return LineView(
        id=line.id,
        name=line.name,
        address=interview_address(project, line.name),
        details_address=details_address(project, line.name),
        pseudonym=line.pseudonym,
        sound=line.kind == AUDIO,
        role=line.role,
        chain=line.chain,
        held=_day(line.held),
        consent=line.consent,
        length=clock(line.seconds),
        stage=one.stage,
        stage_title=stage_title(one.stage, progress),
        percent=round(100 * progress.share) if progress and progress.total else None,
        problem=what_to_do(line) if one.stage != WORKING else "",
        phrases=line.phrases,
        decided=line.decided,
    )


def details_page(session: Session, project: Project, interview: Interview) -> DetailsView:
    """What is known of the interview, to be changed, and who changed it before."""
    details = details_of(interview)
    return DetailsView(
        name=interview.name,
        address=details_address(project.name, interview.name),
        interview_address=interview_address(project.name, interview.name),
        list_address=upload_address(project.name),
        fields=fields_view(session, project, details),
        added=day_and_time(interview.added),
        added_by=interview.added_by,
        seen=last_change(session, interview.id),
        changes=tuple(map(_change, reversed(changes_of(session, interview.id)))),
    )


def fields_view(session: Session, project: Project, details: Details) -> FieldsView:
    """The form's fields, filled in; with what the project's other interviews have to choose among."""
    known = (*project.roles, details.role)
    return FieldsView(
        details=details,
        roles=tuple(Option(role, role, role == details.role) for role in dict.fromkeys(known) if role),
        chains=_different(known_values(session, project.id, "chain")),
        interviewers=_different(known_values(session, project.id, "interviewer")),
        today=date.today().isoformat(),
        free=not project.roles,
    )


def _heading(project: str, name: str, asked: ListedQuery) -> Heading:
    """A second click turns the order round."""
    current = asked.sort == name
    turned = current and not asked.synkende
    address = upload_address(project, **asked.asked(sorter=name, synkende=int(turned)))
    way = ("descending" if asked.synkende else "ascending") if current else ""
    return Heading(name, _(SORTED_BY[name]), address, way)


def _options(values: Iterable[str], chosen: str) -> tuple[Option, ...]:
    counts = Counter(value for value in values if value)
    return tuple(Option(value, f"{value} ({counts[value]})", value == chosen) for value in _different(counts))


def _stage_options(found: Sequence[Staged], chosen: str) -> tuple[Option, ...]:
    counts = Counter(one.stage for one in found)
    return tuple(
        Option(stage, f"{_(STAGES[stage])} ({counts[stage]})", stage == chosen) for stage in STAGES if counts[stage]
    )


def _different(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}, key=natural))


def _day(day: date | None) -> str:
    return format_date(day, "medium", locale_name()) if day else ""


def _change(change: Change) -> ChangeView:
    title = _(FIELDS[change.field])
    return ChangeView(title, change.before, change.after, change.person, day_and_time(change.created))
