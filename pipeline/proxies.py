"""What a trait, task, education or title stands in for, the question that gets behind it, and a competence wording."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.heads import Precedents
from pipeline.records import Proxy

COULD_STAND_IN = ("trait", "task", "education")
TOLD_COUNTS = 2.0  # how much likelier a competence is that the same interview tells of
ROLE_COUNTS = (
    0.3  # how much likelier one that people in the role tell of as often as of any; both by trial, retail left out
)
SURELY_TOLD = 0.5  # chance from which a phrase of the interview is quoted as telling of the competence

Question = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Told:
    """What an interview tells of: its n competence phrases, and the chances [n, k] of these k key competences.

    `role` [k]: how often people in the same role tell of each (`pipeline.heads.ToldByRole`).
    """

    competences: tuple[str, ...]
    texts: tuple[str, ...]
    chances: np.ndarray
    role: np.ndarray


@dataclass(frozen=True)
class Wordings:
    """Texts about proxies: names of key competences by id, the follow-up question, how titles and schooling end."""

    names: Mapping[str, str]
    question: Question
    occupations: tuple[str, ...] = ()
    schooling: tuple[str, ...] = ()


def proxy_for(
    text: str, category: str, chances: np.ndarray, told: Told, vector: np.ndarray, known: Precedents, wordings: Wordings
) -> Proxy:
    """The proxy in a wording: `chances` [k] of what it stands in for are weighed with what the interview tells of.

    The chances are of the competences that `told` names, in that order. The same interview comes first, then the
    role, then the corpora, as the method has it.
    """
    ids = told.competences
    best = ids[likeliest(chances, told)] if ids else ""
    name = wordings.names.get(best, "")
    kind = kind_of(text, category, wordings)
    wording = _told_wording(ids.index(best), told) if best else ""
    return Proxy(kind, name, wordings.question(kind, text, name), best, wording or written_wording(best, vector, known))


def likeliest(chances: np.ndarray, told: Told) -> int:
    """Index of the competence that a proxy stands in for."""
    said = told.chances.max(axis=0) if len(told.texts) else np.zeros_like(chances)
    return int((chances * (1 + TOLD_COUNTS * said + ROLE_COUNTS * told.role)).argmax())


def kind_of(text: str, category: str, wordings: Wordings) -> str:
    """`title` for an education that names an occupation or office and no schooling, else the category."""
    words = re.findall(r"\w+", text.lower())
    schooled = any(word.startswith(wordings.schooling) or word.endswith(wordings.schooling) for word in words)
    titled = any(word.endswith(wordings.occupations) for word in words)
    return "title" if category == "education" and titled and not schooled else category


def _told_wording(competence: int, told: Told) -> str:
    if not told.texts:
        return ""
    best = int(told.chances[:, competence].argmax())
    return told.texts[best] if told.chances[best, competence] >= SURELY_TOLD else ""


def written_wording(competence: str, vector: np.ndarray, known: Precedents) -> str:
    """The written wording of a competence in the material that is nearest to the proxy."""
    rows = known.written.get(competence)
    return "" if rows is None else known.texts[rows[int((known.vectors[rows] @ vector).argmax())]]
