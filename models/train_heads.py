"""Train all that this project trains on its corpora: `python -m models.train_heads` rebuilds and re-measures it.

Groups of fields of work are left out (corpora.FOLDS). What was learnt without a group labels it, which gives the
temperatures and thresholds, and the evidence that `balansekunst evaluate` shows. Then all is trained on everything.
"""

from __future__ import annotations

import argparse
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

import corpora
from corpora import (
    FOLDS,
    AnnotatedInterview,
    LabelledPhrase,
    field_of,
    read_interviews,
    read_key_competences,
    read_phrases,
)
from evaluation.evidence import Evidence, join, judge
from evaluation.kept import evidence_path, write_evidence
from evaluation.measures import safe_threshold
from models.finetune import SEED, Tower, build_tower, finetune, put_top, write_top
from models.heads import trained_path, write_heads
from models.labeller import wordings
from models.loaders import Embedder, load_base_embedder, load_grammar
from models.marker import (
    COMPOSED,
    WANTED,
    Answer,
    Marker,
    Network,
    Read,
    answers_of,
    compose,
    compose_wanted,
    fit_network,
    read,
    write_network,
)
from pipeline.balance import POINTS, points_of
from pipeline.features import wording_features
from pipeline.heads import CompetenceHead, Heads, LinearHead, Precedents, ToldByRole, point_shares, tempered
from pipeline.label import Labeller
from pipeline.phrases import RULES, Grammar, Splitter, split_transcript
from pipeline.records import CATEGORIES, Phrase

# Inverse regularisation: the first two by cross-validation over roles, the third on the first of corpora.FOLDS.
STRENGTH_MEANING, STRENGTH_WORDING, STRENGTH_COMPETENCE = 10.0, 30.0, 10.0
ORIGIN = f"prosjektets egne korpora, {len(FOLDS)} grupper av fagfelt utelatt hver for seg"
COVERAGE = 0.9  # of the right classes that those which cannot be ruled out shall hold
BOUND = 1.6  # of the logarithms that calibration may change by: five times as likely, or a fifth
BIAS_COUNTS = 0.5  # of the bias that makes one material likeliest: how often categories occur is partly its own
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Material:
    """Labelled phrases with their wording features, and the annotated interviews that some of them come from.

    `labelled` [n]: whether somebody labelled the phrase; the others nobody marked where the splitter finds them.
    """

    phrases: list[LabelledPhrase]
    wording: csr_matrix
    interviews: tuple[AnnotatedInterview, ...]
    labelled: np.ndarray

    def outside(self, fields: Sequence[str]) -> np.ndarray:
        """Indices of the phrases of all other fields of work."""
        return np.flatnonzero([field_of(phrase.source) not in fields for phrase in self.phrases])


def read_material(splitter: Splitter) -> Material:
    """Every labelled phrase: the phrase files, and what the sample interviews mark and leave unmarked."""
    interviews = read_interviews()
    told = [label for interview in interviews for _, label in interview.spans]
    labelled = [*read_phrases(), *told]
    phrases = [*labelled, *(phrase for interview in interviews for phrase in untold(interview, splitter))]
    somebody = np.arange(len(phrases)) < len(labelled)
    return Material(phrases, wording_features([phrase.text for phrase in phrases]), interviews, somebody)


def untold(interview: AnnotatedInterview, splitter: Splitter) -> list[LabelledPhrase]:
    """As `none` each phrase that the splitter finds where no expert marked anything."""
    transcript = interview.transcript
    marked = [span for span, _ in interview.spans]
    return [
        LabelledPhrase(phrase.text, "none", role=transcript.role, source=transcript.id)
        for phrase in split_transcript(transcript, splitter)
        if not any(_overlap(phrase, span) for span in marked)
    ]


def _overlap(one: Phrase, other: Phrase) -> bool:
    return one.turn == other.turn and one.start < other.end and other.start < one.end


@dataclass(frozen=True)
class Learnt:
    """What was learnt from some of the phrases: the top layers, what they give for all phrases, and heads.

    The heads have no temperatures and thresholds yet.
    """

    tower: Tower
    vectors: np.ndarray
    heads: Heads


def learn(tower: Tower, material: Material, train: np.ndarray, revision: str) -> Learnt:
    """Teach the top layers and fit all heads on the phrases at `train` alone."""
    taught = finetune(tower, material.phrases, train)
    vectors = taught.all_vectors()
    chosen = [material.phrases[i] for i in train]
    told = np.array([i for i in train if material.phrases[i].category == "competence"])
    rows, points, weights = point_rows([material.phrases[i].position for i in told])
    known = told[rows]
    categories = np.array([phrase.category for phrase in chosen])
    competence = fit_competence_head(vectors[train], [p.key_competence or p.stands_for for p in chosen])
    heads = Heads(
        revision,
        fit_head(vectors[train], material.wording[train], categories, np.ones(len(train)), CATEGORIES),
        fit_head(vectors[known], material.wording[known], points, weights, POINTS),
        competence,
        precedents_of(chosen, vectors[train]),
        told_by_role(chosen, material.interviews, competence.classes),
    )
    return Learnt(taught, vectors, heads)


