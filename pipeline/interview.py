"""From a decoded recording to a transcript: words, then who says them, then turns."""

from __future__ import annotations

from pipeline.audio import Audio, Progress
from pipeline.records import Transcript
from pipeline.speakers import VoiceEncoder, build_turns, tell_apart
from pipeline.spelling import Spelling
from pipeline.transcribe import NO_CHECKPOINTS, Checkpoints, Recogniser, SpeechSettings, transcribe


def transcribe_interview(
    id: str,
    audio: Audio,
    recogniser: Recogniser,
    encoder: VoiceEncoder,
    settings: SpeechSettings,
    spelling: Spelling,
    on_progress: Progress,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
) -> Transcript:
    """The interview as turns of two speakers, with the time of every word."""
    words = transcribe(audio, recogniser, settings, spelling, on_progress, checkpoints)
    turns = build_turns(words, tell_apart(words, audio, encoder))
    return Transcript(id, turns, language=settings.language)
