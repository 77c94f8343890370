"""The candidates of a project: each clustering added once, found by the key of all that it was made from.

An edit makes one more clustering, in which candidates that it leaves alone share their phrases' rows with the one
before (`CandidateRow.places`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Select, and_, false, func, insert, select, update
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

    `reach` is how many are to be skipped to be behind the last one; more than there are, where some were moved.
    `version` changes with its name and phrases, so that a page can tell whether what it showed still holds.
    """

    candidate: Candidate
    size: int
    second: int = 0
    version: str = ""
    reach: int = 0


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


class Size(NamedTuple):
    """How many phrases there are, how many of them in the second half, and one more than the last one's number."""

    all: int = 0
    second: int = 0
    reach: int = 0


class Place(NamedTuple):
    """Where phrases of a candidate are: those of a candidate of that clustering, but for a few by their numbers.

    `half` is None for each one's own; `size` is None where it has to be counted.
    """

    clustering_id: int
    candidate: int
    half: int | None = None
    without: tuple[int, ...] = ()
    size: Size | None = None

    @property
    def rows(self) -> tuple[int, int]:
        """Whose rows they are."""
        return self.clustering_id, self.candidate


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
    session: Session, project_id: int, first: int = 1, ids: Collection[str] | None = None, skipped: int = 0
) -> CandidateLines | None:
    """The project's newest candidates with no more than the `first` of each one's phrases; None where nothing is
    gathered. With `ids` given, phrases of these alone, and those after the first `skipped`.
    """
    row = newest_row(session, project_id)
    if row is None:
        return None
    rows = candidate_rows(session, row.id)
    read = [one for one in rows if ids is None or one.cid in ids]
    members, sizes = members_of(session, read, first, skipped), _sizes(session, rows)
    lines = tuple(_line(one, members[one.ordinal][:first], sizes[one.ordinal]) for one in rows)
    grounds = (TRIALS.validate_python(row.tried), row.reason, row.shift)
    return CandidateLines(row.id, lines, row.created, row.key.startswith(EDITED), *grounds)


def newest_state(session: Session, project_id: int) -> tuple[int, bool]:
    """The number of the project's newest clustering, 0 where there is none, and whether people have changed it."""
    row = newest_row(session, project_id)
    return (row.id, row.key.startswith(EDITED)) if row else (0, False)


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
        rows = [candidate_values(one, [_own(clustering_id, i, one)]) for i, one in enumerate(clustering.candidates)]
        add_candidates(session, clustering_id, rows)
        shares = _shares(clustering.candidates)
        for ordinal, candidate in enumerate(clustering.candidates):
            second = set(candidate.second)
            members = ((p, shares[p], int(place in second)) for place, p in enumerate(candidate.phrases))
            add_members(session, clustering_id, ordinal, enumerate(members))
    stored = find_clustering(session, project_id, key)
    assert stored is not None, "saved just now, or by the one who was first"
    return stored


def _own(clustering_id: int, ordinal: int, candidate: Candidate) -> Place:
    size = Size(len(candidate.phrases), len(candidate.second), len(candidate.phrases))
    return Place(clustering_id, ordinal, size=size)


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
    return _places(row.places) or (Place(row.clustering_id, row.ordinal),)


def _places(kept: Iterable[Sequence[Any]]) -> tuple[Place, ...]:
    found = []
    for clustering_id, candidate, half, *more in kept:
        without, size = more or ((), None)
        found.append(Place(clustering_id, candidate, half, tuple(without), Size(*size) if size else None))
    return tuple(found)


def in_places(query: Any, places: Iterable[Place]) -> Any:
    """Within `store`: a query of `MemberRow` for those that are in these places."""
    row, known = MemberRow, list(places)
    query = query.join(*among((row.clustering_id, row.candidate), {place.rows for place in known}))
    for place in known:
        if place.without:
            here = and_(row.clustering_id == place.clustering_id, row.candidate == place.candidate)
            query = query.where(~and_(here, row.ordinal.in_(place.without)))
    return query


