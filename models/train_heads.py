"""Train the heads on the corpora and write them: `python -m models.train_heads`. The one command that rebuilds them."""

from __future__ import annotations

import argparse
import logging

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from corpora import AnnotatedInterview, LabelledPhrase, checksum, read_interviews, read_phrases
from models.heads import write_heads
from models.loaders import load_embedder, load_grammar
from pipeline.balance import POINTS, points_of
from pipeline.features import wording_features
from pipeline.heads import Heads, LinearHead, Precedents
from pipeline.label import Embedder
from pipeline.phrases import RULES, Grammar, split_transcript
from pipeline.records import CATEGORIES, Phrase

FOLDS = 5
STRENGTH_MEANING, STRENGTH_WORDING = (
    10.0,
    30.0,
)  # inverse regularisation, chosen by cross-validation over roles
MEANING_WIDTH = 64
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


def fit_heads(phrases: list[LabelledPhrase], embedder: Embedder, revision: str) -> Heads:
    """All heads from labelled phrases. Folds for the temperature are grouped by role."""
    vectors, wording = embedder.encode([p.text for p in phrases]), wording_features([p.text for p in phrases])
    roles = np.array([p.role for p in phrases])
    categories = np.array([p.category for p in phrases])
    told = np.flatnonzero(categories == "competence")
    rows, points, weights = point_rows([phrases[i].position for i in told])
    meaning, centre = fit_meaning(vectors[told], [phrases[i].key_competence for i in told])
    return Heads(
        revision,
        fit_head(vectors, wording, categories, np.ones(len(phrases)), roles, CATEGORIES),
        fit_head(vectors[told[rows]], wording[told[rows]], points, weights, roles[told[rows]], POINTS),
        meaning,
        centre,
        _precedents(phrases, vectors),
    )


def point_rows(positions: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row for each point of each position: which phrase, which point, and a weight that shares it."""
    rows = [(i, point, 1 / len(points_of(p))) for i, p in enumerate(positions) for point in points_of(p)]
    index, points, weights = zip(*rows, strict=True)
    return np.array(index), np.array(points), np.array(weights)


def fit_head(
    vectors: np.ndarray,
    wording: csr_matrix,
    y: np.ndarray,
    weights: np.ndarray,
    groups: np.ndarray,
    classes: tuple[str, ...],
) -> LinearHead:
    """A linear head with its temperature set on held-out roles."""
    head = fit_raw_head(vectors, wording, y, weights, classes)
    held_out = np.zeros((len(y), len(classes)))
    for train, test in GroupKFold(min(FOLDS, len(set(groups)))).split(vectors, y, groups):
        fold = fit_raw_head(vectors[train], wording[train], y[train], weights[train], classes)
        held_out[test] = fold.probabilities(vectors[test], wording[test])
    target = np.array([classes.index(label) for label in y])
    return LinearHead(**(vars(head) | {"temperature": best_temperature(held_out, target, weights)}))


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


def fit_meaning(vectors: np.ndarray, competences: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """A projection [d, m] and centre [d] in which tellings of one key competence lie together (shrunken LDA)."""
    width = min(MEANING_WIDTH, len(set(competences)) - 1, vectors.shape[1])
    lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.6, n_components=width).fit(vectors, competences)
    return lda.scalings_[:, :width].astype(np.float32), vectors.mean(axis=0).astype(np.float32)


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
    """Train for one profile's embedding model and write beside the shipped heads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="bundled")
    profile = parser.parse_args().profile
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    embedder = load_embedder(profile)
    phrases = labelled_material(load_grammar(profile))
    heads = fit_heads(phrases, embedder, f"{embedder.id}+{checksum()[:12]}+rules-{RULES}")
    path = write_heads(heads, embedder.id)
    log.info("%d phrases → %s (%.1f MB)", len(phrases), path, path.stat().st_size / 1e6)


if __name__ == "__main__":
    main()
