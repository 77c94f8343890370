"""The registry of models: what each is, and whether the files on disk are whole."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import InputError

HERE = Path(__file__).parent
MANIFEST = "manifest.json"
CHUNK = 1 << 20


@dataclass(frozen=True)
class FileMark:
    """How to know a file is whole: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Model:
    """One entry of registry.toml. `files` are those of the prepared folder, `sources` those it is built from."""

    id: str
    job: str
    title: str
    revision: str
    licence: str
    origin: str
    build: str
    package: tuple[str, ...] = ()
    parts: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, FileMark] = field(default_factory=dict)
    sources: Mapping[str, FileMark] = field(default_factory=dict)
    hub: str = ""
    path: str = ""


@dataclass(frozen=True)
class Registry:
    """All models by id, and the profiles: one model for each job."""

    models: Mapping[str, Model]
    profiles: Mapping[str, tuple[str, ...]]

    def model(self, id: str) -> Model:
        """InputError where the registry has no such model."""
        if id not in self.models:
            raise InputError("finnes ikke i modellregisteret", id, f"Velg en av: {', '.join(self.models)}.")
        return self.models[id]

    def of_profile(self, profile: str) -> tuple[Model, ...]:
        """InputError where there is no such profile."""
        if profile not in self.profiles:
            raise InputError("er ingen modellprofil", profile, f"Velg en av: {', '.join(self.profiles)}.")
        return tuple(self.models[id] for id in self.profiles[profile])

    def for_job(self, job: str, profile: str) -> Model:
        """The profile's model for a job: speech, embedding, grammar or speaker."""
        return next(model for model in self.of_profile(profile) if model.job == job)


def read_registry(path: Path = HERE / "registry.toml") -> Registry:
    """Read registry.toml."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    models = {id: _model(id, entry) for id, entry in data["models"].items()}
    return Registry(models, {name: tuple(ids) for name, ids in data["profiles"].items()})


def _model(id: str, entry: dict[str, Any]) -> Model:
    marks = {key: {name: FileMark(**mark) for name, mark in entry.get(key, {}).items()} for key in ("files", "sources")}
    plain = {key: value for key, value in entry.items() if key not in marks}
    return Model(id=id, **(plain | {"package": tuple(plain.get("package", ()))} | marks))


def models_folder() -> Path:
    """Where prepared models lie: beside the Python that uses them, so that they come and go with its environment."""
    return Path(os.environ.get("BALANSEKUNST_MODELS") or Path(sys.prefix) / "share" / "balansekunst" / "models")


def folder_of(model: Model) -> Path:
    """The folder of one model: shipped with the program, or prepared by `models fetch`."""
    return HERE / model.path if model.path else models_folder() / f"{model.id}-{model.revision}"


def mark_of(path: Path) -> FileMark:
    """Size and SHA-256 of a file, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return FileMark(path.stat().st_size, digest.hexdigest())


def check_file(path: Path, expected: FileMark, next_step: str) -> None:
    """InputError where a file is missing, cut short or changed."""
    if not path.is_file():
        raise InputError("modellfilen mangler", str(path), next_step)
    size = path.stat().st_size
    if size != expected.size:
        raise InputError(f"modellfilen er {size} byte og skulle vært {expected.size}", str(path), next_step)
    if mark_of(path) != expected:
        raise InputError("modellfilen er endret: sjekksummen stemmer ikke med registeret", str(path), next_step)


def read_manifest(folder: Path) -> dict[str, FileMark]:
    """What `models fetch` wrote about each file of a prepared folder; empty where it never finished or is damaged."""
    try:
        marks = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {name: FileMark(**mark) for name, mark in marks.items()}
    except (FileNotFoundError, NotADirectoryError, ValueError, AttributeError, TypeError):
        return {}


def write_manifest(folder: Path) -> None:
    """Write size and SHA-256 of every file in a folder; written last, so that its presence means a finished build."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    marks = {name: vars(mark_of(folder / name)) for name in names}
    (folder / MANIFEST).write_text(json.dumps(marks, indent=1), encoding="utf-8")


def verify(model: Model) -> None:
    """Check every file of a model against the registry and its manifest. InputError at the first that is not whole."""
    folder = folder_of(model)
    next_step = f"Kjør «balansekunst models fetch {model.id}»."
    manifest = read_manifest(folder)
    if not manifest:
        raise InputError("modellen er ikke klargjort", model.id, next_step)
    for name, mark in {**manifest, **model.files}.items():
        check_file(folder / name, mark, next_step)


def is_ready(model: Model) -> bool:
    """Whether a model is prepared and its files have the right sizes; cheap enough to ask at every start."""
    folder = folder_of(model)
    manifest = read_manifest(folder)
    return bool(manifest) and all(
        (folder / name).is_file() and (folder / name).stat().st_size == mark.size for name, mark in manifest.items()
    )
