"""Keep trained heads as plain arrays (npz without pickle), one file for each embedding model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from models.registry import HERE, models_folder, read_registry
from pipeline.errors import InputError
from pipeline.heads import Heads, LinearHead, Precedents

TRAINED = HERE / "trained"
BUNDLED = read_registry().for_job("embedding", "bundled")
TEXTS = ("texts", "categories", "positions", "roles", "competences")


def trained_path(embedding: str, suffix: str) -> Path:
    """Where what was trained for an embedding model lies: beside the program if bundled, else beside the models."""
    bundled = f"{BUNDLED.id}-{BUNDLED.revision}"
    return (TRAINED if embedding == bundled else models_folder()) / f"{embedding}{suffix}"


def write_heads(heads: Heads, embedding: str) -> Path:
    """Write the heads trained for an embedding model."""
    arrays: dict[str, np.ndarray] = {
        "revision": np.array(heads.revision),
        "vectors": heads.precedents.vectors.astype(np.float16),
    }
    arrays |= {name: np.array(getattr(heads.precedents, name)) for name in TEXTS}
    for name, head in (("category", heads.category), ("position", heads.position)):
        arrays |= {f"{name}.{key}": np.asarray(value) for key, value in _arrays(head).items()}
    path = trained_path(embedding, ".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return path


def _arrays(head: LinearHead) -> dict[str, object]:
    return vars(head) | {"wording": head.wording.astype(np.float16)}


@lru_cache(maxsize=2)
def load_heads(embedding: str) -> Heads:
    """The heads trained for an embedding model. InputError where there are none."""
    path = trained_path(embedding, ".npz")
    if path.is_file():
        with np.load(path, allow_pickle=False) as arrays:
            return _heads(arrays)
    next_step = "Kjør «python -m models.train_heads --profile PROFIL»."
    raise InputError("det er ikke trent klassifisering for denne modellen", embedding, next_step)


def _heads(arrays: np.lib.npyio.NpzFile) -> Heads:
    texts = {name: tuple(arrays[name].tolist()) for name in TEXTS}
    return Heads(
        str(arrays["revision"]),
        _head(arrays, "category"),
        _head(arrays, "position"),
        Precedents(**texts, vectors=arrays["vectors"].astype(np.float32)),
    )


def _head(arrays: np.lib.npyio.NpzFile, name: str) -> LinearHead:
    return LinearHead(
        tuple(arrays[f"{name}.classes"].tolist()),
        arrays[f"{name}.embedding"],
        arrays[f"{name}.embedding_bias"],
        arrays[f"{name}.wording"].astype(np.float32),
        arrays[f"{name}.wording_bias"],
        float(arrays[f"{name}.temperature"]),
        float(arrays[f"{name}.share"]),
    )
