"""The lists of a project, the orders they may stand in, and the address of every page, relative to the host."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from pipeline.balance import POSITIONS, norwegian
from pipeline.records import CATEGORIES
from review.errors import NotFound

POSITION, CATEGORY = "plass", "kategori"
TITLES = {
    "competence": "Kompetanser",
    "trait": "Egenskaper",
    "task": "Oppgaver",
    "education": "Utdanning",
    "none": "Ingen av delene",
}
TEACHING, CERTAIN = "laerer", "sikre"
ORDERS = {TEACHING: "Det en avgjørelse lærer mest av først", CERTAIN: "De sikreste først"}
USUAL_ORDER = TEACHING


@dataclass(frozen=True)
class Place:
    """One list of a project: all at a position of the balance model, or all of a category."""

    kind: str
    name: str

    @property
    def title(self) -> str:
        return norwegian(self.name) if self.kind == POSITION else TITLES[self.name]


def position_place(name: str) -> Place:
    """The list of a position. NotFound for anything else."""
    if name not in POSITIONS:
        raise NotFound("plassen finnes ikke i balansemodellen", name, "Velg en plass på prosjektets side.")
    return Place(POSITION, name)


def category_place(name: str) -> Place:
    """The list of a category. NotFound for anything else."""
    if name not in CATEGORIES:
        raise NotFound("kategorien finnes ikke", name, "Velg en liste på prosjektets side.")
    return Place(CATEGORY, name)


def project_address(project: str) -> str:
    """The project's page."""
    return f"/prosjekt/{quote(project, safe='')}"


def list_address(
    project: str, place: Place, page: int = 1, anchor: str = "", decision: int = 0, order: str = USUAL_ORDER
) -> str:
    """A page of a list; `anchor` without `#`. `decision` is told of there if its phrase went elsewhere."""
    wanted = {
        "rekkefolge": order if order != USUAL_ORDER else "",
        "side": page if page > 1 else 0,
        "avgjort": decision,
    }
    query = urlencode({name: value for name, value in wanted.items() if value})
    address = f"{project_address(project)}/{place.kind}/{quote(place.name, safe='')}"
    return address + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")


def who_address(back: str) -> str:
    """The page «Hvem er du?», which leads back afterwards."""
    return f"/hvem?{urlencode({'tilbake': back})}"


def safe_back(address: str) -> str:
    """The address if it lies on this site, else the front page: no link to us may lead elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    outside = parts.scheme or parts.netloc or not address.startswith("/") or "\\" in address
    return "/" if outside or not address.isprintable() else address
