"""The real bundled models, loaded once for all tests that are marked `real`."""

from __future__ import annotations

import pytest
from pipeline_fakes import fake_labeller

from models.labeller import load_labeller
from models.loaders import load_grammar
from pipeline.label import Labeller
from pipeline.phrases import Grammar


@pytest.fixture(scope="session")
def grammar() -> Grammar:
    return load_grammar()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def labeller(request: pytest.FixtureRequest) -> Labeller:
    """One specification, on fakes and on the bundled models."""
    return fake_labeller() if request.param == "fake" else load_labeller()
