"""What people do to candidates, and which new candidate is which old one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.constraints import Apart, Together
from pipeline.edits import Part, Taken, guide, merge, move, read_identity, rename, split, unused, written
from pipeline.errors import InputError
from pipeline.lineage import inherit, peoples_names
from pipeline.records import Candidate, Clustering, Identity, Phrase, identity_of


def candidate(id: str, name: str, *turns: int) -> Candidate:
    phrases = tuple(Phrase("kari", turn, 0, 3, "ord") for turn in turns)
    return Candidate(id, name, (), ("kari",), phrases)


def said(*turns: int) -> tuple[Identity, ...]:
    return tuple(Identity("kari", turn, 0, 3) for turn in turns)


SEE, CALM, SELL = (
    candidate("see", "Se folk", 1, 2, 3),
    candidate("calm", "Roe ned", 4, 5),
    candidate("sell", "Selge", 6),
)
ALL = (SEE, CALM, SELL)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: merge(ALL, ["see"]), "minst to"),
        (lambda: merge(ALL, ["see", "see"]), "minst to"),
        (lambda: merge(ALL, ["see", "hear"]), "hear"),
        (lambda: merge(ALL, ["see", "calm"], "selge"), "i bruk"),
        (lambda: split(ALL, "see", said(4)), "kari:4:0:3"),
        (lambda: split(ALL, "see", said(1, 2, 3)), "ikke alle"),
        (lambda: split(ALL, "see", ()), "ikke alle"),
        (lambda: rename(ALL, "see", "  "), "må ha et navn"),
        (lambda: rename(ALL, "see", "Selge"), "i bruk"),
        (lambda: move(ALL, said(1), "see", "see"), "alt i kandidaten"),
        (lambda: move(ALL, said(4), "see", "sell"), "kari:4:0:3"),
        (lambda: move(ALL, (), "see", "sell"), "ingen utsagn"),
        (lambda: move(ALL, said(6), "sell", "see"), "Slå den sammen med see"),
        (lambda: move(ALL, said(1), "see", "hear"), "hear"),
        (lambda: read_identity("kari:1:2"), "INTERVJU:TUR"),
        (lambda: read_identity("kari:1:2:tre"), "kari:1:2:tre"),
    ],
)
def test_senseless_edit_is_refused(make: object, told: str) -> None:
    """An edit of what is not there, or that would change nothing, says what is wrong and what to do."""
    with pytest.raises(InputError, match=told):
        make()


@given(interview=st.text(min_size=1), span=st.tuples(*[st.integers(0, 10**6)] * 3))
def test_written_phrase_is_read_back(interview: str, span: tuple[int, int, int]) -> None:
    """A phrase's address names it exactly, also where the interview's name has colons."""
    assert read_identity(written(Identity(interview, *span))) == Identity(interview, *span)


def test_merge_may_keep_one_of_the_names() -> None:
    """The name of one that is merged is free for the whole; without one it is the first's."""
    assert merge(ALL, ["see", "calm"], "Roe ned").name == "Roe ned"
    assert merge(ALL, ["calm", "see"]).name == "Roe ned"


def test_number_follows_what_is_still_there() -> None:
    """A merge counts one less and a split one more, unless their phrases are gone."""
    edits = [Taken(merge(ALL, ["see", "calm"])), Taken(split(ALL, "see", said(1)))]
    everything = frozenset(said(1, 2, 3, 4, 5, 6))
    assert guide(edits[:1], None, everything).shift == -1
    assert guide(edits[1:], None, everything).shift == 1
    assert guide(edits, None, frozenset(said(1, 6))).shift == 0
    assert guide([Taken(one.edit, stands=False) for one in edits], None, everything).shift == 0


def test_move_knows_candidates_by_their_typical_phrases() -> None:
    """A move holds the phrases together with the typical ones where they came to, apart from those they came from."""
    long = candidate("long", "Lang", *range(10, 30))
    taken = [Taken(move((long, CALM), said(4), "calm", "long"))]
    apart, together = guide(taken, None, frozenset()).constraints
    assert apart == Apart(said(4), said(5))
    assert together == Together(said(10, 11, 12, 13, 14, 4))
    assert guide(taken, None, frozenset(said(4, 5, 10))).shift == 0
    assert guide(taken, None, frozenset()).named == ()


