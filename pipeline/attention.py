"""What of a coded interview a person should look at: the steps went well, and the result is odd all the same."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Suggestion, Transcript

FEW_WORDS, ONE_SPEAKER, NO_COMPETENCE = "few_words", "one_speaker", "no_competence"
LEAST_WORDS = 50  # fewer are no interview
SLOWEST = 30.0  # words a minute; people who talk say a hundred or more

# What is odd, and what to do, in the order that they are told in.
ADVICE = {
    FEW_WORDS: ("nesten ingen ord", "Hør på opptaket: er lyden svak, eller er det feil fil?"),
    ONE_SPEAKER: ("bare én stemme", "Se i transkripsjonen om intervjueren og informanten er holdt fra hverandre."),
    NO_COMPETENCE: ("ingen utsagn om kompetanse", "Les transkripsjonen: handler den om arbeidet?"),
}


def attention_of(transcript: Transcript, suggestions: Sequence[Suggestion]) -> tuple[str, ...]:
    """Those of `ADVICE` that fit."""
    odd = {
        FEW_WORDS: _has_few_words(transcript),
        ONE_SPEAKER: len({turn.speaker for turn in transcript.turns}) < 2,
        NO_COMPETENCE: all(one.label.category != "competence" for one in suggestions),
    }
    return tuple(name for name in ADVICE if odd[name])


def _has_few_words(transcript: Transcript) -> bool:
    words = sum(len(turn.text.split()) for turn in transcript.turns)
    minutes = max((turn.end or 0.0 for turn in transcript.turns), default=0.0) / 60
    return words < max(LEAST_WORDS, SLOWEST * minutes)
