from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cluster import Names, _choose, cluster, mean_positions, name_groups, quotes
from pipeline.constraints import Together
from pipeline.edits import Guidance, Taken, guide, merge, move, rename, split
from pipeline.errors import InputError
from pipeline.heads import unit
from pipeline.records import (
    Candidate,
    Clustering,
    Label,
    Phrase,
    Placement,
    Suggestion,
    Trial,
    identity_of,
)

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


def test_phrases_about_one_thing_lie_together() -> None:
    """Twelve topics that are told of alike become twelve candidates, one for each."""
    candidates = cluster(*told(12, 8), NOBODY).candidates
    assert len(candidates) == 12
    assert all(len(topics_of(candidate)) == 1 for candidate in candidates)


def test_every_phrase_is_in_one_candidate() -> None:
    """No phrase is lost and none is in two candidates."""
    coded, vectors = told(11, 7, noise=0.5)
    phrases = [phrase for candidate in cluster(coded, vectors, NOBODY).candidates for phrase in candidate.phrases]
    assert sorted(phrases, key=str) == sorted((s.phrase for s in coded), key=str)


@pytest.mark.parametrize(("topics", "each"), [(5, 20), (20, 10), (15, 3), (10, 6)])
def test_enough_material_gives_ten_to_fifteen(topics: int, each: int) -> None:
    """With enough phrases the number of candidates is the method's, 10–15, however many topics there are."""
    assert 10 <= len(cluster(*told(topics, each), NOBODY).candidates) <= 15


@pytest.mark.parametrize(("count", "candidates"), [(1, 1), (2, 1), (6, 2), (15, 5), (29, 9)])
def test_little_material_gives_fewer(count: int, candidates: int) -> None:
    """With few phrases there are about three for each candidate."""
    coded, vectors = told(count, 1) if count <= WIDTH else told(10, 3)
    assert len(cluster(coded[:count], vectors[:count], NOBODY).candidates) == candidates


@pytest.mark.parametrize("asked", [1, 3, 12, 40, 90])
def test_asked_number_is_made(asked: int) -> None:
    """As many candidates are made as a person asks for, up to one a phrase."""
    coded, vectors = told(10, 6, noise=0.3)
    assert len(cluster(coded, vectors, NOBODY, asked).candidates) == min(asked, len(coded))


def test_no_material_gives_no_candidates() -> None:
    """Nothing told, nothing found."""
    assert cluster([], np.zeros((0, WIDTH)), NOBODY) == Clustering(())


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
    assert shuffled == cluster(coded, vectors, NOBODY)


def test_most_widely_told_comes_first() -> None:
    """Candidates come by how many interviews tell of them, then by how many phrases."""
    coded, vectors = told(3, 12)
    few = [i for i, s in enumerate(coded) if s.phrase.turn != 1 or s.phrase.interview == "i0"]
    candidates = cluster([coded[i] for i in few], vectors[few], NOBODY, 3).candidates
    assert [len(candidate.interviews) for candidate in candidates] == [5, 5, 1]
    assert topics_of(candidates[2]) == {"emne1"}
    assert candidates[2].interviews == ("i0",)


def test_most_typical_phrase_comes_first() -> None:
    """A candidate's phrases come by nearness to their middle, so that the first is the one to quote."""
    coded, vectors = told(1, 9, noise=0.3)
    (candidate,) = cluster(coded, vectors, NOBODY, 1).candidates
    centre = unit(vectors.mean(axis=0, keepdims=True))[0]
    likeness = {s.phrase: vector @ centre for s, vector in zip(coded, vectors, strict=True)}
    assert list(candidate.phrases) == sorted(likeness, key=lambda phrase: -likeness[phrase])


def test_candidates_are_named_by_key_competences() -> None:
    """A candidate is named by the key competence that it lies nearest to, with that one's id."""
    names = Names(("a", "b", "c"), ("Alfa", "Beta", "Gamma"), np.eye(WIDTH)[[2, 0, 1]])
    candidates = cluster(*told(3, 4), names, 3).candidates
    assert {(c.id, c.name, *topics_of(c)) for c in candidates} == {
        ("a", "Alfa", "emne2"),
        ("b", "Beta", "emne0"),
        ("c", "Gamma", "emne1"),
    }


