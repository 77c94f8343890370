from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_fakes import FakeVoices, sound, words_of

from pipeline.audio import LEVEL_STEP, RATE, Audio
from pipeline.corrections import swap
from pipeline.records import INTERVIEWER, RESPONDENT, Turn, Word
from pipeline.speakers import build_turns, interviewer_of, is_question, tell_apart, utterances


class NoVoices:
    """An encoder that must not be asked."""

    def encode(self, samples: np.ndarray, starts: np.ndarray) -> np.ndarray:
        raise AssertionError("the voices were encoded though the channels tell")


def channels(*stretches: tuple[float, float, float]) -> Audio:
    """Sound of two channels: seconds, level of the first, level of the second."""
    levels = [[left, right] for seconds, left, right in stretches for _ in range(round(seconds * RATE / LEVEL_STEP))]
    return Audio("to.wav", np.zeros(len(levels) * LEVEL_STEP, np.float32), np.array(levels))


QUESTION = words_of("Hva gjør du da?", 0.0)
ANSWER = words_of("Da roer jeg ned kunden.", 3.0)


def test_louder_channel_tells_the_speaker() -> None:
    """Where each speaker has a channel, each word is of the louder one, and no voice is encoded."""
    audio = channels((2.0, 0.3, 0.02), (4.0, 0.02, 0.3))
    assert tell_apart(QUESTION + ANSWER, audio, NoVoices()) == (0,) * 4 + (1,) * 5


def test_word_beyond_the_sound_is_no_error() -> None:
    """A word that the recogniser places after the last sound gets a speaker all the same."""
    late = words_of("Ja da.", 100.0)
    assert tell_apart(QUESTION + late, channels((2.0, 0.02, 0.3)), NoVoices()) == (1, 1, 1, 1, 0, 0)


def test_voices_tell_the_speakers() -> None:
    """In one channel the two voices are told apart, and each utterance is of one."""
    audio = sound((3.0, 0.5), (5.0, -0.5))
    labels = tell_apart(QUESTION + ANSWER, audio, FakeVoices())
    assert len(set(labels[:4])) == len(set(labels[4:])) == 1
    assert labels[0] != labels[4]


def test_speakers_may_change_back() -> None:
    """A voice that comes back is known as the same speaker."""
    audio = sound((4.0, 0.5), (4.0, -0.5), (4.0, 0.5))
    words = words_of("en to tre fire.", 0.5) + words_of("fem seks sju.", 5.0) + words_of("åtte ni ti.", 9.0)
    labels = tell_apart(words, audio, FakeVoices())
    assert labels[0] == labels[-1] != labels[5]


@pytest.mark.parametrize("seconds", [1.0, 8.0])
def test_one_voice_is_one_speaker(seconds: float) -> None:
    """Where only one voice is heard, or too little to tell, every word is of the first speaker."""
    words = words_of("Jeg selger sko.", 0.0, seconds / 4)
    assert set(tell_apart(words, sound((seconds, 0.5)), FakeVoices())) == {0}


def test_small_changes_of_a_voice_are_no_speaker() -> None:
    """A voice that varies a little is one speaker all the same."""
    words = words_of("Jeg selger sko.", 0.0, 1.0) + words_of("Hele dagen.", 4.0, 1.5)
    assert set(tell_apart(words, sound((3.5, 0.5), (0.1, -0.5), (4.0, 0.5)), FakeVoices())) == {0}


def test_utterances_end_at_pauses_and_sentences() -> None:
    """An utterance ends at a sentence's end, and at a silence longer than a breath."""
    words = words_of("Hva? Jeg selger", 0.0) + words_of("sko og støvler", 1.3) + words_of("hele dagen", 4.0)
    assert utterances(words) == [(0, 1), (1, 6), (6, 8)]


