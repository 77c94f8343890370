"""Decode a recording: any file with an audio track that PyAV reads, to 16 kHz mono, with the levels of its channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
import numpy as np

from pipeline.errors import InputError

RATE = 16_000  # samples a second, what the recogniser and the speaker encoder take
LEVEL_STEP = RATE // 50  # samples in one level reading: 20 ms
TRUNCATED = 0.97  # a file that yields less of its stated length than this is cut short
SLACK = 1.0  # seconds that headers may be wrong by

Progress = Callable[[float, float], None]
Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Audio:
    """Mono samples [n] float32 at 16 kHz; `levels` [n / 320, 2] are the RMS of two channels, None for one channel.

    `name` is the file, for messages; `cut_short` says that it ends well before the length that its header states.
    """

    name: str
    samples: np.ndarray
    levels: np.ndarray | None = None
    cut_short: bool = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@dataclass(frozen=True)
class Length:
    """How long a recording is; `cut_short` as in `Audio`."""

    seconds: float
    cut_short: bool


def decode(path: Path) -> Audio:
    """Decode the first audio track of a sound or video file.

    Raises InputError for an empty file, something that is no recording, no audio track, or no sound in it.
    """
    with _sound_of(path) as (container, stream):
        return _decode_stream(container, stream, path)


def measure(path: Path) -> Length:
    """How long the recording is, heard through but not kept: the same errors as `decode`, in little memory."""
    with _sound_of(path) as (container, stream):
        stated = _stated_seconds(container, stream)
        lengths, broken = _collect(frame.samples / frame.sample_rate for frame in container.decode(stream))
        if not lengths:
            raise _no_recording(path)
        return Length(sum(lengths), broken or _is_short(sum(lengths), stated))


@contextmanager
def _sound_of(path: Path) -> Iterator[tuple[av.container.InputContainer, av.AudioStream]]:
    if not path.is_file():
        raise InputError("filen finnes ikke", str(path), "Sjekk navnet og mappen.")
    if path.stat().st_size == 0:
        raise InputError("filen er tom", str(path), "Hent opptaket på nytt fra opptakeren.")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise InputError("har ikke noe lydspor", str(path), "Velg en fil med lyd.")
            yield container, container.streams.audio[0]
    except (av.error.FFmpegError, UnicodeDecodeError) as error:
        raise _no_recording(path) from error


def _no_recording(path: Path) -> InputError:
    next_step = "Bruk en lyd- eller videofil, for eksempel .mp3, .m4a, .wav, .opus eller .mp4."
    return InputError("er ikke et opptak som kan leses", str(path), next_step)


def _decode_stream(container: av.container.InputContainer, stream: av.AudioStream, path: Path) -> Audio:
    stated = _stated_seconds(container, stream)
    channels = min(stream.channels, 2)
    pieces, broken = _collect(_frames(container, stream, channels))
    if not pieces:
        raise _no_recording(path)
    sound = np.concatenate(pieces, axis=1)
    mono = sound.mean(axis=0, dtype=np.float32)
    cut_short = broken or _is_short(mono.shape[0] / RATE, stated)
    levels = channel_levels(sound) if channels == 2 else None
    return Audio(str(path), mono, levels, cut_short)


def _is_short(seconds: float, stated: float | None) -> bool:
    return stated is not None and seconds + SLACK < stated * TRUNCATED


def _stated_seconds(container: av.container.InputContainer, stream: av.AudioStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _frames(container: av.container.InputContainer, stream: av.AudioStream, channels: int) -> Iterator[np.ndarray]:
    """Pieces [channels, n] float32 at 16 kHz."""
    resampler = av.AudioResampler(format="fltp", layout="stereo" if channels == 2 else "mono", rate=RATE)
    for frame in container.decode(stream):
        for resampled in resampler.resample(frame):
            yield resampled.to_ndarray()
    for resampled in resampler.resample(None):
        yield resampled.to_ndarray()


def _collect(found: Iterator[Piece]) -> tuple[list[Piece], bool]:
    """All pieces, and whether the file broke off in the middle: what came before the break is kept."""
    pieces: list[Piece] = []
    try:
        for piece in found:
            pieces.append(piece)
    except av.error.FFmpegError:
        return pieces, True
    return pieces, False


def channel_levels(sound: np.ndarray) -> np.ndarray | None:
    """RMS [m, 2] of two channels [2, n] every 20 ms; None where both carry the same sound."""
    usable = sound[:, : sound.shape[1] // LEVEL_STEP * LEVEL_STEP].reshape(2, -1, LEVEL_STEP)
    levels = np.sqrt((usable**2).mean(axis=2)).T
    spread = np.abs(levels[:, 0] - levels[:, 1]).sum() / max(levels.sum(), 1e-9)
    return levels if spread > 0.3 else None
