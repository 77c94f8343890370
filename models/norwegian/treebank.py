"""Reads a Universal Dependencies treebank into training examples, also in a transcript's form."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

#: Sentences in a document when nothing else is asked for: enough for the parser to learn where one ends.
SENTENCES_IN_DOC = 10
#: Most sentences in a document to train on.
LARGEST_GROUP = 8
#: Every so many blocks of ten sentences, one is held out for early stopping.
HELD_OUT_EVERY = 10


@dataclass(frozen=True)
class Word:
    """One treebank word; `head` is the head's place in the sentence, and the root is its own head."""

    text: str
    lemma: str
    pos: str
    feats: str
    head: int
    dep: str
    space: bool


Sentence = tuple[Word, ...]


def read_conllu(path: Path) -> list[Sentence]:
    """Every sentence of a CoNLL-U file."""
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [_sentence(block.splitlines()) for block in blocks]


def _sentence(lines: list[str]) -> Sentence:
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(_word(row) for row in rows if row[0].isdigit())


def _word(row: list[str]) -> Word:
    number, text, lemma, pos, _, feats, head, dep, _, misc = row
    place = int(head) - 1 if head != "0" else int(number) - 1
    dep = "ROOT" if dep == "root" else dep
    return Word(text, lemma, pos, "" if feats == "_" else feats, place, dep, "SpaceAfter=No" not in misc)


def as_transcript(sentence: Sentence) -> Sentence:
    """The sentence as a speech recogniser may give it: lower-cased and without punctuation."""
    kept = [place for place, word in enumerate(sentence) if word.pos not in ("PUNCT", "SYM")]
    new_place = {old: new for new, old in enumerate(kept)}
    return tuple(_spoken(sentence, place, new_place) for place in kept)


def _spoken(sentence: Sentence, place: int, new_place: dict[int, int]) -> Word:
    word = sentence[place]
    head = word.head
    while head not in new_place and sentence[head].head != head:
        head = sentence[head].head
    is_root = head not in new_place or head == place
    return replace(
        word,
        text=word.text.lower(),
        lemma=word.lemma.lower(),
        head=new_place[place if is_root else head],
        dep="ROOT" if is_root else word.dep,
        space=True,
    )


def to_doc(sentences: Iterable[Sentence], vocab: Vocab) -> Doc:
    """One gold document of several sentences, the last word of each followed by a space."""
    words: list[Word] = []
    starts: list[bool] = []
    for sentence in sentences:
        first = len(words)
        words += [replace(word, head=first + word.head) for word in sentence]
        words[-1] = replace(words[-1], space=True)
        starts += [place == 0 for place in range(len(sentence))]
    return Doc(
        vocab,
        words=[word.text for word in words],
        spaces=[word.space for word in words],
        lemmas=[word.lemma for word in words],
        pos=[word.pos for word in words],
        morphs=[word.feats for word in words],
        heads=[word.head for word in words],
        deps=[word.dep for word in words],
    )


def examples(nlp: Language, sentences: list[Sentence], sizes: Iterable[int]) -> Iterator[Example]:
    """Group sentences into documents of the given sizes, with the pipeline's own tokens on the predicted
    side.
    """
    place = 0
    for size in sizes:
        group = [sentence for sentence in sentences[place : place + size] if sentence]
        if group:
            gold = to_doc(group, nlp.vocab)
            yield Example(nlp.make_doc(gold.text), gold)
        place += size
        if place >= len(sentences):
            return


def even_sizes(sentences: list[Sentence]) -> list[int]:
    """Documents of ten sentences each."""
    return [SENTENCES_IN_DOC] * (len(sentences) // SENTENCES_IN_DOC + 1)


def split(sentences: list[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Separate what is trained on from what is held out, a tenth, in blocks of consecutive sentences."""
    kept: list[Sentence] = []
    held: list[Sentence] = []
    for start in range(0, len(sentences), SENTENCES_IN_DOC):
        block = start // SENTENCES_IN_DOC
        part = held if block % HELD_OUT_EVERY == HELD_OUT_EVERY - 1 else kept
        part += sentences[start : start + SENTENCES_IN_DOC]
    return kept, held


@registry.readers("balansekunst.Treebank.v1")
def treebank_corpus(path: str, held_out: bool, transcripts: float) -> Callable[[Language], Iterator[Example]]:
    """A corpus reader over a development section.

    For training, every pass groups the sentences anew and gives the share `transcripts` of the groups in a
    transcript's form. The held-out part is always read whole, once as written and once as a transcript.
    """
    kept, held = split(read_conllu(Path(path)))
    shuffle = random.Random(1)

    def training(nlp: Language) -> Iterator[Example]:
        place = 0
        while place < len(kept):
            group = kept[place : place + shuffle.randint(1, LARGEST_GROUP)]
            place += len(group)
            if shuffle.random() < transcripts:
                group = [as_transcript(sentence) for sentence in group]
            yield from examples(nlp, group, [len(group)])

    def held_out_part(nlp: Language) -> Iterator[Example]:
        yield from examples(nlp, held, even_sizes(held))
        spoken = [as_transcript(sentence) for sentence in held]
        yield from examples(nlp, spoken, even_sizes(spoken))

    return held_out_part if held_out else training
