from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.learning import Decided
from pipeline.records import Label, Phrase, Placement, Suggestion, identity_of
from pipeline.review_order import (
    Agreement,
    doubt,
    is_unbiased,
    measured_quality,
    most_teaching,
    review_order,
)

quick = settings(max_examples=30, deadline=None, database=None)
texts = st.lists(st.sampled_from(["hjelper kunden", "rydder lageret", "teller kassa", "fagbrev", "…"]), max_size=60)


def suggestion(i: int, text: str, probability: float = 0.6, category: str = "task") -> Suggestion:
    return Suggestion(Phrase("kari", i, 0, len(text), text), Label(category, probability))


def many(count: int, text: str = "rydder lageret {}") -> list[Suggestion]:
    return [suggestion(i, text.format(i)) for i in range(count)]


@quick
@given(texts, st.sets(st.integers(0, 59)), st.text(max_size=5))
def test_order_has_every_undecided_suggestion_once(words: list[str], decided: set[int], seed: str) -> None:
    """Whatever the seed, all that is undecided is in the list once, and nothing that is decided."""
    suggestions = [suggestion(i, text) for i, text in enumerate(words)]
    known = {identity_of(s.phrase) for i, s in enumerate(suggestions) if i in decided}
    ordered = [one.suggestion.phrase.turn for one in review_order(suggestions, known, seed)]
    assert sorted(ordered) == [i for i in range(len(words)) if i not in decided]


def test_order_is_the_same_each_time() -> None:
    """The same suggestions and seed give the same list, another seed another tenth."""
    suggestions = many(200)
    assert review_order(suggestions, set(), "a") == review_order(suggestions, set(), "a")
    tenths = [{o.suggestion for o in review_order(suggestions, set(), seed) if o.unbiased} for seed in "ab"]
    assert tenths[0] != tenths[1]


def test_tenth_is_drawn_by_identity_alone() -> None:
    """Who is in the tenth does not depend on what the model says, nor on what else there is or is decided."""
    before = {o.suggestion.phrase: o.unbiased for o in review_order(many(200), set(), "a")}
    changed = [replace(s, label=Label("trait", 0.99)) for s in many(200)][50:]
    after = review_order(changed, {identity_of(changed[0].phrase)}, "a")
    assert all(before[o.suggestion.phrase] == o.unbiased for o in after)


def test_tenth_is_about_a_tenth_and_spread_evenly() -> None:
    """Of a thousand about a hundred are drawn, and every quarter of the list has about a quarter of them."""
    drawn = [one.unbiased for one in review_order(many(1000), set(), "a")]
    assert 70 <= sum(drawn) <= 130
    quarters = [sum(drawn[start : start + 250]) for start in range(0, 1000, 250)]
    assert max(quarters) - min(quarters) <= 2


def test_doubt_is_asked_of_first() -> None:
    """What the model is least sure of comes first, where wordings are equally unlike."""
    said = [("hjelper kunden", 0.99), ("fagbrev", 0.5), ("teller kassa", 0.8)]
    ordered = most_teaching([suggestion(i, text, p) for i, (text, p) in enumerate(said)], [])
    assert [s.phrase.text for s in ordered] == ["fagbrev", "teller kassa", "hjelper kunden"]


def test_close_positions_are_doubt() -> None:
    """A competence whose first two positions are equally likely is in more doubt than one that is clearly placed."""
    close, clear = (
        Label("competence", 0.9, (Placement("people", p), Placement("pace", 0.9 - p))) for p in (0.45, 0.85)
    )
    assert doubt(close) > doubt(clear) > 0


def test_many_alike_are_worth_more_than_one() -> None:
    """Of equal doubt, a wording that comes often is asked of before one that comes once."""
    ordered = most_teaching([suggestion(0, "fagbrev"), *many(20)], [])
    assert ordered[0].phrase.text.startswith("rydder")


def test_same_wording_does_not_come_ten_times_in_a_row() -> None:
    """However often a wording comes, others of equal doubt come in between."""
    others = ["hjelper kunden", "teller kassa", "fagbrev som kokk", "en rolig type", "bussen går snart"]
    ordered = most_teaching([*many(30, "rydder lageret"), *(suggestion(50 + i, t) for i, t in enumerate(others))], [])
    first = [s.phrase.text for s in ordered[:10]]
    assert first.count("rydder lageret") <= 5


def test_what_is_like_a_decided_one_waits() -> None:
    """A wording that was decided on elsewhere teaches less the second time."""
    undecided = [suggestion(0, "rydder lageret"), suggestion(1, "fagbrev som kokk")]
    ordered = most_teaching(undecided, [suggestion(2, "rydder lageret")])
    assert [s.phrase.text for s in ordered] == ["fagbrev som kokk", "rydder lageret"]


def test_big_project_is_ordered_within_seconds() -> None:
    """Fifteen thousand suggestions are in order in a second or two, eight on a busy machine."""
    begun = time.perf_counter()
    assert len(review_order(many(15_000), set(), "a")) == 15_000
    assert time.perf_counter() - begun < 8


def test_quality_is_measured_on_the_tenth_alone() -> None:
    """Only decisions on the random tenth are counted, whatever the others say."""
    suggestions = many(300)
    drawn = {identity_of(s.phrase) for s in suggestions if is_unbiased(identity_of(s.phrase), "a")}
    decisions = {
        identity_of(s.phrase): Decided(s.phrase.text, "task" if identity_of(s.phrase) in drawn else "trait")
        for s in suggestions
    }
    quality = measured_quality(decisions, suggestions, "a")
    assert quality.category == Agreement(len(drawn), len(drawn))
    assert quality.position == Agreement(0, 0)


@pytest.mark.parametrize(("position", "agreed"), [("people", 1), ("people+technology", 1), ("technology", 0)])
def test_position_agrees_where_a_point_is_shared(position: str, agreed: int) -> None:
    """A suggested point agrees with a decision on it, or on a balance that it is part of."""
    label = Label("competence", 0.9, (Placement("people", 0.6), Placement("technology", 0.2)))
    drawn = next(s for s in many(100) if is_unbiased(identity_of(s.phrase), "a"))
    decided = Decided(drawn.phrase.text, "competence", (position,))
    quality = measured_quality({identity_of(drawn.phrase): decided}, [replace(drawn, label=label)], "a")
    assert quality.position == Agreement(agreed, 1)


@pytest.mark.parametrize(
    ("agreed", "decisions", "low", "high"), [(0, 0, 0, 1), (8, 10, 0.490, 0.943), (10, 10, 0.722, 1), (0, 10, 0, 0.278)]
)
def test_interval_is_wilsons(agreed: int, decisions: int, low: float, high: float) -> None:
    """The interval is the one in the tables, stays within 0–1, and says nothing without decisions."""
    assert Agreement(agreed, decisions).interval == pytest.approx((low, high), abs=0.001)
