"""The registry: what it must say of each model, and how a damaged model is noticed and built again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models import build
from models.build import package_folder, prepare, rebuild
from models.loaders import model_for, revision_of
from models.registry import (
    MANIFEST,
    FileMark,
    Model,
    folder_of,
    is_ready,
    read_manifest,
    read_registry,
    verify,
)
from pipeline.errors import InputError

JOBS = ("speech", "embedding", "grammar", "speaker")
HALVES = (b"a" * 600, b"b" * 400)
WHOLE = b"".join(HALVES)
REGISTRY = read_registry()


def mark(content: bytes) -> FileMark:
    return FileMark(len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed packages that carry a model in two parts."""
    for number, half in enumerate(HALVES, 1):
        folder = tmp_path / "installert" / f"pakke_{number}" / "data"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").write_text("raise AssertionError('imported')", encoding="utf-8")
        (folder / f"vekter.part{number}").write_bytes(half)
    (tmp_path / "installert" / "pakke_1" / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "installert")
    monkeypatch.setenv("BALANSEKUNST_MODELS", str(tmp_path / "modeller"))
    return tmp_path / "installert"


@pytest.fixture
def model(packages: Path) -> Model:
    parts = {"vekter.bin": ["data/vekter.part1", "data/vekter.part2"], "config.json": ["config.json"]}
    files = {"vekter.bin": mark(WHOLE)}
    return Model("lytter", "speech", "Lytter", "1", "MIT", "her", "join", ("pakke_1", "pakke_2"), parts, files)


@pytest.mark.parametrize("id", REGISTRY.models)
def test_every_model_says_what_it_is(id: str) -> None:
    """Job, title, revision, licence and origin stand in the registry, and the way it is built is known."""
    found = REGISTRY.models[id]
    assert found.job in JOBS
    assert all((found.title, found.revision, found.licence, found.origin))
    assert found.build in (*build.BUILDERS, "shipped")
    assert re.match(r"MIT|Apache-2\.0|CC BY", found.licence)


@pytest.mark.parametrize("profile", REGISTRY.profiles)
def test_every_profile_has_a_model_for_each_job(profile: str) -> None:
    """A profile names one model for each job, and only models that the registry has."""
    assert sorted(found.job for found in REGISTRY.of_profile(profile)) == sorted(JOBS)


def test_bundled_models_are_pinned() -> None:
    """Every file that the bundled models are built into from packages has a size and a SHA-256."""
    for found in REGISTRY.of_profile("bundled"):
        if found.build == "join":
            assert set(found.files) == set(found.parts)
        marks = [*found.files.values(), *found.sources.values()]
        assert all(m.size > 0 and re.fullmatch(r"[0-9a-f]{64}", m.sha256) for m in marks)
        assert marks or found.build == "shipped"
        assert not found.hub


def test_unknown_model_is_refused() -> None:
    """The error names the model, and those that there are."""
    with pytest.raises(InputError, match=r"hviske: finnes ikke i modellregisteret.*whisper-base"):
        REGISTRY.model("hviske")


def test_unknown_profile_is_refused() -> None:
    """The error names the profile, and those that there are."""
    with pytest.raises(InputError, match=r"beste: er ingen modellprofil.*bundled, recommended"):
        revision_of("speech", "beste")


def test_model_for_another_job_is_refused() -> None:
    """A model that does another job is no speech model, whoever names it; the error names those that are."""
    with pytest.raises(InputError, match=r"e5-small: .*whisper-base, nb-whisper-medium"):
        model_for("speech", "bundled", "e5-small")
    assert model_for("speech", "bundled", "nb-whisper-medium").id == "nb-whisper-medium"


def test_revision_names_model_and_revision() -> None:
    """What goes into the keys of results is known without loading anything."""
    assert revision_of("speech") == "whisper-base-1.0.0"


def test_models_lie_where_the_environment_says(model: Model, tmp_path: Path) -> None:
    """BALANSEKUNST_MODELS moves prepared models; the revision is part of the folder's name."""
    assert folder_of(model) == tmp_path / "modeller" / "lytter-1"
    assert folder_of(replace(model, path="norwegian/x")).parts[-3:] == ("models", "norwegian", "x")


def test_parts_are_joined_without_importing_their_packages(model: Model) -> None:
    """A model that the index made be cut is whole again, and no code of its packages is run."""
    folder = prepare(model)
    assert (folder / "vekter.bin").read_bytes() == WHOLE
    assert set(read_manifest(folder)) == {"vekter.bin", "config.json"}
    assert is_ready(model)
    verify(model)


