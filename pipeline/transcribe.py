"""Speech to words with times. The recogniser is handed in: faster-whisper's WhisperModel, or a fake in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from pipeline.audio import RATE, Audio, Progress
from pipeline.errors import InputError
from pipeline.records import Word
from pipeline.spelling import Spelling

NORDIC = {"no", "nn", "da", "sv", "is", "fo"}  # what a recogniser calls spoken Norwegian, on a bad day
OTHER_LANGUAGE = 0.8  # probability above which a recording is taken to be in another language
WHISPER_CODES = {"nb": "no"}

Span = tuple[int, int]  # samples [start, end) of a recording
Words = tuple[Word, ...]


@dataclass(frozen=True)
class SpeechSettings:
    """What steers the recogniser; part of every transcript's key. `language` is the user's code."""

    language: str = "nb"
    prompt: str = ""
    beam: int = 5
    check_language: bool = True


@dataclass(frozen=True)
class Window:
    """Speech that is recognised together and apart from everything else, so that its words depend on nothing else.

    Each chunk is what the model hears at once: pieces of the recording, the silence between them left out.
    """

    chunks: tuple[tuple[Span, ...], ...]

    @property
    def pieces(self) -> tuple[Span, ...]:
        return tuple(piece for chunk in self.chunks for piece in chunk)

    @property
    def span(self) -> Span:
        return self.chunks[0][0][0], self.chunks[-1][-1][1]

    def sound(self, samples: np.ndarray) -> np.ndarray:
        """The recording's samples that are in the window."""
        return np.concatenate([samples[start:end] for start, end in self.pieces])


class Recogniser(Protocol):
    """What hears: `models.loaders.Recogniser`, or a fake."""

    supported_languages: list[str]

    def detect_language(self, audio: Any, **options: Any) -> tuple[str, float, Any]: ...

    def windows(self, samples: np.ndarray) -> tuple[Window, ...]: ...

    def hear(self, samples: np.ndarray, window: Window, **options: Any) -> Iterable[Any]: ...


@dataclass(frozen=True)
class Checkpoints:
    """The words of windows that were heard before, by span, and who keeps those of each new one."""

    heard: Mapping[Span, Words] = field(default_factory=dict)
    keep: Callable[[Span, Words], None] = lambda span, words: None


NO_CHECKPOINTS = Checkpoints()


def plan(speech: Sequence[Span], longest: int, together: int) -> tuple[Window, ...]:
    """All speech as windows of `together` chunks, each of pieces that last no more than `longest` samples in all."""
    chunks: list[list[Span]] = []
    for start, end in speech:
        if not chunks or sum(b - a for a, b in chunks[-1]) + end - start > longest:
            chunks.append([])
        chunks[-1].append((start, end))
    done = tuple(map(tuple, chunks))
    return tuple(Window(done[i : i + together]) for i in range(0, len(done), together))


def transcribe(
    audio: Audio,
    recogniser: Recogniser,
    settings: SpeechSettings,
    spelling: Spelling,
    on_progress: Progress,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
) -> Words:
    """The words of a recording in order, spelled in bokmål; windows that were heard before are not heard again.

    `on_progress(done, total)` is told seconds of sound after each window. InputError for a language that the model
    does not know, a recording that is clearly in another language, or one without speech.
    """
    language = language_code(recogniser, settings.language)
    windows = recogniser.windows(audio.samples)
    if windows and settings.check_language and language in NORDIC and not checkpoints.heard:
        _check_spoken_language(audio, windows[0], recogniser)
    options = {
        "language": language,
        "beam_size": settings.beam,
        "temperature": 0.0,  # no dice: the same recording gives the same words every time
        "initial_prompt": settings.prompt or None,
        "word_timestamps": True,
        "without_timestamps": False,
    }
    words: list[Word] = []
    for window in windows:
        said = checkpoints.heard.get(window.span)
        if said is None:
            said = _words(recogniser.hear(audio.samples, window, **options), spelling)
            checkpoints.keep(window.span, said)
            done = audio.seconds if window is windows[-1] else min(window.span[1] / RATE, audio.seconds)
            on_progress(done, audio.seconds)
        words += said
    if not words:
        raise InputError("ingen tale ble funnet", audio.name, "Hør etter om det er lyd i filen.")
    return tuple(words)


def _words(segments: Iterable[Any], spelling: Spelling) -> Words:
    words = [_word(word, spelling) for segment in segments for word in segment.words or ()]
    # A word without length was never said: recognisers make up an end to a recording that stops in a breath.
    return tuple(word for word in words if word.text and word.end > word.start)


def _word(word: Any, spelling: Spelling) -> Word:
    text = spelling.correct(word.word.strip())
    return Word(text, round(float(word.start), 3), round(float(word.end), 3), round(float(word.probability), 3))


def language_code(recogniser: Recogniser, language: str) -> str:
    """The recogniser's code for a language. InputError where it knows no such language."""
    code = WHISPER_CODES.get(language, language)
    if code not in recogniser.supported_languages:
        raise InputError("er ikke et språk som modellen kan", language, "Bruk en språkkode som nb, nn, sv eller en.")
    return code


def _check_spoken_language(audio: Audio, first: Window, recogniser: Recogniser) -> None:
    speech = first.sound(audio.samples)
    language, probability, _ = recogniser.detect_language(speech, language_detection_segments=3)
    if language not in NORDIC and probability >= OTHER_LANGUAGE:
        raise InputError(
            f"opptaket ser ut til å være på språket «{language}» ({probability:.0%})",
            audio.name,
            f"Velg et annet opptak, eller kjør på nytt med --language {language}.",
        )
