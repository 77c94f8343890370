"""Candidate key competences: see them with the grounds for their number, merge, split, rename, move, choose, undo."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from balansekunst.projects import Json, Profile, Project, context
from balansekunst.terminal import out
from balansekunst.wording import grounds_sentence
from flows.context import Context
from flows.steps import gather_step
from pipeline import edits
from pipeline.balance import norwegian
from pipeline.cluster import quotes
from pipeline.coded_files import clustering_fields
from pipeline.edits import Edit
from pipeline.errors import InputError
from pipeline.records import Candidate, Clustering, identity_of
from store.candidate_choices import CandidateChoice, choices_of, choose
from store.candidate_decisions import CandidateDecision, candidate_history, decide_candidates, undo_candidates
from store.clusterings import candidates_with, lock_candidates
from store.projects import project_named
from store.results import latest_clustering

ACTIONS = {"merge": "slått sammen", "split": "delt", "rename": "nytt navn", "move": "flyttet til", "undo": "angret"}
Person = Annotated[str, typer.Option(help="Hvem som avgjør.")]
Name = Annotated[str, typer.Option(help="Navnet på det nye.")]
Id = Annotated[str, typer.Argument(metavar="KANDIDAT", help="Id-en, slik listen viser den.")]

candidates_app = typer.Typer(
    help="Se kandidatene til nøkkelkompetanser; slå sammen, del, gi navn, flytt, velg, angre.", no_args_is_help=True
)


@candidates_app.command("list")
def list_command(
    project: Project,
    phrases: Annotated[
        bool, typer.Option("--phrases", help="Vis også utsagnene, med adressen «split» vil ha.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Vis kandidatene, hvorfor de er så mange, og hva folk har avgjort om dem."""
    with context().sessions.begin() as session:
        project_id = project_named(session, project).id
        stored = latest_clustering(session, project_id)
        history = candidate_history(session, project_id)
        choices = choices_of(session, project_id)
    clustering = stored.clustering if stored else Clustering(())
    if as_json:
        fields = clustering_fields(clustering) | {
            "decisions": [_decision_fields(one) for one in history],
            "choices": {id: _choice_fields(one) for id, one in choices.items()},
        }
        out.print_json(json.dumps(fields, ensure_ascii=False))
        return
    out.print(_table(clustering.candidates, {id for id, one in choices.items() if one.chosen}))
    if phrases:
        _show_phrases(clustering.candidates)
    out.print(grounds_sentence(clustering), soft_wrap=True)
    for one in history:
        out.print(_decision_line(one), soft_wrap=True)


@candidates_app.command("merge")
def merge_command(
    project: Project,
    candidates: Annotated[list[str], typer.Argument(metavar="KANDIDAT…", help="Id-ene; den første beholdes.")],
    person: Person,
    name: Name = "",
    profile: Profile = "bundled",
) -> None:
    """Slå sammen to eller flere kandidater til én, som beholder den førstes id, og navn om ikke --name er gitt."""
    _decide(context(profile), project, person, lambda found: edits.merge(found, candidates, name))


@candidates_app.command("split")
def split_command(
    project: Project,
    candidate: Id,
    phrase: Annotated[list[str], typer.Option(help="Utsagn som skal ut: INTERVJU:TUR:START:SLUTT; kan gjentas.")],
    person: Person,
    name: Name = "",
    profile: Profile = "bundled",
) -> None:
    """Ta utsagn ut av en kandidat, som en kandidat for seg."""
    chosen = [edits.read_identity(text) for text in phrase]
    _decide(context(profile), project, person, lambda found: edits.split(found, candidate, chosen, name))


@candidates_app.command("rename")
def rename_command(
    project: Project,
    candidate: Id,
    name: Annotated[str, typer.Argument(metavar="NAVN", help="Det nye navnet.")],
    person: Person,
    profile: Profile = "bundled",
) -> None:
    """Gi en kandidat et annet navn."""
    _decide(context(profile), project, person, lambda found: edits.rename(found, candidate, name))


@candidates_app.command("move")
def move_command(
    project: Project,
    source: Annotated[str, typer.Argument(metavar="FRA", help="Id-en til kandidaten som utsagnene er i.")],
    target: Annotated[str, typer.Argument(metavar="TIL", help="Id-en til kandidaten som de skal til.")],
    phrase: Annotated[list[str], typer.Option(help="Utsagn å flytte: INTERVJU:TUR:START:SLUTT; kan gjentas.")],
    person: Person,
    profile: Profile = "bundled",
) -> None:
    """Flytt utsagn fra en kandidat til en annen."""
    chosen = [edits.read_identity(text) for text in phrase]
    _decide(context(profile), project, person, lambda found: edits.move(found, chosen, source, target))


