from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Identity, Label, Placement
from pipeline.review_order import (
    Agreement,
    Compared,
    doubt,
    draw_of,
    drawn_before,
    is_unbiased,
    measured_quality,
    most_teaching,
    place_of,
)

quick = settings(max_examples=30, deadline=None, database=None)
texts = st.lists(st.sampled_from(["hjelper kunden", "rydder lageret", "teller kassa", "fagbrev", "…"]), max_size=60)
numbers = st.integers(0, 400)


def identities(count: int) -> list[Identity]:
    return [Identity("kari", turn, 0, 9) for turn in range(count)]


def ordered(said: list[str], known: tuple[str, ...] = ()) -> list[str]:
    """The wordings in the order of what they teach, all in the same doubt."""
    return [said[i] for i in most_teaching(said, [0.5] * len(said), known)]


@quick
@given(texts, texts)
def test_order_has_every_wording_once(undecided: list[str], known: list[str]) -> None:
    """Whatever is decided already, each undecided wording is in the list once."""
    doubts = [0.1 * len(text) for text in undecided]
    assert sorted(most_teaching(undecided, doubts, known)) == list(range(len(undecided)))


def test_tenth_is_drawn_by_identity_and_seed() -> None:
    """The same phrase and seed give the same draw, and another seed another tenth of the phrases."""
    tenths = [{identity for identity in identities(200) if is_unbiased(identity, seed)} for seed in "aab"]
    assert tenths[0] == tenths[1] != tenths[2]
    assert len({draw_of(identity, "a") for identity in identities(200)}) == 200


def test_tenth_is_about_a_tenth() -> None:
    """Of a thousand phrases about a hundred are drawn."""
    assert 70 <= sum(is_unbiased(identity, "a") for identity in identities(1000)) <= 130


@quick
@given(numbers, numbers)
def test_drawn_are_spread_evenly_among_the_others(drawn: int, others: int) -> None:
    """Every place has one phrase, and each quarter of the list a quarter of the drawn ones."""
    before = [drawn_before(place, drawn, others) for place in range(drawn + others + 1)]
    assert (before[0], before[-1]) == (0, drawn)
    assert {after - first for first, after in pairwise(before)} <= {0, 1}
    for quarter in (1, 2, 3):
        assert abs(before[quarter * (drawn + others) // 4] - drawn * quarter / 4) <= 1


@quick
@given(numbers, numbers)
def test_each_is_found_at_its_place(drawn: int, others: int) -> None:
    """The places of the drawn and of the others are those that the list has them at."""
    kinds = [drawn_before(p + 1, drawn, others) > drawn_before(p, drawn, others) for p in range(drawn + others)]
    found = {place_of(n, True, drawn, others) for n in range(drawn)}
    assert found == {place for place, is_drawn in enumerate(kinds) if is_drawn}
    rest = [place_of(n, False, drawn, others) for n in range(others)]
    assert rest == [place for place, is_drawn in enumerate(kinds) if not is_drawn]


def test_doubt_is_asked_of_first() -> None:
    """What the model is least sure of comes first, where wordings are equally unlike."""
    said, doubts = ["hjelper kunden", "fagbrev", "teller kassa"], [0.1, 1.0, 0.7]
    assert [said[i] for i in most_teaching(said, doubts, [])] == ["fagbrev", "teller kassa", "hjelper kunden"]


def test_close_positions_are_doubt() -> None:
    """A competence whose first two positions are equally likely is in more doubt than one that is clearly placed."""
    close, clear = (
        Label("competence", 0.9, (Placement("people", p), Placement("pace", 0.9 - p))) for p in (0.45, 0.85)
    )
    assert doubt(close) > doubt(clear) > 0


def test_many_alike_are_worth_more_than_one() -> None:
    """Of equal doubt, a wording that comes often is asked of before one that comes once."""
    assert ordered(["fagbrev", *(f"rydder lageret {i}" for i in range(20))])[0].startswith("rydder")


def test_same_wording_does_not_come_ten_times_in_a_row() -> None:
    """However often a wording comes, others of equal doubt come in between."""
    others = ["hjelper kunden", "teller kassa", "fagbrev som kokk", "en rolig type", "bussen går snart"]
    assert ordered(["rydder lageret"] * 30 + others)[:10].count("rydder lageret") <= 5


def test_what_is_like_a_decided_one_waits() -> None:
    """A wording that was decided on elsewhere teaches less the second time."""
    undecided = ["rydder lageret", "fagbrev som kokk"]
    assert ordered(undecided, ("rydder lageret",)) == ["fagbrev som kokk", "rydder lageret"]


def test_what_a_page_compares_is_ordered_at_once() -> None:
    """Three hundred wordings beside as many decided ones take a fraction of a second."""
    said = [f"rydder lageret {i}" for i in range(300)]
    begun = time.perf_counter()
    assert len(ordered(said, tuple(said))) == 300
    assert time.perf_counter() - begun < 2


def test_quality_is_the_share_of_phrases_that_agree() -> None:
    """Each comparison counts as many times as it has phrases, and positions only where both see a competence."""
    trait = Compared("trait", (), "trait", "", phrases=3)
    wrong = Compared("none", (), "competence", "people", phrases=2)
    right = Compared("competence", ("people",), "competence", "people", phrases=4)
    quality = measured_quality([trait, wrong, right])
    assert (quality.category, quality.position) == (Agreement(7, 9), Agreement(4, 4))


@pytest.mark.parametrize(("position", "agreed"), [("people", 1), ("people+technology", 1), ("technology", 0)])
def test_position_agrees_where_a_point_is_shared(position: str, agreed: int) -> None:
    """A suggested point agrees with a decision on it, or on a balance that it is part of."""
    quality = measured_quality([Compared("competence", (position,), "competence", "people")])
    assert quality.position == Agreement(agreed, 1)


@pytest.mark.parametrize(
    ("agreed", "decisions", "low", "high"), [(0, 0, 0, 1), (8, 10, 0.490, 0.943), (10, 10, 0.722, 1), (0, 10, 0, 0.278)]
)
def test_interval_is_wilsons(agreed: int, decisions: int, low: float, high: float) -> None:
    """The interval is the one in the tables, stays within 0–1, and says nothing without decisions."""
    assert Agreement(agreed, decisions).interval == pytest.approx((low, high), abs=0.001)
