"""Evidence in a file: comes back as it was, the same bytes for the same evidence, and lines that any tool reads."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from evidence_examples import GROUNDS, WHOLE, judged
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.evidence import Evidence, Judged
from evaluation.kept import KINDS, evidence_path, read_evidence, write_evidence
from models import heads
from pipeline.records import Grounds, Label, Proxy


def test_evidence_comes_back_as_it_was(tmp_path: Path) -> None:
    """Phrases, interviews, clusters, what was heard and the threshold are read as they were written."""
    write_evidence(WHOLE, tmp_path / "ny mappe" / "e.jsonl.gz")
    assert read_evidence(tmp_path / "ny mappe" / "e.jsonl.gz") == WHOLE


def test_nothing_comes_back_as_nothing(tmp_path: Path) -> None:
    """Evidence without anything in it is kept too."""
    write_evidence(Evidence("m", "ingen"), tmp_path / "e.gz")
    assert read_evidence(tmp_path / "e.gz") == Evidence("m", "ingen")


@settings(max_examples=30, deadline=None, database=None)
@given(text=st.text(), probability=st.floats(0, 1))
def test_any_words_and_number_come_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, probability: float
) -> None:
    """Line breaks of every kind, quotes and signs in what was said break no line."""
    path = tmp_path_factory.mktemp("kept") / "e.gz"
    evidence = Evidence("m", text, (judged("trait", "task", probability, text=text),))
    write_evidence(evidence, path)
    assert read_evidence(path) == evidence


def test_same_evidence_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither the time nor the file's name is in the file."""
    paths = [tmp_path / "en.gz", tmp_path / "to.gz"]
    for path in paths:
        write_evidence(WHOLE, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    write_evidence(read_evidence(paths[0]), paths[1])
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_each_line_is_one_record(tmp_path: Path) -> None:
    """After a line about all of it comes one record a line, under the name of its kind, with letters as they are."""
    write_evidence(WHOLE, tmp_path / "e.gz")
    head, *lines = gzip.decompress((tmp_path / "e.gz").read_bytes()).decode().splitlines()
    assert json.loads(head) == {"revision": "modell-1", "origin": "to prøver"}
    assert [kind for line in lines for kind in json.loads(line)] == ["phrases", "phrases", *list(KINDS)[1:]]
    assert "hører" in lines[0]


def test_long_grounds_are_shortened(tmp_path: Path) -> None:
    """The nearest precedent is kept, not the others, nor a question that can be asked anew."""
    two = Grounds(GROUNDS.precedents * 2, GROUNDS.wording, True, GROUNDS.categories)
    label = Label("trait", 0.6, (), Proxy("trait", "Møte kunder", "Hva gjorde du?", "customers", "møte kunder"), two)
    truth = WHOLE.phrases[1].truth
    write_evidence(replace(WHOLE, phrases=(Judged(truth, label),)), tmp_path / "e.gz")
    (kept,) = read_evidence(tmp_path / "e.gz").phrases
    assert kept.truth == truth
    assert kept.label == Label("trait", 0.6, (), Proxy("trait", "Møte kunder", "", "customers"), GROUNDS)


def test_evidence_lies_beside_the_heads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The evidence of an embedding model has the name of its heads, and a model of others' lies with the models."""
    monkeypatch.setenv("BALANSEKUNST_MODELS", str(tmp_path))
    assert evidence_path("annen-1") == tmp_path / "annen-1.evidence.jsonl.gz"
    assert evidence_path(f"{heads.BUNDLED.id}-{heads.BUNDLED.revision}").parent == heads.TRAINED
