"""What the Norwegian pipeline needs at load time beyond spaCy itself.

Training data is small (about 33,000 words), so most words of an interview are new to the model. Two tables
tell it about words that it never saw, both kept in `vocab.lookups`, where every component finds them:

* **subwords**: the piece vocabulary of a multilingual sentence encoder with the encoder's input vectors,
  reduced and stored as 8-bit numbers. Any word is cut into pieces, so no word is unknown.
* **lexicon**: the inflected forms of Norsk ordbank as (hash of the form, inflection), which says what a
  form can be and what its lemma is then. A compound that is not listed is judged by its longest listed
  ending.

Importing this module registers with spaCy the embedding layer, the lemmatizer, and a component that mends
where sentences start. Import it before `spacy.load`, or let `load_pipeline` do both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import spacy
from spacy.attrs import ORTH
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.ml.featureextractor import FeatureExtractor
from spacy.pipeline.edit_tree_lemmatizer import DEFAULT_EDIT_TREE_LEMMATIZER_MODEL, EditTreeLemmatizer
from spacy.pipeline.lemmatizer import lemmatizer_score
from spacy.strings import get_string_id
from spacy.tokens import Doc, Token
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab
from thinc.api import (
    HashEmbed,
    Maxout,
    Model,
    SequenceCategoricalCrossentropy,
    chain,
    concatenate,
    glorot_uniform_init,
    ragged2list,
    use_ops,
    with_array,
)
from thinc.types import Floats2d, Ragged
from tokenizers import Tokenizer
from tokenizers.models import Unigram

Backprop = Callable[[Ragged], list[Doc]]

SUBWORDS = "balansekunst_subwords"
LEXICON = "balansekunst_lexicon"

#: Starts a word's first piece, as the sentence encoder's vocabulary writes it.
WORD_START = "▁"
#: Which lexicon class holds the forms of a universal part of speech.
CLASS_OF_POS = {"NOUN": "N", "VERB": "V", "AUX": "V", "ADJ": "A", "ADV": "R"}
#: A compound's listed ending must have this many letters to say anything about the compound.
SHORTEST_HEAD = 4
#: What ends a sentence in writing.
SENTENCE_ENDS = frozenset((".", "!", "?", "…", "..."))
#: What never begins a sentence.
NEVER_STARTS = frozenset((",", ";", ":", ")", "]", "»", "”", *SENTENCE_ENDS))
#: The lexical features of a word (`WordFeatures.COLUMNS`) and the style of its text.
LEXICAL_COLUMNS = 6
#: Words kept in the feature cache before it starts afresh, so that a long-running process does not grow.
CACHE_LIMIT = 50_000


def load_pipeline(path: Path) -> Language:
    """Load a trained pipeline so that it multiplies matrices with NumPy's library.

    For layers of this shape that is up to three times as fast as the one spaCy uses by itself, with the
    same result.
    """
    with use_ops("numpy", use_blis=False):
        return spacy.load(path)


def form_key(form: str) -> np.uint32:
    """The 32-bit hash of a form, which the lexicon stores in its place to be small and quick to load."""
    return np.uint32(get_string_id(form) & 0xFFFFFFFF)


@dataclass(frozen=True)
class Subwords:
    """The piece vocabulary and one vector a piece, as `codes * scale`."""

    tokenizer: Tokenizer
    codes: np.ndarray
    scale: np.ndarray

    @classmethod
    def from_lookups(cls, lookups: Lookups) -> Subwords:
        """Rebuild the unigram segmenter from the stored pieces and their scores."""
        table = lookups.get_table(SUBWORDS)
        vocabulary = list(zip(table["pieces"].split("\n"), table["scores"].tolist(), strict=True))
        return cls(Tokenizer(Unigram(vocabulary, unk_id=0)), table["codes"], table["scale"])

    @property
    def width(self) -> int:
        """Length of a word's vector: the mean of its pieces, then its last piece, which inflects."""
        return 2 * int(self.codes.shape[1])

    def vectors(self, words: Sequence[str]) -> np.ndarray:
        """One vector for each of `words`, whether or not any text seen before had it."""
        marked = [WORD_START + word.lower() for word in words]
        encoded = self.tokenizer.encode_batch_fast(marked, add_special_tokens=False)
        return np.stack([self._pool(piece_ids.ids) for piece_ids in encoded])

    def _pool(self, ids: list[int]) -> np.ndarray:
        rows = self.codes[ids].astype("float32") * self.scale
        return np.concatenate([rows.mean(axis=0), rows[-1]])


