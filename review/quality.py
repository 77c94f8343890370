"""How good the suggestions are, measured by what people decided."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pipeline.review_order import Compared, Quality, measured_quality
from review.material import NONE
from store.review_items import REJECTED, Filter, count_items

COMPARED = ("category", "positions", "state", "suggested", "suggested_position")


def quality_of(session: Session, project_id: int, wanted: Filter) -> Quality:
    """How often the suggestions that fit, all decided, said what people then decided."""
    counted = count_items(session, project_id, COMPARED, wanted)
    return measured_quality(_compared(said, phrases) for said, phrases in counted.items())


def _compared(said: tuple[str, ...], phrases: int) -> Compared:
    """What was rejected was decided to be nothing, though it stays in the list where the model put it."""
    category, positions, state, suggested, first = said
    if state == REJECTED:
        return Compared(NONE, (), suggested, first, phrases)
    return Compared(category, tuple(positions.split()), suggested, first, phrases)
