"""What pages tell of the acts in a project's history beside who and when: only of those that are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from pipeline.corrections import Correction
from pipeline.records import Phrase
from store.projection import standing_decisions
from store.tables import (
    AssignmentRow,
    CandidateChoiceRow,
    CandidateDecisionRow,
    CandidateRow,
    ClusteringRow,
    CodingRoundRow,
    DecisionRow,
    InterviewChangeRow,
    InterviewRow,
    ProxyVerdictRow,
    ReviewItemRow,
    RoundClosingRow,
    SecondCodingRow,
    SpeakerSwapRow,
    TranscriptEditRow,
    TranscriptRow,
    TurnRow,
)

SPAN = ("interview_id", "turn", "start", "end")
Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class BatchContent:
    """How many decisions of each action a batch has, and how many of them are neither undone nor undos."""

    actions: dict[str, int] = field(default_factory=dict)
    standing: int = 0


@dataclass(frozen=True)
class EditAct:
    """What was done to candidates: to the first and second of them, which has the name `name` now.

    `undoes` is the number of what was undone; `stands` where nobody has undone this one.
    """

    action: str
    name: str
    first: str
    second: str
    note: str
    undoes: int | None
    stands: bool


@dataclass(frozen=True)
class ChoiceAct:
    """That a candidate, by id and newest name, was chosen or no longer; `holds` while nobody has chosen since."""

    candidate: str
    name: str
    chosen: bool
    why: str
    what: str
    holds: bool


@dataclass(frozen=True)
class VerdictAct:
    """A verdict on a proxy, or with `undoes` the undoing of one; `undone`: somebody undid it, `holds`: it counts."""

    phrase: Phrase
    verdict: str
    stands_for: str
    note: str
    undoes: int | None
    undone: bool
    holds: bool


@dataclass(frozen=True)
class CorrectionAct:
    """Other words in a transcript, and those that stood there; `holds` while the turn has not been corrected since."""

    interview: str
    correction: Correction
    before: str
    note: str
    holds: bool


@dataclass(frozen=True)
class SwapAct:
    """That speakers were exchanged; `holds` where it was the last time in the interview."""

    interview: str
    holds: bool


@dataclass(frozen=True)
class DetailAct:
    """A field of what is known of an interview, before and after; `holds` while nobody has changed it since."""

    interview: str
    field: str
    before: str
    after: str
    holds: bool


@dataclass(frozen=True)
class CodingAct:
    """What a second coder said of a phrase in a round."""

    round: int
    phrase: Phrase
    category: str
    positions: tuple[str, ...]


def in_force_among(session: Session, decision_ids: Collection[int]) -> frozenset[int]:
    """Those of the decisions that hold for their phrase now."""
    item = ReviewItemRow
    same = and_(*(getattr(item, name) == getattr(DecisionRow, name) for name in SPAN))
    rows = select(DecisionRow.id).join(item, and_(same, item.decision_id == DecisionRow.id))
    return frozenset(session.scalars(rows.where(DecisionRow.id.in_(decision_ids))))


def batch_contents(session: Session, project_id: int, names: Collection[str]) -> dict[str, BatchContent]:
    """What is in each of the batches."""
    row, number = DecisionRow, func.count()
    here = (row.project_id == project_id, row.batch.in_(names))
    actions: dict[str, dict[str, int]] = defaultdict(dict)
    for name, action, many in session.execute(
        select(row.batch, row.action, number).where(*here).group_by(row.batch, row.action)
    ):
        actions[str(name)][action] = many
    rows = session.execute(select(row.batch, number).where(*here, standing_decisions()).group_by(row.batch))
    standing = Counter({str(name): many for name, many in rows})
    return {name: BatchContent(found, standing[name]) for name, found in actions.items()}


def edits_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, EditAct]:
    """What was done to candidates, without their phrases, which may be many."""
    row, undo = CandidateDecisionRow, aliased(CandidateDecisionRow)
    first, second = (row.parts[place]["name"].as_string() for place in (0, 1))
    rows = select(row.id, row.action, row.name, first, second, row.note, row.undoes, undo.id)
    rows = rows.outerjoin(undo, undo.undoes == row.id).where(row.project_id == project_id, row.id.in_(ids))
    return {
        number: EditAct(action, name, one or "", other or "", note, undoes, undone is None)
        for number, action, name, one, other, note, undoes, undone in session.execute(rows)
    }


def choices_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, ChoiceAct]:
    """Which candidates were chosen, or no longer."""
    row, newer = CandidateChoiceRow, aliased(CandidateChoiceRow)
    since = exists().where(newer.project_id == row.project_id, newer.cid == row.cid, newer.id > row.id)
    rows = select(row, since).where(row.project_id == project_id, row.id.in_(ids))
    names = _candidate_names(session, project_id)
    return {
        one.id: ChoiceAct(one.cid, names.get(one.cid, ""), one.chosen, one.why, one.what, not replaced)
        for one, replaced in session.execute(rows)
    }


def verdicts_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, VerdictAct]:
    """What was found of proxies."""
    row, newer = ProxyVerdictRow, aliased(ProxyVerdictRow)
    same = and_(*(getattr(newer, name) == getattr(row, name) for name in SPAN), newer.project_id == row.project_id)
    since = exists().where(same, newer.id > row.id, newer.undoes.is_(None), ~_is_undone(newer))
    rows = select(row, InterviewRow.name, _is_undone(row), since).join(InterviewRow)
    found = session.execute(rows.where(row.project_id == project_id, row.id.in_(ids)))
    return {
        one.id: VerdictAct(
            phrase=_phrase(one, interview),
            verdict=one.verdict,
            stands_for=one.stands_for,
            note=one.note,
            undoes=one.undoes,
            undone=undone,
            holds=one.undoes is None and not undone and not replaced,
        )
        for one, interview, undone, replaced in found
    }


def corrections_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, CorrectionAct]:
    """What was corrected in transcripts, and what stood there before."""
    row, newer, said = TranscriptEditRow, aliased(TranscriptEditRow), TranscriptRow
    since = exists().where(newer.interview_id == row.interview_id, newer.turn == row.turn, newer.id > row.id)
    of_version = and_(said.interview_id == row.interview_id, said.version == row.from_version)
    of_turn = and_(TurnRow.transcript_id == said.id, TurnRow.ordinal == row.turn)
    rows = select(row, InterviewRow.name, TurnRow.text, since).join(InterviewRow, InterviewRow.id == row.interview_id)
    rows = rows.join(said, of_version).join(TurnRow, of_turn)
    found = session.execute(rows.where(InterviewRow.project_id == project_id, row.id.in_(ids)))
    return {
        one.id: CorrectionAct(
            interview=interview,
            correction=Correction(one.turn, one.start, one.end, one.replacement),
            before=text[one.start : one.end],
            note=one.note,
            holds=not replaced,
        )
        for one, interview, text, replaced in found
    }


def swaps_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, SwapAct]:
    """In which interviews speakers were exchanged."""
    row, newer = SpeakerSwapRow, aliased(SpeakerSwapRow)
    since = exists().where(newer.interview_id == row.interview_id, newer.id > row.id)
    found = session.execute(_of_interviews(select(row.id, InterviewRow.name, since), row, project_id, ids))
    return {number: SwapAct(interview, not replaced) for number, interview, replaced in found}


def details_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, DetailAct]:
    """What was changed of what is known of interviews."""
    row, newer = InterviewChangeRow, aliased(InterviewChangeRow)
    since = exists().where(newer.interview_id == row.interview_id, newer.field == row.field, newer.id > row.id)
    columns = (row.id, InterviewRow.name, row.field, row.before, row.after, since)
    found = session.execute(_of_interviews(select(*columns), row, project_id, ids))
    return {
        number: DetailAct(interview, field, before, after, not replaced)
        for number, interview, field, before, after, replaced in map(tuple, found)
    }


def rounds_closed(session: Session, project_id: int, ids: Collection[int]) -> dict[int, int]:
    """Which round each of the closings closed."""
    row = RoundClosingRow
    rows = select(row.id, row.round_id).join(CodingRoundRow)
    found = session.execute(rows.where(CodingRoundRow.project_id == project_id, row.id.in_(ids)))
    return {number: round_id for number, round_id in found}


def codings_numbered(session: Session, project_id: int, ids: Collection[int]) -> dict[int, CodingAct]:
    """What second coders said of phrases in closed rounds."""
    row, assigned = SecondCodingRow, AssignmentRow
    same = and_(*(getattr(assigned, name) == getattr(row, name) for name in ("round_id", *SPAN)))
    rows = select(row, InterviewRow.name, assigned.text).join(assigned, same)
    rows = rows.join(InterviewRow, InterviewRow.id == row.interview_id)
    rows = rows.join(RoundClosingRow, RoundClosingRow.round_id == row.round_id)
    found = session.execute(rows.where(InterviewRow.project_id == project_id, row.id.in_(ids)))
    return {
        one.id: CodingAct(
            round=one.round_id,
            phrase=Phrase(interview, one.turn, one.start, one.end, text),
            category=one.category,
            positions=tuple(one.positions),
        )
        for one, interview, text in found
    }


def coded_in(session: Session, round_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """How many phrases each second coder said something of in these rounds."""
    row = SecondCodingRow
    spans = select(row.round_id, row.person).where(row.round_id.in_(round_ids))
    each = spans.group_by(row.round_id, row.person, *(getattr(row, name) for name in SPAN)).subquery().columns
    counted = select(each.round_id, each.person, func.count()).group_by(each.round_id, each.person)
    return {(round_id, person): number for round_id, person, number in session.execute(counted)}


def _is_undone(row: Any) -> ColumnElement[bool]:
    undo = aliased(ProxyVerdictRow)
    return exists().where(undo.undoes == row.id)


def _candidate_names(session: Session, project_id: int) -> dict[str, str]:
    """What the newest candidates are called."""
    newest = select(func.max(ClusteringRow.id)).where(ClusteringRow.project_id == project_id).scalar_subquery()
    rows = select(CandidateRow.cid, CandidateRow.name).where(CandidateRow.clustering_id == newest)
    return {cid: name for cid, name in session.execute(rows)}


def _of_interviews(query: Query, row: Any, project_id: int, ids: Collection[int]) -> Query:
    query = query.join(InterviewRow, InterviewRow.id == row.interview_id)
    return query.where(InterviewRow.project_id == project_id, row.id.in_(ids))


def _phrase(row: Any, interview: str) -> Phrase:
    return Phrase(interview, row.turn, row.start, row.end, row.text)
