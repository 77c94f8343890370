"""The results' page: the key competences as they are chosen, how far the project is, and what can be taken out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from balansekunst.export import WRITERS
from pipeline.balance import dimension_of
from pipeline.records import Candidate
from review.addresses import competences_address, proxies_address, queue_address, result_file_address
from review.language import N_, _
from review.wording import term
from store.candidate_choices import CandidateChoice, choices_of
from store.clusterings import candidates_with
from store.projects import Project
from store.proxies import count_proxies
from store.review_items import OPEN, count_items

MEANT_FOR = {
    "csv": N_("Regneark: en rad for hvert utsagn, med forslag, avgjørelse, kandidat, erstatningsord og dobbeltkoding."),
    "json": N_(
        "Andre programmer og arkiv: alt i prosjektet, med nøkkelkompetansene, hvorfor og hva, og dobbeltkodingens tall."
    ),
    "xlsx": N_("Arbeidsbok for Excel. Finnes ikke ennå; CSV-filen åpnes i Excel."),
    "docx": N_("Kompetansestandard i Word. Finnes ikke ennå; tabellen over kan kopieres."),
    "pdf": N_("Kompetansestandard til å skrive ut. Finnes ikke ennå; denne siden kan skrives ut."),
    "qdpx": N_("QualCoder, NVivo, ATLAS.ti og MAXQDA. Finnes ikke ennå."),
}
MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True)
class FileView:
    """A format and what it is for; `address` is empty where it cannot be written yet."""

    name: str
    meant_for: str
    address: str


@dataclass(frozen=True)
class CompetenceView:
    """A key competence as it was chosen. `there`: its candidate still is."""

    name: str
    position: str
    colour: str
    interviews: int
    what: str
    why: str
    person: str
    there: bool


@dataclass(frozen=True)
class Count:
    """How much of something there is, how much of it people have decided, and where to go on."""

    title: str
    address: str
    all: int
    done: int


@dataclass(frozen=True)
class ResultsView:
    """The whole page."""

    competences: tuple[CompetenceView, ...]
    choose: str
    counts: tuple[Count, ...]
    files: tuple[FileView, ...]


def results_page(session: Session, project: Project) -> ResultsView:
    """What the project has come to, and as what it can be taken out."""
    candidates = {candidate.id: candidate for candidate in candidates_with(session, project.id, ())}
    chosen = [choice for choice in choices_of(session, project.id).values() if choice.chosen]
    return ResultsView(
        competences=tuple(_competence(choice, candidates.get(choice.candidate)) for choice in chosen),
        choose=competences_address(project.name),
        counts=(_phrases(session, project), _proxies(session, project)),
        files=tuple(_file(project.name, name, text) for name, text in MEANT_FOR.items()),
    )


def _competence(choice: CandidateChoice, candidate: Candidate | None) -> CompetenceView:
    positions = candidate.positions if candidate else ()
    return CompetenceView(
        name=candidate.name if candidate else choice.candidate,
        position=term(positions[0].position) if positions else "",
        colour=dimension_of(positions[0].position).colour if positions else "",
        interviews=len(candidate.interviews) if candidate else 0,
        what=choice.what,
        why=choice.why,
        person=choice.person,
        there=candidate is not None,
    )


def _phrases(session: Session, project: Project) -> Count:
    counted = count_items(session, project.id, ("state",))
    everything = sum(counted.values())
    return Count(_("Utsagn"), queue_address(project.name), everything, everything - counted.get((OPEN,), 0))


def _proxies(session: Session, project: Project) -> Count:
    counted = count_proxies(session, project.id)
    everything, left = sum(one.all for one in counted), sum(one.open for one in counted)
    return Count(_("Erstatningsord"), proxies_address(project.name), everything, everything - left)


def _file(project: str, name: str, text: str) -> FileView:
    return FileView(name, _(text), result_file_address(project, name) if name in WRITERS else "")
