"""Evidence from a labeller: phrases alone, spans together, raw text as `code` does it, and roles in clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_models import FakeEmbedder, FakeGrammar, fake_heads

from corpora import AnnotatedInterview, LabelledPhrase, parse_interview
from evaluation import evidence as evidence_module
from evaluation.evidence import Evidence, Gathered, Heard, gather, join, judge
from pipeline.label import Labeller
from pipeline.phrases import Splitter
from pipeline.proxies import Wordings

PHRASES = [LabelledPhrase("hjelper kunden", "competence", "people"), LabelledPhrase("blid", "trait")]


def interview(name: str, role: str = "kokk", *marks: str) -> AnnotatedInterview:
    """An interview with an answer for each (wording, key competence), joined by `=`."""
    marked = [mark.split("=") for mark in marks or ("hjelper kunden=hjelp", "rydder lageret=orden")]
    turns = "".join(f"I: Hva gjør du?\nR: Jeg {{{words}|competence|people|{id}}}.\n" for words, id in marked)
    return parse_interview(f"# id: {name}\n# role: {role}\n\n{turns}")


@pytest.fixture
def labeller() -> Labeller:
    wordings = Wordings({"hjelp": "hjelpe", "orden": "holde orden"}, lambda *_: "Hva gjorde du da?")
    return Labeller(FakeEmbedder(), fake_heads("rev-1"), wordings)


@pytest.fixture
def splitter() -> Splitter:
    return Splitter(FakeGrammar())


@pytest.fixture(autouse=True)
def fewest_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few phrases are enough here for clusters."""
    monkeypatch.setattr(evidence_module, "FEWEST_TOLD", 4)


def test_phrases_and_spans_are_judged(labeller: Labeller, splitter: Splitter) -> None:
    """Every phrase and every span has the label that was suggested for it, in order."""
    found = judge(labeller, splitter, PHRASES, [interview("kari")])
    assert [j.truth.text for j in found.phrases] == ["hjelper kunden", "blid", "hjelper kunden", "rydder lageret"]
    assert {j.label.category for j in found.phrases} == {"competence"}
    assert found.phrases[0].label == labeller.label(["hjelper kunden"])[0]


def test_evidence_names_the_heads(labeller: Labeller, splitter: Splitter) -> None:
    """The revision is that of the labeller."""
    found = judge(labeller, splitter, [], [])
    assert found == Evidence("rev-1", "")


def test_raw_text_is_coded(labeller: Labeller, splitter: Splitter) -> None:
    """Beside the experts' spans lies what was found in the raw text, each with its place."""
    (coded,) = judge(labeller, splitter, [], [interview("kari")]).interviews
    assert (coded.interview, coded.role) == ("kari", "kokk")
    assert [span.text for span, _ in coded.spans] == ["hjelper kunden", "rydder lageret"]
    assert [(s.phrase.turn, s.phrase.text) for s in coded.suggestions] == [
        (1, "Jeg hjelper kunden"),
        (3, "Jeg rydder lageret"),
    ]


def test_what_is_taken_for_nothing_is_not_shown(labeller: Labeller, splitter: Splitter) -> None:
    """What a reviewer is never shown is no find."""
    heads = labeller.heads
    none = np.array([0, 0, 0, 0, 9], np.float32)
    category = replace(heads.category, embedding_bias=none, wording_bias=none)
    sees_nothing = replace(labeller, heads=replace(heads, category=category))
    (coded,) = judge(sees_nothing, splitter, [], [interview("kari")]).interviews
    assert (len(coded.spans), coded.suggestions) == (2, ())


def test_roles_are_gathered_at_the_experts_number(labeller: Labeller) -> None:
    """The competences of a role's interviews lie in as many clusters as experts have names for, like with like."""
    (found,) = gather(labeller, [interview("a"), interview("b")])
    assert (found.role, found.truth) == ("kokk", ("hjelp", "orden", "hjelp", "orden"))
    assert len(set(found.found)) == 2
    assert (found.found[0], found.found[1]) == (found.found[2], found.found[3])


def test_little_material_is_not_gathered(labeller: Labeller) -> None:
    """One interview of a role, or few competences, say nothing about clusters."""
    one = interview("a", "kokk", *["hjelper kunden=hjelp"] * 5)
    few = [interview("b", "vert", "hjelper kunden=hjelp"), interview("c", "vert", "rydder lageret=orden")]
    assert gather(labeller, [one, *few]) == []


def test_folds_are_joined_in_order() -> None:
    """The evidence of all folds is one, under a name of its own, with the first one's revision."""
    one = Evidence("rev", "", (), (), (Gathered("a", (), ()),), (Heard("x", "", ""),))
    other = Evidence("rev", "", (), (), (Gathered("b", (), ()),))
    joined = join([one, other], "begge")
    assert (joined.revision, joined.origin) == ("rev", "begge")
    assert [g.role for g in joined.gathered] == ["a", "b"]
    assert [h.recording for h in joined.heard] == ["x"]
