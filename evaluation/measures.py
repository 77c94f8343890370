"""The figures: each over groups (roles or interviews) with a 95 % interval from resampling whole groups."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import adjusted_rand_score, v_measure_score

from corpora import LabelledPhrase
from evaluation.evidence import Coded, Evidence, Gathered, Heard, Judged
from pipeline.balance import DIMENSIONS, POINTS, Dimension, dimension_of, points_of
from pipeline.records import CATEGORIES, Phrase, Suggestion

BOOTSTRAPS = 1000
BINS = 10  # of equal width, for the expected calibration error
SAFE = 0.95  # precision at which a reviewer may accept without looking at each
HALF = 0.5  # how alike two spans must be to be the same find

Measure = Callable[[np.ndarray], float]


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, its value and 95 % interval, over how many items and groups, and the target."""

    suite: str
    what: str
    value: float
    low: float
    high: float
    items: int
    groups: int
    target: float | None = None


def with_interval(suite: str, what: str, groups: Sequence[str], measure: Measure, target: float | None) -> Figure:
    """A measure over item indices, with an interval from resampling whole groups."""
    named = np.array(groups)
    names = np.unique(named)
    members = {name: np.flatnonzero(named == name) for name in names}
    generator = np.random.default_rng(0)
    drawn = [
        measure(np.concatenate([members[name] for name in generator.choice(names, len(names))]))
        for _ in range(BOOTSTRAPS if len(names) > 1 else 1)  # of one group every draw is the same
    ]
    known = [value for value in drawn if not math.isnan(value)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (math.nan, math.nan)
    return Figure(suite, what, measure(np.arange(len(named))), float(low), float(high), len(named), len(names), target)


def category_figures(phrases: Sequence[Judged]) -> list[Figure]:
    """Macro-F1 over the categories, of all phrases and of the hard ones; how well the probability can be trusted."""
    if not phrases:
        return []
    roles = [judged.truth.role for judged in phrases]
    figures = [with_interval("category", "kategori, makro-F1", roles, macro_f1(phrases), 0.90)]
    hard = [judged for judged in phrases if judged.truth.hard]
    if hard:
        own = [judged.truth.role for judged in hard]
        figures.append(with_interval("category", "… av disse de vanskelige", own, macro_f1(hard), 0.80))
    return figures


def macro_f1(phrases: Sequence[Judged]) -> Measure:
    """Mean F1 over the categories that occur among the experts' labels."""
    truth = np.array([CATEGORIES.index(judged.truth.category) for judged in phrases])
    guess = np.array([CATEGORIES.index(judged.label.category) for judged in phrases])

    def measure(index: np.ndarray) -> float:
        counts = _counts(truth[index], guess[index])
        there = counts.sum(axis=1) > 0
        right, said = counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1)
        return float((2 * right[there] / said[there]).mean())

    return measure


