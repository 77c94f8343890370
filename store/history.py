"""Everything that people did in a project, newest first: which acts there are, a page at a time.

Each kind of act has a table and numbers of its own. A page is the newest of all kinds together; the next one goes on
from the number that each kind had come to, so that the last page costs no more than the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from pipeline.records import Identity
from store.tables import (
    CandidateChoiceRow,
    CandidateDecisionRow,
    CodingRoundRow,
    DecisionRow,
    InterviewChangeRow,
    InterviewRow,
    ProxyVerdictRow,
    RoundClosingRow,
    SecondCodingRow,
    SpeakerSwapRow,
    TranscriptEditRow,
)

DECISION, BATCH, CANDIDATE, CHOICE, PROXY = "decision", "batch", "candidate", "choice", "proxy"
CORRECTION, SPEAKERS, DETAILS = "correction", "speakers", "details"
ROUND, CLOSING, CODING = "round", "closing", "coding"
KINDS = (DECISION, BATCH, CANDIDATE, CHOICE, PROXY, CORRECTION, SPEAKERS, DETAILS, ROUND, CLOSING, CODING)
START = -1  # before the newest of a kind
Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """Which acts: a person's, on an interview, on one phrase, of some kinds; all where nothing is given.

    Of a phrase, and of a batch, each decision is an act of its own; `unfolded`: so it is of everything.
    """

    person: str = ""
    interview: str = ""
    phrase: Identity | None = None
    batch: str = ""
    kinds: tuple[str, ...] = KINDS
    unfolded: bool = False


class Act(NamedTuple):
    """Something that a person did: its kind, its number there, and when, in UTC.

    `about` is the name of a batch, or the number of the round that the codings are of. What is done in the name of
    several has the first of them here.
    """

    kind: str
    number: int
    created: datetime
    person: str
    about: str


Place = tuple[int, ...]  # of each kind the number that comes before the next page
BEGINNING: Place = (START,) * len(KINDS)


@dataclass(frozen=True)
class Page:
    """Some acts, newest first, and where the next page begins; None where these are the last."""

    acts: tuple[Act, ...]
    next: Place | None


def find_acts(session: Session, project_id: int, wanted: Wanted, limit: int, place: Place = BEGINNING) -> Page:
    """The newest acts that fit, from the place on."""
    found: list[Act] = []
    for kind, before in zip(KINDS, place, strict=True):
        query = _query(kind, project_id, wanted, before) if kind in wanted.kinds else None
        if query is not None:
            rows = session.execute(query.limit(limit + 1))
            found += [Act(kind, number, created, person, str(about)) for number, created, person, about in rows]
    found.sort(key=lambda act: act.created, reverse=True)  # stable: of one kind they stay in their order
    page = tuple(found[:limit])
    return Page(page, _after(page, place) if len(found) > limit else None)


def people_in(session: Session, project_id: int) -> tuple[str, ...]:
    """Everybody who did something in the project, by name; second coders when their round is closed."""
    tables = (DecisionRow, CandidateDecisionRow, CandidateChoiceRow, ProxyVerdictRow, CodingRoundRow)
    of_project = [select(table.person).where(table.project_id == project_id) for table in tables]
    of_interviews = [
        select(table.person).join(InterviewRow).where(InterviewRow.project_id == project_id)
        for table in (TranscriptEditRow, SpeakerSwapRow, InterviewChangeRow)
    ]
    closed = select(CodingRoundRow).join(RoundClosingRow).where(CodingRoundRow.project_id == project_id)
    of_rounds = [closed.with_only_columns(one) for one in (CodingRoundRow.first, CodingRoundRow.second)]
    queries = (*of_project, *of_interviews, *of_rounds)
    people = {name for query in queries for name in session.scalars(query.distinct())}
    return tuple(sorted(people))


def _after(page: Iterable[Act], place: Place) -> Place:
    reached = dict(zip(KINDS, place, strict=True))
    reached |= {act.kind: act.number for act in page}  # the last of each kind
    return tuple(reached[kind] for kind in KINDS)


def _query(kind: str, project_id: int, wanted: Wanted, before: int) -> Query | None:
    """The acts of a kind with lower numbers than this; None where what is wanted rules out the kind."""
    query = SOURCES[kind](project_id, wanted) if kind == DECISION or not wanted.batch else None
    if query is None:
        return None
    number = query.selected_columns[0]
    grouped = kind in (BATCH, CODING) and wanted.phrase is None
    if before != START:
        query = query.having(number < before) if grouped else query.where(number < before)
    return query.order_by(number.desc())


def _decisions(project_id: int, wanted: Wanted) -> Query:
    row = DecisionRow
    query = select(row.id, row.created, row.person, func.coalesce(row.batch, "")).where(row.project_id == project_id)
    if wanted.batch:
        query = query.where(row.batch == wanted.batch)
    elif wanted.phrase is None and not wanted.unfolded:
        query = query.where(row.batch.is_(None))
    return _of_phrases(query, row, project_id, wanted)


def _batches(project_id: int, wanted: Wanted) -> Query | None:
    row = DecisionRow
    if wanted.phrase is not None or wanted.unfolded:
        return None
    query = select(func.max(row.id), func.max(row.created), func.min(row.person), row.batch)
    query = query.where(row.project_id == project_id, row.batch.is_not(None)).group_by(row.batch)
    return _of_phrases(query, row, project_id, wanted)


def _verdicts(project_id: int, wanted: Wanted) -> Query:
    row = ProxyVerdictRow
    query = select(row.id, row.created, row.person, literal("")).where(row.project_id == project_id)
    return _of_phrases(query, row, project_id, wanted)


def _of_phrases(query: Query, row: Any, project_id: int, wanted: Wanted) -> Query:
    """Of the person, the interview and the phrase."""
    if wanted.person:
        query = query.where(row.person == wanted.person)
    if wanted.phrase:
        here = {"turn": wanted.phrase.turn, "start": wanted.phrase.start, "end": wanted.phrase.end}
        query = query.where(*(getattr(row, name) == value for name, value in here.items()))
    name = wanted.phrase.interview if wanted.phrase else wanted.interview
    if name:
        query = query.where(row.interview_id == _interview(project_id, name))
    return query


def _interview(project_id: int, name: str) -> Any:
    ids = select(InterviewRow.id).where(InterviewRow.project_id == project_id, InterviewRow.name == name)
    return ids.scalar_subquery()


def _candidates(project_id: int, wanted: Wanted) -> Query | None:
    return _of_project(CandidateDecisionRow, project_id, wanted)


def _choices(project_id: int, wanted: Wanted) -> Query | None:
    """Those that somebody made by itself: others follow from an edit, which is an act."""
    query = _of_project(CandidateChoiceRow, project_id, wanted)
    return query.where(CandidateChoiceRow.follows.is_(None)) if query is not None else None


def _rounds(project_id: int, wanted: Wanted) -> Query | None:
    return _of_project(CodingRoundRow, project_id, wanted)


def _of_project(row: Any, project_id: int, wanted: Wanted) -> Query | None:
    if wanted.phrase or wanted.interview:
        return None
    query = select(row.id, row.created, row.person, literal("")).where(row.project_id == project_id)
    return query.where(row.person == wanted.person) if wanted.person else query


def _closings(project_id: int, wanted: Wanted) -> Query | None:
    row = RoundClosingRow
    if wanted.phrase or wanted.interview:
        return None
    query = select(row.id, row.created, row.person, literal("")).join(CodingRoundRow)
    query = query.where(CodingRoundRow.project_id == project_id)
    return query.where(row.person == wanted.person) if wanted.person else query


def _codings(project_id: int, wanted: Wanted) -> Query | None:
    """What a coder said in a closed round, as one act, which is of no single interview; of a phrase what each said."""
    row = SecondCodingRow
    if wanted.interview and wanted.phrase is None:
        return None
    columns: tuple[Any, ...] = (row.id, row.created, row.person, literal(""))
    if wanted.phrase is None:
        columns = (func.max(row.id), func.max(row.created), row.person, func.min(row.round_id))
    query = select(*columns).join(CodingRoundRow, CodingRoundRow.id == row.round_id)
    query = query.join(RoundClosingRow, RoundClosingRow.round_id == row.round_id)
    query = query.where(CodingRoundRow.project_id == project_id)
    if wanted.phrase is None:
        query = query.group_by(row.round_id, row.person)
    return _of_phrases(query, row, project_id, wanted)


def _corrections(project_id: int, wanted: Wanted) -> Query:
    query = _of_interviews(TranscriptEditRow, project_id, wanted)
    return query.where(TranscriptEditRow.turn == wanted.phrase.turn) if wanted.phrase else query


def _swaps(project_id: int, wanted: Wanted) -> Query:
    return _of_interviews(SpeakerSwapRow, project_id, wanted)


def _details(project_id: int, wanted: Wanted) -> Query | None:
    return None if wanted.phrase else _of_interviews(InterviewChangeRow, project_id, wanted)


def _of_interviews(row: Any, project_id: int, wanted: Wanted) -> Query:
    query = select(row.id, row.created, row.person, literal("")).join(InterviewRow)
    query = query.where(InterviewRow.project_id == project_id)
    if wanted.person:
        query = query.where(row.person == wanted.person)
    name = wanted.phrase.interview if wanted.phrase else wanted.interview
    return query.where(InterviewRow.name == name) if name else query


SOURCES: dict[str, Callable[[int, Wanted], Query | None]] = {
    DECISION: _decisions,
    BATCH: _batches,
    CANDIDATE: _candidates,
    CHOICE: _choices,
    PROXY: _verdicts,
    CORRECTION: _corrections,
    SPEAKERS: _swaps,
    DETAILS: _details,
    ROUND: _rounds,
    CLOSING: _closings,
    CODING: _codings,
}
