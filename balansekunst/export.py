"""A project's result as JSON or CSV: every phrase with suggestion and decision, candidates, and what else is decided.

Written piece by piece, so that a project of any size can be taken out while it is read.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from corpora import read_key_competences
from pipeline.balance import norwegian
from pipeline.change import Change
from pipeline.change_matching import FADES, GROWS, NEW
from pipeline.coded_files import clustering_fields, label_fields
from pipeline.coding import worth_showing
from pipeline.records import Candidate, Clustering, Identity, Label, Suggestion, identity_of
from review.agreement import Level, agreement_in
from store.candidate_choices import CandidateChoice, choices_of
from store.changes import ToldChange, told_changes
from store.clusterings import latest_clustering
from store.decisions import Decision, current_decisions
from store.interviews import Interview, list_interviews
from store.projects import Project
from store.proxy_verdicts import NOT_PROXY, PROXY, ProxyVerdict, verdicts_of
from store.results import latest_coding
from store.second_coding import CodingRound, SecondCoding, codings_of, rounds_of

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
    "notat",
    "kandidat-id",
    "kandidat",
    "nøkkelkompetanse",
    "erstatningsord",
    "vurdert å stå for",
    "notat til vurderingen",
    "vurdert av",
    "dobbeltkoding",
    "forventet endring",
)
CHANGES = {GROWS: "vokser", FADES: "svinner", NEW: "nytt"}
VERDICTS = {PROXY: "ja", NOT_PROXY: "nei"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNKNOWN = Label("", 0.0)  # what the newest coding says of a phrase that a person alone has marked


@dataclass(frozen=True)
class Decided:
    """What there is of phrases beside decisions, by phrase: the candidate, the verdict on a proxy, second codings, and
    the changes that are tied to it.

    `chosen` are the ids of the candidates that are key competences.
    """

    candidates: Mapping[Identity, Candidate] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    verdicts: Mapping[Identity, ProxyVerdict] = field(default_factory=dict)
    coded: Mapping[Identity, tuple[SecondCoding, ...]] = field(default_factory=dict)
    changes: Mapping[Identity, tuple[Change, ...]] = field(default_factory=dict)


def phrases_of(session: Session, project: Project) -> Iterator[tuple[Interview, Suggestion, Decision | None]]:
    """Every phrase of a project in order, with the decision in force on it; at the end of each interview those that
    the newest coding does not know.
    """
    decisions: dict[str, dict[Identity, Decision]] = defaultdict(dict)
    for identity, decision in current_decisions(session, project.id).items():
        decisions[identity.interview][identity] = decision
    for interview in list_interviews(session, project.id):
        coding, decided = latest_coding(session, interview.id), decisions[interview.name]
        said = coding.suggestions if coding else ()
        shown = worth_showing(said)
        for suggestion in shown:
            yield interview, suggestion, decided.get(identity_of(suggestion.phrase))
        labels = {identity_of(one.phrase): one.label for one in said}
        for identity in sorted(decided.keys() - {identity_of(one.phrase) for one in shown}):
            phrase = decided[identity].phrase
            yield interview, Suggestion(phrase, labels.get(identity, UNKNOWN)), decided[identity]


def to_json(session: Session, project: Project) -> Iterator[str]:
    """The whole project as one JSON object, a line for each phrase, candidate and decision."""
    stored = latest_clustering(session, project.id)
    clustering = stored.clustering if stored else Clustering(())
    number, candidates = clustering_fields(clustering).values()
    names = {candidate.id: candidate.name for candidate in clustering.candidates}
    of_phrase = _candidates_by_phrase(clustering)
    chosen = (choice for choice in choices_of(session, project.id).values() if choice.chosen)
    yield from _written(
        {
            "project": project.name,
            "roles": list(project.roles),
            "interviews": map(_interview_fields, list_interviews(session, project.id)),
            "phrases": (_phrase_fields(*row, of_phrase) for row in phrases_of(session, project)),
            "number": number,
            "candidates": iter(candidates),
            "key_competences": (_choice_fields(choice, names) for choice in chosen),
            "expected_change": map(change_fields, told_changes(session, project.id)),
            "proxy_verdicts": map(_verdict_fields, verdicts_of(session, project.id).values()),
            "second_coding": (_round_fields(session, one) for one in rounds_of(session, project.id) if one.closed),
        }
    )


def to_csv(session: Session, project: Project) -> Iterator[str]:
    """One row for each phrase, for a spreadsheet."""
    decided = _decided(session, project.id)
    yield "\ufeff" + _row(COLUMNS)  # the mark makes spreadsheets read æ, ø and å
    for interview, suggestion, decision in phrases_of(session, project):
        cells = [*_cells(interview, suggestion, decision), *_more_cells(identity_of(suggestion.phrase), decided)]
        yield _row(map(_harmless, cells))


def _written(fields: Mapping[str, Any]) -> Iterator[str]:
    """A JSON object; what is an iterator in it becomes a list, an element a line."""
    yield "{"
    for comma, (name, value) in zip(_commas(), fields.items(), strict=False):
        yield f"{comma}\n{_json(name)}: "
        if not isinstance(value, Iterator):
            yield _json(value)
            continue
        yield "["
        yield from (f"{between}\n{_json(element)}" for between, element in zip(_commas(), value, strict=False))
        yield "\n]"
    yield "\n}\n"


def _commas() -> Iterator[str]:
    """Nothing before the first, a comma before each of the others."""
    yield ""
    while True:
        yield ","


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _interview_fields(interview: Interview) -> dict[str, Any]:
    return {
        name: getattr(interview, name) for name in ("name", "kind", "role", "chain", "pseudonym", "consent", "sha256")
    }


def _phrase_fields(
    interview: Interview, suggestion: Suggestion, decision: Decision | None, candidates: Mapping[Identity, Candidate]
) -> dict[str, Any]:
    candidate = candidates.get(identity_of(suggestion.phrase))
    belongs = {"decision": _decision_fields(decision), "candidate": candidate.id if candidate else None}
    return asdict(suggestion.phrase) | label_fields(suggestion.label) | belongs


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


def _choice_fields(choice: CandidateChoice, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": choice.candidate,
        "name": names.get(choice.candidate),  # None where the candidate is there no longer
        "why": choice.why,
        "what": choice.what,
        "person": choice.person,
        "created": choice.created.isoformat(),
    }


def change_fields(told: ToldChange) -> dict[str, Any]:
    """A change as programs read it: where, which way, and by which phrase of which candidate it concerns that."""
    tie = {"way": told.way, "phrase": told.tied_to._asdict()} if told.tied_to else None
    about = {"direction": told.change.direction, "cues": list(told.change.cues), "role": told.role, "chain": told.chain}
    return asdict(told.change.phrase) | about | {"candidate": told.candidate or None, "tie": tie}


def _verdict_fields(verdict: ProxyVerdict) -> dict[str, Any]:
    return asdict(verdict.phrase) | {
        "verdict": verdict.verdict,
        "stands_for": _stands_for(verdict),
        "competence": verdict.stands_for if verdict.stands_for in read_key_competences() else "",
        "note": verdict.note,
        "person": verdict.person,
        "created": verdict.created.isoformat(),
    }


def _stands_for(verdict: ProxyVerdict) -> str:
    """The name of the key competence, or the wording that somebody wrote."""
    known = read_key_competences().get(verdict.stands_for)
    return known.name if known else verdict.stands_for


def _round_fields(session: Session, coding_round: CodingRound) -> dict[str, Any]:
    """How far the two of a closed round agreed, and what each said."""
    agreement = agreement_in(session, coding_round)
    return {
        "people": list(coding_round.people),
        "share": coding_round.share,
        **asdict(coding_round.selection),
        "person": coding_round.person,
        "created": coding_round.created.isoformat(),
        "closed_by": coding_round.closed_by,
        "closed": coding_round.closed.isoformat() if coding_round.closed else None,
        "agreement": {
            "category": _level_fields(agreement.category),
            "position": _level_fields(agreement.position),
            "dimension": _level_fields(agreement.dimension),
        },
        "codings": [_coding_fields(coding) for coding in codings_of(session, coding_round.id)],
    }


def _level_fields(level: Level) -> dict[str, Any]:
    return asdict(level.agreement) | {"names": list(level.names), "counts": [list(row) for row in level.counts]}


def _coding_fields(coding: SecondCoding) -> dict[str, Any]:
    said = {"person": coding.person, "category": coding.category, "positions": list(coding.positions)}
    return asdict(coding.phrase) | said | {"created": coding.created.isoformat()}


def _candidates_by_phrase(clustering: Clustering) -> dict[Identity, Candidate]:
    return {identity_of(phrase): candidate for candidate in clustering.candidates for phrase in candidate.phrases}


def _decided(session: Session, project_id: int) -> Decided:
    stored = latest_clustering(session, project_id)
    coded: dict[Identity, tuple[SecondCoding, ...]] = defaultdict(tuple)
    for one in rounds_of(session, project_id):
        for coding in codings_of(session, one.id) if one.closed else ():
            coded[identity_of(coding.phrase)] += (coding,)
    changes: dict[Identity, tuple[Change, ...]] = defaultdict(tuple)
    for told in told_changes(session, project_id):
        if told.tied_to:
            changes[told.tied_to] += (told.change,)
    return Decided(
        candidates=_candidates_by_phrase(stored.clustering) if stored else {},
        chosen=frozenset(one.candidate for one in choices_of(session, project_id).values() if one.chosen),
        verdicts=verdicts_of(session, project_id),
        coded=coded,
        changes=changes,
    )


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
        norwegian(label.category) if label.category else "",
        label.probability if label.category else "",
        norwegian(label.positions[0].position) if label.positions else "",
        label.proxy.stands_for if label.proxy else "",
        label.proxy.question if label.proxy else "",
        choice.action if choice else "",
        norwegian(choice.category) if choice and choice.category else "",
        ", ".join(norwegian(p) for p in choice.positions) if choice else "",
        choice.person if choice else "",
        decision.created.isoformat() if decision else "",
        choice.note if choice else "",
    ]


def _more_cells(identity: Identity, decided: Decided) -> list[Any]:
    candidate, verdict = decided.candidates.get(identity), decided.verdicts.get(identity)
    return [
        candidate.id if candidate else "",
        candidate.name if candidate else "",
        "ja" if candidate and candidate.id in decided.chosen else "",
        VERDICTS[verdict.verdict] if verdict else "",
        _stands_for(verdict) if verdict else "",
        verdict.note if verdict else "",
        verdict.person if verdict else "",
        "; ".join(map(_said, decided.coded.get(identity, ()))),
        "; ".join(f"{CHANGES[one.direction]}: {one.phrase.text}" for one in decided.changes.get(identity, ())),
    ]


def _said(coding: SecondCoding) -> str:
    """`Kari: kompetanse (Rutiner)`."""
    places = ", ".join(map(norwegian, coding.positions))
    return f"{coding.person}: {norwegian(coding.category)}" + (f" ({places})" if places else "")


def _row(cells: Iterable[Any]) -> str:
    table = io.StringIO()
    csv.writer(table).writerow(cells)
    return table.getvalue()


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula is shown as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


WRITERS: dict[str, Callable[[Session, Project], Iterator[str]]] = {"json": to_json, "csv": to_csv}
