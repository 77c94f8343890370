"""Which competence a change concerns: by a phrase of a candidate, so that the tie follows what people do to candidates.

First a phrase that shares words with the change, then one that stands beside it in the same turn, else the nearest in
meaning of the candidate whose phrases are nearest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.change import Change
from pipeline.records import Candidate, Identity, Phrase, identity_of

METHOD = "1"  # part of every tying's key: raise it when the rules below change
WITHIN, BESIDE, NEAREST = WAYS = ("within", "beside", "nearest")
NEAR_BY = 100  # code points between a change and a phrase that stands beside it
TYPICAL = 40  # phrases of each candidate that a change is compared with
NEIGHBOURS = 3  # of these, the mean of the nearest ones says how near the candidate is


@dataclass(frozen=True)
class Tie:
    """The phrase of a candidate by which a change concerns it, and how that was found: one of `WAYS`."""

    phrase: Identity
    way: str


def tied_in_turn(changes: Iterable[Change], candidates: Iterable[Candidate]) -> dict[Identity, Tie]:
    """The changes that share words with a candidate's phrase or have one beside them, by their own identity."""
    spoken: Mapping[tuple[str, int], list[Phrase]] = defaultdict(list)
    for candidate in candidates:
        for phrase in candidate.phrases:
            spoken[phrase.interview, phrase.turn].append(phrase)
    found = ((one.phrase, spoken.get((one.phrase.interview, one.phrase.turn), [])) for one in changes)
    return {identity_of(phrase): tie for phrase, others in found if (tie := _in_turn(phrase, others))}


def _in_turn(phrase: Phrase, others: Sequence[Phrase]) -> Tie | None:
    """The phrase that shares most of the text, or else is least far away."""
    nearest = min(others, key=lambda other: _apart(phrase, other), default=None)
    if nearest is None or _apart(phrase, nearest) > NEAR_BY:
        return None
    return Tie(identity_of(nearest), WITHIN if _apart(phrase, nearest) < 0 else BESIDE)


def _apart(one: Phrase, other: Phrase) -> int:
    """Code points between two phrases of a turn; less than 0 is how many they share."""
    return max(one.start, other.start) - min(one.end, other.end)


def typical_phrases(candidates: Iterable[Candidate]) -> list[list[Phrase]]:
    """The phrases of each candidate that a change is compared with."""
    return [list(candidate.phrases[:TYPICAL]) for candidate in candidates]


def tied_by_meaning(
    changes: Sequence[Change], vectors: np.ndarray, typical: Sequence[Sequence[Phrase]], known: np.ndarray
) -> dict[Identity, Tie]:
    """Each change with the nearest phrase of the nearest candidate. `known` are the unit vectors of all typical phrases
    one candidate after the other, `vectors` those of the changes.
    """
    near = vectors @ known.T
    edges = np.cumsum([0, *map(len, typical)])
    parts = [near[:, start:end] for start, end in pairwise(edges)]
    strength = np.stack([_mean_of_nearest(part) for part in parts], axis=1)
    best = strength.argmax(axis=1)
    places = (int(parts[candidate][i].argmax()) for i, candidate in enumerate(best))
    return {
        identity_of(change.phrase): Tie(identity_of(typical[candidate][place]), NEAREST)
        for change, candidate, place in zip(changes, best, places, strict=True)
    }


def _mean_of_nearest(near: np.ndarray) -> np.ndarray:
    return np.sort(near, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
