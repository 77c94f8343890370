"""In which order to review: first where a decision teaches most, and a random tenth to measure the suggestions on.

A decision teaches most where the model doubts, where many undecided phrases are worded alike, and where nothing
alike is decided or already ahead in the list. The random tenth is drawn by the phrase's identity, so it is the same
whatever the models say. Decisions on it never teach (`flows.steps`): it stays a fair measure of what was learnt.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2, nan, sqrt

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from pipeline.balance import points_of
from pipeline.records import Identity, Label

ONE_IN = 10  # phrases, for measuring
ALIKE = 6  # power of the cosine: half alike counts next to nothing
POSITION_WEIGHT = 0.5  # a position is in doubt more often than a category, and matters less
Z = 1.96  # of a 95 % interval
WORDING = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**9, dtype=np.float32)


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


@dataclass(frozen=True)
class Compared:
    """What was decided and what was suggested, of `phrases` alike in both; positions are empty where there is none."""

    decided: str
    positions: tuple[str, ...]
    suggested: str
    suggested_position: str
    phrases: int = 1


def is_unbiased(identity: Identity, seed: str) -> bool:
    """Whether the phrase is in the random tenth of the project with this seed."""
    return draw_of(identity, seed) % ONE_IN == 0


def draw_of(identity: Identity, seed: str) -> int:
    """A random number of 64 bits that is the phrase's own: by it the random tenth is drawn, and put in order."""
    named = "\0".join(map(str, (seed, *identity)))
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8])


def drawn_before(place: int, drawn: int, others: int) -> int:
    """How many of the random tenth stand before this place of a list where they are spread evenly among the others."""
    return bisect_left(range(drawn), place, key=lambda n: n + _others_before(n, drawn, others))


def place_of(n: int, is_drawn: bool, drawn: int, others: int) -> int:
    """Where the n-th of the drawn, or of the others, stands in that list, all from 0."""
    if is_drawn:
        return n + _others_before(n, drawn, others)
    return n + bisect_right(range(drawn), n, key=lambda one: _others_before(one, drawn, others))


def _others_before(n: int, drawn: int, others: int) -> int:
    """Each stands at the middle of its share of the list: others at (2i + 1) / 2 others, drawn ones likewise."""
    return max(0, -((drawn - (2 * n + 1) * others) // (2 * drawn)))


def measured_quality(compared: Iterable[Compared]) -> Quality:
    """How often suggestions said what people then decided, of what is given: the random tenth, which never taught."""
    pairs = list(compared)
    alike = [one for one in pairs if one.decided == one.suggested]
    placed = [one for one in alike if one.positions and one.suggested_position]
    return Quality(
        Agreement(_phrases(alike), _phrases(pairs)),
        Agreement(_phrases(one for one in placed if _places_alike(one)), _phrases(placed)),
    )


def _phrases(compared: Iterable[Compared]) -> int:
    return sum(one.phrases for one in compared)


def _places_alike(compared: Compared) -> bool:
    points = {point for position in compared.positions for point in points_of(position)}
    return not points.isdisjoint(points_of(compared.suggested_position))


def doubt(label: Label) -> float:
    """How unsure the model is, 0–1.5: entropy of its category in bits, and how close the first two positions are."""
    p = min(max(label.probability, 1e-9), 1 - 1e-9)
    category = -p * log2(p) - (1 - p) * log2(1 - p)
    if len(label.positions) < 2:
        return category
    first, second = label.positions[:2]
    return category + POSITION_WEIGHT * p * (1 - first.probability + second.probability)


def most_teaching(texts: Sequence[str], doubts: Sequence[float], known: Sequence[str]) -> list[int]:
    """Indices of the n undecided wordings, in this much doubt, the one whose decision teaches most first.

    Beside what is `known`: the decided wordings. It takes time and room by the square of n.
    """
    if not texts:
        return []
    vectors = _wording(texts)
    likeness = _likeness(vectors, vectors)
    covered = _likeness(vectors, _wording(known)).sum(axis=1) if known else np.zeros(len(texts), np.float32)
    worth = np.array(doubts, np.float32) * (1 + np.log1p(likeness.sum(axis=1)))
    return _greedily(worth, likeness, covered)


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


def _wording(texts: Sequence[str]) -> np.ndarray:
    return np.stack([_vector(text) for text in texts])


@lru_cache(maxsize=8192)  # of 2 kB each: page after page compares mostly the same ones
def _vector(text: str) -> np.ndarray:
    return WORDING.transform([text]).toarray()[0]


def _likeness(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How alike in wording, 0–1 [n, m]; 1 for the same words."""
    cosines: np.ndarray = np.maximum(one @ other.T, 0)
    return cosines**ALIKE
