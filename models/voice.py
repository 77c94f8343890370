"""The speaker encoder: the network of Resemblyzer, whose package ships the weights.

The network is built here because that package pulls in a compiler for a voice detector that is not needed. Its
features are a mel spectrogram of 40 bands, 25 ms windows and 10 ms steps (its hparams.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

RATE = 16_000
WINDOW, STEP, BANDS = 400, 160, 40  # samples, samples, mel bands
WIDTH = 256
FRAMES = 160  # one window of speech that is encoded: 1.6 s
BATCH = 128


class VoiceEncoder(torch.nn.Module):
    """Mel frames [n, 160, 40] to unit vectors [n, 256]: near for the same voice, far for two."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(BANDS, WIDTH, 3, batch_first=True)
        self.linear = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, mels: torch.Tensor) -> torch.Tensor:
        _, (hidden, _) = self.lstm(mels)
        raw = torch.relu(self.linear(hidden[-1]))
        return raw / (raw.norm(dim=1, keepdim=True) + 1e-9)

    @torch.inference_mode()
    def encode(self, samples: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Vectors [n, 256] of the 1.6 s windows of `samples` (mono, 16 kHz) that begin at `starts` (samples)."""
        windows = np.stack([_window(samples, start) for start in starts])
        batches = [windows[i : i + BATCH] for i in range(0, len(windows), BATCH)]
        return np.concatenate([self(torch.from_numpy(batch)).numpy() for batch in batches])


FILTERS = mel_filter_bank(
    num_frequency_bins=WINDOW // 2 + 1,
    num_mel_filters=BANDS,
    min_frequency=0.0,
    max_frequency=RATE / 2,
    sampling_rate=RATE,
    norm="slaney",
    mel_scale="slaney",
)
HANN = window_function(WINDOW, "hann")


def _window(samples: np.ndarray, start: int) -> np.ndarray:
    piece = samples[start : start + FRAMES * STEP]
    piece = np.pad(piece, (0, FRAMES * STEP - len(piece)))
    level = np.sqrt(np.mean(piece**2)) + 1e-9
    piece = piece * (10 ** (-30 / 20) / level)  # the loudness that the weights were trained at
    mel = spectrogram(
        piece,
        HANN,
        frame_length=WINDOW,
        hop_length=STEP,
        fft_length=WINDOW,
        power=2.0,
        center=True,
        pad_mode="constant",
        mel_filters=FILTERS,
    )
    return mel.T[:FRAMES].astype(np.float32)


def load_voice_encoder(folder: Path) -> VoiceEncoder:
    """Load the weights; only tensors are read, never code."""
    encoder = VoiceEncoder()
    state = torch.load(folder / "pretrained.pt", map_location="cpu", weights_only=True)["model_state"]
    encoder.load_state_dict({name: state[name] for name in encoder.state_dict()})
    return encoder.eval()
