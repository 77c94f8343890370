"""What must hold of the phrases of any transcript, on the grammar that is shipped, alone and with the marker."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpora import INTERVIEWS, AnnotatedInterview, read_interview, read_interviews
from pipeline.phrases import Splitter, split_transcript
from pipeline.records import INTERVIEWER, RESPONDENT, Phrase, Transcript, Turn

pytestmark = pytest.mark.real

VERBS = "er må kan pleier å rydde selge lytte prioritere hjelper ser roer"
NOUNS = "jeg du man vi hun kunden kollegaen sko varer kassa køen tålmodig sta nøyaktig"
SMALL = "og men så for at når ikke litt nok altså liksom ja nei på en måte ikke sant"
SIGNS = ", , . ? ! … - « » ( ) osv. kl. 12:30 bl.a. A/S"
WORDS = " ".join((VERBS, NOUNS, SMALL, SIGNS)).split()
speech = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
glued = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map("".join)
turns = st.builds(
    Turn, st.sampled_from([INTERVIEWER, RESPONDENT]), speech | speech.map(str.capitalize) | glued | st.text(max_size=30)
)
transcripts = st.lists(turns, max_size=6).map(lambda said: Transcript("samtale", tuple(said)))


def check(transcript: Transcript, phrases: tuple[Phrase, ...]) -> None:
    """Exact, never empty, in order without overlap, trimmed, and of the respondent only."""
    for phrase in phrases:
        turn = transcript.turns[phrase.turn]
        assert turn.speaker == RESPONDENT
        assert turn.text[phrase.start : phrase.end] == phrase.text
        assert phrase.text
        assert phrase.text == phrase.text.strip()
        assert not phrase.text.endswith(".")
        assert phrase.interview == transcript.id
    for one, other in pairwise(phrases):
        assert (one.turn, one.end) <= (other.turn, other.start) if one.turn == other.turn else one.turn < other.turn


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transcript=transcripts)
def test_spans_of_any_transcript(splitter: Splitter, transcript: Transcript) -> None:
    """Whatever is said, every phrase is an exact, trimmed, non-empty part of a respondent's turn, and none overlap."""
    check(transcript, split_transcript(transcript, splitter))


some_interviews = pytest.mark.parametrize(
    "interview", read_interviews()[::8], ids=lambda interview: interview.transcript.id
)


@some_interviews
def test_grammar_leaves_little_out(by_grammar: Splitter, interview: AnnotatedInterview) -> None:
    """By the grammar alone, most of what the respondent of a sample interview says is in some phrase."""
    transcript = interview.transcript
    phrases = split_transcript(transcript, by_grammar)
    said = sum(len(turn.text) for turn in transcript.turns if turn.speaker == RESPONDENT)
    assert sum(phrase.end - phrase.start for phrase in phrases) > 0.6 * said


@some_interviews
def test_spans_of_sample_interviews(splitter: Splitter, interview: AnnotatedInterview) -> None:
    """In a sample interview the same holds, and most of what experts coded is in some phrase."""
    phrases = split_transcript(interview.transcript, splitter)
    check(interview.transcript, phrases)
    coded = {(span.turn, at) for span, _ in interview.spans for at in range(span.start, span.end)}
    found = {(phrase.turn, at) for phrase in phrases for at in range(phrase.start, phrase.end)}
    assert len(coded & found) > 0.6 * len(coded)


def test_spans_do_not_depend_on_the_company(splitter: Splitter) -> None:
    """A turn gives the same phrases alone as among others, so that a phrase's identity is stable."""
    spoken = read_interview(INTERVIEWS / "kjede_a_butikkmedarbeider.txt").transcript
    turns = tuple(turn for turn in spoken.turns if turn.speaker == RESPONDENT)[:6]
    together = split_transcript(Transcript("a", turns), splitter)
    alone = [
        (i, phrase.start, phrase.end)
        for i, turn in enumerate(turns)
        for phrase in split_transcript(Transcript("a", (turn,)), splitter)
    ]
    assert [(phrase.turn, phrase.start, phrase.end) for phrase in together] == alone
