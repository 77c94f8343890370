"""The overview pages' records: what the front page and a project's page show, ready to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pipeline.balance import DIMENSIONS, Dimension, dimension_of, norwegian
from pipeline.records import Candidate, Suggestion
from pipeline.review_order import Agreement, measured_quality
from review.addresses import (
    CATEGORY,
    POSITION,
    Place,
    list_address,
    project_address,
)
from review.material import Item, Material, load_material
from review.wording import day_and_time, percent
from store.decisions import COMPETENCE
from store.interviews import CODED, FAILED, QUEUED, TRANSCRIBED, InterviewState, interview_states
from store.lessons import decided_phrases, review_seed
from store.projects import Project, list_projects
from store.results import StoredClustering, latest_clustering

STATES = {QUEUED: "I kø", TRANSCRIBED: "Skrevet ut", CODED: "Kodet", FAILED: "Trenger hjelp"}
KINDS = {"audio": "opptak", "transcript": "tekst"}
PROXIES = ("trait", "task", "education")
MEANINGS = {
    "trait": "Slik noen er, ikke noe de har lært. Sier vi «godt humør» når vi mener god kundeservice?",
    "task": "Det rollen skal gjøre. Hva må en kunne for å få det til?",
    "education": "Kurs, fag og titler. Hva kan en nå, som en bruker i jobben?",
    "none": "Det noen har tatt ut av kodingen. Her kan det hentes tilbake.",
}


@dataclass(frozen=True)
class ProjectLine:
    """A project on the front page."""

    name: str
    address: str
    roles: str
    interviews: int
    coded: int
    failed: int
    decided: int


@dataclass(frozen=True)
class Tile:
    """A list and its counts: suggestions in it, and how many of them somebody has decided on."""

    title: str
    address: str
    suggestions: int
    decided: int
    meaning: str = ""


@dataclass(frozen=True)
class DimensionView:
    """A dimension: two points and the balance between them; `share` of all competences, in percent."""

    colour: str
    title: str
    contributes_to: str
    share: str
    points: tuple[Tile, Tile]
    balance: Tile


@dataclass(frozen=True)
class InterviewView:
    """An interview and how far it has come; `what` and `next` only where it failed."""

    name: str
    about: str
    state: str
    state_title: str
    what: str
    next: str
    suggestions: int
    decided: int


@dataclass(frozen=True)
class CandidateView:
    """A candidate key competence; `covered` of `asked` interviews tell of it. `position` may be empty."""

    name: str
    position: str
    colour: str
    covered: int
    asked: int
    phrases: int
    quote: str
    source: str


@dataclass(frozen=True)
class MeasureView:
    """How often suggestions said what people decided: `share`, its 95 % interval, and the number of decisions."""

    title: str
    share: str
    interval: str
    decisions: int


@dataclass(frozen=True)
class ProjectView:
    """All of a project's page. `clustered` says when the candidates were made; `quality` is empty till measured."""

    name: str
    roles: str
    dimensions: tuple[DimensionView, ...]
    competences: Tile
    proxies: tuple[Tile, ...]
    interviews: tuple[InterviewView, ...]
    candidates: tuple[CandidateView, ...]
    clustered: str
    quality: tuple[MeasureView, ...]
    suggestions: int
    decided: int


def front_page(session: Session) -> tuple[ProjectLine, ...]:
    """Every project, by name."""
    return tuple(_project_line(project, interview_states(session, project.id)) for project in list_projects(session))


def project_page(session: Session, project: Project) -> ProjectView:
    """The project's balance model, interviews and candidates, with counts."""
    material = load_material(session, project.id)
    states = interview_states(session, project.id)
    clustering = latest_clustering(session, project.id)
    return ProjectView(
        name=project.name,
        roles=", ".join(project.roles),
        dimensions=tuple(_dimension(project.name, dimension, material) for dimension in DIMENSIONS),
        competences=_tile(project.name, Place(CATEGORY, COMPETENCE), material),
        proxies=_proxies(project.name, material),
        interviews=tuple(_interview(state, material) for state in states),
        candidates=_candidates(clustering, len(material.codings)),
        clustered=day_and_time(clustering.created) if clustering else "",
        quality=_measures(session, project, material),
        suggestions=len(material.items),
        decided=_decided(material.items),
    )


