"""Words that begin or go on with something worth coding, and the spans that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

CODED = ("competence", "trait", "task", "education")
TAGS = ("O", *(f"{part}-{category}" for category in CODED for part in ("B", "I")))
WORD = re.compile(r"\w[\w'’-]*")
EAGERNESS = 2.2  # how much the chance of «nothing here» is held back: a reviewer rejects faster than finds
NEVER = -1e9


@dataclass(frozen=True)
class Marked:
    """The words of a text as (start, end) in code points, and the log probability [n, 9] of each tag of `TAGS`."""

    words: tuple[tuple[int, int], ...]
    tags: np.ndarray


class Marker(Protocol):
    """Reads answers, each after its question, and marks their words."""

    def mark(self, answers: Sequence[str], questions: Sequence[str]) -> list[Marked]: ...


def spans_of_marks(marked: Marked) -> list[tuple[int, int]]:
    """Spans (start, end) in code points of the likeliest reading in which no span goes on before it begins."""
    spans: list[tuple[int, int]] = []
    for (start, end), tag in zip(marked.words, _likeliest(marked.tags), strict=True):
        if TAGS[tag][0] == "B":
            spans.append((start, end))
        elif TAGS[tag][0] == "I":
            spans[-1] = (spans[-1][0], end)
    return spans


def chance_of_something(marked: Marked, start: int, end: int) -> float:
    """The mean chance, over the marked words in a span, that they belong to something worth coding.

    1 where none is marked: a marker reads no further than it can, and of what it left unread nothing is ruled out.
    """
    inside = [i for i, (a, b) in enumerate(marked.words) if a >= start and b <= end]
    return float(1 - np.exp(marked.tags[inside, 0]).mean()) if inside else 1.0


def _likeliest(tags: np.ndarray) -> list[int]:
    """The best sequence of tags (Viterbi): `I` only after `B` or `I` of the same category."""
    if not len(tags):
        return []
    eager = tags - np.array([EAGERNESS, *[0.0] * (len(TAGS) - 1)])
    score = eager[0] + np.where([tag[0] == "I" for tag in TAGS], NEVER, 0.0)
    back = []
    for row in eager[1:]:
        ways = score[:, None] + ALLOWED
        back.append(ways.argmax(axis=0))
        score = ways.max(axis=0) + row
    path = [int(score.argmax())]
    for choices in reversed(back):
        path.append(int(choices[path[-1]]))
    return path[::-1]


def _allowed() -> np.ndarray:
    """0 where one tag may follow another [from, to], else never."""
    follows = [[after[0] != "I" or (before[2:] == after[2:] and before != "O") for after in TAGS] for before in TAGS]
    return np.where(follows, 0.0, NEVER)


ALLOWED = _allowed()
