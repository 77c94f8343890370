"""What training does with numbers: rows of points, temperatures, thresholds, and that no fold judges itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pytest
from fake_models import FakeGrammar, fake_heads
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from corpora import FOLDS, LabelledPhrase, parse_interview
from evaluation.evidence import Evidence, Heard
from models import train_heads
from models.marker import Answer
from models.train_heads import (
    COVERAGE,
    Answers,
    Chances,
    HeldOut,
    Learnt,
    Material,
    best_bias,
    best_temperature,
    calibrated,
    cross_validate,
    least_right,
    point_rows,
    point_shares,
    said_of,
    unlikeliness,
    untold,
)
from pipeline.balance import POINTS
from pipeline.features import wording_features
from pipeline.heads import tempered
from pipeline.phrases import Splitter
from pipeline.records import CATEGORIES

quick = settings(max_examples=50, deadline=None, database=None)
rows_of_chances = arrays(float, (4, 5), elements=st.floats(0.001, 1)).map(lambda a: a / a.sum(axis=1, keepdims=True))


def chances(rows: list[list[float]], right: list[int], weights: list[float] | None = None) -> Chances:
    return Chances(np.array(rows), np.array(right), np.array(weights or [1.0] * len(right)))


# Points


def test_each_point_of_a_position_is_a_row() -> None:
    """A balance is two rows of half the weight, so that every phrase weighs one."""
    index, points, weights = point_rows(["people", "pace+presence", "routines"])
    assert index.tolist() == [0, 1, 1, 2]
    assert points.tolist() == ["people", "pace", "presence", "routines"]
    assert weights.tolist() == [1, 0.5, 0.5, 1]


def test_position_as_shares_of_the_points() -> None:
    """One point has all, two have half each."""
    assert point_shares("technology") == [0, 1, 0, 0, 0, 0]
    assert point_shares("flexibility+routines") == [0, 0, 0.5, 0.5, 0, 0]


# Temperatures


@quick
@given(rows_of_chances, st.floats(0.2, 5))
def test_tempered_rows_are_probabilities_in_the_same_order(rows: np.ndarray, temperature: float) -> None:
    """Whatever the temperature a row sums to one, and what was likelier stays so."""
    result = tempered(rows, temperature)
    np.testing.assert_allclose(result.sum(axis=1), 1)
    for before, after in zip(rows, result, strict=True):
        order = np.argsort(before, kind="stable")
        assert (np.diff(after[order]) >= -1e-12).all()


def test_tempered_by_hand() -> None:
    """Odds of 9 to 1 become 3 to 1 at temperature 2 and 81 to 1 at a half; at 1 nothing changes."""
    row = np.array([[0.9, 0.1]])
    np.testing.assert_allclose(tempered(row, 2.0), [[0.75, 0.25]])
    np.testing.assert_allclose(tempered(row, 0.5), [[81 / 82, 1 / 82]])
    np.testing.assert_allclose(tempered(row, 1.0), row)
    assert tempered(np.array([[1.0, 0.0]]), 5.0)[0, 1] > 0


@pytest.mark.parametrize(("said", "right", "temperature"), [(0.9, 0.75, 2.0), (0.75, 0.9, 0.5), (0.8, 0.8, 1.0)])
def test_temperature_makes_probabilities_true(said: float, right: float, temperature: float) -> None:
    """Who says .9 and is right in three of four is told to say 3 to 1 for 9 to 1: temperature 2."""
    count = 20
    wrong = [int(i >= right * count) for i in range(count)]
    found = best_temperature(chances([[said, 1 - said]] * count, wrong))
    assert found == pytest.approx(temperature, abs=0.01)


def test_temperature_weighs_its_rows() -> None:
    """Two halves of a phrase say as much as one."""
    rows = [[0.9, 0.1]] * 4
    whole = best_temperature(chances(rows, [0, 0, 0, 1]))
    halves = best_temperature(chances(rows * 2, [0, 0, 0, 1] * 2, [0.5] * 8))
    tripled = best_temperature(chances([[0.9, 0.1]] * 2, [0, 1], [3.0, 1.0]))
    assert halves == pytest.approx(whole, abs=1e-4)
    assert tripled == pytest.approx(whole, abs=1e-4)


@pytest.mark.parametrize(("right", "bound"), [(1.0, 0.2), (0.5, 5.0)])
def test_temperature_stays_within_reason(right: float, bound: float) -> None:
    """Who is always right, or right by chance, is not made certain or blank."""
    found = best_temperature(chances([[0.9, 0.1]] * 10, [int(i >= right * 10) for i in range(10)]))
    assert found == pytest.approx(bound, abs=0.01)


# What cannot be ruled out


@pytest.mark.parametrize(("count", "place"), [(9, 1), (18, 1), (19, 2), (29, 3), (99, 10), (100, 10)])
def test_least_right_by_hand(count: int, place: int) -> None:
    """Of n right classes' probabilities it is the ⌊(n + 1) / 10⌋th from below."""
    right = np.arange(1, count + 1) / 1000
    rows = np.column_stack([right, 1 - right])
    found = least_right(chances(np.random.default_rng(0).permutation(rows).tolist(), [0] * count))
    assert found == pytest.approx(place / 1000)


