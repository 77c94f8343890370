"""Expected change: the table by competence, its picture, by role and chain, and the quotes behind a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from pipeline.change_counts import CompetenceChange, Count, count_changes, count_directions
from pipeline.change_matching import DIRECTIONS, FADES, GROWS, NEW
from pipeline.change_ties import BESIDE, NEAREST, WITHIN
from review.addresses import change_address, interview_address, phrase_mark, upload_address
from review.change_picture import Picture, picture_of
from review.errors import Refused
from review.language import N_, _, ngettext
from store.changes import (
    ChangeFilter,
    ChangeLine,
    ToldChange,
    change_lines,
    read_changes,
)
from store.clusterings import candidates_with
from store.interviews import abouts_of
from store.projects import Project

TITLES = {GROWS: N_("Vokser"), NEW: N_("Nytt"), FADES: N_("Svinner")}
WAYS = {
    WITHIN: N_("sagt i et utsagn om den"),
    BESIDE: N_("sagt like ved et utsagn om den"),
    NEAREST: N_("nærmest i mening"),
    "": "",
}
NOTHING = "-"  # in an address: what concerns no competence
QUOTES = "sitater"  # the id of the quotes
PAGE_SIZE = 50
LONGEST_SIDE = 10_000


class ChangeQuery(BaseModel):
    """Whose interviews; and the competence and direction whose quotes are open, from which page of them."""

    rolle: str = ""
    kjede: str = ""
    kompetanse: str = ""
    retning: str = ""
    side: int = Field(1, ge=1, le=LONGEST_SIDE)

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The address's query for the same interviews, with these changes."""
        return {"rolle": self.rolle, "kjede": self.kjede} | changes


AskedChange = Annotated[ChangeQuery, Query()]


@dataclass(frozen=True)
class Cell:
    """How many interviews tell of a change in a direction, in which chains; the address opens the quotes."""

    direction: str
    title: str
    number: int
    interviews: str
    chains: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Row:
    """A competence, a role or a chain, with a cell for each direction."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FilterField:
    """A filter: its name, label, and the values with whether each is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class QuoteView:
    """What somebody said: `parts` are its pieces, each with whether it is a cue."""

    parts: tuple[tuple[str, bool], ...]
    interview: str
    about: str
    address: str
    way: str


@dataclass(frozen=True)
class QuotesView:
    """The quotes behind a number; `previous` and `next` are addresses, empty at the ends."""

    heading: str
    quotes: tuple[QuoteView, ...]
    number: int
    previous: str
    next: str
    close: str


@dataclass(frozen=True)
class ChangeView:
    """The whole page. `told` is false where nothing is told of change, in the whole project."""

    action: str
    fields: tuple[FilterField, ...]
    narrowed: bool
    summary: str
    description: str
    titles: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    picture: Picture
    quotes: QuotesView | None
    interviews: str


def change_page(session: Session, project: Project, asked: ChangeQuery) -> ChangeView:
    """The page of the interviews that are asked for. Refused: no such direction."""
    _check(asked)
    told = change_lines(session, project.id, ChangeFilter(asked.rolle, asked.kjede))
    names = {candidate.id: candidate.name for candidate in candidates_with(session, project.id, ())}
    rows = count_changes(told, names)
    titles = [_title(row) for row in rows]
    return ChangeView(
        action=change_address(project.name),
        fields=_fields(session, project, asked),
        narrowed=bool(asked.rolle or asked.kjede),
        summary=_summary(told),
        description=_description(rows),
        titles=tuple((direction, _(title)) for direction, title in TITLES.items()),
        rows=tuple(_row(project.name, row, title, asked) for row, title in zip(rows, titles, strict=True)),
        groups=_groups(project.name, told, asked),
        picture=picture_of(rows, titles),
        quotes=_quotes(session, project, told, names, asked),
        interviews=upload_address(project.name),
    )


def _check(asked: ChangeQuery) -> None:
    after = _("Velg i tabellen på siden.")
    if asked.retning and asked.retning not in DIRECTIONS:
        raise Refused(_("retningen finnes ikke"), asked.retning, after)
    if any("\x00" in text for text in (asked.rolle, asked.kjede, asked.kompetanse)):  # PostgreSQL takes none
        raise Refused(_("filteret har tegn som ikke kan brukes"), "NUL", _("Velg i listene på siden."))


def _title(row: CompetenceChange) -> str:
    return row.name or _("Ikke knyttet til en kompetanse")


def _row(project: str, row: CompetenceChange, title: str, asked: ChangeQuery) -> Row:
    candidate = row.candidate or NOTHING

    def cell(direction: str) -> Cell:
        opened = asked.asked(kompetanse=candidate, retning=direction)
        current = (asked.kompetanse, asked.retning) == (candidate, direction)
        return _cell(direction, row.counts[direction], change_address(project, QUOTES, **opened), current)

    return Row(title, tuple(map(cell, TITLES)))


