"""Keep trained heads as plain arrays (npz without pickle), one file for each embedding model."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from models.registry import HERE, models_folder, read_registry
from pipeline.errors import InputError
from pipeline.heads import CompetenceHead, Heads, LinearHead, Precedents, ToldByRole, unit

TRAINED = HERE / "trained"
BUNDLED = read_registry().for_job("embedding", "bundled")
TEXTS = ("texts", "categories", "positions", "roles", "competences", "styles")
NUMBERS = ("categories_temperature", "points_temperature", "points_least", "bulk_accept")


def trained_path(embedding: str, suffix: str) -> Path:
    """Where what was trained for an embedding model lies: beside the program if bundled, else beside the models."""
    bundled = f"{BUNDLED.id}-{BUNDLED.revision}"
    return (TRAINED if embedding == bundled else models_folder()) / f"{embedding}{suffix}"


def write_heads(heads: Heads, embedding: str) -> Path:
    """Write the heads trained for an embedding model."""
    arrays: dict[str, np.ndarray] = {
        "revision": np.array(heads.revision),
        "vectors": to_bytes(heads.precedents.vectors),
    }
    arrays |= {name: np.array(getattr(heads.precedents, name)) for name in TEXTS}
    arrays |= {name: np.array(getattr(heads, name)) for name in NUMBERS}
    arrays["categories_bias"] = heads.categories_bias
    for name, head in (("category", _arrays(heads.category)), ("position", _arrays(heads.position))):
        arrays |= {f"{name}.{key}": np.asarray(value) for key, value in head.items()}
    for name, record in (("competence", heads.competence), ("told_by_role", heads.told_by_role)):
        arrays |= {f"{name}.{key}": np.asarray(value) for key, value in vars(record).items()}
    path = trained_path(embedding, ".npz")
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return path


def to_bytes(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors [n, d] as whole numbers in -127–127, each row by its own greatest: a quarter of the size.

    Rows get back their length of one when they are read, so no scale is kept; cosines change in the third decimal.
    """
    return np.round(vectors / np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12) * 127).astype(np.int8)


def _arrays(head: LinearHead) -> dict[str, object]:
    return vars(head) | {"wording": head.wording.astype(np.float16)}


@lru_cache(maxsize=2)
def load_heads(embedding: str) -> Heads:
    """The heads trained for an embedding model. InputError where there are none, or where they are too old."""
    path = trained_path(embedding, ".npz")
    next_step = "Kjør «python -m models.train_heads --profile PROFIL»."
    if not path.is_file():
        raise InputError("det er ikke trent klassifisering for denne modellen", embedding, next_step)
    with np.load(path, allow_pickle=False) as arrays:
        try:
            return _heads(arrays)
        except KeyError as error:
            what = "klassifiseringen er trent av en eldre utgave av programmet"
            raise InputError(what, embedding, next_step) from error


def _heads(arrays: np.lib.npyio.NpzFile) -> Heads:
    texts = {name: tuple(arrays[name].tolist()) for name in TEXTS}
    return Heads(
        str(arrays["revision"]),
        _head(arrays, "category"),
        _head(arrays, "position"),
        CompetenceHead(
            tuple(arrays["competence.classes"].tolist()),
            arrays["competence.embedding"],
            arrays["competence.bias"],
            arrays["competence.points"],
        ),
        Precedents(**texts, vectors=unit(arrays["vectors"].astype(np.float32))),
        ToldByRole(tuple(arrays["told_by_role.roles"].tolist()), arrays["told_by_role.parts"]),
        **{name: float(arrays[name]) for name in NUMBERS},
        categories_bias=arrays["categories_bias"],
    )


def _head(arrays: np.lib.npyio.NpzFile, name: str) -> LinearHead:
    return LinearHead(
        tuple(arrays[f"{name}.classes"].tolist()),
        arrays[f"{name}.embedding"],
        arrays[f"{name}.embedding_bias"],
        arrays[f"{name}.wording"].astype(np.float32),
        arrays[f"{name}.wording_bias"],
        float(arrays[f"{name}.share"]),
        float(arrays[f"{name}.least"]),
    )
