"""Shows an edit of candidates at once: as one more clustering, made by `pipeline.regroup` without a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from pipeline.edits import Edit
from pipeline.records import Candidate, Identity, Phrase, Placement, identity_of
from pipeline.regroup import Known, regroup, touched
from store.among import among
from store.clusterings import (
    EDITED,
    PLACEMENTS,
    Member,
    Place,
    add_candidates,
    add_members,
    candidate_in,
    candidate_rows,
    candidate_values,
    members_of,
    newest_row,
    places_of,
)
from store.tables import CandidateRow, ClusteringRow, InterviewRow, ReviewItemRow, SuggestionRow


def show_edit(session: Session, project_id: int, number: int, edit: Edit, undone: bool = False) -> None:
    """The newest candidates as the edit, decision `number`, or its undoing leaves them; nothing where there are none.

    It holds until the next clustering, which heeds the edit by itself.
    """
    newest = newest_row(session, project_id)
    if newest is None:
        return
    rows, ids = candidate_rows(session, newest.id), touched(edit)
    members = members_of(session, [row for row in rows if row.cid in ids])
    before = tuple(candidate_in(row, members[row.ordinal]) for row in rows)
    known = {identity_of(member.phrase): member for some in members.values() for member in some}

    def look(phrases: Sequence[Identity]) -> dict[Identity, Known]:
        places = _positions(session, project_id, phrases)
        return {phrase: Known(known[phrase].share, places.get(phrase, ())) for phrase in phrases}

    after = regroup(before, edit, look, _chains(session, project_id), undone)
    added = ClusteringRow(
        project_id=project_id,
        key=f"{EDITED}{number} after {newest.id}",
        tried=newest.tried,
        reason=newest.reason,
        shift=newest.shift + after.more,
    )
    session.add(added)
    session.flush()
    _save(session, added.id, {row.cid: row for row in rows}, after.candidates, known.values(), ids)


def _save(
    session: Session,
    clustering_id: int,
    rows: Mapping[str, CandidateRow],
    candidates: Sequence[Candidate],
    members: Iterable[Member],
    touched: Collection[str],
) -> None:
    """The candidates with phrases where they are, as far as all that lie together stay so, else in rows anew."""
    loaded = {c.id: c for c in candidates if c.id in touched or c.id not in rows}
    where = {phrase: (c.id, int(i in second)) for c, second in _seconds(loaded) for i, phrase in enumerate(c.phrases)}
    kept, rest = _sorted_out(members, where)
    values = []
    for ordinal, candidate in enumerate(candidates):
        places = kept[candidate.id] if candidate.id in loaded else list(places_of(rows[candidate.id]))
        anew = rest[candidate.id]
        if anew:
            add_members(session, clustering_id, ordinal, _numbered(anew, where, alone=not places))
            places = [*places, Place(clustering_id, ordinal)]
        values.append(candidate_values(candidate, places))
    add_candidates(session, clustering_id, values)


def _seconds(candidates: Mapping[str, Candidate]) -> list[tuple[Candidate, set[int]]]:
    return [(candidate, set(candidate.second)) for candidate in candidates.values()]


def _sorted_out(
    members: Iterable[Member], where: Mapping[Phrase, tuple[str, int]]
) -> tuple[dict[str, list[Place]], dict[str, list[Member]]]:
    """By candidate the places that go there whole, and the phrases of places that are torn."""
    together: dict[Place, list[Member]] = defaultdict(list)
    for member in members:
        together[member.place].append(member)
    kept: dict[str, list[Place]] = defaultdict(list)
    rest: dict[str, list[Member]] = defaultdict(list)
    for place, some in together.items():
        homes = {where[member.phrase] for member in some}
        owners = {owner for owner, _ in homes}
        if len(owners) == 1 and all(where[member.phrase][1] == member.half for member in some):
            kept[owners.pop()].append(place)
        elif len(homes) == 1:
            owner, half = homes.pop()
            kept[owner].append(place._replace(half=half))
        else:
            for member in some:
                rest[where[member.phrase][0]].append(member)
    return kept, rest


def _numbered(
    members: Iterable[Member], where: Mapping[Phrase, tuple[str, int]], alone: bool
) -> Iterable[tuple[int, tuple[Phrase, float, int]]]:
    """By themselves from 0; beside others each about as typical as it was."""
    last = -1
    for member in sorted(members, key=lambda member: member.ordinal):
        last = last + 1 if alone else max(last + 1, member.ordinal)
        yield last, (member.phrase, member.share, where[member.phrase][1])


def _positions(session: Session, project_id: int, phrases: Sequence[Identity]) -> dict[Identity, tuple[Placement, ...]]:
    """What counts for each phrase's positions: those that people decided, each as probable, else the model's."""
    item, said = ReviewItemRow, SuggestionRow
    span = (InterviewRow.name, item.turn, item.start, item.end)
    same = and_(said.coding_id == item.coding_id, said.ordinal == item.ordinal)
    rows = select(*span, item.decision_id, item.positions, said.positions)
    rows = rows.select_from(item).join(InterviewRow).outerjoin(said, same).join(*among(span, phrases))
    found = {}
    for *phrase, decision, decided, suggested in session.execute(rows.where(InterviewRow.project_id == project_id)):
        chosen = decided.split() if decision is not None else []
        even = tuple(Placement(position, round(1 / len(chosen), 4)) for position in chosen)
        found[Identity(*phrase)] = even or PLACEMENTS.validate_python(suggested or ())
    return found


def _chains(session: Session, project_id: int) -> dict[str, str]:
    rows = select(InterviewRow.name, InterviewRow.chain).where(InterviewRow.project_id == project_id)
    return {name: chain for name, chain in session.execute(rows)}
