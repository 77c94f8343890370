"""The command line as a person meets it: arguments in; exit code, output and error lines out."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_terminal import Terminal


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """The command line with a home of its own."""
    monkeypatch.setenv("BALANSEKUNST_HOME", str(tmp_path / "hjem"))
    monkeypatch.delenv("BALANSEKUNST_DATABASE", raising=False)
    monkeypatch.delenv("BALANSEKUNST_RECORDINGS", raising=False)
    return Terminal(monkeypatch, capfd, tmp_path)
