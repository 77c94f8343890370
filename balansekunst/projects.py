"""Projects: make one, add interviews, run, see how far it is, take out the result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from balansekunst.adding import hand_in, read_day
from balansekunst.batch import Batch
from balansekunst.export import WRITERS
from balansekunst.files import Output, write
from balansekunst.folders import Ready, add_checked, check_folder, manifest_of
from balansekunst.settings import read_settings
from balansekunst.terminal import TerminalReporter, fail, out, told_of_files
from balansekunst.wording import grounds_sentence
from flows.context import Context
from flows.start import anything_to_do, start_project
from models.registry import read_registry
from pipeline.attention import ADVICE
from pipeline.corrections import swap
from pipeline.errors import InputError
from pipeline.records import Clustering
from store.database import open_database
from store.interview_details import Details
from store.interviews import (
    CODED,
    FAILED,
    QUEUED,
    RUNNING,
    TRANSCRIBED,
    Added,
    InterviewState,
    interview_named,
    interview_states,
    list_interviews,
)
from store.projects import create_project, learn_from, list_projects, project_named
from store.results import latest_clustering, latest_transcript, save_transcript

STATES = {
    QUEUED: "i kø",
    RUNNING: "behandles nå",
    TRANSCRIBED: "transkribert",
    CODED: "kodet",
    FAILED: "feilet",
}
LOOK = "trenger tilsyn"  # coded, and odd
Json = Annotated[bool, typer.Option("--json", help="Skriv JSON for programmer.")]
Project = Annotated[str, typer.Argument(help="Navnet på prosjektet.")]
Profile = Annotated[str, typer.Option(help="Modellprofil: bundled eller recommended.")]

project_app = typer.Typer(help="Lag og vis prosjekter.", no_args_is_help=True)


def context(profile: str = "bundled") -> Context:
    """This machine's settings and database."""
    settings = read_settings()
    return Context(settings, open_database(settings.database), profile)


@project_app.command("new")
def new_command(
    name: Annotated[str, typer.Argument(help="Navnet på prosjektet.")],
    role: Annotated[list[str], typer.Option(help="Rolle som skal beskrives; kan gjentas.")],
) -> None:
    """Lag et nytt prosjekt."""
    with context().sessions.begin() as session:
        create_project(session, name, tuple(role))
    out.print(f"Prosjektet «{name}» er laget. Legg til intervjuer: balansekunst add {name} FIL…", soft_wrap=True)


