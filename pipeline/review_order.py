"""In which order to review: first where a decision teaches most, and a random tenth to measure the suggestions on.

A decision teaches most where the model doubts, where many undecided phrases are worded alike, and where nothing
alike is decided or already ahead in the list. The random tenth is drawn by the phrase's identity, so it is the same
whatever the models say. Decisions on it never teach (`flows.steps`): it stays a fair measure of what was learnt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2, nan, sqrt

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from pipeline.balance import points_of
from pipeline.learning import Decided
from pipeline.records import Identity, Label, Suggestion, identity_of

ONE_IN = 10  # phrases, for measuring
POOL = 3000  # most doubtful phrases that are compared with one another; the rest follow by doubt alone
ALIKE = 6  # power of the cosine: half alike counts next to nothing
POSITION_WEIGHT = 0.5  # a position is in doubt more often than a category, and matters less
Z = 1.96  # of a 95 % interval
WORDING = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**9, dtype=np.float32)


@dataclass(frozen=True)
class ToReview:
    """A suggestion that nobody decided on; `unbiased` where it was drawn to measure on, not to teach."""

    suggestion: Suggestion
    unbiased: bool


@dataclass(frozen=True)
class Agreement:
    """In how many of the decisions the suggestion said the same."""

    agreed: int
    decisions: int

    @property
    def share(self) -> float:
        """0–1; not a number without decisions."""
        return self.agreed / self.decisions if self.decisions else nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share (Wilson 1927); 0–1 without decisions."""
        n = self.decisions
        if not n:
            return 0.0, 1.0
        middle = (self.agreed + Z**2 / 2) / (n + Z**2)
        width = Z * sqrt(self.share * (1 - self.share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        return max(0.0, middle - width), min(1.0, middle + width)


@dataclass(frozen=True)
class Quality:
    """Agreement of suggestions and decisions on the random tenth; `position` where both see a competence."""

    category: Agreement
    position: Agreement


def review_order(suggestions: Sequence[Suggestion], decided: Collection[Identity], seed: str) -> tuple[ToReview, ...]:
    """What is undecided, first where a decision teaches most, the random tenth spread evenly through it.

    `suggestions` with the decided ones among them: phrases like those teach less. The tenth itself is in random order,
    so that also the part of it that a reviewer gets through is a fair sample.
    """
    undecided = [s for s in suggestions if identity_of(s.phrase) not in decided]
    known = [s for s in suggestions if identity_of(s.phrase) in decided]
    drawn = sorted((s for s in undecided if is_unbiased(identity_of(s.phrase), seed)), key=lambda s: _draw(s, seed))
    others = [s for s in undecided if not is_unbiased(identity_of(s.phrase), seed)]
    ranks = [(rank, ToReview(s, True)) for rank, s in _evenly(drawn)]
    ranks += [(rank, ToReview(s, False)) for rank, s in _evenly(most_teaching(others, known))]
    return tuple(one for _, one in sorted(ranks, key=lambda item: item[0]))


def is_unbiased(identity: Identity, seed: str) -> bool:
    """Whether the phrase is in the random tenth of the project with this seed."""
    return _number(identity, seed) % ONE_IN == 0


def measured_quality(decisions: Mapping[Identity, Decided], suggestions: Sequence[Suggestion], seed: str) -> Quality:
    """How often suggestions said what people then decided, on the random tenth, which never taught them."""
    pairs = [
        (decisions[identity], suggestion.label)
        for suggestion in suggestions
        if (identity := identity_of(suggestion.phrase)) in decisions and is_unbiased(identity, seed)
    ]
    placed = [(d, label) for d, label in pairs if d.positions and label.positions and d.category == label.category]
    return Quality(
        Agreement(sum(d.category == label.category for d, label in pairs), len(pairs)),
        Agreement(sum(_places_alike(d, label) for d, label in placed), len(placed)),
    )


def _places_alike(decision: Decided, label: Label) -> bool:
    points = {point for position in decision.positions for point in points_of(position)}
    return not points.isdisjoint(points_of(label.positions[0].position))


def _number(identity: Identity, seed: str) -> int:
    named = "\0".join(map(str, (seed, *identity)))
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8])


def _draw(suggestion: Suggestion, seed: str) -> int:
    return _number(identity_of(suggestion.phrase), seed)


def _evenly(ordered: Sequence[Suggestion]) -> list[tuple[float, Suggestion]]:
    """Each with its place in the list as a share of its length."""
    return [((place + 0.5) / len(ordered), suggestion) for place, suggestion in enumerate(ordered)]


def doubt(label: Label) -> float:
    """How unsure the model is, 0–1.5: entropy of its category in bits, and how close the first two positions are."""
    p = min(max(label.probability, 1e-9), 1 - 1e-9)
    category = -p * log2(p) - (1 - p) * log2(1 - p)
    if len(label.positions) < 2:
        return category
    first, second = label.positions[:2]
    return category + POSITION_WEIGHT * p * (1 - first.probability + second.probability)


def most_teaching(suggestions: Sequence[Suggestion], known: Sequence[Suggestion]) -> list[Suggestion]:
    """The suggestions, the one whose decision teaches most first, beside what is `known` already."""
    by_doubt = sorted(suggestions, key=lambda s: -doubt(s.label))
    pool, rest = by_doubt[:POOL], by_doubt[POOL:]
    if not pool:
        return []
    vectors = _wording(pool)
    likeness = _likeness(vectors, vectors)
    covered = _likeness(vectors, _wording(known)).sum(axis=1) if known else np.zeros(len(pool), np.float32)
    worth = np.array([doubt(s.label) for s in pool], np.float32) * (1 + np.log1p(likeness.sum(axis=1)))
    return [*(pool[i] for i in _greedily(worth, likeness, covered)), *rest]


def _greedily(worth: np.ndarray, likeness: np.ndarray, covered: np.ndarray) -> list[int]:
    """Indices, highest worth first, where what is chosen lowers the worth of all that is like it."""
    chosen: list[int] = []
    left = np.ones(len(worth), bool)
    for _ in worth:
        best = int(np.where(left, worth / (1 + covered) ** 2, -1.0).argmax())
        chosen.append(best)
        left[best] = False
        covered = covered + likeness[best]
    return chosen


def _wording(suggestions: Sequence[Suggestion]) -> np.ndarray:
    return WORDING.transform([s.phrase.text for s in suggestions]).toarray()


def _likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How alike in wording, 0–1 [n, m]; 1 for the same words."""
    cosines: np.ndarray = np.maximum(one @ other.T, 0)
    return cosines**ALIKE