def point_rows(positions: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One row for each point of each position: which phrase, which point, and a weight that shares it."""
    rows = [(i, point, 1 / len(points_of(p))) for i, p in enumerate(positions) for point in points_of(p)]
    index, points, weights = zip(*rows, strict=True)
    return np.array(index), np.array(points), np.array(weights)


def fit_head(
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


def fit_competence_head(vectors: np.ndarray, names: list[str]) -> CompetenceHead:
    """Which key competence is told of or stood in for; `names` are empty where none is."""
    known = read_key_competences()
    rows = [i for i, name in enumerate(names) if name]
    fitted = _logistic(STRENGTH_COMPETENCE).fit(vectors[rows], [names[i] for i in rows])
    classes = tuple(str(name) for name in fitted.classes_)
    points = np.array([point_shares(known[name].position) for name in classes], np.float32)
    return CompetenceHead(classes, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32), points)


def precedents_of(phrases: Sequence[LabelledPhrase], vectors: np.ndarray) -> Precedents:
    """Labelled phrases to look up."""
    return Precedents(
        tuple(p.text for p in phrases),
        tuple(p.category for p in phrases),
        tuple(p.position for p in phrases),
        tuple(p.role for p in phrases),
        tuple(p.key_competence or p.stands_for for p in phrases),
        tuple(p.style for p in phrases),
        vectors,
    )


def told_by_role(
    phrases: Sequence[LabelledPhrase], interviews: Sequence[AnnotatedInterview], competences: tuple[str, ...]
) -> ToldByRole:
    """How often the interviews among the phrases' sources tell of each key competence, by role."""
    ids = {interview.transcript.id for interview in interviews}
    told = [p for p in phrases if p.source in ids and p.category == "competence" and p.key_competence in competences]
    roles = tuple(sorted({phrase.role for phrase in told}))
    counts = np.zeros((len(roles), len(competences)))
    for phrase in told:
        counts[roles.index(phrase.role), competences.index(phrase.key_competence)] += 1
    return ToldByRole(roles, (counts / counts.mean(axis=1, keepdims=True)).astype(np.float32))


@dataclass(frozen=True)
class Chances:
    """What heads said of phrases that they had not seen, and the right classes: rows [n, k], [n], weights [n]."""

    rows: np.ndarray
    right: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class HeldOut:
    """Everything that the heads of one fold said of the phrases left out; which of these somebody labelled [n]."""

    category: Chances
    points: Chances
    labelled: np.ndarray


def said_of(learnt: Learnt, material: Material, test: np.ndarray) -> HeldOut:
    """Chances of category and position for the phrases at `test`."""
    heads, vectors = learnt.heads, learnt.vectors
    told = np.array([i for i in test if material.phrases[i].category == "competence"])
    rows, points, weights = point_rows([material.phrases[i].position for i in told])
    known = told[rows]
    right = np.array([CATEGORIES.index(material.phrases[i].category) for i in test])
    near, near_known = (heads.precedents.near(vectors[index]) for index in (test, known))
    return HeldOut(
        Chances(heads.categories(vectors[test], material.wording[test], near), right, np.ones(len(test))),
        Chances(
            heads.points(vectors[known], material.wording[known], near_known),
            np.array([POINTS.index(point) for point in points]),
            weights,
        ),
        material.labelled[test],
    )


def calibrated(heads: Heads, held_out: Sequence[HeldOut]) -> Heads:
    """The heads with temperatures, bias and thresholds from phrases that no head had seen.

    The bias is that of phrases which somebody labelled: what nobody marked has its own share of each category.
    """
    category, points = _together([h.category for h in held_out]), _together([h.points for h in held_out])
    bias = best_bias(_chosen(category, np.concatenate([h.labelled for h in held_out])))
    warmed, warmed_points = _warm(category, bias), _warm(points)
    best = warmed.rows.argmax(axis=1)
    accept = safe_threshold(warmed.rows.max(axis=1), best == category.right)
    return replace(
        heads,
        category=replace(heads.category, least=least_right(warmed)),
        categories_temperature=best_temperature(category, bias),
        categories_bias=bias.astype(np.float32),
        points_temperature=best_temperature(points),
        points_least=least_right(warmed_points),
        bulk_accept=accept,
    )


def _together(parts: Sequence[Chances]) -> Chances:
    return Chances(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "right", "weights")))


def _chosen(chances: Chances, rows: np.ndarray) -> Chances:
    return Chances(chances.rows[rows], chances.right[rows], chances.weights[rows])


def _warm(chances: Chances, bias: np.ndarray | float = 0.0) -> Chances:
    return replace(chances, rows=tempered(chances.rows, best_temperature(chances, bias), bias))


