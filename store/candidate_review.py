"""How far people have come with the phrases of a candidate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from pipeline.records import Identity
from store.clusterings import in_places, places_of
from store.projection import DECIDED
from store.tables import CandidateRow, ClusteringRow, InterviewRow, MemberRow, ReviewItemRow


def decided_in(session: Session, project_id: int, candidate: str) -> int | None:
    """How many phrases of the newest candidate of this id somebody has decided on; None where there is no such one."""
    rows = _rows(session, project_id, [candidate])
    if not rows:
        return None
    counts = _items(select(func.count()), project_id, rows)
    return session.scalars(counts.where(ReviewItemRow.state.in_(DECIDED))).one()


def states_in(
    session: Session, project_id: int, candidates: Collection[str], first: int, skipped: int = 0
) -> dict[Identity, str]:
    """What holds of the phrases that `latest_candidates` has of these: `open`, or what was decided."""
    rows = _rows(session, project_id, candidates)
    if not rows:
        return {}
    member = MemberRow
    columns: tuple[Any, ...] = (member.interview, member.turn, member.start, member.end, ReviewItemRow.state)
    found = _items(select(*columns), project_id, rows)
    found = found.where(member.ordinal >= skipped, member.ordinal < skipped + first)
    return {Identity(name, turn, start, end): state for name, turn, start, end, state in session.execute(found)}


def _rows(session: Session, project_id: int, candidates: Collection[str]) -> Sequence[CandidateRow]:
    """Those of the newest candidates that have these ids."""
    newest = select(func.max(ClusteringRow.id)).where(ClusteringRow.project_id == project_id).scalar_subquery()
    rows = select(CandidateRow).where(CandidateRow.clustering_id == newest, CandidateRow.cid.in_(candidates))
    return session.scalars(rows).all()


def _items(query: Select[Any], project_id: int, rows: Sequence[CandidateRow]) -> Select[Any]:
    """What there is to review of the candidates' phrases."""
    member, item = MemberRow, ReviewItemRow
    of_project = and_(InterviewRow.name == member.interview, InterviewRow.project_id == project_id)
    same = and_(
        item.interview_id == InterviewRow.id,
        item.turn == member.turn,
        item.start == member.start,
        item.end == member.end,
    )
    query = in_places(query.select_from(member), [place for row in rows for place in places_of(row)])
    return query.join(InterviewRow, of_project).join(item, same)
