"""Hear in what respondents say which demands grow, which fade and which are new: sentences with an exact span.

Wordings (`change_wordings`) find what may tell of change; a look at the words around takes out what is negated,
wished, asked, private, seasonal or somebody's own learning. Of several in a sentence the first one says which way it
goes, and «before … now» only where nothing clearer is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import change_wordings as wordings
from pipeline.change_matching import (
    BEFORE,
    DIRECTIONS,
    FADES,
    GROWS,
    NEW,
    NOW,
    OWN_DENIAL,
    PASSING,
    WEAK,
    alternatives,
    may_tell,
    wordings_in,
)
from pipeline.phrases import BATCH, SUBJECTS, Grammar
from pipeline.records import RESPONDENT, Phrase, Transcript

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

RULES = "1"  # part of every reading's key: raise it when the rules below or the wordings change
SOON_AFTER = 6  # tokens after «nå» that tell what became of it
LESS = set(wordings.LISTS["LESS"].split())
TECHNOLOGY = re.compile(alternatives("TECH"))


@dataclass(frozen=True)
class Change:
    """A sentence, or two, that tells of change; `direction` is one of `DIRECTIONS`, `cues` the words that tell it."""

    phrase: Phrase
    direction: str
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """A wording in a sentence, and which way it says that things go."""

    direction: str
    words: Span
    cues: tuple[str, ...]


def find_changes(transcript: Transcript, grammar: Grammar) -> tuple[Change, ...]:
    """What the respondent's turns tell of change, in order, no two overlapping, every span exact."""
    turns = [i for i, turn in enumerate(transcript.turns) if turn.speaker == RESPONDENT and may_tell(turn.text)]
    docs = grammar.pipe([transcript.turns[i].text for i in turns], batch_size=BATCH)
    return tuple(
        Change(Phrase(transcript.id, turn, start, end, doc.text[start:end]), told.direction, told.cues)
        for turn, doc in zip(turns, docs, strict=True)
        for (start, end), told in changes_in(doc)
    )


def changes_in(doc: Doc) -> Iterator[tuple[tuple[int, int], Told]]:
    """The spans, in code points, of the sentences of one turn that tell of change."""
    sentences, found = list(doc.sents), wordings_in(doc)
    number = 0
    while number < len(sentences):
        sentence = sentences[number]
        joined = _joined(sentences, number, found)
        told = _told(joined or sentence, found)
        if told:
            yield _trimmed(joined or sentence), told
        number += 2 if joined and told else 1


def _joined(sentences: list[Span], number: int, found: dict[str, list[Span]]) -> Span | None:
    """«Før ringte de. Nå skriver de.»: two sentences as one, the first of before, the next of now."""
    if number + 1 == len(sentences) or not _within(sentences[number], found[BEFORE]):
        return None
    one, other = sentences[number], sentences[number + 1]
    begins = any(span.start <= other.start + 1 for span in _within(other, found[NOW]))
    return one.doc[one.start : other.end] if begins and not _within(one, found[NOW]) else None


def _told(sentence: Span, found: dict[str, list[Span]]) -> Told | None:
    """Which way the sentence says that things go; None where it does not tell of change."""
    if _is_other_talk(sentence):
        return None
    passing = bool(_within(sentence, found[PASSING]))
    clear = [
        Told(_way(direction, words), words, (words.text,))
        for direction in DIRECTIONS
        for words in _within(sentence, found[direction])
        if _holds(words, sentence, direction) and not (passing and direction != NEW)
    ]
    if clear:
        return min(clear, key=lambda told: (told.words.start, told.words.end))
    return _before_and_now(sentence, found) or _weakly(sentence, found)


def _way(direction: str, words: Span) -> str:
    """«Mindre enn før» has a comparative as «mer enn før» has."""
    return FADES if direction == GROWS and _says(words, LESS) else direction


def _before_and_now(sentence: Span, found: dict[str, list[Span]]) -> Told | None:
    """«Før telte vi for hånd, nå kommer det på skjermen»."""
    before, now = _within(sentence, found[BEFORE]), _within(sentence, found[NOW])
    if not (before and now):
        return None
    words = sentence.doc[min(before[0].start, now[0].start) : max(before[0].end, now[0].end)]
    told = sentence.doc[now[0].start : sentence.end if now[0].start > before[0].start else before[0].start]
    if _is_own_life(words, sentence) and not _has_technology(told):
        return None
    return Told(FADES if _says(told[:SOON_AFTER], wordings.GONE) else NEW, words, (before[0].text, now[0].text))


def _weakly(sentence: Span, found: dict[str, list[Span]]) -> Told | None:
    for direction in WEAK:
        for words in _within(sentence, found[WEAK[direction]]):
            if _holds(words, sentence, direction):
                return Told(direction, words, (words.text,))
    return None