def test_prepared_model_is_not_built_again(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is ready is used as it is."""
    folder = prepare(model)
    monkeypatch.setattr(build, "BUILDERS", {})
    assert prepare(model) == folder
    assert rebuild(model) == folder


def test_unprepared_model_is_told_of(model: Model) -> None:
    """A model that was never fetched is named, with the command that fetches it."""
    with pytest.raises(InputError, match=r"lytter: modellen er ikke klargjort.*models fetch lytter"):
        verify(model)


def delete(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def tamper(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize(
    ("damage", "what"),
    [(delete, "modellfilen mangler"), (cut, "byte og skulle vært"), (tamper, "sjekksummen stemmer ikke")],
)
@pytest.mark.parametrize("name", ["vekter.bin", "config.json"])
def test_damaged_file_is_told_of_and_built_again(
    model: Model, damage: Callable[[Path], None], what: str, name: str
) -> None:
    """A file that is gone, cut short or changed is named, in the registry or not, and `rebuild` makes it whole."""
    path = prepare(model) / name
    damage(path)
    with pytest.raises(InputError, match=f"{re.escape(str(path))}: .*{what}.*models fetch lytter"):
        verify(model)
    rebuild(model)
    verify(model)


@pytest.mark.parametrize("damage", [delete, cut, lambda path: path.write_text("[]", encoding="utf-8")])
def test_damaged_manifest_is_told_of_and_built_again(model: Model, damage: Callable[[Path], None]) -> None:
    """Without a manifest that can be read a model is not ready, and `rebuild` makes it whole."""
    damage(prepare(model) / MANIFEST)
    assert not is_ready(model)
    with pytest.raises(InputError, match="ikke klargjort"):
        verify(model)
    rebuild(model)
    verify(model)


def test_tampered_manifest_does_not_hide_a_tampered_file(model: Model) -> None:
    """The registry's own checksum counts, whatever the manifest says."""
    folder = prepare(model)
    tamper(folder / "vekter.bin")
    marks = {"vekter.bin": vars(mark((folder / "vekter.bin").read_bytes()))}
    (folder / MANIFEST).write_text(json.dumps(marks), encoding="utf-8")
    with pytest.raises(InputError, match="sjekksummen"):
        verify(model)


@pytest.mark.parametrize("damage", [cut, tamper])
def test_damaged_package_leaves_nothing(model: Model, packages: Path, damage: Callable[[Path], None]) -> None:
    """Where a package carries the wrong bytes the build fails with what to do, and leaves nothing behind."""
    damage(packages / "pakke_2" / "data" / "vekter.part2")
    with pytest.raises(InputError, match="make setup"):
        prepare(model)
    assert not is_ready(model)
    assert list(folder_of(model).parent.iterdir()) == []


def test_missing_part_is_told_of(model: Model, packages: Path) -> None:
    """A part that no package has is named."""
    (packages / "pakke_2" / "data" / "vekter.part2").unlink()
    with pytest.raises(InputError, match="modellfilen mangler i pakken"):
        prepare(model)


def test_missing_package_is_told_of() -> None:
    """A package that is not installed is named, with what to run."""
    with pytest.raises(InputError, match=r"finnes_ikke_her: pakken .* ikke installert.*make setup"):
        package_folder("finnes_ikke_her")


def test_shipped_model_is_never_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged model that came with the program is told of, and what is left of it stays."""
    monkeypatch.setattr("models.registry.HERE", tmp_path)
    (tmp_path / "nb").mkdir()
    (tmp_path / "nb" / "vekter").write_bytes(WHOLE)
    shipped = Model("norsk", "grammar", "Norsk", "1", "MIT", "her", "shipped", path="nb")
    with pytest.raises(InputError, match=r"norsk: modellen som følger med .* ikke hel"):
        rebuild(shipped)
    assert (tmp_path / "nb" / "vekter").exists()


def test_failed_build_keeps_nothing_half(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that stops part-way leaves no folder under the model's name, and the next one succeeds."""

    def stop(model: Model, target: Path) -> None:
        (target / "vekter.bin").write_bytes(WHOLE)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(build.BUILDERS, "join", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(model)
    assert not folder_of(model).exists()
    assert is_ready(model) is False
    prepare(model)
    verify(model)


KILLED = """
import os, signal, sys
from models import build
from models.registry import FileMark, Model
def stop(model, target):
    (target / "vekter.bin").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
build.BUILDERS["join"] = stop
build.prepare(Model("lytter", "speech", "Lytter", "1", "MIT", "her", "join"))
"""


def test_killed_build_leaves_nothing_that_looks_ready(model: Model) -> None:
    """A build that is killed outright leaves no folder under the model's name, and the next one succeeds."""
    root = Path(build.__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", KILLED], cwd=root, env=dict(os.environ), check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not folder_of(model).exists()
    assert not is_ready(model)
    prepare(model)
    verify(model)


def test_hub_that_cannot_be_reached_is_told_of(packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that fails names the model and leaves nothing behind."""
    import huggingface_hub
    import huggingface_hub.constants

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    far = Model("fjern", "embedding", "Fjern", "main", "MIT", "hub", "hub", hub="eier/modell")
    with pytest.raises(InputError, match=r"eier/modell: kunne ikke lastes ned .*nettforbindelsen"):
        prepare(far)
    assert not folder_of(far).exists()