def test_few_phrases_rule_nothing_out() -> None:
    """Eight cannot show that nine of ten reach anything."""
    assert least_right(chances([[0.9, 0.1]] * 8, [0] * 8)) == 0


@quick
@given(st.lists(st.floats(0, 1), min_size=9, max_size=60))
def test_nine_of_ten_are_not_ruled_out(right: list[float]) -> None:
    """At least nine of ten of the phrases that it was set on keep their right class."""
    least = least_right(chances([[p, 1 - p] for p in right], [0] * len(right)))
    assert np.mean(np.array(right) >= least) >= COVERAGE


def test_bias_is_half_of_what_makes_the_rarer_class_as_likely_as_it_is() -> None:
    """Who says even odds where nine of ten are the first should have said 9 to 1: half of that logarithm counts."""
    found = best_bias(chances([[0.5, 0.5]] * 10, [0] * 9 + [1]))
    assert found[0] - found[1] == pytest.approx(np.log(9) / 2, abs=0.02)
    assert found.sum() == pytest.approx(0)


def test_bias_of_what_is_right_already_is_none() -> None:
    """Chances that come true need no bias."""
    said = chances([[0.75, 0.25]] * 4 + [[0.25, 0.75]] * 4, [0, 0, 0, 1, 1, 1, 1, 0])
    assert np.allclose(best_bias(said), 0, atol=0.01)
    assert unlikeliness(said, 1.0, 0.0) < unlikeliness(said, 1.0, np.array([0.3, -0.3]))


# Heads with temperatures


def held_out(
    said: float, right: int, of: int, classes: int = 5, points_said: float = 0.9, labelled: bool = False
) -> HeldOut:
    """`of` phrases for which the first of `classes` was likeliest; it was right for the first of them."""

    def rows(first: float, count: int) -> list[list[float]]:
        return [[first, 1 - first, *[0.0] * (count - 2)]] * of

    answers = [int(i >= right) for i in range(of)]
    held = HeldOut(chances(rows(said, classes), answers), chances(rows(points_said, 6), answers), np.full(of, False))
    return replace(held, labelled=np.full(of, labelled))


def test_calibrated_heads_have_what_the_held_out_say() -> None:
    """Over two folds 15 of 20 are right that were said to be .9: temperature 2, the right class has .25 or more.

    .75 is not nineteen of twenty, so nothing may be accepted together.
    """
    heads = fake_heads()
    found = calibrated(heads, [held_out(0.9, 10, 10), held_out(0.9, 5, 10)])
    assert found.categories_temperature == pytest.approx(2, abs=0.01)
    assert found.points_temperature == pytest.approx(2, abs=0.01)
    assert (found.category.least, found.points_least) == pytest.approx((0.25, 0.25), abs=0.01)
    assert found.bulk_accept == 1.01


def test_bias_comes_from_labelled_phrases_alone() -> None:
    """What nobody marked sets temperatures and thresholds, and no bias."""
    unmarked, marked = held_out(0.5, 9, 10), held_out(0.5, 9, 10, labelled=True)
    assert calibrated(fake_heads(), [unmarked, held_out(0.5, 5, 10, labelled=True)]).categories_bias[0] < 0.2
    assert calibrated(fake_heads(), [marked]).categories_bias[0] > 0.5


def test_threshold_is_in_tempered_probabilities() -> None:
    """Where all of a fold's .9 are right and all .6 of the other are wrong, acceptance begins at what .9 becomes."""
    found = calibrated(fake_heads(), [held_out(0.9, 30, 30), held_out(0.6, 0, 10)])
    warm = tempered(np.array([[0.9, 0.1, 0, 0, 0]]), found.categories_temperature)[0, 0]
    assert warm != pytest.approx(0.9, abs=0.01)
    assert found.bulk_accept == pytest.approx(warm)


def test_calibration_changes_nothing_else() -> None:
    """Weights, precedents, revision and the competence head stay."""
    heads = fake_heads()
    found = calibrated(heads, [held_out(0.9, 15, 20)])
    again = replace(
        found,
        category=replace(found.category, least=heads.category.least),
        categories_temperature=heads.categories_temperature,
        categories_bias=heads.categories_bias,
        points_temperature=heads.points_temperature,
        points_least=heads.points_least,
        bulk_accept=heads.bulk_accept,
    )
    assert vars(again.category) == vars(heads.category)
    assert {n: v for n, v in vars(again).items() if n != "category"} == {
        n: v for n, v in vars(heads).items() if n != "category"
    }


