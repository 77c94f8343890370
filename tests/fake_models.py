"""Small models in place of the real ones. All are deterministic, and `FakeModels.loaded` counts every load."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from pipeline.audio import RATE
from pipeline.balance import POINTS
from pipeline.cluster import Names
from pipeline.features import BITS
from pipeline.heads import CompetenceHead, Heads, LinearHead, Precedents, ToldByRole, unit
from pipeline.label import Labeller
from pipeline.phrases import Splitter
from pipeline.proxies import Wordings
from pipeline.records import CATEGORIES
from pipeline.transcribe import Window

WIDTH = 16
SENTENCE = 3  # words
REVISION = "fake-1"
SAID = "Hva gjør du? Jeg hjelper kunden. Jeg rydder lageret."
LOADERS = ("load_speech", "load_voice", "load_splitter", "load_labeller", "load_names")


class FakeRecogniser:
    """Hears `SAID` in any sound, a second a word and a sentence a window, and nothing in silence.

    `heard` counts the windows.
    """

    heard = 0
    supported_languages = ("no", "nn", "sv", "en")

    def detect_language(self, audio: np.ndarray, **_: Any) -> tuple[str, float, Any]:
        return "no", 0.99, None

    def windows(self, samples: np.ndarray) -> tuple[Window, ...]:
        if np.abs(samples).max() <= 0.001:
            return ()
        words = len(SAID.split())
        return tuple(Window((((i * RATE, (i + SENTENCE) * RATE),),)) for i in range(0, words, SENTENCE))

    def hear(self, samples: np.ndarray, window: Window, **_: Any) -> Iterable[Any]:
        self.heard += 1
        start, end = (time // RATE for time in window.span)
        words = [
            SimpleNamespace(word=f" {word}", start=float(i), end=i + 0.9, probability=0.9)
            for i, word in enumerate(SAID.split()[start:end], start)
        ]
        return [SimpleNamespace(words=words)]


class FakeVoices:
    """One voice only."""

    def encode(self, samples: np.ndarray, starts: np.ndarray) -> np.ndarray:
        near = np.random.default_rng(0).normal(0, 0.01, (len(starts), 3))
        return unit(np.column_stack([np.ones(len(starts)), near]).astype(np.float32))


class FakeGrammar:
    """Sentences end at full stops; every word carries meaning."""

    def __init__(self) -> None:
        self.splitter = spacy.blank("nb")
        self.splitter.add_pipe("sentencizer")

    def pipe(self, texts: Iterable[str], *, batch_size: int) -> Iterator[Doc]:
        for doc in self.splitter.pipe(texts, batch_size=batch_size):
            for token in doc:
                token.pos_ = "PUNCT" if token.is_punct else "NOUN"
            yield doc


class FakeEmbedder:
    """Hashed bags of words: texts that share words lie near one another."""

    id = "fake"

    def encode(self, texts: list[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % WIDTH] += 1
        return unit(vectors)


def fake_heads(revision: str = REVISION) -> Heads:
    """Heads to which everything is a competence at the first point."""
    texts, told = ("hjelper kunden", "rydder lageret"), ("hjelp", "orden")
    vectors = FakeEmbedder().encode([*texts])
    precedents = Precedents(
        texts, ("competence",) * 2, (POINTS[0],) * 2, ("",) * 2, told, ("spoken", "written"), vectors
    )
    points = np.eye(len(POINTS), dtype=np.float32)[[0, 0]]
    competence = CompetenceHead(told, vectors.T * 8, np.zeros(2, np.float32), points)
    by_role = ToldByRole(("butikksjef",), np.array([[1.5, 0.5]], np.float32))
    return Heads(revision, _head(CATEGORIES), _head(POINTS), competence, precedents, by_role, 0.625, 0.75, 0.125, 0.875)


def _head(classes: tuple[str, ...]) -> LinearHead:
    count = len(classes)
    bias = np.linspace(3, 0, count, dtype=np.float32)
    wording = np.zeros((2 * 2**BITS, count), np.float32)
    return LinearHead(classes, np.zeros((WIDTH, count), np.float32), bias, wording, bias, 0.5, 0.0625)


class FakeModels:
    """Stands in for the loaders. `forbid` makes any load an error from then on."""

    def __init__(self) -> None:
        self.loaded: Counter[str] = Counter()
        self.forbidden = False
        self.revision = REVISION
        wordings = Wordings({"hjelp": "hjelpe", "orden": "holde orden"}, lambda *_: "Hva gjorde du da?")
        labeller = Labeller(FakeEmbedder(), fake_heads(), wordings)
        self.made: dict[str, Any] = {
            "load_speech": FakeRecogniser(),
            "load_voice": FakeVoices(),
            "load_splitter": Splitter(FakeGrammar()),
            "load_grammar": FakeGrammar(),
            "load_labeller": labeller,
            "load_names": Names((), (), np.zeros((0, WIDTH), np.float32)),
        }

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Patch every module that loads models."""
        for module in ("balansekunst.files", "flows.steps"):
            for name in LOADERS:
                monkeypatch.setattr(f"{module}.{name}", self._loader(name))
        for name in ("load_speech", "load_splitter", "load_labeller"):
            monkeypatch.setattr(f"balansekunst.evaluate.{name}", self._loader(name))
        monkeypatch.setattr("flows.steps.load_grammar", self._loader("load_grammar"))
        monkeypatch.setattr("flows.steps.trained_revision", lambda profile="bundled": self.revision)

    def _loader(self, name: str) -> Any:
        def load(*_: Any, **__: Any) -> Any:
            assert not self.forbidden, f"{name} was called where no model work should be done"
            self.loaded[name] += 1
            return self.made[name]

        return load

    def forbid(self) -> None:
        self.forbidden = True

    def since(self) -> set[str]:
        """The loaders called since the last time that this was asked."""
        names = set(self.loaded)
        self.loaded.clear()
        return names
