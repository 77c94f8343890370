"""Evidence: what experts said of phrases and interviews, beside what was suggested for the same words.

`judge` gathers it from one labeller. For the project's own corpora that is done once for each fold, with a labeller
that never saw the fold (models/train_heads.py), and kept; for outside material it is done on the spot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpora import AnnotatedInterview, LabelledPhrase
from pipeline.cluster import divide
from pipeline.coding import code, worth_showing
from pipeline.label import Labeller
from pipeline.phrases import Splitter
from pipeline.records import Label, Phrase, Suggestion

FEWEST_TOLD = 20  # competences of a role below which its clusters say little


@dataclass(frozen=True)
class Judged:
    """A labelled phrase and the label suggested for it."""

    truth: LabelledPhrase
    label: Label


@dataclass(frozen=True)
class Coded:
    """Experts' spans of an interview, and what was suggested for its raw text (those of category `none` left out)."""

    interview: str
    role: str
    spans: tuple[tuple[Phrase, LabelledPhrase], ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class Gathered:
    """The competences told in the interviews of one role: experts' key competences, and clusters at their number."""

    role: str
    truth: tuple[str, ...]
    found: tuple[int, ...]


@dataclass(frozen=True)
class Heard:
    """A recording's words and what was heard of them."""

    recording: str
    said: str
    heard: str


@dataclass(frozen=True)
class Evidence:
    """All that is measured."""

    revision: str
    origin: str
    phrases: tuple[Judged, ...] = ()
    interviews: tuple[Coded, ...] = ()
    gathered: tuple[Gathered, ...] = ()
    heard: tuple[Heard, ...] = ()


def judge(
    labeller: Labeller, splitter: Splitter, phrases: Sequence[LabelledPhrase], interviews: Sequence[AnnotatedInterview]
) -> Evidence:
    """What one labeller says of the phrases, of the experts' spans, and of the interviews' raw text."""
    return Evidence(
        labeller.heads.revision,
        "",
        (*judge_phrases(labeller, phrases), *judge_spans(labeller, interviews)),
        tuple(code_interview(labeller, splitter, interview) for interview in interviews),
        tuple(gather(labeller, interviews)),
    )


def judge_phrases(labeller: Labeller, phrases: Sequence[LabelledPhrase]) -> list[Judged]:
    """Each phrase by itself, as `classify` labels it."""
    labels = labeller.label([phrase.text for phrase in phrases])
    return [Judged(phrase, label) for phrase, label in zip(phrases, labels, strict=True)]


def judge_spans(labeller: Labeller, interviews: Iterable[AnnotatedInterview]) -> list[Judged]:
    """The experts' spans, labelled together with the others of their interview."""
    judged = []
    for interview in interviews:
        suggestions = labeller.suggest([span for span, _ in interview.spans], interview.transcript.role)
        judged += [Judged(truth, s.label) for (_, truth), s in zip(interview.spans, suggestions, strict=True)]
    return judged


def code_interview(labeller: Labeller, splitter: Splitter, interview: AnnotatedInterview) -> Coded:
    """The interview's raw text, coded as `code` does it."""
    found = worth_showing(code(interview.transcript, splitter, labeller))
    return Coded(interview.transcript.id, interview.transcript.role, interview.spans, found)


def gather(labeller: Labeller, interviews: Sequence[AnnotatedInterview]) -> list[Gathered]:
    """For each role with two interviews or more: its competences in as many clusters as experts have names for."""
    gathered = []
    for role in sorted({interview.transcript.role for interview in interviews}):
        own = [interview for interview in interviews if interview.transcript.role == role]
        told = [label for interview in own for _, label in interview.spans if label.key_competence]
        names = tuple(label.key_competence for label in told)
        if len(own) > 1 and len(told) >= FEWEST_TOLD:
            vectors = labeller.meaning([label.text for label in told])
            gathered.append(Gathered(role, names, tuple(map(int, divide(vectors, len(set(names)))))))
    return gathered


def join(parts: Sequence[Evidence], origin: str) -> Evidence:
    """The evidence of several folds as one."""
    return replace(
        parts[0],
        origin=origin,
        phrases=tuple(judged for part in parts for judged in part.phrases),
        interviews=tuple(coded for part in parts for coded in part.interviews),
        gathered=tuple(gathered for part in parts for gathered in part.gathered),
        heard=tuple(heard for part in parts for heard in part.heard),
    )
