"""What a person may choose for a phrase: the actions, and which choices make sense by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.balance import POSITIONS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES

APPROVE, MOVE, RELABEL, REJECT, UNDO = ACTIONS = ("approve", "move", "relabel", "reject", "undo")
COMPETENCE = CATEGORIES[0]


@dataclass(frozen=True)
class Choice:
    """What a person chose: category and positions from now on. `undoes` is the id of a decision."""

    action: str
    person: str
    category: str = ""
    positions: tuple[str, ...] = ()
    note: str = ""
    undoes: int | None = None


def check_decision(choice: Choice) -> None:
    """InputError, saying what to choose instead, where the choice makes no sense by itself."""
    if choice.action not in ACTIONS:
        raise InputError("ukjent handling", repr(choice.action), f"Velg en av {', '.join(ACTIONS)}.")
    check_person(choice.person)
    if choice.action == UNDO and choice.undoes is None:
        raise InputError("angringen viser ikke til noen avgjørelse", choice.action, "Velg hva som angres.")
    if choice.action != UNDO and choice.undoes is not None:
        raise InputError("bare en angring kan vise til en avgjørelse", choice.action, f"Bruk {UNDO}.")
    if not choice.category and choice.action in (APPROVE, MOVE, RELABEL):
        raise InputError("avgjørelsen mangler kategori", choice.action, _one_of(CATEGORIES))
    check_target(choice.category, choice.positions)
    if choice.action == MOVE and not choice.positions:
        raise InputError("flyttingen mangler plass", choice.action, _one_of(POSITIONS))


def can_decide(choice: Choice) -> bool:
    """Whether `check_decision` accepts the choice."""
    try:
        check_decision(choice)
    except InputError:
        return False
    return True


def check_person(person: str) -> None:
    """InputError where nobody is named: whatever is decided, somebody decided it."""
    if not person.strip():
        raise InputError("avgjørelsen mangler navn", repr(person), "Oppgi hvem som avgjør.")


def check_target(category: str, positions: tuple[str, ...]) -> None:
    """InputError where there is no such category or position, or the two do not go together; both may be empty."""
    if category and category not in CATEGORIES:
        raise InputError("ukjent kategori", repr(category), _one_of(CATEGORIES))
    for position in positions:
        if position not in POSITIONS:
            raise InputError("ukjent plass i balansemodellen", repr(position), _one_of(POSITIONS))
    if positions and category != COMPETENCE:
        raise InputError("bare kompetanser har plass i modellen", repr(category), "Fjern plassene.")


def _one_of(known: tuple[str, ...]) -> str:
    return f"Velg en av {', '.join(known)}."
