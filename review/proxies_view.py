"""The proxies' page: the cards in their groups, the ways to other selections, and what a verdict brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from corpora import read_key_competences
from pipeline.records import PROXY_KINDS
from review.addresses import proxies_address, questions_address
from review.language import N_, _, ngettext
from review.proxies_cards import ProxyCard, proxy_cards, said_of
from review.proxies_query import ALL, GROUPINGS, IS_NONE, NOTHING, OPEN, STANDS, VIEWS, ProxiesQuery, filter_from
from review.wording import term
from store.clusterings import candidates_with
from store.interviews import abouts_of
from store.projects import Project
from store.proxies import KIND, ProxyCount, count_proxies, kind_of, proxy_page
from store.proxy_verdicts import NOT_PROXY, PROXY
from store.review_items import ReviewItem

PAGE_SIZE = 25
LABELS = {
    "slag": N_("Slag"),
    "kompetanse": N_("Kompetanse"),
    "rolle": N_("Rolle"),
    "kjede": N_("Kjede"),
    "intervju": N_("Intervju"),
}
TITLES = {"kompetanse": N_("Etter kompetanse"), "slag": N_("Etter slag")}


@dataclass(frozen=True)
class Link:
    """A way to another selection, and how many there are in it."""

    title: str
    address: str
    current: bool
    count: int | None = None


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
class Progress:
    """How much of the selection, in all views, has a verdict."""

    left: int
    judged: int


@dataclass(frozen=True)
class Group:
    """Cards that follow each other under the same heading."""

    heading: str
    cards: tuple[ProxyCard, ...]


@dataclass(frozen=True)
class ProxiesView:
    """The whole page. `previous` and `next` are addresses, empty at the ends; `names` may be chosen."""

    action: str
    groups: tuple[Group, ...]
    progress: Progress
    tabs: tuple[Link, ...]
    groupings: tuple[Link, ...]
    ways: tuple[Link, ...]
    fields: tuple[Field, ...]
    chosen: tuple[Link, ...]
    kept: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    previous: str
    next: str
    questions: str
    everything: str


@dataclass(frozen=True)
class Answer:
    """What a verdict brings: the card as it is now, how far one has come, and what is told."""

    action: str
    card: ProxyCard
    progress: Progress
    said: str


def proxies_page(session: Session, project: Project, asked: ProxiesQuery) -> ProxiesView:
    """The page of the selection that is asked for; its beginning where nothing is left where one was."""
    wanted = filter_from(asked)
    page = proxy_page(session, project.id, wanted, asked.by, PAGE_SIZE, asked.etter, asked.foer)
    if not page.items and (asked.etter or asked.foer):
        page = proxy_page(session, project.id, wanted, asked.by, PAGE_SIZE)
    everything = count_proxies(session, project.id, filter_from(_without_group(asked)))
    counts = count_proxies(session, project.id, wanted) if getattr(asked, _group_field(asked)) else everything
    first, last = (page.items[0].id, page.items[-1].id) if page.items else (0, 0)

    def address(**changes: object) -> str:
        return proxies_address(project.name, **asked.asked(**changes))

    return ProxiesView(
        action=address(etter=asked.etter, foer=asked.foer),
        groups=_grouped(proxy_cards(session, project, page.items), page.items, asked.by),
        progress=_progress(counts),
        tabs=tuple(
            Link(_(title), address(vis=vis), vis == asked.vis, _count(counts, vis)) for vis, title in VIEWS.items()
        ),
        groupings=tuple(Link(_(TITLES[one]), address(gruppe=one), by == asked.by) for one, by in GROUPINGS.items()),
        ways=_ways(project, asked, everything),
        fields=_fields(session, project, asked, everything),
        chosen=tuple(Link(_chip(name, value), address(**{name: ""}), True) for name, value in asked.narrowed().items()),
        kept=tuple((name, value) for name, value in asked.asked().items() if name in ("vis", "gruppe")),
        names=_names(session, project.id),
        previous=address(foer=first) if page.before else "",
        next=address(etter=last) if page.after else "",
        questions=questions_address(project.name, rolle=asked.rolle),
        everything=proxies_address(project.name, vis=ALL),
    )


def answer_of(session: Session, project: Project, asked: ProxiesQuery, item: ReviewItem) -> Answer:
    """What a verdict on this phrase brings to the page of the selection."""
    (card,) = proxy_cards(session, project, [item])
    progress = _progress(count_proxies(session, project.id, filter_from(asked)))
    left = ngettext("%(num)s igjen", "%(num)s igjen", progress.left)
    action = proxies_address(project.name, **asked.asked(etter=asked.etter, foer=asked.foer))
    return Answer(action, card, progress, f"{said_of(card)}. {left}.")


def _grouped(cards: Iterable[ProxyCard], items: Iterable[ReviewItem], by: str) -> tuple[Group, ...]:
    groups: list[tuple[str, list[ProxyCard]]] = []
    for card, item in zip(cards, items, strict=True):
        heading = term(kind_of(item)) if by == KIND else item.stands_for or _("Ingen kompetanse foreslått")
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        groups[-1][1].append(card)
    return tuple(Group(heading, tuple(found)) for heading, found in groups)


def _progress(counts: Sequence[ProxyCount]) -> Progress:
    return Progress(_count(counts, OPEN), _count(counts, STANDS) + _count(counts, IS_NONE))


def _count(counts: Sequence[ProxyCount], view: str) -> int:
    """How many of them a view shows."""
    verdict = {STANDS: PROXY, IS_NONE: NOT_PROXY}.get(view, "")
    if verdict:
        return sum(count.verdicts.get(verdict, 0) for count in counts)
    return sum(count.open if view == OPEN else count.all for count in counts)


def _without_group(asked: ProxiesQuery) -> ProxiesQuery:
    """The selection that the groups are counted in."""
    return asked.model_copy(update={_group_field(asked): ""})


def _group_field(asked: ProxiesQuery) -> str:
    return "slag" if asked.by == KIND else "kompetanse"


def _ways(project: Project, asked: ProxiesQuery, counts: tuple[ProxyCount, ...]) -> tuple[Link, ...]:
    """To each group alone, that with most of the view first, and to all of them."""
    field = _group_field(asked)
    found: Counter[str] = Counter()
    for one in counts:
        found[one.kind if field == "slag" else one.stands_for or NOTHING] += _count([one], asked.vis)
    current = getattr(asked, field)

    def link(value: str, title: str, count: int) -> Link:
        address = proxies_address(project.name, **asked.asked(**{field: value}))
        return Link(title, address, value == current, count)

    groups = [link(value, _title(field, value), count) for value, count in found.most_common() if count]
    return (link("", _("Alle"), found.total()), *groups)


def _fields(
    session: Session, project: Project, asked: ProxiesQuery, counts: tuple[ProxyCount, ...]
) -> tuple[Field, ...]:
    """What the selection may be narrowed by."""
    interviews = abouts_of(session, project.id)
    known: dict[str, Iterable[str]] = {
        "slag": PROXY_KINDS,
        "kompetanse": sorted({one.stands_for or NOTHING for one in counts}),
        "rolle": sorted({role for _name, role, _chain in interviews}),
        "kjede": sorted({chain for _name, _role, chain in interviews}),
        "intervju": (name for name, _role, _chain in interviews),
    }
    return tuple(_field(name, values, getattr(asked, name)) for name, values in known.items())


def _field(name: str, values: Iterable[str], value: str) -> Field:
    """With the value that is set even where nothing has it any more: the form must not drop it unseen."""
    listed = dict.fromkeys([*([value] if value else []), *filter(None, values)])
    return Field(name, _(LABELS[name]), tuple(Option(one, _title(name, one), one == value) for one in listed))


def _chip(name: str, value: str) -> str:
    return f"{_(LABELS[name])}: {_title(name, value)}"


def _title(name: str, value: str) -> str:
    """What a filter's value is called."""
    if name == "slag":
        return term(value)
    if value == NOTHING and name == "kompetanse":
        return _("Ingen kompetanse foreslått")
    return value.replace("_", " ") if name == "kjede" else value


def _names(session: Session, project_id: int) -> tuple[str, ...]:
    """Key competences of the corpora and the project's candidates, by name."""
    candidates = (candidate.name for candidate in candidates_with(session, project_id, ()))
    return tuple(sorted({*candidates, *(one.name for one in read_key_competences().values())}))
