"""What pages show of phrases to review: each with the model's full label and the decision in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.records import Label, Phrase
from review.addresses import CATEGORY, POSITION, Place
from review.errors import NotFound
from review.language import _
from store.decisions import Decision, Identity, decisions_numbered
from store.projects import Project, find_project, list_projects
from store.review_items import REJECTED, Filter, ReviewItem, item_of
from store.shown import labels_of

NONE = "none"
LONGEST_NUMBER = 2**31  # no turn is as long, and PostgreSQL takes no longer numbers


@dataclass(frozen=True)
class Item:
    """A phrase to review. `label` is None where only a decision knows it, and the newest coding does not."""

    known: ReviewItem
    label: Label | None
    decision: Decision | None

    @property
    def phrase(self) -> Phrase:
        return self.known.phrase

    @property
    def identity(self) -> Identity:
        return self.known.identity

    @property
    def anchor(self) -> str:
        phrase = self.phrase
        return f"u{self.known.interview_id}-{phrase.turn}-{phrase.start}-{phrase.end}"

    @property
    def rejected(self) -> bool:
        return self.known.state == REJECTED

    @property
    def category(self) -> str:
        """A rejected phrase stays where the model put it, to be found there and the rejection undone."""
        return self.known.category

    @property
    def positions(self) -> tuple[str, ...]:
        return self.known.positions

    def is_in(self, place: Place) -> bool:
        return place.name in self.positions if place.kind == POSITION else place.name == self.category

    @property
    def home(self) -> Place:
        """The list to find it in: its first position, or its category."""
        if self.positions:
            return Place(POSITION, self.positions[0])
        return Place(CATEGORY, self.category)


def filter_of(place: Place) -> Filter:
    """What is in a list."""
    return Filter(position=place.name) if place.kind == POSITION else Filter(category=place.name)


def load_items(session: Session, project_id: int, found: Sequence[ReviewItem]) -> tuple[Item, ...]:
    """The phrases with all that a card shows: for a page of them, never for a whole list."""
    labels = labels_of(session, found)
    decisions = decisions_numbered(session, project_id, [one.decision_id for one in found if one.decision_id])
    return tuple(Item(one, labels.get(one.id), decisions.get(one.decision_id or 0)) for one in found)


def find_project_or_refuse(session: Session, name: str) -> Project:
    """The project of this name. NotFound, with the names there are, where there is none."""
    project = None if "\x00" in name else find_project(session, name)  # PostgreSQL takes no NUL
    if project is None:
        names = ", ".join(known.name for known in list_projects(session)) or _("ingen ennå")
        raise NotFound(_("prosjektet finnes ikke"), name, _("Prosjektene er: %(names)s.", names=names))
    return project


def find_item_or_refuse(session: Session, project_id: int, identity: Identity) -> Item:
    """The phrase as the lists show it now. NotFound where they do not."""
    found = item_of(session, project_id, identity) if _can_be(identity) else None
    if found is None:
        which = _("%(interview)s, replikk %(turn)s", interview=identity.interview, turn=identity.turn)
        after = _("Gå tilbake til listen og last den på nytt.")
        raise NotFound(_("utsagnet er ikke med i kodingen"), which, after)
    return load_items(session, project_id, [found])[0]


def _can_be(identity: Identity) -> bool:
    """Whether the database can be asked for it at all."""
    return "\x00" not in identity.interview and all(0 <= number < LONGEST_NUMBER for number in identity[1:])