def test_names_are_unique() -> None:
    """No two candidates share a name or an id, also where there are more candidates than names."""
    names = Names(("a", "b"), ("Alfa", "Beta"), unit(np.ones((2, WIDTH)) + np.eye(WIDTH)[:2]))
    candidates = cluster(*told(12, 6), names).candidates
    assert len({candidate.name for candidate in candidates}) == len(candidates)
    assert len({candidate.id for candidate in candidates}) == len(candidates)


def test_group_with_most_votes_takes_the_name() -> None:
    """A key competence names the group with most votes for it; the other group gets its next, or its own words."""
    names = Names(("a", "b"), ("Alfa", "Beta"), np.eye(3)[:2])
    votes = np.array([[0.6, 0.4], [0.9, 0.1], [0.0, 0.0]])
    titles = name_groups(votes, names, ["en", "to", "Selge sko, jakker"])
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
    titles = name_groups(np.zeros((2, 0)), Names((), (), np.zeros((0, 2))), texts)
    assert titles[0][0] != titles[1][0]


def test_much_material_gives_as_few_candidates() -> None:
    """Thousands of phrases still give 10–15 candidates with nothing lost."""
    coded, vectors = told(12, 270)
    candidates = cluster(coded, vectors, NOBODY).candidates
    assert 10 <= len(candidates) <= 15
    assert sum(len(candidate.phrases) for candidate in candidates) == len(coded)


def test_grounds_for_the_number_are_shown() -> None:
    """Each number of 10–15 was tried, and the one that was taken has the highest silhouette."""
    clustering = cluster(*told(12, 8), NOBODY)
    assert [trial.clusters for trial in clustering.tried] == [10, 11, 12, 13, 14, 15]
    best = max(clustering.tried, key=lambda trial: trial.silhouette)
    assert (best.clusters, clustering.reason) == (len(clustering.candidates), "apart")


@pytest.mark.parametrize(("topics", "each", "asked", "reason"), [(12, 8, 4, "asked"), (3, 3, None, "little")])
def test_number_without_a_choice_says_why(topics: int, each: int, asked: int | None, reason: str) -> None:
    """A number that was asked for, or that little material gives, is told as such with its silhouette."""
    clustering = cluster(*told(topics, each), NOBODY, asked)
    assert clustering.reason == reason
    assert [trial.clusters for trial in clustering.tried] == [len(clustering.candidates)]


def test_number_stays_where_no_other_is_clearly_better() -> None:
    """The number of the time before is kept while the best is hardly better, and given up where it is."""
    alike = [Trial(10, 0.2), Trial(11, 0.205), Trial(12, 0.1)]
    assert _choose([10, 11, 12], alike, Guidance(clusters=10)) == (0, "kept")
    assert _choose([10, 11, 12], alike, Guidance(clusters=12)) == (1, "apart")
    assert _choose([10, 11, 12], alike, Guidance()) == (1, "apart")


def test_number_stays_where_people_decided() -> None:
    """Where people have merged or split the number stays, however well others would lie apart; but not out of range."""
    tried = [Trial(10, 0.2), Trial(11, 0.4)]
    assert _choose([10, 11], tried, Guidance((Together(()),), clusters=10)) == (0, "decided")
    assert _choose([10, 11], tried, Guidance((Together(()),), clusters=5)) == (1, "apart")


def test_same_wording_is_never_torn_apart() -> None:
    """Phrases that differ in nothing but capitals and punctuation lie in one candidate, whatever their vectors say."""
    coded, vectors = told(4, 6)
    same = [
        replace(one, phrase=replace(one.phrase, text=text))
        for one, text in zip((coded[0], coded[-1]), ("Se kunden!", "se kunden"), strict=True)
    ]
    candidates = cluster([same[0], *coded[1:-1], same[1]], vectors, NOBODY, 4).candidates
    assert sum({one.phrase for one in same} <= set(candidate.phrases) for candidate in candidates) == 1


