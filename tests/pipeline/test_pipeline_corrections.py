from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.corrections import Correction, correct_phrase, correct_phrases, correct_turn
from pipeline.records import Phrase, Turn, Word

TEXT = "jeg ser kunden i døra"
WORDS = tuple(Word(word, float(i), i + 0.8, 0.9) for i, word in enumerate(TEXT.split()))
TURN = Turn("respondent", TEXT, 0.0, 5.0, WORDS)
quick = settings(max_examples=60, deadline=None, database=None)


def instead_of(words: str, replacement: str, text: str = TEXT) -> Correction:
    start = text.index(words)
    return Correction(0, start, start + len(words), replacement)


def at(words: str, text: str = TEXT) -> Phrase:
    start = text.index(words)
    return Phrase("kari", 0, start, start + len(words), words)


def said(correction: Correction) -> str:
    return correct_turn(TURN, correction).text


@pytest.mark.parametrize(
    ("phrase", "correction", "words"),
    [
        ("jeg ser", instead_of("kunden", "kundene"), "jeg ser"),
        ("i døra", instead_of("kunden", "kundene"), "i døra"),
        ("ser kunden", instead_of("kunden", "kundene"), "ser kundene"),
        ("kunden", instead_of("ser kunden i", "møter en"), "møter en"),
        ("kunden i døra", instead_of("ser kunden", "møter han"), "møter han i døra"),
        ("jeg ser kunden", instead_of("kunden i", "alle ved"), "jeg ser alle ved"),
        ("ser kunden", instead_of("kunden", ""), "ser"),
        ("ser", Correction(0, 4, 4, "så "), "ser"),
        ("ser kunden", Correction(0, 8, 8, "godt "), "ser godt kunden"),
    ],
)
def test_phrase_follows_its_words(phrase: str, correction: Correction, words: str) -> None:
    """A phrase before or after keeps its words; one that is touched takes in the new ones."""
    text = said(correction)
    moved = correct_phrase(at(phrase), correction, text)
    assert moved
    assert moved.text == words == text[moved.start : moved.end]


def test_phrase_without_words_left_is_none() -> None:
    """A phrase whose words are all taken out is no phrase any more."""
    correction = instead_of("ser kunden", "")
    assert correct_phrase(at("kunden"), correction, said(correction)) is None


def test_phrase_of_another_turn_is_left() -> None:
    """Only the corrected turn's phrases move."""
    other = Phrase("kari", 3, 4, 7, "ser")
    assert correct_phrase(other, instead_of("jeg", "vi"), said(instead_of("jeg", "vi"))) == other


def test_two_phrases_that_become_one_are_the_first() -> None:
    """Where two phrases come to be the same, the first one is kept."""
    correction = instead_of("ser kunden", "hilser")
    phrases = [at("jeg"), at("ser"), at("kunden")]
    moved = correct_phrases(phrases, correction, said(correction))
    assert [phrase.text if phrase else "" for phrase in moved] == ["jeg", "hilser", ""]


def test_new_words_share_the_time_of_the_old() -> None:
    """New words are said while those they replace were, each by its length; all others keep their times."""
    words = correct_turn(TURN, instead_of("kunden i", "en kunde")).words
    assert [word.text for word in words] == ["jeg", "ser", "en", "kunde", "døra"]
    assert [words[0], words[1], words[4]] == [WORDS[0], WORDS[1], WORDS[4]]
    assert (words[2].start, words[3].end) == (WORDS[2].start, WORDS[3].end)
    assert words[3].end - words[3].start > words[2].end - words[2].start


def test_words_that_were_left_out_come_in_the_pause() -> None:
    """Words put in between two others touch the neighbour that they stand against, and no other."""
    words = correct_turn(TURN, Correction(0, 11, 11, "en ")).words
    assert [word.text for word in words] == ["jeg", "ser", "kunen", "den", "i", "døra"]
    assert (words[2].start, words[3].end) == (WORDS[2].start, WORDS[2].end)


def test_words_taken_out_lose_their_times() -> None:
    """Words that are taken out are gone, and the others keep their times."""
    words = correct_turn(TURN, instead_of("kunden ", "")).words
    assert [word.text for word in words] == ["jeg", "ser", "i", "døra"]
    assert (words[1], words[3]) == (WORDS[1], WORDS[4])


def test_turn_without_times_gets_the_words_alone() -> None:
    """A turn of a text-only source, or whose words are others than its text's, keeps what words it has."""
    bare = Turn("respondent", TEXT)
    assert correct_turn(bare, instead_of("jeg", "vi")) == Turn("respondent", "vi ser kunden i døra")
    odd = Turn("respondent", TEXT, 0.0, 5.0, (Word("helt", 0.0, 1.0, 0.9),))
    assert correct_turn(odd, instead_of("jeg", "vi")).words == odd.words


@quick
@given(st.data())
def test_words_are_those_of_the_text_and_in_order(data: st.DataObject) -> None:
    """Whatever is put where, the words are those of the new text, in time order, within the turn."""
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, len(TEXT)))
    replacement = data.draw(st.text("ab ", max_size=8))
    corrected = correct_turn(TURN, Correction(0, start, end, replacement))
    assert [word.text for word in corrected.words] == corrected.text.split()
    times = [time for word in corrected.words for time in (word.start, word.end)]
    assert all(one <= other for one, other in pairwise(times))
