"""The queue's cards: a suggestion with all to decide it by, its buttons, and a conflict of two reviewers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.balance import DIMENSIONS, dimension_of
from pipeline.corrections import word_spans
from pipeline.records import CATEGORIES, Phrase, Placement, Turn
from review.addresses import history_address, interview_address, phrase_mark, queue_address, sound_address
from review.cards import Card, ConflictView, DecisionView, card_of, conflict_page, decision_view
from review.errors import Conflict
from review.material import Item, load_items
from review.queue_query import QueueForm, QueueQuery
from review.wording import percent, term
from store.decisions import UNDO, history_of
from store.projects import Project
from store.review_items import ReviewItem
from store.shown import sounding_turns, turns_around

ROWS = tuple((one.points[0], one.balance, one.points[1]) for one in DIMENSIONS)
POINT_KEYS = {point: str(number) for number, point in enumerate((p for one in DIMENSIONS for p in one.points), 1)}
BALANCE_KEYS = {one.balance: str(number) for number, one in enumerate(DIMENSIONS, 7)}
LETTERS = {"competence": "k", "trait": "e", "task": "o", "education": "u", "none": "i"}
KEYS = POINT_KEYS | BALANCE_KEYS | LETTERS
AROUND = 0.5  # seconds of sound on each side of a phrase


@dataclass(frozen=True)
class Visit:
    """Who looks at which selection of a project, and what they skipped; `sounding` where recordings can be played."""

    session: Session
    project: Project
    asked: QueueQuery
    person: str
    skipped: tuple[int, ...]
    sounding: bool
    page: Callable[..., str] = queue_address

    def address(self, **changes: str) -> str:
        """The page of the selection, with changes to it; its forms are sent there."""
        return self.page(self.project.name, **self.asked.asked(**changes))


@dataclass(frozen=True)
class Target:
    """Where a phrase may be put: a button and its key. `holds` now; `first` of the model's, which finds it so probable.

    `width`, 0–100, is that of the probability's bar.
    """

    name: str
    title: str
    key: str
    holds: bool
    colour: str = ""
    probability: str = ""
    width: int = 0
    first: bool = False


@dataclass(frozen=True)
class Clip:
    """The sound of a phrase: from and to, in seconds."""

    address: str
    start: float
    end: float


@dataclass(frozen=True)
class Earlier:
    """A decision on the phrase, undone or not."""

    decision: DecisionView
    undone: bool


@dataclass(frozen=True)
class QueueCard:
    """A suggestion and its buttons. `positions` are the rows of the balance model: point, balance, point."""

    card: Card
    action: str
    interview: str
    positions: tuple[tuple[Target, ...], ...]
    categories: tuple[Target, ...]
    history: tuple[Earlier, ...]
    all_history: str
    clip: Clip | None
    skipped: bool


@dataclass(frozen=True)
class ConflictCard:
    """Somebody else decided first: both decisions, and the form that sets one's own in the place of theirs."""

    card: Card
    conflict: ConflictView
    action: str
    handling: str
    hidden: tuple[tuple[str, str], ...]
    can_insist: bool


def queue_cards(visit: Visit, found: Collection[ReviewItem]) -> tuple[QueueCard, ...]:
    """The cards of one or two phrases."""
    session, project = visit.session, visit.project
    items, turns = load_items(session, project.id, tuple(found)), turns_around(session, found)
    sounding = sounding_turns(session, found) if visit.sounding else {}
    return tuple(_card(visit, item, turns[item.known.id], sounding.get(item.known.id)) for item in items)


def conflict_card(visit: Visit, found: ReviewItem, form: QueueForm, conflict: Conflict) -> ConflictCard:
    """The phrase as it stands now, and the choice of the form to be made once more with that in sight."""
    (item,) = load_items(visit.session, visit.project.id, [found])
    card = card_of(item, turns_around(visit.session, [found])[found.id])
    wanted = {"vist": form.vist, "plass": form.plass, "kategori": form.kategori, "notat": form.notat}
    hidden = dict(card.hidden) | wanted
    return ConflictCard(
        card=card,
        conflict=conflict_page(conflict, visit.address()),
        action=visit.address(),
        handling=form.handling,
        hidden=tuple(hidden.items()),
        can_insist=conflict.standing is not None or conflict.chosen.action != UNDO,
    )


def clip_of(address: str, turn: Turn, phrase: Phrase) -> Clip | None:
    """The phrase's words with half a second around, or the whole turn where its words have no times."""
    times = [
        (word.start, word.end)
        for word, (start, end) in zip(turn.words, word_spans(turn), strict=False)
        if start < phrase.end and end > phrase.start
    ]
    if not times and turn.start is not None and turn.end is not None:
        times = [(turn.start, turn.end)]
    if not times:
        return None
    start, end = max(0.0, times[0][0] - AROUND), times[-1][1] + AROUND
    return Clip(f"{address}#t={start:.2f},{end:.2f}", round(start, 2), round(end, 2))


def _card(visit: Visit, item: Item, turns: Mapping[int, Turn], sounding: Turn | None) -> QueueCard:
    project, phrase = visit.project.name, item.phrase
    mark = phrase_mark(phrase.turn, phrase.start, phrase.end)
    placements = item.label.positions if item.label else ()
    return QueueCard(
        card=card_of(item, turns),
        action=visit.address(),
        interview=interview_address(project, phrase.interview, utsagn=mark) if visit.sounding else "",
        positions=tuple(tuple(_position(name, item, placements) for name in row) for row in ROWS),
        categories=tuple(_category(name, item) for name in CATEGORIES),
        history=_history(visit, item),
        all_history=history_address(project, intervju=phrase.interview, utsagn=mark),
        clip=clip_of(sound_address(project, phrase.interview), sounding, phrase) if sounding else None,
        skipped=item.known.id in visit.skipped,
    )


def _position(name: str, item: Item, placements: Sequence[Placement]) -> Target:
    found = next((one for one in placements if one.position == name), None)
    return Target(
        name=name,
        title=term(name),
        key=KEYS[name],
        holds=name in item.positions,
        colour=dimension_of(name).colour,
        probability=percent(found.probability) if found else "",
        width=round(found.probability * 100) if found else 0,
        first=bool(placements) and placements[0] is found,
    )


def _category(name: str, item: Item) -> Target:
    likely = item.label.category == name if item.label else False
    probability = percent(item.label.probability) if item.label and likely else ""
    return Target(name, term(name), KEYS[name], item.category == name, "", probability, first=likely)


def _history(visit: Visit, item: Item) -> tuple[Earlier, ...]:
    """What was decided on the phrase, newest first, undos by the mark on what they undo."""
    made = history_of(visit.session, visit.project.id, item.identity)
    undone = {decision.choice.undoes for decision in made}
    return tuple(Earlier(decision_view(one), one.id in undone) for one in reversed(made) if one.choice.action != UNDO)