@dataclass(frozen=True)
class Lexicon:
    """Norsk ordbank's forms: sorted hashes, and for each hash the number of its signature.

    A signature joins a form's readings by `;`. A reading is `class:strip>add`: the word class, the ending
    to take off and the ending to put on for the lemma, so that "kjørte" has `V:te>e;A:te>e`.
    """

    keys: np.ndarray
    signature_ids: np.ndarray
    signatures: list[str]

    @classmethod
    def from_lookups(cls, lookups: Lookups) -> Lexicon:
        """Take the arrays as they are stored."""
        table = lookups.get_table(LEXICON)
        return cls(table["keys"], table["signature_ids"], table["signatures"].split("\n"))

    def signature(self, form: str) -> str:
        """The readings of a listed form, joined by `;`, or an empty text."""
        key = form_key(form)
        place = int(np.searchsorted(self.keys, key))
        if place < len(self.keys) and self.keys[place] == key:
            return self.signatures[int(self.signature_ids[place])]
        return ""

    def head_signature(self, form: str) -> str:
        """The readings of a form, or else of the longest listed ending: a Norwegian compound inflects as
        its head.
        """
        for start in (0, *range(2, len(form) - SHORTEST_HEAD + 1)):
            if found := self.signature(form[start:]):
                return found
        return ""

    def is_lemma(self, form: str, word_class: str) -> bool:
        """Whether `form` is its own lemma as a word of `word_class` ("N", "V", "A" or "R")."""
        return f"{word_class}:>" in self.head_signature(form).split(";")


class WordFeatures:
    """Everything the embedding layer asks about a word, computed once for each distinct spelling.

    Speech repeats itself: looking words up by number instead of cutting them again is what makes the
    pipeline quick.
    """

    #: Lexicon word classes, lexicon signature, and the last two, four and five letters.
    COLUMNS = LEXICAL_COLUMNS - 1

    def __init__(self, lookups: Lookups) -> None:
        self.subwords = Subwords.from_lookups(lookups)
        self.lexicon = Lexicon.from_lookups(lookups)
        self._is_lemma: dict[tuple[str, str], bool] = {}
        self._lock = Lock()
        self._clear()

    def _clear(self) -> None:
        self._row_of: dict[int, int] = {}
        self._ids = np.zeros((0, self.COLUMNS), dtype="uint64")
        self._vectors = np.zeros((0, self.subwords.width), dtype="float32")

    def ids(self, docs: Sequence[Doc]) -> np.ndarray:
        """The discrete features of every word in turn, as hashes for `HashEmbed`."""
        with self._lock:
            rows = self._rows(docs)
            return np.take(self._ids, rows, axis=0)

    def vectors(self, docs: Sequence[Doc]) -> np.ndarray:
        """The subword vector of every word in turn."""
        with self._lock:
            rows = self._rows(docs)
            return np.take(self._vectors, rows, axis=0)

    def is_lemma(self, form: str, word_class: str) -> bool:
        """`Lexicon.is_lemma`, remembered."""
        known = self._is_lemma.get((form, word_class))
        if known is None:
            if len(self._is_lemma) > CACHE_LIMIT:
                self._is_lemma.clear()
            known = self._is_lemma[form, word_class] = self.lexicon.is_lemma(form, word_class)
        return known

    def _rows(self, docs: Sequence[Doc]) -> np.ndarray:
        orths = np.concatenate([doc.to_array(ORTH) for doc in docs]).tolist()
        new = [orth for orth in dict.fromkeys(orths) if orth not in self._row_of]
        if self._row_of and len(self._row_of) + len(new) > CACHE_LIMIT:
            self._clear()
            return self._rows(docs)
        if new:
            self._add(new, [docs[0].vocab.strings[orth] for orth in new])
        return np.array([self._row_of[orth] for orth in orths], dtype="int64")

    def _add(self, orths: list[int], words: list[str]) -> None:
        first = len(self._row_of)
        self._row_of.update({orth: first + offset for offset, orth in enumerate(orths)})
        self._ids = np.concatenate([self._ids, np.stack([self._describe(word) for word in words])])
        self._vectors = np.concatenate([self._vectors, self.subwords.vectors(words)])

    def _describe(self, word: str) -> np.ndarray:
        form = word.lower()
        signature = self.lexicon.head_signature(form)
        classes = "".join(sorted({text[0] for text in signature.split(";") if text}))
        texts = (f"class {classes}", f"signature {signature}", form[-2:], form[-4:], form[-5:])
        return np.array([get_string_id(text) for text in texts], dtype="uint64")


