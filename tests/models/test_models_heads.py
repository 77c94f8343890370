"""Trained heads: kept without pickle, and never older than the corpora that they were trained on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_models import fake_heads

import corpora
import prompts
from models import heads as kept_heads
from models.heads import load_heads, write_heads
from models.labeller import names_of, wordings
from models.registry import HERE
from pipeline.balance import POINTS
from pipeline.errors import InputError
from pipeline.records import CATEGORIES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where heads of other embedding models are kept, and no shipped ones."""
    monkeypatch.setenv("BALANSEKUNST_MODELS", str(tmp_path / "modeller"))
    monkeypatch.setattr(kept_heads, "TRAINED", tmp_path / "trained")
    load_heads.cache_clear()
    yield tmp_path / "modeller"
    load_heads.cache_clear()


def test_heads_come_back_as_they_were(folder: Path) -> None:
    """What is written is read again, arrays and texts alike."""
    heads = fake_heads("rev-æ")
    write_heads(heads, "annen-1")
    read = load_heads("annen-1")
    assert read.revision == "rev-æ"
    for name in ("category", "position"):
        written, found = getattr(heads, name), getattr(read, name)
        assert found.classes == written.classes
        assert (found.share, found.least) == (written.share, written.least)
        for part in ("embedding", "embedding_bias", "wording", "wording_bias"):
            np.testing.assert_allclose(getattr(found, part), getattr(written, part), atol=1e-3)
    assert read.competence.classes == ("hjelp", "orden")
    assert read.told_by_role.roles == heads.told_by_role.roles
    np.testing.assert_array_equal(read.told_by_role.parts, heads.told_by_role.parts)
    for part in ("embedding", "bias", "points"):
        np.testing.assert_array_equal(getattr(read.competence, part), getattr(heads.competence, part))
    np.testing.assert_array_equal(read.categories_bias, heads.categories_bias)
    numbers = (read.categories_temperature, read.points_temperature, read.points_least, read.bulk_accept)
    assert numbers == (0.625, 0.75, 0.125, 0.875)
    for part in ("texts", "categories", "positions", "roles", "competences", "styles"):
        assert getattr(read.precedents, part) == getattr(heads.precedents, part)
    # Kept as whole numbers, so alike and not the same.
    np.testing.assert_allclose(read.precedents.vectors, heads.precedents.vectors, atol=0.01)


def test_heads_of_other_models_lie_with_the_models(folder: Path) -> None:
    """Only heads of the bundled embedding model are written into the program."""
    assert write_heads(fake_heads(), "annen-1").parent == folder
    assert (
        write_heads(fake_heads(), f"{kept_heads.BUNDLED.id}-{kept_heads.BUNDLED.revision}").parent == kept_heads.TRAINED
    )