def _counts(truth: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """Counts [5, 5] by class numbers; much faster than scikit-learn's checks, for a thousand draws."""
    size = len(CATEGORIES)
    return np.bincount(truth * size + guess, minlength=size * size).reshape(size, size)


def calibration_figures(phrases: Sequence[Judged]) -> list[Figure]:
    """Expected calibration error, and how much may be accepted unseen."""
    if not phrases:
        return []
    roles = [judged.truth.role for judged in phrases]
    sure, right = _sure_and_right(phrases)
    taken = np.array([judged.label.grounds.safe for judged in phrases])
    rows = [
        ("kalibreringsfeil (ECE)", lambda index: calibration_error(sure[index], right[index]), 0.06),
        ("andel som kan godkjennes samlet, presisjon ≥ .95", lambda index: safe_share(sure[index], right[index]), 0.50),
        ("andel over programmets egen grense", lambda index: float(taken[index].mean()), None),
        ("… presisjon der", lambda index: _mean(right[index][taken[index]]), SAFE),
    ]
    return [with_interval("category", what, roles, measure, target) for what, measure, target in rows]


def _sure_and_right(phrases: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    sure = np.array([judged.label.probability for judged in phrases])
    right = np.array([judged.label.category == judged.truth.category for judged in phrases])
    return sure, right


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Mean distance of probability and share right, over bins of equal width, weighted by their size."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(BINS)) / max(len(sure), 1))


def safe_share(sure: np.ndarray, right: np.ndarray, precision: float = SAFE) -> float:
    """The largest share, surest first, of which at least `precision` are right. Equally sure ones go together."""
    order = np.argsort(-sure, kind="stable")
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1) >= precision
    last_of_alike = np.append(np.diff(sure[order]) != 0, True)[: len(order)]
    return float((np.flatnonzero(precise & last_of_alike).max(initial=-1) + 1) / max(len(order), 1))


def safe_threshold(sure: np.ndarray, right: np.ndarray, precision: float = SAFE) -> float:
    """The probability from which at least `precision` are right; above 1 where there is none."""
    count = round(safe_share(sure, right, precision) * len(sure))
    return float(np.sort(sure)[::-1][count - 1]) if count else 1.01


def position_figures(phrases: Sequence[Judged]) -> list[Figure]:
    """Top-1 and top-2 of the six points, and the right dimension, for spoken competences with a known position.

    A competence that was taken for something else and got no positions counts as wrong.
    """
    told = [judged for judged in phrases if judged.truth.position and judged.truth.style == "spoken"]
    if not told:
        return []
    roles = [judged.truth.role for judged in told]
    rows = [("plassering, først av seks", _top(told, 1), 0.60), ("… blant de to første", _top(told, 2), 0.85)]
    rows.append(
        ("… riktig dimensjon", np.array([best_dimension(j) == dimension_of(j.truth.position) for j in told]), 0.80)
    )
    return [with_interval("position", what, roles, _share(hits), target) for what, hits, target in rows]


def _top(told: Sequence[Judged], count: int) -> np.ndarray:
    return np.array([any(p.position in points_of(j.truth.position) for p in j.label.positions[:count]) for j in told])


def best_dimension(judged: Judged) -> Dimension | None:
    """The dimension whose two points are likeliest together; None where there are no positions."""
    if not judged.label.positions:
        return None
    chance = {placement.position: placement.probability for placement in judged.label.positions}
    return max(DIMENSIONS, key=lambda dimension: sum(chance.get(point, 0.0) for point in dimension.points))


def _share(hits: np.ndarray) -> Measure:
    return lambda index: float(hits[index].mean())


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def proxy_figures(phrases: Sequence[Judged]) -> list[Figure]:
    """Flags on wording that stands in for a competence, and whether the right one is named where both see a proxy."""
    marked = [judged for judged in phrases if judged.truth.stands_for]
    if not marked:
        return []
    truth = np.array([bool(judged.truth.stands_for) for judged in phrases])
    flagged = np.array([judged.label.proxy is not None and bool(judged.label.proxy.stands_for) for judged in phrases])
    figures = [
        with_interval(
            "proxies",
            "erstatningsord funnet, F1",
            [judged.truth.role for judged in phrases],
            lambda index: flag_f1(truth[index], flagged[index]),
            0.85,
        )
    ]
    both = [j for j in marked if j.label.proxy and j.label.proxy.stands_for]
    named = np.array([bool(j.label.proxy and j.label.proxy.competence == j.truth.stands_for) for j in both])
    if both:
        own = [judged.truth.role for judged in both]
        figures.append(with_interval("proxies", "… riktig kompetanse nevnt", own, _share(named), 0.70))
    return figures


def flag_f1(truth: np.ndarray, flagged: np.ndarray) -> float:
    """F1 of a yes or no; not a number where nobody says yes."""
    said = int(truth.sum() + flagged.sum())
    return float(2 * (truth & flagged).sum() / said) if said else math.nan


def phrase_figures(interviews: Sequence[Coded]) -> list[Figure]:
    """Experts' spans found in raw interviews (half of their tokens or more, one to one), and precision.

    The strict rows ask for half of all tokens of both, so that neither may be much longer than the other.
    """
    if not interviews:
        return []
    rows = [
        *_found("utsagn funnet, dekning", "… presisjon", interviews, covered, (0.85, 0.75)),
        *_found("… dekning, strengt", "… presisjon, strengt", interviews, shared, (None, None)),
    ]
    pairs = [matched(coded) for coded in interviews]
    alike = np.array([sum(truth.category == s.label.category for (_, truth), s in found) for found in pairs])
    found = np.array([len(one) for one in pairs])
    names = [coded.interview for coded in interviews]
    category = with_interval("phrases", "… samme kategori der funnet", names, _ratio(alike, found), None)
    return [*rows[:2], replace(category, items=int(found.sum())), *rows[2:]]


def _found(
    recall: str,
    precision: str,
    interviews: Sequence[Coded],
    alike: Callable[[Phrase, Phrase], float],
    targets: tuple[float | None, float | None],
) -> list[Figure]:
    counts = np.array([(len(matched(c, alike)), len(c.spans), len(c.suggestions)) for c in interviews])
    names = [coded.interview for coded in interviews]
    return [
        replace(
            with_interval("phrases", what, names, _ratio(counts[:, 0], counts[:, k]), target),
            items=int(counts[:, k].sum()),
        )
        for k, what, target in ((1, recall, targets[0]), (2, precision, targets[1]))
    ]


def _ratio(above: np.ndarray, below: np.ndarray) -> Measure:
    return lambda index: float(above[index].sum() / max(below[index].sum(), 1))


def covered(expert: Phrase, other: Phrase) -> float:
    """Share of the expert's tokens that are in the other span."""
    mine = _tokens(expert)
    return len(mine & _tokens(other)) / max(len(mine), 1)


def shared(one: Phrase, other: Phrase) -> float:
    """Tokens in both spans over tokens in either."""
    a, b = _tokens(one), _tokens(other)
    return len(a & b) / max(len(a | b), 1)


def _tokens(phrase: Phrase) -> set[int]:
    """Where the words of a span begin in its turn."""
    return {match.start() + phrase.start for match in re.finditer(r"\w+", phrase.text)}


def matched(
    coded: Coded, alike: Callable[[Phrase, Phrase], float] = covered
) -> list[tuple[tuple[Phrase, LabelledPhrase], Suggestion]]:
    """Pairs of expert's span and suggestion that are alike by half or more, one to one, the likest first."""
    pairs = sorted(
        (
            (alike(span, s.phrase), shared(span, s.phrase), i, j)
            for i, (span, _) in enumerate(coded.spans)
            for j, s in enumerate(coded.suggestions)
            if span.turn == s.phrase.turn
        ),
        reverse=True,
    )
    used: tuple[set[int], set[int]] = (set(), set())
    found = []
    for share, _, i, j in pairs:
        if share >= HALF and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            found.append((coded.spans[i], coded.suggestions[j]))
    return found


def cluster_figures(gathered: Sequence[Gathered]) -> list[Figure]:
    """V-measure and ARI against the experts' key competences, at their number, the mean over roles."""
    if not gathered:
        return []
    roles = [one.role for one in gathered]
    v = np.array([v_measure_score(one.truth, one.found) for one in gathered])
    ari = np.array([adjusted_rand_score(one.truth, one.found) for one in gathered])
    items = sum(len(one.truth) for one in gathered)
    rows = [("klynger mot nøkkelkompetanser, V-mål", v, 0.85), ("… justert Rand-indeks (ARI)", ari, 0.45)]
    return [replace(with_interval("clusters", what, roles, _share(s), target), items=items) for what, s, target in rows]


def speech_figures(heard: Sequence[Heard]) -> list[Figure]:
    """Word error rate over all recordings: edits over words said."""
    if not heard:
        return []
    edits = np.array([edit_distance(words(one.said), words(one.heard)) for one in heard])
    said = np.array([len(words(one.said)) for one in heard])
    names = [one.recording for one in heard]
    rate = with_interval("speech", "ordfeilrate", names, lambda i: float(edits[i].sum() / max(said[i].sum(), 1)), None)
    return [replace(rate, items=int(said.sum()))]


def words(text: str) -> list[str]:
    """Lower-case words; punctuation does not count."""
    return re.findall(r"\w+", text.lower())


def edit_distance(expected: Sequence[str], got: Sequence[str]) -> int:
    """Words to change, add or take away (Levenshtein)."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(expected, 1):
        above, row[0] = row[:], i
        for j, other in enumerate(got, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (word != other))
    return row[-1]


def confusion(phrases: Sequence[Judged]) -> np.ndarray:
    """Counts [5, 5]: experts' category down, suggested across."""
    counts = np.zeros((len(CATEGORIES), len(CATEGORIES)), int)
    for judged in phrases:
        counts[CATEGORIES.index(judged.truth.category), CATEGORIES.index(judged.label.category)] += 1
    return counts


def point_confusion(phrases: Sequence[Judged]) -> np.ndarray:
    """Counts [6, 6] of spoken competences at one point: experts' point down, the first suggested across."""
    counts = np.zeros((len(POINTS), len(POINTS)), int)
    for judged in phrases:
        if judged.truth.position in POINTS and judged.label.positions and judged.truth.style == "spoken":
            counts[POINTS.index(judged.truth.position), POINTS.index(judged.label.positions[0].position)] += 1
    return counts


def worst(phrases: Sequence[Judged], count: int) -> list[Judged]:
    """The mistakes in category that the program was surest of, the hardest to forgive first."""
    wrong = [judged for judged in phrases if judged.label.category != judged.truth.category]
    return sorted(wrong, key=lambda judged: -judged.label.probability)[:count]


SUITES: dict[str, Callable[[Evidence], list[Figure]]] = {
    "category": lambda e: [*category_figures(e.phrases), *calibration_figures(e.phrases)],
    "phrases": lambda e: phrase_figures(e.interviews),
    "position": lambda e: position_figures(e.phrases),
    "proxies": lambda e: proxy_figures(e.phrases),
    "clusters": lambda e: cluster_figures(e.gathered),
    "speech": lambda e: speech_figures(e.heard),
}


def figures_of(evidence: Evidence, suites: Sequence[str]) -> list[Figure]:
    """All rows of the suites asked for."""
    return [figure for suite in suites for figure in SUITES[suite](evidence)]
