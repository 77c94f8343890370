"""What comes next in the queue, and what was skipped: that comes last, as long as the browser is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.orm import Session

from review.addresses import CERTAIN
from review.order import Ordered
from store.review_items import DECIDED, OPEN, Filter, ReviewItem, how_many

REMEMBERED = 300  # skipped phrases: a cookie holds 4,096 bytes


@dataclass(frozen=True)
class Queue:
    """The phrases that fit, in an order: the undecided, then the skipped, then the decided, if they are wanted."""

    session: Session
    project_id: int
    wanted: Filter
    order: str
    skipped: tuple[int, ...] = ()

    def after(self, shown: ReviewItem | None) -> ReviewItem | None:
        """What follows the phrase shown, or what is first; None at the end.

        It is the first of the undecided ones, not the next: the order changes with each decision.
        """
        return self._ahead(shown) or self._skipped(shown) or self._decided(shown)

    @property
    def left(self) -> int:
        """How many are undecided."""
        return how_many(self.session, self.project_id, replace(self.wanted, states=(OPEN,), person=""))

    @property
    def decided(self) -> int:
        return how_many(self.session, self.project_id, replace(self.wanted, states=DECIDED))

    def _ahead(self, shown: ReviewItem | None) -> ReviewItem | None:
        return next((item for item in self._front if shown is None or item.id != shown.id), None)

    @cached_property
    def _front(self) -> tuple[ReviewItem, ...]:
        """Two, since one of them may be shown already."""
        return self._undecided(self.skipped, 2)

    def _skipped(self, shown: ReviewItem | None) -> ReviewItem | None:
        """Nothing else is left: the one skipped first."""
        left = self._undecided((shown.id,) if shown else (), len(self.skipped)) if self.skipped else ()
        return min(left, key=lambda item: self.skipped.index(item.id), default=None)

    def _undecided(self, without: tuple[int, ...], number: int) -> tuple[ReviewItem, ...]:
        if not self._wants(OPEN):
            return ()
        wanted = replace(self.wanted, states=(OPEN,), person="", without=without)
        return Ordered(self.session, self.project_id, wanted, self.order).page(number)

    def _decided(self, shown: ReviewItem | None) -> ReviewItem | None:
        if not self._wants(*DECIDED):
            return None
        decided = Ordered(self.session, self.project_id, replace(self.wanted, states=DECIDED), CERTAIN)
        place = decided.place(shown) + 1 if shown and shown.state in DECIDED else 0
        return next(iter(decided.page(1, place)), None)

    def _wants(self, *states: str) -> bool:
        return not self.wanted.states or set(states) <= set(self.wanted.states)


def read_skipped(cookie: str) -> tuple[int, ...]:
    """The ids of what was skipped, the first to be skipped first; what makes no sense is left out."""
    return tuple(int(part) for part in cookie.split(".") if part.isascii() and part.isdigit() and len(part) < 16)


def write_skipped(ids: Sequence[int]) -> str:
    """The cookie for these, or for the latest of them where they are too many."""
    return ".".join(map(str, ids[-REMEMBERED:]))
