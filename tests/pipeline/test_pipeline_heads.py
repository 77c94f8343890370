from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.features import BITS, word_weights, wording_features
from pipeline.heads import (
    NEIGHBOURS,
    CompetenceHead,
    Heads,
    LinearHead,
    Precedents,
    ToldByRole,
    nearest_in,
    softmax,
    tempered,
    unit,
    with_votes,
)

matrices = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.floats(-1e6, 1e6))
quick = settings(max_examples=40, deadline=None, database=None)

EMBEDDING = np.array([[1.0, 0.0], [0.0, 1.0]])
WORDING = np.zeros((2 ** (BITS + 1), 2), np.float32)
HEAD = LinearHead(("a", "b"), EMBEDDING * 5, np.zeros(2), WORDING, np.zeros(2))
KEYS = CompetenceHead(("roe", "telle"), EMBEDDING * 5, np.zeros(2), np.array([[0.5, 0.5], [0.0, 1.0]]))
NOTHING = Precedents((), (), (), (), (), (), np.zeros((0, 2)))
NO_ROLE = ToldByRole((), np.zeros((0, 2)))
HEADS = Heads("r", replace(HEAD, classes=("task", "trait")), HEAD, KEYS, NOTHING, NO_ROLE)
chances = arrays(float, 2, elements=st.floats(0, 1))


@quick
@given(matrices, st.floats(-1e3, 1e3))
def test_softmax_rows_are_probabilities(scores: np.ndarray, shift: float) -> None:
    """Whatever the scores, rows are between 0 and 1, sum to 1, and do not change when all scores shift."""
    result = softmax(scores)
    assert ((result >= 0) & (result <= 1)).all()
    assert np.allclose(result.sum(axis=1), 1)
    assert np.allclose(softmax(scores + shift), result, atol=1e-6)


def test_softmax_orders_as_its_scores() -> None:
    """A higher score is a higher probability, equal scores share."""
    assert softmax(np.array([[0.0, 0.0], [np.log(3), 0.0]])).tolist() == [[0.5, 0.5], pytest.approx([0.75, 0.25])]


@quick
@given(matrices)
def test_unit_rows_have_length_one(vectors: np.ndarray) -> None:
    """Rows have length one and keep their direction; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1)
    result = unit(vectors)
    long_enough = lengths > 1e-6
    assert np.allclose(np.linalg.norm(result[long_enough], axis=1), 1)
    assert np.allclose(result * np.maximum(lengths, 1e-12)[:, None], vectors)


def test_linear_head_gives_the_class_of_the_direction() -> None:
    """A vector along a class's weights is probably of that class, and every row sums to 1."""
    probabilities = HEAD.probabilities(EMBEDDING, wording_features(["x", "y"]))
    assert probabilities.argmax(axis=1).tolist() == [0, 1]
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_share_weighs_meaning_against_wording() -> None:
    """With the whole share on wording the embedding says nothing, with the whole on meaning it says all."""
    words, vectors = wording_features(["x"]), np.array([[1.0, 0.0]])
    by_wording = replace(HEAD, share=0.0).probabilities(vectors, words)
    by_meaning = replace(HEAD, share=1.0).probabilities(vectors, words)
    assert np.allclose(by_wording, 0.5)
    assert by_meaning[0, 0] == pytest.approx(softmax(np.array([[5.0, 0.0]]))[0, 0])


def test_competence_head_gives_the_competence_of_the_direction() -> None:
    """A vector along a key competence's weights probably tells of it, and every row sums to 1."""
    found = KEYS.probabilities(EMBEDDING)
    assert found.argmax(axis=1).tolist() == [0, 1]
    assert np.allclose(found.sum(axis=1), 1)


@quick
@given(st.integers(0, 30), st.integers(1, 5), st.integers(0, 10**6))
def test_nearest_are_the_likest_first(known: int, asked: int, seed: int) -> None:
    """Of any number of precedents those with the highest cosines are the nearest, in order, none twice."""
    likeness = np.random.default_rng(seed).normal(size=(asked, known))
    found = nearest_in(likeness, np.arange(known))
    count = min(NEIGHBOURS, known)
    assert found.index.shape == found.cosines.shape == (asked, count)
    assert np.allclose(found.cosines, -np.sort(-likeness, axis=1)[:, :count])
    assert np.allclose(np.take_along_axis(likeness, found.index, axis=1), found.cosines)


def test_nearest_among_some_are_numbered_among_all() -> None:
    """Who looks among the second and fourth precedent alone gets their own numbers."""
    found = nearest_in(np.array([[0.9, 0.1, 0.8, 0.5]]), np.array([1, 3]))
    assert (found.index.tolist(), found.cosines.tolist()) == ([[3, 1]], [[0.5, 0.1]])


