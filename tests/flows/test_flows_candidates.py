"""What people decide on candidates holds in every later gathering. The flow runs as plain functions, on fake models."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flow_project import FlowProject

from flows import steps
from flows.steps import clustering_step
from pipeline.edits import Edit, merge, move, rename, split
from pipeline.records import Candidate, Clustering, Phrase, identity_of
from store.candidate_decisions import decide_candidates, undo_candidates
from store.decisions import Choice, decide
from store.results import latest_clustering

WORK = "Jeg hjelper kunden. Jeg rydder lageret. Du teller kassen. Vi baker brødet. Hun selger sko. Han henter varene."


def candidates_of(project: FlowProject) -> tuple[Candidate, ...]:
    """What people see: the newest clustering."""
    with project.context.sessions.begin() as session:
        stored = latest_clustering(session, project.id)
    assert stored is not None
    return stored.candidates


def take(project: FlowProject, edit: Edit) -> int:
    with project.context.sessions.begin() as session:
        return decide_candidates(session, project.id, edit, "Kari").id


def phrases_of(candidates: Sequence[Candidate]) -> set[Phrase]:
    return {phrase for candidate in candidates for phrase in candidate.phrases}


def with_candidates(project: FlowProject) -> tuple[Candidate, ...]:
    """A project with two candidates, of six phrases."""
    project.add_text("kari", WORK)
    project.run()
    found = candidates_of(project)
    assert (len(found), len(phrases_of(found))) == (2, 6)
    return found


def test_merge_holds_over_a_new_interview(project: FlowProject) -> None:
    """Merged candidates are one, and still are when another interview is added, under the same id and name."""
    first, second = with_candidates(project)
    take(project, merge((first, second), [first.id, second.id], "Drive butikk"))
    assert project.run().candidates == 1
    project.add_text("ola", "Jeg hjelper gjesten. Jeg rydder disken. Du teller penger.")
    project.run()
    (whole,) = (c for c in candidates_of(project) if c.id == first.id)
    assert whole.name == "Drive butikk"
    assert phrases_of([first, second]) <= set(whole.phrases)


def test_split_holds_over_a_new_interview(project: FlowProject) -> None:
    """What was taken out of a candidate is in none with what was left there."""
    whole = max(with_candidates(project), key=lambda c: len(c.phrases))
    edit = split(candidates_of(project), whole.id, [identity_of(whole.phrases[0])], "For seg")
    take(project, edit)
    assert project.run().candidates == 3
    project.add_text("ola", WORK.replace("kunden", "gjesten"))
    project.run()
    where = {phrase: c.id for c in candidates_of(project) for phrase in c.phrases}
    assert where[whole.phrases[0]] == edit.parts[0].id
    assert where[whole.phrases[0]] not in {where[phrase] for phrase in whole.phrases[1:]}


def test_name_holds_over_new_models(project: FlowProject) -> None:
    """A person's name stays where other models gather anew."""
    first, _ = with_candidates(project)
    take(project, rename(candidates_of(project), first.id, "Se den enkelte"))
    project.fakes.revision = "newer"
    project.run()
    (named,) = (c for c in candidates_of(project) if c.name == "Se den enkelte")
    assert set(named.phrases) == set(first.phrases)


def test_undo_brings_back_what_people_saw_without_model_work(project: FlowProject) -> None:
    """After an undo the newest clustering is the one of before, and no model is asked for it."""
    before = with_candidates(project)
    made = take(project, merge(before, [c.id for c in before]))
    project.run()
    with project.context.sessions.begin() as session:
        undo_candidates(session, project.id, made, "Ola")
    project.fakes.forbid()
    assert project.run().candidates == 2
    assert candidates_of(project) == before
    assert project.run().candidates == 2


def test_decided_candidates_are_gathered_once(project: FlowProject) -> None:
    """Decisions gather anew once; a second run does no model work."""
    before = with_candidates(project)
    take(project, merge(before, [c.id for c in before]))
    project.run()
    project.fakes.forbid()
    assert project.run().candidates == 1


def test_position_that_a_person_chose_counts(project: FlowProject) -> None:
    """A candidate's positions are those that people decided, where they did."""
    before = with_candidates(project)
    with project.context.sessions.begin() as session:
        for phrase in phrases_of(before):
            decide(session, project.id, phrase, Choice("move", "Kari", "competence", ("routines",)))
    found: Clustering = clustering_step(project.context, project.id)
    assert {placement.position for c in found.candidates for placement in c.positions} == {"routines"}


def test_move_holds_over_a_new_interview(project: FlowProject) -> None:
    """A phrase that was moved is seen where it came to at once, and still is when another interview is added."""
    home, to = sorted(with_candidates(project), key=lambda c: -len(c.phrases))
    moved = home.phrases[-1]
    take(project, move((home, to), [identity_of(moved)], home.id, to.id))
    seen = {c.id: c for c in candidates_of(project)}
    assert moved in seen[to.id].phrases
    assert moved not in seen[home.id].phrases
    project.add_text("ola", WORK.replace("kunden", "gjesten"))
    project.run()
    assert moved in {c.id: c for c in candidates_of(project)}[to.id].phrases


def test_edit_made_while_models_work_is_not_out_of_sight(project: FlowProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody decides while candidates are gathered shows on those that come of it."""
    before = with_candidates(project)

    def gather(*about: object) -> Clustering:
        take(project, rename(before, before[0].id, "Se den enkelte"))
        return real(*about)

    real = steps._gather
    monkeypatch.setattr(steps, "_gather", gather)
    project.fakes.revision = "newer"
    project.run()
    assert "Se den enkelte" in {c.name for c in candidates_of(project)}