def unlikeliness(chances: Chances, temperature: float, bias: np.ndarray | float) -> float:
    """The negative log likelihood of the right classes, the mean over the weights."""
    right = tempered(chances.rows, temperature, bias)[np.arange(len(chances.rows)), chances.right]
    return float(-(chances.weights * np.log(np.maximum(right, 1e-12))).sum() / chances.weights.sum())


def best_bias(chances: Chances) -> np.ndarray:
    """The part that counts of the bias [k] that makes held-out probabilities most likely, whatever the temperature."""

    def loss(numbers: np.ndarray) -> float:
        return unlikeliness(chances, float(np.exp(numbers[0])), numbers[1:])

    start = np.zeros(chances.rows.shape[1] + 1)
    if not len(chances.rows):
        return start[1:]
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(start)).x[1:]
    return BIAS_COUNTS * (found - found.mean())


def best_temperature(chances: Chances, bias: np.ndarray | float = 0.0) -> float:
    """The temperature that makes held-out probabilities most likely."""

    def loss(temperature: float) -> float:
        return unlikeliness(chances, temperature, bias)

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)


def least_right(chances: Chances) -> float:
    """The probability that the right class reaches in nine of ten cases (split conformal prediction)."""
    right = np.sort(chances.rows[np.arange(len(chances.rows)), chances.right])
    missed = len(right) + 1 - math.ceil(COVERAGE * (len(right) + 1))
    return float(right[missed - 1]) if missed else 0.0


@dataclass(frozen=True)
class Answers:
    """Real and composed answers as the frozen layers read them."""

    answers: list[Answer]
    reads: list[Read]

    def outside(self, fields: Sequence[str]) -> np.ndarray:
        """Indices of the answers of all other fields of work."""
        return np.flatnonzero([field_of(answer.source) not in fields for answer in self.answers])


def read_answers(embedder: Embedder, material: Material) -> Answers:
    """The answers of all interviews, and answers composed of the labelled phrases."""
    real = [answer for interview in material.interviews for answer in answers_of(interview)]
    answers = [*real, *compose(read_phrases(), COMPOSED), *compose_wanted(read_phrases(), WANTED)]
    return Answers(answers, read(embedder.model, answers))


def evidence_of(
    fields: Sequence[str], learnt: Learnt, network: Network, base: Embedder, grammar: Grammar, material: Material
) -> Evidence:
    """What was learnt without some fields of work says of them."""
    put_top(base.model, learnt.tower)
    labeller = Labeller(base, learnt.heads, wordings())
    phrases = [phrase for phrase in read_phrases() if field_of(phrase.source) in fields]
    interviews = [one for one in material.interviews if field_of(one.transcript.id) in fields]
    return judge(labeller, Splitter(grammar, Marker(base.model, network)), phrases, interviews)


def main() -> None:
    """Train for one profile's embedding model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="bundled")
    profile = parser.parse_args().profile
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    base, grammar = load_base_embedder(profile), load_grammar(profile)
    material = read_material(Splitter(grammar))
    revision = f"{base.id}+{corpora.checksum()[:12]}+rules-{RULES}+seed-{SEED}"
    tower = build_tower(base.model, [phrase.text for phrase in material.phrases])
    answers = read_answers(base, material)
    log.info("%d phrases and %d answers read", len(material.phrases), len(answers.answers))
    evidence, held_out = cross_validate(base, grammar, tower, material, answers, revision)
    write_evidence(evidence, evidence_path(base.id))
    learnt = learn(tower, material, np.arange(len(material.phrases)), revision)
    network = fit_network(answers.answers, answers.reads, np.arange(len(answers.answers)))
    write_top(learnt.tower, trained_path(base.id, ".safetensors"))
    write_network(network, trained_path(base.id, ".marker.safetensors"))
    path = write_heads(calibrated(learnt.heads, held_out), base.id)
    log.info("%d phrases → %s (%.1f MB)", len(material.phrases), path, path.stat().st_size / 1e6)


def cross_validate(
    base: Embedder, grammar: Grammar, tower: Tower, material: Material, answers: Answers, revision: str
) -> tuple[Evidence, list[HeldOut]]:
    """Leave each group of fields out in turn. A fold's own temperatures come from the other folds alone."""
    learnt, networks, said = list[Learnt](), list[Network](), list[HeldOut]()
    for fields in FOLDS:
        train = material.outside(fields)
        learnt.append(learn(tower, material, train, revision))
        networks.append(fit_network(answers.answers, answers.reads, answers.outside(fields)))
        said.append(said_of(learnt[-1], material, np.setdiff1d(np.arange(len(material.phrases)), train)))
        log.info("learnt without %s", ", ".join(fields))
    parts = []
    for k, fields in enumerate(FOLDS):
        heads = calibrated(learnt[k].heads, [said[other] for other in range(len(FOLDS)) if other != k])
        fold = replace(learnt[k], heads=heads)
        parts.append(evidence_of(fields, fold, networks[k], base, grammar, material))
    return join(parts, ORIGIN), said


if __name__ == "__main__":
    main()