_FEATURES: WeakKeyDictionary[Lookups, WordFeatures] = WeakKeyDictionary()


def word_features(vocab: Vocab) -> WordFeatures:
    """The features of a vocabulary's words; one store for each loaded pipeline, shared by its components."""
    if vocab.lookups not in _FEATURES:
        for name in (SUBWORDS, LEXICON):
            if not vocab.lookups.has_table(name):
                raise ValueError(f"the pipeline's vocabulary has no table {name!r}: train it with train.py")
        _FEATURES[vocab.lookups] = WordFeatures(vocab.lookups)
    return _FEATURES[vocab.lookups]


def style(doc: Doc) -> str:
    """How a text is written: whether anything in it ends a sentence, and whether it has capitals.

    A recogniser may give neither. Told so, the parser can guess at sentence ends there without learning to
    break sentences that are written out.
    """
    stops = any(token.text in SENTENCE_ENDS for token in doc)
    capitals = any(not token.is_lower and token.is_alpha for token in doc)
    return f"style {stops} {capitals}"


def LexicalIds(attrs: list[str]) -> Model[list[Doc], Ragged]:
    """Number each word's spaCy attributes, its lexical features and its text's style, one column each, for
    `HashEmbed` to look up.
    """
    extract = FeatureExtractor(attrs)

    def forward(model: Model, docs: list[Doc], is_train: bool) -> tuple[Ragged, Backprop]:
        lengths = model.ops.asarray1i([len(doc) for doc in docs])
        if not any(len(doc) for doc in docs):
            return Ragged(np.zeros((0, len(attrs) + LEXICAL_COLUMNS), dtype="uint64"), lengths), _nothing
        own, _ = extract(docs, is_train)
        styles = np.repeat(np.array([get_string_id(style(doc)) for doc in docs], dtype="uint64"), lengths)
        ids = np.hstack([np.concatenate(own), word_features(docs[0].vocab).ids(docs), styles[:, None]])
        return Ragged(ids, lengths), _nothing

    return Model("lexical_ids", forward)


def _nothing(d_output: Ragged) -> list[Doc]:
    """The gradient that goes back to the documents: none."""
    return []


def SubwordVectors(width: int, dropout: float) -> Model[list[Doc], Ragged]:
    """Project each word's subword vector to `width`; the projection is learned, the subword table is not."""
    return Model(
        "subword_vectors",
        _subword_forward,
        init=_subword_init,
        params={"W": None},
        dims={"nO": width, "nM": None},
        attrs={"dropout_rate": dropout},
    )


