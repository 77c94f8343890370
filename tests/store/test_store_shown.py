from __future__ import annotations

import pytest
from sqlalchemy.orm import Session
from store_examples import ANSWER, CHEERFUL, SEES, coded, labels, phrase_of, transcribed

from pipeline.records import Candidate, Clustering, Phrase, Placement, Turn
from store.decisions import Choice, decide
from store.interviews import Interview
from store.projects import Project
from store.results import latest_candidates, save_clustering, save_coding
from store.review_items import SPOKEN, ReviewItem, find_items
from store.shown import labels_of, turns_around, turns_at


@pytest.fixture(autouse=True)
def known(session: Session, interview: Interview) -> Interview:
    coded(session, interview)
    return interview


def items(session: Session, project: Project) -> tuple[ReviewItem, ...]:
    return find_items(session, project.id, sort=SPOKEN)


def test_label_comes_with_its_grounds(session: Session, project: Project) -> None:
    """The phrases shown get the label that was saved, whole."""
    found = items(session, project)
    wanted = {item.id: labels()[item.phrase.text] for item in found}
    assert labels_of(session, found) == wanted
    assert labels_of(session, found[:1]) == {found[0].id: wanted[found[0].id]}


def test_what_the_model_no_longer_suggests_has_no_label(
    session: Session, project: Project, interview: Interview
) -> None:
    """A phrase that only a decision knows has no label, but the turns of the newest transcript."""
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    save_coding(session, transcribed(session, interview).id, "k2", "r", ())
    (only,) = items(session, project)
    assert labels_of(session, [only]) == {}
    assert turns_around(session, [only])[only.id][1].text == ANSWER


def test_turn_comes_with_the_one_before(session: Session, project: Project) -> None:
    """Each phrase gets its turn and the question before it, and nothing where it is the first."""
    found = items(session, project)
    turns = {0: Turn("interviewer", "Hva gjør du?"), 1: Turn("respondent", ANSWER)}
    assert turns_around(session, found) == {item.id: turns for item in found}


def test_turns_are_of_the_codings_transcript(session: Session, project: Project, interview: Interview) -> None:
    """A newer transcript that is not coded yet does not change what stands around a suggestion."""
    transcribed(session, interview, ANSWER.upper(), key="k2")
    (first, *_) = items(session, project)
    assert turns_around(session, [first])[first.id][1].text == ANSWER


def test_turns_are_read_by_number(session: Session, interview: Interview) -> None:
    """Some turns of a transcript are read without the rest; numbers that it lacks are left out."""
    stored = transcribed(session, interview)
    assert turns_at(session, stored.id, [1, 7]) == {1: stored.transcript.turns[1]}


def test_candidates_come_with_their_first_phrases_alone(session: Session, project: Project) -> None:
    """A list of candidates has how many phrases each has, and reads no more of them than asked for."""
    phrases = (phrase_of(SEES), phrase_of(CHEERFUL), Phrase("kari", 1, 0, 3, "Jeg"))
    full = Candidate("c1", "Se folk", (Placement("people", 0.7),), ("kari",), phrases, weight=0.2)
    empty = Candidate("c2", "Ingen", (), (), ())
    saved = save_clustering(session, project.id, "k", Clustering((full, empty)))
    assert saved.candidates == (full, empty)
    lines = latest_candidates(session, project.id, first=2)
    assert lines
    assert [(line.candidate.phrases, line.size) for line in lines.candidates] == [(phrases[:2], 3), ((), 0)]


def test_project_without_candidates_has_none(session: Session, project: Project) -> None:
    """Before anything is gathered there are no candidates."""
    assert latest_candidates(session, project.id) is None
