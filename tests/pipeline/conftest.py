"""The real bundled models, loaded once for all tests that are marked `real`."""

from __future__ import annotations

import pytest
from pipeline_fakes import fake_labeller

from models.labeller import load_labeller
from models.loaders import load_grammar, load_splitter
from pipeline.label import Labeller
from pipeline.phrases import Splitter


@pytest.fixture(scope="session")
def by_grammar() -> Splitter:
    """The shipped grammar alone, without a marker."""
    return Splitter(load_grammar())


@pytest.fixture(params=["grammar", "both"])
def splitter(request: pytest.FixtureRequest, by_grammar: Splitter) -> Splitter:
    """The shipped grammar alone, and as people have it: with the marker."""
    return by_grammar if request.param == "grammar" else load_splitter()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def labeller(request: pytest.FixtureRequest) -> Labeller:
    """One specification, on fakes and on the bundled models."""
    return fake_labeller() if request.param == "fake" else load_labeller()
