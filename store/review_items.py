"""Asks what there is to review: counts, pages of lists and single phrases, all answered by indexed SQL.

`store.projection` keeps the rows in step with the codings and the decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal_column, select
from sqlalchemy.orm import Session

from pipeline.records import Identity, Phrase, identity_of
from store.choices import COMPETENCE
from store.projection import DECIDED as DECIDED
from store.projection import OPEN as OPEN
from store.projection import REJECTED as REJECTED
from store.projection import Span as Span
from store.projection import rebuild as rebuild
from store.projection import refresh_interview as refresh_interview
from store.projection import refresh_phrases as refresh_phrases
from store.tables import InterviewRow, ItemPositionRow, ReviewItemRow

ANY_PROXY = "any"
TEACHING, SUREST, DRAWN, SPOKEN, LATEST = SORTS = ("teaching", "surest", "drawn", "spoken", "latest")


@dataclass(frozen=True)
class ReviewItem:
    """A phrase to review, what the model says of it, and what holds now.

    Where only a decision knows it, `coding_id` and `ordinal`, which name its suggestion, are None, and the model says
    nothing. `category` and `positions` hold; `suggested…` is what the model says, `support` how probable it finds
    what holds in the list that was asked for. `drawn`: in the random tenth. `decided` in UTC.
    """

    id: int
    interview_id: int
    role: str
    chain: str
    phrase: Phrase
    coding_id: int | None
    ordinal: int | None
    suggested: str
    probability: float
    suggested_position: str
    position_probability: float
    unsure: bool
    safe: bool
    proxy: str
    stands_for: str
    drawn: bool
    teaches: float
    category: str
    positions: tuple[str, ...]
    state: str
    decision_id: int | None
    person: str
    decided: datetime | None

    @property
    def identity(self) -> Identity:
        return identity_of(self.phrase)


@dataclass(frozen=True)
class Filter:
    """Which phrases: all that fit everything that is given. `proxy` is a kind, or `ANY_PROXY`.

    `interview` is a name, `turns` are numbers of some of its turns, `person` who made the decision in force. `position`
    finds a phrase under each of its positions. `least` and `most` bound how probable the model finds its category;
    `position_least` bounds, where it finds a competence, how probable it finds the first position. `without` are the
    ids of phrases to leave out.
    """

    interview: str = ""
    role: str = ""
    chain: str = ""
    category: str = ""
    position: str = ""
    states: tuple[str, ...] = ()
    proxy: str = ""
    unsure: bool | None = None
    safe: bool | None = None
    drawn: bool | None = None
    person: str = ""
    least: float = 0.0
    most: float = 1.0
    position_least: float = 0.0
    without: tuple[int, ...] = ()
    turns: tuple[int, ...] | None = None


@dataclass(frozen=True)
class TextLine:
    """The wording of a phrase to review, and how much a decision on it teaches by itself."""

    id: int
    text: str
    teaches: float


EMPTY: Any = literal_column("''")  # in the statement itself, as in the conditions of the indexes
Place = type[ItemPositionRow] | type[ReviewItemRow]
EVERYTHING = Filter()


def how_many(session: Session, project_id: int, wanted: Filter = EVERYTHING) -> int:
    """The number of phrases that fit."""
    return session.scalars(_matching(project_id, wanted, func.count())).one()


def count_items(
    session: Session, project_id: int, by: Sequence[str], wanted: Filter = EVERYTHING
) -> dict[tuple[Any, ...], int]:
    """How many of the phrases there are of each combination of these, by the names of the columns.

    `interview`, `role` and `chain` may be among them, `position` counts a phrase at each of its positions, and
    `positions` is all of a phrase's positions with spaces between.
    """
    columns = [_column(name) for name in by]
    tables: set[type[Any]] = {InterviewRow for name in by if name in ("role", "chain")}
    if "position" in by:
        tables.add(ItemPositionRow)
    counts = _matching(project_id, wanted, *columns, func.count(), also=tables).group_by(*columns)
    found = {tuple(values): number for *values, number in session.execute(counts)}
    return _with_names(session, project_id, found, by.index("interview")) if "interview" in by else found


def count_placed(session: Session, project_id: int, wanted: Filter = EVERYTHING) -> dict[tuple[str, ...], int]:
    """How many of the phrases hold these positions together; those that hold none are left out.

    `wanted` says which states, role, chain and interview.
    """
    some_interviews = wanted.interview or wanted.role or wanted.chain
    if some_interviews:  # the index by interview has the positions
        counted = [(*key, number) for key, number in count_items(session, project_id, ("positions",), wanted).items()]
    else:  # that by category has them in their order
        every = count_items(session, project_id, ("category", "positions", "state"))
        counted = [
            (positions, number)
            for (_category, positions, state), number in every.items()
            if not wanted.states or state in wanted.states
        ]
    found: Counter[tuple[str, ...]] = Counter()
    for positions, number in counted:
        found[tuple(positions.split())] += number
    return {positions: number for positions, number in found.items() if positions}


def _with_names(
    session: Session, project_id: int, counts: dict[tuple[Any, ...], int], at: int
) -> dict[tuple[Any, ...], int]:
    """Names of interviews for their numbers, which are counted by since an index has them."""
    rows = select(InterviewRow.id, InterviewRow.name).where(InterviewRow.project_id == project_id)
    names = {interview_id: name for interview_id, name in session.execute(rows)}
    return {(*key[:at], names[key[at]], *key[at + 1 :]): number for key, number in counts.items()}


def find_items(
    session: Session,
    project_id: int,
    wanted: Filter = EVERYTHING,
    sort: str = TEACHING,
    limit: int = 50,
    offset: int = 0,
) -> tuple[ReviewItem, ...]:
    """A page of the phrases that fit, in one of `SORTS`.

    What teaches most, what the model is surest of, or what was decided latest comes first; `DRAWN` is the order of
    the random tenth, and by `SPOKEN` they come as they were said.
    """
    return items_numbered(session, find_ids(session, project_id, wanted, sort, limit, offset))


def find_ids(
    session: Session,
    project_id: int,
    wanted: Filter = EVERYTHING,
    sort: str = TEACHING,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[int]:
    """The same as `find_items`, with the ids alone of what is found."""
    place = _place_of(wanted)
    also = {ReviewItemRow} if sort in (SPOKEN, LATEST) else set()
    ids = _matching(project_id, wanted, _id_of(place), also=also).order_by(*_order(wanted, sort), _id_of(place))
    if sort == SUREST and wanted.most < 1 and wanted.states == (OPEN,) and place is ReviewItemRow:
        # What holds of an undecided phrase is what the model says: the index of the surest can begin there.
        ids = ids.where(ReviewItemRow.support <= wanted.most)
    return session.scalars(ids.limit(limit).offset(offset)).all()


def find_texts(
    session: Session, project_id: int, wanted: Filter, sort: str = TEACHING, limit: int = 50
) -> tuple[TextLine, ...]:
    """The same as `find_items`, with the wording alone of what is found."""
    place = _place_of(wanted)
    columns = (ReviewItemRow.id, ReviewItemRow.text, ReviewItemRow.teaches)
    rows = _matching(project_id, wanted, *columns, also={ReviewItemRow})
    found = session.execute(rows.order_by(*_order(wanted, sort), _id_of(place)).limit(limit))
    return tuple(TextLine(item_id, text, teaches) for item_id, text, teaches in found)


def item_of(session: Session, project_id: int, identity: Identity) -> ReviewItem | None:
    """The phrase of this identity, or None where there is nothing to review in it."""
    found = select(ReviewItemRow.id).filter_by(turn=identity.turn, start=identity.start, end=identity.end)
    found = found.join(InterviewRow, InterviewRow.id == ReviewItemRow.interview_id)
    ids = found.where(InterviewRow.project_id == project_id, InterviewRow.name == identity.interview)
    return next(iter(items_numbered(session, session.scalars(ids).all())), None)


def item_at(session: Session, project_id: int, span: Span) -> ReviewItem | None:
    """The phrase at this span, or None where the project has nothing to review there."""
    ids = select(ReviewItemRow.id).filter_by(project_id=project_id, **span._asdict())
    return next(iter(items_numbered(session, session.scalars(ids).all())), None)


def items_among(session: Session, project_id: int, ids: Collection[int]) -> tuple[ReviewItem, ...]:
    """The project's phrases with these ids, without those that it lacks, in no order."""
    rows = select(ReviewItemRow.id, ReviewItemRow.project_id).where(ReviewItemRow.id.in_(ids))
    return items_numbered(session, [found for found, owner in session.execute(rows) if owner == project_id])


