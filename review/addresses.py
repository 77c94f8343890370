"""The lists of a project, the orders they may stand in, and the address of every page, relative to the host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES
from review.errors import NotFound
from review.language import N_, _
from review.wording import term

POSITION, CATEGORY = "plass", "kategori"
TITLES = {
    "competence": N_("Kompetanser"),
    "trait": N_("Egenskaper"),
    "task": N_("Oppgaver"),
    "education": N_("Utdanning"),
    "none": N_("Ingen av delene"),
}
TEACHING, CERTAIN = "laerer", "sikre"
ORDERS = {TEACHING: N_("Det en avgjørelse lærer mest av først"), CERTAIN: N_("De sikreste først")}
USUAL_ORDER = TEACHING


@dataclass(frozen=True)
class Place:
    """One list of a project: all at a position of the balance model, or all of a category."""

    kind: str
    name: str

    @property
    def title(self) -> str:
        return term(self.name) if self.kind == POSITION else _(TITLES[self.name])


def position_place(name: str) -> Place:
    """The list of a position. NotFound for anything else."""
    if name not in POSITIONS:
        raise NotFound(_("plassen finnes ikke i balansemodellen"), name, _("Velg en plass på prosjektets side."))
    return Place(POSITION, name)


def category_place(name: str) -> Place:
    """The list of a category. NotFound for anything else."""
    if name not in CATEGORIES:
        raise NotFound(_("kategorien finnes ikke"), name, _("Velg en liste på prosjektets side."))
    return Place(CATEGORY, name)


def project_address(project: str) -> str:
    """The project's page: its overview."""
    return f"/prosjekt/{quote(project, safe='')}"


def events_address(project: str) -> str:
    """Server-sent events while a run goes on: how far it has come, that something changed, and that it is over."""
    return f"{project_address(project)}/hendelser"


def upload_address(project: str, **asked: object) -> str:
    """The list of interviews, by the names of its own query."""
    return f"{project_address(project)}/intervjuer{_query(asked)}"


def new_interviews_address(project: str) -> str:
    """Where recordings and transcripts are handed in, and followed."""
    return f"{project_address(project)}/intervjuer/nye"


def upload_part_address(project: str, upload: str = "") -> str:
    """Where one large file is sent in parts; without `upload`, where it is begun."""
    return f"{project_address(project)}/intervjuer/opplasting" + (f"/{upload}" if upload else "")


def followed_address(project: str) -> str:
    """How far interviews have come, as a piece of a page: `?intervju=…&intervju=…`."""
    return f"{project_address(project)}/intervjuer/framdrift"


def run_address(project: str) -> str:
    """Where it is asked that the project be run."""
    return f"{project_address(project)}/kjor"


def details_address(project: str, interview: str) -> str:
    """What is known of an interview: role, chain, day, consent …, and who changed it."""
    return f"{project_address(project)}/intervjuer/om/{quote(interview, safe='')}"


def interview_address(project: str, interview: str, anchor: str = "", **asked: object) -> str:
    """The transcript beside its sound; `anchor` without `#`. `utsagn` is the phrase to open, by `phrase_mark`."""
    address = f"{project_address(project)}/intervju/{quote(interview, safe='')}{_query(asked)}"
    return address + (f"#{anchor}" if anchor else "")


def interview_act_address(project: str, interview: str, act: str) -> str:
    """Where a form of the interview's page is sent; `act` is the last part of the address."""
    return f"{interview_address(project, interview)}/{act}"


def sound_address(project: str, interview: str) -> str:
    """The recording, for a player: any part of it may be asked for by HTTP Range."""
    return interview_act_address(project, interview, "lyd")


def phrase_mark(turn: int, start: int, end: int) -> str:
    """What a phrase is called in the address of its interview's page: `utsagn=12-40-71`."""
    return f"{turn}-{start}-{end}"


