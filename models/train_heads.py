"""Teach the top layers, train the heads on the corpora, write both: `python -m models.train_heads` rebuilds all."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from corpora import AnnotatedInterview, LabelledPhrase, checksum, field_of, read_interviews, read_phrases
from models.finetune import SEED, Tower, build_tower, finetune, write_top
from models.heads import trained_path, write_heads
from models.loaders import load_base_embedder, load_grammar
from pipeline.balance import POINTS, points_of
from pipeline.features import wording_features
from pipeline.heads import Heads, LinearHead, Precedents
from pipeline.phrases import RULES, Grammar, split_transcript
from pipeline.records import CATEGORIES, Phrase

STRENGTH_MEANING, STRENGTH_WORDING = (
    10.0,
    30.0,
)  # inverse regularisation, chosen by cross-validation over roles
log = logging.getLogger(__name__)


def labelled_material(grammar: Grammar) -> list[LabelledPhrase]:
    """Every labelled phrase: the phrase files, and what the sample interviews mark and leave unmarked."""
    return [
        *read_phrases(),
        *(label for interview in read_interviews() for label in told_and_untold(interview, grammar)),
    ]


def told_and_untold(interview: AnnotatedInterview, grammar: Grammar) -> list[LabelledPhrase]:
    """The experts' spans, and as `none` each phrase that the splitter finds where no expert marked anything."""
    transcript = interview.transcript
    marked = [span for span, _ in interview.spans]
    untold = [
        LabelledPhrase(phrase.text, "none", role=transcript.role, source=transcript.id)
        for phrase in split_transcript(transcript, grammar)
        if not any(_overlap(phrase, span) for span in marked)
    ]
    return [*(label for _, label in interview.spans), *untold]


def _overlap(one: Phrase, other: Phrase) -> bool:
    return one.turn == other.turn and one.start < other.end and other.start < one.end


@dataclass(frozen=True)
class Fitted:
    """What was learnt from some of the phrases: vectors [n, d] of all of them, and the heads."""

    vectors: np.ndarray
    category: LinearHead
    position: LinearHead


def fit_on(tower: Tower, phrases: list[LabelledPhrase], wording: csr_matrix, train: np.ndarray) -> tuple[Tower, Fitted]:
    """Teach the tower's top layers and fit all heads on the phrases at `train` alone."""
    taught = finetune(tower, phrases, train)
    vectors = taught.all_vectors()
    categories = np.array([phrases[i].category for i in train])
    told = np.array([i for i in train if phrases[i].category == "competence"])
    rows, points, weights = point_rows([phrases[i].position for i in told])
    category = fit_raw_head(vectors[train], wording[train], categories, np.ones(len(train)), CATEGORIES)
    position = fit_raw_head(vectors[told[rows]], wording[told[rows]], points, weights, POINTS)
    return taught, Fitted(vectors, category, position)


def fit_heads(phrases: list[LabelledPhrase], tower: Tower, revision: str) -> tuple[Tower, Heads]:
    """All heads from labelled phrases, with temperatures set on fields of work that the fitting has not seen."""
    wording = wording_features([p.text for p in phrases])
    fields = np.array([field_of(p.source) for p in phrases])
    everything = np.arange(len(phrases))
    held_out = [
        (test, fit_on(tower, phrases, wording, train)[1])
        for train, test in GroupKFold(2).split(everything, groups=fields)
    ]
    taught, fitted = fit_on(tower, phrases, wording, everything)
    category = calibrated(fitted.category, [_category_chances(f, phrases, wording, test) for test, f in held_out])
    position = calibrated(fitted.position, [_position_chances(f, phrases, wording, test) for test, f in held_out])
    precedents = _precedents(phrases, fitted.vectors)
    return taught, Heads(revision, category, position, precedents)


Chances = tuple[np.ndarray, np.ndarray, np.ndarray]  # probabilities [n, k], right classes [n], weights [n]


def _category_chances(fitted: Fitted, phrases: list[LabelledPhrase], wording: csr_matrix, test: np.ndarray) -> Chances:
    target = np.array([CATEGORIES.index(phrases[i].category) for i in test])
    return fitted.category.probabilities(fitted.vectors[test], wording[test]), target, np.ones(len(test))


def _position_chances(fitted: Fitted, phrases: list[LabelledPhrase], wording: csr_matrix, test: np.ndarray) -> Chances:
    told = np.array([i for i in test if phrases[i].category == "competence"])
    rows, points, weights = point_rows([phrases[i].position for i in told])
    chances = fitted.position.probabilities(fitted.vectors[told[rows]], wording[told[rows]])
    return chances, np.array([POINTS.index(point) for point in points]), weights


def calibrated(head: LinearHead, held_out: list[Chances]) -> LinearHead:
    """The head with the temperature that makes held-out probabilities most likely."""
    chances, target, weights = (np.concatenate(column) for column in zip(*held_out, strict=True))
    return replace(head, temperature=best_temperature(chances, target, weights))


def point_rows(positions: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row for each point of each position: which phrase, which point, and a weight that shares it."""
    rows = [(i, point, 1 / len(points_of(p))) for i, p in enumerate(positions) for point in points_of(p)]
    index, points, weights = zip(*rows, strict=True)
    return np.array(index), np.array(points), np.array(weights)


def fit_raw_head(
    vectors: np.ndarray, wording: csr_matrix, y: np.ndarray, weights: np.ndarray, classes: tuple[str, ...]
) -> LinearHead:
    """A head without temperature: logistic regressions over embeddings [n, d] and wording features [n, f]."""
    by_meaning = _logistic(STRENGTH_MEANING).fit(vectors, y, weights)
    by_wording = _logistic(STRENGTH_WORDING).fit(wording, y, weights)
    order = [list(by_meaning.classes_).index(name) for name in classes]
    return LinearHead(
        classes,
        by_meaning.coef_[order].T.astype(np.float32),
        by_meaning.intercept_[order].astype(np.float32),
        by_wording.coef_[order].T.astype(np.float32),
        by_wording.intercept_[order].astype(np.float32),
    )


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=200, tol=1e-3, class_weight="balanced")


def best_temperature(probabilities: np.ndarray, target: np.ndarray, weights: np.ndarray) -> float:
    """The temperature that makes held-out probabilities most likely."""
    logs = np.log(np.maximum(probabilities, 1e-12))

    def loss(temperature: float) -> float:
        scaled = logs / temperature
        scaled -= np.log(np.exp(scaled).sum(axis=1, keepdims=True))
        return float(-(weights * scaled[np.arange(len(target)), target]).sum())

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)


def _precedents(phrases: list[LabelledPhrase], vectors: np.ndarray) -> Precedents:
    return Precedents(
        tuple(p.text for p in phrases),
        tuple(p.category for p in phrases),
        tuple(p.position for p in phrases),
        tuple(p.role for p in phrases),
        tuple(p.key_competence or p.stands_for for p in phrases),
        vectors.astype(np.float16).astype(np.float32),
    )


def main() -> None:
    """Train for one profile's embedding model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="bundled")
    profile = parser.parse_args().profile
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    embedder = load_base_embedder(profile)
    phrases = labelled_material(load_grammar(profile))
    tower = build_tower(embedder.model, [p.text for p in phrases])
    taught, heads = fit_heads(phrases, tower, f"{embedder.id}+{checksum()[:12]}+rules-{RULES}+seed-{SEED}")
    write_top(taught, trained_path(embedder.id, ".safetensors"))
    path = write_heads(heads, embedder.id)
    log.info("%d phrases → %s (%.1f MB)", len(phrases), path, path.stat().st_size / 1e6)


if __name__ == "__main__":
    main()
