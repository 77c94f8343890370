"""What tests of several parts share: small models that count how often they are loaded, and one Prefect server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_models import FakeModels
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from flows.context import Context
from flows.start import configure_prefect


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    """Fake models in place of the real ones, for the command line and the flows alike."""
    models = FakeModels()
    models.install(monkeypatch)
    return models


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Prefect as the program sets it up. Its server starts at the first flow that needs it, once for all tests."""
    home = tmp_path_factory.mktemp("prefect_home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home / "prefect"))
        configure_prefect(Context(Settings(home, "", ""), sessionmaker[Session]()))
        yield home / "prefect"