def _subword_forward(model: Model, docs: list[Doc], is_train: bool) -> tuple[Ragged, Backprop]:
    lengths = model.ops.asarray1i([len(doc) for doc in docs])
    if not any(len(doc) for doc in docs):
        return Ragged(model.ops.alloc2f(0, model.get_dim("nO")), lengths), _nothing
    features = word_features(docs[0].vocab)
    inputs = features.vectors(docs)
    if is_train:
        inputs = inputs * model.ops.get_dropout_mask(inputs.shape, model.attrs["dropout_rate"])
    output = model.ops.gemm(inputs, model.get_param("W"), trans2=True)

    def backprop(d_output: Ragged) -> list[Doc]:
        model.inc_grad("W", model.ops.gemm(d_output.data, inputs, trans1=True))
        return []

    return Ragged(output, lengths), backprop


def _subword_init(model: Model, X: list[Doc] | None = None, Y: Any = None) -> Model:
    if X:
        model.set_dim("nM", word_features(X[0].vocab).subwords.width)
    model.set_param("W", glorot_uniform_init(model.ops, (model.get_dim("nO"), model.get_dim("nM"))))
    return model


@registry.architectures("balansekunst.LexicalEmbed.v1")
def LexicalEmbed(
    width: int,
    attrs: list[str],
    rows: list[int],
    feature_width: int,
    vector_width: int,
    vector_dropout: float,
) -> Model[list[Doc], list[Floats2d]]:
    """spaCy's MultiHashEmbed with a word's lexicon readings, longer endings and subword vector beside its
    own features.

    `rows` sizes the hash tables: one for each of `attrs`, then one for each of `LEXICAL_COLUMNS`.
    """
    if len(rows) != len(attrs) + LEXICAL_COLUMNS:
        raise ValueError(f"rows: expected {len(attrs) + LEXICAL_COLUMNS} sizes, got {len(rows)}")
    tables = [HashEmbed(feature_width, size, column=column, seed=8 + column) for column, size in enumerate(rows)]
    hashed: Model[list[Doc], Ragged] = chain(LexicalIds(attrs), with_array(concatenate(*tables)))
    mixed = feature_width * len(rows) + vector_width
    mix: Model[Ragged, Ragged] = with_array(Maxout(width, mixed, nP=3, dropout=0.0, normalize=True))
    return chain(concatenate(hashed, SubwordVectors(vector_width, vector_dropout)), mix, ragged2list())


def _tree_form(form: str, lemma: str) -> str:
    """The form to relate to a lemma: capitals count only where the lemma has them too, that is, in names."""
    return form.lower() if lemma.islower() else form


def _tree_pair(token: Token) -> tuple[str, str]:
    return _tree_form(token.text, token.lemma_), token.lemma_


def _with_lemmas(example: Example) -> Iterable[tuple[Token, str | None]]:
    return zip(example.predicted, example.get_aligned("LEMMA", as_string=True), strict=True)


