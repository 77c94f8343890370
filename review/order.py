"""A project's lists in one order: first where a decision teaches most, or what the model is surest of."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.records import Suggestion, identity_of
from pipeline.review_order import is_unbiased, review_order
from review.addresses import CERTAIN, Place, list_address
from review.material import Item, Material
from store.lessons import review_seed
from store.projects import Project


@dataclass(frozen=True)
class Lists:
    """What there is to review in a project, in one of `ORDERS`."""

    project: Project
    material: Material
    order: str

    def within(self, place: Place) -> tuple[Item, ...]:
        """What is in the list, in order. By `TEACHING` what is decided comes last, the surest of it first."""
        items = self.material.within(place)
        return items if self.order == CERTAIN else _teaching(items, review_seed(self.project.id))

    def address(self, place: Place, page: int = 1, anchor: str = "") -> str:
        """A page of a list in this order."""
        return list_address(self.project.name, place, page, anchor, order=self.order)

    def is_drawn(self, item: Item) -> bool:
        """Whether a suggestion is in the random tenth that measures and never teaches."""
        return item.label is not None and is_unbiased(item.identity, review_seed(self.project.id))


def _teaching(items: tuple[Item, ...], seed: str) -> tuple[Item, ...]:
    found = {item.identity: item for item in items}
    decided = tuple(item for item in items if item.decision)
    suggestions = [Suggestion(item.phrase, item.label) for item in items if item.label]
    undecided = review_order(suggestions, {item.identity for item in decided}, seed)
    return (*(found[identity_of(one.suggestion.phrase)] for one in undecided), *decided)