def _cell(direction: str, count: Count, address: str, current: bool = False) -> Cell:
    number = len(count.interviews)
    interviews = ngettext("%(num)s intervju", "%(num)s intervjuer", number)
    chains = ", ".join(map(_chain, count.chains))
    return Cell(direction, _(TITLES[direction]), number, interviews, chains, address, current)


def _groups(project: str, told: Sequence[ChangeLine], asked: ChangeQuery) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """The same by role and by chain, of those that there is more than one of."""
    found = []
    for field, label, key in (("rolle", _("Rolle"), "role"), ("kjede", _("Kjede"), "chain")):
        values = sorted({getattr(one, key) for one in told} - {""})
        rows = tuple(_group(project, [t for t in told if getattr(t, key) == one], field, one, asked) for one in values)
        if len(rows) > 1:
            found.append((label, rows))
    return tuple(found)


def _group(project: str, told: Sequence[ChangeLine], field: str, value: str, asked: ChangeQuery) -> Row:
    counts, address = count_directions(told), change_address(project, **asked.asked(**{field: value}))
    return Row(_chain(value), tuple(_cell(direction, counts[direction], address) for direction in TITLES))


def _fields(session: Session, project: Project, asked: ChangeQuery) -> tuple[FilterField, ...]:
    interviews = abouts_of(session, project.id)
    roles, chains = ({about[i] for about in interviews} for i in (1, 2))
    return (_field("rolle", _("Rolle"), roles, asked.rolle), _field("kjede", _("Kjede"), chains, asked.kjede))


def _field(name: str, label: str, values: Iterable[str], value: str) -> FilterField:
    """With the value that is set even where nothing has it: the form must not drop it unseen."""
    listed = sorted({*values, value} - {""})
    return FilterField(name, label, tuple((one, _chain(one), one == value) for one in listed))


def _chain(name: str) -> str:
    return name.replace("_", " ")


def _summary(told: Sequence[ChangeLine]) -> str:
    interviews = len({one.interview for one in told})
    said = ngettext("%(num)s sted det blir fortalt om endring", "%(num)s steder det blir fortalt om endring", len(told))
    return said + ngettext(", i %(num)s intervju.", ", i %(num)s intervjuer.", interviews)


def _description(rows: Sequence[CompetenceChange]) -> str:
    """What the picture shows, in words."""
    most = ((direction, _most(rows, direction)) for direction in TITLES)
    return " ".join(
        _("%(direction)s mest: %(name)s.", direction=_(TITLES[direction]), name=name)
        for direction, name in most
        if name
    )


def _most(rows: Sequence[CompetenceChange], direction: str) -> str:
    named = [row for row in rows if row.candidate and row.counts[direction].interviews]
    return max(named, key=lambda row: len(row.counts[direction].interviews)).name if named else ""


def _quotes(
    session: Session, project: Project, told: Sequence[ChangeLine], names: Mapping[str, str], asked: ChangeQuery
) -> QuotesView | None:
    if not (asked.kompetanse and asked.retning):
        return None
    candidate = "" if asked.kompetanse == NOTHING else asked.kompetanse
    behind = [one for one in told if (one.candidate, one.direction) == (candidate, asked.retning)]
    first = (asked.side - 1) * PAGE_SIZE

    def side(number: int) -> str:
        opened = asked.asked(kompetanse=asked.kompetanse, retning=asked.retning, side=number if number > 1 else 0)
        return change_address(project.name, QUOTES, **opened)

    shown = read_changes(session, project.id, behind[first : first + PAGE_SIZE])
    return QuotesView(
        heading=f"{names.get(candidate) or _('Ikke knyttet til en kompetanse')}: {_(TITLES[asked.retning]).lower()}",
        quotes=tuple(_quote(project.name, one) for one in shown),
        number=len(behind),
        previous=side(asked.side - 1) if first else "",
        next=side(asked.side + 1) if len(behind) > first + PAGE_SIZE else "",
        close=change_address(project.name, **asked.asked()),
    )


def _quote(project: str, one: ToldChange) -> QuoteView:
    phrase = one.change.phrase
    if one.tied_to and one.way == WITHIN:
        address = interview_address(project, phrase.interview, utsagn=phrase_mark(*one.tied_to[1:]))
    else:
        address = interview_address(project, phrase.interview, f"t{phrase.turn}")
    about = " · ".join(filter(None, (one.role, _chain(one.chain))))
    way = _(WAYS[one.way]) if one.way else ""
    return QuoteView(tuple(_parts(phrase.text, one.change.cues)), phrase.interview, about, address, way)


def _parts(text: str, cues: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The text cut at its cues, which follow each other in it."""
    place = 0
    for cue in cues:
        start = text.find(cue, place)
        if start < 0:
            continue
        if start > place:
            yield text[place:start], False
        yield cue, True
        place = start + len(cue)
    if place < len(text):
        yield text[place:], False
