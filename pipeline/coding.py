"""Code a transcript: split the respondent's turns into phrases and label each."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.label import Labeller
from pipeline.phrases import Grammar, split_transcript
from pipeline.records import Suggestion, Transcript


def code(transcript: Transcript, grammar: Grammar, labeller: Labeller) -> tuple[Suggestion, ...]:
    """A suggestion for each phrase of the respondent's turns, in order, those of category `none` among them."""
    phrases = split_transcript(transcript, grammar)
    labels = labeller.label([phrase.text for phrase in phrases])
    return tuple(Suggestion(phrase, label) for phrase, label in zip(phrases, labels, strict=True))


def worth_showing(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """What a reviewer is shown: everything but `none`."""
    return tuple(suggestion for suggestion in suggestions if suggestion.label.category != "none")