def test_file_holds_no_pickle(folder: Path) -> None:
    """Every array can be read with pickle forbidden, so that a file from elsewhere runs no code."""
    path = write_heads(fake_heads(), "annen-1")
    with np.load(path, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
        assert len(arrays.files) > 10


def test_file_with_a_pickle_is_refused(folder: Path) -> None:
    """An object smuggled into the file is not unpickled."""
    path = write_heads(fake_heads(), "annen-1")
    with np.load(path, allow_pickle=False) as arrays:
        content = {name: arrays[name] for name in arrays.files}
    np.savez_compressed(path, **content | {"revision": np.array({"a": 1}, dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        load_heads("annen-1")


def test_missing_heads_are_told_of(folder: Path) -> None:
    """An embedding model without heads is named, with the command that trains them."""
    with pytest.raises(InputError, match=r"annen-1.*models\.train_heads"):
        load_heads("annen-1")


def test_heads_of_an_earlier_version_are_told_of(folder: Path) -> None:
    """Heads without what came later are refused in words, with the command that trains them again."""
    path = write_heads(fake_heads(), "annen-1")
    with np.load(path, allow_pickle=False) as arrays:
        earlier = {name: arrays[name] for name in arrays.files if not name.startswith("competence.")}
    np.savez_compressed(path, **earlier)
    with pytest.raises(InputError, match=r"annen-1.*eldre utgave.*models\.train_heads"):
        load_heads("annen-1")


def test_names_are_unit_vectors_of_what_was_told() -> None:
    """Each key competence that the precedents tell of has a name and a centre of length one."""
    heads = fake_heads()
    known = next(iter(corpora.read_key_competences()))
    told = replace(heads.precedents, competences=(known, "ukjent"))
    names = names_of(replace(heads, precedents=told))
    assert names.ids == (known,)
    np.testing.assert_allclose(np.linalg.norm(names.vectors, axis=1), 1, atol=1e-5)


SHIPPED = sorted((HERE / "trained").glob("*.npz"))


def test_heads_are_shipped() -> None:
    """The program comes with heads for its bundled embedding model."""
    assert [path.stem for path in SHIPPED] == ["e5-small-0.3.0"]


def test_shipped_heads_are_of_todays_corpora() -> None:
    """Whoever changes the corpora trains the heads again (`make heads`): the revision names the corpora's checksum."""
    with np.load(SHIPPED[0], allow_pickle=False) as arrays:
        revision = str(arrays["revision"])
    assert corpora.checksum()[:12] in revision


def test_shipped_heads_know_every_key_competence() -> None:
    """The shipped file can name every key competence, each placed by shares of the six points, and tell it written."""
    with np.load(SHIPPED[0], allow_pickle=False) as arrays:
        classes, points = arrays["competence.classes"].tolist(), arrays["competence.points"]
        told = zip(*(arrays[name].tolist() for name in ("competences", "categories", "styles")), strict=True)
    assert sorted(classes) == sorted(corpora.read_key_competences())
    assert points.shape == (len(classes), len(POINTS))
    np.testing.assert_allclose(points.sum(axis=1), 1, atol=1e-3)
    assert {*classes} == {name for name, *kind in told if kind == ["competence", "written"]}


def test_shipped_heads_know_when_they_cannot_tell() -> None:
    """What held-out phrases taught is kept: from which chance a class is possible, and from which it is safe."""
    with np.load(SHIPPED[0], allow_pickle=False) as arrays:
        least = [float(arrays[name]) for name in ("category.least", "position.least", "points_least")]
        flat, safe = float(arrays["points_temperature"]), float(arrays["bulk_accept"])
    assert all(0 <= one < 0.5 for one in least)
    assert max(least) > 0
    assert flat > 0
    assert 0.5 < safe <= 1.01


def test_names_of_proxies_are_those_of_the_key_competences() -> None:
    """The texts about proxies name every key competence, and tell a title from schooling."""
    texts = wordings()
    assert texts.names == {id: known.name for id, known in corpora.read_key_competences().items()}
    assert (texts.occupations, texts.schooling) == (prompts.occupations(), prompts.schooling())
    assert "«blid»" in texts.question("trait", "blid", "")


def test_shipped_heads_know_every_category_and_many_precedents() -> None:
    """The shipped file has the design's categories, probabilities that are finite, and precedents of length one."""
    with np.load(SHIPPED[0], allow_pickle=False) as arrays:
        assert tuple(arrays["category.classes"].tolist()) == CATEGORIES
        assert all(np.isfinite(arrays[name]).all() for name in arrays.files if arrays[name].dtype.kind == "f")
    lengths = np.linalg.norm(load_heads(SHIPPED[0].stem).precedents.vectors, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)
    assert len(lengths) > 1000


OFFLINE = """
import os
for name in list(os.environ):
    if name.startswith(("HF_", "TRANSFORMERS", "DO_NOT")):
        del os.environ[name]
from models.loaders import be_offline
be_offline()
names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")
print(*(os.environ.get(name) for name in names))
import huggingface_hub.constants as hub
print(hub.HF_HUB_OFFLINE, hub.HF_HUB_DISABLE_TELEMETRY)
"""


def test_nothing_is_asked_of_a_hub() -> None:
    """After `be_offline` the model libraries are offline and tell nobody anything."""
    root = Path(kept_heads.__file__).parents[1]
    printed = subprocess.run([sys.executable, "-c", OFFLINE], cwd=root, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["1"] * 4 + ["True"] * 2
