"""What lies at each position of the balance model: phrases as cards that can be moved, or candidates, some chosen."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pipeline.balance import DIMENSIONS
from pipeline.records import Candidate
from review.addresses import CERTAIN, balance_address, competences_address, interview_address, phrase_mark
from review.balance_query import SETTLED, SETTLED_STATES, BalanceQuery
from review.cards import hidden_of
from review.language import _, ngettext
from review.material import Item
from review.queue_cards import KEYS, ROWS
from review.wording import term
from store.candidate_choices import choices_of
from store.clusterings import candidates_with
from store.interviews import abouts_of
from store.projects import Project
from store.review_items import (
    OPEN,
    SUREST,
    TEACHING,
    Filter,
    ReviewItem,
    find_ids,
    items_among,
    items_numbered,
    rank_of,
)

PLACES = tuple(name for row in ROWS for name in row)
FIRST = 30  # cards at a position, and as many more each time


@dataclass(frozen=True)
class Visit:
    """Who looks at which selection of a project."""

    session: Session
    project: Project
    asked: BalanceQuery
    wanted: Filter
    person: str = ""

    def address(self, **changes: object) -> str:
        """The page of the selection, with changes to it; its forms are sent there."""
        return balance_address(self.project.name, **self.asked.asked(**changes))


@dataclass(frozen=True)
class CardView:
    """A phrase at a position. `form` has the fields of a decision's form, as JSON.

    `decided` says by whom, `also` where else it lies; both may be empty.
    """

    number: int
    anchor: str
    text: str
    source: str
    interview: str
    decided: str
    also: str
    form: str


@dataclass(frozen=True)
class CompetenceView:
    """A candidate at a position, how many tell of it, and whether it is chosen as a key competence."""

    name: str
    address: str
    told: str
    chosen: bool


@dataclass(frozen=True)
class ColumnView:
    """A position with its cards, of phrases or of candidates; `more` is the address of what follows, or empty."""

    name: str
    title: str
    key: str
    cards: tuple[CardView, ...] = ()
    competences: tuple[CompetenceView, ...] = ()
    more: str = ""


@dataclass(frozen=True)
class RowView:
    """A dimension's positions: a point, the balance, the other point."""

    colour: str
    title: str
    columns: tuple[ColumnView, ...]


def phrase_rows(visit: Visit) -> tuple[RowView, ...]:
    """The first phrases at each position."""
    return _rows(_phrase_columns(visit, PLACES))


def phrase_column(visit: Visit, name: str) -> ColumnView:
    """A position with the phrases that come after the one asked for."""
    return _phrase_columns(visit, (name,))[name]


def competence_rows(visit: Visit) -> tuple[RowView, ...]:
    """The candidates at the position that each tells most of, chosen ones first."""
    chosen, project = chosen_in(visit), visit.project.name
    at: dict[str, list[CompetenceView]] = {name: [] for name in PLACES}
    for one in placed_candidates(visit, chosen):
        at[one.positions[0].position].append(_competence(project, one, one.id in chosen))
    return _rows(
        {name: ColumnView(name, term(name), KEYS[name], competences=tuple(there)) for name, there in at.items()}
    )


def card_of(visit: Visit, item: ReviewItem, position: str) -> CardView:
    """A phrase as it lies at this position."""
    project, phrase, held = visit.project.name, item.phrase, Item(item, None, None)
    form = dict(hidden_of(held)) | {"sett": str(item.decision_id or ""), "herfra": position}
    others = [term(name) for name in item.positions if name != position]
    return CardView(
        number=item.id,
        anchor=held.anchor,
        text=phrase.text,
        source=" · ".join(filter(None, (phrase.interview, item.role, item.chain.replace("_", " ")))),
        interview=interview_address(project, phrase.interview, utsagn=phrase_mark(*held.identity[1:])),
        decided=_("avgjort av %(person)s", person=item.person) if item.person else "",
        also=_("også %(positions)s", positions=", ".join(others)) if others else "",
        form=json.dumps(form),
    )