def test_neighbourhood_is_the_same_however_many_are_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wordings compared in portions have the neighbours that they have together; none are asked for, none come."""
    generator = np.random.default_rng(0)
    known = Precedents(("x",) * 6, ("task",) * 6, ("pace", "") * 3, *[("",) * 6] * 3, generator.normal(size=(6, 2)))
    vectors = generator.normal(size=(5, 2))
    whole = known.near(vectors)
    monkeypatch.setattr("pipeline.heads.AT_ONCE", 2)
    parts = known.near(vectors)
    assert np.array_equal(whole.of_all.index, parts.of_all.index)
    assert set(parts.of_placed.index.ravel()) == {0, 2, 4}
    assert len(known.near(vectors[:0]).of_all.index) == 0


def test_votes_of_the_nearest_weigh_most() -> None:
    """A near neighbour's vote counts more than a far one's, beside what is said; without any it is as said."""
    said, votes = np.array([[0.5, 0.5]]), np.eye(2, dtype=np.float32)
    mixed = with_votes(said, nearest_in(np.array([[0.9, 0.8]]), np.arange(2)), votes)
    assert 0.5 < mixed[0, 0] < 0.9
    assert mixed.sum() == pytest.approx(1)
    assert with_votes(said, nearest_in(np.zeros((1, 0)), np.arange(0)), votes[:0]).tolist() == said.tolist()


def test_role_that_nobody_was_asked_in_says_nothing() -> None:
    """A known role has its own parts; an unknown one has none of any competence."""
    told = ToldByRole(("kokk",), np.array([[1.5, 0.5]]))
    assert told.of("kokk").tolist() == [1.5, 0.5]
    assert told.of("frisør").tolist() == [0.0, 0.0]


@quick
@given(matrices)
def test_tempered_at_one_changes_nothing(scores: np.ndarray) -> None:
    """Probabilities at temperature 1 stay as they are."""
    probabilities = softmax(scores)
    assert np.allclose(tempered(probabilities, 1.0), probabilities, atol=1e-9)


def test_points_weigh_the_wording_and_the_competence() -> None:
    """A point's chance is the mean of what the wording says and where the competence that it tells of belongs."""
    vectors, words = np.array([[1.0, 0.0]]), wording_features(["x"])
    told = KEYS.probabilities(vectors) @ KEYS.points
    expected = (HEAD.probabilities(vectors, words) + told) / 2
    near = NOTHING.near(vectors)
    assert np.allclose(HEADS.points(vectors, words, near), expected)
    flatter = replace(HEADS, points_temperature=2.0).points(vectors, words, near)
    assert 0.5 < flatter.max() < expected.max()
    assert np.allclose(flatter.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("least", "left"), [(0.0, ("trait", "task")), (0.3, ("trait", "task")), (0.31, ("trait",)), (0.99, ("trait",))]
)
def test_likely_classes_reach_the_least_chance(least: float, left: tuple[str, ...]) -> None:
    """What has the least chance or more is left, likeliest first; the likeliest always is."""
    heads = replace(HEADS, category=replace(HEADS.category, least=least), points_least=least)
    assert heads.likely_categories(np.array([0.3, 0.7])) == left
    assert len(heads.likely_points(np.array([0.3, 0.7]))) == len(left)


@quick
@given(chances, st.floats(0, 1))
def test_likely_classes_are_never_none(row: np.ndarray, least: float) -> None:
    """Whatever the chances, the likeliest class is the first that is left, and the others follow by their chances."""
    left = replace(HEADS, points_least=least).likely_points(row)
    ranked = [float(row[HEAD.classes.index(name)]) for name in left]
    assert ranked[0] == row.max()
    assert ranked == sorted(ranked, reverse=True)
    assert all(chance >= least for chance in ranked[1:])


def test_wording_features_are_words_and_characters() -> None:
    """Wording is a row for each text, words in the first half, alike for texts that share words."""
    rows = wording_features(["selge sko", "selge sko", "puste"])
    assert rows.shape == (3, 2 ** (BITS + 1))
    assert (rows[0] != rows[1]).nnz == 0
    assert rows[0].multiply(rows[2]).sum() < rows[0].multiply(rows[1]).sum()


def test_word_weights_name_the_words() -> None:
    """Each word of a text gets the weight of its own hash, bare of punctuation and capitals."""
    weights = np.zeros(2 ** (BITS + 1))
    weights[: 2**BITS] = wording_features(["sko"])[:, : 2**BITS].toarray()[0]
    assert word_weights("Selge «Sko»!", weights) == {"selge": 0.0, "sko": 1.0}
    assert word_weights("  ", weights) == {}
