from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from pipeline.learning import Decided
from pipeline.records import Phrase, identity_of
from pipeline.review_order import is_unbiased
from store.decisions import Choice, decide, decide_all, history
from store.interviews import Interview, Source, add_interview
from store.lessons import decided_phrases, lessons_of, review_seed
from store.projects import Project, create_project, learn_from

TRAIT = Choice("relabel", "Kari", "trait")
PLACED = Choice("approve", "Kari", "competence", ("people", "pace+presence"))


def phrases(project: Project, interview: str, unbiased: bool) -> Iterator[Phrase]:
    """Phrases that are, or are not, in the project's random tenth."""
    made = (Phrase(interview, 1, start, start + 5, f"nr {start}") for start in count())
    return (p for p in made if is_unbiased(identity_of(p), review_seed(project.id)) == unbiased)


@pytest.fixture
def other(session: Session) -> Project:
    """Another project, with an interview of its own."""
    made = create_project(session, "Sykehjem", ())
    add_interview(session, made.id, Source("per", "audio", "b" * 64, ".mp3", role="sykepleier"))
    return made


def test_decisions_are_lessons(session: Session, project: Project, interview: Interview) -> None:
    """A project learns wording, category, positions and role of what was decided, in the order of the phrases."""
    first, second, *_ = (p for p, _ in zip(phrases(project, "kari", False), range(2), strict=False))
    decide(session, project.id, second, TRAIT)
    decide(session, project.id, first, PLACED)
    assert lessons_of(session, project.id) == (
        Decided(first.text, "competence", PLACED.positions, "butikksjef"),
        Decided(second.text, "trait", (), "butikksjef"),
    )


def test_rejected_is_none(session: Session, project: Project, interview: Interview) -> None:
    """A rejected phrase teaches that there was nothing to code."""
    phrase = next(phrases(project, "kari", False))
    decide(session, project.id, phrase, Choice("reject", "Kari"))
    assert lessons_of(session, project.id) == (Decided(phrase.text, "none", (), "butikksjef"),)


def test_phrase_cut_wrongly_is_no_none(session: Session, project: Project, interview: Interview) -> None:
    """A phrase that was rejected for another with the same words in it teaches nothing; the other one does."""
    cut = Phrase("kari", 1, 4, 20, "snakker rolig, og")
    kept = replace(cut, end=17, text="snakker rolig")
    decide_all(session, project.id, [(cut, Choice("reject", "Kari")), (kept, PLACED)])
    assert list(decided_phrases(session, project.id)) == [identity_of(kept)]


def test_undone_is_unlearnt(session: Session, project: Project, interview: Interview) -> None:
    """A decision that was undone teaches no more."""
    phrase = next(phrases(project, "kari", False))
    undone = decide(session, project.id, phrase, TRAIT)
    decide(session, project.id, phrase, Choice("undo", "Kari", undoes=undone.id))
    assert lessons_of(session, project.id) == ()


def test_random_tenth_never_teaches(session: Session, project: Project, interview: Interview) -> None:
    """A decision on the random tenth is known, for measuring, and is no lesson."""
    phrase = next(phrases(project, "kari", True))
    decide(session, project.id, phrase, TRAIT)
    assert lessons_of(session, project.id) == ()
    assert decided_phrases(session, project.id) == {
        identity_of(phrase): Decided(phrase.text, "trait", (), "butikksjef")
    }


def test_other_projects_teach_only_when_asked(session: Session, project: Project, other: Project) -> None:
    """By default a project learns of its own decisions alone; told to, also of another's; told again, no more."""
    phrase = next(phrases(project, "per", False))
    decide(session, other.id, phrase, TRAIT)
    assert lessons_of(session, project.id) == ()
    learn_from(session, project.name, (other.name,))
    assert lessons_of(session, project.id) == (Decided(phrase.text, "trait", (), "sykepleier"),)
    assert len(lessons_of(session, other.id)) == (not is_unbiased(identity_of(phrase), review_seed(other.id)))
    learn_from(session, project.name, ())
    assert lessons_of(session, project.id) == ()


def test_own_tenth_is_not_learnt_through_another_project(
    session: Session, project: Project, interview: Interview, other: Project
) -> None:
    """Where two projects have the same interview, the other's decisions on this one's tenth do not teach it."""
    add_interview(session, other.id, Source("kari", "audio", "a" * 64, ".mp3"))
    learn_from(session, project.name, (other.name,))
    decide(session, other.id, next(phrases(project, "kari", True)), TRAIT)
    assert lessons_of(session, project.id) == ()


def test_decisions_are_never_touched(session: Session, project: Project, interview: Interview) -> None:
    """Learning reads the history and leaves it."""
    decide(session, project.id, next(phrases(project, "kari", False)), TRAIT)
    before = history(session, project.id)
    lessons_of(session, project.id)
    assert history(session, project.id) == before


@pytest.mark.parametrize(("name", "what"), [("Ingen", "finnes ikke"), ("Butikk", "lærer alltid av seg selv")])
def test_only_other_projects_can_be_learnt_from(session: Session, project: Project, name: str, what: str) -> None:
    """A project that is not there, or is the project itself, is refused."""
    with pytest.raises(InputError, match=what):
        learn_from(session, project.name, (name,))
