"""Split the respondent's turns into phrases: exact spans that a reviewer can say yes or no to.

Two readers look at each answer. The grammar finds clauses: a sentence is one phrase, cut where a new clause with its
own subject is coordinated, and where one verb after the other is listed without a subject («prioritere og delegere»);
of «jeg er en tålmodig type» only the predicate is kept. The marker has learnt from experts which words are worth
coding, and finds what is shorter or longer than a clause. Its spans come first, cut by the grammar where they cross a
sentence or list verbs; clauses that it left alone are kept where they may hold something. Fillers and hedges are
trimmed from the edges. The interviewer's words are never coded, but the marker reads a question before its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import prompts
from pipeline.marking import Marked, Marker, chance_of_something, spans_of_marks
from pipeline.records import RESPONDENT, Phrase, Transcript

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

RULES = "4"  # part of every coding's key: raise it when the rules below change
SUBJECTS = {"nsubj", "nsubj:pass", "expl", "csubj"}
BEING = {"er", "e", "var", "være", "vært", "vere"}
LEADING = {"AUX", "ADV", "CCONJ", "SCONJ", "INTJ", "PUNCT", "PART"}
PREDICATE_LONGEST = 6  # tokens; a longer one tells more than a trait
VERBS = {"VERB", "AUX"}
NAMES = {"NOUN", "ADJ", "PROPN"}
CONTENT = {"VERB", "NOUN", "ADJ", "PROPN", "X"}
FIRST_PERSON = {"jeg", "eg", "æ", "je", "jæ", "vi", "me", "man", "du", "en"}
LIST_LONGEST = 6  # tokens in each part of a list of bare verbs
BATCH = 64
MAY_HOLD = 0.2  # mean chance of something worth coding from which a clause that the marker left alone is kept


class Grammar(Protocol):
    """A spaCy pipeline that gives sentences, parts of speech and dependencies."""

    def pipe(self, texts: Iterable[str], *, batch_size: int) -> Iterator[Doc]: ...


@dataclass(frozen=True)
class Splitter:
    """The two readers; without a marker the grammar alone decides."""

    grammar: Grammar
    marker: Marker | None = None


def split_transcript(transcript: Transcript, splitter: Splitter) -> tuple[Phrase, ...]:
    """The phrases of all the respondent's turns, in order, none crossing a turn, every span exact."""
    turns = [i for i, turn in enumerate(transcript.turns) if turn.speaker == RESPONDENT and turn.text.strip()]
    answers = [transcript.turns[i].text for i in turns]
    docs = splitter.grammar.pipe(answers, batch_size=BATCH)
    marked = _marked(splitter, answers, [_question(transcript, i) for i in turns])
    return tuple(
        Phrase(transcript.id, turn, start, end, transcript.turns[turn].text[start:end])
        for turn, doc, marks in zip(turns, docs, marked, strict=True)
        for start, end in spans_of(doc, marks)
    )


def _marked(splitter: Splitter, answers: list[str], questions: list[str]) -> list[Marked | None]:
    return [*splitter.marker.mark(answers, questions)] if splitter.marker and answers else [None] * len(answers)


def _question(transcript: Transcript, turn: int) -> str:
    """What the interviewer said last before a turn."""
    before = (t.text for t in reversed(transcript.turns[:turn]) if t.speaker != RESPONDENT)
    return next(before, "")


def spans_of(doc: Doc, marks: Marked | None = None) -> list[tuple[int, int]]:
    """Spans (start, end) in code points of the phrases of one turn."""
    pieces = [piece for sentence in doc.sents for clause in clauses(sentence) for piece in parts(clause)]
    by_grammar = _worth_saying(pieces)
    if marks is None:
        return by_grammar
    found = _worth_saying([piece for span in _marked_tokens(doc, marks) for piece in _cut_by_grammar(span)])
    alone = [span for span in by_grammar if not any(_overlap(span, other) for other in found)]
    return sorted([*found, *(span for span in alone if chance_of_something(marks, *span) >= MAY_HOLD)])


def _worth_saying(pieces: list[Span]) -> list[tuple[int, int]]:
    trimmed = [trim(piece) for piece in pieces]
    return [_characters(span) for span in trimmed if span and has_content(span)]


def _marked_tokens(doc: Doc, marks: Marked) -> Iterator[Span]:
    """What is marked as whole tokens; one that two marks share («kasse/lager») belongs to the first."""
    free = 0
    for start, end in spans_of_marks(marks):
        span = doc.char_span(start, end, alignment_mode="expand")
        if span.end > free:
            yield doc[max(span.start, free) : span.end]
            free = span.end


def _cut_by_grammar(span: Span) -> Iterator[Span]:
    """A marked span without what crosses a sentence; bare verbs listed in it are one phrase each."""
    for sentence in span.doc.sents:
        first, last = max(span.start, sentence.start), min(span.end, sentence.end)
        if first < last:
            piece = span.doc[first:last]
            yield from _listed_verbs(piece) or [piece]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _characters(span: Span) -> tuple[int, int]:
    """Start and end in code points; a full stop that the tokenizer left on the last word is not part of it."""
    return span[0].idx, span[0].idx + len(span.text.rstrip(".,;:!? "))


def clauses(sentence: Span) -> list[Span]:
    """Cut a sentence before each coordinated clause that has a subject of its own."""
    starts = sorted({_left_edge(token) for token in sentence if _is_own_clause(token, sentence)} | {sentence.start})
    return _cut(sentence, starts)


def _is_own_clause(token: Token, sentence: Span) -> bool:
    if token.dep_ not in ("conj", "parataxis") or not any(child.dep_ in SUBJECTS for child in token.children):
        return False
    # Only what is coordinated with the main clause; a list inside a subordinate clause belongs to that clause.
    head = token.head
    while head.dep_ in ("conj", "parataxis"):
        head = head.head
    return head == sentence.root


