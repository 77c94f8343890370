"""The records that travel from step to step: frozen, and the same in files, in the store and on pages.

Recording → Transcript (turns, words) → Phrase → Suggestion → Candidate. Times are seconds from the start of the
recording; spans are code points in the turn's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

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


class Identity(NamedTuple):
    """What a phrase is known by, whatever the models say: interview name, turn, and span in code points."""

    interview: str
    turn: int
    start: int
    end: int


def identity_of(phrase: Phrase) -> Identity:
    """The identity of a phrase, for looking up its decision."""
    return Identity(phrase.interview, phrase.turn, phrase.start, phrase.end)


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
    """Why a suggestion says what it says: nearest precedents, the words that tipped it, whether the model is unsure.

    `categories` are those that cannot be ruled out, likeliest first: in nine of ten cases the right one is among them.
    `safe` suggestions may be accepted together: of held-out ones as probable, nineteen of twenty were right.
    """

    precedents: tuple[Precedent, ...] = ()
    wording: tuple[str, ...] = ()
    unsure: bool = False
    categories: tuple[str, ...] = ()
    safe: bool = False


@dataclass(frozen=True)
class Proxy:
    """A trait, task, education or title that stands in for a competence, and the question that gets behind it.

    `stands_for` is the competence's name, `competence` its id; `wording` is a way to say it as a competence, from the
    same interview where that tells of it, else from the corpora. All three are empty where none is known.
    """

    kind: str
    stands_for: str
    question: str
    competence: str = ""
    wording: str = ""


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
class Title:
    """A name that a candidate may have; `share`, 0–1, of its phrases lie nearest to it of all names there are."""

    name: str
    share: float


@dataclass(frozen=True)
class Candidate:
    """A candidate key competence: phrases over interviews that tell of the same competence, the most typical first.

    `weight`, 0–1, is what informants gave it: the mean, over the interviews that tell of it, of its share of the
    words that the interview spends on competences. `titles` are names that may fit, the best first. `second` are the
    places, from 0, of the phrases that would go out where it was divided in two.
    """

    id: str
    name: str
    positions: tuple[Placement, ...]
    interviews: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    chains: tuple[str, ...] = ()
    weight: float = 0.0
    titles: tuple[Title, ...] = ()
    second: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A number of candidates that was tried; `silhouette`, −1 to 1, says how well apart they lie."""

    clusters: int
    silhouette: float


@dataclass(frozen=True)
class Clustering:
    """The candidates, and the grounds for their number.

    `reason` is one of `pipeline.cluster.REASONS`. `shift` is what people's merges and splits add to the number; the
    numbers in `tried` have it in them.
    """

    candidates: tuple[Candidate, ...]
    tried: tuple[Trial, ...] = ()
    reason: str = ""
    shift: int = 0