def _holds(words: Span, sentence: Span, direction: str) -> bool:
    """Whether the wording means what it says here."""
    if _is_conditional(words, sentence) or _is_denied(words, sentence) or _is_own_life(words, sentence):
        return False
    return direction == NEW or not (_is_over(words, sentence) or _is_consequence(words) or _is_counted(words))


def _is_other_talk(sentence: Span) -> bool:
    """Questions, wishes, and life outside work."""
    first = next((token.lower_ for token in sentence if token.is_alpha), "")
    last = next((token.text for token in reversed(sentence) if not token.is_space), "")
    unreal = first in wordings.UNREAL or _says(sentence, wordings.HYPOTHETICAL)
    return last == "?" or unreal or _says(sentence, wordings.PRIVATE) or _wonders(sentence)


def _wonders(sentence: Span) -> bool:
    """«Om det blir mer, vet jeg ikke»."""
    return _says(sentence, wordings.IF) and _says(sentence, wordings.WONDERING)


def _is_conditional(words: Span, sentence: Span) -> bool:
    """«Når det blir mer kø», «om det blir mindre»."""
    clause = _clause_before(words, sentence, 6)
    return _says(clause, wordings.WHEN) or any(t.lower_ == "om" and t.pos_ == "SCONJ" for t in clause)


def _is_denied(words: Span, sentence: Span) -> bool:
    """A negation that the wording does not have itself."""
    if _says(words, wordings.DENYING):
        return words.label_ != OWN_DENIAL
    return _says(_clause_before(words, sentence, 4), wordings.NEGATIONS) or _says(words, wordings.NEGATIONS)


def _is_over(words: Span, sentence: Span) -> bool:
    """Told of one time in the past, and not of how it has become since."""
    verb = next((token for token in words if token.morph.get("Tense")), None) or _finite(words.root)
    is_past = verb is not None and "Past" in verb.morph.get("Tense")
    return is_past and not _says(sentence, wordings.SINCE)


def _is_consequence(words: Span) -> bool:
    """«Da blir det mindre kjøring»: of what was just told of, and not of the work."""
    before = words.doc[words.start - 1] if words.start else None
    return before is not None and before.lower_ == "da" and words[0].lower_ == "blir"


def _is_counted(words: Span) -> bool:
    """«Mer enn to uker»."""
    after = words.doc[words.end : words.end + 2]
    return len(after) == 2 and after[0].lower_ == "enn" and (after[1].like_num or after[1].pos_ == "NUM")


def _finite(token: Token) -> Token | None:
    """The finite verb that the word depends on: its own auxiliary, itself, or one above."""
    for word in (token, *token.ancestors):
        for verb in (word, *(child for child in word.children if child.pos_ == "AUX")):
            if verb.morph.get("Tense"):
                return verb
    return None


def _is_own_life(words: Span, sentence: Span) -> bool:
    """Whether it is about the speaker or one other person, or about what anyone learns by doing it."""
    subject = _subject_near(words, sentence)
    if subject in wordings.ONE_PERSON:
        return True
    if subject in wordings.ONESELF:
        return not _has_technology(words)
    return subject in wordings.ANYONE and _says(words, wordings.SKILLED)


def _subject_near(words: Span, sentence: Span) -> str:
    """The last pronoun up to the wording that is a subject, or the one after it, without «jeg tror»."""
    doc, first = words.doc, max(sentence.start, words.start - 6)
    persons = wordings.ONESELF | wordings.ONE_PERSON
    inverted = next((token.lower_ for token in doc[words.end : words.end + 2] if token.lower_ in persons), "")
    if inverted and not words.doc[words.end - 1].is_punct:
        return inverted
    for token in reversed(doc[first : words.end]):
        after = doc[token.i + 1].lower_ if token.i + 1 < len(doc) else ""
        before = doc[token.i - 1].lower_ if token.i > first else ""
        if {after, before} & wordings.THINKING:
            continue
        if token.dep_ in SUBJECTS or token.lower_ in persons:
            return token.lower_
    return ""


def _clause_before(words: Span, sentence: Span, most: int) -> Span:
    """Up to so many tokens before the wording, from the last punctuation on."""
    first = words.start
    while first > max(sentence.start, words.start - most) and not words.doc[first - 1].is_punct:
        first -= 1
    return words.doc[first : words.start]


def _says(span: Span, words: set[str]) -> bool:
    return any(token.lower_ in words for token in span)


def _has_technology(span: Span) -> bool:
    return any(TECHNOLOGY.fullmatch(token.lower_) for token in span)


def _within(sentence: Span, found: list[Span]) -> list[Span]:
    return [span for span in found if sentence.start <= span.start and span.end <= sentence.end]


def _trimmed(span: Span) -> tuple[int, int]:
    """Without space and a full stop at the ends."""
    text = span.text
    start = span.start_char + len(text) - len(text.lstrip(" –-«\n\t"))
    return start, span.start_char + len(text.rstrip(" .,;:–-\n\t"))
