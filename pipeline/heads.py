"""The trained heads: plain arrays over an embedding and wording features, applied with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class LinearHead:
    """A calibrated linear classifier over k classes: a mean of two softmaxes, over embedding and over wording.

    `embedding` [d, k], `wording` [f, k], biases [k], `temperature` divides the log probabilities.
    """

    classes: tuple[str, ...]
    embedding: np.ndarray
    embedding_bias: np.ndarray
    wording: np.ndarray
    wording_bias: np.ndarray
    temperature: float = 1.0
    share: float = 0.5

    def probabilities(self, vectors: np.ndarray, wording: csr_matrix) -> np.ndarray:
        """[n, k], rows sum to 1."""
        by_meaning = softmax(vectors @ self.embedding + self.embedding_bias)
        by_wording = softmax(np.asarray(wording @ self.wording) + self.wording_bias)
        mixed = self.share * by_meaning + (1 - self.share) * by_wording
        return softmax(np.log(np.maximum(mixed, 1e-12)) / self.temperature)


@dataclass(frozen=True)
class Precedents:
    """Labelled phrases as unit vectors [n, d], in the order of their labels."""

    texts: tuple[str, ...]
    categories: tuple[str, ...]
    positions: tuple[str, ...]
    roles: tuple[str, ...]
    competences: tuple[str, ...]  # the key competence told of, or the one a proxy stands in for
    vectors: np.ndarray


@dataclass(frozen=True)
class Heads:
    """Everything that was trained on the corpora for one embedding model; `revision` names both and the corpora."""

    revision: str
    category: LinearHead
    position: LinearHead
    precedents: Precedents


def softmax(scores: np.ndarray) -> np.ndarray:
    """Row-wise softmax."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one; zero rows stay zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
