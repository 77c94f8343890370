"""The trained heads: plain arrays over an embedding and wording features, applied with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from scipy.sparse import csr_matrix

from pipeline.balance import POINTS, points_of
from pipeline.records import CATEGORIES

# The neighbours' vote was chosen on the first of corpora.FOLDS.
NEIGHBOURS = 20  # nearest precedents that vote, and among which those to show are sought
NEIGHBOURS_COUNT = 1 / 3  # share of their vote, beside the heads
AT_ONCE = 500  # wordings that are compared with all precedents together
NEARNESS = 0.05  # how fast the weight of a vote falls with the cosine
EMBEDDING_COUNTS = 0.5  # share of the embedding, beside the key competences, in how alike two meanings are


@dataclass(frozen=True)
class LinearHead:
    """A calibrated linear classifier over k classes: a mean of two softmaxes, over embedding and over wording.

    `embedding` [d, k], `wording` [f, k], biases [k]. `least` is the probability that the right class had or exceeded
    in nine of ten held-out phrases (split conformal prediction).
    """

    classes: tuple[str, ...]
    embedding: np.ndarray
    embedding_bias: np.ndarray
    wording: np.ndarray
    wording_bias: np.ndarray
    share: float = 0.5
    least: float = 0.0

    def probabilities(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """[n, k], rows sum to 1."""
        by_meaning = softmax(vectors @ self.embedding + self.embedding_bias)
        by_wording = softmax(np.asarray(wording @ self.wording) + self.wording_bias)
        return self.share * by_meaning + (1 - self.share) * by_wording


@dataclass(frozen=True)
class CompetenceHead:
    """Which of k key competences a wording tells of or stands in for, by its embedding alone.

    `embedding` [d, k], `bias` [k]; `points` [k, 6] is where each of them is placed, as shares that sum to 1.
    """

    classes: tuple[str, ...]
    embedding: np.ndarray
    bias: np.ndarray
    points: np.ndarray

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """[n, k], rows sum to 1."""
        return softmax(vectors @ self.embedding + self.bias)


@dataclass(frozen=True)
class Nearest:
    """The nearest of some precedents for n wordings, nearest first: their indices [n, m] and cosines [n, m]."""

    index: np.ndarray
    cosines: np.ndarray


@dataclass(frozen=True)
class Neighbourhood:
    """The nearest precedents of n wordings, and the nearest of those with a position."""

    of_all: Nearest
    of_placed: Nearest


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

    def near(self, vectors: np.ndarray) -> Neighbourhood:
        """The nearest of them to n vectors [n, d], by one comparison with all."""
        parts = [vectors[start : start + AT_ONCE] @ self.vectors.T for start in range(0, len(vectors), AT_ONCE)]
        return Neighbourhood(
            _joined([nearest_in(likeness, np.arange(len(self.texts))) for likeness in parts]),
            _joined([nearest_in(likeness, self.placed) for likeness in parts]),
        )

    @cached_property
    def written(self) -> dict[str, np.ndarray]:
        """Indices of the written tellings of each key competence."""
        rows = zip(self.competences, self.categories, self.styles, strict=True)
        told = [(c, i) for i, (c, category, style) in enumerate(rows) if (category, style) == ("competence", "written")]
        return {id: np.array([i for c, i in told if c == id]) for id in {c for c, _ in told}}


@dataclass(frozen=True)
class ToldByRole:
    """How often people in r roles tell of k key competences, as parts [r, k] of what is even: 1 is as often as any."""

    roles: tuple[str, ...]
    parts: np.ndarray

    def of(self, role: str) -> np.ndarray:
        """The parts [k] of a role; zeros where it is not known."""
        return self.parts[self.roles.index(role)] if role in self.roles else np.zeros(self.parts.shape[1])


@dataclass(frozen=True)
class Heads:
    """Everything that was trained on the corpora for one embedding model; `revision` names both and the corpora."""

    revision: str
    category: LinearHead
    position: LinearHead
    competence: CompetenceHead
    precedents: Precedents
    told_by_role: ToldByRole
    categories_temperature: float = 1.0
    points_temperature: float = 1.0
    points_least: float = 0.0
    bulk_accept: float = 1.01  # probability from which nineteen of twenty held-out suggestions were right
    categories_bias: np.ndarray = field(default_factory=lambda: np.zeros(len(CATEGORIES), np.float32))

    def categories(self, vectors: np.ndarray, wording: csr_matrix, near: Neighbourhood) -> np.ndarray:
        """Chances [n, 5] of the categories: from the wording itself, and from its nearest precedents."""
        said, known = self.category.probabilities(vectors, wording), self.precedents
        mixed = with_votes(said, near.of_all, category_votes(known.categories, self.category.classes))
        return tempered(mixed, self.categories_temperature, self.categories_bias)

    def points(self, vectors: np.ndarray, wording: csr_matrix, near: Neighbourhood) -> np.ndarray:
        """Chances [n, 6] of the points: from the wording itself, where the competence it tells of belongs, and where
        its nearest precedents lie."""
        told = self.competence.probabilities(vectors) @ self.competence.points
        said = (self.position.probabilities(vectors, wording) + told) / 2
        mixed = with_votes(said, near.of_placed, point_votes(self.precedents.positions))
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
    """Votes [m, 6] for points; a balance shares its vote, and what has no position has none."""
    return np.array([point_shares(position) if position else [0.0] * len(POINTS) for position in positions], np.float32)


def nearest_in(likeness: np.ndarray, among: np.ndarray) -> Nearest:
    """The nearest precedents at the indices `among`, by cosines [n, m] with all of them."""
    count = min(NEIGHBOURS, len(among))
    some = likeness if len(among) == likeness.shape[1] else likeness[:, among]
    chosen = np.argpartition(-some, count - 1, axis=1)[:, :count] if count else np.zeros((len(some), 0), int)
    cosines = np.take_along_axis(some, chosen, axis=1)
    order = np.argsort(-cosines, axis=1, kind="stable")
    return Nearest(among[np.take_along_axis(chosen, order, axis=1)], np.take_along_axis(cosines, order, axis=1))


def _joined(parts: list[Nearest]) -> Nearest:
    if not parts:
        return Nearest(np.zeros((0, 0), int), np.zeros((0, 0)))
    return Nearest(np.concatenate([p.index for p in parts]), np.concatenate([p.cosines for p in parts]))


def with_votes(said: np.ndarray, near: Nearest, votes: np.ndarray) -> np.ndarray:
    """Chances [n, k] mixed with what the nearest precedents vote [m, k], the nearer the more; as said without any."""
    if not near.index.shape[1]:
        return said
    weights = np.exp((near.cosines - near.cosines[:, :1]) / NEARNESS)
    totals = (weights[:, :, None] * votes[near.index]).sum(axis=1)
    return (1 - NEIGHBOURS_COUNT) * said + NEIGHBOURS_COUNT * totals / totals.sum(axis=1, keepdims=True)


def _likely(classes: tuple[str, ...], chances: np.ndarray, least: float) -> tuple[str, ...]:
    order = np.argsort(-chances, kind="stable")
    return tuple(classes[k] for k in order if chances[k] >= least or k == order[0])


def tempered(probabilities: np.ndarray, temperature: float, bias: np.ndarray | float = 0.0) -> np.ndarray:
    """Probabilities [n, k] made flatter (above 1) or sharper (below 1); rows still sum to 1.

    `bias` [k] is added to the logarithms: what a class gets whatever is said.
    """
    return softmax(np.log(np.maximum(probabilities, 1e-12)) / temperature + bias)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Row-wise softmax."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one; zero rows stay zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
