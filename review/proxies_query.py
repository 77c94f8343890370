"""What the proxies' address asks for, and what their forms send."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Form, Query
from pydantic import BaseModel, Field

from pipeline.records import PROXY_KINDS, Identity
from review.errors import Refused
from review.language import N_, _
from store.proxies import COMPETENCE, KIND, UNJUDGED, ProxyFilter
from store.proxy_verdicts import NOT_PROXY, PROXY

NOTHING = "-"  # in an address: what the model has no competence for
OPEN, STANDS, IS_NONE, ALL = "uvurdert", "staar", "nei", "alle"
VIEWS = {OPEN: N_("Ikke vurdert"), STANDS: N_("Står for noe"), IS_NONE: N_("Ikke erstatningsord"), ALL: N_("Alle")}
VERDICTS = {OPEN: UNJUDGED, STANDS: PROXY, IS_NONE: NOT_PROXY, ALL: ""}
GROUPINGS = {"kompetanse": COMPETENCE, "slag": KIND}
AGREE, OTHER, NO, UNDO = "ja", "annen", "nei", "angre"
LONGEST_WORDING = 200  # characters


class ProxiesQuery(BaseModel):
    """Which of them, grouped by what, and where the page begins: after or before the phrase of this id."""

    slag: str = ""
    kompetanse: str = ""
    rolle: str = ""
    kjede: str = ""
    intervju: str = ""
    vis: str = OPEN
    gruppe: str = "kompetanse"
    etter: int = Field(0, ge=0, lt=2**31)
    foer: int = Field(0, ge=0, lt=2**31)

    @property
    def by(self) -> str:
        """One of the store's `GROUPINGS`."""
        return GROUPINGS.get(self.gruppe, COMPETENCE)

    def narrowed(self) -> dict[str, str]:
        """What narrows the selection, by the names of the fields."""
        return {name: value for name in NARROWING if (value := getattr(self, name))}

    def asked(self, **changes: Any) -> dict[str, Any]:
        """The address's query for this selection, from its beginning, with these changes."""
        views = {} if self.vis == OPEN else {"vis": self.vis}
        groups = {"gruppe": self.gruppe} if self.by == KIND else {}
        return self.narrowed() | views | groups | changes


NARROWING = ("slag", "kompetanse", "rolle", "kjede", "intervju")


class QuestionsQuery(BaseModel):
    """Whose questions: for a role, or all; with those of proxies that nobody has a verdict on, or without."""

    rolle: str = ""
    uvurderte: str = ""


class ProxyForm(BaseModel):
    """A verdict, or an undo. `sett` is the verdict that was seen to hold, or empty; `kompetanse` what it stands for."""

    intervju: str
    replikk: int
    fra: int
    til: int
    ordlyd: str
    handling: str
    sett: str = ""
    forslag: str = ""
    kompetanse: str = ""
    notat: str = ""

    @property
    def identity(self) -> Identity:
        return Identity(self.intervju, self.replikk, self.fra, self.til)


AskedProxies = Annotated[ProxiesQuery, Query()]
AskedQuestions = Annotated[QuestionsQuery, Query()]
SentProxy = Annotated[ProxyForm, Form()]


def filter_from(asked: ProxiesQuery) -> ProxyFilter:
    """The selection asked for, in its view. Refused where there is no such kind or view."""
    after = _("Velg i listene på siden.")
    if asked.slag and asked.slag not in PROXY_KINDS:
        raise Refused(_("slaget erstatningsord finnes ikke"), asked.slag, after)
    if asked.vis not in VIEWS:
        raise Refused(_("visningen finnes ikke"), asked.vis, after)
    _check_text(*asked.narrowed().values())
    stands_for = {"": None, NOTHING: ""}.get(asked.kompetanse, asked.kompetanse)
    return ProxyFilter(asked.slag, stands_for, asked.rolle, asked.kjede, asked.intervju, VERDICTS[asked.vis])


def questions_filter(asked: QuestionsQuery, verdict: str) -> ProxyFilter:
    """The proxies with this verdict whose questions are asked for."""
    _check_text(asked.rolle)
    return ProxyFilter(role=asked.rolle, verdict=verdict)


def _check_text(*texts: str) -> None:
    if any("\x00" in text for text in texts):  # PostgreSQL takes none
        raise Refused(_("filteret har tegn som ikke kan brukes"), "NUL", _("Velg i listene på siden."))
