"""Shows an edit of candidates at once: as one more clustering, made by `pipeline.regroup` without a model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from pipeline.edits import Edit
from pipeline.records import Candidate, Identity, Phrase, Placement, identity_of
from pipeline.regroup import Sums, more, regroup, sums_of, touched
from store.among import among
from store.clusterings import (
    EDITED,
    Member,
    Place,
    Size,
    add_candidates,
    add_members,
    candidate_in,
    candidate_rows,
    candidate_values,
    in_places,
    members_of,
    newest_row,
    places_of,
)
from store.tables import CandidateRow, ClusteringRow, InterviewRow, MemberRow, ReviewItemRow, SuggestionRow

FEW = 100  # phrases that are asked for one by one, or left out of a place


@dataclass(frozen=True)
class Working:
    """The newest candidates, those that an edit is about with their phrases."""

    newest: ClusteringRow
    rows: Sequence[CandidateRow]
    members: Mapping[int, list[Member]]
    candidates: tuple[Candidate, ...]


def load_working(session: Session, project_id: int, ids: Collection[str]) -> Working | None:
    """The newest candidates, with the phrases of those with these ids; None where nothing is gathered."""
    newest = newest_row(session, project_id)
    if newest is None:
        return None
    rows = candidate_rows(session, newest.id)
    members = members_of(session, [row for row in rows if row.cid in ids])
    return Working(newest, rows, members, tuple(candidate_in(row, members[row.ordinal]) for row in rows))


def show_edit(
    session: Session, project_id: int, working: Working, number: int, edit: Edit, undone: bool = False
) -> None:
    """The newest candidates as the edit, decision `number`, or its undoing leaves them.

    It holds until the next clustering, which heeds the edit by itself.
    """
    ids = touched(edit)
    members = [one for row in working.rows if row.cid in ids for one in working.members[row.ordinal]]

    def look(phrases: Sequence[Phrase]) -> Sums:
        return _sums(session, project_id, members, {id(phrase) for phrase in phrases})

    after = regroup(working.candidates, edit, look, _chains(session, project_id), undone)
    added = ClusteringRow(
        project_id=project_id,
        key=f"{EDITED}{number} after {working.newest.id}",
        tried=working.newest.tried,
        reason=working.newest.reason,
        shift=working.newest.shift + after.more,
    )
    session.add(added)
    session.flush()
    _save(session, added.id, {row.cid: row for row in working.rows}, after.candidates, members, ids)


def _save(
    session: Session,
    clustering_id: int,
    rows: Mapping[str, CandidateRow],
    candidates: Sequence[Candidate],
    members: Sequence[Member],
    touched: Collection[str],
) -> None:
    """The candidates with phrases where they are, as far as most of a place stay together, else in rows anew."""
    loaded = {c.id: c for c in candidates if c.id in touched or c.id not in rows}
    kept, rest = _sorted_out(members, _homes(loaded))
    values = []
    for ordinal, candidate in enumerate(candidates):
        places = kept[candidate.id] if candidate.id in loaded else list(places_of(rows[candidate.id]))
        anew = rest[candidate.id]
        if anew:
            numbered = _numbered(anew, alone=not places)
            places = [*places, _place(Place(clustering_id, ordinal), numbered)]
            add_members(session, clustering_id, ordinal, [(one.ordinal, one[2:]) for one in numbered])
        values.append(candidate_values(candidate, places))
    add_candidates(session, clustering_id, values)


def _homes(candidates: Mapping[str, Candidate]) -> dict[int, tuple[str, int]]:
    """The candidate and half of each phrase, known by the object that it is, since hashing thousands takes long."""
    return {
        id(phrase): (candidate.id, int(place in second))
        for candidate, second in ((one, set(one.second)) for one in candidates.values())
        for place, phrase in enumerate(candidate.phrases)
    }


def _sorted_out(
    members: Iterable[Member], homes: Mapping[int, tuple[str, int]]
) -> tuple[dict[str, list[Place]], dict[str, list[Member]]]:
    """By candidate the places that stay, but for a few phrases of theirs, and the phrases that need rows anew."""
    together: dict[Place, dict[str, list[tuple[Member, int]]]] = {}
    for member in members:
        owner, half = homes[id(member.phrase)]
        together.setdefault(member.place, {}).setdefault(owner, []).append((member, half))
    kept: dict[str, list[Place]] = defaultdict(list)
    rest: dict[str, list[Member]] = defaultdict(list)
    for place, owners in together.items():
        most = max(owners, key=lambda owner: len(owners[owner]))
        gone = tuple(member.ordinal for owner in owners if owner != most for member, _ in owners[owner])
        stays = _stays(place, owners[most], gone)
        if stays:
            kept[most].append(stays)
        for owner, some in owners.items():
            if owner != most or not stays:
                rest[owner] += [member._replace(half=half) for member, half in some]
    return kept, rest


def _stays(place: Place, members: Sequence[tuple[Member, int]], gone: tuple[int, ...]) -> Place | None:
    """The place with these of its phrases, in these halves; None where it takes less to write them anew."""
    without = tuple(sorted((*place.without, *gone)))
    halves = {half for _, half in members}
    if len(without) > FEW:
        return None
    if len(halves) == 1:
        place = place._replace(half=halves.pop())
    elif any(member.half != half for member, half in members):
        return None
    return _place(place._replace(without=without), [member for member, _ in members])


def _place(place: Place, members: Sequence[Member]) -> Place:
    """The place with the size that these phrases of it have; none of them is in a half of its own where it has one."""
    size = Size(len(members), sum(one.half for one in members), max(one.ordinal for one in members) + 1)
    return place._replace(size=size)


def _numbered(members: Iterable[Member], alone: bool) -> list[Member]:
    """By themselves from 0; beside others each about as typical as it was."""
    found: list[Member] = []
    last = -1
    for member in sorted(members, key=lambda member: member.ordinal):
        last = last + 1 if alone else max(last + 1, member.ordinal)
        found.append(member._replace(ordinal=last))
    return found


def _sums(session: Session, project_id: int, members: Iterable[Member], wanted: Collection[int]) -> Sums:
    """Over the wanted phrases, by the objects that they are. Where they are all of a gathered candidate, its own."""
    places: dict[Place, list[Member]] = defaultdict(list)
    for member in members:
        places[member.place].append(member)
    known, single = Sums(0, 0.0, {}), []
    for place, there in places.items():
        found = [one for one in there if id(one.phrase) in wanted]
        whole = session.get(CandidateRow, place.rows) if found and len(found) == len(there) else None
        if whole is not None and _is_all_of(place, whole):
            known = more(known, sums_of(candidate_in(whole, there)))
        else:
            single += found
    return more(known, _sums_of_phrases(single, _positions(session, project_id, single)))


def _is_all_of(place: Place, candidate: CandidateRow) -> bool:
    return not place.without and [(*one.rows, one.without) for one in places_of(candidate)] == [(*place.rows, ())]


def _sums_of_phrases(members: Sequence[Member], positions: Mapping[Identity, tuple[Placement, ...]]) -> Sums:
    totals: dict[str, float] = defaultdict(float)
    for member in members:
        for placement in positions.get(identity_of(member.phrase), ()):
            totals[placement.position] += placement.probability
    return Sums(len(members), sum(member.share for member in members), totals)


def _positions(session: Session, project_id: int, members: Sequence[Member]) -> dict[Identity, tuple[Placement, ...]]:
    """What counts for each phrase's positions: those that people decided, each as probable, else the model's.

    Of many the whole of the places that they are in is read, since a long list of phrases takes long to compile.
    """
    item, said, member = ReviewItemRow, SuggestionRow, MemberRow
    span = (InterviewRow.name, item.turn, item.start, item.end)
    same = and_(said.coding_id == item.coding_id, said.ordinal == item.ordinal)
    rows = select(*span, item.decision_id, item.positions, said.positions).select_from(item)
    rows = rows.join(InterviewRow).outerjoin(said, same).where(InterviewRow.project_id == project_id)
    if not members:
        return {}
    if len(members) <= FEW:
        rows = rows.join(*among(span, [identity_of(one.phrase) for one in members]))
    else:
        kept = (member.interview, member.turn, member.start, member.end)
        rows = rows.join(member, and_(*(one == other for one, other in zip(span, kept, strict=True))))
        rows = in_places(rows, {one.place for one in members})
    return {
        Identity(name, turn, start, end): _placements(decided if decision is not None else "", suggested or ())
        for name, turn, start, end, decision, decided, suggested in session.execute(rows)
    }


def _placements(decided: str, suggested: Iterable[Mapping[str, Any]]) -> tuple[Placement, ...]:
    chosen = decided.split()
    if chosen:
        return tuple(Placement(position, round(1 / len(chosen), 4)) for position in chosen)
    return tuple(Placement(one["position"], one["probability"]) for one in suggested)


def _chains(session: Session, project_id: int) -> dict[str, str]:
    rows = select(InterviewRow.name, InterviewRow.chain).where(InterviewRow.project_id == project_id)
    return {name: chain for name, chain in session.execute(rows)}