def items_numbered(session: Session, ids: Sequence[int]) -> tuple[ReviewItem, ...]:
    """The phrases with these ids, in their order, without those that somebody took away since they were found."""
    rows = select(ReviewItemRow, InterviewRow.name, InterviewRow.role, InterviewRow.chain).join(InterviewRow)
    found = session.execute(rows.where(ReviewItemRow.id.in_(ids)))
    items = {row.id: _item(row, name, role, chain) for row, name, role, chain in found}
    return tuple(items[item_id] for item_id in ids if item_id in items)


def rank_of(session: Session, project_id: int, item: ReviewItem, wanted: Filter, sort: str) -> int:
    """How many of the phrases that fit come before this one by `TEACHING`, `SUREST` or `DRAWN`, from 0."""
    place = _place_of(wanted)
    value = {TEACHING: place.teaches, SUREST: place.support, DRAWN: place.draw}[sort]
    own = select(value).where(_id_of(place) == item.id)
    if place is ItemPositionRow:
        own = own.where(ItemPositionRow.position == wanted.position)
    mine = own.scalar_subquery()
    first = value < mine if sort == DRAWN else value > mine
    before = first | ((value == mine) & (_id_of(place) < item.id))
    return session.scalars(_matching(project_id, wanted, func.count()).where(before)).one()


def _place_of(wanted: Filter) -> Place:
    """A list of a position starts from its own table, whose indexes have its order."""
    return ItemPositionRow if wanted.position else ReviewItemRow


