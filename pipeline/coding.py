"""Code a transcript: split the respondent's turns into phrases and label each."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.label import Labeller
from pipeline.phrases import Splitter, split_transcript
from pipeline.records import Suggestion, Transcript


def code(transcript: Transcript, splitter: Splitter, labeller: Labeller) -> tuple[Suggestion, ...]:
    """A suggestion for each phrase of the respondent's turns, in order, those of category `none` among them."""
    return labeller.suggest(split_transcript(transcript, splitter), transcript.role)


def worth_showing(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """What a reviewer is shown: everything but `none`."""
    return tuple(suggestion for suggestion in suggestions if suggestion.label.category != "none")