def _project_line(project: Project, states: tuple[InterviewState, ...]) -> ProjectLine:
    return ProjectLine(
        name=project.name,
        address=project_address(project.name),
        roles=", ".join(project.roles),
        interviews=len(states),
        coded=sum(state.state == CODED for state in states),
        failed=sum(state.state == FAILED for state in states),
        decided=sum(state.decisions for state in states),
    )


def _decided(items: Iterable[Item]) -> int:
    return sum(item.decision is not None for item in items)


def _tile(project: str, place: Place, material: Material) -> Tile:
    items = material.within(place)
    address = list_address(project, place)
    return Tile(place.title, address, len(items), _decided(items), MEANINGS.get(place.name, ""))


def _proxies(project: str, material: Material) -> tuple[Tile, ...]:
    """The three lists of proxies, and what people took out where there is any."""
    taken_out = _tile(project, Place(CATEGORY, "none"), material)
    proxies = [_tile(project, Place(CATEGORY, name), material) for name in PROXIES]
    return (*proxies, taken_out) if taken_out.suggestions else tuple(proxies)


def _dimension(project: str, dimension: Dimension, material: Material) -> DimensionView:
    first, second = (_tile(project, Place(POSITION, point), material) for point in dimension.points)
    return DimensionView(
        colour=dimension.colour,
        title=norwegian(dimension.balance),
        contributes_to=dimension.contributes_to,
        share=_share(dimension, material),
        points=(first, second),
        balance=_tile(project, Place(POSITION, dimension.balance), material),
    )


def _share(dimension: Dimension, material: Material) -> str:
    """Of the competences that nobody rejected, those with a position in the dimension."""
    placed = [item for item in material.items if item.positions and not item.rejected]
    here = sum(any(dimension_of(position) == dimension for position in item.positions) for item in placed)
    return percent(here / len(placed)) if placed else "–"


def _interview(state: InterviewState, material: Material) -> InterviewView:
    items = [item for item in material.items if item.interview.name == state.name]
    about = (state.role, state.chain.replace("_", " "), KINDS[state.kind])
    return InterviewView(
        name=state.name,
        about=" · ".join(filter(None, about)),
        state=state.state,
        state_title=STATES[state.state],
        what=state.what,
        next=state.next,
        suggestions=len(items),
        decided=_decided(items),
    )


def _measures(session: Session, project: Project, material: Material) -> tuple[MeasureView, ...]:
    """What was measured on the random tenth; nothing where nobody decided on it."""
    suggestions = [Suggestion(item.phrase, item.label) for item in material.items if item.label and item.decision]
    quality = measured_quality(decided_phrases(session, project.id), suggestions, review_seed(project.id))
    measured = {"Kategori": quality.category, "Plass i balansemodellen": quality.position}
    return tuple(_measure(title, agreement) for title, agreement in measured.items() if agreement.decisions)


def _measure(title: str, agreement: Agreement) -> MeasureView:
    low, high = map(percent, agreement.interval)
    return MeasureView(title, percent(agreement.share), f"{low} til {high}", agreement.decisions)


def _candidates(clustering: StoredClustering | None, asked: int) -> tuple[CandidateView, ...]:
    return tuple(_candidate(candidate, asked) for candidate in clustering.candidates) if clustering else ()


def _candidate(candidate: Candidate, asked: int) -> CandidateView:
    position = candidate.positions[0].position if candidate.positions else ""
    typical = candidate.phrases[0] if candidate.phrases else None
    return CandidateView(
        name=candidate.name,
        position=norwegian(position) if position else "",
        colour=dimension_of(position).colour if position else "",
        covered=len(candidate.interviews),
        asked=max(asked, len(candidate.interviews)),
        phrases=len(candidate.phrases),
        quote=typical.text if typical else "",
        source=typical.interview if typical else "",
    )