def test_coverage_has_chains() -> None:
    """A candidate names the chains whose interviews tell of it; an interview without one adds none."""
    coded, vectors = told(1, 4, interviews=4)
    chains = {"i0": "Nord", "i1": "Sør", "i2": "Nord", "i3": ""}
    (candidate,) = cluster(coded, vectors, NOBODY, 1, chains).candidates
    assert candidate.chains == ("Nord", "Sør")


def test_weight_is_the_mean_share_of_the_interviews_words() -> None:
    """Weight: of those who tell of it, the mean share of their words on competences that they spend on it."""
    texts = {"a": ["en to tre", "fire"], "b": ["fem seks", "sju åtte"], "c": ["ni"]}
    coded = [
        Suggestion(Phrase(interview, i, 0, 1, text), Label("competence", 0.9))
        for interview, said in texts.items()
        for i, text in enumerate(said)
    ]
    vectors = np.eye(2)[[0, 1, 0, 1, 1]]
    weights = {
        c.phrases[0].turn: c.weight for c in cluster(coded, vectors, NOBODY, 2).candidates if len(c.phrases) == 2
    }
    assert weights == {0: 0.625}  # 3 of 4 words in a, 2 of 4 in b; c does not tell of it


def test_name_is_short_where_it_can_be() -> None:
    """Where no key competence gives a name it is the most typical short wording, with a capital."""
    texts = ["og da går jeg bort til ham og spør hva det var som skjedde", "roer ned sinte kunder"]
    coded = [Suggestion(Phrase("a", i, 0, 1, text), Label("competence", 0.9)) for i, text in enumerate(texts)]
    (candidate,) = cluster(coded, unit(np.array([[1.0, 0.1], [1.0, 0.2]])), NOBODY, 1).candidates
    assert candidate.name == "Roer ned sinte kunder"


# Stable under a new interview, and under what people decided


def guided(clustering: Clustering, coded: list[Suggestion], *taken: Taken) -> Guidance:
    return guide(taken, clustering, frozenset(identity_of(one.phrase) for one in coded))


def titles_of(clustering: Clustering) -> dict[frozenset[str], tuple[str, str]]:
    """Id and name by the topics that a candidate is about."""
    return {frozenset(topics_of(c)): (c.id, c.name) for c in clustering.candidates}


NAMES = Names(tuple(f"k{i}" for i in range(WIDTH)), tuple(f"Kompetanse {i}" for i in range(WIDTH)), np.eye(WIDTH)[::-1])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**16), gone=st.integers(0, 4))
def test_new_interview_keeps_ids_and_names(seed: int, gone: int) -> None:
    """A candidate that keeps the members it had keeps its id and name, whoever is interviewed after that."""
    coded, vectors = told(11, 10, noise=0.15)
    old = [i for i, one in enumerate(coded) if one.phrase.interview != f"i{gone}"]
    before = cluster([coded[i] for i in old], vectors[old], NAMES)
    shifted = unit(vectors + np.random.default_rng(seed).normal(size=vectors.shape) * 0.02)
    after = cluster(coded, shifted, NAMES, guidance=guided(before, coded))
    known = {identity_of(coded[i].phrase) for i in old}
    members = {frozenset(identity_of(p) for p in c.phrases) & known: (c.id, c.name) for c in after.candidates}
    for candidate in before.candidates:
        same = members.get(frozenset(identity_of(phrase) for phrase in candidate.phrases))
        assert same in (None, (candidate.id, candidate.name))
    assert len({c.id for c in after.candidates}) == len({c.name for c in after.candidates}) == len(after.candidates)


