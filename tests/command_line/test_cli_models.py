"""`models list|fetch|verify`, on a registry of the test's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cli_terminal import Terminal, assert_one_line

from models.registry import FileMark, Model, Registry

CONTENT = b"vekter" * 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models that an installed package carries; the prepared folder of the first."""
    package = tmp_path / "pakke"
    package.mkdir()
    (package / "vekter.bin").write_bytes(CONTENT)
    mark = FileMark(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    models = {
        id: Model(
            id, job, id, "1", "MIT", "her", "join", ("pakke",), {"vekter.bin": ["vekter.bin"]}, {"vekter.bin": mark}
        )
        for id, job in (("lytter", "speech"), ("leser", "embedding"))
    }
    registry = Registry(models, {"bundled": ("lytter", "leser")})
    monkeypatch.setattr("balansekunst.model_commands.read_registry", lambda: registry)
    monkeypatch.setattr("models.build.package_folder", lambda name: package)
    monkeypatch.setenv("BALANSEKUNST_MODELS", str(tmp_path / "modeller"))
    return tmp_path / "modeller" / "lytter-1"


def test_fetch_prepares_and_verify_agrees(cli: Terminal, folder: Path) -> None:
    """After `fetch` every model of the profile is whole."""
    assert cli("models", "fetch").code == 0
    result = cli("models", "verify")
    assert result.code == 0
    assert [line.split(":")[0] for line in result.out.splitlines()] == ["lytter", "leser"]


def test_list_says_what_is_ready(cli: Terminal, folder: Path) -> None:
    """`list --json` has each model with job, licence and whether it is ready."""
    cli("models", "fetch", "lytter")
    listed = cli("models", "list", "--json").json()
    assert [(m["id"], m["job"], m["licence"], m["ready"]) for m in listed] == [
        ("lytter", "speech", "MIT", True),
        ("leser", "embedding", "MIT", False),
    ]
    assert "lytter" in cli("models", "list").out


def test_unprepared_model_is_told_of(cli: Terminal, folder: Path) -> None:
    """A model that was never fetched is named, with the command that fetches it."""
    assert_one_line(cli("models", "verify", "leser"), 2, "leser", "models fetch leser")


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda path: path.unlink(), "modellfilen mangler"),
        (lambda path: path.write_bytes(CONTENT[:-1]), "modellfilen er 599 byte og skulle vært 600"),
        (lambda path: path.write_bytes(CONTENT[:-1] + b"x"), "sjekksummen stemmer ikke"),
    ],
    ids=["missing", "truncated", "tampered"],
)
def test_damaged_model_is_told_of_and_built_again(cli: Terminal, folder: Path, damage: object, what: str) -> None:
    """A damaged file is named while the other model is checked too, and `fetch` builds the model again."""
    cli("models", "fetch")
    damage(folder / "vekter.bin")
    assert_one_line(cli("models", "verify"), 1, folder / "vekter.bin", what, "models fetch lytter")
    assert cli("models", "fetch").code == 0
    assert cli("models", "verify").code == 0


def test_unknown_model_is_told_of(cli: Terminal, folder: Path) -> None:
    """A model that is not in the registry is named, with those that are."""
    assert_one_line(cli("models", "fetch", "hviske"), 2, "hviske: finnes ikke", "lytter, leser")


def test_unknown_profile_of_models_is_told_of(cli: Terminal, folder: Path) -> None:
    """A profile that does not exist is named, with those that do."""
    assert_one_line(cli("models", "verify", "--profile", "beste"), 2, "beste: er ingen modellprofil", "bundled")
