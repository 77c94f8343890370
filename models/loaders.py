"""Load models, once a process. Steps get them handed in; nothing in pipeline/ loads anything."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from models.build import prepare
from models.heads import trained_path
from models.registry import Model, read_registry
from pipeline.audio import RATE
from pipeline.errors import InputError
from pipeline.phrases import Splitter
from pipeline.transcribe import Window, plan

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from sentence_transformers import SentenceTransformer
    from spacy.language import Language

    from models.voice import VoiceEncoder

BATCH = 64  # sentences embedded together
LONGEST = 30  # seconds of speech that Whisper hears at once
CHUNKS = 4  # such chunks in a window: more is no faster on a CPU, and progress shows seldom
SILENCE_MS = 160  # milliseconds that end a stretch of speech


def be_offline() -> None:
    """Tell the libraries that load models never to ask a hub; set before they are imported."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in ("sentence_transformers", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)


def model_for(job: str, profile: str, id: str | None = None) -> Model:
    """The model that a person named, or the profile's own for the job."""
    registry = read_registry()
    if not id:
        return registry.for_job(job, profile)
    model = registry.model(id)
    if model.job != job:
        fitting = ", ".join(other.id for other in registry.models.values() if other.job == job)
        raise InputError("er ingen modell for denne jobben", id, f"Velg en av: {fitting}.")
    return model


class Embedder:
    """Sentences to unit vectors, over sentence-transformers; `id` is part of every key that depends on it."""

    def __init__(self, model: SentenceTransformer, id: str) -> None:
        self.model, self.id = model, id

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit vectors [n, d] float32 of n texts."""
        if not texts:
            return np.zeros((0, self.model.get_embedding_dimension() or 0), np.float32)
        # Same-length texts in a batch waste no padding; encode() sorts by length itself.
        return np.asarray(self.model.encode(texts, batch_size=BATCH, show_progress_bar=False))


class Recogniser:
    """faster-whisper over stretches of speech of up to half a minute, a few at a time.

    Each stretch stands on its own: one mistake cannot run through an hour, and no sentence between two windows is lost.
    A window is one batch, always of the same chunks, since a sum may come out otherwise in a batch of another size.
    """

    def __init__(self, model: WhisperModel) -> None:
        from faster_whisper import BatchedInferencePipeline

        self.model, self.batched = model, BatchedInferencePipeline(model)
        self.supported_languages: list[str] = model.supported_languages

    def detect_language(self, audio: Any, **options: Any) -> tuple[str, float, Any]:
        """Language code, probability in 0–1, and all probabilities."""
        return self.model.detect_language(audio, **options)

    def windows(self, samples: np.ndarray) -> tuple[Window, ...]:
        """The recording's speech, found by Silero VAD, in windows of two minutes at most."""
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        options = VadOptions(max_speech_duration_s=LONGEST, min_silence_duration_ms=SILENCE_MS)
        speech = [(int(one["start"]), int(one["end"])) for one in get_speech_timestamps(samples, options)]
        return plan(speech, LONGEST * RATE, CHUNKS)

    def hear(self, samples: np.ndarray, window: Window, **options: Any) -> Iterable[Any]:
        """A window's segments, with times in the recording."""
        from faster_whisper.transcribe import restore_speech_timestamps

        ends = np.cumsum([sum(end - start for start, end in chunk) for chunk in window.chunks])
        # In seconds, of which the library makes samples again by cutting: from the middle of a sample none is lost.
        cuts = [0.5 / RATE, *(ends + 0.5) / RATE]
        clips = [{"start": start, "end": end} for start, end in pairwise(cuts)]
        self.batched.last_speech_timestamp = 0.0  # else the first word's time would depend on the window before
        segments, _ = self.batched.transcribe(
            window.sound(samples), clip_timestamps=clips, batch_size=len(clips), vad_filter=False, **options
        )
        pieces = [{"start": start, "end": end} for start, end in window.pieces]
        return restore_speech_timestamps(segments, pieces, RATE)


@lru_cache(maxsize=1)
def load_speech(id: str | None = None, profile: str = "bundled") -> Recogniser:
    """faster-whisper: float16 on a GPU, int8 on a CPU."""
    be_offline()
    import ctranslate2
    from faster_whisper import WhisperModel

    gpu = ctranslate2.get_cuda_device_count() > 0
    folder = prepare(model_for("speech", profile, id))
    model = WhisperModel(
        str(folder),
        device="cuda" if gpu else "cpu",
        compute_type="float16" if gpu else "int8",
        cpu_threads=os.cpu_count() or 1,
        local_files_only=True,
    )
    return Recogniser(model)


def drop_speech() -> None:
    """Has the recogniser loaded anew next time: one that hangs would have everybody else wait behind it."""
    load_speech.cache_clear()


@lru_cache(maxsize=1)
def load_embedder(profile: str = "bundled") -> Embedder:
    """The sentence-embedding model of a profile, with the layers that this project taught."""
    from models.finetune import apply_top

    embedder = load_base_embedder(profile)
    taught = trained_path(embedder.id, ".safetensors")
    if taught.is_file():
        apply_top(embedder.model, taught)
    return embedder


def load_base_embedder(profile: str = "bundled") -> Embedder:
    """The sentence-embedding model as it came, before this project taught its top layers."""
    be_offline()
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    model = model_for("embedding", profile)
    return Embedder(SentenceTransformer(str(prepare(model)), local_files_only=True), f"{model.id}-{model.revision}")


@lru_cache(maxsize=1)
def load_grammar(profile: str = "bundled") -> Language:
    """The Norwegian spaCy pipeline of a profile."""
    # This import also registers the layers that the bundled pipeline is made of.
    from models.norwegian.layers import load_pipeline

    return load_pipeline(prepare(model_for("grammar", profile)))


@lru_cache(maxsize=1)
def load_splitter(profile: str = "bundled") -> Splitter:
    """What splits answers into phrases: the grammar, and the marker where one was trained for the embedding model."""
    from models.marker import Marker, read_network

    embedder = load_embedder(profile)
    trained = trained_path(embedder.id, ".marker.safetensors")
    marker = Marker(embedder.model, read_network(trained)) if trained.is_file() else None
    return Splitter(load_grammar(profile), marker)


@lru_cache(maxsize=1)
def load_voice(profile: str = "bundled") -> VoiceEncoder:
    """The speaker encoder."""
    from models.voice import load_voice_encoder

    return load_voice_encoder(prepare(model_for("speaker", profile)))


def revision_of(job: str, profile: str = "bundled", id: str | None = None) -> str:
    """`id-revision` of the model that would be loaded, without loading it: part of every result's key."""
    model = model_for(job, profile, id)
    return f"{model.id}-{model.revision}"


def describe(model: Model) -> dict[str, Any]:
    """What `models list` prints of a model."""
    return {
        "id": model.id,
        "job": model.job,
        "title": model.title,
        "revision": model.revision,
        "licence": model.licence,
    }
