"""What the history's address asks for: whose acts, on what, of which kind, from where on."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import BaseModel, Field

from review.errors import Refused
from review.interview_forms import read_mark
from review.language import N_, _
from store.history import (
    BATCH,
    BEGINNING,
    CANDIDATE,
    CHOICE,
    CLOSING,
    CODING,
    CORRECTION,
    DECISION,
    DETAILS,
    KINDS,
    PROXY,
    ROUND,
    SPEAKERS,
    Place,
    Wanted,
)

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "avgjorelser": (N_("Avgjørelser"), (DECISION, BATCH)),
    "kandidater": (N_("Kandidater og valg"), (CANDIDATE, CHOICE)),
    "erstatningsord": (N_("Erstatningsord"), (PROXY,)),
    "utskrift": (N_("Utskrift"), (CORRECTION, SPEAKERS)),
    "opplysninger": (N_("Opplysninger om intervjuer"), (DETAILS,)),
    "dobbeltkoding": (N_("Dobbeltkoding"), (ROUND, CLOSING, CODING)),
}
PLACE = re.compile(r"\d{1,15}|-1", re.ASCII)  # -1 before the newest


class HistoryQuery(BaseModel):
    """Whose acts, of which interview or of its phrase `utsagn`, of which group of kinds or of the batch `gruppe`.

    `fra` is where the page begins; `gjort` says that something was undone just now.
    """

    hvem: str = ""
    intervju: str = ""
    utsagn: str = ""
    slag: str = ""
    gruppe: str = Field("", max_length=64)
    fra: str = Field("", max_length=200)
    gjort: str = ""

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The address's query for the same acts from the newest on, with these changes."""
        return self.model_dump(include={"hvem", "intervju", "utsagn", "slag", "gruppe"}) | changes


class UndoForm(BaseModel):
    """What is to be undone, `decision:12` or the batch `batch:NAME`, and where to go on."""

    hva: str = Field(max_length=100)
    tilbake: str = "/"


AskedHistory = Annotated[HistoryQuery, Query()]
SentUndo = Annotated[UndoForm, Form()]


def wanted_from(asked: HistoryQuery, unfolded: bool = False) -> Wanted:
    """The acts asked for. Refused: there is no such kind or phrase, or nobody can be called so."""
    for text in (asked.hvem, asked.intervju, asked.gruppe):
        if "\x00" in text:  # PostgreSQL takes none
            raise Refused(_("filteret har tegn som ikke kan brukes"), "NUL", _("Velg i listene på siden."))
    if asked.slag and asked.slag not in GROUPS:
        raise Refused(_("det finnes ingen slike handlinger"), asked.slag, _("Velg i listene på siden."))
    phrase = read_mark(asked.intervju, asked.utsagn) if asked.utsagn else None
    if asked.utsagn and (phrase is None or not asked.intervju):
        raise Refused(_("utsagnet finnes ikke"), asked.utsagn, _("Åpne det fra en liste."))
    kinds = GROUPS[asked.slag][1] if asked.slag else KINDS
    return Wanted(asked.hvem, asked.intervju, phrase, asked.gruppe, kinds, unfolded)


def read_place(fra: str) -> Place:
    """Where the page begins, as `write_place` has it. Refused for anything else."""
    if not fra:
        return BEGINNING
    parts = fra.split("_")
    if len(parts) != len(KINDS) or not all(map(PLACE.fullmatch, parts)):
        raise Refused(_("siden finnes ikke"), fra, _("Begynn med det nyeste."))
    return tuple(map(int, parts))


def write_place(place: Place | None) -> str:
    """The place as the address has it; empty for none."""
    return "_".join(map(str, place)) if place else ""
