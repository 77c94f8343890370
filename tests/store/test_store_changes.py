"""What is told of change, and the candidate that it concerns, whatever people do to candidates."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from store_examples import SEES, TIDIES, coded, phrase_of, transcribed

from pipeline import edits
from pipeline.change import Change
from pipeline.change_counts import count_changes
from pipeline.change_ties import Tie
from pipeline.corrections import Correction
from pipeline.records import Candidate, Clustering, identity_of
from store.candidate_decisions import decide_candidates
from store.changes import (
    ChangeFilter,
    is_read,
    is_tied,
    readings_of,
    save_reading,
    save_ties,
    told_changes,
)
from store.interviews import Interview
from store.projects import Project
from store.results import StoredTranscript, latest_clustering, latest_transcript, save_clustering
from store.transcript_edits import TranscriptEdit, correct

GROWS = Change(phrase_of(SEES), "grows", ("ser",))
FADES = Change(phrase_of(TIDIES), "fades")


@pytest.fixture
def transcript(session: Session, interview: Interview) -> StoredTranscript:
    return coded(session, interview)


def tied(session: Session, project: Project, key: str = "t") -> None:
    """Two candidates, and the two changes tied to them."""
    one, other = (
        Candidate(id, id.upper(), (), ("kari",), (phrase_of(words),)) for id, words in (("c1", SEES), ("c2", TIDIES))
    )
    save_clustering(session, project.id, "k", Clustering((one, other)))
    ties = {identity_of(change.phrase): Tie(identity_of(change.phrase), "within") for change in (GROWS, FADES)}
    save_ties(session, project.id, key, ties)


def told(session: Session, project: Project, **wanted: str) -> list[tuple[str, str]]:
    """Candidate and direction of each change."""
    return [(one.candidate, one.change.direction) for one in told_changes(session, project.id, ChangeFilter(**wanted))]


def test_reading_is_kept_by_its_key(session: Session, project: Project, transcript: StoredTranscript) -> None:
    """What was found comes back as it was, and is known to be there by its key alone."""
    assert not is_read(session, transcript.id, "r1")
    save_reading(session, transcript.id, "r1", [GROWS, FADES])
    save_reading(session, transcript.id, "r1", [])
    assert is_read(session, transcript.id, "r1")
    assert [one.change for one in told_changes(session, project.id)] == [GROWS, FADES]


def test_newest_reading_holds(session: Session, project: Project, transcript: StoredTranscript) -> None:
    """Other rules replace what was found, and the older ones do so again when somebody goes back to them."""
    for key, changes in (("r1", [GROWS]), ("r2", [FADES]), ("r1", [GROWS])):
        save_reading(session, transcript.id, key, changes)
        assert is_read(session, transcript.id, key)
        assert [one.change for one in told_changes(session, project.id)] == changes


def test_change_concerns_the_candidate_of_its_phrase(
    session: Session, project: Project, transcript: StoredTranscript
) -> None:
    """A tie leads to the candidate that has the phrase; without ties there is none."""
    save_reading(session, transcript.id, "r1", [GROWS, FADES])
    assert told(session, project) == [("", "grows"), ("", "fades")]
    tied(session, project)
    assert is_tied(session, project.id, "t")
    assert told(session, project) == [("c1", "grows"), ("c2", "fades")]


def test_merge_takes_changes_along(session: Session, project: Project, transcript: StoredTranscript) -> None:
    """What two candidates had, the merged one has at once, without a new tie."""
    save_reading(session, transcript.id, "r1", [GROWS, FADES])
    tied(session, project)
    stored = latest_clustering(session, project.id)
    assert stored is not None
    decide_candidates(session, project.id, edits.merge(stored.candidates, ["c1", "c2"], "Begge"), "Kari")
    assert told(session, project) == [("c1", "grows"), ("c1", "fades")]


def test_role_and_chain_narrow(session: Session, project: Project, transcript: StoredTranscript) -> None:
    """Only interviews of the role and the chain are counted."""
    save_reading(session, transcript.id, "r1", [GROWS])
    assert told(session, project, role="butikksjef", chain="Nord") == [("", "grows")]
    assert told(session, project, role="butikkmedarbeider") == told(session, project, chain="Sør") == []


def test_counts_name_interviews_and_chains(session: Session, project: Project, transcript: StoredTranscript) -> None:
    """Two changes in one interview are one interview; what concerns no competence comes last."""
    save_reading(session, transcript.id, "r1", [GROWS, replace(FADES, direction="grows")])
    tied(session, project)
    moved = [replace(one, candidate=id) for one, id in zip(told_changes(session, project.id), ("", "c1"), strict=True)]
    first, last = count_changes([*moved, moved[1]], {"c1": "Se folk"})
    assert (first.name, first.counts["grows"].changes, first.counts["grows"].interviews) == ("Se folk", 2, ("kari",))
    assert (first.counts["grows"].chains, first.counts["fades"].interviews) == (("Nord",), ())
    assert (last.candidate, last.name) == ("", "")


def test_correction_takes_changes_along(
    session: Session, project: Project, interview: Interview, transcript: StoredTranscript
) -> None:
    """A corrected word moves a change with its text, and the corrected version is still to be read anew."""
    save_reading(session, transcript.id, "r1", [GROWS, FADES])
    correct(session, interview, TranscriptEdit(1, Correction(1, 0, 3, "Jo, jeg")), "Kari")
    newest = latest_transcript(session, interview.id)
    assert newest is not None
    assert not is_read(session, newest.id, "r1")
    changes = [one.change.phrase for one in told_changes(session, project.id)]
    assert [newest.transcript.turns[1].text[one.start : one.end] for one in changes] == [SEES, TIDIES]


def test_readings_of_other_versions_do_not_count(
    session: Session, project: Project, interview: Interview, transcript: StoredTranscript
) -> None:
    """Of an interview the newest transcript that has been read counts, and none twice."""
    save_reading(session, transcript.id, "r1", [GROWS, FADES])
    newer = transcribed(session, interview, key="k2")
    assert len(readings_of(session, project.id)) == 1
    save_reading(session, newer.id, "r1", [FADES])
    assert [one.change for one in told_changes(session, project.id)] == [FADES]