def members_of(
    session: Session, rows: Iterable[CandidateRow], first: int | None = None, skipped: int = 0
) -> dict[int, list[Member]]:
    """Within `store`: the phrases of each candidate by its number, the most typical first.

    `first` leaves out those that are not among so many in their place, after the first `skipped` there.
    """
    found: dict[int, list[Member]] = defaultdict(list)
    homes = {place.rows: (row.ordinal, place) for row in rows for place in places_of(row)}
    if not homes:
        return found
    # The table's own columns, not the class's: SQLAlchemy's ORM would take half as long again.
    row = MemberRow.__table__.c
    known = (row.clustering_id, row.candidate, row.ordinal, row.share, row.half)
    members = select(*known, row.interview, row.turn, row.start, row.end, row.text)
    members = in_places(members, [place for _, place in homes.values()])
    if first is not None:
        members = members.where(row.ordinal >= skipped, row.ordinal < skipped + first)
    members = members.order_by(row.clustering_id, row.candidate, row.ordinal)
    for rows_of, some in groupby(session.execute(members).all(), key=itemgetter(0, 1)):
        owner, place = homes[rows_of]
        torn = owner in found
        found[owner] += [
            Member(
                place,
                ordinal,
                Phrase(interview, turn, start, end, text),
                share,
                half if place.half is None else place.half,
            )
            for _, _, ordinal, share, half, interview, turn, start, end, text in some
        ]
        if torn:
            found[owner].sort(key=lambda member: member.ordinal)
    return found


def phrases_in(session: Session, clustering_id: int) -> tuple[Identity, ...]:
    """Every phrase of a clustering."""
    places = [place for row in candidate_rows(session, clustering_id) for place in places_of(row)]
    if not places:
        return ()
    row = MemberRow
    found = session.execute(in_places(select(row.interview, row.turn, row.start, row.end), places))
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


def candidate_values(candidate: Candidate, places: Sequence[Place]) -> dict[str, Any]:
    """Within `store`: the row of a candidate whose phrases are there."""
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
        owner | vars(phrase) | {"ordinal": ordinal, "share": share, "half": half}
        for ordinal, (phrase, share, half) in members
    ]
    if rows:
        session.execute(insert(MemberRow), rows)


def _line(row: CandidateRow, members: Sequence[Member], size: Size) -> CandidateLine:
    second = size.second if size.second < size.all else 0
    return CandidateLine(candidate_in(row, members), size.all, second, version_of(row), size.reach)


def version_of(row: CandidateRow) -> str:
    """Within `store`: see `CandidateLine`."""
    return _version(row.name, places_of(row))


def _version(name: str, places: Iterable[Place]) -> str:
    known = json.dumps([name, [(*place.rows, place.half, place.without) for place in places]])
    return hashlib.sha256(known.encode()).hexdigest()[:12]


def versions_of(session: Session, project_id: int) -> dict[str, str]:
    """The version of each of the newest candidates by its id."""
    row = CandidateRow
    newest = select(func.max(ClusteringRow.id)).where(ClusteringRow.project_id == project_id).scalar_subquery()
    rows = select(row.clustering_id, row.ordinal, row.cid, row.name, row.places).where(row.clustering_id == newest)
    return {
        cid: _version(name, _places(places) or (Place(clustering_id, ordinal),))
        for clustering_id, ordinal, cid, name, places in session.execute(rows)
    }


def _sizes(session: Session, rows: Iterable[CandidateRow]) -> dict[int, Size]:
    """The size of each candidate by its number."""
    places = {row.ordinal: places_of(row) for row in rows}
    counted = _counted(session, [place for some in places.values() for place in some if place.size is None])
    return {
        number: together(
            (counted.get(place.rows, Size()) if place.size is None else place.size, place.half) for place in some
        )
        for number, some in places.items()
    }


def together(sizes: Iterable[tuple[Size, int | None]]) -> Size:
    """Within `store`: the size of a candidate whose places have these, each with the half that all are in or None."""
    found = [(size, size.second if half is None else half * size.all) for size, half in sizes]
    return Size(
        sum(size.all for size, _ in found),
        sum(second for _, second in found),
        max((size.reach for size, _ in found), default=0),
    )


def _counted(session: Session, places: Sequence[Place]) -> dict[tuple[int, int], Size]:
    if not places:
        return {}
    row = MemberRow
    owner = (row.clustering_id, row.candidate)
    counts = in_places(select(*owner, func.count(), func.sum(row.half), func.max(row.ordinal)), places)
    return {
        (clustering_id, candidate): Size(count, second, last + 1)
        for clustering_id, candidate, count, second, last in session.execute(counts.group_by(*owner))
    }


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