def test_merged_candidates_stay_one() -> None:
    """What a person merged is one candidate with the first one's id and name, and the rest is as it was."""
    coded, vectors = told(12, 8)
    before = cluster(coded, vectors, NAMES)
    first, second, *rest = before.candidates
    edit = merge(before.candidates, [first.id, second.id])
    after = cluster(coded, vectors, NAMES, guidance=guided(before, coded, Taken(edit)))
    assert len(after.candidates) == 11
    assert (after.shift, [trial.clusters for trial in after.tried]) == (-1, [9, 10, 11, 12, 13, 14])
    merged = next(c for c in after.candidates if c.id == first.id)
    assert merged.name == first.name
    assert set(merged.phrases) == {*first.phrases, *second.phrases}
    assert {(c.id, c.name, frozenset(c.phrases)) for c in after.candidates if c != merged} == {
        (c.id, c.name, frozenset(c.phrases)) for c in rest
    }


def test_split_candidate_stays_two() -> None:
    """What a person took out is a candidate by itself under a new id; what is left keeps its id and name."""
    coded, vectors = told(12, 8)
    before = cluster(coded, vectors, NAMES)
    whole = before.candidates[3]
    out = [identity_of(phrase) for phrase in whole.phrases[:6]]
    edit = split(before.candidates, whole.id, out, "Se kunden")
    after = cluster(coded, vectors, NAMES, guidance=guided(before, coded, Taken(edit)))
    found = {c.id: c for c in after.candidates}
    assert len(after.candidates) == 13
    assert (found[whole.id].name, set(found[whole.id].phrases)) == (whole.name, set(whole.phrases[6:]))
    taken = found[edit.parts[0].id]
    assert (taken.name, set(taken.phrases)) == ("Se kunden", set(whole.phrases[:6]))


def test_new_phrases_join_what_was_taken_out() -> None:
    """A candidate that a person made by splitting grows by what later interviews tell of the same."""
    coded, vectors = told(12, 8)
    old = [i for i, one in enumerate(coded) if one.phrase.interview != "i4"]
    known = [coded[i] for i in old]
    before = cluster(known, vectors[old], NAMES, 11)
    mixed = next(c for c in before.candidates if len(topics_of(c)) == 2)
    topic = mixed.phrases[0].text.split()[0]
    out = [identity_of(phrase) for phrase in mixed.phrases if phrase.text.startswith(f"{topic} ")]
    edit = split(before.candidates, mixed.id, out)
    after = cluster(coded, vectors, NAMES, guidance=guided(before, coded, Taken(edit)))
    grown = next(c for c in after.candidates if c.id == edit.parts[0].id)
    assert topics_of(grown) == {topic}
    assert len(grown.phrases) == 8


def test_persons_name_wins() -> None:
    """A person's name stays with the phrases it was given for, also without the clustering that it was given in."""
    coded, vectors = told(12, 8)
    before = cluster(coded, vectors, NAMES)
    edit = rename(before.candidates, before.candidates[5].id, "Se den enkelte")
    after = cluster(coded, vectors, NAMES, guidance=guide([Taken(edit)], None, frozenset()))
    (named,) = (c for c in after.candidates if c.name == "Se den enkelte")
    assert set(named.phrases) == set(before.candidates[5].phrases)