def queue_address(project: str, **asked: object) -> str:
    """One suggestion at a time: what is asked for by the names of the page's own query; what is empty is left out."""
    return f"{project_address(project)}/ko{_query(asked)}"


def bulk_address(project: str, **asked: object) -> str:
    """Where many suggestions are accepted at once, of a selection as in the queue."""
    return f"{project_address(project)}/ko/samlet{_query(asked)}"


def balance_address(project: str, **asked: object) -> str:
    """The balance model as a figure, for all or for a role, chain or interview."""
    return f"{project_address(project)}/balanse{_query(asked)}"


def balance_picture_address(project: str, format: str, **asked: object) -> str:
    """The same figure as a file."""
    return f"{balance_address(project)}/bilde.{format}{_query(asked)}"


def competences_address(project: str, anchor: str = "", **asked: object) -> str:
    """The key competences and their candidates; `anchor` without `#`."""
    return f"{project_address(project)}/nokkelkompetanser{_query(asked)}" + (f"#{anchor}" if anchor else "")


def competence_act_address(project: str, act: str) -> str:
    """Where a form of the key competences' pages is sent; `act` is the last part of the address."""
    return f"{competences_address(project)}/{act}"


def compare_address(project: str, candidates: Sequence[str], skipped: int = 0) -> str:
    """Candidates beside one another by their ids, without the first so many of their phrases."""
    asked = [*(("kandidat", one) for one in candidates), *([("fra", str(skipped))] if skipped else [])]
    return f"{competence_act_address(project, 'sammenlign')}?{urlencode(asked)}"


def change_address(project: str, anchor: str = "", **asked: object) -> str:
    """Which competences grow, fade and are new, by the names of the page's own query; `anchor` without `#`."""
    return f"{project_address(project)}/endring{_query(asked)}" + (f"#{anchor}" if anchor else "")


def proxies_address(project: str, **asked: object) -> str:
    """Wording that stands in for a competence, over the whole project."""
    return f"{project_address(project)}/erstatningsord{_query(asked)}"


def questions_address(project: str, **asked: object) -> str:
    """The questions that get behind them, for the next interview."""
    return f"{proxies_address(project)}/sporsmal{_query(asked)}"


def second_coding_address(project: str, number: int = 0, act: str = "", **asked: object) -> str:
    """Blind coding by two people, and how far they agree; or a round by its number, and what is done in it."""
    parts = (f"/{number}" if number else "", f"/{act}" if act else "")
    return f"{project_address(project)}/dobbeltkoding{''.join(parts)}{_query(asked)}"


def history_address(project: str, **asked: object) -> str:
    """Who decided what, when; of one phrase with `intervju` and `utsagn`, by `phrase_mark`."""
    return f"{project_address(project)}/historikk{_query(asked)}"


def history_act_address(project: str, act: str, **asked: object) -> str:
    """Where an act is undone, `angre`, and where the history is taken out, `csv`."""
    return f"{project_address(project)}/historikk/{act}{_query(asked)}"


def results_address(project: str) -> str:
    """What can be taken out."""
    return f"{project_address(project)}/resultat"


def result_file_address(project: str, format: str) -> str:
    """The result as a file, in one of `balansekunst.export`'s formats."""
    return f"{results_address(project)}/{format}"


def list_address(
    project: str, place: Place, page: int = 1, anchor: str = "", decision: int = 0, order: str = USUAL_ORDER
) -> str:
    """A page of a list; `anchor` without `#`. `decision` is told of there if its phrase went elsewhere."""
    wanted = {
        "rekkefolge": order if order != USUAL_ORDER else "",
        "side": page if page > 1 else 0,
        "avgjort": decision,
    }
    address = f"{project_address(project)}/{place.kind}/{quote(place.name, safe='')}{_query(wanted)}"
    return address + (f"#{anchor}" if anchor else "")


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


def _query(asked: Mapping[str, object]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"?{query}" if query else ""
