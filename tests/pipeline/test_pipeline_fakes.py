from __future__ import annotations

import numpy as np
from pipeline_fakes import (
    MATERIAL,
    FakeEmbedder,
    FakeGrammar,
    FakeMarker,
    FakeRecogniser,
    FakeVoices,
    fake_labeller,
    heard,
    make_doc,
    sound,
    words_of,
)

from pipeline.audio import RATE
from pipeline.marking import chance_of_something, spans_of_marks
from pipeline.records import CATEGORIES


def test_heard_spreads_words_over_the_segment() -> None:
    """A heard segment's words follow one another from its start to its end."""
    segment = heard("en to tre", 1.0, 4.0)
    assert [(w.word, w.start, w.end) for w in segment.words] == [
        (" en", 1.0, 2.0),
        (" to", 2.0, 3.0),
        (" tre", 3.0, 4.0),
    ]


def test_fake_recogniser_gives_its_segments_and_keeps_the_question() -> None:
    """The fake recogniser gives a window's segment and remembers the options and the window."""
    recogniser = FakeRecogniser([heard("hei", 0, 1), heard("du", 1, 2)])
    first, second = recogniser.windows(np.zeros(1))
    assert [segment.text for segment in recogniser.hear(np.zeros(1), second, language="no")] == ["du"]
    assert (first.span, second.span) == ((0, RATE), (RATE, 2 * RATE))
    assert (recogniser.asked, recogniser.heard) == ({"language": "no"}, [second])


def test_fake_voices_differ_by_sign() -> None:
    """The fake voice encoder gives one voice for sound above zero, and a quite different one below."""
    audio = sound((2.0, 0.5), (2.0, -0.5))
    one, same, other = FakeVoices().encode(audio.samples, np.array([0, RATE // 4, 2 * RATE]))
    assert one @ same > 0.99
    assert one @ other < 0.1


def test_fake_embedder_is_unit_and_deterministic() -> None:
    """The fake embedder gives the same unit vector for the same words, nearer for shared words than for none."""
    first, again, near, far = FakeEmbedder().encode(["selge sko", "Selge sko.", "selge jakker", "puste rolig"])
    assert np.allclose(first, again)
    assert np.isclose(np.linalg.norm(first), 1)
    assert first @ near > first @ far


def test_made_doc_has_the_given_parse() -> None:
    """A hand-made document has the text, heads and dependencies it was written with."""
    doc = make_doc("Jeg PRON nsubj 1", "sover VERB ROOT 1", ", PUNCT punct 1", "godt ADV advmod 1")
    assert doc.text == "Jeg sover, godt"
    assert [(token.head.text, token.dep_) for token in doc][:2] == [("sover", "nsubj"), ("sover", "ROOT")]


def test_fake_grammar_keeps_the_text_and_splits_sentences() -> None:
    """The fake grammar's documents have the same text, in sentences."""
    (doc,) = FakeGrammar().pipe(["Jeg selger sko. Du kjøper dem."], batch_size=1)
    assert doc.text == "Jeg selger sko. Du kjøper dem."
    assert [sentence.text for sentence in doc.sents] == ["Jeg selger sko.", "Du kjøper dem."]


def test_fake_marker_marks_its_wordings() -> None:
    """The fake marker's spans are the wordings that it was made with, of other words it is as sure as it was told."""
    marker = FakeMarker({"selger sko": "task", "blid": "trait"}, nothing=0.75)
    (marked,) = marker.mark(["Jeg selger sko og er blid."], ["Hva gjør du?"])
    assert spans_of_marks(marked) == [(4, 14), (21, 25)]
    assert np.isclose(chance_of_something(marked, 0, 3), 0.25)
    assert marker.asked == [("Jeg selger sko og er blid.", "Hva gjør du?")]


def test_fake_marker_reads_as_far_as_it_reaches() -> None:
    """What lies beyond its reach the fake marker says nothing of."""
    (marked,) = FakeMarker({"blid": "trait"}, reach=2).mark(["Jeg selger sko og er blid."], [""])
    assert marked.words == ((0, 3), (4, 10))
    assert len(marked.tags) == 2
    assert spans_of_marks(marked) == []


def test_fake_heads_know_their_own_material() -> None:
    """The fake labeller gives each phrase of its material the label it was made with."""
    labels = fake_labeller().label([phrase.text for phrase in MATERIAL])
    assert [label.category for label in labels] == [phrase.category for phrase in MATERIAL]
    assert {phrase.category for phrase in MATERIAL} == set(CATEGORIES)


def test_words_of_has_no_pauses() -> None:
    """Words made from a text follow one another without a pause."""
    words = words_of("en to tre", 1.0)
    assert [word.text for word in words] == ["en", "to", "tre"]
    assert [a.end for a in words[:-1]] == [b.start for b in words[1:]]
