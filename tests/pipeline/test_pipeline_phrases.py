from __future__ import annotations

import pytest
from pipeline_fakes import fake_labeller, fake_splitter, make_doc
from spacy.tokens import Doc

from pipeline.coding import code, worth_showing
from pipeline.phrases import Splitter, spans_of, split_transcript, trim
from pipeline.records import Transcript, Turn


def phrases(doc: Doc) -> list[str]:
    return [doc.text[start:end] for start, end in spans_of(doc)]


def of(splitter: Splitter, text: str) -> list[str]:
    """The phrases of one turn of the respondent."""
    return [phrase.text for phrase in split_transcript(Transcript("a", (Turn("respondent", text),)), splitter)]


def test_clause_with_its_own_subject_is_cut() -> None:
    """A coordinated clause with its own subject is a phrase of its own, without its «og»."""
    doc = make_doc(
        "Jeg PRON nsubj 1", "ser VERB ROOT 1", "kunden NOUN obj 1",
        "og CCONJ cc 5", "hun PRON nsubj 5", "smiler VERB conj 1",
    )  # fmt: skip
    assert phrases(doc) == ["Jeg ser kunden", "hun smiler"]


def test_shared_subject_keeps_clauses_together() -> None:
    """Finite verbs that share their subject stay one phrase."""
    doc = make_doc(
        "Jeg PRON nsubj 1", "rydder VERB ROOT 1 VerbForm=Fin", "og CCONJ cc 3", "vasker VERB conj 1 VerbForm=Fin"
    )
    assert phrases(doc) == ["Jeg rydder og vasker"]


def test_list_inside_a_subordinate_clause_is_not_cut() -> None:
    """Clauses that are coordinated inside a subordinate clause stay with it."""
    doc = make_doc(
        "Jeg PRON nsubj 1", "ser VERB ROOT 1", "at SCONJ mark 4", "hun PRON nsubj 4", "sover VERB ccomp 1",
        "og CCONJ cc 7", "han PRON nsubj 7", "våker VERB conj 4",
    )  # fmt: skip
    assert phrases(doc) == ["Jeg ser at hun sover og han våker"]


def test_listed_verbs_are_one_phrase_each() -> None:
    """Infinitives that are listed without a subject are a phrase each, without «du må kunne»."""
    doc = make_doc(
        "Du PRON nsubj 2", "må AUX aux 2", "lytte VERB ROOT 2 VerbForm=Inf", "og CCONJ cc 4",
        "gi VERB conj 2 VerbForm=Inf", "råd NOUN obj 4", ". PUNCT punct 2",
    )  # fmt: skip
    assert phrases(doc) == ["lytte", "gi råd"]


def test_predicate_of_the_speaker_stands_alone() -> None:
    """Of «jeg er ganske rolig» only what is said of the speaker is kept."""
    doc = make_doc("Jeg PRON nsubj 3", "er AUX cop 3", "ganske ADV advmod 3", "rolig ADJ ROOT 3")
    assert phrases(doc) == ["ganske rolig"]


def test_predicate_keeps_its_article() -> None:
    """Of «jeg er en rolig type» the predicate is kept with its article, as the corpora have it."""
    doc = make_doc("Jeg PRON nsubj 4", "er AUX cop 4", "en DET det 4", "rolig ADJ amod 4", "type NOUN ROOT 4")
    assert phrases(doc) == ["en rolig type"]


def test_doing_after_a_predicate_is_not_lost() -> None:
    """Of «jeg er rolig, og lytter til kunden» the doing is kept too, in whatever phrase."""
    doc = make_doc(
        "Jeg PRON nsubj 2", "er AUX cop 2", "rolig ADJ ROOT 2", ", PUNCT punct 5", "og CCONJ cc 5",
        "lytter VERB conj 2 VerbForm=Fin", "til ADP case 7", "kunden NOUN obl 5",
    )  # fmt: skip
    assert any("lytter til kunden" in phrase for phrase in phrases(doc))


