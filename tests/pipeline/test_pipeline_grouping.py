"""Near-duplicates, constraints and the tree, on vectors alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, silhouette_score

from pipeline import grouping
from pipeline.cluster import divide
from pipeline.constraints import Apart, Constraint, Links, Together, no_links, resolve
from pipeline.grouping import cuts, gather_alike, grow, polish, silhouette
from pipeline.heads import unit
from pipeline.records import Identity

COUNT = 12
PHRASES = [Identity("i", 0, n, n + 1) for n in range(COUNT)]
chosen = st.lists(st.sampled_from(PHRASES), min_size=1, max_size=5, unique=True).map(tuple)
constraints = st.lists(st.builds(Together, chosen) | st.builds(Apart, chosen, chosen), max_size=5)


def some_vectors(count: int, width: int = 8, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32))


def phrases(*numbers: int) -> tuple[Identity, ...]:
    return tuple(PHRASES[number] for number in numbers)


def together(links: Links, *rows: int) -> bool:
    return len(set(links.groups[list(rows)])) == 1


def held_apart(links: Links, one: int, other: int) -> bool:
    pair = {int(links.groups[one]), int(links.groups[other])}
    return any(set(map(int, found)) == pair for found in links.apart)


def test_what_no_constraint_names_is_free() -> None:
    """Without constraints every phrase is a group, and none is kept from another."""
    links = resolve([], PHRASES)
    assert links.count == COUNT
    assert len(links.apart) == 0


def test_phrases_that_are_gone_are_passed_over() -> None:
    """A constraint on a phrase that is no longer there holds for the others."""
    gone = Identity("slettet", 0, 0, 1)
    links = resolve([Together((PHRASES[0], gone, PHRASES[1])), Apart((gone,), (PHRASES[2],))], PHRASES)
    assert together(links, 0, 1)
    assert len(links.apart) == 0


def test_newer_split_takes_out_of_an_older_merge() -> None:
    """Of what was merged and then split, both sides stay together and apart from one another."""
    links = resolve(
        [Together(phrases(0, 1, 2, 3)), Apart(phrases(2, 3), phrases(0, 1)), Together(phrases(2, 3))], PHRASES
    )
    assert together(links, 0, 1)
    assert together(links, 2, 3)
    assert held_apart(links, 0, 2)


def test_newer_merge_ends_an_older_split() -> None:
    """What was split and then merged again is together."""
    links = resolve([Apart(phrases(0, 1), phrases(2, 3)), Together(phrases(0, 1, 2, 3))], PHRASES)
    assert together(links, 0, 1, 2, 3)
    assert len(links.apart) == 0


@given(made=constraints)
def test_newest_constraint_always_holds(made: list[Constraint]) -> None:
    """Whatever came before, the newest constraint holds in full, and no group is to be kept apart from itself."""
    assume(made)
    links = resolve(made, PHRASES)
    newest = made[-1]
    rows = {phrase: row for row, phrase in enumerate(PHRASES)}
    if isinstance(newest, Together):
        assert together(links, *(rows[p] for p in newest.phrases))
    else:
        pairs = [(rows[p], rows[q]) for p in newest.one for q in newest.other if p != q]
        assert all(held_apart(links, *pair) for pair in pairs)
    assert all(one != other for one, other in links.apart)


@settings(deadline=None)
@given(made=constraints, seed=st.integers(0, 99), clusters=st.integers(1, COUNT))
def test_clusters_heed_the_constraints(made: list[Constraint], seed: int, clusters: int) -> None:
    """In any number of clusters, groups are whole, and no two that are kept apart are in the same."""
    links = resolve(made, PHRASES)
    (labels,) = cuts(some_vectors(COUNT, seed=seed), links, [clusters])
    of_group = [set(labels[links.groups == group]) for group in range(links.count)]
    assert all(len(found) == 1 for found in of_group)
    assert all(of_group[one] != of_group[other] for one, other in links.apart)
    assert set(labels) == set(range(max(labels) + 1))


@settings(deadline=None, max_examples=30)
@given(count=st.integers(0, 40), seed=st.integers(0, 99), clusters=st.integers(1, 45))
def test_as_many_clusters_as_asked(count: int, seed: int, clusters: int) -> None:
    """Where no two are alike there are as many clusters as asked for, up to one a row."""
    assert len(set(divide(some_vectors(count, seed=seed, width=64), clusters))) == min(clusters, count)


@pytest.mark.parametrize("clusters", [40, 25])
def test_small_groups_are_those_of_average_linkage(clusters: int) -> None:
    """Down to a third of the phrases the tree is exactly that of average linkage on cosine distance."""
    vectors = some_vectors(60)
    other = AgglomerativeClustering(n_clusters=clusters, metric="cosine", linkage="average").fit_predict(vectors)
    assert adjusted_rand_score(other, grow(vectors, no_links(60)).cut(clusters)) == 1


def test_large_clusters_are_those_of_ward() -> None:
    """From a third on the tree is exactly that of Ward's linkage over the small groups."""
    vectors = np.repeat(some_vectors(20), 3, axis=0)  # the small groups are these
    other = AgglomerativeClustering(n_clusters=4, linkage="ward").fit_predict(vectors)
    assert adjusted_rand_score(other, grow(vectors, no_links(60)).cut(4)) == 1


