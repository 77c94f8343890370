"""Writes a person's choice down, unless somebody else decided since the page was shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from review.errors import Conflict
from review.forms import Asked
from review.material import Item
from store.decisions import UNDO, Choice, Decision, decide, history_of
from store.projection import lock_interviews


def record(session: Session, project_id: int, item: Item, asked: Asked) -> Decision:
    """The decision written down, or the one that says the same already. Conflict: roll back."""
    # From here on nobody else can decide on the interview: whoever came in between shows up now.
    lock_interviews(session, [item.known.interview_id])
    known = history_of(session, project_id, item.identity)
    same = _said_already(known, asked)
    if same:
        return same
    check_seen(in_force(known), asked, item)
    return decide(session, project_id, item.phrase, asked.choice)


def in_force(decisions: Iterable[Decision]) -> Decision | None:
    """Of one phrase's decisions, oldest first, the newest that is neither undone nor an undo, or None."""
    known = list(decisions)
    undone = {decision.choice.undoes for decision in known}
    standing = [d for d in known if d.choice.action != UNDO and d.id not in undone]
    return standing[-1] if standing else None


def _said_already(known: Iterable[Decision], asked: Asked) -> Decision | None:
    """The same form sent twice, or an undo that this person made already, is no second decision."""
    if asked.choice.action == UNDO:
        return next((d for d in known if _same_undo(d.choice, asked.choice)), None)
    standing = in_force(known)
    return standing if standing and standing.choice == asked.choice else None


def _same_undo(made: Choice, wanted: Choice) -> bool:
    return (made.action, made.undoes, made.person) == (wanted.action, wanted.undoes, wanted.person)


def check_seen(standing: Decision | None, asked: Asked, item: Item) -> None:
    """Conflict where another decision is in force on the phrase than the person saw."""
    if (standing.id if standing else None) != asked.seen:
        raise Conflict(asked.choice, standing, item.phrase.interview, item.anchor)
