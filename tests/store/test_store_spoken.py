from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from pipeline.records import Suggestion, Transcript, Word
from store.interviews import Interview
from store.results import save_coding, save_transcript
from store.spoken import newest_version, spoken_turns, turns_without_words


def test_newest_version_says_whether_it_is_coded(
    session: Session, interview: Interview, transcript: Transcript, suggestion: Suggestion
) -> None:
    """The newest transcript is the one that was saved last, coded or not; before the first there is none."""
    assert newest_version(session, interview.id) is None
    first = save_transcript(session, interview.id, "k1", transcript)
    save_coding(session, first.id, "k1", "r", [suggestion])
    newest = newest_version(session, interview.id)
    assert newest
    assert (newest.transcript_id, newest.version, newest.coded) == (first.id, 1, True)
    second = save_transcript(session, interview.id, "k2", transcript)
    newest = newest_version(session, interview.id)
    assert newest
    assert (newest.transcript_id, newest.version, newest.coded) == (second.id, 2, False)


def test_turns_come_with_or_without_their_words(session: Session, interview: Interview, transcript: Transcript) -> None:
    """Turns are read in order, all or some, with when each word is said or without."""
    words = (Word("Jeg", 1.25, 1.5, 0.9), Word("får", 1.5, 1.75, 0.8))
    first, second = transcript.turns
    stored = save_transcript(
        session, interview.id, "k", replace(transcript, turns=(first, replace(second, words=words)))
    )
    (one,) = spoken_turns(session, stored.id, [1, 9])
    assert (one.number, one.speaker, one.text, one.start, one.end) == (
        1,
        second.speaker,
        second.text,
        second.start,
        second.end,
    )
    assert one.words == (("Jeg", 1.25, 1.5), ("får", 1.5, 1.75))
    assert [turn.number for turn in spoken_turns(session, stored.id)] == [0, 1]
    assert [(turn.text, turn.words) for turn in turns_without_words(session, stored.id)] == [
        (first.text, ()),
        (second.text, ()),
    ]
