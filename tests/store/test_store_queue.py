from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pipeline.records import Label, Phrase, Placement, Suggestion, Transcript, Turn, Word
from store.decisions import (
    Choice,
    decide,
    decide_all,
    latest_by,
    people_of,
    standing_in,
    undo_batch,
)
from store.interviews import Interview, Source, abouts_of, add_interview
from store.projects import Project, create_project
from store.results import newest_coding, save_coding, save_transcript
from store.review_items import (
    SUREST,
    Filter,
    Span,
    find_ids,
    find_items,
    item_at,
    items_among,
)
from store.shown import sounding_turns

APPROVE = Choice("approve", "Kari", "competence", ("people",))
WORDS = (Word("ordner", 1.0, 1.5, 0.9), Word("alt", 1.5, 2.0, 0.9))


@pytest.fixture
def phrases(session: Session, interview: Interview, suggestion: Suggestion) -> tuple[Phrase, ...]:
    """Three competences, the surest first, of which the first has the surest position."""
    turn = Turn("respondent", "ordner alt sammen", 1.0, 2.0, WORDS)
    stored = save_transcript(session, interview.id, "k", Transcript("kari", (turn,)))
    spans = [(0, 6, "ordner"), (7, 10, "alt"), (11, 17, "sammen")]
    coded = [
        Suggestion(
            Phrase("kari", 0, *span),
            replace(
                suggestion.label, proxy=None, probability=0.9 - i / 10, positions=(Placement("people", 0.8 - i / 5),)
            ),
        )
        for i, span in enumerate(spans)
    ]
    save_coding(session, stored.id, "k", "r", coded)
    return tuple(one.phrase for one in coded)


def texts(session: Session, project: Project, wanted: Filter) -> list[str]:
    return [item.phrase.text for item in find_items(session, project.id, wanted, SUREST)]


def test_filter_by_person(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """Phrases are found by who made the decision in force."""
    decide(session, project.id, phrases[0], APPROVE)
    decide(session, project.id, phrases[1], replace(APPROVE, person="Ola"))
    decide(session, project.id, phrases[0], replace(APPROVE, person="Ola"))
    assert texts(session, project, Filter(person="Ola")) == ["ordner", "alt"]
    assert texts(session, project, Filter(person="Kari")) == []


@pytest.mark.parametrize("position", ["", "people"])
def test_filter_without_some(session: Session, project: Project, phrases: tuple[Phrase, ...], position: str) -> None:
    """Phrases named by their ids are left out, in lists of a position too."""
    first, *_ = find_ids(session, project.id, sort=SUREST)
    assert texts(session, project, Filter(position=position, without=(first,))) == ["alt", "sammen"]


def test_filter_by_how_sure_the_position_is(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """Competences are found by how probable their first position is."""
    assert texts(session, project, Filter(position_least=0.6)) == ["ordner", "alt"]


def test_item_at_a_span(session: Session, project: Project, interview: Interview, phrases: tuple[Phrase, ...]) -> None:
    """A phrase is found by its span in its own project only, and nothing where there is none."""
    span = Span(interview.id, 0, 7, 10)
    found = item_at(session, project.id, span)
    assert found is not None
    assert found.phrase == phrases[1]
    other = create_project(session, "Annet", ("baker",))
    assert item_at(session, other.id, span) is None
    assert item_at(session, project.id, Span(interview.id, 0, 7, 11)) is None


def test_items_among_ids(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """Of the ids given, those that the project has are found."""
    ids = list(find_ids(session, project.id))
    assert {item.id for item in items_among(session, project.id, [*ids[:2], 10**9])} == set(ids[:2])
    assert items_among(session, create_project(session, "Annet", ("baker",)).id, ids) == ()


def test_latest_by_person(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """The newest decision of a person that is in force: not undone, not overruled, and none of a batch."""
    assert latest_by(session, project.id, "Kari") is None
    first = decide(session, project.id, phrases[0], APPROVE)
    second = decide(session, project.id, phrases[1], APPROVE)
    decide_all(session, project.id, [(phrases[2], APPROVE)])
    assert latest_by(session, project.id, "Kari") == second
    decide(session, project.id, phrases[1], replace(APPROVE, person="Ola"))
    assert latest_by(session, project.id, "Kari") == first
    decide(session, project.id, phrases[0], Choice("undo", "Kari", undoes=first.id))
    assert latest_by(session, project.id, "Kari") is None


def test_abouts_of_interviews(session: Session, project: Project, interview: Interview) -> None:
    """Each interview is told of by name, role and chain, in the order they were added."""
    add_interview(session, project.id, Source("anne", "transcript", "e" * 64, ".txt", role="baker"))
    assert abouts_of(session, project.id) == (("kari", "butikksjef", "Nord"), ("anne", "baker", ""))


def test_people_of_a_project(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """Everybody who decided something is named once."""
    for person in ("Ola", "Kari", "Ola"):
        decide(session, project.id, phrases[0], replace(APPROVE, person=person))
    assert people_of(session, project.id) == ("Kari", "Ola")


def test_standing_in_a_batch(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """How many of a batch's decisions nobody has undone."""
    batch = decide_all(session, project.id, [(phrase, APPROVE) for phrase in phrases])
    assert standing_in(session, project.id, batch) == 3
    undo_batch(session, project.id, batch, "Ola")
    assert standing_in(session, project.id, batch) == 0


def test_newest_coding(session: Session, interview: Interview, phrases: tuple[Phrase, ...]) -> None:
    """What is coded later has a higher number."""
    before = newest_coding(session)
    stored = save_transcript(session, interview.id, "k2", Transcript("kari", (Turn("respondent", "alt"),)))
    saved = save_coding(session, stored.id, "k2", "r", [])
    assert before < saved.id == newest_coding(session)


def test_turns_that_can_be_heard(session: Session, project: Project, phrases: tuple[Phrase, ...]) -> None:
    """Phrases of a recording come with their turn and the times of its words; those of a text without."""
    source = Source("tekst", "transcript", "d" * 64, ".txt")
    text = add_interview(session, project.id, source).interview
    stored = save_transcript(session, text.id, "k", Transcript("tekst", (Turn("respondent", "alt"),)))
    save_coding(session, stored.id, "k", "r", [Suggestion(Phrase("tekst", 0, 0, 3, "alt"), Label("trait", 0.8))])
    items = find_items(session, project.id)
    heard = sounding_turns(session, items)
    assert len(items) == 4
    assert [heard[item.id].words for item in items if item.id in heard] == [WORDS] * 3
