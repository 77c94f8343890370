"""A project's result as JSON or CSV: every phrase with suggestion and decision, and the candidates."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from pipeline.balance import norwegian
from pipeline.coded_files import clustering_fields, label_fields
from pipeline.coding import worth_showing
from pipeline.records import Clustering, Suggestion
from store.decisions import Decision, current_decisions, identity_of
from store.interviews import Interview, list_interviews
from store.projects import Project
from store.results import latest_clustering, latest_coding

COLUMNS = (
    "intervju",
    "rolle",
    "kjede",
    "tur",
    "start",
    "slutt",
    "utsagn",
    "kategori",
    "sannsynlighet",
    "plass",
    "egenskap eller oppgave står for",
    "oppfølgingsspørsmål",
    "avgjørelse",
    "avgjort kategori",
    "avgjort plass",
    "av",
    "tid",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def phrases_of(session: Session, project: Project) -> Iterator[tuple[Interview, Suggestion, Decision | None]]:
    """Every phrase of a project in order, with the decision in force on it."""
    decisions = current_decisions(session, project.id)
    for interview in list_interviews(session, project.id):
        coding = latest_coding(session, interview.id)
        for suggestion in worth_showing(coding.suggestions) if coding else ():
            yield interview, suggestion, decisions.get(identity_of(suggestion.phrase))


def to_json(session: Session, project: Project) -> str:
    """The whole project as one JSON object."""
    clustering = latest_clustering(session, project.id)
    data = {
        "project": project.name,
        "roles": list(project.roles),
        "interviews": [_interview_fields(interview) for interview in list_interviews(session, project.id)],
        "phrases": [_phrase_fields(*row) for row in phrases_of(session, project)],
    } | clustering_fields(clustering.clustering if clustering else Clustering(()))
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _interview_fields(interview: Interview) -> dict[str, Any]:
    return {
        name: getattr(interview, name) for name in ("name", "kind", "role", "chain", "pseudonym", "consent", "sha256")
    }


def _phrase_fields(interview: Interview, suggestion: Suggestion, decision: Decision | None) -> dict[str, Any]:
    return asdict(suggestion.phrase) | label_fields(suggestion.label) | {"decision": _decision_fields(decision)}


def _decision_fields(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    choice = decision.choice
    return {
        "action": choice.action,
        "category": choice.category,
        "positions": list(choice.positions),
        "note": choice.note,
        "person": choice.person,
        "created": decision.created.isoformat(),
    }


def to_csv(session: Session, project: Project) -> str:
    """One row for each phrase, for a spreadsheet."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for row in phrases_of(session, project):
        writer.writerow([_harmless(cell) for cell in _cells(*row)])
    return "\ufeff" + table.getvalue()  # the mark makes spreadsheets read æ, ø and å


def _cells(interview: Interview, suggestion: Suggestion, decision: Decision | None) -> list[Any]:
    phrase, label = suggestion.phrase, suggestion.label
    choice = decision.choice if decision else None
    return [
        interview.name,
        interview.role,
        interview.chain,
        phrase.turn,
        phrase.start,
        phrase.end,
        phrase.text,
        norwegian(label.category),
        label.probability,
        norwegian(label.positions[0].position) if label.positions else "",
        label.proxy.stands_for if label.proxy else "",
        label.proxy.question if label.proxy else "",
        choice.action if choice else "",
        norwegian(choice.category) if choice and choice.category else "",
        ", ".join(norwegian(p) for p in choice.positions) if choice else "",
        choice.person if choice else "",
        decision.created.isoformat() if decision else "",
    ]


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula is shown as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


WRITERS: dict[str, Callable[[Session, Project], str]] = {"json": to_json, "csv": to_csv}
