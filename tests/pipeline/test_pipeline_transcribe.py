from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pipeline_fakes import FakeRecogniser, FakeVoices, heard, sound

from pipeline.audio import RATE, Audio
from pipeline.errors import InputError
from pipeline.interview import transcribe_interview
from pipeline.records import Word
from pipeline.spelling import Spelling
from pipeline.transcribe import SpeechSettings, language_code, transcribe

SPELLING = Spelling({"hvad": "hva"}, (("tion", "sjon"),))
AUDIO = Audio("opptak.mp3", np.zeros(RATE * 4, np.float32))


def silent(done: float, total: float) -> None:
    """Nobody listens to the progress."""


def test_words_come_in_order_with_times() -> None:
    """Each heard word comes out without its leading space, with start, end and probability, over all segments."""
    recogniser = FakeRecogniser([heard("jeg selger", 0.0, 1.0), heard("sko.", 2.0, 3.0)])
    assert transcribe(AUDIO, recogniser, SpeechSettings(), SPELLING, silent) == (
        Word("jeg", 0.0, 0.5, 0.9),
        Word("selger", 0.5, 1.0, 0.9),
        Word("sko.", 2.0, 3.0, 0.9),
    )


def test_times_are_rounded_to_milliseconds() -> None:
    """Times and probabilities are plain floats of three decimals."""
    segment = heard("hei", 0.0, 1.0)
    segment.words[0].start, segment.words[0].probability = np.float32(0.12345), np.float32(0.98765)
    (word,) = transcribe(AUDIO, FakeRecogniser([segment]), SpeechSettings(), SPELLING, silent)
    assert (word.start, word.probability) == (0.123, 0.988)
    assert type(word.start) is type(word.probability) is float


def test_danish_spelling_is_corrected() -> None:
    """Danish forms that the recogniser drifts into are written in bokmål."""
    words = transcribe(AUDIO, FakeRecogniser([heard("Hvad station?", 0, 1)]), SpeechSettings(), SPELLING, silent)
    assert [word.text for word in words] == ["Hva", "stasjon?"]


def test_progress_is_told_after_each_window() -> None:
    """Progress is seconds of sound, told after each window; with the last one all is done."""
    told: list[tuple[float, float]] = []
    recogniser = FakeRecogniser([heard("en", 0, 1.5), heard("to", 2, 3), heard("tre", 3, 3.7)])
    transcribe(AUDIO, recogniser, SpeechSettings(), SPELLING, lambda done, total: told.append((done, total)))
    assert told == [(1.5, 4.0), (3, 4.0), (4.0, 4.0)]


def test_settings_reach_the_recogniser() -> None:
    """Language, prompt and beam width are what the settings say, and words are asked for with times."""
    recogniser = FakeRecogniser([heard("hei", 0, 1)])
    transcribe(AUDIO, recogniser, SpeechSettings("nn", "Om jobben.", 3), SPELLING, silent)
    asked = {key: recogniser.asked[key] for key in ("language", "initial_prompt", "beam_size", "word_timestamps")}
    assert asked == {"language": "nn", "initial_prompt": "Om jobben.", "beam_size": 3, "word_timestamps": True}


@pytest.mark.parametrize(("given", "code"), [("nb", "no"), ("no", "no"), ("nn", "nn"), ("en", "en")])
def test_language_code(given: str, code: str) -> None:
    """The user's code for bokmål is the recogniser's for Norwegian; others are the same."""
    assert language_code(FakeRecogniser([]), given) == code


def test_unknown_language_is_refused() -> None:
    """A language that the model does not know is an input error that names it, before any work."""
    recogniser = FakeRecogniser([heard("hei", 0, 1)])
    with pytest.raises(InputError, match="er ikke et språk som modellen kan") as error:
        transcribe(AUDIO, recogniser, SpeechSettings("klingon"), SPELLING, silent)
    assert error.value.which == "klingon"
    assert recogniser.asked == {}


def test_clearly_other_language_is_refused() -> None:
    """A recording that is clearly in another language is an input error that says which."""
    recogniser = FakeRecogniser([heard("hello", 0, 1)], spoken=("de", 0.97))
    with pytest.raises(InputError, match=r"«de» \(97\s?%\)") as error:
        transcribe(AUDIO, recogniser, SpeechSettings(), SPELLING, silent)
    assert error.value.which == "opptak.mp3"
    assert "--language de" in error.value.next


@pytest.mark.parametrize("spoken", [("de", 0.6), ("da", 0.99), ("sv", 0.99), ("is", 0.9)])
def test_doubtful_or_nordic_language_goes_on(spoken: tuple[str, float]) -> None:
    """A doubtful guess, or a neighbouring language, stops nothing: dialects are heard as both."""
    recogniser = FakeRecogniser([heard("hei", 0, 1)], spoken=spoken)
    assert [w.text for w in transcribe(AUDIO, recogniser, SpeechSettings(), SPELLING, silent)] == ["hei"]


@pytest.mark.parametrize(
    "settings", [SpeechSettings("en"), replace(SpeechSettings(), check_language=False)], ids=["english", "off"]
)
def test_language_is_checked_only_where_it_matters(settings: SpeechSettings) -> None:
    """The spoken language is not checked where another was asked for, or the check is off."""
    recogniser = FakeRecogniser([heard("hello", 0, 1)], spoken=("en", 0.99))
    transcribe(AUDIO, recogniser, settings, SPELLING, silent)
    assert recogniser.detections == 0


@pytest.mark.parametrize("segments", [[], [heard("", 0, 1)], [heard(" ", 0, 4)]])
def test_no_speech_is_refused(segments: list[object]) -> None:
    """A recording in which nothing is heard is an input error with the file's name."""
    with pytest.raises(InputError, match="ingen tale") as error:
        transcribe(AUDIO, FakeRecogniser(segments), SpeechSettings(), SPELLING, silent)
    assert error.value.which == "opptak.mp3"


def test_segment_without_words_is_passed_over() -> None:
    """A segment whose words are None adds nothing."""
    empty = heard("", 0, 1)
    empty.words = None
    recogniser = FakeRecogniser([empty, heard("hei", 1, 2)])
    assert [w.text for w in transcribe(AUDIO, recogniser, SpeechSettings(), SPELLING, silent)] == ["hei"]


def test_interview_has_turns_of_two_speakers() -> None:
    """From sound to transcript: the voice that asks is the interviewer, and every word keeps its time."""
    audio = sound((4.0, 0.5), (8.0, -0.5))
    recogniser = FakeRecogniser(
        [
            heard("Hva gjør du når det haster?", 0.0, 3.6),
            heard("Da tar jeg det viktigste først, og så ber jeg om hjelp.", 4.2, 11.8),
        ]
    )
    transcript = transcribe_interview("kari", audio, recogniser, FakeVoices(), SpeechSettings(), SPELLING, silent)
    assert (transcript.id, transcript.language) == ("kari", "nb")
    assert [(turn.speaker, turn.text, turn.start) for turn in transcript.turns] == [
        ("interviewer", "Hva gjør du når det haster?", 0.0),
        ("respondent", "Da tar jeg det viktigste først, og så ber jeg om hjelp.", 4.2),
    ]
    assert sum(len(turn.words) for turn in transcript.turns) == 18
