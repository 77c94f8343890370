"""Say of a wording what it is (category), where it belongs (position) and why (grounds)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.features import word_weights, wording_features
from pipeline.heads import Heads, Nearest, Precedents
from pipeline.proxies import COULD_STAND_IN, Told, Wordings, proxy_for
from pipeline.records import Grounds, Label, Phrase, Placement, Precedent, Suggestion

NEAREST = 3  # precedents shown
MOST_POINTS = 3  # points that cannot be ruled out; with more the model says that it cannot tell
TIPPING_WORDS = 3
ITSELF = 0.999  # cosine from which two wordings are the same
POSSIBLE = 0.05  # chance of being a competence from which a wording gets positions, for a reviewer who corrects it


class Embedder(Protocol):
    """Sentences to unit vectors [n, d]."""

    def encode(self, texts: list[str]) -> np.ndarray: ...


@dataclass(frozen=True)
class Judgement:
    """Of n wordings: vectors [n, d], nearest precedents, and the chances of categories [n, 5], points [n, 6] and
    competences [n, k]."""

    vectors: np.ndarray
    nearest: Nearest
    categories: np.ndarray
    points: np.ndarray
    competences: np.ndarray


@dataclass(frozen=True)
class Labeller:
    """What it takes to label: an embedder, heads trained on it, and the texts about proxies."""

    embedder: Embedder
    heads: Heads
    wordings: Wordings

    def label(self, texts: list[str], role: str = "") -> list[Label]:
        """One label for each text by itself, in order."""
        return self._labels(texts, role, told_together=False)

    def suggest(self, phrases: Sequence[Phrase], role: str = "") -> tuple[Suggestion, ...]:
        """One suggestion for each phrase of an interview; what interview and role tell says what proxies stand for."""
        labels = self._labels([phrase.text for phrase in phrases], role, told_together=True)
        return tuple(Suggestion(phrase, label) for phrase, label in zip(phrases, labels, strict=True))

    def _labels(self, texts: list[str], role: str, told_together: bool) -> list[Label]:
        if not texts:
            return []
        judgement = self.judge(texts)
        told = self._told(texts if told_together else [], role, judgement)
        return [self._one(text, i, judgement, told) for i, text in enumerate(texts)]

    def meaning(self, texts: list[str]) -> np.ndarray:
        """Unit vectors [n, d + k] in which tellings of the same competence lie near: the space of the clusters."""
        return self.heads.meaning(self.embedder.encode(texts))

    def judge(self, texts: list[str]) -> Judgement:
        """The chances of everything, for n texts."""
        vectors, wording = self.embedder.encode(texts), wording_features(texts)
        near = self.heads.precedents.near(vectors)
        return Judgement(
            vectors,
            near.of_all,
            self.heads.categories(vectors, wording, near),
            self.heads.points(vectors, wording, near),
            self.heads.competence.probabilities(vectors),
        )

    def _told(self, texts: list[str], role: str, judgement: Judgement) -> Told:
        competence = self.heads.category.classes.index("competence")
        rows = np.flatnonzero(judgement.categories[: len(texts)].argmax(axis=1) == competence)
        spoken = tuple(texts[i] for i in rows)
        return Told(
            self.heads.competence.classes, spoken, judgement.competences[rows], self.heads.told_by_role.of(role)
        )

    def _one(self, text: str, i: int, judgement: Judgement, told: Told) -> Label:
        chances, points, vector = judgement.categories[i], judgement.points[i], judgement.vectors[i]
        head, known = self.heads.category, self.heads.precedents
        best = int(chances.argmax())
        category = head.classes[best]
        possible = category == "competence" or chances[head.classes.index("competence")] >= POSSIBLE
        likely = self.heads.likely_categories(chances)
        vague = category == "competence" and len(self.heads.likely_points(points)) > MOST_POINTS
        grounds = Grounds(
            _precedents(judgement.nearest.index[i], judgement.nearest.cosines[i], known),
            self._wording(text, best),
            len(likely) > 1 or vague,
            likely,
            bool(chances[best] >= self.heads.bulk_accept),
        )
        proxy = None
        if category in COULD_STAND_IN:
            proxy = proxy_for(text, category, judgement.competences[i], told, vector, known, self.wordings)
        positions = rank_positions(points, self.heads.position.classes) if possible else ()
        return Label(category, round(float(chances[best]), 4), positions, proxy, grounds)

    def _wording(self, text: str, best: int) -> tuple[str, ...]:
        weights = word_weights(text, self.heads.category.wording[:, best])
        tipping = sorted((word for word in weights if weights[word] > 0), key=lambda word: -weights[word])
        return tuple(tipping[:TIPPING_WORDS])


def rank_positions(points: np.ndarray, classes: tuple[str, ...]) -> tuple[Placement, ...]:
    """The six points, likeliest first, with their probabilities."""
    order = np.argsort(-points)
    return tuple(Placement(classes[i], round(float(points[i]), 4)) for i in order)


def _precedents(nearest: np.ndarray, cosines: np.ndarray, known: Precedents) -> tuple[Precedent, ...]:
    # A wording is no precedent of itself: it would be, where a sample interview is coded.
    others = [(i, float(cosine)) for i, cosine in zip(nearest, cosines, strict=True) if cosine < ITSELF]
    return tuple(
        Precedent(known.texts[i], known.categories[i], known.positions[i], known.roles[i], round(cosine, 4))
        for i, cosine in others[:NEAREST]
    )
