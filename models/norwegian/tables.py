"""Builds the two tables that tell the pipeline about words outside its treebank (see layers.py)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import numpy as np
from spacy.lookups import Lookups
from spacy.util import registry
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from models.e5 import E5File, read_e5
from models.norwegian.layers import LEXICON, SUBWORDS, WORD_START, form_key

#: Norsk ordbank's word classes under the letters that the lexicon stores.
CLASSES = {"noun": "N", "verb": "V", "adj": "A", "adv": "R"}
UNKNOWN = "<unk>"
WORD_VECTORS = "embeddings.word_embeddings.weight"


def read_ordbank() -> dict[str, dict[str, list[str]]]:
    """Norsk ordbank's forms with their lemmas, by word class, from the package spacy-lookups-data."""
    path = files("spacy_lookups_data") / "data" / "nb_lemma_exc.json.gz"
    ordbank: dict[str, dict[str, list[str]]] = json.loads(gzip.decompress(path.read_bytes()))
    return ordbank


def lexicon_table(ordbank: dict[str, dict[str, list[str]]]) -> dict[str, object]:
    """Every single-word form's hash and the number of its signature."""
    signature_of: dict[str, list[str]] = {}
    for name, letter in CLASSES.items():
        for form, lemmas in ordbank.get(name, {}).items():
            if " " not in form:
                readings = signature_of.setdefault(form.lower(), [])
                readings += [text for text in _readings(letter, form, lemmas) if text not in readings]
    keys = np.array([form_key(form) for form in signature_of], dtype="uint32")
    joined = [";".join(readings) for readings in signature_of.values()]
    signatures = sorted(set(joined))
    number = {signature: place for place, signature in enumerate(signatures)}
    ids = np.array([number[signature] for signature in joined], dtype="uint16")
    keys, first = np.unique(keys, return_index=True)
    return {"keys": keys, "signature_ids": ids[first], "signatures": "\n".join(signatures)}


def _readings(letter: str, form: str, lemmas: Iterable[str]) -> list[str]:
    return [f"{letter}:{_edit(form.lower(), lemma.lower())}" for lemma in lemmas]


def _edit(form: str, lemma: str) -> str:
    shared = 0
    while shared < min(len(form), len(lemma)) and form[shared] == lemma[shared]:
        shared += 1
    return f"{form[shared:]}>{lemma[shared:]}"


def subword_table(encoder: E5File, forms: Iterable[str], width: int) -> dict[str, object]:
    """The pieces that Norwegian words are made of, their vectors reduced to `width` by principal
    components.
    """
    kept = _pieces_in_use(encoder, forms)
    reduced = _principal_components(encoder.tensors[WORD_VECTORS][kept], width)
    scale = np.abs(reduced).max(axis=0) / 127
    return {
        "pieces": "\n".join(encoder.pieces[place][0] for place in kept),
        "scores": np.array([encoder.pieces[place][1] for place in kept], dtype="float32"),
        "codes": np.round(reduced / scale).astype("int8"),
        "scale": scale.astype("float32"),
    }


def _pieces_in_use(encoder: E5File, forms: Iterable[str]) -> list[int]:
    """The unknown piece first, then single characters of Latin script and whatever Ordbank's forms are cut
    into.
    """
    unknown = [piece for piece, _ in encoder.pieces].index(UNKNOWN)
    tokenizer = Tokenizer(Unigram(encoder.pieces, unk_id=unknown))
    marked = [WORD_START + form.lower() for form in forms]
    used = {place for piece in tokenizer.encode_batch_fast(marked, add_special_tokens=False) for place in piece.ids}
    used |= {place for place, (piece, _) in enumerate(encoder.pieces) if _is_short_latin(piece)}
    return [unknown, *sorted(used - {unknown})]


def _is_short_latin(piece: str) -> bool:
    body = piece.removeprefix(WORD_START)
    return len(body) <= 2 and all(character < "\u0250" or character in "–—…“”„‘’•€" for character in body)


def _principal_components(vectors: np.ndarray, width: int) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(centred.T))
    reduced: np.ndarray = centred @ axes[:, ::-1][:, :width]
    return reduced / float(reduced.std())


@registry.misc("balansekunst.lexical_tables.v1")
def lexical_tables(encoder_path: str, width: int) -> Lookups:
    """Both tables, for `[initialize] lookups`."""
    ordbank = read_ordbank()
    forms = [form for by_form in ordbank.values() for form in by_form if " " not in form]
    lookups = Lookups()
    lookups.add_table(LEXICON, lexicon_table(ordbank))
    lookups.add_table(SUBWORDS, subword_table(read_e5(Path(encoder_path)), forms, width))
    return lookups
