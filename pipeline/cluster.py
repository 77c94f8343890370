"""Gather phrases over interviews into candidate key competences, named and with the quotes behind each."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import AgglomerativeClustering, MiniBatchKMeans
from sklearn.metrics import silhouette_score

from pipeline.errors import InputError
from pipeline.heads import unit
from pipeline.records import Candidate, Phrase, Placement, Suggestion

FEWEST, MOST = 10, 15  # how many key competences the method asks for
PHRASES_EACH = 3  # fewer phrases than this for each candidate, and fewer candidates are made
DIRECT = 3000  # phrases that are clustered one by one; more are gathered into small groups first
SAMPLE = 2000  # phrases that the number of clusters is judged on


@dataclass(frozen=True)
class Names:
    """Names a person would choose: key competences with unit vectors [k, d]."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    vectors: np.ndarray


def cluster(
    suggestions: list[Suggestion], vectors: np.ndarray, names: Names, clusters: int | None = None
) -> tuple[Candidate, ...]:
    """Candidates of the suggestions, the one told in most interviews first.

    `vectors` [n, d] are unit vectors of the suggestions. `clusters` is how many to
    make; None chooses 10–15 by how well apart they lie, fewer where there is little material.
    """
    if clusters is not None and clusters < 1:
        raise InputError("antall klynger må være minst 1", str(clusters), "Bruk --clusters auto eller et tall.")
    if not suggestions:
        return ()
    labels = divide(vectors, clusters)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    centres = unit(np.stack([vectors[group].mean(axis=0) for group in groups]))
    titles = name_groups(centres, names, [_typical(vectors, group, suggestions) for group in groups])
    found = [_candidate(titles[i], suggestions, group, vectors[group] @ centres[i]) for i, group in enumerate(groups)]
    return tuple(sorted(found, key=lambda c: (-len(c.interviews), -len(c.phrases), c.name)))


def divide(vectors: np.ndarray, clusters: int | None) -> np.ndarray:
    """A cluster number for each vector [n]."""
    count = len(vectors)
    if count < 2 or clusters == 1:
        return np.zeros(count, int)
    if count > DIRECT:
        small = MiniBatchKMeans(DIRECT // 2, n_init=1, random_state=0, batch_size=2048).fit(vectors)
        present = np.unique(small.labels_)
        groups = divide(unit(small.cluster_centers_[present]), clusters)
        return groups[np.searchsorted(present, small.labels_)]
    tree = AgglomerativeClustering(n_clusters=1, metric="cosine", linkage="average", compute_full_tree=True)
    options = [clusters] if clusters else _options(count)
    labelled = [tree.set_params(n_clusters=min(option, count)).fit_predict(vectors) for option in options]
    return max(labelled, key=lambda labels: _separation(vectors, labels)) if len(labelled) > 1 else labelled[0]


def _options(count: int) -> list[int]:
    most = max(1, count // PHRASES_EACH)
    return [most] if most <= FEWEST else list(range(FEWEST, min(MOST, most) + 1))


def _separation(vectors: np.ndarray, labels: np.ndarray) -> float:
    if not 1 < len(np.unique(labels)) < len(labels):
        return -1.0
    size = min(SAMPLE, len(labels))
    return float(silhouette_score(vectors, labels, metric="cosine", sample_size=size, random_state=0))


def _typical(vectors: np.ndarray, group: np.ndarray, suggestions: list[Suggestion]) -> str:
    centre = vectors[group].mean(axis=0)
    return suggestions[group[int((vectors[group] @ centre).argmax())]].phrase.text


def name_groups(centres: np.ndarray, names: Names, typical: list[str]) -> list[tuple[str, str]]:
    """Id and name for each group: the nearest key competence that no nearer group took, else a typical wording."""
    likeness = centres @ names.vectors.T
    titles: list[tuple[str, str]] = [("", "")] * len(centres)
    taken: set[int] = set()
    for i in np.argsort(-likeness.max(axis=1, initial=-1.0)) if names.ids else []:
        free = [k for k in np.argsort(-likeness[i]) if k not in taken and likeness[i, k] > 0.2]
        if free:
            taken.add(free[0])
            titles[i] = (names.ids[free[0]], names.names[free[0]])
    return [title if title[0] else (_slug(text), text) for title, text in zip(titles, typical, strict=True)]


def _slug(text: str) -> str:
    """A readable id that two wordings never share."""
    return "-".join([*re.findall(r"\w+", text.lower())[:4], hashlib.sha256(text.encode()).hexdigest()[:6]])


def _candidate(
    title: tuple[str, str], suggestions: list[Suggestion], group: np.ndarray, likeness: np.ndarray
) -> Candidate:
    members = [suggestions[i] for i in group[np.argsort(-likeness, kind="stable")]]
    return Candidate(
        title[0],
        title[1],
        mean_positions(members),
        tuple(sorted({m.phrase.interview for m in members})),
        tuple(member.phrase for member in members),
    )


def mean_positions(members: list[Suggestion]) -> tuple[Placement, ...]:
    """The mean probability of each position over the members, highest first."""
    totals: dict[str, float] = {}
    for member in members:
        for placement in member.label.positions:
            totals[placement.position] = totals.get(placement.position, 0.0) + placement.probability
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    count = max(sum(bool(member.label.positions) for member in members), 1)
    return tuple(Placement(position, round(total / count, 4)) for position, total in ranked)


def quotes(candidate: Candidate, count: int = 1) -> tuple[Phrase, ...]:
    """The most typical phrases, from as many different interviews as there are."""
    first: dict[str, Phrase] = {}
    for phrase in candidate.phrases:
        first.setdefault(phrase.interview, phrase)
    chosen = list(first.values())[:count]
    rest = [phrase for phrase in candidate.phrases if phrase not in chosen]
    return tuple(chosen + rest[: count - len(chosen)])