def _order(wanted: Filter, sort: str) -> Sequence[Any]:
    place, row = _place_of(wanted), ReviewItemRow
    # The phrases of one interview are few: to be found by it and sorted, not looked for along the order's index.
    few = 0.0 if wanted.interview else None
    orders: dict[str, Sequence[Any]] = {
        TEACHING: ((place.teaches if few is None else place.teaches + few).desc(),),
        SUREST: ((place.support if few is None else place.support + few).desc(),),
        DRAWN: (place.draw,),
        SPOKEN: (row.interview_id, row.turn, row.start, row.end),
        LATEST: (row.decision_id.desc(),),
    }
    return orders[sort]


def _matching(project_id: int, wanted: Filter, *columns: Any, also: Collection[type[Any]] = frozenset()) -> Select[Any]:
    """The columns of what fits; `also` are further tables that the columns are of."""
    place = _place_of(wanted)
    conditions = _conditions(project_id, wanted, place)
    narrowing = _narrowing(project_id, wanted)
    query = select(*columns).select_from(place)
    if place is ItemPositionRow and (narrowing or also):
        query = query.join(ReviewItemRow, ReviewItemRow.id == ItemPositionRow.item_id)
    if ItemPositionRow in also and place is ReviewItemRow:
        query = query.join(ItemPositionRow, ItemPositionRow.item_id == ReviewItemRow.id)
    if InterviewRow in also:
        query = query.join(InterviewRow, InterviewRow.id == ReviewItemRow.interview_id)
    return query.where(*conditions, *narrowing)


def _conditions(project_id: int, wanted: Filter, place: Place) -> list[Any]:
    """What both tables know."""
    # The phrases of one interview are few: to be found by it, and not among all at the position.
    few = 0 if wanted.interview and place is ItemPositionRow else None
    found: list[Any] = [(place.project_id if few is None else place.project_id + few) == project_id]
    if wanted.position:
        found.append(ItemPositionRow.position == wanted.position)
    if len(wanted.states) == 1:  # an equation leaves the index in its order, a list does not
        found.append(place.state == wanted.states[0])
    elif wanted.states:
        found.append(place.state.in_(wanted.states))
    if wanted.drawn is not None:
        found.append(place.drawn if wanted.drawn else ~place.drawn)
    if wanted.without:
        found.append(_id_of(place).not_in(wanted.without))
    return found


def _narrowing(project_id: int, wanted: Filter) -> list[Any]:
    """What only the phrases' own table knows."""
    row = ReviewItemRow
    found: list[Any] = []
    if wanted.interview:  # an equation, for the index by interview
        found.append(row.interview_id == _interviews(project_id, wanted).scalar_subquery())
    elif wanted.role or wanted.chain:
        found.append(row.interview_id.in_(_interviews(project_id, wanted)))
    if wanted.turns is not None:
        found.append(row.turn.in_(wanted.turns))
    if wanted.category:
        found.append(row.category == wanted.category)
    if wanted.proxy:
        found += [row.proxy != EMPTY] + [row.proxy == wanted.proxy] * (wanted.proxy != ANY_PROXY)
    if wanted.unsure is not None:
        found.append(row.unsure if wanted.unsure else ~row.unsure)
    if wanted.safe is not None:
        found.append(row.safe if wanted.safe else ~row.safe)
    if wanted.least > 0:
        found.append(row.probability >= wanted.least)
    if wanted.most < 1:
        found.append(row.probability <= wanted.most)
    if wanted.person:
        found += [row.person != EMPTY, row.person == wanted.person]
    if wanted.position_least > 0:
        found.append((row.suggested != COMPETENCE) | (row.position_probability >= wanted.position_least))
    return found


def _interviews(project_id: int, wanted: Filter) -> Select[int]:
    ids = select(InterviewRow.id).where(InterviewRow.project_id == project_id)
    given = {"name": wanted.interview, "role": wanted.role, "chain": wanted.chain}
    return ids.filter_by(**{column: value for column, value in given.items() if value})


def _id_of(place: Place) -> Any:
    return place.item_id if place is ItemPositionRow else place.id  # type: ignore[union-attr]


def _column(name: str) -> Any:
    others = {
        "interview": ReviewItemRow.interview_id,
        "role": InterviewRow.role,
        "chain": InterviewRow.chain,
        "position": ItemPositionRow.position,
    }
    return others[name] if name in others else getattr(ReviewItemRow, name)


def _item(row: ReviewItemRow, interview: str, role: str, chain: str) -> ReviewItem:
    return ReviewItem(
        id=row.id,
        interview_id=row.interview_id,
        role=role,
        chain=chain,
        phrase=Phrase(interview, row.turn, row.start, row.end, row.text),
        coding_id=row.coding_id,
        ordinal=row.ordinal,
        suggested=row.suggested,
        probability=row.probability,
        suggested_position=row.suggested_position,
        position_probability=row.position_probability,
        unsure=row.unsure,
        safe=row.safe,
        proxy=row.proxy,
        stands_for=row.stands_for,
        drawn=row.drawn,
        teaches=row.teaches,
        category=row.category,
        positions=tuple(row.positions.split()),
        state=row.state,
        decision_id=row.decision_id,
        person=row.person,
        decided=row.decided,
    )
