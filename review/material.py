"""What there is to review: the newest suggestions, and decisions in force, which come before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.records import Label, Phrase, Transcript
from review.addresses import CATEGORY, POSITION, Place
from review.errors import NotFound
from store.decisions import COMPETENCE, REJECT, Decision, Identity, current_decisions, identity_of
from store.interviews import Interview, list_interviews
from store.projects import Project, find_project, list_projects
from store.results import StoredCoding, latest_coding, latest_transcript, transcript_of

NONE = "none"


@dataclass(frozen=True)
class Item:
    """A phrase to review. `label` is None where only a decision knows it, and the newest coding does not."""

    interview: Interview
    phrase: Phrase
    label: Label | None
    decision: Decision | None

    @property
    def identity(self) -> Identity:
        return identity_of(self.phrase)

    @property
    def anchor(self) -> str:
        phrase = self.phrase
        return f"u{self.interview.id}-{phrase.turn}-{phrase.start}-{phrase.end}"

    @property
    def rejected(self) -> bool:
        return self.decision is not None and self.decision.choice.action == REJECT

    @property
    def category(self) -> str:
        """A rejected phrase stays where the model put it, to be found there and the rejection undone."""
        if self.decision and not self.rejected:
            return self.decision.choice.category
        return self.label.category if self.label else NONE

    @property
    def positions(self) -> tuple[str, ...]:
        if self.category != COMPETENCE:
            return ()
        if self.decision and self.decision.choice.positions:
            return self.decision.choice.positions
        ranked = self.label.positions if self.label else ()
        return tuple(placement.position for placement in ranked[:1])

    @property
    def listed(self) -> bool:
        """What the model finds irrelevant is left out, unless a person decided on it."""
        return self.category != NONE or self.decision is not None

    def is_in(self, place: Place) -> bool:
        return place.name in self.positions if place.kind == POSITION else place.name == self.category

    @property
    def home(self) -> Place:
        """The list to find it in: its first position, or its category."""
        if self.positions:
            return Place(POSITION, self.positions[0])
        return Place(CATEGORY, self.category)

    def probability_in(self, place: Place) -> float:
        """How probable the model finds that it belongs in the list, 0–1; 0 where it says nothing of it."""
        if self.label is None:
            return 0.0
        if place.kind == POSITION:
            ranked = (p.probability for p in self.label.positions if p.position == place.name)
            return next(ranked, 0.0)
        return self.label.probability if self.label.category == place.name else 0.0


@dataclass(frozen=True)
class Material:
    """All listed phrases of a project, and the coding of each interview by name."""

    items: tuple[Item, ...]
    codings: dict[str, StoredCoding]

    def within(self, place: Place) -> tuple[Item, ...]:
        """What is in the list, the most probable first."""
        found = (item for item in self.items if item.is_in(place))
        return tuple(sorted(found, key=lambda item: -item.probability_in(place)))

    def find(self, identity: Identity) -> Item | None:
        return next((item for item in self.items if item.identity == identity), None)


def find_project_or_refuse(session: Session, name: str) -> Project:
    """The project of this name. NotFound, with the names there are, where there is none."""
    project = None if "\x00" in name else find_project(session, name)  # PostgreSQL takes no NUL
    if project is None:
        names = ", ".join(known.name for known in list_projects(session)) or "ingen ennå"
        raise NotFound("prosjektet finnes ikke", name, f"Prosjektene er: {names}.")
    return project


def find_item_or_refuse(session: Session, project_id: int, identity: Identity) -> Item:
    """The phrase as the lists show it now. NotFound where they do not."""
    found = [known for known in list_interviews(session, project_id) if known.name == identity.interview]
    item = _load(session, project_id, found).find(identity)
    if item is None:
        which = f"{identity.interview}, replikk {identity.turn}"
        raise NotFound("utsagnet er ikke med i kodingen", which, "Gå tilbake til listen og last den på nytt.")
    return item


def load_material(session: Session, project_id: int) -> Material:
    """The newest suggestions of every interview, and what people decided, in the order of the interviews."""
    return _load(session, project_id, list_interviews(session, project_id))


def _load(session: Session, project_id: int, chosen: Iterable[Interview]) -> Material:
    """The same for some of the interviews: reading a coding is what takes time."""
    interviews = {interview.name: interview for interview in chosen}
    current = current_decisions(session, project_id)
    decisions = {known: decision for known, decision in current.items() if known.interview in interviews}
    found = {name: latest_coding(session, interview.id) for name, interview in interviews.items()}
    codings = {name: coding for name, coding in found.items() if coding}
    suggested = list(_suggested(interviews, codings, decisions))
    kept = _no_longer_suggested(interviews, {item.identity for item in suggested}, decisions)
    return Material(tuple(item for item in [*suggested, *kept] if item.listed), codings)


def _suggested(
    interviews: dict[str, Interview], codings: dict[str, StoredCoding], decisions: dict[Identity, Decision]
) -> Iterator[Item]:
    for name, coding in codings.items():
        for suggestion in coding.suggestions:
            decision = decisions.get(identity_of(suggestion.phrase))
            yield Item(interviews[name], suggestion.phrase, suggestion.label, decision)


def _no_longer_suggested(
    interviews: dict[str, Interview], known: set[Identity], decisions: dict[Identity, Decision]
) -> Iterator[Item]:
    """What people decided on stays, whatever a newer model finds."""
    for identity, decision in decisions.items():
        if identity not in known:
            yield Item(interviews[identity.interview], decision.phrase, None, decision)


def load_transcripts(session: Session, material: Material, items: tuple[Item, ...]) -> dict[str, Transcript]:
    """The transcripts that the items' spans count in, by interview name."""
    found = {}
    for interview in {item.interview.name: item.interview for item in items}.values():
        coding = material.codings.get(interview.name)
        stored = transcript_of(session, coding) if coding else latest_transcript(session, interview.id)
        if stored:
            found[interview.name] = stored.transcript
    return found
