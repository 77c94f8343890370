"""What a list's address asks for; what a form sends, in the store's own words: a phrase's identity and a choice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query
from pydantic import BaseModel, Field

from pipeline.balance import POSITIONS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES, Phrase
from review.addresses import ORDERS, USUAL_ORDER
from review.errors import Refused, Stale
from review.language import _
from review.material import Item
from store.decisions import (
    APPROVE,
    COMPETENCE,
    MOVE,
    REJECT,
    RELABEL,
    UNDO,
    Choice,
    Identity,
    check_decision,
)

LONGEST_NOTE = 2000  # characters
ACTIONS = {"godkjenn": APPROVE, "flytt": MOVE, "kategori": RELABEL, "forkast": REJECT, "angre": UNDO}


class ListQuery(BaseModel):
    """Which page of a list, in which order, and the decision just made there, or 0."""

    side: int = Field(1, ge=1, le=10**6)
    avgjort: int = Field(0, ge=0, le=10**15)
    rekkefolge: str = ""

    @property
    def order(self) -> str:
        """One of `ORDERS`: the usual one where the address names none that there is."""
        return self.rekkefolge if self.rekkefolge in ORDERS else USUAL_ORDER


class DecisionForm(BaseModel):
    """The fields as the browser sends them. `sett` is the decision that was in force there, or empty."""

    intervju: str
    replikk: int
    fra: int
    til: int
    ordlyd: str
    handling: str
    sett: str = ""
    vist: str = ""
    plass: str = ""
    kategori: str = ""
    notat: str = ""


AskedList = Annotated[ListQuery, Query()]
SentForm = Annotated[DecisionForm, Form()]


@dataclass(frozen=True)
class Asked:
    """What a person asks for: the choice, and the id of the decision they saw in force, or None."""

    choice: Choice
    seen: int | None


def identity_from(form: DecisionForm) -> Identity:
    """Which phrase the form is about."""
    return Identity(form.intervju, form.replikk, form.fra, form.til)


def seal(phrase: Phrase) -> str:
    """Twelve hexadecimal digits of the wording: a new transcription may say something else at the span."""
    return hashlib.sha256(phrase.text.encode()).hexdigest()[:12]


def shown_target(item: Item) -> str:
    """What the page shows and «Godkjenn» approves: the category, then the positions, with spaces between."""
    return " ".join((item.category, *item.positions))


def read_asked(form: DecisionForm, person: str, item: Item) -> Asked:
    """The choice in the form. Refused: it makes no sense. Stale: the page showed other words at this span."""
    if form.ordlyd != seal(item.phrase):
        what, after = _("utsagnet har fått ny ordlyd"), _("Gå tilbake til listen og les det på nytt.")
        raise Stale(what, item.phrase.interview, after)
    action, seen, note = _action(form), read_seen(form.sett), read_note(form.notat)
    category, positions = _target(form, action)
    if action == MOVE and item.category != COMPETENCE:
        action = RELABEL  # a proxy that gets a position becomes a competence
    undoes = seen if action == UNDO else None
    choice = Choice(action, person, category, positions, note, undoes)
    _check(choice)
    return Asked(choice, seen)


def _action(form: DecisionForm) -> str:
    if form.handling not in ACTIONS:
        raise Refused(_("ukjent handling"), form.handling, _("Bruk knappene på siden."))
    return ACTIONS[form.handling]


def read_seen(sent: str) -> int | None:
    """The decision that the page showed in force, or None. Refused for what is no number."""
    if not sent:
        return None
    if not (sent.isascii() and sent.isdigit()):
        raise Refused(_("skjemaet viser til en avgjørelse som ikke kan finnes"), sent, _("Last siden på nytt."))
    return int(sent[:18])


def read_note(sent: str) -> str:
    """The note as it is kept. Refused where it is too long."""
    note = sent.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(note) > LONGEST_NOTE:
        which = _("%(count)s tegn", count=len(note))
        raise Refused(_("notatet er for langt"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_NOTE))
    return note


def _target(form: DecisionForm, action: str) -> tuple[str, tuple[str, ...]]:
    """Category and positions from now on."""
    if action == MOVE:
        return COMPETENCE, (_one_of(POSITIONS, form.plass, _("Flytt til")),)
    if action == RELABEL:
        # A competence needs a position: that is what «Flytt til» is for.
        return _one_of(CATEGORIES[1:], form.kategori, _("Endre kategori")), ()
    if action == APPROVE:
        category, *positions = form.vist.split() or [""]
        return category, tuple(positions)
    return "", ()


def _one_of(known: tuple[str, ...], value: str, field: str) -> str:
    if not value:
        raise Refused(_("du har ikke valgt noe"), field, _("Gå tilbake, velg i listen og prøv igjen."))
    if value not in known:
        raise Refused(_("valget finnes ikke"), value, _("Gå tilbake og velg i listen «%(field)s».", field=field))
    return value


def _check(choice: Choice) -> None:
    try:
        check_decision(choice)
    except InputError as error:
        raise Refused(error.what, error.which, error.next) from error
