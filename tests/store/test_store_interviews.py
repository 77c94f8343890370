from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from pipeline.records import Phrase, Suggestion, Transcript
from store.decisions import Choice, decide
from store.interviews import (
    Interview,
    InterviewState,
    Source,
    add_interview,
    find_interview,
    interview_named,
    interview_states,
    list_interviews,
    record_problem,
)
from store.projects import Project, create_project
from store.results import save_coding, save_transcript

SOURCE = Source("kari", "audio", "b" * 64, ".wav", "butikksjef", "Nord", "Ola", "K1", "2024-05-01")


def state(session: Session, project: Project) -> InterviewState:
    (only,) = interview_states(session, project.id)
    return only


def test_everything_known_of_an_interview_is_kept(session: Session, project: Project) -> None:
    """Every field of the source comes back, and the name is the file's."""
    added = add_interview(session, project.id, SOURCE)
    assert not added.duplicate
    fields = asdict(added.interview)
    assert {name: fields[name] for name in asdict(SOURCE) if name != "stem"} | {"stem": fields["name"]} == asdict(
        SOURCE
    )


def test_same_content_twice_is_one_interview(session: Session, project: Project, interview: Interview) -> None:
    """The same content under another name is the interview there is, and said to be a duplicate."""
    source = Source("kopi", "audio", interview.sha256, ".mp3", role="annen")
    added = add_interview(session, project.id, source)
    assert (added.interview, added.duplicate) == (interview, True)
    assert list_interviews(session, project.id) == (interview,)


def test_same_content_in_another_project_is_another_interview(session: Session, interview: Interview) -> None:
    """Two projects may each have the same content."""
    other = create_project(session, "Sykehjem", ())
    source = Source("kari", "audio", interview.sha256, ".mp3")
    added = add_interview(session, other.id, source)
    assert not added.duplicate
    assert added.interview.name == "kari"


def test_same_file_name_gets_a_number(session: Session, project: Project, interview: Interview) -> None:
    """Other content under a name that is taken gets the next free number."""
    names = [add_interview(session, project.id, replace(SOURCE, sha256=digit * 64)).interview.name for digit in "bcd"]
    assert names == ["kari-2", "kari-3", "kari-4"]


def test_duplicate_of_a_numbered_interview_is_found(session: Session, project: Project, interview: Interview) -> None:
    """Content that was given a number is found again when it is added again."""
    first = add_interview(session, project.id, SOURCE)
    again = add_interview(session, project.id, SOURCE)
    assert (again.interview, again.duplicate) == (first.interview, True)


def test_interview_is_found_by_name(session: Session, project: Project, interview: Interview) -> None:
    """An interview is found by its name in its project."""
    assert find_interview(session, project.id, "kari") == interview == interview_named(session, project.id, "kari")
    assert find_interview(session, project.id, "per") is None


def test_unknown_interview_is_refused(session: Session, project: Project) -> None:
    """Asking for an interview that is not there is an InputError that names it."""
    with pytest.raises(InputError, match="per"):
        interview_named(session, project.id, "per")


def test_interview_needs_its_project(session: Session) -> None:
    """The database refuses an interview of a project that is not there."""
    with pytest.raises(IntegrityError):
        add_interview(session, 99, SOURCE)


def test_new_interview_is_queued(session: Session, project: Project, interview: Interview) -> None:
    """An interview without results is queued."""
    expected = InterviewState("kari", "butikksjef", "Nord", "audio", "queued", "", "", suggestions=0, decisions=0)
    assert state(session, project) == expected


def test_state_follows_the_results(
    session: Session, project: Project, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """An interview is transcribed with its transcript and coded with that transcript's coding."""
    stored = save_transcript(session, interview.id, "t1", transcript)
    assert state(session, project).state == "transcribed"
    save_coding(session, stored.id, "c1", "m1", [suggestion])
    assert (state(session, project).state, state(session, project).suggestions) == ("coded", 1)


def test_new_transcript_is_to_be_coded_again(
    session: Session, project: Project, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """A coding of an older transcript does not make the interview coded."""
    stored = save_transcript(session, interview.id, "t1", transcript)
    save_coding(session, stored.id, "c1", "m1", [suggestion])
    save_transcript(session, interview.id, "t2", transcript)
    assert state(session, project).state == "transcribed"


def test_problem_shows_until_something_succeeds(
    session: Session, project: Project, interview: Interview, transcript: Transcript
) -> None:
    """The newest problem shows as failed with its words, and a later result clears it."""
    record_problem(session, interview.id, "transcribe", "gammelt", "gammelt")
    record_problem(session, interview.id, "transcribe", "ingen tale", "Hør på opptaket.")
    failed = state(session, project)
    assert (failed.state, failed.what, failed.next) == ("failed", "ingen tale", "Hør på opptaket.")
    save_transcript(session, interview.id, "t1", transcript)
    assert (state(session, project).state, state(session, project).what) == ("transcribed", "")


def test_problem_after_a_success_shows(
    session: Session, project: Project, interview: Interview, transcript: Transcript
) -> None:
    """A step that fails after an earlier one succeeded shows as failed."""
    save_transcript(session, interview.id, "t1", transcript)
    record_problem(session, interview.id, "code", "modellen mangler", "Hent modellen.")
    assert state(session, project).state == "failed"


def test_decided_phrases_are_counted_once(
    session: Session, project: Project, interview: Interview, phrase: Phrase
) -> None:
    """A phrase that was decided twice counts as one decided phrase."""
    decide(session, project.id, phrase, Choice("reject", "Kari"))
    decide(session, project.id, phrase, Choice("relabel", "Kari", "task"))
    assert state(session, project).decisions == 1


def test_states_come_in_the_order_of_adding(session: Session, project: Project, interview: Interview) -> None:
    """One project's interviews are listed in the order they were added, without another project's."""
    add_interview(session, project.id, replace(SOURCE, stem="anne"))
    add_interview(session, create_project(session, "Sykehjem", ()).id, SOURCE)
    assert [one.name for one in interview_states(session, project.id)] == ["kari", "anne"]
