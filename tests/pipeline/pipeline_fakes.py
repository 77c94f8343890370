"""Fakes of the models: recogniser, voice encoder, embedder, grammar, marker and heads. All are deterministic."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import spacy
from spacy.tokens import Doc

from corpora import LabelledPhrase
from pipeline.audio import RATE, Audio
from pipeline.balance import POINTS, points_of
from pipeline.features import wording_features
from pipeline.heads import CompetenceHead, Heads, LinearHead, Precedents, ToldByRole, unit
from pipeline.label import Labeller
from pipeline.marking import TAGS, WORD, Marked, Marker
from pipeline.phrases import Splitter
from pipeline.proxies import Wordings
from pipeline.records import CATEGORIES, Word
from pipeline.transcribe import Window

WIDTH = 64
LEAST = 0.2  # chance below which a class is ruled out
NORWEGIAN = spacy.blank("nb")  # tokens without any parse


def heard(text: str, start: float, end: float, *, gap: float = 0.0) -> SimpleNamespace:
    """A recogniser's segment: a text's words evenly over the time, each with a leading space as Whisper has it."""
    said = text.split()
    step = (end - start) / max(len(said), 1)
    words = [
        SimpleNamespace(word=f" {w}", start=start + i * step, end=start + (i + 1) * step - gap, probability=0.9)
        for i, w in enumerate(said)
    ]
    return SimpleNamespace(start=start, end=end, text=text, words=words)


@dataclass
class FakeRecogniser:
    """Hears the segments it was made with, one a window, and remembers what it was asked and what it heard."""

    segments: list[SimpleNamespace]
    spoken: tuple[str, float] = ("no", 0.99)
    supported_languages: list[str] = field(default_factory=lambda: ["no", "nn", "sv", "en"])
    asked: dict[str, Any] = field(default_factory=dict)
    detections: int = 0
    heard: list[Window] = field(default_factory=list)

    def detect_language(self, audio: Any, **options: Any) -> tuple[str, float, Any]:
        self.detections += 1
        return (*self.spoken, [self.spoken])

    def windows(self, samples: Any) -> tuple[Window, ...]:
        return tuple(Window((((int(one.start * RATE), int(one.end * RATE)),),)) for one in self.segments)

    def hear(self, samples: Any, window: Window, **options: Any) -> Iterable[Any]:
        self.asked = options
        self.heard.append(window)
        return [self.segments[self.windows(samples).index(window)]]


class FakeVoices:
    """Tells two voices by the sign of the samples: above zero one speaker, below zero the other."""

    window = int(1.6 * RATE)

    def encode(self, samples: np.ndarray, starts: np.ndarray) -> np.ndarray:
        pieces = [samples[start : start + self.window] for start in starts]
        return unit(np.array([[(p > 0).mean(), (p < 0).mean()] for p in pieces]) + 1e-6)


class FakeEmbedder:
    """Sentences as hashed bags of words: texts that share words lie near one another."""

    id = "fake"

    def encode(self, texts: list[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,!?").encode()) % WIDTH] += 1
        return unit(vectors)


def make_doc(*tokens: str) -> Doc:
    """One sentence parsed by hand: `word POS dependency head [morphology]`, heads counted from 0."""
    rows = [token.split() for token in tokens]
    return Doc(
        NORWEGIAN.vocab,
        words=[row[0] for row in rows],
        spaces=[row[0] not in (",", ".") for row in rows[1:]] + [False],
        pos=[row[1] for row in rows],
        deps=[row[2] for row in rows],
        heads=[int(row[3]) for row in rows],
        morphs=[row[4] if len(row) > 4 else "" for row in rows],
    )


class FakeGrammar:
    """Sentences by full stop, every word a noun under the first word of its sentence: no clause is ever cut."""

    def __init__(self) -> None:
        self.nlp = spacy.blank("nb")
        self.nlp.add_pipe("sentencizer")

    def pipe(self, texts: Iterable[str], *, batch_size: int) -> Iterator[Doc]:
        for text in texts:
            yield self._parse(self.nlp(text))

    def _parse(self, doc: Doc) -> Doc:
        firsts = [sentence.start for sentence in doc.sents for _ in sentence]
        return Doc(
            doc.vocab,
            words=[token.text for token in doc],
            spaces=[bool(token.whitespace_) for token in doc],
            pos=["NOUN" if token.is_alpha else "PUNCT" for token in doc],
            deps=["ROOT" if token.i == first else "dep" for token, first in zip(doc, firsts, strict=True)],
            heads=firsts,
        )


@dataclass
class FakeMarker:
    """Marks the wordings that it was made with, and remembers what it was asked.

    Of every other word it is as sure that it is nothing as `nothing` says, 0–1. It reads `reach` words of an answer.
    """

    marks: Mapping[str, str]  # wording → category
    nothing: float = 0.95
    reach: int = 1000
    asked: list[tuple[str, str]] = field(default_factory=list)

    def mark(self, answers: Sequence[str], questions: Sequence[str]) -> list[Marked]:
        self.asked += zip(answers, questions, strict=True)
        return [self._marked(answer) for answer in answers]

    def _marked(self, answer: str) -> Marked:
        words = tuple(match.span() for match in WORD.finditer(answer))[: self.reach]
        tags = np.full((len(words), len(TAGS)), (1 - self.nothing) / (len(TAGS) - 1))
        tags[:, 0] = self.nothing
        for wording, category in self.marks.items():
            start = answer.find(wording)
            inside = [i for i, (a, b) in enumerate(words) if 0 <= start <= a and b <= start + len(wording)]
            for i in inside:
                tags[i] = 0.001
                tags[i, TAGS.index(f"{'B' if i == inside[0] else 'I'}-{category}")] = 0.992
        return Marked(words, np.log(tags))


COMPETENCES = {"calm": "Berolige folk", "accuracy": "Arbeide nøyaktig", "goods": "Holde orden på varene"}
MATERIAL = [
    LabelledPhrase("jeg roer ned kunder som er sinte", "competence", "people", "butikksjef", "calm"),
    LabelledPhrase("jeg setter meg ned til hun puster rolig", "competence", "presence", "sykepleier", "calm"),
    LabelledPhrase("teller kassa to ganger så summen stemmer", "competence", "routines", "kasserer", "accuracy"),
    LabelledPhrase("rekker tre disker før lunsj", "competence", "pace", "kasserer", "accuracy"),
    LabelledPhrase("finner feilen i systemet selv", "competence", "technology", "it", "goods"),
    LabelledPhrase("bytter plan når lasten uteblir", "competence", "flexibility", "lager", "goods"),
    LabelledPhrase("en som er nøyaktig av seg", "trait", "", "kasserer", stands_for="accuracy"),
    LabelledPhrase("en rolig type", "trait", "", "sykepleier", stands_for="calm"),
    LabelledPhrase("bestille varer fra leverandør hver mandag", "task", "", "lager", stands_for="goods"),
    LabelledPhrase("fagbrev som kokk", "education", "", "kokk", stands_for="accuracy"),
    LabelledPhrase("bussen går hvert kvarter", "none", "", "lager"),
    LabelledPhrase("det var en fin dag", "none", "", "kokk"),
]
WRITTEN = LabelledPhrase("arbeide nøyaktig og kontrollere", "competence", "routines", "", "accuracy", "written")


def fake_heads(material: list[LabelledPhrase] = MATERIAL, embedder: FakeEmbedder | None = None) -> Heads:
    """Heads whose weights are the sums of each class's examples, so that a known wording gets its own label."""
    texts = [phrase.text for phrase in material]
    vectors, wording = (embedder or FakeEmbedder()).encode(texts), wording_features(texts)

    def head(classes: tuple[str, ...], members: dict[str, list[int]], sharpness: float) -> LinearHead:
        by_meaning = np.stack([vectors[members[c]].sum(axis=0) for c in classes], axis=1) * 8 * sharpness
        by_wording = sharpness * np.stack(
            [np.asarray(wording[members[c]].sum(axis=0)).ravel() for c in classes], axis=1
        )
        zeros = np.zeros(len(classes))
        return LinearHead(classes, by_meaning, zeros, by_wording, zeros, least=LEAST)

    categories = {c: [i for i, p in enumerate(material) if p.category == c] for c in CATEGORIES}
    points = {c: [i for i, p in enumerate(material) if p.position and c in points_of(p.position)] for c in POINTS}
    known = Precedents(
        tuple(texts),
        tuple(p.category for p in material),
        tuple(p.position for p in material),
        tuple(p.role for p in material),
        tuple(p.key_competence or p.stands_for for p in material),
        tuple(p.style for p in material),
        vectors,
    )
    category, position = head(CATEGORIES, categories, 2.0), head(POINTS, points, 1.0)
    competence = fake_competence_head(material, vectors)
    nobody = ToldByRole((), np.zeros((0, len(competence.classes))))
    return Heads("fake-1", category, position, competence, known, nobody, points_least=LEAST)


