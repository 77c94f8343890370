"""Expected change in the terminal: which competences grow, which fade and which are new, and what was said."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from balansekunst.export import CHANGES, change_fields
from balansekunst.projects import Json, Project, context
from balansekunst.terminal import out
from pipeline.change_counts import CompetenceChange, Count, count_changes
from pipeline.change_matching import FADES, GROWS, NEW
from store.changes import ChangeFilter, ToldChange, told_changes
from store.clusterings import candidates_with
from store.projects import project_named

ORDER = (GROWS, NEW, FADES)
NOTHING = "(ikke knyttet til en kompetanse)"


def change_command(
    project: Project,
    role: Annotated[str, typer.Option(help="Bare intervjuer med denne rollen.")] = "",
    chain: Annotated[str, typer.Option(help="Bare intervjuer i denne kjeden.")] = "",
    quotes: Annotated[bool, typer.Option("--quotes", help="Vis også hva som ble sagt.")] = False,
    as_json: Json = False,
) -> None:
    """Vis hvilke kompetanser det blir mer av, hva som er nytt og hva som svinner, i hvor mange intervjuer og kjeder."""
    with context().sessions.begin() as session:
        project_id = project_named(session, project).id
        told = told_changes(session, project_id, ChangeFilter(role, chain))
        names = {candidate.id: candidate.name for candidate in candidates_with(session, project_id, ())}
    counts = count_changes(told, names)
    if as_json:
        out.print_json(_json(counts, told))
        return
    if not told:
        where = f" for {' og '.join(filter(None, (role, chain)))}" if role or chain else ""
        out.print(f"Ingenting er fortalt om endring{where} ennå.", soft_wrap=True)
        return
    out.print(_table(counts))
    for one in told if quotes else ():
        name = names.get(one.candidate, NOTHING)
        about = f"{one.change.phrase.interview}, replikk {one.change.phrase.turn}"
        out.print(f"{name}, {CHANGES[one.change.direction]}: «{one.change.phrase.text}» ({about})", soft_wrap=True)


def _table(counts: Iterable[CompetenceChange]) -> Table:
    table = Table("Kompetanse", *(CHANGES[direction].capitalize() for direction in ORDER))
    for one in counts:
        table.add_row(one.name or NOTHING, *(_cell(one.counts[direction]) for direction in ORDER))
    return table


def _cell(count: Count) -> str:
    """`4 (Nord, Sør)`: the interviews, and the chains they are of."""
    chains = f" ({', '.join(count.chains)})" if count.chains else ""
    return f"{len(count.interviews)}{chains}" if count.interviews else ""


def _json(counts: Iterable[CompetenceChange], told: Iterable[ToldChange]) -> str:
    competences = [
        {"candidate": one.candidate or None, "name": one.name or None}
        | {direction: asdict(one.counts[direction]) for direction in ORDER}
        for one in counts
    ]
    return json.dumps({"competences": competences, "changes": [*map(change_fields, told)]}, ensure_ascii=False)
