"""The queue's page: the card to decide on and the next one, how far one has come, and what to filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES
from review.addresses import CERTAIN, TEACHING, bulk_address, queue_address
from review.cards import hidden_of
from review.language import N_, _, ngettext
from review.material import Item
from review.queue_acts import Done
from review.queue_cards import ConflictCard, QueueCard, Visit, queue_cards
from review.queue_order import Queue
from review.queue_query import EVERY_PROXY, PROXIES, UNDECIDED, VIEWS, QueueQuery, bulk_of, filter_from, span_of
from review.wording import describe, term
from store.decisions import latest_by, people_of
from store.interviews import abouts_of
from store.projects import Project
from store.review_items import OPEN, ReviewItem, count_items, item_at, item_of

NOW, NEXT = "naa", "neste"  # where an answer's card is to stand
SHORT_ORDERS = {TEACHING: N_("Lærer mest"), CERTAIN: N_("Sikrest")}
LABELS = {
    "intervju": N_("Intervju"),
    "rolle": N_("Rolle"),
    "kjede": N_("Kjede"),
    "plass": N_("Plass"),
    "kategori": N_("Kategori"),
    "erstatning": N_("Erstatningsord"),
    "hvem": N_("Avgjort av"),
}


class Selecting(Protocol):
    """Who looks at which selection of a project, on any page that decides on phrases of one."""

    @property
    def session(self) -> Session: ...
    @property
    def project(self) -> Project: ...
    @property
    def person(self) -> str: ...
    def address(self, **changes: str) -> str: ...


@dataclass(frozen=True)
class Last:
    """What this person decided last, to be undone."""

    quote: str
    text: str
    action: str
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Progress:
    """How much of the selection is decided."""

    left: int
    decided: int


@dataclass(frozen=True)
class Answer:
    """What an act brings: a card, where it is to stand, and what is told. Without a card the queue ends there."""

    place: str
    card: QueueCard | None
    conflict: ConflictCard | None
    progress: Progress
    last: Last | None
    said: str


@dataclass(frozen=True)
class Link:
    """A way to another selection."""

    title: str
    address: str
    current: bool = False


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
class Filters:
    """The form of filters, and those that are set, each with the address without it."""

    action: str
    asked: QueueQuery
    fields: tuple[Field, ...]
    chosen: tuple[Link, ...]


@dataclass(frozen=True)
class QueueView:
    """The whole page. `now` is None at the end of the queue, or where a conflict stands in its place."""

    now: QueueCard | None
    next: QueueCard | None
    conflict: ConflictCard | None
    progress: Progress
    last: Last | None
    filters: Filters
    views: tuple[Link, ...]
    orders: tuple[Link, ...]
    bulk: str


def queue_page(visit: Visit, conflict: ConflictCard | None = None) -> QueueView:
    """The page with the phrase asked for, or the first one; with a conflict that comes before it."""
    queue, asked = _queue(visit), visit.asked
    shown = item_at(visit.session, visit.project.id, asked.span) if asked.span else None
    shown = shown or queue.after(None)
    following = queue.after(shown) if shown else None
    cards = queue_cards(visit, [item for item in (shown, following) if item])
    progress = Progress(queue.left, queue.decided)
    return QueueView(
        now=cards[0] if cards else None,
        next=cards[1] if len(cards) > 1 else None,
        conflict=conflict,
        progress=progress,
        last=last_of(visit),
        filters=filters_of(visit),
        views=links_of(visit, "vis", VIEWS, asked.vis),
        orders=links_of(visit, "rekkefolge", SHORT_ORDERS, asked.order),
        bulk=bulk_address(visit.project.name, **bulk_of(asked)),
    )


def after_act(visit: Visit, done: Done, shown: str) -> Answer:
    """What an act brings to the page, which by now shows this phrase, by its anchor, or the end of the queue.

    An undone phrase stands there again; else it is what follows the one shown.
    """
    queue = _queue(visit)
    if done.undone and done.after:
        return _answer(visit, queue, NOW, done.after, done.said)
    span = span_of(shown)
    here = item_at(visit.session, visit.project.id, span) if span else None
    return _answer(visit, queue, NEXT, queue.after(here or done.after or done.before), done.said)


def address_after(visit: Visit, done: Done) -> str:
    """The page to go to after an act, for a browser without scripts."""
    item = done.after if done.undone else _queue(visit).after(done.after or done.before)
    return visit.address(utsagn=Item(item, None, None).anchor) if item else visit.address()


def refused(visit: Visit, conflict: ConflictCard) -> Answer:
    """In place of an act: the conflict that kept it from being done."""
    queue = _queue(visit)
    progress = Progress(queue.left, queue.decided)
    said = _("Noen kom deg i forkjøpet. Ditt valg er ikke lagret.")
    return Answer(NOW, None, conflict, progress, last_of(visit), said)


def filters_of(visit: Visit) -> Filters:
    """What the selection may be narrowed by."""
    asked, project_id = visit.asked, visit.project.id
    abouts = abouts_of(visit.session, project_id)
    narrow = asked.vis != UNDECIDED or asked.narrowed().keys() - {"plass", "kategori"}
    counts = {} if narrow else _counts(visit)
    proxies = {EVERY_PROXY: _("Alle slag")} | {name: term(name) for name in PROXIES if name != EVERY_PROXY}
    known = {
        "intervju": {name: name for name, _role, _chain in abouts},
        "rolle": _same(role for _name, role, _chain in abouts),
        "kjede": {name: name.replace("_", " ") for name in _same(chain for _name, _role, chain in abouts)},
        "plass": {name: _counted(term(name), counts.get(name)) for name in POSITIONS},
        "kategori": {name: _counted(term(name), counts.get(name)) for name in CATEGORIES},
        "erstatning": proxies,
    }
    if asked.vis != UNDECIDED:
        known["hvem"] = _same(people_of(visit.session, project_id))
    fields = tuple(_field(name, options, getattr(asked, name)) for name, options in known.items() if options)
    return Filters(visit.page(visit.project.name), asked, fields, _chosen(visit, known))


def _queue(visit: Visit) -> Queue:
    return Queue(visit.session, visit.project.id, filter_from(visit.asked), visit.asked.order, visit.skipped)


def _answer(visit: Visit, queue: Queue, place: str, item: ReviewItem | None, said: str) -> Answer:
    card = next(iter(queue_cards(visit, [item])), None) if item else None
    progress = Progress(queue.left, queue.decided)
    left = ngettext("%(num)s igjen", "%(num)s igjen", progress.left)
    return Answer(place, card, None, progress, last_of(visit), f"{said}. {left}.")


def last_of(visit: Selecting) -> Last | None:
    """What this person decided last; only what the projection still knows can be undone from here."""
    made = latest_by(visit.session, visit.project.id, visit.person) if visit.person else None
    known = item_of(visit.session, visit.project.id, made.identity) if made else None
    if made is None or known is None:
        return None
    return Last(known.phrase.text, describe(made.choice), visit.address(), hidden_of(Item(known, None, made)))


def links_of(visit: Selecting, field: str, titles: Mapping[str, str], current: str) -> tuple[Link, ...]:
    """The same selection with each value of one field."""
    return tuple(Link(_(title), visit.address(**{field: name}), name == current) for name, title in titles.items())


def _counts(visit: Visit) -> dict[str, int]:
    """How many undecided ones there are at each position and of each category."""
    counted = count_items(visit.session, visit.project.id, ("category", "positions", "state"))
    found: dict[str, int] = {}
    for (category, positions, state), number in counted.items():
        for name in (category, *positions.split()) if state == OPEN else ():
            found[name] = found.get(name, 0) + number
    return found


def _counted(title: str, count: int | None) -> str:
    return title if count is None else f"{title} ({count})"


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in sorted(set(names)) if name}


def _field(name: str, options: dict[str, str], value: str) -> Field:
    """With the value that is set even where nothing has it any more: the form must not drop it unseen."""
    shown = options if not value or value in options else {value: value} | options
    listed = tuple(Option(one, title, one == value) for one, title in shown.items())
    return Field(name, _(LABELS[name]), listed)


def _chosen(visit: Visit, known: dict[str, dict[str, str]]) -> tuple[Link, ...]:
    """Each filter that is set, in words."""
    asked, found = visit.asked, []
    for name, value in asked.narrowed().items():
        if name in LABELS:
            title = known.get(name, {}).get(value, value)
            found.append((name, f"{_(LABELS[name])}: {title}"))
    if asked.fra > 0 and visit.page is queue_address:
        found.append(("fra", _("minst %(percent)s %%", percent=asked.fra)))
    if asked.til < 100:
        found.append(("til", _("høyst %(percent)s %%", percent=asked.til)))
    if asked.usikre:
        found.append(("usikre", _("Modellen er usikker")))
    if asked.trukket:
        found.append(("trukket", _("Trukket ut for måling")))
    return tuple(Link(title, visit.address(**{name: ""})) for name, title in found)
