from __future__ import annotations

import numpy as np
import pytest

from pipeline.cluster import Names, cluster, mean_positions, name_groups, quotes
from pipeline.errors import InputError
from pipeline.heads import unit
from pipeline.records import Candidate, Label, Phrase, Placement, Suggestion

WIDTH = 24
NOBODY = Names((), (), np.zeros((0, WIDTH)))
POSITIONS = (Placement("people", 0.75), Placement("pace", 0.25))


def told(topics: int, each: int, interviews: int = 5, noise: float = 0.1) -> tuple[list[Suggestion], np.ndarray]:
    """`each` phrases about each topic, over some interviews, with unit vectors near the topic's own direction."""
    random = np.random.default_rng(7)
    vectors, coded = [], []
    for topic in range(topics):
        for i in range(each):
            text = f"emne{topic} ytring{i}"
            coded.append(
                Suggestion(Phrase(f"i{i % interviews}", topic, i, i + 1, text), Label("competence", 0.9, POSITIONS))
            )
            vectors.append(np.eye(WIDTH)[topic] + noise * random.normal(size=WIDTH))
    return coded, unit(np.array(vectors))


def topics_of(candidate: Candidate) -> set[str]:
    return {phrase.text.split()[0] for phrase in candidate.phrases}


def as_sets(candidates: tuple[Candidate, ...]) -> set[tuple[str, frozenset[Phrase]]]:
    return {(candidate.id, frozenset(candidate.phrases)) for candidate in candidates}


def test_phrases_about_one_thing_lie_together() -> None:
    """Twelve topics that are told of alike become twelve candidates, one for each."""
    candidates = cluster(*told(12, 8), NOBODY)
    assert len(candidates) == 12
    assert all(len(topics_of(candidate)) == 1 for candidate in candidates)


def test_every_phrase_is_in_one_candidate() -> None:
    """No phrase is lost and none is in two candidates."""
    coded, vectors = told(11, 7, noise=0.5)
    phrases = [phrase for candidate in cluster(coded, vectors, NOBODY) for phrase in candidate.phrases]
    assert sorted(phrases, key=str) == sorted((s.phrase for s in coded), key=str)


@pytest.mark.parametrize(("topics", "each"), [(5, 20), (20, 10), (15, 3), (10, 6)])
def test_enough_material_gives_ten_to_fifteen(topics: int, each: int) -> None:
    """With enough phrases the number of candidates is the method's, 10–15, however many topics there are."""
    assert 10 <= len(cluster(*told(topics, each), NOBODY)) <= 15


@pytest.mark.parametrize(("count", "candidates"), [(1, 1), (2, 1), (6, 2), (15, 5), (29, 9)])
def test_little_material_gives_fewer(count: int, candidates: int) -> None:
    """With few phrases there are about three for each candidate."""
    coded, vectors = told(count, 1) if count <= WIDTH else told(10, 3)
    assert len(cluster(coded[:count], vectors[:count], NOBODY)) == candidates


@pytest.mark.parametrize("asked", [1, 3, 12, 40, 90])
def test_asked_number_is_made(asked: int) -> None:
    """As many candidates are made as a person asks for, up to one a phrase."""
    coded, vectors = told(10, 6)
    assert len(cluster(coded, vectors, NOBODY, asked)) == min(asked, len(coded))


def test_no_material_gives_no_candidates() -> None:
    """Nothing told, nothing found."""
    assert cluster([], np.zeros((0, WIDTH)), NOBODY) == ()


@pytest.mark.parametrize("wrong", [0, -3])
def test_less_than_one_cluster_is_refused(wrong: int) -> None:
    """Fewer candidates than one is an input error with the number."""
    with pytest.raises(InputError, match="minst 1") as error:
        cluster(*told(2, 2), NOBODY, wrong)
    assert error.value.which == str(wrong)


def test_order_of_the_material_changes_nothing() -> None:
    """The same phrases in another order give the same candidates with the same names."""
    coded, vectors = told(12, 8, noise=0.25)
    order = np.random.default_rng(3).permutation(len(coded))
    shuffled = cluster([coded[i] for i in order], vectors[order], NOBODY)
    assert as_sets(shuffled) == as_sets(cluster(coded, vectors, NOBODY))


def test_most_widely_told_comes_first() -> None:
    """Candidates come by how many interviews tell of them, then by how many phrases."""
    coded, vectors = told(3, 12)
    few = [i for i, s in enumerate(coded) if s.phrase.turn != 1 or s.phrase.interview == "i0"]
    candidates = cluster([coded[i] for i in few], vectors[few], NOBODY, 3)
    assert [len(candidate.interviews) for candidate in candidates] == [5, 5, 1]
    assert topics_of(candidates[2]) == {"emne1"}
    assert candidates[2].interviews == ("i0",)


