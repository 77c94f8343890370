"""The marker's spans beside the grammar's clauses. The marker is made by hand: what it marks is known."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_fakes import FakeMarker, fake_labeller, fake_splitter, make_doc
from spacy.tokens import Doc

from pipeline.coding import code
from pipeline.marking import TAGS, WORD, Marked
from pipeline.phrases import MAY_HOLD, spans_of, split_transcript
from pipeline.records import INTERVIEWER, RESPONDENT, Transcript, Turn


def marked(doc: Doc, marks: dict[str, str], nothing: float = 0.95) -> list[str]:
    """The phrases of a document in which these wordings are marked."""
    (found,) = FakeMarker(marks, nothing).mark([doc.text], [""])
    return [doc.text[start:end] for start, end in spans_of(doc, found)]


def said(marker: FakeMarker, *turns: tuple[str, str]) -> list[str]:
    """The phrases of a transcript: `I` or `R`, and what was said."""
    spoken = tuple(Turn(INTERVIEWER if speaker == "I" else RESPONDENT, text) for speaker, text in turns)
    return [phrase.text for phrase in split_transcript(Transcript("kari", spoken), fake_splitter(marker))]


def test_span_wins_over_the_clause() -> None:
    """Of a clause in which something is marked only that is a phrase."""
    doc = make_doc(
        "Vi PRON nsubj 1", "ler VERB ROOT 1", "fordi SCONJ mark 5", "hun PRON nsubj 5", "er AUX cop 5",
        "blid ADJ advcl 1", "om ADP case 7", "morgenen NOUN obl 5",
    )  # fmt: skip
    assert marked(doc, {}, nothing=0.75) == ["Vi ler fordi hun er blid om morgenen"]
    assert marked(doc, {"blid": "trait"}, nothing=0.75) == ["blid"]


def test_span_may_be_longer_than_a_clause() -> None:
    """What the grammar would cut in two is one phrase where it is marked as one."""
    doc = make_doc(
        "Jeg PRON nsubj 1", "ser VERB ROOT 1", "kunden NOUN obj 1",
        "og CCONJ cc 5", "hun PRON nsubj 5", "smiler VERB conj 1",
    )  # fmt: skip
    assert marked(doc, {"Jeg ser kunden og hun smiler": "competence"}) == ["Jeg ser kunden og hun smiler"]


def test_several_spans_of_one_clause_are_a_phrase_each() -> None:
    """Two marks in one sentence are two phrases, in order."""
    marker = FakeMarker({"fyller hyllene": "task", "nøyaktig av seg": "trait"})
    found = said(marker, ("R", "Jeg er nøyaktig av seg mens jeg fyller hyllene."))
    assert found == ["nøyaktig av seg", "fyller hyllene"]


@pytest.mark.parametrize(("nothing", "kept"), [(1 - MAY_HOLD - 0.01, True), (1 - MAY_HOLD + 0.01, False)])
def test_unmarked_clause_is_kept_where_it_may_hold_something(nothing: float, kept: bool) -> None:
    """A clause that the marker left alone is a phrase only where something in it is likely enough."""
    found = said(FakeMarker({"blid": "trait"}, nothing), ("R", "Hun er blid. Bussen går nå."))
    assert found == ["blid", *(["Bussen går"] if kept else [])]


def test_what_the_marker_did_not_read_is_the_grammars() -> None:
    """Clauses beyond what the marker could read are phrases as if there were no marker."""
    marker = FakeMarker({"blid": "trait"}, nothing=0.99, reach=5)
    assert said(marker, ("R", "Hun er blid. Bussen går. Jeg selger sko.")) == ["blid", "Jeg selger sko"]


def test_span_across_two_sentences_is_cut() -> None:
    """A mark that goes on into the next sentence is a phrase in each."""
    marker = FakeMarker({"selger sko. Rolige kunder": "competence"})
    assert said(marker, ("R", "Jeg selger sko. Rolige kunder kommer.")) == ["selger sko", "Rolige kunder"]


def test_listed_verbs_of_a_span_are_one_phrase_each() -> None:
    """«prioritere og delegere oppgaver» that is marked as one is two phrases."""
    doc = make_doc(
        "Du PRON nsubj 3", "må AUX aux 3", "kunne AUX aux 3", "prioritere VERB ROOT 3 VerbForm=Inf", "og CCONJ cc 5",
        "delegere VERB conj 3 VerbForm=Inf", "oppgaver NOUN obj 5", ". PUNCT punct 3",
    )  # fmt: skip
    assert marked(doc, {"prioritere og delegere oppgaver": "competence"}) == ["prioritere", "delegere oppgaver"]


def test_hedges_of_a_span_are_trimmed() -> None:
    """Fillers, hedges and punctuation at the edges of a mark are no part of the phrase, those within it are."""
    marker = FakeMarker({"altså selger liksom sko, ikke sant": "task"})
    assert said(marker, ("R", "Jeg altså selger liksom sko, ikke sant.")) == ["selger liksom sko"]


def test_span_of_fillers_is_no_phrase() -> None:
    """A mark on nothing but fillers gives nothing to code."""
    assert said(FakeMarker({"altså, ikke sant": "trait"}), ("R", "Ja, altså, ikke sant.")) == []


def test_token_of_two_marks_belongs_to_the_first() -> None:
    """Where two marks meet inside one token the first has it whole, and the second what follows."""
    doc = make_doc("kasse/lager NOUN ROOT 0", "rydding NOUN conj 0")
    assert marked(doc, {"kasse": "task", "lager rydding": "task"}) == ["kasse/lager", "rydding"]
    assert marked(doc, {"kasse": "task", "lager": "trait"}) == ["kasse/lager"]


def test_questions_are_handed_to_the_marker() -> None:
    """The marker reads each answer after the interviewer's last question, also where the respondent goes on."""
    marker = FakeMarker({})
    said(marker, ("R", "Hei."), ("I", "Hva gjør du?"), ("R", "Selger."), ("R", "Rydder."), ("I", "Ja?"), ("R", "Ler."))
    assert marker.asked == [("Hei.", ""), ("Selger.", "Hva gjør du?"), ("Rydder.", "Hva gjør du?"), ("Ler.", "Ja?")]