def _best_columns(scores: Floats2d, count: int) -> np.ndarray:
    """Each row's `count` highest columns in descending order, without sorting the whole row."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


class NorwegianLemmatizer(EditTreeLemmatizer):
    """An edit-tree lemmatizer that ignores sentence-initial capitals and asks Norsk ordbank which lemmas
    exist.

    Edit trees tell "D" from "d", so as spaCy ships them a capital makes a rare tree out of a common one.
    Here a form keeps its capitals only where the lemma has some too (names). Of the `top_k` likeliest
    trees, the first whose result is a listed lemma of the predicted part of speech is taken, and the
    likeliest where none is.
    """

    def get_loss(self, examples: Iterable[Example], scores: list[Floats2d]) -> tuple[float, list[Floats2d]]:
        """spaCy's loss, with each gold lemma's tree taken from the form as `_tree_form` writes it."""
        truths = [[self._gold_label(token, lemma) for token, lemma in _with_lemmas(eg)] for eg in examples]
        loss_function = SequenceCategoricalCrossentropy(normalize=False, missing_value=-1)
        d_scores, loss = loss_function(scores, truths)
        return float(loss), d_scores

    def _gold_label(self, token: Token, lemma: str | None) -> int:
        if not lemma:
            return -1
        label: int = self.tree2label.get(self.trees.add(_tree_form(token.text, lemma), lemma), 0)
        return label

    def _labels_from_data(self, get_examples: Callable[[], Iterable[Example]]) -> None:
        pairs = [_tree_pair(token) for example in get_examples() for token in example.reference if token.lemma]
        counts = Counter(self.trees.add(form, lemma) for form, lemma in pairs)
        for form, lemma in dict.fromkeys(pairs):
            if counts[self.trees.add(form, lemma)] >= self.min_tree_freq:
                self._pair2label(form, lemma, add_label=True)

    def _pair2label(self, form: str, lemma: str, add_label: bool = False) -> int | None:
        label: int | None = super()._pair2label(_tree_form(form, lemma), lemma, add_label)
        return label

    def predict(self, docs: Iterable[Doc]) -> list[np.ndarray]:
        """For each document the numbers of its words' `top_k` likeliest trees, likeliest first."""
        docs = list(docs)
        if not any(len(doc) for doc in docs):
            return [np.zeros((0, self.top_k), dtype="int64") for _ in docs]
        return [_best_columns(scores, self.top_k) for scores in self.model.predict(docs)]

    def set_annotations(self, docs: Iterable[Doc], batch_guesses: Iterable[np.ndarray]) -> None:
        """Set each token's lemma; needs the parts of speech that the morphologizer sets before this."""
        for doc, guesses in zip(docs, batch_guesses, strict=True):
            for token, labels in zip(doc, guesses.tolist(), strict=True):
                token.lemma_ = self._lemma(token, labels)

    def _lemma(self, token: Token, labels: list[int]) -> str:
        form: str = token.text if token.pos_ == "PROPN" else token.lower_
        trees = (self.cfg["labels"][label] for label in labels)
        candidates: Iterator[str] = (lemma for tree in trees if (lemma := self.trees.apply(tree, form)) is not None)
        likeliest = next(candidates, form)
        word_class = CLASS_OF_POS.get(token.pos_)
        is_lemma = word_features(self.vocab).is_lemma
        if word_class is None or is_lemma(likeliest, word_class):
            return likeliest
        return next((lemma for lemma in candidates if is_lemma(lemma, word_class)), likeliest)


@Language.factory(
    "balansekunst_lemmatizer",
    assigns=["token.lemma"],
    requires=["token.pos"],
    default_config={
        "model": DEFAULT_EDIT_TREE_LEMMATIZER_MODEL,
        "min_tree_freq": 2,
        "top_k": 4,
    },
    default_score_weights={"lemma_acc": 1.0},
)
def make_lemmatizer(nlp: Language, name: str, model: Model, min_tree_freq: int, top_k: int) -> NorwegianLemmatizer:
    """Create the lemmatizer of a pipeline."""
    return NorwegianLemmatizer(
        nlp.vocab,
        model,
        name,
        backoff="orth",
        min_tree_freq=min_tree_freq,
        overwrite=True,
        top_k=top_k,
        scorer=lemmatizer_score,
    )


@Language.component("balansekunst_boundaries", requires=["token.head"], assigns=["token.head", "token.is_sent_start"])
def mend_starts(doc: Doc) -> Doc:
    """Give a comma or a stop that begins a sentence back to the word before it, and so to its sentence.

    The parser may end a sentence at "Ja" and hang the comma that follows on the next verb.
    """
    for token in doc[1:]:
        if token.text in NEVER_STARTS and token.is_sent_start and not any(token.children):
            token.head = token.nbor(-1)
            token.dep_ = "punct"
    return doc
