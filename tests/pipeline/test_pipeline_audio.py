from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.audio import LEVEL_STEP, RATE, channel_levels, decode, measure
from pipeline.errors import InputError

CODECS = {".wav": "pcm_s16le", ".mp3": "mp3", ".opus": "libopus", ".m4a": "aac", ".mp4": "aac"}


def tone(seconds: float, rate: int = 48_000, volume: float = 0.3) -> np.ndarray:
    return volume * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)


def write(path: Path, *channels: np.ndarray, rate: int = 48_000, picture: bool = False) -> Path:
    """A recording of one or two channels, with a second of black picture where asked."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p") if picture else None
        layout = "stereo" if len(channels) == 2 else "mono"
        audio = container.add_stream(CODECS[path.suffix], rate=rate, layout=layout) if channels else None
        if video:
            for moment in range(10):
                frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                frame.pts = moment
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if audio:
            samples = (np.stack(channels).T.reshape(1, -1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            frame.sample_rate = rate
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".opus", ".m4a"])
def test_sound_files_become_16_khz_mono(tmp_path: Path, suffix: str) -> None:
    """Any common sound file is decoded to 16 kHz float samples of its own length, whole."""
    audio = decode(write(tmp_path / f"opptak{suffix}", tone(2.0)))
    assert audio.samples.dtype == np.float32
    assert audio.samples.ndim == 1
    assert audio.seconds == pytest.approx(2.0, abs=0.1)
    assert np.sqrt((audio.samples**2).mean()) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert not audio.cut_short


def test_video_with_sound_is_accepted(tmp_path: Path) -> None:
    """Of a video the sound is taken."""
    audio = decode(write(tmp_path / "møte.mp4", tone(1.0), picture=True))
    assert audio.seconds == pytest.approx(1.0, abs=0.1)
    assert np.abs(audio.samples).max() > 0.2


def test_different_channels_give_levels(tmp_path: Path) -> None:
    """A recording with one speaker a channel has a level for each channel every 20 ms, and their mean as mono."""
    silence = np.zeros(96_000)
    audio = decode(write(tmp_path / "to.wav", tone(2.0), silence))
    assert audio.levels is not None
    assert audio.levels.shape == (len(audio.samples) // LEVEL_STEP, 2)
    assert audio.levels[:, 0].min() > 0.1
    assert audio.levels[:, 1].max() < 0.01
    assert np.abs(audio.samples).max() == pytest.approx(0.15, abs=0.02)


def test_identical_channels_give_no_levels(tmp_path: Path) -> None:
    """Two channels with the same sound tell no speakers apart."""
    same = tone(1.0)
    assert decode(write(tmp_path / "likt.wav", same, same)).levels is None


def test_mono_gives_no_levels(tmp_path: Path) -> None:
    """One channel has no levels."""
    assert decode(write(tmp_path / "mono.wav", tone(1.0))).levels is None


def test_truncated_mp3_is_cut_short(tmp_path: Path) -> None:
    """Half an mp3 gives the half that is there and says that it is cut short."""
    whole = write(tmp_path / "hel.mp3", tone(6.0)).read_bytes()
    half = tmp_path / "halv.mp3"
    half.write_bytes(whole[: len(whole) // 2])
    audio = decode(half)
    assert audio.cut_short
    assert audio.seconds == pytest.approx(3.0, abs=0.3)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is an input error with its name."""
    with pytest.raises(InputError, match="finnes ikke") as error:
        decode(tmp_path / "borte.mp3")
    assert error.value.which == str(tmp_path / "borte.mp3")


def test_empty_file_is_refused(tmp_path: Path) -> None:
    """An empty file is an input error that says so."""
    (tmp_path / "tom.mp3").touch()
    with pytest.raises(InputError, match="filen er tom"):
        decode(tmp_path / "tom.mp3")


@pytest.mark.parametrize("content", [b"Dette er tekst, ikke lyd. " * 40, bytes(100), b"ID3\x04" + bytes(60)])
def test_text_named_mp3_is_refused(tmp_path: Path, content: bytes) -> None:
    """Something that is no recording is an input error, whatever it is called."""
    (tmp_path / "notat.mp3").write_bytes(content)
    with pytest.raises(InputError, match="er ikke et opptak"):
        decode(tmp_path / "notat.mp3")


def test_video_without_sound_is_refused(tmp_path: Path) -> None:
    """A video without an audio track is an input error that says so."""
    with pytest.raises(InputError, match="har ikke noe lydspor"):
        decode(write(tmp_path / "stum.mp4", picture=True))


def test_levels_are_the_loudness_of_each_step() -> None:
    """A level is the root mean square of 20 ms of a channel; a remainder shorter than that is left out."""
    left = np.concatenate([np.full(LEVEL_STEP, 0.5), np.zeros(LEVEL_STEP), np.ones(7)])
    right = np.concatenate([np.zeros(LEVEL_STEP), np.full(LEVEL_STEP, 0.25), np.ones(7)])
    levels = channel_levels(np.stack([left, right]))
    assert levels is not None
    assert levels.tolist() == [[0.5, 0.0], [0.0, 0.25]]


def test_silence_gives_no_levels() -> None:
    """Two silent channels, or less than one step of sound, tell nothing."""
    assert channel_levels(np.zeros((2, RATE))) is None
    assert channel_levels(np.ones((2, 10)) * [[1], [-1]]) is None


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".opus", ".m4a"])
def test_length_is_measured_as_decoded(tmp_path: Path, suffix: str) -> None:
    """A recording is as long as its decoded sound, and whole."""
    path = write(tmp_path / f"opptak{suffix}", tone(2.0), tone(2.0))
    assert measure(path).seconds == pytest.approx(decode(path).seconds, abs=0.1)
    assert not measure(path).cut_short


def test_half_a_recording_is_measured_as_cut_short(tmp_path: Path) -> None:
    """Half an mp3 is half as long as it says, and told to be cut short."""
    whole = write(tmp_path / "hel.mp3", tone(6.0)).read_bytes()
    half = tmp_path / "halv.mp3"
    half.write_bytes(whole[: len(whole) // 2])
    assert measure(half).seconds == pytest.approx(3.0, abs=0.3)
    assert measure(half).cut_short


def test_what_is_no_recording_has_no_length(tmp_path: Path) -> None:
    """Text named as a recording, and a video without sound, are refused as by `decode`."""
    (tmp_path / "notat.mp3").write_bytes(b"Dette er tekst, ikke lyd. " * 40)
    with pytest.raises(InputError, match="er ikke et opptak"):
        measure(tmp_path / "notat.mp3")
    with pytest.raises(InputError, match="har ikke noe lydspor"):
        measure(write(tmp_path / "stum.mp4", picture=True))
