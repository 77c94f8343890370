"""A list page's records: suggestions in their sentence, with grounds, decision and what may be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS, dimension_of
from pipeline.records import CATEGORIES, Label, Placement, Precedent, Proxy, Turn
from review.addresses import CATEGORY, CERTAIN, ORDERS, POSITION, Place, list_address, project_address, queue_address
from review.errors import Conflict
from review.forms import ListQuery, seal, shown_target
from review.language import _
from review.material import NONE, Item, filter_of, load_items
from review.order import Ordered
from review.wording import Quote, day_and_time, describe, percent, quote_in, targets, term
from store.decisions import COMPETENCE, UNDO, Choice, Decision, decisions_numbered
from store.projects import Project
from store.review_items import DECIDED, how_many, item_of
from store.shown import turns_around

PAGE_SIZE = 50


@dataclass(frozen=True)
class Option:
    """What may be chosen in a list of a form."""

    value: str
    title: str


@dataclass(frozen=True)
class RankView:
    """A position and how probable the model finds it: `width` 0–100 for its bar."""

    title: str
    colour: str
    probability: str
    width: int


@dataclass(frozen=True)
class PrecedentView:
    """A labelled phrase that resembles this one."""

    phrase: str
    label: str
    role: str


@dataclass(frozen=True)
class DecisionView:
    """A decision in force, in words."""

    text: str
    person: str
    moment: str
    note: str


@dataclass(frozen=True)
class Card:
    """A suggestion to decide on. `hidden` are form fields: which phrase, and what the page showed.

    `drawn`: it is in the random tenth. `possible` are the categories that an unsure model cannot rule out, if several.
    """

    anchor: str
    quote: Quote
    interview: str
    about: str
    category: str
    target: str
    model_says: str
    unsure: bool
    possible: tuple[str, ...]
    drawn: bool
    ranked: tuple[RankView, ...]
    precedents: tuple[PrecedentView, ...]
    wording: tuple[str, ...]
    proxy: Proxy | None
    proxy_kind: str
    decision: DecisionView | None
    rejected: bool
    decided_wording: str
    hidden: tuple[tuple[str, str], ...]
    can_approve: bool
    is_competence: bool
    positions: tuple[Option, ...]
    categories: tuple[Option, ...]


@dataclass(frozen=True)
class Moved:
    """Told on top of a list when the phrase somebody decided on has left it."""

    quote: str
    text: str
    title: str
    address: str


@dataclass(frozen=True)
class OrderView:
    """An order to see the list in."""

    title: str
    address: str
    current: bool


@dataclass(frozen=True)
class ListView:
    """One page of a list; `previous` and `next` are addresses, empty at the ends."""

    project: str
    project_address: str
    title: str
    colour: str
    is_position: bool
    category: str
    address: str
    queue: str
    orders: tuple[OrderView, ...]
    cards: tuple[Card, ...]
    total: int
    decided: int
    first: int
    page: int
    pages: int
    previous: str
    next: str
    moved: Moved | None


@dataclass(frozen=True)
class ConflictView:
    """Two reviewers met: what this one chose, and what holds now. `standing` is None where it was undone."""

    chosen: str
    person: str
    note: str
    standing: DecisionView | None
    back: str


def list_page(session: Session, project: Project, place: Place, asked: ListQuery) -> ListView:
    """The page of the list that is asked for, the nearest one there is."""
    wanted = filter_of(place)
    total = how_many(session, project.id, wanted)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(asked.side, pages)
    found = Ordered(session, project.id, wanted, asked.order).page(PAGE_SIZE, (page - 1) * PAGE_SIZE)
    items, turns = load_items(session, project.id, found), turns_around(session, found)

    def address(number: int) -> str:
        return list_address(project.name, place, number, order=asked.order)

    return ListView(
        project=project.name,
        project_address=project_address(project.name),
        title=place.title,
        colour=dimension_of(place.name).colour if place.kind == POSITION else "",
        is_position=place.kind == POSITION,
        category=place.name if place.kind == CATEGORY else COMPETENCE,
        address=address(page),
        queue=queue_address(project.name, **{place.kind: place.name}),
        orders=tuple(_order(project, place, order, asked.order) for order in ORDERS),
        cards=tuple(card_of(item, turns[item.known.id]) for item in items),
        total=total,
        decided=how_many(session, project.id, replace(wanted, states=DECIDED)),
        first=(page - 1) * PAGE_SIZE + 1,
        page=page,
        pages=pages,
        previous=address(page - 1) if page > 1 else "",
        next=address(page + 1) if page < pages else "",
        moved=_moved(session, project, place, asked, items),
    )


def conflict_page(conflict: Conflict, back: str) -> ConflictView:
    """Both decisions in words, and where to look at the phrase again."""
    chosen = conflict.chosen
    standing = decision_view(conflict.standing) if conflict.standing else None
    return ConflictView(_wanted(chosen), chosen.person, chosen.note, standing, back)


def decision_view(decision: Decision) -> DecisionView:
    """A decision in words."""
    choice = decision.choice
    return DecisionView(describe(choice), choice.person, day_and_time(decision.created), choice.note)


def _wanted(choice: Choice) -> str:
    return _("avgjørelsen skulle angres") if choice.action == UNDO else describe(choice)


def _order(project: Project, place: Place, order: str, current: str) -> OrderView:
    return OrderView(_(ORDERS[order]), list_address(project.name, place, order=order), order == current)


def card_of(item: Item, turns: Mapping[int, Turn]) -> Card:
    """What there is to see and choose of a phrase; `turns` are its own and the one before, by their numbers."""
    label, decision, known = item.label, item.decision, item.known
    return Card(
        anchor=item.anchor,
        quote=quote_in(turns, item.phrase),
        interview=item.phrase.interview,
        about=" · ".join(filter(None, (known.role, known.chain.replace("_", " ")))),
        category=term(item.category),
        target=targets(item.category, item.positions),
        model_says=f"{term(label.category)} {percent(label.probability)}" if label else "",
        unsure=bool(label and label.grounds.unsure),
        possible=_possible(label) if label else (),
        drawn=known.drawn,
        ranked=tuple(map(_rank, label.positions)) if label else (),
        precedents=tuple(map(_precedent, label.grounds.precedents)) if label else (),
        wording=label.grounds.wording if label else (),
        proxy=label.proxy if label else None,
        proxy_kind=term(label.proxy.kind) if label and label.proxy else "",
        decision=decision_view(decision) if decision else None,
        rejected=item.rejected,
        decided_wording=_other_wording(item),
        hidden=hidden_of(item),
        can_approve=item.category != NONE,
        is_competence=item.category == COMPETENCE,
        positions=tuple(Option(name, term(name)) for name in POSITIONS if item.positions != (name,)),
        categories=tuple(Option(name, term(name)) for name in CATEGORIES[1:] if item.category != name),
    )


def _possible(label: Label) -> tuple[str, ...]:
    categories = label.grounds.categories
    return tuple(map(term, categories)) if label.grounds.unsure and len(categories) > 1 else ()


def _rank(placement: Placement) -> RankView:
    colour = dimension_of(placement.position).colour
    width = round(placement.probability * 100)
    return RankView(term(placement.position), colour, percent(placement.probability), width)


def _precedent(precedent: Precedent) -> PrecedentView:
    positions = (precedent.position,) if precedent.position else ()
    return PrecedentView(precedent.phrase, targets(precedent.category, positions), precedent.role)


def _other_wording(item: Item) -> str:
    """The words decided on, where a new transcription says something else at the same span."""
    decided = item.decision.phrase.text if item.decision else item.phrase.text
    return decided if decided != item.phrase.text else ""


def hidden_of(item: Item) -> tuple[tuple[str, str], ...]:
    """The fields of a form: which phrase, and what the page shows of it."""
    phrase = item.phrase
    return (
        ("intervju", phrase.interview),
        ("replikk", str(phrase.turn)),
        ("fra", str(phrase.start)),
        ("til", str(phrase.end)),
        ("ordlyd", seal(phrase)),
        ("sett", str(item.decision.id) if item.decision else ""),
        ("vist", shown_target(item)),
    )


def _moved(session: Session, project: Project, place: Place, asked: ListQuery, shown: Sequence[Item]) -> Moved | None:
    """Where to find what was decided just now, unless it stayed where it stood, as it does by `CERTAIN`."""
    made = decisions_numbered(session, project.id, [asked.avgjort]).get(asked.avgjort)
    known = item_of(session, project.id, made.identity) if made else None
    if not made or known is None or (asked.order == CERTAIN and any(item.known == known for item in shown)):
        return None
    item = Item(known, None, None)
    where = place if item.is_in(place) else item.home
    number = Ordered(session, project.id, filter_of(where), asked.order).place(known) // PAGE_SIZE + 1
    address = list_address(project.name, where, number, item.anchor, order=asked.order)
    return Moved(item.phrase.text, describe(made.choice), where.title, address)
