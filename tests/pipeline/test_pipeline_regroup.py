"""An edit shown on the candidates there are, without vectors: the same as if the phrases had been gathered so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cluster import mean_positions
from pipeline.edits import Edit, merge, move, rename, split
from pipeline.records import (
    Candidate,
    Identity,
    Label,
    Phrase,
    Placement,
    Suggestion,
    Title,
    identity_of,
)
from pipeline.regroup import Sums, regroup

CHAINS = {"kari": "Nord", "ola": "Sør", "per": ""}
WORDS = ("ser folk", "roer ned en sint kunde", "selger")
PLACES = (
    (Placement("people", 0.75), Placement("pace", 0.25)),
    (Placement("routines", 1.0),),
    (Placement("people", 0.5), Placement("presence", 0.5)),
)


def told(number: int) -> Suggestion:
    """Phrases of three interviews, of different length and at different positions."""
    phrase = Phrase(("kari", "ola", "per")[number % 3], number, 0, 9, WORDS[number % 2 + number % 3 // 2])
    return Suggestion(phrase, Label("competence", 0.9, PLACES[number % 3]))


def shares(suggestions: Sequence[Suggestion]) -> dict[Identity, float]:
    spent: dict[str, int] = defaultdict(int)
    for one in suggestions:
        spent[one.phrase.interview] += len(one.phrase.text.split())
    return {identity_of(s.phrase): len(s.phrase.text.split()) / spent[s.phrase.interview] for s in suggestions}


def gathered(groups: Mapping[str, Sequence[int]]) -> tuple[Candidate, ...]:
    """Candidates of these phrases, with all that follows from them."""
    share = shares([told(number) for numbers in groups.values() for number in numbers])
    found = []
    for id, numbers in groups.items():
        members = [told(number) for number in numbers]
        interviews = sorted({one.phrase.interview for one in members})
        weight = sum(share[identity_of(one.phrase)] for one in members) / len(interviews)
        chains = tuple(sorted({CHAINS[name] for name in interviews} - {""}))
        phrases = tuple(one.phrase for one in members)
        found.append(
            Candidate(id, id.upper(), mean_positions(members), tuple(interviews), phrases, chains, round(weight, 4))
        )
    return tuple(found)


def look_in(groups: Mapping[str, Sequence[int]]):
    share = shares([told(number) for numbers in groups.values() for number in numbers])

    def look(phrases: Sequence[Phrase]) -> Sums:
        positions: Counter[str] = Counter()
        for phrase in phrases:
            positions.update({one.position: one.probability for one in told(phrase.turn).label.positions})
        return Sums(len(phrases), sum(share[identity_of(phrase)] for phrase in phrases), positions)

    return look


def after(groups: Mapping[str, Sequence[int]], edit: Edit, undone: bool = False) -> dict[str, Candidate]:
    found = regroup(gathered(groups), edit, look_in(groups), CHAINS, undone)
    return {candidate.id: candidate for candidate in found.candidates}


def numbers_of(candidate: Candidate) -> set[int]:
    return {phrase.turn for phrase in candidate.phrases}


def assert_as_gathered(found: Mapping[str, Candidate]) -> None:
    """Coverage, chains, positions and weight are those of the phrases."""
    expected = gathered({id: sorted(numbers_of(candidate)) for id, candidate in found.items()})
    for one in expected:
        candidate = found[one.id]
        assert (candidate.interviews, candidate.chains) == (one.interviews, one.chains)
        assert candidate.weight == pytest.approx(one.weight, abs=0.001)
        means = {placement.position: placement.probability for placement in candidate.positions}
        for placement in one.positions:
            assert means.pop(placement.position) == pytest.approx(placement.probability, abs=0.002)
        assert all(mean < 0.002 for mean in means.values())


GROUPS = {"a": [0, 1, 2, 3], "b": [4, 5, 6], "c": [7, 8]}


def out(*numbers: int) -> list[Identity]:
    return [identity_of(told(number).phrase) for number in numbers]


@given(st.permutations(range(12)), st.integers(1, 3), st.sampled_from(["merge", "split", "move"]))
def test_edit_is_shown_as_it_would_be_gathered(order: list[int], size: int, action: str) -> None:
    """Whatever is merged, split or moved, all that is known of the candidates follows their phrases."""
    groups = {"a": order[:5], "b": order[5:9], "c": order[9:]}
    before = gathered(groups)
    edit = {
        "merge": lambda: merge(before, ["a", "b"]),
        "split": lambda: split(before, "a", out(*order[:size])),
        "move": lambda: move(before, out(*order[:size]), "a", "b"),
    }[action]()
    found = after(groups, edit)
    assert sorted(n for candidate in found.values() for n in numbers_of(candidate)) == list(range(12))
    assert_as_gathered(found)


def test_merged_candidates_are_one_under_the_first_ones_id() -> None:
    """A merge leaves the first candidate with the phrases of all, the name, and the names that fit both."""
    before = gathered(GROUPS)
    found = after(GROUPS, merge(before, ["b", "c"], "Selge"))
    assert list(found) == ["a", "b"]
    assert (found["b"].name, numbers_of(found["b"])) == ("Selge", {4, 5, 6, 7, 8})
    assert found["a"] == before[0]


def test_merged_candidate_would_be_divided_as_it_was() -> None:
    """What the program would take out of a merged candidate is what came into it."""
    whole = after(GROUPS, merge(gathered(GROUPS), ["b", "c"]))["b"]
    assert {whole.phrases[place].turn for place in whole.second} == {7, 8}


def test_split_off_candidate_has_a_name_and_the_rest_keeps_its_own() -> None:
    """A split without a name gets a typical wording; what is left stays what it was."""
    edit = split(gathered(GROUPS), "a", out(1, 2))
    found = after(GROUPS, edit)
    new = found[edit.parts[0].id]
    assert (new.name, numbers_of(new)) == ("Roer ned en sint kunde", {1, 2})
    assert (found["a"].name, numbers_of(found["a"])) == ("A", {0, 3})


def test_moved_phrases_stand_about_where_they_stood() -> None:
    """A phrase that was typical where it came from is among the first where it came to."""
    found = after(GROUPS, move(gathered(GROUPS), out(0, 3), "a", "b"))
    assert [phrase.turn for phrase in found["b"].phrases] == [4, 0, 5, 3, 6]


@pytest.mark.parametrize(
    "make",
    [
        lambda before: merge(before, ["a", "b", "c"], "Alt"),
        lambda before: split(before, "a", out(0, 3), "For seg"),
        lambda before: move(before, out(5), "b", "c"),
        lambda before: rename(before, "c", "Nytt"),
    ],
)
def test_undone_edit_brings_back_what_was_there(make) -> None:
    """The undoing of an edit gives every candidate its phrases and name back."""
    before = gathered(GROUPS)
    edit = make(before)
    done = regroup(before, edit, look_in(GROUPS), CHAINS)
    back = regroup(done.candidates, edit, look_in(GROUPS), CHAINS, undone=True)
    assert {c.id: (c.name, numbers_of(c)) for c in back.candidates} == {c.id: (c.name, numbers_of(c)) for c in before}
    assert_as_gathered({c.id: c for c in back.candidates})
    assert back.more == -done.more


def test_undoing_leaves_later_edits_alone() -> None:
    """A phrase that was moved on since stays there when what brought it is undone, and so does a later name."""
    before = gathered(GROUPS)
    first = merge(before, ["a", "b"], "Begge")
    now = regroup(before, first, look_in(GROUPS), CHAINS).candidates
    for later in (lambda now: move(now, out(4), "a", "c"), lambda now: rename(now, "a", "Nytt")):
        now = regroup(now, later(now), look_in(GROUPS), CHAINS).candidates
    found = {c.id: c for c in regroup(now, first, look_in(GROUPS), CHAINS, undone=True).candidates}
    assert [numbers_of(found[id]) for id in "abc"] == [{0, 1, 2, 3}, {5, 6}, {4, 7, 8}]
    assert found["a"].name == "Nytt"


def test_number_of_candidates_is_followed() -> None:
    """It is told what an edit adds to the number of candidates."""
    before = gathered(GROUPS)
    edits = (merge(before, ["a", "b", "c"]), split(before, "a", out(0)), move(before, out(0), "a", "b"))
    found = [regroup(before, edit, look_in(GROUPS), CHAINS) for edit in edits]
    assert [(len(one.candidates), one.more) for one in found] == [(1, -2), (4, 1), (3, 0)]


def test_best_names_of_merged_candidates_count_by_phrases() -> None:
    """The names that fit a merged candidate are those that most of its phrases lie nearest to."""
    one = Candidate("a", "A", (), (), tuple(told(n).phrase for n in range(3)), titles=(Title("Selge", 1.0),))
    other = Candidate("b", "B", (), (), (told(4).phrase,), titles=(Title("Roe", 1.0),))
    (whole,) = regroup((one, other), merge((one, other), ["a", "b"]), lambda phrases: Sums(0, 0.0, {}), {}).candidates
    assert whole.titles == (Title("Selge", 0.75), Title("Roe", 0.25))
