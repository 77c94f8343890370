"""What the interview's page asks for and sends: a phrase, a choice, a span that somebody marked, a word to correct."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Form, Query
from pydantic import BaseModel

from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES, Identity
from review.errors import Refused
from review.forms import DecisionForm, read_note
from review.language import _
from review.spans import Span
from store.decisions import COMPETENCE, RELABEL, Choice

PLACE, CATEGORY = "flytt", "kategori"
MARK = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})", re.ASCII)


class InterviewQuery(BaseModel):
    """`utsagn`: the phrase to open, by its mark; `vis`: which phrases are marked; `frisk`: its turn anew as well."""

    utsagn: str = ""
    vis: str = ""
    frisk: bool = False


class NewForm(BaseModel):
    """A phrase that was missed: its span, the words the person saw there, and what it is, `flytt:people`."""

    versjon: int
    replikk: int
    fra: int
    til: int
    ord: str
    valg: str
    notat: str = ""

    @property
    def span(self) -> Span:
        return Span(self.versjon, self.replikk, self.fra, self.til, self.ord)


class BordersForm(BaseModel):
    """The phrase as it was, with the decision in force, or empty, and from where to where it is to go."""

    versjon: int
    utsagn: str
    sett: str = ""
    fra: int
    til: int
    ord: str
    notat: str = ""


class WordForm(BaseModel):
    """Other words at a span; `utsagn` is the phrase that is open beside, by its mark."""

    versjon: int
    replikk: int
    fra: int
    til: int
    ny: str = ""
    notat: str = ""
    utsagn: str = ""


class SpeakersForm(BaseModel):
    """What the two speakers are called from now on; empty for what they are. `sett` is the last change seen."""

    intervjuer: str = ""
    informant: str = ""
    sett: int = 0


AskedInterview = Annotated[InterviewQuery, Query()]
SentNew = Annotated[NewForm, Form()]
SentBorders = Annotated[BordersForm, Form()]
SentWord = Annotated[WordForm, Form()]
SentSpeakers = Annotated[SpeakersForm, Form()]


def unfold(form: DecisionForm) -> DecisionForm:
    """The same form where one button says all: `flytt:people` is `flytt` with `plass`."""
    action, _colon, value = form.handling.partition(":")
    named = {PLACE: "plass", CATEGORY: "kategori"}.get(action, "")
    return form.model_copy(update={"handling": action} | ({named: value} if named and value else {}))


def read_choice(valg: str, notat: str, person: str) -> Choice:
    """What a phrase is, as a button says it: `flytt:people`, `kategori:trait`. Refused for anything else."""
    kind, _colon, value = valg.partition(":")
    note = read_note(notat)
    if kind == PLACE and value in POSITIONS:
        return Choice(RELABEL, person, COMPETENCE, (value,), note)
    if kind == CATEGORY and value in CATEGORIES[1:-1]:
        return Choice(RELABEL, person, value, (), note)
    raise Refused(_("valget finnes ikke"), valg, _("Bruk knappene på siden."))


def read_mark(interview: str, mark: str) -> Identity | None:
    """The phrase of the interview with this mark; None for what is no mark."""
    found = MARK.fullmatch(mark)
    return Identity(interview, *map(int, found.groups())) if found else None
