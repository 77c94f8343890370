"""Who may import what: the arrows between the parts of the program, read from its source."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("balansekunst", "corpora", "flows", "models", "pipeline", "prompts", "review", "store")
ONLY_IN = {"prefect": "flows", "fastapi": "review", "starlette": "review", "uvicorn": "review"}


def sources() -> list[Path]:
    """The program's Python files: those that git knows or would take, else all that lie there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        listed = [str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/*.py")]
    paths = [Path(name) for name in listed if name and (ROOT / name).is_file()]
    return [path for path in paths if path.parts[0] in PACKAGES]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = [(path, name) for path in sources() for name in imports(path)]


def offenders(package: str, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path} imports {name}"
        for path, name in IMPORTS
        if path.parts[0] == package and name.split(".")[0] in forbidden
    ]


def test_every_package_is_looked_at() -> None:
    """The rules below are checked on each package of the program."""
    assert {path.parts[0] for path, _ in IMPORTS} == set(PACKAGES)


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_is_imported_in_one_place(library: str) -> None:
    """Prefect is known to flows/ alone, the web to review/ alone."""
    found = {path.parts[0] for path, name in IMPORTS if name.split(".")[0] == library}
    assert found <= {ONLY_IN[library]}


def test_steps_know_neither_store_nor_models_nor_web() -> None:
    """pipeline/ imports no database, no loader, no flow and no page: records in, records out."""
    assert offenders("pipeline", ("sqlalchemy", "store", "models", "flows", "review", "balansekunst", "alembic")) == []


def test_models_do_not_know_what_uses_them() -> None:
    """models/ imports no store, flow, page or command."""
    assert offenders("models", ("sqlalchemy", "store", "flows", "review", "typer", "rich")) == []


def test_store_does_not_know_models_or_flows() -> None:
    """store/ imports no model, flow, page or command."""
    assert offenders("store", ("models", "flows", "review", "balansekunst")) == []


def test_pages_do_no_model_work() -> None:
    """review/ imports no loader of models and no Prefect flow at the top of its modules."""
    assert [line for line in offenders("review", ("torch", "spacy", "faster_whisper", "sentence_transformers"))] == []


def test_texts_and_corpora_stand_below_everything() -> None:
    """prompts/ and corpora/ import nothing of the program but records and spelling in pipeline/."""
    above = tuple(name for name in PACKAGES if name not in ("pipeline", "prompts", "corpora"))
    assert offenders("prompts", above) + offenders("corpora", above) == []
