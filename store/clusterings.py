"""The candidates of a project: each clustering added once, found by the key of all that it was made from.

An edit makes one more clustering, in which candidates that it leaves alone share their phrases' rows with the one
before (`CandidateRow.places`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Select, false, func, insert, select, update
from sqlalchemy.orm import Session

from pipeline.records import Candidate, Clustering, Identity, Phrase, Placement, Title, Trial
from store.among import among
from store.database import insert_once
from store.tables import CandidateRow, ClusteringRow, MemberRow, ProjectRow

PLACEMENTS = TypeAdapter(tuple[Placement, ...])
TITLES = TypeAdapter(tuple[Title, ...])
TRIALS = TypeAdapter(tuple[Trial, ...])
EDITED = "edited "  # begins the key of a clustering that shows an edit; all other keys are checksums


@dataclass(frozen=True)
class StoredClustering:
    """All candidates for a project, in the order the step gave them; `created` in UTC."""

    id: int
    project_id: int
    key: str
    clustering: Clustering
    created: datetime

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.clustering.candidates


@dataclass(frozen=True)
class CandidateLine:
    """A candidate with its most typical phrases alone, and how many it has; `second` of them are its second half.

    `version` changes with its name and phrases, so that a page can tell whether what it showed still holds.
    """

    candidate: Candidate
    size: int
    second: int = 0
    version: str = ""


@dataclass(frozen=True)
class CandidateLines:
    """The candidates of a clustering, in the order the step gave them; `created` in UTC.

    `edited`: people have changed them since they were gathered. `tried`, `reason` and `shift` as in `Clustering`.
    """

    clustering_id: int
    candidates: tuple[CandidateLine, ...]
    created: datetime
    edited: bool = False
    tried: tuple[Trial, ...] = ()
    reason: str = ""
    shift: int = 0


class Place(NamedTuple):
    """Where phrases of a candidate are: those of a candidate of that clustering. `half` is None for each one's own."""

    clustering_id: int
    candidate: int
    half: int | None = None


class Member(NamedTuple):
    """A phrase of a candidate as it is kept."""

    place: Place
    ordinal: int
    phrase: Phrase
    share: float
    half: int


def find_clustering(session: Session, project_id: int, key: str) -> StoredClustering | None:
    """The project's clustering made from `key`, or None."""
    return _clustering(session, session.scalar(_clusterings(project_id).where(ClusteringRow.key == key)))


def latest_clustering(session: Session, project_id: int) -> StoredClustering | None:
    """The project's newest clustering, with people's edits, or None."""
    return _clustering(session, newest_row(session, project_id))


def latest_candidates(
    session: Session, project_id: int, first: int = 1, ids: Collection[str] | None = None
) -> CandidateLines | None:
    """The project's newest candidates with no more than the `first` of each one's phrases; None where nothing is
    gathered. With `ids` given, phrases of these alone.
    """
    row = newest_row(session, project_id)
    if row is None:
        return None
    rows = candidate_rows(session, row.id)
    read = [one for one in rows if ids is None or one.cid in ids]
    members, sizes = members_of(session, read, first), _sizes(session, rows)
    lines = tuple(_line(one, members[one.ordinal][:first], sizes[one.ordinal]) for one in rows)
    grounds = (TRIALS.validate_python(row.tried), row.reason, row.shift)
    return CandidateLines(row.id, lines, row.created, row.key.startswith(EDITED), *grounds)


def typical_candidates(session: Session, project_id: int) -> tuple[Candidate, ...]:
    """The project's newest candidates, each with its most typical phrase alone: for who needs no count of the rest."""
    newest = newest_row(session, project_id)
    rows = candidate_rows(session, newest.id) if newest else ()
    members = members_of(session, rows, 1)
    return tuple(candidate_in(row, members[row.ordinal][:1]) for row in rows)


def gathered_at(session: Session, project_id: int) -> datetime | None:
    """When a run last made the candidates, in UTC, whatever people did to them since; None where none has."""
    rows = select(func.max(ClusteringRow.created)).where(ClusteringRow.project_id == project_id)
    return session.scalar(rows.where(~ClusteringRow.key.startswith(EDITED, autoescape=True)))


def candidates_with(session: Session, project_id: int, ids: Collection[str]) -> tuple[Candidate, ...]:
    """All of the newest candidates, but only those of these ids with their phrases."""
    newest = newest_row(session, project_id)
    rows = candidate_rows(session, newest.id) if newest else ()
    members = members_of(session, [row for row in rows if row.cid in ids])
    return tuple(candidate_in(row, members[row.ordinal]) for row in rows)


