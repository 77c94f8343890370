"""The trained heads: plain arrays over an embedding and wording features, applied with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.balance import POINTS, points_of

# The neighbours' vote was chosen on the first of corpora.FOLDS.
NEIGHBOURS = 20  # nearest precedents that vote
NEIGHBOURS_COUNT = 1 / 3  # share of their vote, beside the heads
AT_ONCE = 500  # wordings that are compared with all precedents together
NEARNESS = 0.05  # how fast the weight of a vote falls with the cosine
EMBEDDING_COUNTS = 0.5  # share of the embedding, beside the key competences, in how alike two meanings are


@dataclass(frozen=True)
class LinearHead:
    """A calibrated linear classifier over k classes: a mean of two softmaxes, over embedding and over wording.

    `embedding` [d, k], `wording` [f, k], biases [k], `temperature` divides the log probabilities. `least` is the
    probability that the right class had or exceeded in nine of ten held-out phrases (split conformal prediction).
    """

    classes: tuple[str, ...]
    embedding: np.ndarray
    embedding_bias: np.ndarray
    wording: np.ndarray
    wording_bias: np.ndarray
    temperature: float = 1.0
    share: float = 0.5
    least: float = 0.0

    def probabilities(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """[n, k], rows sum to 1."""
        by_meaning = softmax(vectors @ self.embedding + self.embedding_bias)
        by_wording = softmax(np.asarray(wording @ self.wording) + self.wording_bias)
        return tempered(self.share * by_meaning + (1 - self.share) * by_wording, self.temperature)


@dataclass(frozen=True)
class CompetenceHead:
    """Which of k key competences a wording tells of or stands in for, by its embedding alone.

    `embedding` [d, k], `bias` [k]; `points` [k, 6] is where each of them is placed, as shares that sum to 1.
    """

    classes: tuple[str, ...]
    embedding: np.ndarray
    bias: np.ndarray
    points: np.ndarray
    temperature: float = 1.0

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """[n, k], rows sum to 1."""
        return softmax((vectors @ self.embedding + self.bias) / self.temperature)


@dataclass(frozen=True)
class Precedents:
    """Labelled phrases as unit vectors [n, d], in the order of their labels."""

    texts: tuple[str, ...]
    categories: tuple[str, ...]
    positions: tuple[str, ...]
    roles: tuple[str, ...]
    competences: tuple[str, ...]  # the key competence told of, or the one a proxy stands in for
    styles: tuple[str, ...]
    vectors: np.ndarray

    @cached_property
    def placed(self) -> np.ndarray:
        """Indices of the precedents with a position."""
        return np.flatnonzero([bool(position) for position in self.positions])

    @cached_property
    def placed_vectors(self) -> np.ndarray:
        """Their vectors."""
        return self.vectors[self.placed]

    @cached_property
    def written(self) -> dict[str, np.ndarray]:
        """Indices of the written tellings of each key competence."""
        rows = zip(self.competences, self.categories, self.styles, strict=True)
        told = [(c, i) for i, (c, category, style) in enumerate(rows) if (category, style) == ("competence", "written")]
        return {id: np.array([i for c, i in told if c == id]) for id in {c for c, _ in told}}


@dataclass(frozen=True)
class Heads:
    """Everything that was trained on the corpora for one embedding model; `revision` names both and the corpora."""

    revision: str
    category: LinearHead
    position: LinearHead
    competence: CompetenceHead
    precedents: Precedents
    categories_temperature: float = 1.0
    points_temperature: float = 1.0
    points_least: float = 0.0
    bulk_accept: float = 1.01  # probability from which nineteen of twenty held-out suggestions were right

    def categories(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """Chances [n, 5] of the categories: from the wording itself, and from its nearest precedents."""
        said, known = self.category.probabilities(vectors, wording), self.precedents
        mixed = with_neighbours(said, vectors, known.vectors, category_votes(known.categories, self.category.classes))
        return tempered(mixed, self.categories_temperature)

    def points(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """Chances [n, 6] of the points: from the wording itself, where the competence it tells of belongs, and where
        its nearest precedents lie."""
        told = self.competence.probabilities(vectors) @ self.competence.points
        said, known = (self.position.probabilities(vectors, wording) + told) / 2, self.precedents
        mixed = with_neighbours(said, vectors, known.placed_vectors, point_votes(known.positions))
        return tempered(mixed, self.points_temperature)

    def meaning(self, vectors: np.ndarray) -> np.ndarray:
        """Unit vectors [n, d + k] that lie near where two wordings tell of the same competence.

        The cosine of two is a mean of the cosine of their embeddings [n, d] and of how much the key competences that
        they may tell of coincide (the Bhattacharyya coefficient, which is a cosine of square roots).
        """
        told = self.competence.probabilities(vectors)
        return np.hstack([vectors * EMBEDDING_COUNTS**0.5, np.sqrt(told) * (1 - EMBEDDING_COUNTS) ** 0.5])

    def likely_categories(self, chances: np.ndarray) -> tuple[str, ...]:
        """The categories that cannot be ruled out, likeliest first: in nine of ten cases the right one is there."""
        return _likely(self.category.classes, chances, self.category.least)

    def likely_points(self, chances: np.ndarray) -> tuple[str, ...]:
        """The points that cannot be ruled out, likeliest first."""
        return _likely(self.position.classes, chances, self.points_least)


def point_shares(position: str) -> list[float]:
    """A position as shares of the six points."""
    points = points_of(position)
    return [1 / len(points) if point in points else 0.0 for point in POINTS]


@lru_cache(maxsize=4)
def category_votes(categories: tuple[str, ...], classes: tuple[str, ...]) -> np.ndarray:
    """Votes [n, k] for a category; the rarer it is among the precedents, the more a vote counts."""
    rows = np.array([[category == name for name in classes] for category in categories], np.float32)
    return rows.reshape(-1, len(classes)) / np.sqrt(np.maximum(rows.sum(axis=0), 1))


@lru_cache(maxsize=4)
def point_votes(positions: tuple[str, ...]) -> np.ndarray:
    """Votes [placed, 6] for points, of what has a position; a balance shares its vote."""
    return np.array([point_shares(position) for position in positions if position], np.float32).reshape(-1, len(POINTS))


def with_neighbours(said: np.ndarray, vectors: np.ndarray, known: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """Chances [n, k] mixed with what the nearest of `known` [m, d] vote [m, k]; as said where nothing is known."""
    if not len(known) or not len(vectors):
        return said
    parts = np.array_split(vectors, len(vectors) // AT_ONCE + 1)
    voted = np.concatenate([vote(part, known, votes, min(NEIGHBOURS, len(known))) for part in parts if len(part)])
    return (1 - NEIGHBOURS_COUNT) * said + NEIGHBOURS_COUNT * voted


def vote(vectors: np.ndarray, known: np.ndarray, votes: np.ndarray, count: int) -> np.ndarray:
    """Shares [n, k] of the votes of the `count` nearest, the nearer the more; rows sum to 1."""
    likeness = vectors @ known.T
    nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(likeness, nearest, axis=1)
    weights = np.exp((near - near.max(axis=1, keepdims=True)) / NEARNESS)
    totals = (weights[:, :, None] * votes[nearest]).sum(axis=1)
    return totals / totals.sum(axis=1, keepdims=True)


def _likely(classes: tuple[str, ...], chances: np.ndarray, least: float) -> tuple[str, ...]:
    order = np.argsort(-chances, kind="stable")
    return tuple(classes[k] for k in order if chances[k] >= least or k == order[0])


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities [n, k] made flatter (above 1) or sharper (below 1); rows still sum to 1."""
    return softmax(np.log(np.maximum(probabilities, 1e-12)) / temperature)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Row-wise softmax."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one; zero rows stay zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