def test_nobody_changes_inside_an_utterance() -> None:
    """A word that seems another's inside an unbroken utterance is of the same speaker as the rest."""
    words = words_of("da roer jeg ned kunden.", 0.0)
    audio = channels((1.2, 0.02, 0.3), (0.4, 0.3, 0.02), (1.0, 0.02, 0.3))
    assert tell_apart(words, audio, NoVoices()) == (1,) * 5
    first = channels((0.4, 0.3, 0.02), (3.0, 0.02, 0.3))
    assert tell_apart(words, first, NoVoices()) == (1,) * 5


@pytest.mark.parametrize(
    "text",
    [
        "Gjør du det alene?",
        "Hvordan gjør du det",
        "Og hva skjer da",
        "Ja, men hvorfor det",
        "Fortell om en vanlig dag.",
        "Kan du si noe mer",
        "Er det ofte slik? ",
    ],
)
def test_questions(text: str) -> None:
    """A turn asks where it ends in a question mark or opens as questions do, after small words too."""
    assert is_question(text)


@pytest.mark.parametrize("text", ["Jeg spør hva de vil ha.", "Hvalen er stor.", "Da hjelper jeg.", "", "Ja."])
def test_no_questions(text: str) -> None:
    """A turn that only mentions a question, or opens with a longer word, asks nothing."""
    assert not is_question(text)


@pytest.mark.parametrize(
    ("turns", "asks"),
    [
        ([(0, "Hva gjør du?"), (1, "Jeg selger sko til folk.")], 0),
        ([(1, "Hva gjør du?"), (0, "Jeg selger sko til folk.")], 1),
        ([(0, "Jeg selger, og hva mer? Jo, jeg rydder."), (1, "Hva ellers?"), (0, "Vasker."), (1, "Når?")], 1),
        ([(0, "Fint."), (1, "Jeg selger sko og jakker og alt mulig.")], 0),
        ([(0, "Hva gjør du?")], None),
        ([], None),
    ],
    ids=["first", "second", "both-ask", "fewer-words", "one-voice", "nobody"],
)
def test_the_one_who_asks_is_the_interviewer(turns: list[tuple[int, str]], asks: int | None) -> None:
    """The interviewer is who asks more for each turn and says less; with one voice there is none."""
    assert interviewer_of(turns) == asks


def test_turns_change_with_the_speaker() -> None:
    """A turn holds all words of one speaker until the other speaks, from its first word's start to its last's end."""
    assert build_turns(QUESTION + ANSWER, (0,) * 4 + (1,) * 5) == (
        Turn(INTERVIEWER, "Hva gjør du da?", 0.0, 1.6, QUESTION),
        Turn(RESPONDENT, "Da roer jeg ned kunden.", 3.0, 5.0, ANSWER),
    )


def test_lone_voice_is_the_respondent() -> None:
    """Where one voice is heard it is the respondent's, also where it asks."""
    assert [turn.speaker for turn in build_turns(QUESTION, (0, 0, 0, 0))] == [RESPONDENT]


@settings(max_examples=50, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from(["hva", "da?", "ja.", "sko"]), st.integers(0, 1)), min_size=1, max_size=20))
def test_turns_keep_every_word(said: list[tuple[str, int]]) -> None:
    """However the words are shared, turns hold each once and in order, text and times agree, and speakers alternate."""
    words = tuple(Word(text, float(i), i + 0.9, 0.5) for i, (text, _) in enumerate(said))
    turns = build_turns(words, tuple(label for _, label in said))
    assert tuple(word for turn in turns for word in turn.words) == words
    for turn in turns:
        assert turn.text == " ".join(word.text for word in turn.words)
        assert (turn.start, turn.end) == (turn.words[0].start, turn.words[-1].end)
    assert all(one.speaker != other.speaker for one, other in pairwise(turns))


def test_swap_exchanges_the_speakers_only() -> None:
    """Swapping exchanges interviewer and respondent, leaves all else, and twice is as before."""
    turns = build_turns(QUESTION + ANSWER, (0,) * 4 + (1,) * 5)
    swapped = swap(turns)
    assert [turn.speaker for turn in swapped] == [RESPONDENT, INTERVIEWER]
    assert [replace(turn, speaker="") for turn in swapped] == [replace(turn, speaker="") for turn in turns]
    assert swap(swapped) == turns
