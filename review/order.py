"""Lists in an order: first where a decision teaches most, or what the model is surest of.

Where decisions teach most, the random tenth is spread evenly through what is undecided, and what is decided comes
last. The database puts the others in the order of the model's doubt; of the foremost of them, which a reviewer gets
to, those worded alike are then moved apart (`pipeline.review_order`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from sqlalchemy.orm import Session

from pipeline.review_order import drawn_before, most_teaching, place_of
from review.addresses import CERTAIN
from store.decisions import latest_wordings
from store.review_items import (
    DECIDED,
    DRAWN,
    OPEN,
    SUREST,
    TEACHING,
    Filter,
    ReviewItem,
    find_items,
    find_texts,
    how_many,
    items_numbered,
    rank_of,
)

FOREMOST = 200  # of the most doubtful phrases, that are compared with one another; the rest follow by doubt alone
REMEMBERED = 200  # decisions, the project's latest, that what is undecided is compared with


@dataclass(frozen=True)
class Ordered:
    """The phrases of a project that fit a filter, in one of `review.addresses.ORDERS`."""

    session: Session
    project_id: int
    wanted: Filter
    order: str

    def page(self, limit: int, offset: int = 0) -> tuple[ReviewItem, ...]:
        """So many of them from this place on, from 0."""
        if self.order == CERTAIN:
            return self._find(self.wanted, SUREST, limit, offset)
        undecided = self._undecided(offset, min(offset + limit, self._open))
        rest = limit - len(undecided)
        decided = self._find(self._decided, SUREST, rest, max(0, offset - self._open)) if rest else ()
        return (*undecided, *decided)

    def place(self, item: ReviewItem) -> int:
        """Where one of them stands, from 0."""
        if self.order == CERTAIN:
            return self._rank(item, self.wanted, SUREST)
        if item.state != OPEN:
            return self._open + self._rank(item, self._decided, SUREST)
        return place_of(self._nth(item), item.drawn, self._drawn, self._open - self._drawn)

    def _nth(self, item: ReviewItem) -> int:
        """Which of the drawn, or else of the others, an undecided phrase is."""
        if item.drawn:
            return self._rank(item, self._of_tenth, DRAWN)
        if item.id in self._foremost:
            return self._foremost.index(item.id)
        return self._rank(item, self._others, TEACHING)

    def _undecided(self, first: int, last: int) -> tuple[ReviewItem, ...]:
        """Places [first, last) of the drawn and the others together."""
        if first >= last:
            return ()
        drawn, others = self._drawn, self._open - self._drawn
        before = [drawn_before(place, drawn, others) for place in range(first, last + 1)]
        tenth = iter(self._find(self._of_tenth, DRAWN, before[-1] - before[0], before[0]))
        rest = iter(self._most_teaching(first - before[0], last - before[-1]))
        is_drawn = [after > now for now, after in pairwise(before)]
        return tuple(next(tenth) if one else next(rest) for one in is_drawn)

    def _most_teaching(self, first: int, last: int) -> tuple[ReviewItem, ...]:
        """The others of these places among themselves."""
        ids = self._foremost[first:last] if first < FOREMOST else ()
        beyond = max(first, FOREMOST)
        behind = self._find(self._others, TEACHING, last - beyond, beyond) if last > beyond else ()
        return (*items_numbered(self.session, ids), *behind)

    @cached_property
    def _foremost(self) -> tuple[int, ...]:
        found = find_texts(self.session, self.project_id, self._others, TEACHING, FOREMOST)
        known = latest_wordings(self.session, self.project_id, REMEMBERED)
        order = most_teaching([one.text for one in found], [one.teaches for one in found], known)
        return tuple(found[i].id for i in order)

    @cached_property
    def _open(self) -> int:
        return how_many(self.session, self.project_id, replace(self.wanted, states=(OPEN,)))

    @cached_property
    def _drawn(self) -> int:
        return how_many(self.session, self.project_id, self._of_tenth)

    @property
    def _of_tenth(self) -> Filter:
        return replace(self.wanted, states=(OPEN,), drawn=True)

    @property
    def _others(self) -> Filter:
        return replace(self.wanted, states=(OPEN,), drawn=False)

    @property
    def _decided(self) -> Filter:
        return replace(self.wanted, states=DECIDED)

    def _find(self, wanted: Filter, sort: str, limit: int, offset: int) -> tuple[ReviewItem, ...]:
        return find_items(self.session, self.project_id, wanted, sort, limit, offset)

    def _rank(self, item: ReviewItem, wanted: Filter, sort: str) -> int:
        return rank_of(self.session, self.project_id, item, wanted, sort)
