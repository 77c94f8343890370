"""Who may do what: paired `check_x` (raises) and `can_x` (answers), the only place where it is decided.

There are no accounts yet: whoever sits at this machine may read, and whoever says their name may decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from review.errors import Nameless, NoAccess, Refused
from review.language import _

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


def check_correct(visitor: Visitor) -> None:
    """Nameless where the visitor, who would correct a transcript, has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_correct(visitor: Visitor) -> bool:
    """Whether `check_correct` lets the visitor through."""
    try:
        check_correct(visitor)
    except Nameless:
        return False
    return True


def check_add(visitor: Visitor) -> None:
    """Nameless where the visitor, who would add interviews or change their details, has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_add(visitor: Visitor) -> bool:
    """Whether `check_add` lets the visitor through."""
    try:
        check_add(visitor)
    except Nameless:
        return False
    return True


def check_start(visitor: Visitor) -> None:
    """Nameless where the visitor, who would make a project or start a run, has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_start(visitor: Visitor) -> bool:
    """Whether `check_start` lets the visitor through."""
    try:
        check_start(visitor)
    except Nameless:
        return False
    return True


def check_code(visitor: Visitor, people: tuple[str, str]) -> None:
    """NoAccess where the visitor is neither of the two whom a round of second coding is assigned to."""
    if not visitor.person:
        raise Nameless
    if visitor.person not in people:
        both = _("%(one)s og %(other)s", one=people[0], other=people[1])
        raise NoAccess(_("runden er tildelt andre"), both, _("Er du en av dem, så si hvem du er øverst på siden."))


def can_code(visitor: Visitor, people: tuple[str, str]) -> bool:
    """Whether `check_code` lets the visitor through."""
    try:
        check_code(visitor, people)
    except NoAccess:
        return False
    return True


def check_compare(visitor: Visitor, people: tuple[str, str], coding: bool) -> None:
    """NoAccess for the two while they are `coding`: who knows how far they agree no longer codes blind."""
    if coding and visitor.person in people:
        raise NoAccess(_("du koder selv i runden"), visitor.person, _("Tallene kommer når dere begge er ferdige."))


def can_compare(visitor: Visitor, people: tuple[str, str], coding: bool) -> bool:
    """Whether `check_compare` lets the visitor see how far the two agree."""
    try:
        check_compare(visitor, people, coding)
    except NoAccess:
        return False
    return True


def check_judge(visitor: Visitor) -> None:
    """Nameless where the visitor, who would say what a proxy stands for, has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_judge(visitor: Visitor) -> bool:
    """Whether `check_judge` lets the visitor through."""
    try:
        check_judge(visitor)
    except Nameless:
        return False
    return True


def check_take_out(visitor: Visitor) -> None:
    """Nameless where the visitor, who would take out all that was said, has not said who they are."""
    if not visitor.person:
        raise Nameless


def can_take_out(visitor: Visitor) -> bool:
    """Whether `check_take_out` lets the visitor through."""
    try:
        check_take_out(visitor)
    except Nameless:
        return False
    return True


def check_name(name: str) -> None:
    """Refused where the name cannot stand under a decision."""
    if not name:
        raise Refused(_("navnet mangler"), _("Hvem er du?"), _("Skriv navnet ditt."))
    if len(name) > LONGEST_NAME:
        which = _("%(count)s tegn", count=len(name))
        raise Refused(_("navnet er for langt"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_NAME))
    if not name.isprintable():
        raise Refused(_("navnet har tegn som ikke kan vises"), _("Hvem er du?"), _("Skriv navnet med vanlige tegn."))


def can_name(name: str) -> bool:
    """Whether `check_name` accepts the name."""
    try:
        check_name(name)
    except Refused:
        return False
    return True
