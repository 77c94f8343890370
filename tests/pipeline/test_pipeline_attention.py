"""What of a coded interview a person should look at."""

from __future__ import annotations

import pytest

from pipeline.attention import ADVICE, FEW_WORDS, NO_COMPETENCE, ONE_SPEAKER, attention_of
from pipeline.records import INTERVIEWER, RESPONDENT, Label, Phrase, Suggestion, Transcript, Turn

ANSWER = "Jeg hjelper kunden og rydder lageret. " * 20  # 120 words
COMPETENCE = Suggestion(Phrase("kari", 1, 0, 18, "Jeg hjelper kunden"), Label("competence", 0.9))


def interview(answer: str = ANSWER, asks: str = INTERVIEWER, end: float | None = None) -> Transcript:
    return Transcript("kari", (Turn(asks, "Hva gjør du?"), Turn(RESPONDENT, answer, end=end)))


def test_ordinary_interview_needs_nobody() -> None:
    """Two who talk, enough words, a competence among the phrases: nothing to look at."""
    assert attention_of(interview(end=120.0), [COMPETENCE]) == ()


@pytest.mark.parametrize(
    ("transcript", "expected"),
    [
        (interview("Ja."), FEW_WORDS),
        (interview(end=600.0), FEW_WORDS),
        (interview(asks=RESPONDENT), ONE_SPEAKER),
    ],
    ids=["a word", "two words a minute", "one voice"],
)
def test_odd_transcript_is_to_be_looked_at(transcript: Transcript, expected: str) -> None:
    """Few words, in all or for the time, and one speaker only are told of."""
    assert attention_of(transcript, [COMPETENCE]) == (expected,)


@pytest.mark.parametrize("categories", [(), ("none", "trait")])
def test_interview_without_competences_is_to_be_looked_at(categories: tuple[str, ...]) -> None:
    """So is an interview in which no phrase is a competence, or in which there is none at all."""
    found = [Suggestion(COMPETENCE.phrase, Label(category, 0.9)) for category in categories]
    assert attention_of(interview(), found) == (NO_COMPETENCE,)


def test_all_that_is_odd_is_told_in_order() -> None:
    """An empty transcript is odd in every way, and for each there is something to do."""
    assert attention_of(Transcript("kari", ()), []) == tuple(ADVICE)
    assert all(what and next for what, next in ADVICE.values())
