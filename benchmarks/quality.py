"""How good the suggestions are: `python -m benchmarks.quality` measures and writes quality.md.

Every figure is on held-out material. There are five fields of work with roles of their own; the phrase files of each
have writers of their own, while twelve of the interviews share one over four fields. In turn each field is left out,
the embedding model's top layers and all heads are trained on the other four, and the one left out is measured.
Intervals are 95 % bootstraps over roles or interviews. The corpora are written by the makers of the program, so the
figures say how it generalises within such material, not how it does on other people's interviews.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, f1_score, v_measure_score

import prompts
from corpora import (
    FIELDS,
    RECORDINGS,
    AnnotatedInterview,
    LabelledPhrase,
    field_of,
    read_interview,
    read_interviews,
    read_phrases,
)
from models.finetune import Tower, build_tower
from models.loaders import load_base_embedder, load_grammar, load_speech, revision_of
from models.train_heads import Fitted, fit_on, told_and_untold
from pipeline.audio import decode
from pipeline.balance import POINTS, dimension_of, points_of
from pipeline.features import wording_features
from pipeline.phrases import split_transcript
from pipeline.records import CATEGORIES, Phrase
from pipeline.transcribe import SpeechSettings, transcribe

BOOTSTRAPS = 1000
HERE = Path(__file__).parent
RETAIL = ("butikkmedarbeider", "mellomleder i butikk", "butikksjef")


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, its value and 95 % interval, and over how many items and groups."""

    what: str
    value: float
    low: float
    high: float
    items: int
    groups: int

    def row(self) -> str:
        return f"| {self.what} | {self.value:.2f} | {self.low:.2f}–{self.high:.2f} | {self.items} | {self.groups} |"


@dataclass(frozen=True)
class Material:
    """Labelled phrases first, then what the splitter finds in each interview; `found` gives the range of each."""

    phrases: list[LabelledPhrase]
    labelled: int
    interviews: tuple[AnnotatedInterview, ...]
    split: list[tuple[Phrase, ...]]
    found: list[range]

    @property
    def fields(self) -> np.ndarray:
        return np.array([field_of(phrase.source) for phrase in self.phrases])


@dataclass(frozen=True)
class Fold:
    """One field of work left out, and what was learnt without it."""

    field: str
    fitted: Fitted


def read_material() -> Material:
    """The corpora, and the phrases of the raw interviews."""
    grammar, interviews = load_grammar(), read_interviews()
    phrases = [*read_phrases(), *(label for interview in interviews for label in told_and_untold(interview, grammar))]
    labelled = len(phrases)
    split, found = [], []
    for interview in interviews:
        pieces = split_transcript(interview.transcript, grammar)
        split.append(pieces)
        found.append(range(len(phrases), len(phrases) + len(pieces)))
        phrases += [LabelledPhrase(piece.text, "none", source=interview.transcript.id) for piece in pieces]
    return Material(phrases, labelled, interviews, split, found)


def learn_without(field: str, material: Material, tower: Tower, wording: csr_matrix) -> Fold:
    """Train on the labelled phrases of all other fields."""
    train = np.flatnonzero(material.fields[: material.labelled] != field)
    return Fold(field, fit_on(tower, material.phrases, wording, train)[1])


