from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.records import INTERVIEWER, RESPONDENT, Transcript, Turn, Word
from pipeline.transcript_files import SUFFIXES, read_transcript, to_json, to_srt, to_txt, to_vtt

quick = settings(max_examples=60, deadline=None, database=None)
text = st.text(max_size=40).map(lambda value: unicodedata.normalize("NFC", value))
seconds = st.floats(0, 1e5)
words = st.builds(Word, text, seconds, seconds, st.floats(0, 1))
turns = st.builds(
    Turn,
    st.sampled_from([INTERVIEWER, RESPONDENT]),
    text,
    st.none() | seconds,
    st.none() | seconds,
    st.lists(words, max_size=3).map(tuple),
)
spoken = turns.filter(lambda turn: turn.text.strip())
transcripts = st.builds(
    lambda first, rest, *about: Transcript(about[0], (first, *rest), *about[1:]),
    spoken,
    st.lists(turns, max_size=4),
    text,
    text,
    text,
    text,
    text,
)

# One line as people say it: no line breaks or control characters, which no plain format can hold.
letters = st.characters(exclude_categories=("C", "Z"), exclude_characters="<>") | st.just(" ")
line = st.text(letters, min_size=1, max_size=40).map(
    lambda value: " ".join(unicodedata.normalize("NFC", value).split())
)
milliseconds = st.integers(0, 10**8).map(lambda value: value / 1000)


@st.composite
def conversations(draw: st.DrawFn) -> Transcript:
    """Interviewer and respondent in turn, as every plain format can hold them."""
    lines = draw(st.lists(line.filter(bool), min_size=2, max_size=6))
    return Transcript(
        "samtale",
        tuple(
            Turn((INTERVIEWER, RESPONDENT)[i % 2], said, draw(milliseconds), draw(milliseconds))
            for i, said in enumerate(lines)
        ),
    )


def back(content: bytes, name: str) -> Transcript:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read_transcript(path)


def attempt(content: bytes, name: str) -> tuple[Transcript, str]:
    """What is read, or an empty transcript and why it was refused."""
    try:
        return back(content, name), ""
    except InputError as error:
        return Transcript("", ()), f"{error.what}. {error.next}"


@quick
@given(transcripts)
def test_any_transcript_comes_back_from_json(transcript: Transcript) -> None:
    """Whatever a transcript holds, its JSON gives the same transcript."""
    assert back(to_json(transcript).encode(), "annet.json") == transcript


@pytest.mark.parametrize(("write", "suffix"), [(to_txt, ".txt"), (to_srt, ".srt"), (to_vtt, ".vtt")])
def test_speakers_and_text_come_back(write: Callable[[Transcript], str], suffix: str) -> None:
    """Whatever is said in turn, each plain format gives back who said what."""

    @quick
    @given(conversations())
    def check(talk: Transcript) -> None:
        read = back(write(talk).encode(), f"samtale{suffix}")
        assert [(t.speaker, t.text) for t in read.turns] == [(t.speaker, t.text) for t in talk.turns]

    check()


@pytest.mark.parametrize(("write", "suffix"), [(to_srt, ".srt"), (to_vtt, ".vtt")])
def test_caption_times_come_back(write: Callable[[Transcript], str], suffix: str) -> None:
    """Caption formats give back the times to the millisecond."""

    @quick
    @given(conversations())
    def check(talk: Transcript) -> None:
        read = back(write(talk).encode(), f"samtale{suffix}")
        assert [(t.start, t.end) for t in read.turns] == [(t.start, t.end) for t in talk.turns]

    check()


@quick
@given(line.filter(bool))
@example("a < b & c --> d")
@example("<v Ola>hei</v>")
def test_vtt_holds_markup_as_text(said: str) -> None:
    """Text that looks like markup comes back from WebVTT as it was."""
    talk = Transcript("a", (Turn(RESPONDENT, said, 0.0, 1.0),))
    assert back(to_vtt(talk).encode(), "a.vtt").turns[0].text == said


starts = st.sampled_from(
    [b"", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b'{"turns": [', b"I: ", b"PK\x03\x04"]
)
contents = st.builds(
    lambda start, rest: start + rest, starts, st.binary(max_size=80) | st.text(max_size=60).map(str.encode)
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_bytes_are_a_transcript_or_an_input_error(suffix: str) -> None:
    """Whatever bytes are in a file, it is read or refused in words, and nothing else happens."""

    @quick
    @given(contents)
    def check(content: bytes) -> None:
        transcript, refusal = attempt(content, f"fil{suffix}")
        assert bool(refusal) != any(turn.text.strip() for turn in transcript.turns)

    check()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["speaker", "text", "start", "words"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@quick
@given(st.dictionaries(st.sampled_from(["id", "turns", "role", "language"]), values))
def test_any_json_object_is_a_transcript_or_an_input_error(data: dict[str, object]) -> None:
    """Whatever a JSON object has where a transcript's fields are due, it is read or refused in words."""
    transcript, refusal = attempt(json.dumps(data).encode(), "fil.json")
    assert bool(refusal) != bool(transcript.turns)
    assert {turn.speaker for turn in transcript.turns} <= {INTERVIEWER, RESPONDENT}
