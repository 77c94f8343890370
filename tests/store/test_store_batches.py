from __future__ import annotations

import pytest
from sqlalchemy.orm import Session
from store_examples import CHEERFUL, DAY, SEES, TIDIES, coded, phrase_of

from pipeline.errors import InputError
from pipeline.records import identity_of
from store.decisions import (
    Choice,
    current_decisions,
    decide,
    decide_all,
    history,
    history_of,
    latest_wordings,
    undo_batch,
    undone_by,
)
from store.interviews import Interview
from store.projects import Project, create_project

APPROVE = Choice("approve", "Kari", "competence", ("people",))
REJECT = Choice("reject", "Ola")
MADE = [(phrase_of(SEES), APPROVE), (phrase_of(TIDIES), Choice("approve", "Kari", "task"))]


@pytest.fixture(autouse=True)
def known(session: Session, interview: Interview) -> Interview:
    coded(session, interview)
    return interview


def in_force(session: Session, project: Project) -> dict[str, str]:
    """Who decided on each phrase that is decided."""
    current = current_decisions(session, project.id).values()
    return {one.phrase.text: one.choice.person for one in current}


def test_batch_is_many_decisions_with_one_name(session: Session, project: Project) -> None:
    """Each choice of a batch is a decision of its own, and all have the batch's name."""
    batch = decide_all(session, project.id, MADE)
    made = history(session, project.id)
    assert [(one.phrase, one.choice) for one in made] == MADE
    assert {one.batch for one in made} == {batch}
    assert history(session, project.id, batch=batch) == made


def test_single_decision_is_in_no_batch(session: Session, project: Project) -> None:
    """A decision made by itself has no batch, and two batches have names of their own."""
    assert decide(session, project.id, phrase_of(SEES), APPROVE).batch is None
    assert decide_all(session, project.id, MADE) != decide_all(session, project.id, MADE)


def test_empty_batch_writes_nothing(session: Session, project: Project) -> None:
    """A batch without choices leaves no trace."""
    decide_all(session, project.id, [])
    assert history(session, project.id) == ()


@pytest.mark.parametrize("choice", [Choice("relabel", "Kari", "dyd"), Choice("undo", "Kari", undoes=1)])
def test_batch_with_a_senseless_choice_writes_nothing(session: Session, project: Project, choice: Choice) -> None:
    """One choice that is refused refuses the whole batch; an undo is none of a batch's choices."""
    with pytest.raises(InputError):
        decide_all(session, project.id, [*MADE, (phrase_of(CHEERFUL), choice)])
    assert history(session, project.id) == ()


def test_undoing_a_batch_undoes_all_of_it(session: Session, project: Project) -> None:
    """The undos are a batch too, by the one who undoes, and nothing of the batch holds."""
    undone = undo_batch(session, project.id, decide_all(session, project.id, MADE), "Per")
    assert in_force(session, project) == {}
    assert {one.choice.person for one in undone.undos} == {"Per"}
    assert len({one.batch for one in undone.undos}) == 1
    assert undone.decided_since == ()


def test_undoing_a_batch_leaves_what_was_decided_since(session: Session, project: Project) -> None:
    """What somebody decided on a phrase of the batch afterwards holds, and is told of."""
    batch = decide_all(session, project.id, MADE)
    later = decide(session, project.id, phrase_of(SEES), REJECT)
    undone = undo_batch(session, project.id, batch, "Per")
    assert undone.decided_since == (later,)
    assert in_force(session, project) == {SEES: "Ola"}


def test_undone_decision_does_not_come_back_when_a_later_one_is_undone(session: Session, project: Project) -> None:
    """A batch is undone also where something newer holds, so that undoing that leaves nothing."""
    batch = decide_all(session, project.id, MADE)
    later = decide(session, project.id, phrase_of(SEES), REJECT)
    undo_batch(session, project.id, batch, "Per")
    decide(session, project.id, phrase_of(SEES), Choice("undo", "Ola", undoes=later.id))
    assert in_force(session, project) == {}


def test_what_was_before_the_batch_holds_again(session: Session, project: Project) -> None:
    """Undoing a batch brings back what it covered, and does not tell of it as decided since."""
    decide(session, project.id, phrase_of(SEES), REJECT)
    undone = undo_batch(session, project.id, decide_all(session, project.id, MADE), "Per")
    assert undone.decided_since == ()
    assert in_force(session, project) == {SEES: "Ola"}


def test_undoing_twice_undoes_nothing_more(session: Session, project: Project) -> None:
    """Who undoes a batch again, wholly or partly undone, undoes what is left of it."""
    batch = decide_all(session, project.id, MADE)
    first = history(session, project.id)[0]
    decide(session, project.id, first.phrase, Choice("undo", "Ola", undoes=first.id))
    assert len(undo_batch(session, project.id, batch, "Per").undos) == 1
    assert undo_batch(session, project.id, batch, "Per").undos == ()


def test_unknown_batch_is_refused(session: Session, project: Project) -> None:
    """There must be such a batch in the project, and somebody who undoes it."""
    batch = decide_all(session, project.id, MADE)
    with pytest.raises(InputError, match="ingen slik gruppe"):
        undo_batch(session, create_project(session, "Sykehjem", ()).id, batch, "Per")
    with pytest.raises(InputError, match="navn"):
        undo_batch(session, project.id, batch, " ")
    assert len(in_force(session, project)) == 2


def test_history_comes_in_pages_newest_first(session: Session, project: Project) -> None:
    """A page of the history is so many decisions from a place on, the newest first."""
    made = [decide(session, project.id, phrase_of(words), REJECT) for words in (SEES, TIDIES, CHEERFUL, DAY)]
    assert history(session, project.id, limit=2, newest_first=True) == (made[3], made[2])
    assert history(session, project.id, limit=2, offset=2, newest_first=True) == (made[1], made[0])


def test_history_is_filtered(session: Session, project: Project) -> None:
    """The history is of a person or an interview where one is given, and of one phrase."""
    decide_all(session, project.id, MADE)
    rejected = decide(session, project.id, phrase_of(SEES), REJECT)
    assert history(session, project.id, person="Ola") == (rejected,)
    assert len(history(session, project.id, person="Kari", interview="kari")) == 2
    assert history(session, project.id, interview="per") == ()
    on_one = history_of(session, project.id, identity_of(phrase_of(SEES)))
    assert [one.choice.person for one in on_one] == ["Kari", "Ola"]


def test_undone_decisions_are_known(session: Session, project: Project) -> None:
    """Of some decisions it is told which are undone, and by what."""
    kept, gone = (decide(session, project.id, phrase_of(words), REJECT) for words in (SEES, TIDIES))
    undo = decide(session, project.id, gone.phrase, Choice("undo", "Kari", undoes=gone.id))
    assert undone_by(session, [kept.id, gone.id]) == {gone.id: undo.id}


def test_latest_wordings_are_of_standing_decisions(session: Session, project: Project) -> None:
    """The latest wordings come newest first, without those whose decision is undone."""
    made = [decide(session, project.id, phrase_of(words), REJECT) for words in (SEES, TIDIES, CHEERFUL)]
    decide(session, project.id, made[1].phrase, Choice("undo", "Kari", undoes=made[1].id))
    assert latest_wordings(session, project.id, 10) == (CHEERFUL, SEES)
    assert latest_wordings(session, project.id, 1) == (CHEERFUL,)
