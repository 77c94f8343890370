"""How good the suggestions are: `python -m benchmarks.quality` measures and writes quality.md.

Every figure is on held-out material: category and position on roles that the fold's training has not seen, phrases on
interviews that it has not seen, clusters with a projection trained on the phrase files alone. Intervals are 95 %
bootstraps over those groups. The corpora are written by the makers of the program, so the figures say how it
generalises within such material, not how it does on other people's interviews.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, f1_score, v_measure_score
from sklearn.model_selection import GroupKFold

import prompts
from corpora import RECORDINGS, AnnotatedInterview, LabelledPhrase, read_interview, read_interviews, read_phrases
from models.loaders import be_offline, load_embedder, load_grammar, load_speech, revision_of
from models.train_heads import fit_meaning, fit_raw_head, point_rows, told_and_untold
from pipeline.audio import decode
from pipeline.balance import POINTS, dimension_of, points_of
from pipeline.features import wording_features
from pipeline.heads import LinearHead, unit
from pipeline.phrases import split_transcript
from pipeline.records import CATEGORIES, Phrase
from pipeline.transcribe import SpeechSettings, transcribe

FOLDS = 5
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


class Vectors:
    """Embeddings of texts, each computed once."""

    def __init__(self) -> None:
        self.embedder, self.known = load_embedder(), dict[str, np.ndarray]()

    def of(self, texts: list[str]) -> np.ndarray:
        """[n, d]."""
        new = list({text for text in texts if text not in self.known})
        self.known.update(zip(new, self.embedder.encode(new), strict=True))
        return np.stack([self.known[text] for text in texts])


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


def held_out(
    phrases: list[LabelledPhrase], fit: Callable[[list[LabelledPhrase]], LinearHead], vectors: Vectors
) -> np.ndarray:
    """Probabilities [n, k] of each phrase by a head trained on the phrases of other roles."""
    texts, roles = [p.text for p in phrases], [p.role for p in phrases]
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for train, test in GroupKFold(FOLDS).split(texts, groups=roles):
        head = fit([phrases[i] for i in train])
        chosen = [texts[i] for i in test]
        found.append((test, head.probabilities(vectors.of(chosen), wording_features(chosen))))
    order = np.concatenate([test for test, _ in found])
    return np.concatenate([p for _, p in found])[np.argsort(order)]


def category_head(phrases: list[LabelledPhrase], vectors: Vectors) -> LinearHead:
    """A category head without temperature: only its ranking is measured here."""
    texts = [p.text for p in phrases]
    y = np.array([p.category for p in phrases])
    return fit_raw_head(vectors.of(texts), wording_features(texts), y, np.ones(len(y)), CATEGORIES)


def position_head(told: list[LabelledPhrase], vectors: Vectors) -> LinearHead:
    """A position head of competences."""
    texts = [p.text for p in told]
    rows, points, weights = point_rows([p.position for p in told])
    return fit_raw_head(vectors.of(texts)[rows], wording_features(texts)[rows], points, weights, POINTS)


def measure_category(phrases: list[LabelledPhrase], vectors: Vectors, rng: np.random.Generator) -> list[Figure]:
    """Macro-F1 over the five categories, all phrases and the hard ones."""
    guessed = held_out(phrases, lambda train: category_head(train, vectors), vectors).argmax(axis=1)
    truth = np.array([CATEGORIES.index(p.category) for p in phrases])
    hard = np.flatnonzero([p.hard for p in phrases])
    roles = np.array([p.role for p in phrases])

    def score(index: np.ndarray) -> float:
        return float(f1_score(truth[index], guessed[index], average="macro", labels=range(len(CATEGORIES))))

    return [
        with_interval("category, macro-F1, unseen roles", roles, score, rng),
        with_interval("… of these the hard ones", roles[hard], lambda index: score(hard[index]), rng),
    ]


def measure_position(phrases: list[LabelledPhrase], vectors: Vectors, rng: np.random.Generator) -> list[Figure]:
    """Top-1 and top-2 of the six points and the right dimension, for spoken competences."""
    told = [p for p in phrases if p.category == "competence"]
    chances = held_out(told, lambda train: position_head(train, vectors), vectors)
    spoken = np.flatnonzero([p.style == "spoken" for p in told])
    order = np.argsort(-chances[spoken], axis=1)
    right = [points_of(told[i].position) for i in spoken]
    first = np.array([POINTS[o[0]] in r for o, r in zip(order, right, strict=True)])
    second = np.array([bool({POINTS[k] for k in o[:2]} & set(r)) for o, r in zip(order, right, strict=True)])
    by_dimension = chances[spoken].reshape(-1, 3, 2).sum(axis=2).argmax(axis=1)
    dimension = np.array([POINTS[2 * d] in dimension_of(r[0]).points for d, r in zip(by_dimension, right, strict=True)])
    roles = np.array([told[i].role for i in spoken])
    rows = [("position, top 1 of 6, unseen roles", first), ("… top 2 of 6", second), ("… right dimension", dimension)]
    return [with_interval(what, roles, partial(_share, hit), rng) for what, hit in rows]


def _share(hit: np.ndarray, index: np.ndarray) -> float:
    return float(hit[index].mean())


def measure_phrases(interviews: list[AnnotatedInterview], vectors: Vectors, rng: np.random.Generator) -> list[Figure]:
    """Experts' spans found in raw interviews (half of the tokens shared, one to one), and precision."""
    counts = np.array(list(_found(interviews, vectors)))  # rows: matched, experts', suggested
    groups = np.arange(len(counts))

    def ratio(column: int) -> Callable[[np.ndarray], float]:
        return lambda index: float(counts[index, 0].sum() / max(counts[index, column].sum(), 1))

    recall = with_interval("phrases found in unseen interviews, recall", groups, ratio(1), rng)
    precision = with_interval("… precision", groups, ratio(2), rng)
    spans = int(counts[:, 1].sum()), int(counts[:, 2].sum())
    return [Figure(**(vars(f) | {"items": n})) for f, n in zip((recall, precision), spans, strict=True)]


