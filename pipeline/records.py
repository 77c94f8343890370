"""The records that travel from step to step: frozen, and the same in files, in the store and on pages.

Recording → Transcript (turns, words) → Phrase → Suggestion → Candidate. Times are seconds from the start of the
recording; spans are code points in the turn's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

INTERVIEWER, RESPONDENT = "interviewer", "respondent"
CATEGORIES = ("competence", "trait", "task", "education", "none")
PROXY_KINDS = ("trait", "task", "education", "title")


@dataclass(frozen=True)
class Word:
    """One word that the recogniser heard; `probability` in 0–1."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Turn:
    """What one speaker says before the other does. Times and words are missing in text-only sources."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """One interview as text. `role`, `sector` and `chain` are empty where nobody said."""

    id: str
    turns: tuple[Turn, ...]
    role: str = ""
    sector: str = ""
    chain: str = ""
    language: str = "nb"


@dataclass(frozen=True)
class Phrase:
    """An exact span of a turn: `text == transcript.turns[turn].text[start:end]`. Its identity outlives every model."""

    interview: str
    turn: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Placement:
    """A position of the balance model and how probable it is, 0–1."""

    position: str
    probability: float


@dataclass(frozen=True)
class Precedent:
    """A labelled phrase of the corpora; `similarity` is a cosine, for ranking only."""

    phrase: str
    category: str
    position: str
    role: str
    similarity: float


@dataclass(frozen=True)
class Grounds:
    """Why a suggestion says what it says: nearest precedents, the words that tipped it, whether the model is unsure."""

    precedents: tuple[Precedent, ...] = ()
    wording: tuple[str, ...] = ()
    unsure: bool = False


@dataclass(frozen=True)
class Proxy:
    """A trait, task, education or title that stands in for a competence, and the question that gets behind it."""

    kind: str
    stands_for: str
    question: str


@dataclass(frozen=True)
class Label:
    """What the models say of a wording, without its place in an interview. Positions only for competences."""

    category: str
    probability: float
    positions: tuple[Placement, ...] = ()
    proxy: Proxy | None = None
    grounds: Grounds = field(default_factory=Grounds)


@dataclass(frozen=True)
class Suggestion:
    """A phrase with its label: derived, recomputed at any time, never a decision."""

    phrase: Phrase
    label: Label


@dataclass(frozen=True)
class Candidate:
    """A candidate key competence: phrases over interviews that tell of the same competence, the most typical first."""

    id: str
    name: str
    positions: tuple[Placement, ...]
    interviews: tuple[str, ...]
    phrases: tuple[Phrase, ...]
