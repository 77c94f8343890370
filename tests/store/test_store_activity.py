from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from store_examples import SEES, TIDIES, coded, phrase_of

from pipeline.records import Clustering
from store.activity import (
    coded_by,
    decided_since_run,
    decisions_between,
    decisions_by_person,
    last_activities,
    mark_of,
)
from store.clusterings import gathered_at
from store.decisions import Choice, decide
from store.interviews import Interview, Source, add_interview, record_problem
from store.projects import Project, create_project
from store.results import save_clustering
from store.tables import ClusteringRow, CodingRow, Numbered, now


def test_mark_changes_with_everything_a_run_makes(session: Session, project: Project, interview: Interview) -> None:
    """A transcript with its coding, a problem and new candidates each make another mark."""
    marks = [mark_of(session, project.id)]
    coded(session, interview)
    marks.append(mark_of(session, project.id))
    record_problem(session, interview.id, "code", "feil", "Kjør på nytt.")
    marks.append(mark_of(session, project.id))
    save_clustering(session, project.id, "k", Clustering(()))
    marks.append(mark_of(session, project.id))
    assert marks[0] == (0, 0, 0, 0)
    assert [sum(a != b for a, b in zip(m, n, strict=True)) for m, n in pairwise(marks)] == [2, 1, 1]


def test_mark_is_of_one_project(session: Session, project: Project, interview: Interview) -> None:
    """What a run does in another project changes nothing here."""
    coded(session, interview)
    assert mark_of(session, create_project(session, "Sykehjem", ()).id) == (0, 0, 0, 0)


def test_last_activity_is_the_newest_of_all(session: Session, project: Project, interview: Interview) -> None:
    """A project that was only made counts from then; a decision is newer than the coding it is on."""
    made = create_project(session, "Sykehjem", ())
    coded(session, interview)
    before = last_activities(session)
    decision = decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    assert before[project.id] > made.created
    assert last_activities(session) == {project.id: decision.created, made.id: made.created}


def test_decisions_are_counted_by_person(session: Session, project: Project, interview: Interview) -> None:
    """Who made most comes first, and an undo is a decision too."""
    coded(session, interview)
    decide(session, project.id, phrase_of(TIDIES), Choice("reject", "Ola"))
    made = decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    decide(session, project.id, phrase_of(SEES), Choice("undo", "Kari", undoes=made.id))
    assert list(decisions_by_person(session, project.id).items()) == [("Kari", 2), ("Ola", 1)]


def test_decisions_are_counted_between_moments(session: Session, project: Project, interview: Interview) -> None:
    """Each counts from its moment to the next one, the last without an end; what is older is left out."""
    coded(session, interview)
    made = decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari")).created
    hour = timedelta(hours=1)
    assert decisions_between(session, project.id, [made - hour, made, made + hour]) == (0, 1, 0)
    assert decisions_between(session, project.id, [made - hour]) == (1,)
    assert decisions_between(session, project.id, [made + hour]) == (0,)
    assert decisions_between(session, project.id, []) == ()


@pytest.mark.parametrize("older", [ClusteringRow, CodingRow])
def test_decision_is_old_where_a_run_made_anything_since(
    session: Session, project: Project, interview: Interview, older: type[Numbered]
) -> None:
    """What a run has made since, a coding or candidates, has what was decided in it."""
    coded(session, interview)
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    session.execute(update(CodingRow).values(created=now()))
    save_clustering(session, project.id, "k", Clustering(()))
    session.execute(update(older).values(created=now() - timedelta(hours=1)))
    assert decided_since_run(session, project.id) == 0


def test_decision_is_new_where_a_run_made_nothing_since(
    session: Session, project: Project, interview: Interview
) -> None:
    """A decision is newer than all that runs made, with candidates or without; an edit of them is no run."""
    coded(session, interview)
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    assert decided_since_run(session, project.id) == 1
    save_clustering(session, project.id, "k", Clustering(()))
    session.execute(update(ClusteringRow).values(created=now() - timedelta(hours=1)))
    save_clustering(session, project.id, "edited k", Clustering(()))
    assert decided_since_run(session, project.id) == 1


def test_candidates_were_gathered_by_a_run(session: Session, project: Project) -> None:
    """An edit makes other candidates, but gathers none."""
    assert gathered_at(session, project.id) is None
    made = save_clustering(session, project.id, "k", Clustering(()))
    save_clustering(session, project.id, "edited k", Clustering(()))
    assert gathered_at(session, project.id) == made.created


def test_interviews_coded_by_then(session: Session, project: Project, interview: Interview) -> None:
    """Only interviews that had a coding by the moment are named, in the order they were added."""
    ola = add_interview(session, project.id, Source("ola", "transcript", "b" * 64, ".txt")).interview
    add_interview(session, project.id, Source("per", "transcript", "c" * 64, ".txt"))
    coded(session, ola)
    coded(session, interview)
    assert coded_by(session, project.id, now()) == ("kari", "ola")
    session.execute(update(CodingRow).where(CodingRow.id == 1).values(created=now() + timedelta(hours=1)))
    assert coded_by(session, project.id, now()) == ("kari",)
    assert coded_by(session, project.id, now() + timedelta(hours=2)) == ("kari", "ola")