def _found(interviews: list[AnnotatedInterview], vectors: Vectors) -> Iterator[tuple[int, int, int]]:
    grammar = load_grammar()
    material = [told_and_untold(interview, grammar) for interview in interviews]
    for fold in range(FOLDS):
        train = [label for i, labels in enumerate(material) if i % FOLDS != fold for label in labels]
        head = category_head([*read_phrases(), *train], vectors)
        for interview in interviews[fold::FOLDS]:
            phrases = split_transcript(interview.transcript, grammar)
            texts = [phrase.text for phrase in phrases]
            best = head.probabilities(vectors.of(texts), wording_features(texts)).argmax(axis=1)
            shown = [p for p, b in zip(phrases, best, strict=True) if CATEGORIES[b] != "none"]
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


def measure_clusters(interviews: list[AnnotatedInterview], vectors: Vectors) -> list[str]:
    """V-measure and ARI against the experts' key competences at their number, beside the raw embedding."""
    told = [p for p in read_phrases() if p.category == "competence"]
    meaning, centre = fit_meaning(vectors.of([p.text for p in told]), [p.key_competence for p in told])
    rows = []
    for role in RETAIL:
        spans = [label for i in interviews if i.transcript.role == role for _, label in i.spans]
        own = [label for label in spans if label.category == "competence"]
        truth = [label.key_competence for label in own]
        raw = vectors.of([label.text for label in own])
        scores = [_agreement(truth, raw), _agreement(truth, unit((raw - centre) @ meaning))]
        cells = " | ".join(f"{v:.2f} / {a:.2f}" for v, a in scores)
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
    be_offline()
    vectors, rng = Vectors(), np.random.default_rng(0)
    phrases, interviews = list(read_phrases()), list(read_interviews())
    figures = [
        *measure_category(phrases, vectors, rng),
        *measure_position(phrases, vectors, rng),
        *measure_phrases(interviews, vectors, rng),
    ]
    lines = [*HEAD, *(figure.row() for figure in figures), *CLUSTERS, *measure_clusters(interviews, vectors)]
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
    "| role | raw embedding | space of competence meaning | phrases | key competences |",
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
