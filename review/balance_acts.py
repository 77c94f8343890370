"""What may be done with the balance model's cards: decide, undo; and what that brings to the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from review.balance_cards import CardView, Visit, card_of
from review.balance_query import BalanceForm, fits, read_moved
from review.balance_view import FigureView, figures_of
from review.cards import ConflictView, conflict_page, hidden_of
from review.deciding import record
from review.errors import Conflict
from review.forms import identity_from
from review.language import _
from review.material import Item, find_item_or_refuse
from review.queue_view import Last, last_of
from review.wording import describe
from store.decisions import UNDO, Decision
from store.review_items import ReviewItem, item_of


@dataclass(frozen=True)
class Done:
    """What was decided, and the phrase before."""

    made: Decision
    before: Item


@dataclass(frozen=True)
class ConflictForm:
    """Somebody else decided first: both decisions, and the form that sets one's own in the place of theirs."""

    quote: str
    both: ConflictView
    action: str
    hidden: tuple[tuple[str, str], ...]
    handling: str
    can_insist: bool


@dataclass(frozen=True)
class Answer:
    """What an act brings: the phrase's cards by position, none where it lies nowhere; figures, undo, what is told."""

    anchor: str
    cards: tuple[tuple[str, CardView], ...]
    figures: tuple[FigureView, ...]
    last: Last | None
    said: str
    conflict: ConflictForm | None = None


def act(session: Session, project_id: int, person: str, form: BalanceForm) -> Done:
    """Does what the form asks for. Conflict: roll back; somebody else decided since the page was shown."""
    item = find_item_or_refuse(session, project_id, identity_from(form))
    return Done(record(session, project_id, item, read_moved(form, person, item)), item)


def after_act(visit: Visit, done: Done) -> Answer:
    """What a decision brings to the page of the selection."""
    said = describe(done.made.choice)
    item = item_of(visit.session, visit.project.id, done.before.identity)
    return _answer(visit, done.before.anchor, item, f"{said[:1].upper()}{said[1:]}.")


def refused(visit: Visit, form: BalanceForm, conflict: Conflict) -> Answer:
    """In place of a decision: the conflict that kept it from being made, and the phrase as it stands now."""
    item = find_item_or_refuse(visit.session, visit.project.id, identity_from(form))
    wanted = form.model_dump(include={"vist", "plass", "kategori", "notat", "herfra"})
    shown = ConflictForm(
        quote=item.phrase.text,
        both=conflict_page(conflict, visit.address()),
        action=visit.address(),
        hidden=tuple((dict(hidden_of(item)) | wanted).items()),
        handling=form.handling,
        can_insist=conflict.standing is not None or conflict.chosen.action != UNDO,
    )
    said = _("Noen kom deg i forkjøpet. Ditt valg er ikke lagret.")
    return replace(_answer(visit, item.anchor, item.known, said), conflict=shown)


def _answer(visit: Visit, anchor: str, item: ReviewItem | None, said: str) -> Answer:
    shown = item.positions if item and fits(visit.wanted, item) else ()
    cards = tuple((name, card_of(visit, item, name)) for name in shown if item)
    return Answer(anchor, cards, figures_of(visit), last_of(visit), said)
