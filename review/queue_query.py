"""What the queue's address asks for, and what its forms send."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import BaseModel, BeforeValidator, Field

from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES, PROXY_KINDS
from review.addresses import ORDERS, USUAL_ORDER
from review.errors import Refused
from review.forms import DecisionForm
from review.language import N_, _
from review.material import LONGEST_NUMBER
from store.decisions import COMPETENCE
from store.review_items import ANY_PROXY, DECIDED, OPEN, Filter, Span

UNDECIDED, SETTLED, ALL = "uavgjort", "avgjort", "alle"
VIEWS = {UNDECIDED: N_("Uavgjort"), SETTLED: N_("Avgjort"), ALL: N_("Alle")}
STATES: dict[str, tuple[str, ...]] = {UNDECIDED: (OPEN,), SETTLED: DECIDED, ALL: ()}
EVERY_PROXY = "alle"
PROXIES = (EVERY_PROXY, *PROXY_KINDS)
USUAL_THRESHOLD = 95  # percent, for accepting many at once
MARK = re.compile(r"u(\d{1,10})-(\d{1,10})-(\d{1,10})-(\d{1,10})", re.ASCII)
NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
SKIP, PAGING = "hopp", "bla"
BATCH = r"^[0-9a-f]{0,32}$"
TARGETS = {"flytt": "plass", "kategori": "kategori"}  # the field that says where to

# A form sends an empty field for a number that nobody wrote.
Percent = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0, le=100)]
Most = Annotated[int, BeforeValidator(lambda value: value or 100), Field(ge=0, le=100)]


class QueueQuery(BaseModel):
    """Which phrases, in which order, and which of them is to be shown first: `utsagn`, as its anchor."""

    intervju: str = ""
    rolle: str = ""
    kjede: str = ""
    plass: str = ""
    kategori: str = ""
    fra: Percent = 0
    til: Most = 100
    erstatning: str = ""
    usikre: str = ""
    trukket: str = ""
    hvem: str = ""
    vis: str = UNDECIDED
    rekkefolge: str = USUAL_ORDER
    utsagn: str = ""

    @property
    def order(self) -> str:
        """One of `ORDERS`."""
        return self.rekkefolge if self.rekkefolge in ORDERS else USUAL_ORDER

    @property
    def span(self) -> Span | None:
        """The phrase that is to be shown first, or None."""
        return span_of(self.utsagn)

    def narrowed(self) -> dict[str, Any]:
        """What narrows the selection, by the names of the fields."""
        names = NARROWING - ({"hvem"} if self.vis == UNDECIDED else set())
        return {
            name: value for name, value in self.model_dump(exclude_defaults=True).items() if name in names and value
        }

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The address's query for this selection, without the phrase, and with these changes."""
        given = self.model_dump(exclude_defaults=True, include=NARROWING | {"vis", "rekkefolge"})
        return given | changes


NARROWING = set(QueueQuery.model_fields) - {"vis", "rekkefolge", "utsagn"}


class BulkQuery(QueueQuery):
    """A selection to accept at once: at least `fra` for the category, and `plassfra` for a competence's position."""

    fra: Percent = USUAL_THRESHOLD
    plassfra: Percent = 0
    trygge: str = ""
    gruppe: str = Field("", pattern=BATCH)
    latt: int = Field(0, ge=0, le=10**6)
    angret: int = Field(0, ge=0, le=10**6)

    def asked(self, **changes: Any) -> dict[str, Any]:
        own = self.model_dump(exclude_defaults=True, include={"plassfra", "trygge"})
        return super().asked(**(own | changes))


class QueueForm(DecisionForm):
    """A decision's form, or an undo's, or a skip's. `neste` is the phrase that the page shows by now, as its anchor.

    `handling` may name its target too, `flytt people`, so that each target can be a button.
    """

    neste: str = ""


class BulkForm(BaseModel):
    """What is to be accepted at once: what was shown, by ids, and by which coding at the latest; without these.

    `handling` may also be `bla 2`: to show that page of it.
    """

    handling: str
    utvalg: str = ""
    koding: int = Field(0, ge=0, le=10**15)
    uten: list[int] = []
    gruppe: str = Field("", pattern=BATCH)

    @property
    def page(self) -> int:
        """The page to be shown, 0 where something else is to be done."""
        handling, _space, number = self.handling.partition(" ")
        return int(number) if handling == PAGING and NUMBER.fullmatch(number) else 0


AskedQueue = Annotated[QueueQuery, Query()]
AskedBulk = Annotated[BulkQuery, Query()]
SentQueue = Annotated[QueueForm, Form()]
SentBulk = Annotated[BulkForm, Form()]


def filter_from(asked: QueueQuery) -> Filter:
    """The phrases asked for, in the view asked for. Refused where there is no such position, category or view."""
    _known(_("plassen finnes ikke i balansemodellen"), asked.plass, POSITIONS)
    _known(_("kategorien finnes ikke"), asked.kategori, CATEGORIES)
    _known(_("slaget erstatningsord finnes ikke"), asked.erstatning, PROXIES)
    _known(_("visningen finnes ikke"), asked.vis, tuple(VIEWS))
    for text in (asked.intervju, asked.rolle, asked.kjede, asked.hvem):
        if "\x00" in text:  # PostgreSQL takes none
            raise Refused(_("filteret har tegn som ikke kan brukes"), "NUL", _("Velg i listene på siden."))
    return Filter(
        interview=asked.intervju,
        role=asked.rolle,
        chain=asked.kjede,
        category=asked.kategori,
        position=asked.plass,
        states=STATES[asked.vis],
        proxy=ANY_PROXY if asked.erstatning == EVERY_PROXY else asked.erstatning,
        unsure=True if asked.usikre else None,
        drawn=True if asked.trukket else None,
        person="" if asked.vis == UNDECIDED else asked.hvem,
        least=asked.fra / 100,
        most=asked.til / 100,
    )


def bulk_filter(asked: BulkQuery) -> Filter:
    """The undecided suggestions asked for. Without the random tenth: unseen, they would measure nothing."""
    return replace(
        filter_from(asked),
        states=(OPEN,),
        person="",
        drawn=False,
        safe=True if asked.trygge else None,
        position_least=asked.plassfra / 100,
    )


def bulk_of(asked: QueueQuery) -> dict[str, Any]:
    """The query for accepting many of a selection at once."""
    return asked.asked(vis="", rekkefolge="", hvem="", trukket="", fra=asked.fra if asked.fra else "")


def plain(form: QueueForm) -> QueueForm:
    """The form with the target of `handling` in a field of its own."""
    handling, _space, target = form.handling.partition(" ")
    if handling not in TARGETS or not target:
        return form
    return form.model_copy(update={"handling": handling, TARGETS[handling]: target})


def confirmed(form: QueueForm) -> QueueForm:
    """Who chooses what the page shows as holding already approves it."""
    chosen = {"flytt": f"{COMPETENCE} {form.plass}", "kategori": form.kategori}.get(form.handling)
    return form.model_copy(update={"handling": "godkjenn"}) if chosen == form.vist else form


def span_of(mark: str) -> Span | None:
    """The phrase that an anchor names, or None."""
    found = MARK.fullmatch(mark)
    numbers = [int(number) for number in found.groups()] if found else []
    return Span(*numbers) if numbers and max(numbers) < LONGEST_NUMBER else None


def _known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value and value not in known:
        raise Refused(what, value, _("Velg i listene på siden."))