def test_undone_edits_leave_the_candidates_as_they_were() -> None:
    """After merge and rename are undone, ids, names and members are those of before, though others were seen since."""
    coded, vectors = told(12, 8)
    before = cluster(coded, vectors, NAMES)
    one, other = before.candidates[:2]
    edits = [merge(before.candidates, [one.id, other.id], "Samlet")]
    between = cluster(coded, vectors, NAMES, guidance=guided(before, coded, Taken(edits[0])))
    edits.append(rename(between.candidates, one.id, "Samlet og nytt"))
    between = cluster(coded, vectors, NAMES, guidance=guided(between, coded, *map(Taken, edits)))
    assert "Samlet og nytt" in {c.name for c in between.candidates}
    after = cluster(coded, vectors, NAMES, guidance=guided(between, coded, *(Taken(e, stands=False) for e in edits)))
    assert titles_of(after) == titles_of(before)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_phrase_is_lost_under_any_edits(data: st.DataObject) -> None:
    """Whatever people merge and split in turn, every phrase is in one candidate, and ids and names are unique."""
    coded, vectors = told(6, 6, noise=0.4)
    taken: list[Taken] = []
    clustering = cluster(coded, vectors, NAMES)
    for _ in range(data.draw(st.integers(1, 4))):
        candidates = clustering.candidates
        ids = [c.id for c in candidates]
        large = [c for c in candidates if len(c.phrases) > 1]
        if len(ids) > 1 and (not large or data.draw(st.booleans())):
            edit = merge(candidates, data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=3, unique=True)))
        else:
            whole = data.draw(st.sampled_from(large))
            out = whole.phrases[: data.draw(st.integers(1, len(whole.phrases) - 1))]
            edit = split(candidates, whole.id, [identity_of(p) for p in out])
        taken = [replace(one, stands=one.stands and data.draw(st.booleans())) for one in taken] + [Taken(edit)]
        clustering = cluster(coded, vectors, NAMES, guidance=guided(clustering, coded, *taken))
        phrases = [phrase for c in clustering.candidates for phrase in c.phrases]
        assert sorted(phrases, key=str) == sorted((one.phrase for one in coded), key=str)
        for values in ([c.id for c in clustering.candidates], [c.name for c in clustering.candidates]):
            assert len(set(values)) == len(values)
        where = {identity_of(p): c.id for c in clustering.candidates for p in c.phrases}
        newest = [{where[p] for p in part.phrases} for part in edit.parts if part.id]
        assert len(set.union(*newest)) == 1 if edit.action == "merge" else newest[0].isdisjoint(newest[1])


def test_moved_phrases_stay_where_people_put_them() -> None:
    """A phrase that was moved is in the candidate it came to in the next clustering, and still with new material."""
    coded, vectors = told(4, 6)
    before = cluster(coded, vectors, NOBODY, 4)
    home, to = before.candidates[0], before.candidates[1]
    moved = home.phrases[2]
    taken = [Taken(move(before.candidates, [identity_of(moved)], home.id, to.id))]
    more, others = told(4, 9)
    for suggestions, rows in ((coded, vectors), (more, others)):
        guidance = guide(taken, before, frozenset(identity_of(s.phrase) for s in suggestions))
        found = {c.id: c for c in cluster(suggestions, rows, NOBODY, 4, guidance=guidance).candidates}
        assert moved in found[to.id].phrases
        assert not set(home.phrases[:2]) & set(found[to.id].phrases)


def test_names_that_fit_are_ranked() -> None:
    """Each candidate is told the key competences that its phrases lie nearest to, with the share of each."""
    coded, vectors = told(3, 6)
    names = Names(("x", "y"), ("Emne null", "Emne to"), np.eye(WIDTH)[[0, 2]])
    found = {topics_of(c).pop(): c for c in cluster(coded, vectors, names, 3).candidates}
    assert [(title.name, title.share) for title in found["emne0"].titles] == [("Emne null", 1.0)]
    assert found["emne2"].titles[0].name == "Emne to"
    assert sum(title.share for title in found["emne1"].titles) == pytest.approx(1)


def test_candidate_of_two_topics_would_be_divided_between_them() -> None:
    """What would go out of a candidate is the topic that its most typical phrase is not about."""
    coded, vectors = told(2, 8, noise=0.05)
    (whole,) = cluster(coded, vectors, NOBODY, 1).candidates
    second = {whole.phrases[place].text.split()[0] for place in whole.second}
    assert len(second) == 1
    assert whole.phrases[0].text.split()[0] not in second
    assert len(whole.second) == 8


def test_candidate_of_one_phrase_is_not_divided() -> None:
    """Where nothing differs nothing would go out."""
    (one,) = cluster(*told(1, 1), NOBODY, 1).candidates
    assert one.second == ()
    coded, vectors = told(1, 4, noise=0.0)
    assert cluster(coded, vectors, NOBODY, 1).candidates[0].second == ()