def test_predicate_of_others_keeps_its_subject() -> None:
    """What is said of somebody else stays whole, so that a reader sees who."""
    doc = make_doc("Sjefen NOUN nsubj 2", "er AUX cop 2", "rolig ADJ ROOT 2")
    assert phrases(doc) == ["Sjefen er rolig"]


@pytest.mark.parametrize("filler", ["Mhm INTJ ROOT 0", "Ja INTJ ROOT 0", ". PUNCT ROOT 0", "der ADV ROOT 0"])
def test_lone_filler_is_no_phrase(filler: str) -> None:
    """A turn of fillers or punctuation gives nothing to code."""
    assert phrases(make_doc(filler)) == []


def test_trim_takes_fillers_from_both_edges() -> None:
    """Fillers, hedges and punctuation go from both edges, repeatedly, and none from the middle."""
    doc = make_doc(
        "Ja INTJ discourse 3", ", PUNCT punct 3", "altså ADV advmod 3", "selger VERB ROOT 3", "altså ADV advmod 3",
        "sko NOUN obj 3", ", PUNCT punct 3", "ikke PART advmod 3", "sant ADJ advmod 3", ". PUNCT punct 3",
    )  # fmt: skip
    trimmed = trim(doc[:])
    assert trimmed is not None
    assert trimmed.text == "selger altså sko"
    assert trim(doc[:3]) is None


def test_interviewer_is_never_coded() -> None:
    """Only the respondent's turns give phrases, each with its turn's number."""
    turns = (Turn("interviewer", "Gode råd?"), Turn("respondent", "Gode sko. Rolige kunder."), Turn("respondent", " "))
    found = split_transcript(Transcript("kari", turns), fake_splitter())
    assert [(p.interview, p.turn, p.start, p.end, p.text) for p in found] == [
        ("kari", 1, 0, 8, "Gode sko"),
        ("kari", 1, 10, 23, "Rolige kunder"),
    ]


def test_code_labels_each_phrase_in_order() -> None:
    """Coding gives a suggestion for each phrase in order, and what is worth showing leaves out `none`."""
    turns = (Turn("respondent", "Fagbrev som kokk. Bussen går hvert kvarter. En rolig type."),)
    coded = code(Transcript("kari", turns), fake_splitter(), fake_labeller())
    assert [(s.phrase.text, s.label.category) for s in coded] == [
        ("Fagbrev som kokk", "education"),
        ("Bussen går hvert kvarter", "none"),
        ("En rolig type", "trait"),
    ]
    assert worth_showing(coded) == (coded[0], coded[2])


def test_nothing_said_gives_nothing() -> None:
    """A transcript without a respondent is coded to nothing."""
    assert code(Transcript("a", (Turn("interviewer", "Hva?"),)), fake_splitter(), fake_labeller()) == ()


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Man må kunne prioritere og delegere oppgaver.", ["prioritere", "delegere oppgaver"]),
        ("Jeg er tålmodig.", ["tålmodig"]),
        ("Ja, altså, jeg hjelper kundene i køen, ikke sant.", ["jeg hjelper kundene i køen"]),
        ("Jeg ser på kunden, og hun kommer bort til meg.", ["Jeg ser på kunden", "hun kommer bort til meg"]),
        ("Jeg rydder i hyllene hver morgen.", ["Jeg rydder i hyllene hver morgen"]),
        ("Ja. Mhm. Nei.", []),
    ],
)
def test_real_grammar_splits_as_people_do(by_grammar: Splitter, text: str, expected: list[str]) -> None:
    """The shipped grammar cuts lists and own clauses, keeps predicates, trims fillers and the last full stop."""
    assert of(by_grammar, text) == expected


@pytest.mark.real
def test_real_grammar_keeps_the_predicate_of_a_trait(by_grammar: Splitter) -> None:
    """Of «Jeg er nok litt sta» the shipped grammar keeps the trait and not «jeg er»."""
    (phrase,) = of(by_grammar, "Jeg er nok litt sta")
    assert phrase in ("nok litt sta", "litt sta")
