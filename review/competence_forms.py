"""What the key competences' pages ask for and send: candidates as they were shown, phrases, names and texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query
from pydantic import BaseModel, Field

from pipeline.edits import read_identity
from pipeline.errors import InputError
from pipeline.records import Identity
from review.errors import Refused
from review.language import N_, _

COVERAGE, WEIGHT, POSITION = "dekning", "vekt", "plass"
ORDERS = {COVERAGE: N_("Dekning"), WEIGHT: N_("Vekt"), POSITION: N_("Plass")}
SHOWN = 60  # phrases of a candidate on a page
FARTHEST = 10**6
COMPARED = 3
LONGEST_TITLE, LONGEST_TEXT = 120, 4000  # characters
YES, NO = "ja", "nei"


class BoardQuery(BaseModel):
    """The order of the cards."""

    rekkefolge: str = ""

    @property
    def order(self) -> str:
        """One of `ORDERS`."""
        return order_in(self.rekkefolge)


class CompareQuery(BaseModel):
    """The candidates to show beside one another, as ids or as forms send them, and how many phrases to skip."""

    kandidat: list[str] = []
    fra: int = Field(0, ge=0, le=FARTHEST)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(id_in, self.kandidat)))[:COMPARED]


class EditForm(BaseModel):
    """An edit. `kandidat` and `til` are candidates as they were shown; `vis` are those that the page compares."""

    kandidat: list[str] = []
    navn: str = ""
    forslag: str = ""
    utsagn: list[str] = []
    til: str = ""
    nummer: int = Field(0, ge=0, le=2**31 - 1)
    vis: list[str] = []
    fra: int = Field(0, ge=0, le=FARTHEST)
    rekkefolge: str = ""

    @property
    def name(self) -> str:
        """The name that was picked by its button, else what was written, tidied. Refused: it cannot be a name."""
        return _title(self.forslag or self.navn)

    @property
    def compared(self) -> tuple[str, ...]:
        """The ids of the candidates that the page compares; none where it is the page of all."""
        return tuple(dict.fromkeys(map(id_in, self.vis)))[:COMPARED]

    @property
    def phrases(self) -> tuple[Identity, ...]:
        return tuple(map(_identity, self.utsagn))


class ChoiceForm(BaseModel):
    """Whether a candidate is chosen, or why and what it is; `sett` is the choice that the page showed, or 0."""

    kandidat: str
    valgt: str = ""
    sett: int = Field(0, ge=0)
    hvorfor: str | None = None
    hva: str | None = None
    rekkefolge: str = ""

    @property
    def texts(self) -> tuple[str | None, str | None]:
        """Why and what; None for what the form does not have."""
        return _text(self.hvorfor), _text(self.hva)


AskedBoard = Annotated[BoardQuery, Query()]
AskedCompare = Annotated[CompareQuery, Query()]
SentEdit = Annotated[EditForm, Form()]
SentChoice = Annotated[ChoiceForm, Form()]


@dataclass(frozen=True)
class Pick:
    """A candidate as a page showed it."""

    id: str
    version: str

    @property
    def value(self) -> str:
        """What forms send; a candidate's version has no colon."""
        return f"{self.version}:{self.id}"


def order_in(value: str) -> str:
    """One of `ORDERS`: the usual one where the value is none."""
    return value if value in ORDERS else COVERAGE


def read_pick(value: str) -> Pick:
    """The candidate that a form names. Refused where it names none."""
    version, colon, id = value.partition(":")
    if not colon or not id:
        raise Refused(_("du har ikke valgt noen kandidat"), value, _("Gå tilbake og velg en."))
    return Pick(id, version)


def id_in(value: str) -> str:
    """The id, whether or not the version as it was shown stands before it."""
    version, colon, id = value.partition(":")
    return id if colon and len(version) == 12 else value


def _title(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_TITLE:
        which = _("%(count)s tegn", count=len(name))
        raise Refused(_("navnet er for langt"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_TITLE))
    if not name.isprintable():
        raise Refused(_("navnet har tegn som ikke kan vises"), "", _("Skriv navnet med vanlige tegn."))
    return name


def _text(text: str | None) -> str | None:
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST_TEXT:
        which = _("%(count)s tegn", count=len(text))
        raise Refused(_("teksten er for lang"), which, _("Bruk høyst %(count)s tegn.", count=LONGEST_TEXT))
    return text


def _identity(text: str) -> Identity:
    try:
        return read_identity(text)
    except InputError:
        raise Refused(_("utsagnet finnes ikke"), text, _("Last siden på nytt.")) from None