def test_moved_phrases_are_known_where_they_came_to() -> None:
    """The next clustering starts from where a phrase was moved to; undone, from where it was."""
    taken = [Taken(move(ALL, said(1, 2), "see", "calm"))]
    known = {part.id: set(part.phrases) for part in guide(taken, Clustering(ALL), frozenset()).known}
    assert known == {"see": set(said(3)), "calm": set(said(1, 2, 4, 5)), "sell": set(said(6))}
    moved = Clustering((candidate("see", "Se folk", 3), candidate("calm", "Roe ned", 4, 5, 1, 2), SELL))
    assert {part.id: set(part.phrases) for part in guide(taken, moved, frozenset()).known} == known
    undone = guide([Taken(taken[0].edit, stands=False)], moved, frozenset()).known
    assert {part.id: set(part.phrases) for part in undone}["see"] == set(said(1, 2, 3))


def test_newest_name_of_a_candidate_counts() -> None:
    """Of two names that people gave one candidate the newer counts; undone, the older one does."""
    taken = [Taken(rename(ALL, "see", "Se den enkelte")), Taken(rename(ALL, "see", "Møte folk"))]
    assert [part.name for part in guide(taken, None, frozenset()).named] == ["Møte folk"]
    undone = [taken[0], Taken(taken[1].edit, stands=False)]
    assert [part.name for part in guide(undone, None, frozenset()).named] == ["Se den enkelte"]


def test_undone_name_gives_way_to_the_one_before() -> None:
    """A candidate that still has a name which was undone goes back to the one that it had."""
    taken = [Taken(rename(ALL, "see", "Møte folk"), stands=False)]
    previous = Clustering((candidate("see", "Møte folk", 1, 2, 3), CALM, SELL))
    names = {part.id: part.name for part in guide(taken, previous, frozenset()).known}
    assert names == {"see": "Se folk", "calm": "Roe ned", "sell": "Selge"}


def test_unused_id_is_itself_or_numbered() -> None:
    """An id that is taken gets the first free number."""
    assert [unused("a", set()), unused("a", {"a"}), unused("a", {"a", "a-2"})] == ["a", "a-2", "a-3"]


KNOWN = [Part("see", "Se folk", said(1, 2, 3)), Part("calm", "Roe ned", said(4, 5))]


@pytest.mark.parametrize(
    ("groups", "ids"),
    [
        ([(1, 2, 3, 9), (4, 5)], ["see", "calm"]),  # grown
        ([(4, 5), (1, 2)], ["calm", "see"]),  # shrunk
        ([(1, 2), (3, 4, 5)], ["see", "calm"]),  # a member moved
        ([(1, 2, 3, 4, 5)], ["see"]),  # joined: the larger
        ([(7, 8), (1, 2, 3)], [None, "see"]),  # new
        ([(1, 6, 7, 8), (2, 3), (4, 5)], [None, "see", "calm"]),  # a member in a new one
        ([], []),
    ],
)
def test_group_is_the_old_one_whose_members_it_keeps(groups: list[tuple[int, ...]], ids: list[str | None]) -> None:
    """A group is the old candidate that most members stay with, one to one, else a new one."""
    found = inherit([frozenset(said(*turns)) for turns in groups], KNOWN)
    assert [part.id if part else None for part in found] == ids


@given(labels=st.lists(st.integers(0, 4), min_size=12, max_size=12), more=st.lists(st.integers(0, 9), max_size=8))
def test_unmoved_members_keep_every_id(labels: list[int], more: list[int]) -> None:
    """Where no old member moves, every candidate keeps its id, whatever new members come and wherever."""
    parts = [
        Part(str(k), "", tuple(p for p, one in zip(said(*range(12)), labels, strict=True) if one == k))
        for k in range(5)
    ]
    known = [part for part in parts if part.phrases]
    new = [tuple(Identity("ola", n, 0, 1) for n, where in enumerate(more) if where == k) for k in range(10)]
    groups = [frozenset(part.phrases + new[k]) for k, part in enumerate(known)]
    found = inherit([*groups, *(frozenset(group) for group in new[len(known) :] if group)], known)
    assert found[: len(known)] == known
    assert not any(found[len(known) :])


def test_two_names_for_one_group() -> None:
    """Where two of people's names land on one group the newer is taken, and no name is given twice."""
    named = [
        Part("b", "Ny", said(1)),
        Part("a", "Gammel", said(2)),
        Part("c", "Ny", said(3)),
        Part("d", "Borte", said(9)),
    ]
    groups = [frozenset(said(1, 2)), frozenset(said(3))]
    assert peoples_names(groups, named) == ["Ny", ""]


def test_part_has_no_words() -> None:
    """An edit remembers spans and names, and no word that was said."""
    assert all(part.phrases == tuple(map(identity_of, SEE.phrases)) for part in rename(ALL, "see", "Møte folk").parts)
