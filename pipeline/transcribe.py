"""Speech to words with times. The recogniser is handed in: faster-whisper's WhisperModel, or a fake in tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.audio import Audio, Progress
from pipeline.errors import InputError
from pipeline.records import Word
from pipeline.spelling import Spelling

NORDIC = {"no", "nn", "da", "sv", "is", "fo"}  # what a recogniser calls spoken Norwegian, on a bad day
OTHER_LANGUAGE = 0.8  # probability above which a recording is taken to be in another language
WHISPER_CODES = {"nb": "no"}


@dataclass(frozen=True)
class SpeechSettings:
    """What steers the recogniser; part of every transcript's key. `language` is the user's code."""

    language: str = "nb"
    prompt: str = ""
    beam: int = 5
    check_language: bool = True


class Recogniser(Protocol):
    """The part of faster-whisper's WhisperModel that is used."""

    supported_languages: list[str]

    def detect_language(self, audio: Any, **options: Any) -> tuple[str, float, Any]: ...

    def transcribe(self, audio: Any, **options: Any) -> tuple[Iterable[Any], Any]: ...


def transcribe(
    audio: Audio, recogniser: Recogniser, settings: SpeechSettings, spelling: Spelling, on_progress: Progress
) -> tuple[Word, ...]:
    """The words of a recording in order, spelled in bokmål.

    `on_progress(done, total)` is told seconds of sound after each segment. InputError for a language that the model
    does not know, a recording that is clearly in another language, or one without speech.
    """
    language = language_code(recogniser, settings.language)
    if settings.check_language and language in NORDIC:
        _check_spoken_language(audio, recogniser)
    segments, _ = recogniser.transcribe(
        audio.samples,
        language=language,
        beam_size=settings.beam,
        temperature=0.0,  # no dice: the same recording gives the same words every time
        initial_prompt=settings.prompt or None,
        word_timestamps=True,
        without_timestamps=False,
        vad_filter=True,
    )
    words: list[Word] = []
    for segment in segments:
        words += [_word(word, spelling) for word in segment.words or ()]
        on_progress(min(segment.end, audio.seconds), audio.seconds)
    # A word without length was never said: recognisers make up an end to a recording that stops in a breath.
    heard = tuple(word for word in words if word.text and word.end > word.start)
    if not heard:
        raise InputError("ingen tale ble funnet", audio.name, "Hør etter om det er lyd i filen.")
    return heard


def _word(word: Any, spelling: Spelling) -> Word:
    text = spelling.correct(word.word.strip())
    return Word(text, round(float(word.start), 3), round(float(word.end), 3), round(float(word.probability), 3))


def language_code(recogniser: Recogniser, language: str) -> str:
    """The recogniser's code for a language. InputError where it knows no such language."""
    code = WHISPER_CODES.get(language, language)
    if code not in recogniser.supported_languages:
        raise InputError("er ikke et språk som modellen kan", language, "Bruk en språkkode som nb, nn, sv eller en.")
    return code


def _check_spoken_language(audio: Audio, recogniser: Recogniser) -> None:
    language, probability, _ = recogniser.detect_language(audio.samples, vad_filter=True, language_detection_segments=3)
    if language not in NORDIC and probability >= OTHER_LANGUAGE:
        raise InputError(
            f"opptaket ser ut til å være på språket «{language}» ({probability:.0%})",
            audio.name,
            f"Velg et annet opptak, eller kjør på nytt med --language {language}.",
        )
