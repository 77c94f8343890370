"""What the pages of second coding ask for and send: a round to draw, what a phrase is, which disagreement is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES
from review.access import check_name
from review.errors import NotFound, Refused
from review.language import _
from review.material import LONGEST_NUMBER
from review.queue_query import QueueForm
from store.decisions import COMPETENCE
from store.second_coding import Assigned, CodingRound, Selection, count_drawable, rounds_of

PERCENT, PHRASES = UNITS = ("prosent", "utsagn")
Number = Annotated[int, Field(ge=0, lt=LONGEST_NUMBER)]


class RoundForm(BaseModel):
    """How much to draw, of what, for whom."""

    mengde: int = Field(ge=1, le=10**6)
    enhet: str = PERCENT
    forste: str = ""
    andre: str = ""
    rolle: str = ""
    kjede: str = ""
    intervju: str = ""


class CodeQuery(BaseModel):
    """The phrase to come back to, by its number, or the number after which the next one comes."""

    endre: Number = 0
    etter: Number = 0


class CodeForm(BaseModel):
    """What the phrase with this number is: `competence:people`, `trait`."""

    nr: Number
    valg: str


class RoundQuery(BaseModel):
    """Which page of the disagreements."""

    side: int = Field(1, ge=1, le=10**6)


class SettleQuery(BaseModel):
    """The disagreement to look at, by its number, or after which the next one comes, and what was settled last."""

    nr: Number = 0
    etter: Number = 0
    sist: Number = 0


class SettleForm(QueueForm):
    """A decision on the disagreement with this number."""

    nr: Number


AskedCode = Annotated[CodeQuery, Query()]
AskedRound = Annotated[RoundQuery, Query()]
AskedSettle = Annotated[SettleQuery, Query()]
SentRound = Annotated[RoundForm, Form()]
SentCode = Annotated[CodeForm, Form()]
SentSettle = Annotated[SettleForm, Form()]


@dataclass(frozen=True)
class Wanted:
    """A round to draw: a share of a selection, for two people."""

    share: float
    people: tuple[str, str]
    selection: Selection


def read_round(session: Session, project_id: int, form: RoundForm) -> Wanted:
    """What the form asks for. Refused: it names no two people, or there is nothing there to draw from."""
    first, second = (" ".join(name.split()) for name in (form.forste, form.andre))
    for name in (first, second):
        check_name(name)
    if first == second:
        raise Refused(_("det må være to ulike personer"), first, _("Oppgi to navn."))
    if form.enhet not in UNITS:
        raise Refused(_("valget finnes ikke"), form.enhet, _("Velg prosent eller utsagn."))
    selection = Selection(*(_plain(text) for text in (form.rolle, form.kjede, form.intervju)))
    total = count_drawable(session, project_id, selection)
    if not total:
        about = ", ".join(filter(None, (form.rolle, form.kjede, form.intervju))) or _("hele prosjektet")
        raise Refused(_("det er ingen utsagn å kode i utvalget"), about, _("Velg et annet utvalg."))
    if form.enhet == PERCENT and form.mengde > 100:
        raise Refused(_("det er mer enn alle utsagnene"), f"{form.mengde} %", _("Velg høyst 100 prosent."))
    share = form.mengde / (100 if form.enhet == PERCENT else total)
    return Wanted(min(1.0, share), (first, second), selection)


def read_coding(form: CodeForm, assigned: Assigned | None) -> tuple[str, tuple[str, ...]]:
    """Category and positions. NotFound: the round has no such phrase. Refused: it is none of what there is."""
    if assigned is None:
        raise NotFound(_("utsagnet er ikke tildelt deg"), str(form.nr), _("Gå tilbake til runden."))
    category, _colon, position = form.valg.partition(":")
    known = category in CATEGORIES and (not position or (category == COMPETENCE and position in POSITIONS))
    if not known:
        raise Refused(_("valget finnes ikke"), form.valg, _("Bruk knappene på siden."))
    return category, (position,) if position else ()


def find_round(session: Session, project_id: int, number: int) -> CodingRound:
    """The round of this number. NotFound where the project has none such."""
    found = next((one for one in rounds_of(session, project_id) if one.id == number), None)
    if found is None:
        raise NotFound(_("runden finnes ikke"), str(number), _("Velg en av rundene på prosjektets side."))
    return found


def _plain(text: str) -> str:
    if "\x00" in text:  # PostgreSQL takes none
        raise Refused(_("utvalget har tegn som ikke kan brukes"), "NUL", _("Velg i listene på siden."))
    return text