def typical_phrases(
    session: Session, project_id: int, ids: Collection[str], first: int
) -> dict[str, tuple[Phrase, ...]]:
    """No more than the `first` phrases of those of the newest candidates that have these ids, by id."""
    newest = newest_row(session, project_id)
    rows = [row for row in candidate_rows(session, newest.id) if row.cid in ids] if newest else []
    members = members_of(session, rows, first)
    return {row.cid: tuple(member.phrase for member in members[row.ordinal][:first]) for row in rows}


def save_clustering(session: Session, project_id: int, key: str, clustering: Clustering) -> StoredClustering:
    """The project's clustering for this key, the first one saved."""
    tried = TRIALS.dump_python(clustering.tried, mode="json")
    grounds = {"tried": tried, "reason": clustering.reason, "shift": clustering.shift}
    clustering_id = insert_once(session, ClusteringRow, project_id=project_id, key=key, **grounds)
    if clustering_id is not None:
        add_candidates(session, clustering_id, map(candidate_values, clustering.candidates))
        shares = _shares(clustering.candidates)
        for ordinal, candidate in enumerate(clustering.candidates):
            second = set(candidate.second)
            members = ((p, shares[p], int(place in second)) for place, p in enumerate(candidate.phrases))
            add_members(session, clustering_id, ordinal, enumerate(members))
    stored = find_clustering(session, project_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def _shares(candidates: Iterable[Candidate]) -> dict[Phrase, float]:
    """What each phrase takes of the words that its interview spends on competences."""
    words = {phrase: len(phrase.text.split()) for candidate in candidates for phrase in candidate.phrases}
    spent: Counter[str] = Counter()
    for phrase, count in words.items():
        spent[phrase.interview] += count
    return {phrase: count / max(spent[phrase.interview], 1) for phrase, count in words.items()}


def lock_candidates(session: Session, project_id: int) -> None:
    """Holds back whoever else would change the project's candidates till this transaction ends: first lock, then look.

    SQLite, which has one writer at a time, takes its lock for any change, even one that meets no row.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(update(ProjectRow).where(false()).values(name=""))
        return
    session.scalars(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update(key_share=True)).all()


def newest_row(session: Session, project_id: int) -> ClusteringRow | None:
    """Within `store`: the project's newest clustering."""
    return session.scalar(_clusterings(project_id).limit(1))


def candidate_rows(session: Session, clustering_id: int) -> Sequence[CandidateRow]:
    """Within `store`: the candidates of a clustering in order."""
    rows = select(CandidateRow).where(CandidateRow.clustering_id == clustering_id)
    return session.scalars(rows.order_by(CandidateRow.ordinal)).all()


def places_of(row: CandidateRow) -> tuple[Place, ...]:
    """Within `store`: where the candidate's phrases are."""
    return tuple(Place(*one) for one in row.places) or (Place(row.clustering_id, row.ordinal),)


def members_of(session: Session, rows: Iterable[CandidateRow], first: int | None = None) -> dict[int, list[Member]]:
    """Within `store`: the phrases of each candidate by its number, the most typical first.

    `first` leaves out those that are not among so many in their place.
    """
    found: dict[int, list[Member]] = defaultdict(list)
    homes = {place[:2]: (row.ordinal, place) for row in rows for place in places_of(row)}
    if not homes:
        return found
    row = MemberRow
    wanted = among((row.clustering_id, row.candidate), homes)
    columns = (row.interview, row.turn, row.start, row.end, row.text)
    members = select(row.clustering_id, row.candidate, row.ordinal, row.share, row.half, *columns).join(*wanted)
    if first is not None:
        members = members.where(row.ordinal < first)
    members = members.order_by(row.clustering_id, row.candidate, row.ordinal)
    for clustering_id, candidate, ordinal, share, half, *phrase in session.execute(members):
        owner, place = homes[clustering_id, candidate]
        half = half if place.half is None else place.half
        found[owner].append(Member(place, ordinal, Phrase(*phrase), share, half))
    for owner, known in found.items():
        if len({member.place for member in known}) > 1:
            found[owner] = sorted(known, key=lambda member: member.ordinal)
    return found


def phrases_in(session: Session, clustering_id: int) -> tuple[Identity, ...]:
    """Every phrase of a clustering."""
    homes = [place[:2] for row in candidate_rows(session, clustering_id) for place in places_of(row)]
    if not homes:
        return ()
    row = MemberRow
    members = select(row.interview, row.turn, row.start, row.end)
    found = session.execute(members.join(*among((row.clustering_id, row.candidate), homes)))
    return tuple(Identity(*phrase) for phrase in found)


def candidate_in(row: CandidateRow, members: Sequence[Member]) -> Candidate:
    """Within `store`: the candidate that a row keeps, with these phrases."""
    second = tuple(place for place, member in enumerate(members) if member.half)
    return Candidate(
        id=row.cid,
        name=row.name,
        positions=PLACEMENTS.validate_python(row.positions),
        interviews=tuple(row.interviews),
        phrases=tuple(member.phrase for member in members),
        chains=tuple(row.chains),
        weight=row.weight,
        titles=TITLES.validate_python(row.titles),
        second=second if len(second) < len(members) else (),
    )


def candidate_values(candidate: Candidate, places: Sequence[Place] = ()) -> dict[str, Any]:
    """Within `store`: the row of a candidate; without places its phrases are its own."""
    return {
        "cid": candidate.id,
        "name": candidate.name,
        "positions": PLACEMENTS.dump_python(candidate.positions, mode="json"),
        "interviews": list(candidate.interviews),
        "chains": list(candidate.chains),
        "weight": candidate.weight,
        "titles": TITLES.dump_python(candidate.titles, mode="json"),
        "places": [list(place) for place in places],
    }


def add_candidates(session: Session, clustering_id: int, candidates: Iterable[Mapping[str, Any]]) -> None:
    """Within `store`: the candidates in their order."""
    rows = [{"clustering_id": clustering_id, "ordinal": i, **one} for i, one in enumerate(candidates)]
    if rows:  # without rows SQLAlchemy would insert one of defaults
        session.execute(insert(CandidateRow), rows)


def add_members(
    session: Session, clustering_id: int, candidate: int, members: Iterable[tuple[int, tuple[Phrase, float, int]]]
) -> None:
    """Within `store`: phrases of a candidate, each with its number, share and half."""
    owner = {"clustering_id": clustering_id, "candidate": candidate}
    rows = [
        owner | asdict(phrase) | {"ordinal": ordinal, "share": share, "half": half}
        for ordinal, (phrase, share, half) in members
    ]
    if rows:
        session.execute(insert(MemberRow), rows)


class _Size(NamedTuple):
    """How many phrases there are, and how many of them in the second half."""

    all: int = 0
    second: int = 0


def _line(row: CandidateRow, members: Sequence[Member], size: _Size) -> CandidateLine:
    second = size.second if size.second < size.all else 0
    return CandidateLine(candidate_in(row, members), size.all, second, version_of(row))


def version_of(row: CandidateRow) -> str:
    """Within `store`: see `CandidateLine`."""
    known = json.dumps([row.name, [list(place) for place in places_of(row)]])
    return hashlib.sha256(known.encode()).hexdigest()[:12]


def versions_of(session: Session, project_id: int) -> dict[str, str]:
    """The version of each of the newest candidates by its id."""
    newest = newest_row(session, project_id)
    return {row.cid: version_of(row) for row in candidate_rows(session, newest.id)} if newest else {}


def _sizes(session: Session, rows: Iterable[CandidateRow]) -> dict[int, _Size]:
    sizes = {row.ordinal: _Size() for row in rows}
    homes = {place[:2]: (row.ordinal, place.half) for row in rows for place in places_of(row)}
    if homes:
        row = MemberRow
        counts = select(row.clustering_id, row.candidate, func.count(), func.sum(row.half))
        counts = counts.join(*among((row.clustering_id, row.candidate), homes))
        for clustering_id, candidate, count, halves in session.execute(
            counts.group_by(row.clustering_id, row.candidate)
        ):
            owner, half = homes[clustering_id, candidate]
            second = halves if half is None else half * count
            sizes[owner] = _Size(sizes[owner].all + count, sizes[owner].second + second)
    return sizes


def _clusterings(project_id: int) -> Select[ClusteringRow]:
    rows = select(ClusteringRow).where(ClusteringRow.project_id == project_id)
    return rows.order_by(ClusteringRow.id.desc())


def _clustering(session: Session, row: ClusteringRow | None) -> StoredClustering | None:
    if row is None:
        return None
    rows = candidate_rows(session, row.id)
    members = members_of(session, rows)
    candidates = tuple(candidate_in(one, members[one.ordinal]) for one in rows)
    clustering = Clustering(candidates, TRIALS.validate_python(row.tried), row.reason, row.shift)
    return StoredClustering(row.id, row.project_id, row.key, clustering, row.created)
