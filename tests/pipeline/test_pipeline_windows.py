"""Windows of a recording: what is heard together, and that the words are the same wherever the work was cut off."""

from __future__ import annotations

import numpy as np
import pytest
from pipeline_fakes import FakeRecogniser, heard

from pipeline.audio import RATE, Audio
from pipeline.spelling import Spelling
from pipeline.transcribe import Checkpoints, Span, SpeechSettings, Window, Words, plan, transcribe

AUDIO = Audio("opptak.mp3", np.zeros(RATE * 4, np.float32))
SEGMENTS = [heard("jeg selger", 0, 1), heard("hvad som", 1, 2), heard("helst", 2, 3), heard("her", 3, 4)]


def listen(recogniser: FakeRecogniser, checkpoints: Checkpoints) -> Words:
    return transcribe(AUDIO, recogniser, SpeechSettings(), Spelling({"hvad": "hva"}, ()), lambda *_: None, checkpoints)


def windows_heard() -> dict[Span, Words]:
    """What an uninterrupted run keeps, in the order that it does."""
    kept: dict[Span, Words] = {}
    listen(FakeRecogniser(SEGMENTS), Checkpoints(keep=kept.__setitem__))
    return kept


@pytest.mark.parametrize(
    ("speech", "chunks"),
    [
        ([], []),
        ([(0, 4), (5, 9)], [[(0, 4), (5, 9)]]),
        ([(0, 4), (5, 10)], [[(0, 4)], [(5, 10)]]),
        ([(0, 12), (13, 14)], [[(0, 12)], [(13, 14)]]),
    ],
)
def test_pieces_are_gathered_to_the_longest_that_is_heard_at_once(speech: list[Span], chunks: list[list[Span]]) -> None:
    """Pieces fill a chunk as long as they last eight samples at most; a longer one is a chunk alone."""
    planned = [list(map(list, window.chunks)) for window in plan(speech, 8, 1)]
    assert planned == [[chunk] for chunk in chunks]


def test_window_has_as_many_chunks_as_are_heard_together() -> None:
    """All windows are full but the last, and a window spans from its first piece to its last."""
    windows = plan([(start, start + 8) for start in range(0, 50, 10)], 8, 2)
    assert [len(window.chunks) for window in windows] == [2, 2, 1]
    assert [window.span for window in windows] == [(0, 18), (20, 38), (40, 48)]


def test_sound_of_a_window_leaves_silence_out() -> None:
    """The samples of a window are those of its pieces, in order."""
    window = Window((((1, 3), (5, 6)), ((8, 10),)))
    assert list(window.sound(np.arange(12))) == [1, 2, 5, 8, 9]


def test_each_window_is_kept_as_it_is_finished() -> None:
    """Its words, spelled as in the transcript, are kept before the next window is heard."""
    recogniser = FakeRecogniser(SEGMENTS)
    told: list[tuple[Span, list[str], int]] = []

    def keep(span: Span, words: Words) -> None:
        told.append((span, [word.text for word in words], len(recogniser.heard)))

    listen(recogniser, Checkpoints(keep=keep))
    assert told == [
        ((0, RATE), ["jeg", "selger"], 1),
        ((RATE, 2 * RATE), ["hva", "som"], 2),
        ((2 * RATE, 3 * RATE), ["helst"], 3),
        ((3 * RATE, 4 * RATE), ["her"], 4),
    ]


@pytest.mark.parametrize("finished", range(5))
def test_going_on_gives_the_same_words(finished: int) -> None:
    """After any number of windows only the others are heard, and the words are those of an uninterrupted run."""
    all_heard = windows_heard()
    known = dict(list(all_heard.items())[:finished])
    recogniser = FakeRecogniser(SEGMENTS)
    assert listen(recogniser, Checkpoints(known)) == tuple(word for words in all_heard.values() for word in words)
    assert [window.span for window in recogniser.heard] == list(all_heard)[finished:]


def test_windows_that_nobody_plans_any_more_are_left_out() -> None:
    """Words of another division of the recording are not mixed in."""
    strange = {(0, 3 * RATE): windows_heard()[0, RATE]}
    assert listen(FakeRecogniser(SEGMENTS), Checkpoints(strange)) == listen(FakeRecogniser(SEGMENTS), Checkpoints())


def test_language_is_not_asked_for_again() -> None:
    """Who goes on has looked at the language before."""
    recogniser = FakeRecogniser(SEGMENTS)
    listen(recogniser, Checkpoints(dict(list(windows_heard().items())[:1])))
    assert recogniser.detections == 0


def test_progress_begins_where_the_work_goes_on() -> None:
    """Windows that were heard before are told of with the first new one, so that they count for no speed."""
    told: list[float] = []
    known = Checkpoints(dict(list(windows_heard().items())[:2]))
    transcribe(
        AUDIO, FakeRecogniser(SEGMENTS), SpeechSettings(), Spelling({}, ()), lambda done, _: told.append(done), known
    )
    assert told == [3.0, 4.0]