def test_interviewers_words_are_never_coded() -> None:
    """What would be marked in an answer is not even read as one where the interviewer says it."""
    marker = FakeMarker({"selger sko": "task"})
    assert said(marker, ("I", "Du selger sko?"), ("R", "Nei."), ("I", "Hvem selger sko?")) == []
    assert [answer for answer, _ in marker.asked] == ["Nei."]


def test_marker_is_not_asked_about_nothing() -> None:
    """An interview without answers asks nothing of the marker."""
    marker = FakeMarker({})
    assert said(marker, ("I", "Hallo?"), ("R", " ")) == []
    assert marker.asked == []


def test_marks_do_not_decide_the_category() -> None:
    """The marker says where a phrase is; what it is the labeller says."""
    spoken = Transcript("kari", (Turn(RESPONDENT, "Det var fagbrev som kokk."),))
    (suggestion,) = code(spoken, fake_splitter(FakeMarker({"fagbrev som kokk": "trait"})), fake_labeller())
    assert (suggestion.phrase.text, suggestion.label.category) == ("fagbrev som kokk", "education")


TALK = "Jeg selger sko, og rydder/vasker lageret. Ja altså ikke sant … 12:30 A/S bl.a. kl. (blid) Mhm på en måte"
WORDS = TALK.split()
talk = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
glued = st.lists(st.sampled_from(WORDS), max_size=6).map("".join)
turns = st.builds(Turn, st.sampled_from([INTERVIEWER, RESPONDENT]), talk | glued | st.text(max_size=20))


class AnyMarker:
    """Reads as far and marks whatever chance has it."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def mark(self, answers: Sequence[str], questions: Sequence[str]) -> list[Marked]:
        return [self._marked(answer) for answer in answers]

    def _marked(self, answer: str) -> Marked:
        words = tuple(match.span() for match in WORD.finditer(answer))
        read = words[: self.chance.integers(len(words) + 1)]
        chances = self.chance.dirichlet([0.3] * len(TAGS), len(read))
        return Marked(read, np.log(np.maximum(chances, 1e-9)))


@settings(max_examples=150, deadline=None, database=None)
@given(st.lists(turns, max_size=4), st.integers(0, 10_000))
def test_phrases_of_any_marks(spoken: list[Turn], seed: int) -> None:
    """Whatever is said and marked, phrases are exact, not empty, in order, apart, and inside the respondent's turns."""
    transcript = Transcript("kari", tuple(spoken))
    phrases = split_transcript(transcript, fake_splitter(AnyMarker(seed)))
    for phrase in phrases:
        turn = transcript.turns[phrase.turn]
        assert turn.speaker == RESPONDENT
        assert 0 <= phrase.start < phrase.end <= len(turn.text)
        assert turn.text[phrase.start : phrase.end] == phrase.text == phrase.text.strip()
    for one, other in pairwise(phrases):
        assert (one.turn, one.end) <= (other.turn, other.start)
