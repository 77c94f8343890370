"""The command line on the bundled models and the short recording, whose script lies beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cli_terminal import Terminal

from pipeline.audio import decode

DATA = Path(__file__).parents[1] / "data"
SCRIPT = (DATA / "kort_intervju.txt").read_text(encoding="utf-8")
SPEAKERS = {"I": "interviewer", "R": "respondent"}
HIGHEST_ERROR_RATE = 0.25
LOADERS = ("load_speech", "load_voice", "load_splitter", "load_labeller", "load_names")

pytestmark = pytest.mark.real


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def distance(one: list[str], other: list[str]) -> int:
    """How many words to put in, take out or exchange."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != against))
    return row[-1]


def scripted() -> list[tuple[str, str]]:
    lines = [line.partition(": ") for line in SCRIPT.splitlines() if line]
    return [(SPEAKERS[speaker], text) for speaker, _, text in lines]


def assert_follows_the_script(turns: list[dict[str, Any]], seconds: float) -> None:
    """Rising times within the recording, few wrong words, and each speaker's turns as in the script."""
    words = [word for turn in turns for word in turn["words"]]
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    assert all(0 <= word["start"] <= word["end"] <= seconds for word in words)
    heard = words_of(" ".join(turn["text"] for turn in turns))
    wanted = words_of(" ".join(text for _, text in scripted()))
    assert distance(wanted, heard) / len(wanted) <= HIGHEST_ERROR_RATE
    assert [turn["speaker"] for turn in turns] == [speaker for speaker, _ in scripted()]
    for turn, (_, text) in zip(turns, scripted(), strict=True):
        assert len(set(words_of(text)) & set(words_of(turn["text"]))) > len(set(words_of(text))) / 2


def test_recording_becomes_an_export(
    cli: Terminal, prefect_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One project from recording to export: what was said, by whom, coded with exact spans, and nothing done twice."""
    recording = DATA / "kort_intervju_mono.opus"
    assert cli("project", "new", "Kjøkken", "--role", "kokk").code == 0
    assert cli("add", "Kjøkken", recording, "--role", "kokk").code == 0
    ran = cli("run", "Kjøkken")
    assert ran.code == 0, ran.err
    (state,) = cli("status", "Kjøkken", "--json").json()
    assert (state["state"], state["suggestions"] > 0) == ("coded", True)
    exported = cli("export", "Kjøkken").json()

    from store.database import open_database
    from store.results import latest_transcript

    sessions = open_database(f"sqlite:///{tmp_path / 'hjem' / 'balansekunst.db'}")
    with sessions() as session:
        stored = latest_transcript(session, 1)
    assert stored is not None
    turns = [vars(turn) | {"words": [vars(word) for word in turn.words]} for turn in stored.transcript.turns]
    assert_follows_the_script(turns, decode(recording).seconds)

    assert exported["phrases"]
    for phrase in exported["phrases"]:
        turn = turns[phrase["turn"]]
        assert turn["speaker"] == "respondent"
        assert turn["text"][phrase["start"] : phrase["end"]] == phrase["text"] != ""
    assert exported["candidates"]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a second run loads no model")

    for name in LOADERS:
        monkeypatch.setattr(f"flows.steps.{name}", refuse)
    again = cli("run", "Kjøkken")
    assert (again.code, again.errors) == (0, [])
    assert "0 intervjuer kodet nå, 1 var ferdige, 0 feilet." in again.out
    assert cli("export", "Kjøkken").json() == exported


def test_channels_tell_the_speakers_apart(cli: Terminal) -> None:
    """A recording with a channel for each speaker has the interviewer's turns where the script has them."""
    result = cli("transcribe", DATA / "kort_intervju.opus")
    assert result.code == 0, result.err
    sound = decode(DATA / "kort_intervju.opus")
    assert sound.levels is not None
    assert_follows_the_script(result.json()["turns"], sound.seconds)
