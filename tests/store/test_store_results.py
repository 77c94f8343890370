from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from pipeline.records import Candidate, Clustering, Placement, Suggestion, Transcript, Trial, Turn, Word
from store.interviews import Interview, Source, add_interview
from store.projects import Project, create_project
from store.results import (
    find_clustering,
    find_coding,
    find_transcript,
    latest_clustering,
    latest_coding,
    latest_transcript,
    save_clustering,
    save_coding,
    save_transcript,
    transcript_of,
)

seconds = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
words = st.builds(Word, st.text(), seconds, seconds, st.floats(0, 1))
turns = st.builds(
    Turn,
    st.sampled_from(["interviewer", "respondent"]),
    st.text(),
    st.none() | seconds,
    st.none() | seconds,
    st.lists(words, max_size=3).map(tuple),
)
transcripts = st.builds(
    Transcript,
    st.just("kari"),
    st.lists(turns, max_size=3).map(tuple),
    st.text(),
    st.text(),
    st.text(),
    st.text(),
)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transcript=transcripts)
def test_any_transcript_comes_back_exactly(session: Session, interview: Interview, transcript: Transcript) -> None:
    """Whatever text, times and probabilities a transcript has, it comes back equal."""
    key = repr(transcript)
    saved = save_transcript(session, interview.id, key.encode("unicode_escape").decode(), transcript)
    session.expire_all()
    assert saved.transcript == transcript
    assert find_transcript(session, interview.id, saved.key) == saved


def test_same_key_gives_the_first_transcript(session: Session, interview: Interview, transcript: Transcript) -> None:
    """Saving twice under one key gives the first result both times and makes no version."""
    first = save_transcript(session, interview.id, "t1", transcript)
    second = save_transcript(session, interview.id, "t1", replace(transcript, language="nn"))
    assert first == second == latest_transcript(session, interview.id)


def test_new_key_makes_a_version(session: Session, interview: Interview, transcript: Transcript) -> None:
    """Another key makes the next version, and the older one stays."""
    first = save_transcript(session, interview.id, "t1", transcript)
    second = save_transcript(session, interview.id, "t2", transcript)
    assert (first.version, second.version) == (1, 2)
    assert latest_transcript(session, interview.id) == second
    assert find_transcript(session, interview.id, "t1") == first


def test_nothing_is_found_before_it_is_saved(session: Session, project: Project, interview: Interview) -> None:
    """Without results every look-up gives None."""
    assert find_transcript(session, interview.id, "t1") is None
    assert latest_transcript(session, interview.id) is None
    assert find_coding(session, 1, "c1") is None
    assert latest_coding(session, interview.id) is None
    assert find_clustering(session, project.id, "k1") is None
    assert latest_clustering(session, project.id) is None


def test_transcript_under_another_name_is_refused(
    session: Session, interview: Interview, transcript: Transcript
) -> None:
    """A transcript whose id is not the interview's name is a ValueError that names both."""
    with pytest.raises(ValueError, match=r"'per'.*'kari'"):
        save_transcript(session, interview.id, "t1", replace(transcript, id="per"))


def test_number_that_json_lacks_is_refused(session: Session, interview: Interview, transcript: Transcript) -> None:
    """A time that is no number is refused rather than kept as something else."""
    turn = Turn("respondent", "ja", words=(Word("ja", float("nan"), 1.0, 0.5),))
    with pytest.raises((ValueError, StatementError)):
        save_transcript(session, interview.id, "t1", replace(transcript, turns=(turn,)))


@pytest.fixture
def coded(session: Session, interview: Interview, transcript: Transcript) -> int:
    return save_transcript(session, interview.id, "t1", transcript).id


def test_suggestions_come_back_exactly(session: Session, coded: int, suggestion: Suggestion) -> None:
    """Suggestions come back equal and in order, with and without a proxy."""
    plain = replace(suggestion, label=replace(suggestion.label, proxy=None, positions=()))
    saved = save_coding(session, coded, "c1", "m1", [suggestion, plain])
    session.expire_all()
    assert find_coding(session, coded, "c1") == saved
    assert (saved.suggestions, saved.revision) == ((suggestion, plain), "m1")


def test_coding_without_suggestions_is_a_result(session: Session, coded: int) -> None:
    """A transcript in which nothing was found is coded all the same."""
    assert save_coding(session, coded, "c1", "m1", []).suggestions == ()
    assert find_coding(session, coded, "c1") is not None


def test_same_key_gives_the_first_coding(session: Session, coded: int, suggestion: Suggestion) -> None:
    """Saving a coding twice under one key gives the first one and adds no suggestions."""
    first = save_coding(session, coded, "c1", "m1", [suggestion])
    assert save_coding(session, coded, "c1", "m2", [suggestion, suggestion]) == first