def test_most_typical_phrase_comes_first() -> None:
    """A candidate's phrases come by nearness to their middle, so that the first is the one to quote."""
    coded, vectors = told(1, 9, noise=0.3)
    (candidate,) = cluster(coded, vectors, NOBODY, 1)
    centre = unit(vectors.mean(axis=0, keepdims=True))[0]
    likeness = {s.phrase: vector @ centre for s, vector in zip(coded, vectors, strict=True)}
    assert list(candidate.phrases) == sorted(likeness, key=lambda phrase: -likeness[phrase])


def test_candidates_are_named_by_key_competences() -> None:
    """A candidate is named by the key competence that it lies nearest to, with that one's id."""
    names = Names(("a", "b", "c"), ("Alfa", "Beta", "Gamma"), np.eye(WIDTH)[[2, 0, 1]])
    candidates = cluster(*told(3, 4), names, 3)
    assert {(c.id, c.name, *topics_of(c)) for c in candidates} == {
        ("a", "Alfa", "emne2"),
        ("b", "Beta", "emne0"),
        ("c", "Gamma", "emne1"),
    }


def test_names_are_unique() -> None:
    """No two candidates share a name or an id, also where there are more candidates than names."""
    names = Names(("a", "b"), ("Alfa", "Beta"), unit(np.ones((2, WIDTH)) + np.eye(WIDTH)[:2]))
    candidates = cluster(*told(12, 6), names)
    assert len({candidate.name for candidate in candidates}) == len(candidates)
    assert len({candidate.id for candidate in candidates}) == len(candidates)


def test_nearest_group_takes_the_name() -> None:
    """Where two groups lie near one key competence the nearer takes its name, the other the next, or its own words."""
    names = Names(("a", "b"), ("Alfa", "Beta"), np.eye(3)[:2])
    centres = unit(np.array([[0.9, 0.3, 0.3], [1.0, 0.1, 0.0], [0.0, 0.1, 1.0]]))
    titles = name_groups(centres, names, ["en", "to", "Selge sko, jakker"])
    assert [name for _, name in titles] == ["Beta", "Alfa", "Selge sko, jakker"]
    assert titles[2][0].startswith("selge-sko-jakker-")


def test_mean_positions_are_of_those_that_have_one() -> None:
    """A candidate's positions are the mean over its members that have any, highest first."""
    phrase = Phrase("a", 0, 0, 1, "x")
    members = [
        Suggestion(phrase, Label("competence", 1.0, (Placement("people", 0.5), Placement("pace", 0.5)))),
        Suggestion(phrase, Label("competence", 1.0, (Placement("pace", 1.0), Placement("people", 0.0)))),
        Suggestion(phrase, Label("trait", 1.0)),
    ]
    assert mean_positions(members) == (Placement("pace", 0.75), Placement("people", 0.25))
    assert mean_positions(members[2:]) == ()


def test_quotes_are_from_different_interviews_first() -> None:
    """Quotes are the most typical of each interview before a second of any."""
    phrases = tuple(Phrase(interview, 0, i, i + 1, f"{interview}{i}") for i, interview in enumerate("aabac"))
    candidate = Candidate("x", "X", (), ("a", "b", "c"), phrases)
    assert [phrase.text for phrase in quotes(candidate)] == ["a0"]
    assert [phrase.text for phrase in quotes(candidate, 3)] == ["a0", "b2", "c4"]
    assert [phrase.text for phrase in quotes(candidate, 4)] == ["a0", "b2", "c4", "a1"]
    assert len(quotes(candidate, 99)) == 5


def test_long_names_give_different_ids() -> None:
    """Two candidates that are named by wordings which begin alike have different ids."""
    texts = ["jeg liker å snakke med folk som er sinte", "jeg liker å snakke med folk som er nye"]
    titles = name_groups(np.eye(2), Names((), (), np.zeros((0, 2))), texts)
    assert titles[0][0] != titles[1][0]


def test_much_material_is_gathered() -> None:
    """Thousands of phrases, which are gathered in small groups first, still give 10–15 candidates with nothing lost."""
    coded, vectors = told(12, 270)
    candidates = cluster(coded, vectors, NOBODY)
    assert 10 <= len(candidates) <= 15
    assert sum(len(candidate.phrases) for candidate in candidates) == len(coded)
