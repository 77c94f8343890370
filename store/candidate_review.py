"""How far people have come with the phrases of a candidate."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from pipeline.records import Identity
from store.among import among
from store.clusterings import candidate_rows, newest_row, places_of
from store.projection import DECIDED
from store.tables import InterviewRow, MemberRow, ReviewItemRow


def decided_in(session: Session, project_id: int, candidate: str) -> int | None:
    """How many phrases of the newest candidate of this id somebody has decided on; None where there is no such one."""
    newest = newest_row(session, project_id)
    row = next((one for one in candidate_rows(session, newest.id) if one.cid == candidate), None) if newest else None
    if row is None:
        return None
    member, item = MemberRow, ReviewItemRow
    of_project = and_(InterviewRow.name == member.interview, InterviewRow.project_id == project_id)
    same = and_(
        item.interview_id == InterviewRow.id,
        item.turn == member.turn,
        item.start == member.start,
        item.end == member.end,
    )
    counts = select(func.count()).select_from(member)
    counts = counts.join(*among((member.clustering_id, member.candidate), {place[:2] for place in places_of(row)}))
    return session.scalars(counts.join(InterviewRow, of_project).join(item, same).where(item.state.in_(DECIDED))).one()


def states_of(session: Session, project_id: int, phrases: Collection[Identity]) -> dict[Identity, str]:
    """What holds of each phrase that there is to review: `open`, or what was decided."""
    if not phrases:
        return {}
    item = ReviewItemRow
    span = (InterviewRow.name, item.turn, item.start, item.end)
    rows = select(*span, item.state).select_from(item).join(InterviewRow).join(*among(span, phrases))
    found = session.execute(rows.where(InterviewRow.project_id == project_id))
    return {Identity(name, turn, start, end): state for name, turn, start, end, state in found}