def with_interval(
    what: str, groups: np.ndarray, measure: Callable[[np.ndarray], float], generator: np.random.Generator
) -> Figure:
    """A measure over item indices, with an interval from resampling whole groups."""
    names = np.unique(groups)
    members = {name: np.flatnonzero(groups == name) for name in names}
    drawn = [
        measure(np.concatenate([members[name] for name in generator.choice(names, len(names))]))
        for _ in range(BOOTSTRAPS)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Figure(what, measure(np.arange(len(groups))), float(low), float(high), len(groups), len(names))


def measure_category(
    material: Material, folds: list[Fold], wording: csr_matrix, rng: np.random.Generator
) -> list[Figure]:
    """Macro-F1 over the five categories, all phrases of the phrase files and the hard ones."""
    own = np.arange(len(read_phrases()))
    guessed = _held_out(material, folds, own, lambda f, i: f.category.probabilities(f.vectors[i], wording[i])).argmax(1)
    truth = np.array([CATEGORIES.index(material.phrases[i].category) for i in own])
    hard = np.flatnonzero([material.phrases[i].hard for i in own])
    roles = np.array([material.phrases[i].role for i in own])

    def score(index: np.ndarray) -> float:
        return float(f1_score(truth[index], guessed[index], average="macro", labels=range(len(CATEGORIES))))

    return [
        with_interval("category, macro-F1, unseen roles", roles, score, rng),
        with_interval("… of these the hard ones", roles[hard], lambda index: score(hard[index]), rng),
    ]


def _held_out(
    material: Material, folds: list[Fold], own: np.ndarray, apply: Callable[[Fitted, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Probabilities [n, k] of each phrase by what was learnt without its field."""
    parts = [(fold.fitted, np.flatnonzero(material.fields[own] == fold.field)) for fold in folds]
    order = np.concatenate([index for _, index in parts])
    return np.concatenate([apply(fitted, own[index]) for fitted, index in parts])[np.argsort(order)]


def measure_position(
    material: Material, folds: list[Fold], wording: csr_matrix, rng: np.random.Generator
) -> list[Figure]:
    """Top-1 and top-2 of the six points and the right dimension, for spoken competences."""
    phrases = read_phrases()
    told = np.array([i for i, p in enumerate(phrases) if p.category == "competence" and p.style == "spoken"])
    chances = _held_out(material, folds, told, lambda f, i: f.position.probabilities(f.vectors[i], wording[i]))
    order = np.argsort(-chances, axis=1)
    right = [points_of(phrases[i].position) for i in told]
    first = np.array([POINTS[o[0]] in r for o, r in zip(order, right, strict=True)])
    second = np.array([bool({POINTS[k] for k in o[:2]} & set(r)) for o, r in zip(order, right, strict=True)])
    by_dimension = chances.reshape(-1, 3, 2).sum(axis=2).argmax(axis=1)
    dimension = np.array([POINTS[2 * d] in dimension_of(r[0]).points for d, r in zip(by_dimension, right, strict=True)])
    roles = np.array([phrases[i].role for i in told])
    rows = [("position, top 1 of 6, unseen roles", first), ("… top 2 of 6", second), ("… right dimension", dimension)]
    return [with_interval(what, roles, partial(_share, hit), rng) for what, hit in rows]


def _share(hit: np.ndarray, index: np.ndarray) -> float:
    return float(hit[index].mean())


def measure_phrases(
    material: Material, folds: list[Fold], wording: csr_matrix, rng: np.random.Generator
) -> list[Figure]:
    """Experts' spans found in raw interviews (half of the tokens shared, one to one), and precision."""
    counts = np.array(list(_found(material, folds, wording)))  # rows: matched, experts', suggested
    groups = np.arange(len(counts))

    def ratio(column: int) -> Callable[[np.ndarray], float]:
        return lambda index: float(counts[index, 0].sum() / max(counts[index, column].sum(), 1))

    recall = with_interval("phrases found in unseen interviews, recall", groups, ratio(1), rng)
    precision = with_interval("… precision", groups, ratio(2), rng)
    spans = int(counts[:, 1].sum()), int(counts[:, 2].sum())
    return [replace(f, items=n) for f, n in zip((recall, precision), spans, strict=True)]


def _found(material: Material, folds: list[Fold], wording: csr_matrix) -> Iterator[tuple[int, int, int]]:
    learnt = {fold.field: fold.fitted for fold in folds}
    for interview, pieces, index in zip(material.interviews, material.split, material.found, strict=True):
        fitted, own = learnt[field_of(interview.transcript.id)], np.array(index)
        best = fitted.category.probabilities(fitted.vectors[own], wording[own]).argmax(axis=1)
        shown = [piece for piece, b in zip(pieces, best, strict=True) if CATEGORIES[b] != "none"]
        spans = [span for span, _ in interview.spans]
        yield matched(spans, shown), len(spans), len(shown)


def matched(expert: list[Phrase], suggested: list[Phrase]) -> int:
    """How many pairs share at least half of their tokens together (intersection over union), one to one."""
    pairs = sorted(
        ((shared(a, b), i, j) for i, a in enumerate(expert) for j, b in enumerate(suggested) if a.turn == b.turn),
        reverse=True,
    )
    used: tuple[set[int], set[int]] = (set(), set())
    for share, i, j in pairs:
        if share >= 0.5 and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
    return len(used[0])


def shared(one: Phrase, other: Phrase) -> float:
    """Tokens in both spans over tokens in either."""
    a, b = ({match.start() + phrase.start for match in re.finditer(r"\w+", phrase.text)} for phrase in (one, other))
    return len(a & b) / max(len(a | b), 1)


def measure_clusters(material: Material, folds: list[Fold], untaught: np.ndarray) -> list[str]:
    """V-measure and ARI against the experts' key competences at their number, in retail, beside the raw embedding."""
    fitted = next(fold.fitted for fold in folds if fold.field == "retail")
    rows = []
    for role in RETAIL:
        own = [i for i, p in enumerate(material.phrases) if p.source.startswith("kjede") and p.role == role]
        own = [i for i in own if material.phrases[i].category == "competence"]
        truth = [material.phrases[i].key_competence for i in own]
        spaces = [untaught[own], fitted.vectors[own]]
        cells = " | ".join(f"{v:.2f} / {a:.2f}" for v, a in (_agreement(truth, space) for space in spaces))
        rows.append(f"| {role} | {cells} | {len(own)} | {len(set(truth))} |")
    return rows


def _agreement(truth: list[str], vectors: np.ndarray) -> tuple[float, float]:
    labels = AgglomerativeClustering(len(set(truth)), metric="cosine", linkage="average").fit_predict(vectors)
    return float(v_measure_score(truth, labels)), float(adjusted_rand_score(truth, labels))


def word_error_rate(truth: str, heard: str) -> float:
    """Edits over words of the truth; case and punctuation do not count."""
    expected, got = (re.findall(r"\w+", text.lower()) for text in (truth, heard))
    row = list(range(len(got) + 1))
    for i, word in enumerate(expected, 1):
        above, row[0] = row[:], i
        for j, other in enumerate(got, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other))
    return row[-1] / max(len(expected), 1)


def measure_speech(recording: Path, truth: str) -> str:
    """A row with the word error rate of a recording, heard as the program hears it."""
    settings = SpeechSettings(prompt=prompts.recogniser_prompt("nb"))
    words = transcribe(decode(recording), load_speech(), settings, prompts.danish_spelling(), lambda done, total: None)
    return f"| {recording.stem} | {word_error_rate(truth, ' '.join(word.text for word in words)):.3f} |"


def measure_recordings(recordings: list[Path]) -> list[str]:
    """The sample recording, and recordings that have their words in a .txt beside."""
    sample = RECORDINGS / "opptak_butikkmedarbeider.opus"
    said = " ".join(turn.text for turn in read_interview(sample.with_suffix(".txt")).transcript.turns)
    others = [(path, path.with_suffix(".txt").read_text(encoding="utf-8")) for path in recordings]
    return [measure_speech(path, truth) for path, truth in [(sample, said), *others]]


def main() -> None:
    """Measure and write quality.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speech", type=Path, nargs="*", default=[], help="recordings with their words in .txt beside")
    parser.add_argument("--output", type=Path, default=HERE / "quality.md")
    arguments = parser.parse_args()
    material, rng = read_material(), np.random.default_rng(0)
    texts = [phrase.text for phrase in material.phrases]
    wording = wording_features(texts)
    tower = build_tower(load_base_embedder().model, texts)
    folds = [learn_without(field, material, tower, wording) for field in FIELDS]
    figures = [
        *measure_category(material, folds, wording, rng),
        *measure_position(material, folds, wording, rng),
        *measure_phrases(material, folds, wording, rng),
    ]
    clusters = measure_clusters(material, folds, tower.all_vectors())
    lines = [*HEAD, *(figure.row() for figure in figures), *CLUSTERS, *clusters]
    lines += [*SPEECH, *measure_recordings(arguments.speech)]
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


HEAD = [
    "# Quality of the suggestions",
    "",
    f"Written by `python -m benchmarks.quality` (embedding {revision_of('embedding')}, seed 0). "
    + " ".join((__doc__ or "").split("\n\n", 1)[1].split()),
    "",
    "| what | value | 95 % interval | items | groups |",
    "|---|---|---|---|---|",
]
CLUSTERS = [
    "",
    "Clusters against the experts' key competences at their number (V-measure / ARI):",
    "",
    "| role | embedding as it came | taught embedding | phrases | key competences |",
    "|---|---|---|---|---|",
]

SPEECH = [
    "",
    f"Speech ({revision_of('speech')}). The sample was written to be heard well, in synthetic voices.",
    "",
    "| recording | word error rate |",
    "|---|---|",
]

if __name__ == "__main__":
    main()
