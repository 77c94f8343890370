"""Learn from what people decided in a project: their decisions become precedents, and correct the heads.

The correction is a linear one of the log probabilities, over the embedding, fitted on the decisions with what the
heads said as offset and held towards none: where a decision says what the heads said it moves next to nothing.
Mixing in the nearest decisions instead gained nothing on held-out ones (evaluation/learning.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from pipeline.balance import points_of
from pipeline.heads import Heads, LinearHead, Neighbourhood, Precedents, softmax


@dataclass(frozen=True)
class Decided:
    """What a person decided of a wording: its category, the positions of a competence, and the role it was told in."""

    text: str
    category: str
    positions: tuple[str, ...] = ()
    role: str = ""


Lessons = tuple[Decided, ...]

SPOKEN = "spoken"
HOLD = 4.0  # how strongly the correction is held towards none; with less, thirty one-sided decisions do harm
ITERATIONS = 50


@dataclass(frozen=True, kw_only=True)
class TaughtHead(LinearHead):
    """A head whose log probabilities are corrected by `correction` [d, k]."""

    correction: np.ndarray

    def probabilities(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """[n, k], rows sum to 1."""
        return corrected(super().probabilities(vectors, wording), vectors, self.correction)


@dataclass(frozen=True, kw_only=True)
class TaughtHeads(Heads):
    """Heads whose points, mixed of two heads, are corrected by `point_correction` [d, 6]."""

    point_correction: np.ndarray

    def points(self, vectors: np.ndarray, wording: csr_matrix, near: Neighbourhood) -> np.ndarray:
        """[n, 6], rows sum to 1."""
        return corrected(super().points(vectors, wording, near), vectors, self.point_correction)


def corrected(chances: np.ndarray, vectors: np.ndarray, correction: np.ndarray) -> np.ndarray:
    """Chances [n, k] of wordings with these vectors [n, d], corrected."""
    return softmax(logs(chances) + vectors @ correction)


def learn(heads: Heads, vectors: np.ndarray, wording: csr_matrix, decided: Sequence[Decided]) -> Heads:
    """Heads that have learnt from what was decided; the same heads where nothing was.

    `vectors` [n, d] unit vectors and `wording` [n, f] features of the decided texts, in their order.
    """
    if not decided:
        return heads
    placed = np.array([i for i, d in enumerate(decided) if d.positions], int)
    categories = shares([(d.category,) for d in decided], heads.category.classes)
    points = shares([_points(d) for d in decided if d.positions], heads.position.classes)
    said = heads.category.probabilities(vectors, wording)
    said_points = heads.points(vectors[placed], wording[placed], heads.precedents.near(vectors[placed]))
    taught = TaughtHead(**vars(heads.category), correction=fit_correction(vectors, said, categories))
    known = {
        "revision": taught_revision(heads.revision, decided),
        "category": taught,
        "precedents": _first(decided, vectors, heads.precedents),
    }
    return TaughtHeads(**vars(heads) | known, point_correction=fit_correction(vectors[placed], said_points, points))


def digest_of(decided: Sequence[Decided]) -> str:
    """Names what was decided: the same for the same decisions in the same order."""
    return hashlib.sha256(repr([astuple(d) for d in decided]).encode()).hexdigest()[:12]


def taught_revision(revision: str, decided: Sequence[Decided]) -> str:
    """The revision of heads that have learnt from what was decided."""
    return f"{revision}+taught-{digest_of(decided)}" if decided else revision


def _points(decided: Decided) -> tuple[str, ...]:
    return tuple(point for position in decided.positions for point in points_of(position))


def shares(named: Sequence[tuple[str, ...]], classes: tuple[str, ...]) -> np.ndarray:
    """Rows [n, k] that share 1 among the classes that each names."""
    counts = np.array([[names.count(c) for c in classes] for names in named], float).reshape(-1, len(classes))
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def logs(chances: np.ndarray) -> np.ndarray:
    """Logarithms of chances, of none too."""
    return np.log(np.maximum(chances, 1e-12))


def fit_correction(vectors: np.ndarray, said: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The correction [d, k] of chances `said` [n, k] that makes `target` [n, k] likely and stays near zero."""
    offset, shape = logs(said), (vectors.shape[1], target.shape[1])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        chances = softmax(offset + vectors @ weights)
        gradient = vectors.T @ (chances - target) + HOLD * weights
        unlikely = -(target * logs(chances)).sum() + HOLD / 2 * (weights**2).sum()
        return float(unlikely), gradient.ravel()

    start = np.zeros(shape[0] * shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    return found.x.reshape(shape).astype(np.float32)


def _first(decided: Sequence[Decided], vectors: np.ndarray, known: Precedents) -> Precedents:
    """What was decided, before the precedents that were known."""
    return Precedents(
        tuple(d.text for d in decided) + known.texts,
        tuple(d.category for d in decided) + known.categories,
        tuple("+".join(d.positions[:1]) for d in decided) + known.positions,
        tuple(d.role for d in decided) + known.roles,
        ("",) * len(decided) + known.competences,
        (SPOKEN,) * len(decided) + known.styles,
        np.concatenate([vectors, known.vectors]).astype(np.float32),
    )
