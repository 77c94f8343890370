"""Say of a wording what it is (category), where it belongs (position) and why (grounds)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.features import word_weights, wording_features
from pipeline.heads import Heads, Precedents
from pipeline.records import Grounds, Label, Placement, Precedent, Proxy

NEAREST = 3  # precedents shown
NEIGHBOURS = 15  # precedents that vote on what a proxy stands for
UNSURE_CATEGORY, UNSURE_POSITION = 0.5, 0.3  # top probability below which the model says that it cannot tell
TIPPING_WORDS = 3
ITSELF = 0.999  # cosine from which two wordings are the same
PROXIES = ("trait", "task", "education")

Question = Callable[[str, str, str], str]


class Embedder(Protocol):
    """Sentences to unit vectors [n, d]."""

    def encode(self, texts: list[str]) -> np.ndarray: ...


@dataclass(frozen=True)
class Labeller:
    """What it takes to label: an embedder, heads trained on it, names of key competences, follow-up texts."""

    embedder: Embedder
    heads: Heads
    competence_names: dict[str, str]
    question: Question

    def label(self, texts: list[str]) -> list[Label]:
        """One label for each text, in order."""
        if not texts:
            return []
        vectors, wording = self.embedder.encode(texts), wording_features(texts)
        categories = self.heads.category.probabilities(vectors, wording)
        points = self.heads.position.probabilities(vectors, wording)
        nearest = _nearest(vectors, self.heads.precedents)
        return [
            self._one(text, vector, categories[i], points[i], nearest[i])
            for i, (text, vector) in enumerate(zip(texts, vectors, strict=True))
        ]

    def _one(
        self, text: str, vector: np.ndarray, categories: np.ndarray, points: np.ndarray, nearest: np.ndarray
    ) -> Label:
        best = int(categories.argmax())
        category, probability = self.heads.category.classes[best], float(categories[best])
        positions = rank_positions(points, self.heads.position.classes) if category == "competence" else ()
        unsure = probability < UNSURE_CATEGORY or bool(positions and positions[0].probability < UNSURE_POSITION)
        grounds = Grounds(_precedents(vector, nearest, self.heads.precedents), self._wording(text, best), unsure)
        proxy = self._proxy(text, category, vector, nearest) if category in PROXIES else None
        return Label(category, round(probability, 4), positions, proxy, grounds)

    def _wording(self, text: str, best: int) -> tuple[str, ...]:
        weights = word_weights(text, self.heads.category.wording[:, best])
        tipping = sorted((word for word in weights if weights[word] > 0), key=lambda word: -weights[word])
        return tuple(tipping[:TIPPING_WORDS])

    def _proxy(self, text: str, category: str, vector: np.ndarray, nearest: np.ndarray) -> Proxy:
        precedents = self.heads.precedents
        votes: dict[str, float] = {}
        for i in nearest:
            competence = precedents.competences[i]
            if competence:
                # Another proxy of the same kind says more of what this one stands for than a competence in like words.
                weight = 2.0 if precedents.categories[i] == category else 1.0
                votes[competence] = votes.get(competence, 0) + weight * float(vector @ precedents.vectors[i]) ** 8
        best = max(votes, key=lambda id: votes[id], default="")
        name = self.competence_names.get(best, "")
        return Proxy(category, name, self.question(category, text, name))


def rank_positions(points: np.ndarray, classes: tuple[str, ...]) -> tuple[Placement, ...]:
    """The six points, likeliest first, with their probabilities."""
    order = np.argsort(-points)
    return tuple(Placement(classes[i], round(float(points[i]), 4)) for i in order)


def _nearest(vectors: np.ndarray, precedents: Precedents) -> np.ndarray:
    """Indices [n, 15] of the nearest precedents, nearest first."""
    similarity = vectors @ precedents.vectors.T
    count = min(NEIGHBOURS, similarity.shape[1])
    chosen = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(similarity, chosen, axis=1), axis=1)
    return np.take_along_axis(chosen, order, axis=1)


def _precedents(vector: np.ndarray, nearest: np.ndarray, known: Precedents) -> tuple[Precedent, ...]:
    similarity = known.vectors[nearest] @ vector
    # A wording is no precedent of itself: it would be, where a sample interview is coded.
    others = [(i, float(cosine)) for i, cosine in zip(nearest, similarity, strict=True) if cosine < ITSELF]
    return tuple(
        Precedent(known.texts[i], known.categories[i], known.positions[i], known.roles[i], round(cosine, 4))
        for i, cosine in others[:NEAREST]
    )
