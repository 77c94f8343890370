"""Wording features: hashed word and character sequences, which need no vocabulary file and name the words that tip."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

BITS = 15
WORDS = HashingVectorizer(
    analyzer="word",
    ngram_range=(1, 3),
    n_features=2**BITS,
    alternate_sign=False,
    token_pattern=r"(?u)\b\w+\b",
)
CHARACTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=2**BITS, alternate_sign=False)


def wording_features(texts: list[str]) -> csr_matrix:
    """Sparse [n, 2 · 2^15]: word sequences up to three, then character sequences up to five."""
    return hstack([WORDS.transform(texts), CHARACTERS.transform(texts)]).tocsr()


def word_weights(text: str, weights: np.ndarray) -> dict[str, float]:
    """How much each word of a text adds to a class, by the class's word weights [2 · 2^15]."""
    words = text.split()
    if not words:
        return {}
    rows = WORDS.transform(words)
    totals = np.asarray(rows @ weights[: 2**BITS]).ravel()
    return {word.strip('.,!?;:«»"()').lower(): float(total) for word, total in zip(words, totals, strict=True)}