def fake_competence_head(material: list[LabelledPhrase], vectors: np.ndarray) -> CompetenceHead:
    """The key competences of the material, each placed where its tellings are."""
    told = [phrase.key_competence or phrase.stands_for for phrase in material]
    classes = tuple(sorted({*told} - {""}))
    embedding = np.stack([vectors[[t == c for t in told]].sum(axis=0) for c in classes], axis=1) * 8
    counts = np.array([[_tellings(material, c, point) for point in POINTS] for c in classes], float)
    return CompetenceHead(classes, embedding, np.zeros(len(classes)), counts / counts.sum(axis=1, keepdims=True))


def _tellings(material: list[LabelledPhrase], competence: str, point: str) -> int:
    told = [phrase.position for phrase in material if phrase.key_competence == competence]
    return sum(point in points_of(position) for position in told)


def ask(kind: str, wording: str, competence: str) -> str:
    """A follow-up question that shows what it was made of."""
    return f"{kind}: {wording} → {competence}?"


WORDINGS = Wordings(COMPETENCES, ask, ("sjef", "kokk", "pleier"), ("brev", "utdannet"))


def fake_labeller(material: list[LabelledPhrase] = MATERIAL) -> Labeller:
    return Labeller(FakeEmbedder(), fake_heads(material), WORDINGS)


def fake_splitter(marker: Marker | None = None) -> Splitter:
    return Splitter(FakeGrammar(), marker)


def words_of(text: str, start: float = 0.0, length: float = 0.4) -> tuple[Word, ...]:
    """Words one after the other without a pause."""
    return tuple(
        Word(w, round(start + i * length, 3), round(start + (i + 1) * length, 3), 0.9)
        for i, w in enumerate(text.split())
    )


def sound(*stretches: tuple[float, float]) -> Audio:
    """Mono sound of constant stretches (seconds, amplitude), which FakeVoices tells apart by sign."""
    pieces = [np.full(int(seconds * RATE), amplitude, np.float32) for seconds, amplitude in stretches]
    return Audio("opptak.wav", np.concatenate(pieces))