def material(*phrases: LabelledPhrase) -> Material:
    labelled = np.full(len(phrases), True)
    return Material(list(phrases), wording_features([phrase.text for phrase in phrases]), (), labelled)


def test_what_heads_say_of_phrases_left_out() -> None:
    """Categories of all of them; points of the competences, a balance twice at half weight; nothing of the others."""
    phrases = material(
        LabelledPhrase("a", "competence", "pace"),
        LabelledPhrase("b", "trait"),
        LabelledPhrase("c", "competence", "people+technology"),
        LabelledPhrase("d", "none"),
    )
    learnt = SimpleNamespace(heads=fake_heads(), vectors=np.zeros((4, 16), np.float32))
    found = said_of(learnt, phrases, np.array([1, 2, 3]))  # type: ignore[arg-type]
    assert [CATEGORIES[i] for i in found.category.right] == ["trait", "competence", "none"]
    assert [POINTS[i] for i in found.points.right] == ["people", "technology"]
    assert found.points.weights.tolist() == [0.5, 0.5]
    assert (found.category.rows.shape, found.points.rows.shape) == ((3, 5), (2, 6))


# Material


INTERVIEW = """# id: retail_kari
# role: kokk

I: Hjelper du kunden?
R: Jeg {hjelper kunden|competence|people|customers}. Bussen går hvert kvarter. Butikken ligger ved torget.
R: {Blid|trait||service} og glad.
"""


def test_what_no_expert_marked_is_none() -> None:
    """Phrases of the respondent that touch no expert's span are `none`, with role and source."""
    told = untold(parse_interview(INTERVIEW), Splitter(FakeGrammar()))
    assert [(p.text, p.category) for p in told] == [
        ("Bussen går hvert kvarter", "none"),
        ("Butikken ligger ved torget", "none"),
    ]
    assert {(p.role, p.source) for p in told} == {("kokk", "retail_kari")}


def test_fields_are_left_out_whole() -> None:
    """What is trained on without some fields of work has no phrase and no answer of theirs."""
    phrases = material(*(LabelledPhrase("a", "none", source=s) for s in ("retail_a", "care_b", "kjede_c", "office_d")))
    assert phrases.outside(["retail"]).tolist() == [1, 3]
    assert phrases.outside(["retail", "office"]).tolist() == [1]
    answers = Answers([Answer("a", "", (), s) for s in ("opptak_a", "health_b")], [])
    assert answers.outside(["retail", "care"]).tolist() == [1]


# Folds


FIELDS = sorted(field for fields in FOLDS for field in fields)


@dataclass
class Notes:
    """Stands in for training: notes from which fields of work everything came. A phrase is its field's name."""

    judged: list[tuple[list[str], list[str], list[str]]] = field(default_factory=list)

    def learn(self, tower: None, material: Material, train: np.ndarray, revision: str) -> Learnt:
        return Learnt(None, np.zeros(0), sorted(material.phrases[i].source for i in train))  # type: ignore[arg-type]

    def fit_network(self, answers: list[Answer], reads: list[None], train: np.ndarray) -> list[str]:
        return sorted(answers[i].source for i in train)

    def said_of(self, learnt: Learnt, material: Material, test: np.ndarray) -> list[str]:
        return [material.phrases[i].source for i in test]

    def calibrated(self, heads: list[str], held_out: list[list[str]]) -> tuple[list[str], list[str]]:
        return heads, sorted(chain.from_iterable(held_out))

    def evidence_of(self, fields: tuple[str, ...], learnt: Learnt, network: list[str], *_: object) -> Evidence:
        self.judged.append((*learnt.heads, network))  # type: ignore[misc]
        return Evidence("rev", "", heard=(Heard(fields[0], "", ""),))


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> Notes:
    taken = Notes()
    for name in ("learn", "fit_network", "said_of", "calibrated", "evidence_of"):
        monkeypatch.setattr(train_heads, name, getattr(taken, name))
    return taken


def test_no_fold_judges_itself(notes: Notes) -> None:
    """What labels a fold has heads, temperatures and thresholds, and a marker, from the other folds alone."""
    phrases = material(*(LabelledPhrase("a", "none", source=name) for name in FIELDS))
    answers = Answers([Answer("a", "", (), name) for name in FIELDS], [])
    evidence, said = cross_validate(None, None, None, phrases, answers, "rev")  # type: ignore[arg-type]
    for fields, sources in zip(FOLDS, notes.judged, strict=True):
        assert sources == (sorted({*FIELDS} - {*fields}),) * 3
    assert [sorted(part) for part in said] == [sorted(fields) for fields in FOLDS]  # type: ignore[arg-type]
    assert (evidence.origin, [h.recording for h in evidence.heard]) == (train_heads.ORIGIN, [f[0] for f in FOLDS])
