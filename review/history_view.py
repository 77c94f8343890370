"""The history's page, ready to print: acts by day, what to filter by, and the same as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from babel.dates import format_date, format_time
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Identity
from review.addresses import history_act_address, history_address, interview_address, phrase_mark
from review.history_lines import KIND_TITLES, Told, tell
from review.history_query import GROUPS, HistoryQuery, read_place, wanted_from, write_place
from review.language import N_, _, locale_name
from review.material import find_project_or_refuse
from store.history import BEGINNING, Act, Place, Wanted, find_acts, people_in
from store.interviews import list_interviews
from store.projects import Project
from store.review_items import item_of

PAGE_SIZE, ROWS_AT_ONCE = 50, 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
COLUMNS = (
    N_("Tid"),
    N_("Hvem"),
    N_("Slag"),
    N_("Hva"),
    N_("Intervju"),
    N_("Utsagn"),
    N_("Notat"),
    N_("Tilstand"),
    N_("Nummer"),
    N_("Gruppe"),
)


@dataclass(frozen=True)
class Line:
    """An act: `anchor` on the page, `kind` in words, the time of day, and what was done."""

    anchor: str
    kind: str
    moment: str
    person: str
    told: Told


@dataclass(frozen=True)
class Day:
    """The acts of a day, newest first."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Option:
    """What a filter may be set to."""

    value: str
    title: str
    current: bool


@dataclass(frozen=True)
class Field:
    """A filter that is chosen from a list."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class About:
    """The one phrase that the history is of, and where it is read in its interview."""

    text: str
    interview: str
    address: str


@dataclass(frozen=True)
class HistoryView:
    """All of the page. `here` is its address; `newest`, `older` and `all` are empty where one is there."""

    days: tuple[Day, ...]
    fields: tuple[Field, ...]
    about: About | None
    batch: str
    here: str
    action: str
    undo: str
    csv: str
    newest: str
    older: str
    all: str
    undone: bool


def history_page(session: Session, project: Project, asked: HistoryQuery) -> HistoryView:
    """A page of the acts asked for."""
    wanted = wanted_from(asked)
    found = find_acts(session, project.id, wanted, PAGE_SIZE, read_place(asked.fra))
    same = asked.asked()
    narrowed = any(same.values())
    return HistoryView(
        days=_days(tell(session, project, found.acts)),
        fields=() if wanted.phrase or wanted.batch else _fields(session, project, asked),
        about=_about(session, project, wanted.phrase) if wanted.phrase else None,
        batch=wanted.batch,
        here=history_address(project.name, **asked.asked(fra=asked.fra)),
        action=history_address(project.name),
        undo=history_act_address(project.name, "angre"),
        csv=history_act_address(project.name, "csv", **same),
        newest=history_address(project.name, **same) if asked.fra else "",
        older=history_address(project.name, **same, fra=write_place(found.next)) if found.next else "",
        all=history_address(project.name) if narrowed else "",
        undone=bool(asked.gjort),
    )


def history_table(sessions: sessionmaker[Session], name: str, asked: HistoryQuery) -> Iterator[str]:
    """The acts as CSV, each decision by itself, some hundred at a time: however many they are, they take no room."""
    wanted = wanted_from(asked, unfolded=True)
    yield "\ufeff" + _row([_(title) for title in COLUMNS])  # the mark makes spreadsheets read æ, ø and å
    place: Place | None = BEGINNING
    while place:
        rows, place = _rows(sessions, name, wanted, place)
        yield "".join(map(_row, rows))


def _rows(
    sessions: sessionmaker[Session], name: str, wanted: Wanted, place: Place
) -> tuple[list[list[str]], Place | None]:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        found = find_acts(session, project.id, wanted, ROWS_AT_ONCE, place)
        return [_cells(act, told) for act, told in tell(session, project, found.acts)], found.next


def _cells(act: Act, told: Told) -> list[str]:
    moment = act.created.astimezone().isoformat(timespec="seconds")
    kind = _(KIND_TITLES[act.kind])
    return [
        moment,
        act.person,
        kind,
        told.text,
        told.interview,
        told.quote,
        told.note,
        told.state,
        str(act.number),
        act.about,
    ]


def _row(cells: list[str]) -> str:
    table = io.StringIO()
    csv.writer(table).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return table.getvalue()


def _days(told: list[tuple[Act, Told]]) -> tuple[Day, ...]:
    by_day = groupby(told, key=lambda one: one[0].created.astimezone().date())
    return tuple(
        Day(format_date(day, "full", locale_name()), tuple(_line(act, words) for act, words in acts))
        for day, acts in by_day
    )


def _line(act: Act, told: Told) -> Line:
    moment = format_time(act.created.astimezone(), "short", locale=locale_name())
    return Line(f"{act.kind}-{act.number}", _(KIND_TITLES[act.kind]), moment, act.person, told)


def _about(session: Session, project: Project, phrase: Identity) -> About:
    known = item_of(session, project.id, phrase)
    mark = phrase_mark(*phrase[1:]) if known else ""
    address = interview_address(project.name, phrase.interview, utsagn=mark)
    return About(known.phrase.text if known else "", phrase.interview, address)


def _fields(session: Session, project: Project, asked: HistoryQuery) -> tuple[Field, ...]:
    known = (
        ("hvem", _("Hvem"), {name: name for name in people_in(session, project.id)}),
        ("intervju", _("Intervju"), {one.name: one.name for one in list_interviews(session, project.id)}),
        ("slag", _("Hva"), {name: _(title) for name, (title, _kinds) in GROUPS.items()}),
    )
    return tuple(_field(name, label, options, getattr(asked, name)) for name, label, options in known)


def _field(name: str, label: str, options: dict[str, str], value: str) -> Field:
    """With the value that is set even where nothing has it: the form must not drop it unseen."""
    shown = options if not value or value in options else {value: value} | options
    return Field(name, label, tuple(Option(one, title, one == value) for one, title in shown.items()))
