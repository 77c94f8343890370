"""Checkpoints inside a recording."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pipeline.records import Word
from store.heard import forget_windows, heard_windows, keep_window
from store.interviews import Interview

SAID = (Word("å", 0.1, 0.5, 0.9), Word("telle\0", 0.5, 0.75, 1.0))
LONG = (2**31, 2**32)  # samples: beyond a day and a half


def test_windows_come_back_as_they_were(session: Session, interview: Interview) -> None:
    """The words of a window are kept to the last digit, one without words too, wherever in the recording."""
    keep_window(session, interview.id, "k", (0, 10), SAID)
    keep_window(session, interview.id, "k", LONG, ())
    assert heard_windows(session, interview.id, "k") == {(0, 10): SAID, LONG: ()}


def test_window_that_is_kept_stays(session: Session, interview: Interview) -> None:
    """Two that hear the same window at once keep it once."""
    keep_window(session, interview.id, "k", (0, 10), SAID)
    keep_window(session, interview.id, "k", (0, 10), ())
    assert heard_windows(session, interview.id, "k") == {(0, 10): SAID}


def test_windows_belong_to_their_key(session: Session, interview: Interview) -> None:
    """What another model or other settings heard is not found."""
    keep_window(session, interview.id, "k", (0, 10), SAID)
    assert heard_windows(session, interview.id, "other") == {}


def test_windows_of_other_keys_are_swept(session: Session, interview: Interview) -> None:
    """Those of the key that is named stay; without a name all go."""
    for key in ("old", "new"):
        keep_window(session, interview.id, key, (0, 10), SAID)
    forget_windows(session, interview.id, but_of="new")
    assert heard_windows(session, interview.id, "old") == {}
    assert heard_windows(session, interview.id, "new") == {(0, 10): SAID}
    forget_windows(session, interview.id)
    assert heard_windows(session, interview.id, "new") == {}
