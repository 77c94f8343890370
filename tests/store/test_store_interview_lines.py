from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session
from store_examples import SEES, coded, phrase_of

from pipeline.records import Phrase, Suggestion, Transcript
from store.decisions import Choice, decide
from store.interview_details import known_values
from store.interview_lines import InterviewLine, interview_lines, lines_named, lines_of_all
from store.interviews import Interview, Source, add_interview, interview_states, record_problem
from store.projects import Project, create_project
from store.results import save_coding, save_transcript


def only(session: Session, project: Project) -> InterviewLine:
    (line,) = interview_lines(session, project.id)
    return line


def test_line_has_all_that_is_known(session: Session, project: Project) -> None:
    """Everything that was given when it was added is in the line, and that it waits."""
    known = {"role": "a", "chain": "b", "interviewer": "c", "pseudonym": "d", "consent": "e"}
    source = Source("kari", "audio", "b" * 64, ".mp3", **known, held=date(2025, 11, 2), seconds=90.5)
    added = add_interview(session, project.id, source).interview
    line = only(session, project)
    assert (line.id, line.name, line.kind, line.added) == (added.id, "kari", "audio", added.added)
    assert {name: getattr(line, name) for name in known} == known
    assert (line.held, line.seconds) == (date(2025, 11, 2), 90.5)
    assert (line.state, line.what, line.next, line.phrases, line.decided) == ("queued", "", "", 0, 0)


def test_state_follows_what_was_made(
    session: Session, project: Project, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """Transcribed, coded, and to be coded again when there is a newer transcript."""
    states = []
    stored = save_transcript(session, interview.id, "t1", transcript)
    states.append(only(session, project).state)
    save_coding(session, stored.id, "c1", "m1", [suggestion])
    states.append(only(session, project).state)
    save_transcript(session, interview.id, "t2", transcript)
    states.append(only(session, project).state)
    assert states == ["transcribed", "coded", "transcribed"]


def test_newest_problem_holds_until_something_succeeds(
    session: Session, project: Project, interview: Interview, transcript: Transcript
) -> None:
    """What failed last is told with its words, and no longer when a step has succeeded since."""
    record_problem(session, interview.id, "transcribe", "gammelt", "gammelt")
    record_problem(session, interview.id, "transcribe", "ingen tale", "Hør etter.")
    failed = only(session, project)
    assert (failed.state, failed.what, failed.next) == ("failed", "ingen tale", "Hør etter.")
    save_transcript(session, interview.id, "t1", transcript)
    assert (only(session, project).state, only(session, project).what) == ("transcribed", "")


def test_phrases_and_decisions_are_counted(
    session: Session, project: Project, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """The phrases to review, and those that somebody decided on, each once."""
    stored = save_transcript(session, interview.id, "t1", transcript)
    other = replace(suggestion, phrase=Phrase("kari", 1, 0, 3, "Jeg"))
    save_coding(session, stored.id, "c1", "m1", [other, suggestion])
    for person in ("Kari", "Ola"):
        decide(session, project.id, suggestion.phrase, Choice("reject", person))
    assert (only(session, project).phrases, only(session, project).decided) == (2, 1)


def test_lines_agree_with_the_states(
    session: Session, project: Project, interview: Interview, transcript: Transcript
) -> None:
    """Both ways of asking tell the same state, in the order of adding, without another project's interviews."""
    second = add_interview(session, project.id, Source("anne", "audio", "b" * 64, ".mp3")).interview
    save_transcript(session, second.id, "t1", replace(transcript, id="anne"))
    add_interview(session, create_project(session, "Sykehjem", ()).id, Source("ola", "audio", "c" * 64, ".mp3"))
    told = [(line.name, line.state) for line in interview_lines(session, project.id)]
    assert told == [(one.name, one.state) for one in interview_states(session, project.id)]
    assert told == [("kari", "queued"), ("anne", "transcribed")]


def test_lines_are_found_by_name(session: Session, project: Project, interview: Interview) -> None:
    """Only the interviews that are named come, as in the whole list; unknown names are passed over."""
    add_interview(session, project.id, Source("anne", "audio", "b" * 64, ".mp3"))
    assert lines_named(session, project.id, ["kari", "finnes-ikke"]) == interview_lines(session, project.id)[:1]
    assert lines_named(session, project.id, []) == ()


def test_known_values_come_once(session: Session, project: Project, interview: Interview) -> None:
    """What several interviews of the project have comes once, what is empty not at all."""
    for name, chain in (("anne", "Nord"), ("per", "")):
        add_interview(session, project.id, Source(name, "audio", name * 9, ".mp3", chain=chain))
    assert known_values(session, project.id, "chain") == ("Nord",)


def test_lines_of_all_are_those_of_each_project(session: Session, project: Project, interview: Interview) -> None:
    """Asked for at once, every project has the same lines as by itself; one without interviews has none."""
    other = create_project(session, "Sykehjem", ())
    create_project(session, "Tomt", ())
    coded(session, interview)
    decide(session, project.id, phrase_of(SEES), Choice("reject", "Kari"))
    add_interview(session, other.id, Source("ola", "transcript", "c" * 64, ".txt"))
    expected = {one.id: list(interview_lines(session, one.id)) for one in (project, other)}
    assert lines_of_all(session) == expected