def test_latest_coding_is_of_the_newest_coded_transcript(
    session: Session, interview: Interview, transcript: Transcript, coded: int, suggestion: Suggestion
) -> None:
    """A newer coding of an older transcript does not take the place of one of the newer transcript."""
    newer = save_transcript(session, interview.id, "t2", transcript)
    expected = save_coding(session, newer.id, "c1", "m1", [suggestion])
    save_coding(session, coded, "c2", "m1", [])
    assert latest_coding(session, interview.id) == expected
    assert transcript_of(session, expected) == newer


def test_phrase_of_another_interview_is_refused(session: Session, coded: int, suggestion: Suggestion) -> None:
    """A coding with a phrase of another interview is a ValueError and nothing of it is kept."""
    stray = replace(suggestion, phrase=replace(suggestion.phrase, interview="per"))
    with pytest.raises(ValueError, match="'per'"):
        save_coding(session, coded, "c1", "m1", [suggestion, stray])
    assert find_coding(session, coded, "c1") is None


@pytest.fixture
def candidate(suggestion: Suggestion) -> Candidate:
    return Candidate("k-1", "Se kunden", (Placement("people", 0.6),), ("kari",), (suggestion.phrase,), ("Nord",), 0.25)


def test_candidates_come_back_exactly(session: Session, project: Project, candidate: Candidate) -> None:
    """Candidates come back equal and in order, with the grounds for their number."""
    clustering = Clustering((candidate, replace(candidate, id="k-0")), (Trial(2, -0.125),), "apart", -1)
    saved = save_clustering(session, project.id, "k1", clustering)
    session.expire_all()
    assert find_clustering(session, project.id, "k1") == saved == latest_clustering(session, project.id)
    assert saved.clustering == clustering


def test_same_key_gives_the_first_clustering(session: Session, project: Project, candidate: Candidate) -> None:
    """Saving a clustering twice under one key gives the first one."""
    first = save_clustering(session, project.id, "k1", Clustering((candidate,)))
    assert save_clustering(session, project.id, "k1", Clustering(())) == first


def test_latest_clustering_is_the_newest(session: Session, project: Project, candidate: Candidate) -> None:
    """The latest clustering is the one that was saved last."""
    save_clustering(session, project.id, "k1", Clustering((candidate,)))
    assert save_clustering(session, project.id, "k2", Clustering(())) == latest_clustering(session, project.id)


def test_result_needs_its_owner(session: Session) -> None:
    """The database refuses a result of a project that is not there."""
    with pytest.raises(IntegrityError):
        save_clustering(session, 99, "k1", Clustering(()))


def together(sessions: sessionmaker[Session], *works: Callable[[Session], Any]) -> list[Any]:
    """Runs each work in a transaction and thread of its own, all let go at once; their answers."""
    gate, answers = threading.Barrier(len(works)), []

    def run(work: Callable[[Session], Any]) -> None:
        with sessions.begin() as session:
            gate.wait()
            answers.append(work(session))

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def committed(sessions: sessionmaker[Session]) -> Interview:
    with sessions.begin() as session:
        project = create_project(session, "Butikk", ())
        return add_interview(session, project.id, Source("kari", "audio", "a" * 64, ".mp3")).interview


def test_race_for_one_key_has_one_winner(
    sessions: sessionmaker[Session], committed: Interview, transcript: Transcript
) -> None:
    """Workers that save under the same key at once all get the same result."""
    answers = together(sessions, *[lambda s: save_transcript(s, committed.id, "t1", transcript)] * 8)
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_race_for_versions_gives_each_its_own(
    sessions: sessionmaker[Session], committed: Interview, transcript: Transcript
) -> None:
    """Workers that save under different keys at once get a version each, without gaps."""
    keys = [f"t{number}" for number in range(8)]
    works = [lambda s, key=key: save_transcript(s, committed.id, key, transcript) for key in keys]
    answers = together(sessions, *works)
    assert sorted(answer.version for answer in answers) == list(range(1, 9))


def test_race_for_one_name_gives_each_its_own(sessions: sessionmaker[Session], committed: Interview) -> None:
    """Files of the same name that are added at once get a name each."""
    sources = [Source("kari", "audio", str(number) * 64, ".mp3") for number in range(8)]
    works = [lambda s, source=source: add_interview(s, committed.project_id, source) for source in sources]
    names = {answer.interview.name for answer in together(sessions, *works)}
    assert names == {f"kari-{number}" for number in range(2, 10)}