@project_app.command("list")
def list_command(as_json: Json = False) -> None:
    """Vis alle prosjekter."""
    with context().sessions.begin() as session:
        rows = [(p, len(list_interviews(session, p.id))) for p in list_projects(session)]
    if as_json:
        found = [{"name": p.name, "roles": list(p.roles), "interviews": count} for p, count in rows]
        out.print_json(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Prosjekt", "Roller", "Intervjuer")
    for project, count in rows:
        table.add_row(project.name, ", ".join(project.roles), str(count))
    out.print(table)


@project_app.command("learn")
def learn_command(
    project: Project,
    others: Annotated[list[str] | None, typer.Option("--from", help="Prosjekt å lære av også; kan gjentas.")] = None,
) -> None:
    """Bestem hvilke andre prosjekters avgjørelser et prosjekt lærer av. Uten --from lærer det bare av sine egne."""
    with context().sessions.begin() as session:
        learn_from(session, project, tuple(others or ()))
    also = f" og av {', '.join(f'«{other}»' for other in others)}" if others else " alene"
    out.print(f"«{project}» lærer nå av sine egne avgjørelser{also}. Kjør: balansekunst run {project}", soft_wrap=True)


def add_command(
    project: Project,
    files: Annotated[list[Path], typer.Argument(help="Opptak eller transkripsjoner, eller én mappe med manifest.")],
    role: Annotated[str, typer.Option(help="Informantens rolle.")] = "",
    chain: Annotated[str, typer.Option(help="Kjede.")] = "",
    interviewer: Annotated[str, typer.Option(help="Hvem som intervjuet.")] = "",
    pseudonym: Annotated[str, typer.Option(help="Dekknavn på informanten.")] = "",
    consent: Annotated[str, typer.Option(help="Samtykke: dato eller referanse.")] = "",
    held: Annotated[str, typer.Option("--date", help="Dagen intervjuet ble holdt: 2026-11-02.")] = "",
    manifest: Annotated[Path | None, typer.Option(help="CSV med en linje for hver fil i mappen.")] = None,
) -> None:
    """Legg intervjuer til et prosjekt: lyd, video eller transkripsjon, enkeltvis eller en mappe med manifest.csv."""
    known = Details(role, chain, interviewer, pseudonym, consent, read_day(held))
    if manifest or (len(files) == 1 and files[0].is_dir()):
        _add_folder(project, files, manifest, known)
        return
    here, batch = context(), Batch()
    with here.sessions.begin() as session:
        project_id = project_named(session, project).id
    for path in files:
        with batch.one(str(path)):
            added = add_file(here, project_id, path, known)
            out.print(f"{path}: lagt til som «{added.interview.name}»", soft_wrap=True)
    batch.finish()


def _add_folder(project: str, folders: list[Path], manifest: Path | None, known: Details) -> None:
    """A folder by its manifest, whole or not at all: exit 2 with a line for every problem."""
    if len(folders) > 1:
        raise InputError("manifestet gjelder én mappe", str(folders[1]), "Oppgi mappen alene.")
    if known != Details():
        raise InputError("kan ikke gis sammen med et manifest", "--role, --date osv.", "Skriv det i manifestet.")
    here, path = context(), manifest_of(folders[0], manifest)
    with here.sessions.begin() as session:
        found = project_named(session, project)
    checkup = check_folder(here, found, folders[0], path, told_of_files)
    for problem in checkup.problems:
        fail(str(problem))
    if checkup.problems:
        fail(f"{path}: {len(checkup.problems)} feil, så ingenting er lagt til. Rett dem og kjør på nytt.")
        raise typer.Exit(2)
    _tell_added(project, checkup.ready, add_checked(here, found, checkup.ready))


def _tell_added(project: str, ready: Sequence[Ready], added: Sequence[Added]) -> None:
    for one, became in zip(ready, added, strict=True):
        how = "er alt i prosjektet som" if became.duplicate else "lagt til som"
        differs = "; det manifestet sier om det, er noe annet, og er ikke endret" if one.differs else ""
        out.print(f"{one.file}: {how} «{became.interview.name}»{differs}", soft_wrap=True)
    new = sum(not became.duplicate for became in added)
    there = len(added) - new
    out.print(f"{new} lagt til, {there} var der fra før. Kjør: balansekunst run {project}", soft_wrap=True)


def add_file(here: Context, project_id: int, path: Path, details: Details) -> Added:
    """Check a file whole, keep it, and add it. InputError for bad content, or content that the project has."""
    added = hand_in(here.sessions, here.settings, project_id, path, details)
    if added.duplicate:
        what = f"samme innhold er alt i prosjektet som «{added.interview.name}»"
        raise InputError(what, str(path), "Filen hoppes over.")
    return added


def run_command(
    project: Project,
    profile: Profile = "bundled",
) -> None:
    """Gjør alt som ikke er gjort: transkriber, kod, samle. Trygt å stoppe og gjenta."""
    read_registry().of_profile(profile)  # a wrong one is told of before anything starts
    here = context(profile)
    with here.sessions.begin() as session:
        count = len(list_interviews(session, project_named(session, project).id))
    if not count:
        raise InputError("prosjektet har ingen intervjuer", project, f"Legg til med «balansekunst add {project} FIL…».")
    run_with_progress(here, project, count)


def run_with_progress(here: Context, project: str, count: int) -> None:
    """Run and say how it went; exit 1 where some interviews failed."""
    if anything_to_do(here, project):
        out.print("Starter kjøringen …", style="dim")
    with TerminalReporter(count) as reporter:
        summary = start_project(Context(here.settings, here.sessions, here.profile, reporter), project)
    out.print(
        f"{len(summary.done)} intervjuer kodet nå, {len(summary.unchanged)} var ferdige, {len(summary.failed)} feilet. "
        f"{_grounds(here, project)}",
        soft_wrap=True,
    )
    for name, problem in summary.failed.items():
        fail(f"{name}: {problem}")
    if summary.failed:
        raise typer.Exit(1)


def _grounds(here: Context, project: str) -> str:
    """How many candidates the project has, and why so many."""
    with here.sessions.begin() as session:
        stored = latest_clustering(session, project_named(session, project).id)
    return grounds_sentence(stored.clustering if stored else Clustering(()))


def swap_speakers_command(
    project: Project, interview: Annotated[str, typer.Argument(help="Intervjuet, slik status viser det.")]
) -> None:
    """Bytt intervjuer og informant i et intervju der programmet tok feil. Kjør deretter «run»."""
    with context().sessions.begin() as session:
        found = interview_named(session, project_named(session, project).id, interview)
        stored = latest_transcript(session, found.id)
        if stored is None:
            raise InputError("er ikke transkribert ennå", interview, f"Kjør «balansekunst run {project}» først.")
        corrected = replace(stored.transcript, turns=swap(stored.transcript.turns))
        save_transcript(session, found.id, f"swapped {stored.version} of {stored.key}", corrected)
    out.print(f"{interview}: intervjuer og informant er byttet. Kjør «balansekunst run {project}» for å kode på nytt.")


def status_command(project: Project, as_json: Json = False) -> None:
    """Vis hvor langt hvert intervju er kommet."""
    here = context()
    with here.sessions.begin() as session:
        states = interview_states(session, project_named(session, project).id)
    if as_json:
        out.print_json(json.dumps([asdict(state) for state in states], ensure_ascii=False))
        return
    table = Table("Intervju", "Rolle", "Kjede", "Tilstand", "Forslag", "Avgjort")
    for state in states:
        table.add_row(
            state.name,
            state.role,
            state.chain,
            _state_title(state),
            str(state.suggestions),
            str(state.decisions),
        )
    out.print(table)
    for state in states:
        for what, next_step in _what_to_do(state):
            out.print(f"{state.name}: {what}. {next_step}", soft_wrap=True)
    out.print(_grounds(here, project), soft_wrap=True)


def _state_title(state: InterviewState) -> str:
    if state.attention:
        return LOOK
    share = f" ({state.share:.0%})" if state.share is not None else ""
    return STATES[state.state] + share


def _what_to_do(state: InterviewState) -> list[tuple[str, str]]:
    """What is wrong or odd, and what to do."""
    return [(state.what, state.next)] if state.what else [ADVICE[name] for name in state.attention]


def export_command(
    project: Project,
    output: Output = None,
    format: Annotated[str, typer.Option(help="json eller csv.")] = "json",
) -> None:
    """Ta ut resultatet: utsagn med forslag og avgjørelser, og kandidatene."""
    if format not in WRITERS:
        raise InputError("er ikke et eksportformat", format, f"Bruk {' eller '.join(WRITERS)}.")
    here = context()
    with here.sessions.begin() as session:
        text = "".join(WRITERS[format](session, project_named(session, project)))
    write(text, output)
