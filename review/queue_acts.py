"""What may be done at the queue: decide, undo, skip; and what the page is to show then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from review.deciding import record
from review.forms import identity_from, read_asked
from review.language import _
from review.material import find_item_or_refuse
from review.queue_query import SKIP, QueueForm, confirmed, plain
from review.wording import describe
from store.decisions import UNDO
from store.review_items import OPEN, ReviewItem, item_of


@dataclass(frozen=True)
class Done:
    """What was done, in words, and the phrase before and after: None where there is nothing left to review in it."""

    said: str
    before: ReviewItem
    after: ReviewItem | None
    undone: bool = False
    skipped: bool = False


def act(session: Session, project_id: int, person: str, form: QueueForm) -> Done:
    """Does what the form asks for. Conflict: roll back; somebody else decided since the page was shown."""
    form = plain(form)
    item = find_item_or_refuse(session, project_id, identity_from(form))
    if form.handling == SKIP:
        return Done(_("Hoppet over"), item.known, item.known, skipped=item.known.state == OPEN)
    made = record(session, project_id, item, read_asked(confirmed(form), person, item))
    after = item_of(session, project_id, item.identity)
    said = describe(made.choice)
    return Done(said[:1].upper() + said[1:], item.known, after, undone=made.choice.action == UNDO)
