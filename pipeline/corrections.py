"""Correct a transcript by hand: other words at a span of a turn, and where times and phrases are to be found then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.records import INTERVIEWER, RESPONDENT, Phrase, Turn, Word

WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Correction:
    """What is to stand at code points [start, end) of a turn; equal where words were left out."""

    turn: int
    start: int
    end: int
    replacement: str

    @property
    def shift(self) -> int:
        """How far what comes after moves."""
        return len(self.replacement) - (self.end - self.start)

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the turn is afterwards; if the correction touches it, together with the new words."""
        if end <= self.start:
            return start, end
        if start >= self.end:
            return start + self.shift, end + self.shift
        after = self.start + len(self.replacement)
        return min(start, self.start), end + self.shift if end > self.end else after


def swap(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The same turns with interviewer and respondent exchanged."""
    other = {INTERVIEWER: RESPONDENT, RESPONDENT: INTERVIEWER}
    return tuple(replace(turn, speaker=other[turn.speaker]) for turn in turns)


def correct_turn(turn: Turn, correction: Correction) -> Turn:
    """The turn with the new words. They share the time of those that they replace, each by its length."""
    text = turn.text[: correction.start] + correction.replacement + turn.text[correction.end :]
    spans = word_spans(turn)
    if not spans:
        return replace(turn, text=text)
    before = [word for word, (_, end) in zip(turn.words, spans, strict=True) if end < correction.start]
    after = [word for word, (start, _) in zip(turn.words, spans, strict=True) if start > correction.end]
    first = spans[len(before)][0] if len(before) < len(spans) else len(turn.text)
    last = spans[-len(after) - 1][1] if len(after) < len(spans) else 0
    begin, end = min(first, correction.start), max(last, correction.end) + correction.shift
    heard = turn.words[len(before) : len(turn.words) - len(after)]
    said = WORD.findall(text[begin:end])
    return replace(turn, text=text, words=(*before, *_timed(said, *_time(turn, before, heard, after)), *after))


def word_spans(turn: Turn) -> list[tuple[int, int]]:
    """Where each word of the turn stands in its text; empty where they are not the words of the text."""
    spans, place = [], 0
    for word in turn.words:
        start = turn.text.find(word.text, place)
        if start < 0:
            return []
        place = start + len(word.text)
        spans.append((start, place))
    return spans


def correct_phrase(phrase: Phrase, correction: Correction, text: str) -> Phrase | None:
    """The phrase in the corrected `text` of its turn, without space around it; None where no word of it is left."""
    if phrase.turn != correction.turn:
        return phrase
    start, end = correction.moved(phrase.start, phrase.end)
    words = text[start:end].strip()
    if not words:
        return None
    start = text.index(words, start)
    return replace(phrase, start=start, end=start + len(words), text=words)


def correct_phrases(phrases: Sequence[Phrase], correction: Correction, text: str) -> tuple[Phrase | None, ...]:
    """Each phrase in the corrected turn; None where no word of it is left, or an earlier one is the same by now."""
    moved = [correct_phrase(phrase, correction, text) for phrase in phrases]
    return tuple(None if phrase in moved[:i] else phrase for i, phrase in enumerate(moved))


def _time(turn: Turn, before: Sequence[Word], heard: Sequence[Word], after: Sequence[Word]) -> tuple[float, float]:
    """From when to when the new words are said: while the old ones were, else in the pause between their neighbours."""
    if heard:
        return heard[0].start, heard[-1].end
    begin = before[-1].end if before else turn.start or 0.0
    return begin, max(begin, after[0].start if after else turn.end or begin)


def _timed(said: Sequence[str], start: float, end: float) -> list[Word]:
    """The words one after the other, each as long as its letters; a person wrote them, so they are certain."""
    letters = sum(map(len, said))
    timed, done = [], 0
    for text in said:
        begin = start + (end - start) * done / letters
        done += len(text)
        timed.append(Word(text, round(begin, 3), round(start + (end - start) * done / letters, 3), 1.0))
    return timed
