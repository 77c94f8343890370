from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pipeline.errors import InputError
from pipeline.records import Suggestion, Transcript
from store.interviews import CODED, TRANSCRIBED, Interview, interview_states
from store.projects import Project
from store.results import latest_transcript, save_coding, save_transcript
from store.speakers import swap_speakers, swaps_of


def test_swap_makes_a_version_to_code(
    session: Session, project: Project, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """The two are exchanged in every turn of a new version, which is still to be coded; who did it is kept."""
    first = save_transcript(session, interview.id, "k", transcript)
    save_coding(session, first.id, "k", "r", [suggestion])
    assert interview_states(session, project.id)[0].state == CODED
    swapped = swap_speakers(session, interview, 1, " Ola ")
    assert latest_transcript(session, interview.id) == swapped
    assert [turn.speaker for turn in swapped.transcript.turns] == ["respondent", "interviewer"]
    assert [turn.text for turn in swapped.transcript.turns] == [turn.text for turn in transcript.turns]
    assert [(one.from_version, one.person) for one in swaps_of(session, interview.id)] == [(1, "Ola")]
    assert interview_states(session, project.id)[0].state == TRANSCRIBED


def test_second_swap_brings_them_back(session: Session, interview: Interview, transcript: Transcript) -> None:
    """Swapped twice, the turns are what they were, in a third version."""
    save_transcript(session, interview.id, "k", transcript)
    swap_speakers(session, interview, 1, "Ola")
    again = swap_speakers(session, interview, 2, "Kari")
    assert (again.version, again.transcript.turns) == (3, transcript.turns)


@pytest.mark.parametrize(("version", "person", "what"), [(1, " ", "navn"), (2, "Ola", "endret siden")])
def test_swap_that_makes_no_sense_is_refused(
    session: Session, interview: Interview, transcript: Transcript, version: int, person: str, what: str
) -> None:
    """Without a name, or of another version than the newest, nothing is exchanged."""
    save_transcript(session, interview.id, "k", transcript)
    with pytest.raises(InputError, match=what):
        swap_speakers(session, interview, version, person)
    assert swaps_of(session, interview.id) == ()


def test_nothing_to_swap_is_refused(session: Session, interview: Interview) -> None:
    """An interview without a transcript has no turns to exchange."""
    with pytest.raises(InputError, match="ikke skrevet ut"):
        swap_speakers(session, interview, 1, "Ola")


def test_swaps_are_never_removed(session: Session, interview: Interview, transcript: Transcript) -> None:
    """The database itself refuses to change what was written down."""
    save_transcript(session, interview.id, "k", transcript)
    swap_speakers(session, interview, 1, "Ola")
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM speaker_swaps"))
