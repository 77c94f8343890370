"""Prepare models: from the packages that carry them, or from the hub where the user asks for it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from models.registry import Model, check_file, folder_of, is_ready, verify, write_manifest
from pipeline.errors import InputError

SPEECH_FILES = ["tokenizer.json", "preprocessor_config.json"]


def prepare(model: Model) -> Path:
    """The folder of a model, built first where needed. Checksums are verified at every build."""
    folder = folder_of(model)
    if not is_ready(model):
        if model.build == "shipped":
            raise InputError("modellen som følger med programmet er ikke hel", model.id, "Hent programmet på nytt.")
        _build_beside(model, folder)
    return folder


def rebuild(model: Model) -> Path:
    """Build a model anew, also where it seems whole: what `models fetch` does for a damaged one."""
    if is_ready(model):
        try:
            verify(model)
            return folder_of(model)
        except InputError:
            pass  # damaged: built again below, which is the very thing the message asks for
    if model.build != "shipped":
        shutil.rmtree(folder_of(model), ignore_errors=True)
    return prepare(model)


def _build_beside(model: Model, folder: Path) -> None:
    # Built in a folder beside and renamed when whole: a build that is killed leaves nothing that looks ready.
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{model.id}-") as scratch:
        target = Path(scratch) / "model"
        target.mkdir()
        BUILDERS[model.build](model, target)
        for name, mark in model.files.items():
            check_file(target / name, mark, "Installer pakkene på nytt («make setup») og prøv igjen.")
        write_manifest(target)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(target, folder)


def package_folder(name: str) -> Path:
    """Where an installed package lies, found without importing it. InputError where it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise InputError("pakken som bærer modellen er ikke installert", name, "Kjør «make setup».")
    return Path(spec.submodule_search_locations[0])


def _join(model: Model, target: Path) -> None:
    """Copy each file, joined from its parts where a package index made it be cut."""
    for name, parts in model.parts.items():
        with (target / name).open("wb") as out:
            for part in parts:
                with _find_part(model, part).open("rb") as piece:
                    shutil.copyfileobj(piece, out)


def _find_part(model: Model, part: str) -> Path:
    candidates = [package_folder(package) / part for package in model.package]
    for path in candidates:
        if path.is_file():
            return path
    raise InputError("modellfilen mangler i pakken", str(candidates[0]), "Kjør «make setup» på nytt.")


def _e5(model: Model, target: Path) -> None:
    from models.e5 import write_sentence_transformer

    (name,) = model.parts
    source = _find_part(model, name)
    check_file(source, model.sources[name], "Installer pakken på nytt («make setup»).")
    write_sentence_transformer(source, target)


def _hub(model: Model, target: Path) -> None:
    _download(model, target)


def _convert(model: Model, target: Path) -> None:
    """Download a transformers Whisper and write it as CTranslate2 float16, which faster-whisper reads."""
    from ctranslate2.converters import TransformersConverter

    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        _download(model, Path(scratch))
        present = [name for name in SPEECH_FILES if (Path(scratch) / name).is_file()]
        converter = TransformersConverter(scratch, copy_files=present)
        converter.convert(str(target), quantization="float16", force=True)


def _download(model: Model, target: Path) -> None:
    # The one place that reaches the network, and only when a person has asked for a model by name or profile.
    os.environ["HF_HUB_OFFLINE"] = "0"
    import huggingface_hub
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HUB_OFFLINE = False
    try:
        huggingface_hub.snapshot_download(model.hub, revision=model.revision, local_dir=target)
    except (OSError, huggingface_hub.errors.HfHubHTTPError) as error:
        next_step = "Sjekk nettforbindelsen og prøv igjen."
        raise InputError(f"kunne ikke lastes ned ({type(error).__name__})", model.hub, next_step) from error
    shutil.rmtree(target / ".cache", ignore_errors=True)


BUILDERS: dict[str, Callable[[Model, Path], None]] = {
    "join": _join,
    "e5": _e5,
    "hub": _hub,
    "convert": _convert,
}