def placed_candidates(visit: Visit, chosen: Collection[str]) -> tuple[Candidate, ...]:
    """The candidates of the selection that lie somewhere: the chosen ones first, then what most tell of."""
    asked, heard = visit.asked, _heard(visit)
    found = (
        one
        for one in candidates_with(visit.session, visit.project.id, ())
        if one.positions and not heard.isdisjoint(one.interviews) and (asked.vis != SETTLED or one.id in chosen)
    )
    return tuple(sorted(found, key=lambda one: (one.id not in chosen, -len(one.interviews), one.name)))


def chosen_in(visit: Visit) -> frozenset[str]:
    """The ids of the candidates that are chosen as key competences."""
    choices = choices_of(visit.session, visit.project.id)
    return frozenset(id for id, choice in choices.items() if choice.chosen)


def _rows(columns: Mapping[str, ColumnView]) -> tuple[RowView, ...]:
    return tuple(
        RowView(one.colour, term(one.balance), tuple(columns[name] for name in names))
        for one, names in zip(DIMENSIONS, ROWS, strict=True)
    )


def _phrase_columns(visit: Visit, names: Sequence[str]) -> dict[str, ColumnView]:
    """One more is looked for than is shown, to know whether there are more."""
    ids = {name: _ids_at(visit, name, FIRST + 1) for name in names}
    every = dict.fromkeys(item_id for found in ids.values() for item_id in found)
    items = {item.id: item for item in items_numbered(visit.session, list(every))}

    def column(name: str) -> ColumnView:
        first = ids[name][:FIRST]
        more = visit.address(plass=name, etter=first[-1]) if len(ids[name]) > FIRST else ""
        # Somebody may have moved one since its place was found.
        shown = (items[item_id] for item_id in first if item_id in items and name in items[item_id].positions)
        cards = tuple(card_of(visit, item, name) for item in shown)
        return ColumnView(name, term(name), KEYS[name], cards, more=more)

    return {name: column(name) for name in names}


def _ids_at(visit: Visit, name: str, number: int) -> list[int]:
    """Phrases at the position, those after the one asked for where this is its position."""
    session, project_id = visit.session, visit.project.id
    after, found = _begins_after(visit, name), list[int]()
    for part, sort in _parts(replace(visit.wanted, position=name), visit.asked.order):
        if after and after.state not in part.states:
            continue
        skipped = rank_of(session, project_id, after, part, sort) + 1 if after else 0
        found += find_ids(session, project_id, part, sort, number - len(found), skipped)
        after = None
    return found


def _begins_after(visit: Visit, name: str) -> ReviewItem | None:
    if visit.asked.plass != name or not visit.asked.etter:
        return None
    found = items_among(visit.session, visit.project.id, [visit.asked.etter])
    return next((item for item in found if name in item.positions), None)


def _parts(wanted: Filter, order: str) -> tuple[tuple[Filter, str], ...]:
    """What comes after one another, and how each is sorted: where doubt comes first, nobody doubts what is decided."""
    if order == CERTAIN:
        return ((wanted, SUREST),)
    decided = (replace(wanted, states=SETTLED_STATES), SUREST)
    return ((replace(wanted, states=(OPEN,)), TEACHING), decided) if OPEN in wanted.states else (decided,)


def _heard(visit: Visit) -> frozenset[str]:
    """The interviews of the selection, by name."""
    wanted = visit.wanted
    return frozenset(
        name
        for name, role, chain in abouts_of(visit.session, visit.project.id)
        if wanted.interview in ("", name) and wanted.role in ("", role) and wanted.chain in ("", chain)
    )


def _competence(project: str, candidate: Candidate, chosen: bool) -> CompetenceView:
    told = ngettext("%(num)s intervju", "%(num)s intervjuer", len(candidate.interviews))
    return CompetenceView(candidate.name, competences_address(project, f"k-{candidate.id}"), told, chosen)