def _left_edge(token: Token) -> int:
    return int(token.left_edge.i)


def _cut(span: Span, starts: list[int]) -> list[Span]:
    ends = [*starts[1:], span.end]
    return [span.doc[start:end] for start, end in zip(starts, ends, strict=True) if end > start]


def parts(clause: Span) -> list[Span]:
    """A list of bare verbs or of nouns and adjectives as one phrase each; anything else whole."""
    listed = _listed_verbs(clause)
    if listed:
        return listed
    predicate = _predicate(clause)
    if predicate is None:
        return _listed_names(clause)
    rest = clause.doc[predicate.end : clause.end]
    return [*_listed_names(predicate), *([rest] if any(token.pos_ == "VERB" for token in rest) else [])]


def _listed_names(span: Span) -> list[Span]:
    """«bachelor i sykepleie, og kurs i etikk» → two; «en skravlebøtte, så det går av seg selv» → without the reason."""
    root = span.root
    if root.pos_ not in NAMES or any(token.dep_ in SUBJECTS and token.head == root for token in span):
        return [span]
    names = [token for token in span if token.dep_ == "conj" and token.pos_ in NAMES and token.i > root.i]
    listed = [token for token in names if _of(token, root) and _is_apart(token)]
    cut = _cut(span, [span.start, *sorted({_left_edge(token) for token in listed if _left_edge(token) > root.i})])
    return [_before_reason(part) for part in cut]


def _is_apart(token: Token) -> bool:
    """Whether a listed name says something of its own: «kurs og fagbrev» is one, «fagbrev, og kurs i etikk» two."""
    comma = token.doc[_left_edge(token) - 1] if _left_edge(token) > 0 else token
    return any(child.dep_ in ("nmod", "acl", "acl:relcl", "advcl", "obl", "xcomp") for child in token.children) or (
        comma.text == ","
    )


def _before_reason(part: Span) -> Span:
    """The part up to a comma that a clause of its own follows."""
    for token in part[1:]:
        rest = part.doc[token.i + 1 : part.end]
        if token.text == "," and token.i > part.root.i and any(word.pos_ in VERBS for word in rest):
            return part.doc[part.start : token.i]
    return part


def _listed_verbs(clause: Span) -> list[Span]:
    """«du må kunne prioritere og delegere oppgaver» → two; none where the verbs are finite or the parts are long."""
    root = clause.root
    if root.pos_ not in VERBS:
        return []
    verbs = [
        root,
        *(t for t in clause if t.dep_ == "conj" and t.head.i >= clause.start and t.pos_ in VERBS and _of(t, root)),
    ]
    if len(verbs) < 2 or any("Inf" not in verb.morph.get("VerbForm") for verb in verbs):
        return []
    cut = _cut(clause, sorted({root.i, *(_left_edge(verb) for verb in verbs[1:])}))
    return cut if all(len(part) <= LIST_LONGEST for part in cut) else []


def _of(token: Token, root: Token) -> bool:
    head = token.head
    while head.dep_ == "conj" and head != root:
        head = head.head
    return bool(head == root)


def _predicate(clause: Span) -> Span | None:
    """«jeg er nok litt sta» → «nok litt sta»: what is said of the speaker, where the speaker is the subject.

    Told by the words and not by the parse, since parsers disagree most on short predicates of talk.
    """
    being = next((token for token in clause if token.lower_ in BEING), None)
    if being is None or not any(token.lower_ in FIRST_PERSON for token in clause.doc[clause.start : being.i + 2]):
        return None
    before = [token for token in clause.doc[clause.start : being.i] if token.lower_ not in FIRST_PERSON]
    if any(token.pos_ not in LEADING for token in before):
        return None
    inverted = being.i + 1 < clause.end and clause.doc[being.i + 1].lower_ in FIRST_PERSON - {"en"}  # «så er jeg»
    first = being.i + 2 if inverted else being.i + 1
    rest = clause.doc[first : clause.end]
    said = next((clause.doc[first : token.i] for token in rest if token.text == ","), rest)
    short = 0 < len(said) <= PREDICATE_LONGEST and not any(t.pos_ == "VERB" and t.dep_ != "acl" for t in said[:-1])
    return said if short else None


def trim(span: Span) -> Span | None:
    """The span without punctuation, fillers and hedges at its edges; None where nothing is left."""
    words = [token.lower_ for token in span]
    first, last = 0, len(span)
    while first < last and (step := _hedge_at(span, words, first, last)):
        first += step
    while last > first and (step := _hedge_before(span, words, first, last)):
        last -= step
    return span[first:last] if last > first else None


def _hedge_at(span: Span, words: list[str], first: int, last: int) -> int:
    """How many tokens to drop from the left."""
    if span[first].is_punct or span[first].is_space:
        return 1
    return next(
        (len(h) for h in prompts.hedges() if len(h) <= last - first and tuple(words[first : first + len(h)]) == h),
        0,
    )


def _hedge_before(span: Span, words: list[str], first: int, last: int) -> int:
    """How many tokens to drop from the right."""
    if span[last - 1].is_punct or span[last - 1].is_space:
        return 1
    return next(
        (len(h) for h in prompts.hedges() if len(h) <= last - first and tuple(words[last - len(h) : last]) == h),
        0,
    )


def has_content(span: Span) -> bool:
    """Whether there is anything to code: a word that carries meaning, and more than a lone word of talk."""
    content = [token for token in span if token.pos_ in CONTENT]
    return bool(content) and (len(span) > 1 or content[0].pos_ in ("ADJ", "NOUN", "VERB"))
