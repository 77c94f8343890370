"""From the chance of each tag to spans: the likeliest reading that can be read, whatever the marker says."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.marking import CODED, EAGERNESS, TAGS, WORD, Marked, chance_of_something, spans_of_marks

quick = settings(max_examples=100, deadline=None, database=None)
TEXT = "Jeg er blid og nøyaktig, og hører på."


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, Marked]:
    """Any text, with any chances of the tags of its words."""
    text = draw(st.text(alphabet="aå’-. ,", max_size=30))
    found = tuple(match.span() for match in WORD.finditer(text))
    scores = draw(
        st.lists(st.lists(st.floats(-30, 0), min_size=9, max_size=9), min_size=len(found), max_size=len(found))
    )
    tags = np.array(scores, float).reshape(len(found), 9)
    return text, Marked(found, tags - np.log(np.exp(tags).sum(axis=1, keepdims=True)))


def marked(text: str, *tags: str, sure: float = 0.9) -> Marked:
    """The words of a text, each surely of a tag; the rest is shared by the others."""
    found = tuple(match.span() for match in WORD.finditer(text))
    chances = np.full((len(found), len(TAGS)), (1 - sure) / (len(TAGS) - 1))
    for row, tag in zip(chances, tags, strict=True):
        row[TAGS.index(tag)] = sure
    return Marked(found, np.log(chances))


def texts_of(text: str, marks: Marked) -> list[str]:
    return [text[start:end] for start, end in spans_of_marks(marks)]


@quick
@given(marked_texts())
def test_spans_of_any_marks(example: tuple[str, Marked]) -> None:
    """Spans are in order, apart, never empty, begin where a word begins and end where one ends."""
    text, marks = example
    spans = spans_of_marks(marks)
    starts, ends = {start for start, _ in marks.words}, {end for _, end in marks.words}
    assert all(start in starts and end in ends and start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@quick
@given(marked_texts())
def test_going_on_before_a_beginning_begins_nothing(example: tuple[str, Marked]) -> None:
    """Where no word may begin a span there is none, however surely one would go on."""
    _, marks = example
    begins = [i for i, tag in enumerate(TAGS) if tag[0] == "B"]
    tags = marks.tags.copy()
    tags[:, begins] = -1e6
    assert spans_of_marks(Marked(marks.words, tags)) == []


@pytest.mark.parametrize("seed", range(20))
def test_reading_is_the_likeliest_of_all(seed: int) -> None:
    """The spans are those of the likeliest of all readings of three words in which nothing goes on before it begins."""
    tags = np.log(np.random.default_rng(seed).dirichlet(np.full(9, 0.5), 3))
    words = ((0, 1), (2, 3), (4, 5))

    def follows(before: str, after: str) -> bool:
        return after[0] != "I" or before in (f"B-{after[2:]}", after)

    def score(path: tuple[str, ...]) -> float:
        return sum(tags[i, TAGS.index(tag)] - EAGERNESS * (tag == "O") for i, tag in enumerate(path))

    readable = [path for path in product(TAGS, repeat=3) if all(map(follows, ("O", *path), path))]
    best = max(readable, key=score)
    spans: list[tuple[int, int]] = []
    for (start, end), tag in zip(words, best, strict=True):
        if tag[0] == "B":
            spans.append((start, end))
        elif tag[0] == "I":
            spans[-1] = (spans[-1][0], end)
    assert spans_of_marks(Marked(words, tags)) == spans


def test_words_become_spans() -> None:
    """A span goes from the word that begins it to the last that goes on, with what stands between."""
    marks = marked(TEXT, "O", "O", "B-trait", "O", "B-trait", "O", "B-competence", "I-competence")
    assert texts_of(TEXT, marks) == ["blid", "nøyaktig", "hører på"]


def test_two_beginnings_are_two_spans() -> None:
    """Side by side, of one category, they are still two."""
    assert texts_of("lese skrive", marked("lese skrive", "B-task", "B-task")) == ["lese", "skrive"]


def test_span_keeps_its_category() -> None:
    """A word can only go on with the category that began: a weak doubt in the middle does not cut the span."""
    marks = marked("leser på sengen", "B-task", "I-trait", "I-task", sure=0.6)
    chances = np.exp(marks.tags)
    chances[1, TAGS.index("I-task")] = 0.1  # twice what it is for the word to begin anew
    assert texts_of("leser på sengen", Marked(marks.words, np.log(chances))) == ["leser på sengen"]


@pytest.mark.parametrize(("something", "found"), [(0.11, True), (0.09, False)])
def test_nothing_is_held_back(something: float, found: bool) -> None:
    """A reviewer rejects faster than finds: .11 against .89 · e⁻²·² = .099 is a find, .09 against .101 is none."""
    chances = np.full((1, 9), 1e-9)
    chances[0, [0, TAGS.index("B-trait")]] = 1 - something, something
    assert (spans_of_marks(Marked(((0, 4),), np.log(chances))) == [(0, 4)]) == found


def test_no_words_give_no_spans() -> None:
    """An answer without words has none."""
    assert spans_of_marks(Marked((), np.zeros((0, 9)))) == []


def test_tags_are_a_beginning_and_a_going_on_for_each_category() -> None:
    """Nothing first, since `chance_of_something` looks there."""
    assert TAGS[0] == "O"
    assert {tag[2:] for tag in TAGS[1:]} == set(CODED)
    assert len(TAGS) == 1 + 2 * len(CODED)


def test_words_hold_together() -> None:
    """Hyphens and apostrophes inside a word are of it, other signs are not."""
    assert WORD.findall("IT-ansvarlig, mor’s «kasse» 12:30.") == ["IT-ansvarlig", "mor’s", "kasse", "12", "30"]


def test_chance_of_something_is_the_mean_over_whole_words() -> None:
    """Of two words with .8 and .4 for anything the mean is .6; a word that is not wholly inside has no say."""
    chances = np.full((3, 9), 0.0125)
    chances[:, 0] = 0.2, 0.6, 0.9
    marks = Marked(((0, 3), (4, 8), (9, 12)), np.log(chances))
    assert chance_of_something(marks, 0, 10) == pytest.approx(0.6)
    assert chance_of_something(marks, 0, 12) == pytest.approx((0.8 + 0.4 + 0.1) / 3)


def test_what_the_marker_did_not_read_may_be_anything() -> None:
    """Where no whole word was read, nothing is ruled out."""
    marks = Marked(((0, 3),), np.log(np.full((1, 9), 1 / 9)))
    assert chance_of_something(marks, 4, 9) == 1
    assert chance_of_something(marks, 1, 3) == 1
