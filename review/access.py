"""Who may do what: paired `check_x` (raises) and `can_x` (answers), the only place where it is decided.

There are no accounts yet: whoever sits at this machine may read, and whoever says their name may decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from review.errors import Nameless, Refused

LONGEST_NAME = 80  # characters


@dataclass(frozen=True)
class Visitor:
    """Who is at the page: `person` as they named themselves, empty where they have not."""

    person: str = ""


def check_decide(visitor: Visitor) -> None:
    """Nameless where the visitor has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_decide(visitor: Visitor) -> bool:
    """Whether `check_decide` lets the visitor through; pages show the buttons only then."""
    try:
        check_decide(visitor)
    except Nameless:
        return False
    return True


def check_name(name: str) -> None:
    """Refused where the name cannot stand under a decision."""
    if not name:
        raise Refused("navnet mangler", "Hvem er du?", "Skriv navnet ditt.")
    if len(name) > LONGEST_NAME:
        raise Refused("navnet er for langt", f"{len(name)} tegn", f"Bruk høyst {LONGEST_NAME} tegn.")
    if not name.isprintable():
        raise Refused("navnet har tegn som ikke kan vises", "Hvem er du?", "Skriv navnet med vanlige tegn.")


def can_name(name: str) -> bool:
    """Whether `check_name` accepts the name."""
    try:
        check_name(name)
    except Refused:
        return False
    return True
