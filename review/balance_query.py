"""What the balance model's address asks for, and what its forms send."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import BaseModel, Field

from pipeline.balance import POSITIONS
from review.addresses import CERTAIN, TEACHING
from review.errors import Refused
from review.forms import Asked, DecisionForm, read_asked
from review.language import N_, _
from review.material import Item
from store.decisions import COMPETENCE, MOVE
from store.review_items import DECIDED, OPEN, REJECTED, Filter, ReviewItem

PHRASES, COMPETENCES = "utsagn", "nokkel"
LEVELS = {PHRASES: N_("Utsagn"), COMPETENCES: N_("Nøkkelkompetanser")}
ALL, SETTLED = "alle", "avgjort"
VIEWS = {ALL: N_("Alle"), SETTLED: N_("Bare avgjorte")}
CHOSEN_VIEWS = {ALL: N_("Alle kandidater"), SETTLED: N_("Bare valgte")}  # of the key competences
SETTLED_STATES = tuple(state for state in DECIDED if state != REJECTED)
STATES = {ALL: (OPEN, *SETTLED_STATES), SETTLED: SETTLED_STATES}
ORDERS = {CERTAIN: N_("Sikrest først"), TEACHING: N_("Mest usikre først")}
ROLE, CHAIN, INTERVIEW = NARROWING = ("rolle", "kjede", "intervju")


class BalanceQuery(BaseModel):
    """Whose competences are shown, and how; `mot` is what they are compared with, `rolle:butikksjef`.

    `plass` is the position whose cards begin after the phrase of the id `etter`.
    """

    rolle: str = ""
    kjede: str = ""
    intervju: str = ""
    vis: str = ALL
    niva: str = PHRASES
    rekkefolge: str = CERTAIN
    mot: str = ""
    plass: str = ""
    etter: int = Field(0, ge=0, lt=2**31)

    @property
    def order(self) -> str:
        """One of `ORDERS`."""
        return self.rekkefolge if self.rekkefolge in ORDERS else CERTAIN

    def narrowed(self) -> dict[str, str]:
        """What narrows the selection, by the names of the fields."""
        return {name: value for name in NARROWING if (value := getattr(self, name))}

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The address's query for this selection, every position from its beginning, with these changes."""
        return self.model_dump(exclude_defaults=True, exclude={"plass", "etter"}) | changes

    def other(self) -> BalanceQuery | None:
        """The selection that this one is compared with, or None."""
        field, _colon, value = self.mot.partition(":")
        return self.model_copy(update={field: value, "mot": ""}) if field in (ROLE, CHAIN) and value else None


class BalanceForm(DecisionForm):
    """A decision's form, or an undo's. `herfra` is the position that a phrase is moved away from.

    `handling` may name the target too, `flytt people`, so that each can be a button.
    """

    herfra: str = ""


AskedBalance = Annotated[BalanceQuery, Query()]
SentBalance = Annotated[BalanceForm, Form()]


def filter_from(asked: BalanceQuery) -> Filter:
    """The placed phrases asked for. Refused where there is no such view, level or position."""
    after = _("Velg i listene på siden.")
    if asked.vis not in VIEWS:
        raise Refused(_("visningen finnes ikke"), asked.vis, after)
    if asked.niva not in LEVELS:
        raise Refused(_("visningen finnes ikke"), asked.niva, after)
    if asked.plass and asked.plass not in POSITIONS:
        raise Refused(_("plassen finnes ikke i balansemodellen"), asked.plass, after)
    if asked.mot and asked.other() is None:
        raise Refused(_("det kan ikke sammenlignes med dette"), asked.mot, after)
    if any("\x00" in text for text in (*asked.narrowed().values(), asked.mot)):  # PostgreSQL takes none
        raise Refused(_("filteret har tegn som ikke kan brukes"), "NUL", after)
    return Filter(role=asked.rolle, chain=asked.kjede, interview=asked.intervju, states=STATES[asked.vis])


def read_moved(form: BalanceForm, person: str, item: Item) -> Asked:
    """The choice in the form. Where a phrase holds several positions, a move changes the one that it was taken from.

    Who puts it where it lies already approves it.
    """
    form = _plain(form)
    shown = form.vist.split()[1:]
    if form.handling == "flytt" and form.plass in shown and form.herfra in ("", form.plass):
        form = form.model_copy(update={"handling": "godkjenn"})
    asked = read_asked(form, person, item)
    if asked.choice.action != MOVE or item.category != COMPETENCE:
        return asked
    (target,) = asked.choice.positions
    kept = (target if name == form.herfra else name for name in item.positions)
    positions = tuple(dict.fromkeys(kept)) if form.herfra in item.positions else (target,)
    return replace(asked, choice=replace(asked.choice, positions=positions))


def fits(wanted: Filter, item: ReviewItem) -> bool:
    """Whether a phrase is one of the placed ones asked for."""
    narrowed = ((wanted.role, item.role), (wanted.chain, item.chain), (wanted.interview, item.phrase.interview))
    return bool(item.positions) and item.state in wanted.states and all(one in ("", held) for one, held in narrowed)


def _plain(form: BalanceForm) -> BalanceForm:
    """The form with the target of `handling` in its own field."""
    handling, _space, target = form.handling.partition(" ")
    return form.model_copy(update={"handling": handling, "plass": target}) if target else form
