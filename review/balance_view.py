"""The balance model's page: the figure, what lies at each position, and the ways to another selection."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from review.addresses import balance_address, balance_picture_address, queue_address, upload_address
from review.balance_cards import RowView, Visit, chosen_in, competence_rows, phrase_rows, placed_candidates
from review.balance_query import (
    CHAIN,
    CHOSEN_VIEWS,
    INTERVIEW,
    LEVELS,
    ORDERS,
    PHRASES,
    ROLE,
    SETTLED,
    VIEWS,
    BalanceQuery,
    filter_from,
)
from review.figure import Counts, Figure, figure_of, largest_share
from review.language import N_, _, ngettext
from review.queue_view import Field, Last, Link, Option, last_of, links_of
from store.interviews import abouts_of
from store.review_items import count_placed

LABELS = {ROLE: N_("Rolle"), CHAIN: N_("Kjede"), INTERVIEW: N_("Intervju")}
COMPARED = "mot"
FORMATS = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True)
class FigureView:
    """A figure, of whom, and of how many; `title` is empty where there is no other."""

    title: str
    told: str
    figure: Figure


@dataclass(frozen=True)
class BalanceView:
    """The whole page. `movable`: its cards are phrases. `kept` is what the filters' form keeps of the address."""

    action: str
    figures: tuple[FigureView, ...]
    rows: tuple[RowView, ...]
    movable: bool
    levels: tuple[Link, ...]
    views: tuple[Link, ...]
    orders: tuple[Link, ...]
    fields: tuple[Field, ...]
    kept: tuple[tuple[str, str], ...]
    chosen: tuple[Link, ...]
    pictures: tuple[Link, ...]
    last: Last | None
    queue: str
    everything: str
    interviews: str


def balance_page(visit: Visit) -> BalanceView:
    """The page of the selection."""
    asked, project, movable = visit.asked, visit.project.name, visit.asked.niva == PHRASES
    return BalanceView(
        action=visit.address(),
        figures=figures_of(visit),
        rows=phrase_rows(visit) if movable else competence_rows(visit),
        movable=movable,
        levels=links_of(visit, "niva", LEVELS, asked.niva),
        views=links_of(visit, "vis", VIEWS if movable else CHOSEN_VIEWS, asked.vis),
        orders=links_of(visit, "rekkefolge", ORDERS, asked.order) if movable else (),
        fields=_fields(visit),
        kept=tuple((name, value) for name, value in asked.asked().items() if name not in (*LABELS, COMPARED)),
        chosen=_chosen(visit),
        pictures=tuple(
            Link(format.upper(), balance_picture_address(project, format, **asked.asked(mot=""))) for format in FORMATS
        ),
        last=last_of(visit),
        queue=queue_address(project),
        everything=balance_address(project),
        interviews=upload_address(project),
    )


def figures_of(visit: Visit) -> tuple[FigureView, ...]:
    """The figure of the selection, and of what it is compared with; their circles can be compared."""
    other = visit.asked.other()
    visits = [visit, replace(visit, asked=other, wanted=filter_from(other))] if other else [visit]
    counted = [counts_of(one) for one in visits]
    most = max(map(largest_share, counted))
    return tuple(
        FigureView(whose(one.asked) if other else "", told(one.asked, counts), figure_of(counts, most=most))
        for one, counts in zip(visits, counted, strict=True)
    )


def counts_of(visit: Visit) -> Counts:
    """How many phrases, or candidates, hold each combination of positions."""
    if visit.asked.niva == PHRASES:
        return count_placed(visit.session, visit.project.id, visit.wanted)
    return Counter((one.positions[0].position,) for one in placed_candidates(visit, chosen_in(visit)))


def whose(asked: BalanceQuery) -> str:
    """The selection in words: `Rolle: butikksjef · Kjede: Nord`."""
    said = (f"{_(LABELS[name])}: {_title(name, value)}" for name, value in asked.narrowed().items())
    return " · ".join(said) or _("Alle intervjuer")


def told(asked: BalanceQuery, counts: Counts) -> str:
    """How many there are of what the selection shows."""
    total, settled = sum(counts.values()), asked.vis == SETTLED
    if asked.niva == PHRASES and settled:
        return ngettext("%(num)s avgjort kompetanse", "%(num)s avgjorte kompetanser", total)
    if asked.niva == PHRASES:
        return ngettext("%(num)s kompetanse", "%(num)s kompetanser", total)
    if settled:
        return ngettext("%(num)s nøkkelkompetanse", "%(num)s nøkkelkompetanser", total)
    return ngettext("%(num)s kandidat", "%(num)s kandidater", total)


def _fields(visit: Visit) -> tuple[Field, ...]:
    """What the selection may be narrowed by, and compared with."""
    asked, abouts = visit.asked, abouts_of(visit.session, visit.project.id)
    known = {
        ROLE: sorted({role for _name, role, _chain in abouts}),
        CHAIN: sorted({chain for _name, _role, chain in abouts}),
        INTERVIEW: [name for name, _role, _chain in abouts],
    }
    others = [f"{field}:{value}" for field in (ROLE, CHAIN) for value in known[field] if value != getattr(asked, field)]
    fields = (_field(name, _(LABELS[name]), known[name], getattr(asked, name)) for name in LABELS)
    return (*fields, _field(COMPARED, _("Sammenlign med"), others, asked.mot))


def _field(name: str, label: str, values: list[str], current: str) -> Field:
    """With the value that is set even where nothing has it any more: the form must not drop it unseen."""
    listed = dict.fromkeys([*([current] if current else []), *filter(None, values)])
    return Field(name, label, tuple(Option(value, _title(name, value), value == current) for value in listed))


def _chosen(visit: Visit) -> tuple[Link, ...]:
    """Each filter that is set, with the address without it."""
    asked = visit.asked
    found = [(name, f"{_(LABELS[name])}: {_title(name, value)}") for name, value in asked.narrowed().items()]
    if asked.mot:
        found.append((COMPARED, _("Sammenlignet med %(other)s", other=_title(COMPARED, asked.mot))))
    return tuple(Link(title, visit.address(**{name: ""})) for name, title in found)


def _title(name: str, value: str) -> str:
    """What a filter's value is called."""
    if name == COMPARED:
        field, _colon, compared = value.partition(":")
        return f"{_(LABELS.get(field, field))}: {_title(field, compared)}"
    return value.replace("_", " ") if name == CHAIN else value