@candidates_app.command("choose")
def choose_command(
    project: Project,
    candidate: Id,
    person: Person,
    why: Annotated[str | None, typer.Option(help="Hvorfor den er viktig. Uten dette står det som var.")] = None,
    what: Annotated[str | None, typer.Option(help="Hva den går ut på. Uten dette står det som var.")] = None,
    no_longer: Annotated[bool, typer.Option("--no-longer", help="Den er ikke lenger valgt.")] = False,
) -> None:
    """Velg en kandidat som nøkkelkompetanse, eller ikke lenger."""
    with context().sessions.begin() as session:
        project_id = project_named(session, project).id
        lock_candidates(session, project_id)
        edits.check_known(candidates_with(session, project_id, ()), candidate)
        known = choices_of(session, project_id)
        texts = (known[candidate].why, known[candidate].what) if candidate in known else ("", "")
        texts = (texts[0] if why is None else why, texts[1] if what is None else what)
        choose(session, project_id, candidate, not no_longer, person, *texts)
        chosen = sum(one.chosen for one in choices_of(session, project_id).values())
    out.print(f"{candidate} er {'ikke lenger ' if no_longer else ''}valgt. Valgt i alt: {chosen}.", soft_wrap=True)


@candidates_app.command("undo")
def undo_command(
    project: Project,
    decision: Annotated[int, typer.Argument(metavar="NUMMER", help="Nummeret på avgjørelsen, slik listen viser det.")],
    person: Person,
    profile: Profile = "bundled",
) -> None:
    """Angre en avgjørelse om kandidater."""
    here = context(profile)
    with here.sessions.begin() as session:
        project_id = project_named(session, project).id
        undo_candidates(session, project_id, decision, person)
    out.print(f"Avgjørelse {decision} er angret.")
    _gather_anew(here, project_id)


def _decide(here: Context, project: str, person: str, edit: Callable[[Sequence[Candidate]], Edit]) -> None:
    with here.sessions.begin() as session:
        project_id = project_named(session, project).id
        made = decide_candidates(session, project_id, edit(_candidates(session, project, project_id)), person)
    out.print(f"{_decision_line(made)}. Angre: balansekunst candidates undo {project} {made.id}", soft_wrap=True)
    _gather_anew(here, project_id)


def _candidates(session: Session, project: str, project_id: int) -> Sequence[Candidate]:
    stored = latest_clustering(session, project_id)
    if stored is None or not stored.candidates:
        raise InputError("prosjektet har ingen kandidater ennå", project, f"Kjør «balansekunst run {project}» først.")
    return stored.candidates


def _gather_anew(here: Context, project_id: int) -> None:
    """The decision is kept already: where this fails, the next `run` gathers."""
    clustering = gather_step(here, project_id)
    out.print(_table(clustering.candidates))
    out.print(grounds_sentence(clustering), soft_wrap=True)


def _table(candidates: Sequence[Candidate], chosen: Collection[str] = ()) -> Table:
    table = Table("Id", "Navn", "Valgt", "Intervjuer", "Kjeder", "Utsagn", "Vekt", "Plass", "Sitat")
    for candidate in candidates:
        table.add_row(
            candidate.id,
            candidate.name,
            "✓" if candidate.id in chosen else "",
            str(len(candidate.interviews)),
            ", ".join(candidate.chains),
            str(len(candidate.phrases)),
            f"{candidate.weight:.0%}",
            norwegian(candidate.positions[0].position) if candidate.positions else "",
            quotes(candidate)[0].text,
        )
    return table


def _show_phrases(candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        out.print(f"{candidate.id}  {candidate.name}", style="bold", soft_wrap=True)
        for phrase in candidate.phrases:
            out.print(f"  {edits.written(identity_of(phrase))}  {phrase.text}", soft_wrap=True)


def _decision_line(decision: CandidateDecision) -> str:
    """`3: slått sammen teams, culture → «Bygge team» (Kari)`."""
    about = ", ".join(part.id for part in decision.edit.parts if part.id) or str(decision.undoes)
    named = f" → «{decision.edit.name}»" if decision.edit.name else ""
    undone = "" if decision.stands else ", angret"
    return f"{decision.id}: {ACTIONS[decision.edit.action]} {about}{named} ({decision.person}{undone})"


def _choice_fields(choice: CandidateChoice) -> dict[str, Any]:
    return {"chosen": choice.chosen, "why": choice.why, "what": choice.what, "person": choice.person}


def _decision_fields(decision: CandidateDecision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "action": decision.edit.action,
        "candidates": [part.id for part in decision.edit.parts if part.id],
        "name": decision.edit.name,
        "person": decision.person,
        "undoes": decision.undoes,
        "stands": decision.stands,
        "created": decision.created.isoformat(),
    }