@settings(deadline=None)
@given(made=constraints, seed=st.integers(0, 99), clusters=st.integers(2, COUNT))
def test_every_phrase_is_where_it_lies_nearest(made: list[Constraint], seed: int, clusters: int) -> None:
    """Polished again nothing moves, and without constraints each row lies nearest its own cluster's middle."""
    vectors, links = some_vectors(COUNT, seed=seed), resolve(made, PHRASES)
    (labels,) = cuts(vectors, links, [clusters])
    assert (polish(vectors, links, labels) == labels).all()


def test_little_changes_where_little_is_new() -> None:
    """From the clusters of before, old rows stay where they were and new ones join what they lie nearest."""
    vectors = some_vectors(80)
    (before,) = cuts(vectors[:76], no_links(76), [6])
    (after,) = cuts(vectors, no_links(80), [6], np.concatenate([before, [-1] * 4]))
    assert (after[:76] == before).mean() > 0.9


def test_clusters_of_before_give_way_to_constraints() -> None:
    """Where the clusters of before break a constraint, the constraint holds."""
    vectors = some_vectors(COUNT)
    links = resolve([Apart(phrases(0), phrases(1))], PHRASES)
    (labels,) = cuts(vectors, links, [2], np.repeat([0, 1], COUNT // 2))
    assert labels[0] != labels[1]


@settings(deadline=None)
@given(count=st.integers(3, 30), clusters=st.integers(2, 8), seed=st.integers(0, 99))
def test_silhouette_is_the_mean_of_all_rows(count: int, clusters: int, seed: int) -> None:
    """The silhouette by sums is that by all distances."""
    vectors = some_vectors(count, seed=seed).astype(float)
    _, labels = np.unique(np.random.default_rng(seed).integers(0, clusters, count), return_inverse=True)
    assume(1 < labels.max() + 1 < count)
    assert silhouette(vectors, labels) == pytest.approx(silhouette_score(vectors, labels, metric="cosine"), abs=1e-6)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_one_cluster_or_one_for_each_has_no_silhouette(labels: list[int]) -> None:
    """Where there is nothing to compare the silhouette is the lowest, so that no such number is chosen."""
    assert silhouette(some_vectors(3), np.array(labels)) == -1


def test_near_duplicates_are_gathered() -> None:
    """Equal vectors, and those that are nearly so, are one group; the rest is free."""
    vectors = some_vectors(30, width=32)
    vectors[[3, 9]] = vectors[0]
    vectors[7] = unit(vectors[[5]] + 0.01 * some_vectors(1, width=32, seed=5))[0]
    links = gather_alike(vectors, no_links(30))
    assert together(links, 0, 3, 9)
    assert together(links, 5, 7)
    assert links.count == 27


def test_likeness_is_measured_from_the_materials_mean() -> None:
    """Vectors that all crowd at high cosines, as some models make them, are not near-duplicates for that."""
    crowded = unit(some_vectors(30, width=32) + 3.0 / np.sqrt(32))
    assert (crowded @ crowded.T).min() > 0.7
    assert gather_alike(crowded, no_links(30)).count == 30


def test_same_wording_is_gathered() -> None:
    """Phrases with one wording are one group whatever their vectors."""
    links = gather_alike(some_vectors(4), no_links(4), ["a", "b", "a", "c"])
    assert together(links, 0, 2)
    assert links.count == 3


def test_people_keep_near_duplicates_apart() -> None:
    """Near-duplicates that a person holds apart are not gathered."""
    vectors = some_vectors(6, width=32)
    vectors[1] = vectors[0]
    links = gather_alike(vectors, Links(np.arange(6), np.array([[0, 1]])))
    assert not together(links, 0, 1)
    (labels,) = cuts(vectors, links, [1])
    assert labels[0] != labels[1]


def test_rest_of_very_much_material_joins_what_is_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what a tree can be grown over, all rows get a cluster, and constraints hold."""
    monkeypatch.setattr(grouping, "AT_ONCE", 20)
    centres = np.repeat(np.eye(8, dtype=np.float32)[:4], 25, axis=0)
    vectors = unit(centres + 0.02 * np.random.default_rng(0).normal(size=centres.shape).astype(np.float32))
    (labels,) = cuts(vectors, Links(np.arange(100), np.array([[0, 1]])), [5])
    assert labels[0] != labels[1]
    assert adjusted_rand_score(np.repeat(range(4), 25)[2:], labels[2:]) > 0.8
