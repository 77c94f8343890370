"""Writes a person's choice down, unless somebody else decided since the page was shown."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from review.errors import Conflict
from review.forms import Asked
from review.material import Item
from store.decisions import UNDO, Choice, Decision, decide, history


def record(session: Session, project_id: int, item: Item, asked: Asked) -> Decision:
    """The decision written down, or the one that says the same already. Conflict: roll back."""
    known = _on(item, history(session, project_id))
    same = _said_already(known, asked)
    if same:
        return same
    _check_seen(in_force(known), asked, item)
    written = decide(session, project_id, item.phrase, asked.choice)
    # From the write on this transaction has SQLite's only write lock: whoever came in between shows up now.
    others = [decision for decision in _on(item, history(session, project_id)) if decision.id != written.id]
    _check_seen(in_force(others), asked, item)
    return written


def in_force(decisions: Iterable[Decision]) -> Decision | None:
    """Of one phrase's decisions, oldest first, the newest that is neither undone nor an undo, or None."""
    known = list(decisions)
    undone = {decision.choice.undoes for decision in known}
    standing = [d for d in known if d.choice.action != UNDO and d.id not in undone]
    return standing[-1] if standing else None


def _on(item: Item, decisions: Iterable[Decision]) -> list[Decision]:
    return [decision for decision in decisions if decision.identity == item.identity]


def _said_already(known: list[Decision], asked: Asked) -> Decision | None:
    """The same form sent twice, or an undo that this person made already, is no second decision."""
    if asked.choice.action == UNDO:
        return next((d for d in known if _same_undo(d.choice, asked.choice)), None)
    standing = in_force(known)
    return standing if standing and standing.choice == asked.choice else None


def _same_undo(made: Choice, wanted: Choice) -> bool:
    return (made.action, made.undoes, made.person) == (wanted.action, wanted.undoes, wanted.person)


def _check_seen(standing: Decision | None, asked: Asked, item: Item) -> None:
    if (standing.id if standing else None) != asked.seen:
        raise Conflict(asked.choice, standing, item.interview.name, item.anchor)
