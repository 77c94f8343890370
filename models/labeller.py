"""Put together what labels phrases: the embedding model, the heads trained on it, names and questions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

import prompts
from corpora import read_key_competences
from models.heads import load_heads
from models.loaders import load_embedder, revision_of
from pipeline.cluster import Names
from pipeline.heads import Heads, unit
from pipeline.label import Labeller
from pipeline.proxies import Wordings


def trained_revision(profile: str = "bundled") -> str:
    """What suggestions depend on beside the text: embedding model, heads and corpora. Loads no model."""
    return load_heads(revision_of("embedding", profile)).revision


@lru_cache(maxsize=1)
def load_labeller(profile: str = "bundled") -> Labeller:
    """The labeller of a profile."""
    embedder = load_embedder(profile)
    return Labeller(embedder, load_heads(embedder.id), wordings())


def wordings() -> Wordings:
    """The texts about proxies, with the names of all key competences."""
    names = {id: competence.name for id, competence in read_key_competences().items()}
    return Wordings(names, prompts.follow_up_question, prompts.occupations(), prompts.schooling())


@lru_cache(maxsize=1)
def load_names(profile: str = "bundled") -> Names:
    """Key competences as centres of their tellings."""
    return names_of(load_heads(revision_of("embedding", profile)))


def names_of(heads: Heads) -> Names:
    """A unit vector for each key competence that the heads' precedents tell of."""
    known = read_key_competences()
    precedents = heads.precedents
    told = np.array(
        [c if k == "competence" else "" for c, k in zip(precedents.competences, precedents.categories, strict=True)]
    )
    ids = tuple(id for id in known if (told == id).any())
    meanings = heads.meaning(precedents.vectors)
    centres = unit(np.stack([meanings[told == id].mean(axis=0) for id in ids]))
    return Names(ids, tuple(known[id].name for id in ids), centres)
